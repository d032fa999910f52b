"""Takes the pictures of the help pages from a running city: `ANTU_PICTURES=http://127.0.0.1:8000`, in both languages.

Without an address the same views are opened over the small city, so that a picture that could not be taken fails here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.templatetags.picture import FOLDER, file_of
from tests.browser.test_first_minute import at_rest, visit

pytestmark = [pytest.mark.browser]
CITY = os.environ.get("ANTU_PICTURES") or ""


def sign_in(page: Page, name: str, to: str) -> None:
    page.goto(f"{CITY}/accounts/sign-in/?next={to}")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(f"antu-demo-{name}")
    page.locator("form:has([name=password]) button.main").click()


def on_map(hash: str = "") -> Callable[[Page, str], None]:
    def open(page: Page, lang: str) -> None:
        visit(page, f"?lang={lang}{hash}", CITY)
        expect(page.locator(".bones")).to_have_count(0)

    return open


def keys(page: Page, lang: str) -> None:
    visit(page, f"?lang={lang}", CITY)
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()


def phone(page: Page, lang: str) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    visit(page, f"?lang={lang}", CITY)
    page.locator(".rail-item").first.click()
    expect(page.locator(".left.open")).to_be_visible()


def tour(page: Page, lang: str) -> None:
    sign_in(page, "council", "/")
    visit(page, f"?lang={lang}", CITY)
    page.locator(".person summary").click()
    page.locator(".menu button:has-text('導覽'), .menu button:has-text('tour')").click()
    page.locator(".tour-card .filled").click()
    page.locator(".tour-card .filled").click()
    expect(page.locator(".tour-ring")).to_be_visible()


def security(page: Page, lang: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 760})
    page.goto(f"{CITY}/?lang={lang}")
    sign_in(page, "council", "/accounts/security/")
    expect(page.locator("#sittings")).to_be_visible()


def admin(page: Page, lang: str) -> None:
    page.goto(f"{CITY}/?lang={lang}")
    sign_in(page, "administrator", "/admin/")
    expect(page.locator("#content")).to_be_visible()


VIEWS: dict[str, Callable[[Page, str], None]] = {
    "explore": on_map(),
    "rank": on_map("#1?p=rank"),
    "compare": on_map("#1?cmp=swipe:50:2022-01..2022-12&t=2023-01..2023-12"),
    "take": on_map("#1?p=take&q=crashes~severity%20=%202"),
    "keys": keys,
    "phone": phone,
    "tour": tour,
    "security": security,
    "admin": admin,
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_picture_of_help_is_taken(page: Page, name: str, lang: str, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1200, "height": 750})
    VIEWS[name](page, lang)
    picture = (FOLDER if CITY else tmp_path) / file_of(name, lang)
    page.screenshot(path=picture, type="jpeg", quality=72)
    assert picture.stat().st_size > 12_000, "a page with something on it does not pack into so few bytes"


def test_help_is_reached_from_the_workspace_and_leads_back(page: Page) -> None:
    visit(page)
    page.get_by_role("link", name="說明").click()
    expect(page.get_by_role("heading", name="探索")).to_be_visible()
    page.get_by_role("searchbox").fill("權杖")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("權杖")
    page.get_by_role("link", name="安圖").click()
    at_rest(page)
