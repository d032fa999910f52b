"""Takes the pictures of the help pages from a running city: `ANTU_PICTURES=http://127.0.0.1:8000`, in both languages.

Without an address the same views are opened over the small city, so that a picture that could not be taken fails here.
"""

from __future__ import annotations

import os
import re
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


def working(who: str, hash: str, then: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """A workspace of somebody, and what is chosen there."""

    def open(page: Page, lang: str) -> None:
        page.goto(f"{CITY}/?lang={lang}")
        sign_in(page, who, "/accounts/")
        page.wait_for_url("**/accounts/")
        visit(page, f"?lang={lang}{hash}", CITY)
        then(page)
        at_rest(page)

    return open


def scene(page: Page) -> None:
    drawn = page.locator("[data-case]:has(.state.approved, .state.submitted, .state.draft)")
    expect(page.locator("[data-case]").first).to_be_visible()
    (drawn if drawn.count() else page.locator("[data-case]")).first.click()
    expect(page.locator(".scene-stamps")).to_be_visible()
    expect(page.locator(".scene[data-net=saved]")).to_be_visible()


def street(page: Page) -> None:
    listed = page.locator("[data-object^=segment]")
    page.locator(".left").wait_for()
    if CITY:
        listed.first.click()
        expect(page.locator(".pane.street")).to_be_visible()


def shift(page: Page) -> None:
    expect(page.locator(".patrol")).to_be_visible()
    if CITY:
        expect(page.locator("[data-figures]").first).to_be_visible(timeout=60_000)
        page.locator("[data-unit]").first.click()


def agenda(page: Page) -> None:
    expect(page.locator(".council-papers")).to_be_visible()


def editor(page: Page) -> None:
    page.locator(".listed button").first.click()
    page.locator("article.detail").get_by_role("button", name=re.compile("^(編輯|Edit)$")).click()
    expect(page.locator(".pane.edit")).to_be_visible()


def brought(page: Page) -> None:
    rows = "".join(f"{n},{120.43 + n / 900},{23.47 + n % 7 / 500},{12 + n % 9}\n" for n in range(40))
    file = {"name": "speed.csv", "mimeType": "text/csv", "buffer": f"name,lon,lat,over\n{rows}".encode()}
    page.locator("antu-bring input[type=file]").set_input_files([file])  # type: ignore[list-item]
    expect(page.locator(".sample")).to_be_visible(timeout=60_000)


def printing(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(列印|Print)$")).click()
    expect(page.locator("dialog.print[data-idle]")).to_be_visible(timeout=60_000)


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
    "scene": working("investigator", "#1?w=scene", scene),
    "streets": working("planner", "#1/18.6/23.4795/120.4473?w=streets", street),
    "hotspots": on_map("#1/14/23.4795/120.4473?p=surfaces"),
    "patrol": working("patrol_planner", "#1/14/23.4795/120.4473?w=patrol", shift),
    "council": working("council", "#1/15/23.4795/120.4473?w=council", agenda),
    "edit": working("administrator", "#1/15/23.4795/120.4473?l=road_defects&p=list", editor),
    "bring": working("planner", "#1/14/23.4795/120.4473?p=bring", brought),
    "print": working("planner", "#1/15/23.4795/120.4473", printing),
}


@pytest.mark.parametrize(
    "lang", ["zh", "en"] if CITY else ["zh"]
)  # axe sees the same pages in both languages
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
