"""Nothing that one presses is too small: 24 px by mouse, 44 px where a finger does it; in every workspace and panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_explore import ask
from tests.browser.test_first_minute import at_rest, visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]
SMALL = """(least) => {
    // a link within a sentence may be as high as its line; a box to tick is as large as the words that belong to it
    const wanted = "button, a[href], input:not([type=hidden]), select, textarea, summary, "
        + "[role=button], [role=slider], [role=tab], [role=option], [role=separator][tabindex]";
    const inLine = (one) => one.matches("a, button") && getComputedStyle(one).display === "inline"
        && one.parentElement.textContent.trim().length > one.textContent.trim().length;
    const found = [];
    for (const one of document.querySelectorAll(wanted)) {
        const target = one.matches("input") ? (one.closest("label") ?? one) : one;
        const own = one.getBoundingClientRect(), box = target.getBoundingClientRect();
        if (one.disabled || one.closest("[inert], [aria-hidden=true], .maplibregl-control-container") || inLine(one)) continue;
        if (!target.checkVisibility({ visibilityProperty: true, opacityProperty: false }) || !box.width || !box.height) continue;
        if (own.width <= 1 && target === one) continue; // for those who hear the page
        if (one.matches("svg *") && one.closest("article")) continue; // an arrow of a diagram, which is a row of its list too
        let [width, height] = [box.width, box.height];
        const at = (x, y) => { const hit = document.elementFromPoint(x, y); return hit && (target.contains(hit) || hit.closest("label") === target); };
        const x = box.x + width / 2, y = box.y + height / 2, far = least / 2 - 0.6;
        if (width < least && at(x - far, y) && at(x + far, y)) width = least; // what is pressed may be larger than what is seen
        if (height < least && at(x, y - far) && at(x, y + far)) height = least;
        if (width < least - 0.5 || height < least - 0.5)
            found.push(`${Math.round(width)}×${Math.round(height)} ${one.tagName.toLowerCase()}.${one.className?.baseVal ?? one.className}`
                + ` in ${one.parentElement.tagName.toLowerCase()}.${one.parentElement.className} “${(one.ariaLabel ?? one.textContent ?? "").trim().slice(0, 30)}”`);
    }
    return [...new Set(found)];
}"""
CONTEXTS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "tablet": {"viewport": {"width": 1180, "height": 820}, "has_touch": True, "is_mobile": True},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
ROOMS = {"scene": "investigator", "streets": "planner", "council": "council", "patrol": "patrol_planner"}
PANES = ("rank", "charts", "cases", "list", "take", "surfaces", "hours", "bring", "talk", "views")


@pytest.fixture(params=CONTEXTS)
def held(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[tuple[Page, int]]:
    """A page in somebody's hand or on their desk, and how large what is pressed must be."""
    context = browser.new_context(
        base_url=address,
        locale="zh-TW",
        timezone_id="Asia/Taipei",
        reduced_motion="reduce",
        service_workers="block",
        **CONTEXTS[request.param],
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    coarse = page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert coarse == (request.param != "desk")
    yield page, 44 if coarse else 24
    context.close()


def small(page: Page, least: int) -> list[str]:
    found: list[str] = page.evaluate(SMALL, least)
    return found


def test_what_one_explores_with_is_large_enough(held: tuple[Page, int]) -> None:
    page, least = held
    sign_in(page, "investigator", "/help/")
    ((junction,),) = ask(
        "SELECT junction_id FROM crashes_junctiontally GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 1"
    )
    views = [
        "",
        *(f"p={pane}" for pane in PANES),
        f"sel=junctions.{junction}",
        "cmp=swipe:50:2022-01..2022-12&t=2023-01..2023-12&h=7..9&q=crashes~severity%20=%202",
    ]
    found = {}
    for view in views:
        page.goto("about:blank")
        visit(page, f"#1?{view}")
        expect(page.locator(".bones")).to_have_count(0)
        found[view] = small(page, least)
    assert {view: wrong for view, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_what_one_works_with_is_large_enough(held: tuple[Page, int], room: str) -> None:
    page, least = held
    sign_in(page, ROOMS[room], "/help/")
    page.goto(f"/#1?w={room}")
    at_rest(page)
    expect(page.locator(".bones")).to_have_count(0)
    assert small(page, least) == []
