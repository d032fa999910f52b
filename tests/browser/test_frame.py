"""The frame for all: nothing clipped on any screen or at double size, English that is English, no broken rule."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.helping import PAGES
from tests.browser.test_axe import AXE, broken
from tests.browser.test_first_minute import visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]
OWN = ("/accounts/", "/accounts/security/", "/accounts/password/", "/accounts/security/app/")
CLIPPED = """() => [...document.querySelectorAll('a, button, input, select, summary')]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !one.closest('.unseen, .maplibregl-map, .left, .scroll'))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 0 && (box.left < -1 || box.right > innerWidth + 1
        || (getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1)))
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} at ${Math.round(box.left)}–${Math.round(box.right)}`)"""
CHINESE = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const node = walk.currentNode, over = node.parentElement;
        if (/[\\u4e00-\\u9fff]/.test(node.data) && over.checkVisibility()
            && !over.closest('[lang=zh-Hant-TW]:not(html), script, .initials, .who strong, h1, .callout')) found.push(node.data.trim()); }
    for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
        for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
            if (/[\\u4e00-\\u9fff]/.test(one.getAttribute(name) ?? '') && !one.closest('[lang=zh-Hant-TW]:not(html), .person, option')) found.push(`${name}: ${one.getAttribute(name)}`);
    return found; }"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450), (820, 1180), (1440, 900)])
def test_nothing_is_clipped(page: Page, width: int, height: int) -> None:
    """720 × 450 is what a screen of 1440 × 900 is at double size."""
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, "administrator", "/?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(".person summary").click()
    found: dict[str, Any] = {"/": page.evaluate(CLIPPED)}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()
    found["keys"] = page.evaluate(CLIPPED)
    for path in (*OWN, "/help/", *(f"/help/{one.slug}" for one in PAGES)):
        page.goto(path)
        found[path] = page.evaluate(CLIPPED)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[path].append("the page is wider than the screen")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_english_is_english_everywhere(page: Page) -> None:
    page.goto("/?lang=en")
    sign_in(page, "council", "/?lang=en")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(".person summary").click()
    found = {"/": page.evaluate(CHINESE)}
    page.get_by_role("button", name="Take the tour again").click()
    for step in range(6):
        found[f"tour {step}"] = page.evaluate(CHINESE)
        page.locator(".tour-card .filled").click()
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()
    found["keys"] = page.evaluate(CHINESE)
    for path in (*OWN, "/accounts/sign-in/", "/help/", *(f"/help/{one.slug}" for one in PAGES)):
        page.goto(path)
        found[path] = page.evaluate(CHINESE)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_menu_windows_and_tour_break_no_rule(page: Page, address: str, theme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    page.goto("/accounts/sign-in/")
    found = {"sign-in": broken(page)}
    sign_in(page, "council")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator(".person summary").click()
    found["menu"] = broken(page)
    page.get_by_role("button", name="再看一次導覽").click()
    page.locator(".tour-card .filled").click()
    found["tour"] = broken(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()
    found["keys"] = broken(page)
    page.keyboard.press("Escape")
    page.context.clear_cookies(name="sessionid")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("dialog.again")).to_be_visible()
    found["again"] = broken(page)
    sign_in(page, "council", "/accounts/security/")
    for path in (*OWN, "/help/", "/help/explore", "/help/?q=排行"):
        page.goto(path)
        found[path] = broken(page)
    visit(page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
