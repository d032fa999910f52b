"""Whoever uses keys or a weak graphics card: everything on the map is reached, the focus is seen and goes where one
reads, and a lost drawing context costs neither selection nor work."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_explore import ask
from tests.browser.test_first_minute import MAP, at_rest, visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]


def busy_place() -> int:
    ((id,),) = ask("SELECT junction_id FROM crashes_junctiontally GROUP BY 1 ORDER BY sum(epdo) DESC LIMIT 1")
    return int(id)


def test_every_layer_with_something_to_choose_is_reached_by_keyboard(page: Page) -> None:
    """Switched on all at once; each is listed, and Enter opens what a click on the map would."""
    sign_in(page, "administrator", "/help/")
    visit(page)
    boot = page.evaluate("JSON.parse(document.getElementById('boot').textContent)")
    layers = {
        one["id"]: one
        for one in boot["layers"]
        if one["group"] != "base" and one["kind"] == "vector" and one["items"]
    }
    unlisted = [one["id"] for one in boot["layers"] if one["group"] != "base" and one["kind"] == "vector"]
    assert set(unlisted) == set(layers), "what can be clicked has items"
    page.goto("about:blank")
    visit(page, f"#1/15.5/23.4795/120.4473?l={','.join(layers)}&p=list")
    choice = page.locator(".pane select")
    listed: list[str] = choice.locator("option").evaluate_all("all => all.map(o => o.value)")
    assert set(listed) == set(layers)
    opened = 0
    for id in listed:
        with page.expect_response(lambda r, id=id: f"/collections/{id}/items" in r.url):  # type: ignore[misc]
            choice.select_option(id)
        expect(page.locator(".listed, .pane .empty")).to_be_visible()
        rows = page.locator(".listed button")
        if not rows.count():
            continue
        rows.first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"article.detail[data-feature^='{id}.']")).to_be_visible()
        opened += 1
        page.keyboard.press("Escape")
        expect(choice).to_be_visible()
    assert opened >= len(layers) // 2


FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const rings = (at) => {
        const style = getComputedStyle(at);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow.includes('0px 0px 0px');
    };
    let at = one, ring = false;
    for (let i = 0; at && i < 4 && !ring; i += 1, at = at.parentElement) ring = rings(at);
    const box = (one.matches('.unseen, .handle') ? one.closest('label, .strip') ?? one : one).getBoundingClientRect();
    const region = ['.bar', '.rail', '.left', '.middle', '.right'].findIndex((where) => one.closest(where));
    const seen = box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
    return {what: one.outerHTML.slice(0, 110), ring, region, seen: seen && box.width > 0};
}"""


def test_the_focus_is_seen_and_goes_where_one_reads(page: Page) -> None:
    sign_in(page, "planner", "/help/")
    visit(page, f"#1/16/23.4795/120.4473?p=rank&sel=junctions.{busy_place()}")
    expect(page.locator(".bones")).to_have_count(0)
    walked: list[dict[str, Any]] = []
    page.evaluate("document.activeElement?.blur()")
    for _ in range(320):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if now is None:
            break
        walked.append(now)
    else:
        pytest.fail("Tab never comes to the end of the page")
    assert len(walked) > 60
    assert [one["what"] for one in walked if not one["ring"]] == []
    assert [one["what"] for one in walked if not one["seen"]] == []
    regions = [one["region"] for one in walked if one["region"] >= 0]
    assert regions == sorted(regions)
    assert set(regions) == {0, 1, 2, 3, 4}


def test_what_closes_gives_the_focus_back(page: Page) -> None:
    sign_in(page, "planner", "/help/")
    visit(page, "#1/16/23.4795/120.4473")
    canvas = page.locator(".maplibregl-canvas")

    def round_trip(opener: Locator, inside: str, back: Locator | None = None, close: str = "") -> None:
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator(inside).first).to_be_visible()
        if close:
            page.locator(close).focus()
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("Escape")
        expect(page.locator(inside)).not_to_be_visible()
        expect(back or opener).to_be_focused()

    round_trip(page.get_by_role("button", name="列印"), "dialog.print")
    round_trip(page.locator(".person summary"), ".menu")
    for name in ("排名", "圖面清單", "條件"):
        opener = page.get_by_role("button", name=name, exact=True)
        round_trip(opener, ".pane")
        round_trip(opener, ".pane", close=".pane .close")
    round_trip(page.get_by_role("button", name="圈選範圍"), ".lassoing", canvas)
    canvas.focus()
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(canvas).to_be_focused()


LOSE = f"""() => {{ const gl = {MAP}.getCanvas().getContext('webgl2'); window.lost = gl.getExtension('WEBGL_lose_context'); window.lost.loseContext(); }}"""


def test_a_lost_drawing_context_costs_nothing(page: Page) -> None:
    sign_in(page, "investigator", "/help/")
    id = busy_place()
    visit(page, f"#1/17/23.4795/120.4473?sel=junctions.{id}&h=7..18")
    expect(page.locator("article.detail")).to_be_visible()
    before, address = page.evaluate(f"{MAP}.queryRenderedFeatures().length"), page.url
    page.evaluate(LOSE)
    expect(page.locator(".stage .trouble")).to_be_visible()
    expect(page.locator("article.detail")).to_be_visible()
    page.evaluate("window.lost.restoreContext()")
    expect(page.locator(".stage .trouble")).to_have_count(0)
    at_rest(page)
    assert page.url == address
    page.wait_for_function(f"(before) => {MAP}.queryRenderedFeatures().length >= before * 0.9", arg=before)
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"junctions.{id}")


def test_a_lost_drawing_context_keeps_what_is_being_edited(page: Page) -> None:
    sign_in(page, "planner", "/help/")
    ((site,),) = ask("SELECT id FROM enforcement_enforcementsite ORDER BY id LIMIT 1")
    visit(page, f"#1/17/23.4795/120.4473?l=enforcement_sites&sel=enforcement_sites.{site}")
    page.get_by_role("button", name="編輯", exact=True).click()
    expect(page.locator(".pane.edit[data-ref]")).to_be_visible()
    field = page.locator(".pane.edit form input:not([type=checkbox]):not([readonly])").first
    field.fill("未存的字")
    field.blur()
    page.evaluate(LOSE)
    expect(page.locator(".stage .trouble")).to_be_visible()
    page.evaluate("window.lost.restoreContext()")
    expect(page.locator(".stage .trouble")).to_have_count(0)
    at_rest(page)
    expect(field).to_have_value("未存的字")
    assert page.evaluate(f"{MAP}.getSource('drafted').serialize().data.features.length") > 0
