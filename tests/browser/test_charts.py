"""Charts hold the map and the map holds the charts; crashes take any item's colours; cases and parties are for police."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from gis.accounts.demo import password_of
from tests.browser.conftest import Seen
from tests.browser.test_explore import ask, counted, shows
from tests.browser.test_first_minute import MAP, at_rest, visit

pytestmark = [pytest.mark.browser]
WIDE = "#1/13.5/23.48/120.4473"


def bar(page: Page, field: str, words: str) -> Locator:
    return page.locator(f'[data-field="{field}"] button', has_text=words).first


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/sign-in/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password_of(name))
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def drag_over(page: Page, days: tuple[int, int], hours: tuple[int, int]) -> None:
    """From one corner of weekday × hour to the other, Monday being 1."""
    box = page.locator(".matrix.brushed svg").bounding_box()
    assert box
    across, down = box["width"] / 24, box["height"] / 7
    page.mouse.move(box["x"] + across * (hours[0] + 0.5), box["y"] + down * (days[0] - 0.5))
    page.mouse.down()
    page.mouse.move(box["x"] + across * (hours[1] + 0.5), box["y"] + down * (days[1] - 0.5), steps=5)
    page.mouse.up()


def test_weekday_and_hour_are_chosen_by_one_stroke_and_everything_follows(page: Page) -> None:
    visit(page, f"{WIDE}?p=charts")
    expect(page.locator(".matrix.brushed rect")).to_have_count(168)
    drag_over(page, (5, 1), (9, 7))  # drawn upward and to the left
    page.wait_for_function("decodeURIComponent(location.hash).includes('weekday IN (1, 2, 3, 4, 5)')")
    assert "h=7..9" in page.url
    shows(page, counted(page, filter="weekday IN (1,2,3,4,5) AND hour BETWEEN 7 AND 9"))
    expect(page.locator(".matrix.brushed rect.dimmed")).to_have_count(168 - 15)
    # its own picture goes on showing what is not chosen
    assert page.locator('.matrix.brushed rect:not([fill="#F1F4F5"])').count() > 60
    page.locator(".charts h3 button").first.click()
    shows(page, counted(page))


def test_a_bar_holds_the_map_and_the_other_charts_but_not_its_own(page: Page) -> None:
    visit(page, f"{WIDE}?p=charts")
    kinds = page.locator('[data-field="vehicle"] button')
    expect(kinds.first).to_be_visible()
    before = kinds.all_text_contents()
    bar(page, "vehicle", "機車").click()
    shows(page, counted(page, filter="vehicle = 'C'"))
    expect(bar(page, "vehicle", "機車")).to_have_attribute("aria-pressed", "true")
    expect(kinds).to_have_text(before)
    total = counted(page, filter="vehicle = 'C' AND weather = '8'")
    expect(bar(page, "weather", "晴").locator("output")).to_have_text(f"{total:,}")
    bar(page, "weather", "晴").click()
    shows(page, total)
    page.reload()
    at_rest(page)
    shows(page, total)  # the address says it


def test_the_map_holds_the_charts(page: Page) -> None:
    visit(page, f"{WIDE}?p=charts")
    expect(bar(page, "weather", "晴")).to_be_visible()
    page.evaluate(f"{MAP}.jumpTo({{zoom: 15.5}})")
    at_rest(page)
    total = counted(page, filter="weather = '8'")
    expect(bar(page, "weather", "晴").locator("output")).to_have_text(f"{total:,}")


def test_bars_and_days_are_chosen_by_keyboard(page: Page) -> None:
    visit(page, f"{WIDE}?p=charts")
    page.get_by_label("星期五").press("Enter")
    shows(page, counted(page, filter="weekday = 5"))
    bar(page, "type", "側撞").press("Space")
    shows(page, counted(page, filter="weekday = 5 AND type = '16'"))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("type", "側撞"),
        ("cause", "其餘"),
        ("weather", "晴"),
        ("form", "四岔路"),
        ("vehicle", "機車"),
        ("hour", "6–12 時"),
    ],
)
def test_crashes_are_coloured_by_an_item_of_the_form(page: Page, field: str, words: str, seen: Seen) -> None:
    visit(page, "#1/15.5/23.48/120.4473")
    layer = page.locator('[data-layer="crashes"]')
    layer.locator(".tint select").select_option(field)
    expect(layer.locator(".class", has_text=words).first).to_be_visible()
    assert f"c=crashes:{field}" in unquote(page.url)
    at_rest(page)
    drawn = f"{MAP}.queryRenderedFeatures({{layers: ['crashes/look.0']}})"
    # former tiles are drawn until those with the item are there; a crash of which it is not known has none
    page.wait_for_function(f"() => {drawn}.filter(f => f.properties['{field}'] !== undefined).length > 5")
    layer.locator(".tint select").select_option("")
    expect(layer.locator(".class", has_text="A1 死亡")).to_be_visible()
    assert "c=crashes" not in page.url


def test_a_class_of_a_colour_is_switched_off_and_the_rest_stays(page: Page) -> None:
    visit(page, f"{WIDE}?c=crashes:type")
    layer = page.locator('[data-layer="crashes"]')
    layer.locator(".class", has_text="側撞").first.click()
    shows(page, counted(page, filter="type <> '16'"))


def test_investigators_find_a_case_and_read_its_parties(page: Page, seen: Seen) -> None:
    sign_in(page, "investigator")
    visit(page, WIDE)
    page.get_by_role("button", name="案件", exact=True).click()
    first = page.locator(".case").first
    number = first.locator("b").inner_text()
    page.get_by_label("總編號").fill(number)
    expect(page.locator(".case")).to_have_count(1)
    page.locator(".case").press("Enter")
    expect(page.locator(".detail h2")).to_have_text(number)
    expect(page.locator(".parties li").first).to_contain_text("行動狀態")


@pytest.mark.parametrize("role", [None, "council"])
def test_others_have_neither_cases_nor_parties(page: Page, role: str | None) -> None:
    if role:
        sign_in(page, role)
    ((id,),) = ask("SELECT min(crash_id) FROM crashes_party")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, f"{WIDE}?sel=crashes.{id}")
    expect(page.locator(".detail h2")).to_be_visible()
    expect(page.get_by_role("button", name="案件", exact=True)).to_have_count(0)
    visit(page, f"{WIDE}?p=cases")
    assert page.locator(".cases, .parties").count() == 0
    assert not [url for url in asked if re.search(r"/(cases|parties|casualties)\b", url)]
