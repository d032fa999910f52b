"""Exploring: hours, conditions, areas, ranking, lists and comparison, by mouse and by keyboard."""

from __future__ import annotations

import csv
import io
from typing import Any

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seen
from tests.browser.test_first_minute import MAP, at_rest, total, visit

pytestmark = [pytest.mark.browser]


def counted(page: Page, layer: str = "crashes", **asked: str) -> int:
    """How many the server counts in what the map shows."""
    box = page.evaluate(f"{MAP}.getBounds().toArray().flat().map(v => v.toFixed(6)).join(',')")
    answer = page.request.get(f"/api/layers/{layer}/summary", params={"bbox": box, **asked})
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return int(found["total"])


def ask(query: str) -> list[tuple[Any, ...]]:
    """Asked on a connection of its own: the browser's loop and Django's connections do not mix."""
    database = connection.settings_dict
    with psycopg.connect(dbname=database["NAME"], host=database["HOST"], user=database["USER"]) as own:
        return own.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def shows(page: Page, number: int) -> None:
    expect(page.locator(".total strong")).to_have_text(f"{number:,}")


def test_hours_are_chosen_by_dragging(page: Page) -> None:
    visit(page)
    before = total(page)
    strip = page.locator(".by-hour .strip").bounding_box()
    assert strip
    y = strip["y"] + strip["height"] / 2
    page.mouse.move(strip["x"] + strip["width"] * 16.5 / 24, y)
    page.mouse.down()
    page.mouse.move(strip["x"] + strip["width"] * 18.5 / 24, y, steps=5)
    page.mouse.up()
    shows(page, counted(page, filter="hour BETWEEN 16 AND 18"))
    assert 0 < total(page) < before
    expect(page.locator(".held .chip", has_text="16–19 時")).to_be_visible()
    at_rest(page)
    assert "h=16..18" in page.url
    assert "hour+BETWEEN+16+AND+18" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")
    page.locator(".held .chip", has_text="16–19 時").click()
    shows(page, before)


def test_hours_are_chosen_by_arrow_keys_and_over_midnight(page: Page) -> None:
    visit(page, "#1?h=21..23")
    shows(page, counted(page, filter="hour >= 21"))
    last = page.get_by_role("slider", name="結束時刻")
    last.focus()
    page.keyboard.press("Home")
    expect(page.locator(".held .chip", has_text="21–1 時")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(last).to_have_attribute("aria-valuetext", "1 時")
    shows(page, counted(page, filter="hour >= 21 OR hour <= 1"))
    at_rest(page)
    assert "h=21..1" in page.url


def test_the_last_year_at_rush_hour(page: Page) -> None:
    visit(page)
    months = page.locator(".months .strip").bounding_box()
    assert months
    y = months["y"] + months["height"] / 2
    page.mouse.move(months["x"] + months["width"] * 24.5 / 36, y)
    page.mouse.down()
    page.mouse.move(months["x"] + months["width"] * 35.5 / 36, y, steps=5)
    page.mouse.up()
    expect(page.locator(".held .chip").first).to_contain_text("–")
    first, last = page.locator(".held .chip").first.inner_text().split(" – ")
    page.get_by_role("slider", name="起始時刻").focus()
    for _ in range(16):
        page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name="結束時刻").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".held .chip", has_text="16–19 時")).to_be_visible()
    shows(page, counted(page, datetime=f"{first}-01/{last}-31", filter="hour BETWEEN 16 AND 18"))


def take(page: Page) -> None:
    page.get_by_role("button", name="條件", exact=True).click()
    expect(page.locator(".pane h2")).to_have_text("取用資料")


def test_the_condition_is_text_that_may_be_written(page: Page) -> None:
    visit(page, "#1?q=crashes~severity%20=%202")
    take(page)
    text = page.get_by_label("CQL2", exact=True)
    expect(text).to_have_value("severity = 2")
    text.fill("severity IN (1, 2) AND hour BETWEEN 7 AND 9 AND speed_limit >= 50")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".held .chip")).to_contain_text(
        ["全部期間", "7–10 時", "A1 死亡、A2 受傷", "speed_limit >= 50"]
    )
    shows(page, counted(page, filter="severity IN (1, 2) AND hour BETWEEN 7 AND 9 AND speed_limit >= 50"))
    page.locator(".held .chip", has_text="speed_limit").click()
    expect(text).to_have_value("severity IN (1, 2) AND hour BETWEEN 7 AND 9")
    page.get_by_role("button", name="復原").click()
    expect(text).to_have_value("severity IN (1, 2) AND speed_limit >= 50 AND hour BETWEEN 7 AND 9")


def test_a_condition_that_means_nothing_is_answered_in_words(page: Page, seen: Seen) -> None:
    visit(page)
    before = total(page)
    take(page)
    page.get_by_label("CQL2", exact=True).fill("severty = 2")
    with page.expect_response("**/summary?filter=*"):
        page.get_by_role("button", name="套用").click()
    expect(page.locator(".wrong")).to_contain_text("There is no property “severty”")
    assert total(page) == before
    assert "400" in seen.errors.pop()
    page.get_by_role("button", name="還原").click()
    expect(page.locator(".wrong")).to_have_text("")


def test_a_condition_is_added_by_keyboard(page: Page) -> None:
    visit(page)
    take(page)
    page.get_by_label("選擇欄位").select_option(label="涉及機車")
    page.get_by_label("涉及機車").select_option(label="是")
    page.get_by_role("button", name="加入").press("Enter")
    shows(page, counted(page, filter="motorcycle = true"))
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("Control+z")
    shows(page, counted(page))


def test_the_copied_address_returns_what_is_on_the_map(page: Page) -> None:
    visit(page, "#1?h=16..18&t=2023-01..2023-12&q=crashes~severity%20IN%20(1,%202)&p=take")
    page.get_by_role("button", name="複製：OGC API – Features").click()
    url = page.evaluate("navigator.clipboard.readText()")
    answer = page.request.get(url)
    assert answer.json()["numberMatched"] == total(page) > 0
    page.get_by_role("button", name="複製：嵌入網頁").click()
    frame = page.evaluate("navigator.clipboard.readText()").split('"')[1]
    rows = f"{MAP}.queryRenderedFeatures().filter(f => f.source === 'crashes').length"
    page.goto(frame.replace("&amp;", "&"))
    at_rest(page)
    assert page.evaluate(rows) > 0
    expect(page.locator("header.bar")).not_to_be_visible()
    assert "hour+BETWEEN" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")


def test_what_is_filtered_is_downloaded_in_every_format(page: Page) -> None:
    visit(page, "#1?q=crashes~severity%20=%201&p=take")
    matched = total(page)
    links = page.locator(".formats a")
    expect(links).to_have_count(8)
    for link in links.all():
        answer = page.request.get(link.get_attribute("href") or "")
        assert answer.ok and answer.body(), link.inner_text()
    page.get_by_role("group", name="坐標系統").get_by_role("button", name="TWD97 121").click()
    with page.expect_download() as waiting:
        page.locator("[data-format=csv]").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
    assert len(rows) == matched
    assert any(
        100_000 < float(value) < 400_000 for value in rows[0].values() if value[:1].isdigit() and "." in value
    )
    collection = page.get_by_role("link", name="OGC API 圖層頁").get_attribute("href") or ""
    assert "OGC" in page.request.get(collection).text()


def ring_of(page: Page) -> list[list[float]]:
    """The corners of the drawn area, out of the address."""
    return [[float(v) for v in pair.split(",")] for pair in page.url.split("in=")[1].split("&")[0].split(";")]


def by_year(page: Page) -> dict[str, int]:
    rows = page.locator(".inside tbody tr")
    return {
        row.locator("th").inner_text(): int(row.locator("td").last.inner_text().replace(",", ""))
        for row in rows.all()
    }


def years_inside(ring: list[list[float]]) -> dict[str, int]:
    """What PostGIS itself counts, asked apart from the portal's own questions."""
    wkt = f"POLYGON(({','.join(f'{lon} {lat}' for lon, lat in [*ring, ring[0]])}))"
    query = (
        "SELECT to_char(occurred_at AT TIME ZONE 'Asia/Taipei', 'YYYY'), count(*) FROM crashes_crash "
        f"WHERE ST_Intersects(geom, ST_GeomFromText('{wkt}', 4326)) GROUP BY 1"
    )
    return {year: int(n) for year, n in ask(query)}


def test_a_lasso_counts_what_lies_inside_by_year(page: Page) -> None:
    visit(page)
    before = total(page)
    page.get_by_role("button", name="圈選範圍").click()
    for x, y in ((650, 250), (1000, 260), (980, 560), (640, 540)):
        page.mouse.click(x, y)
    page.get_by_role("button", name="完成").click()
    expect(page.locator(".held .chip", has_text="圈選範圍")).to_be_visible()
    expect(page.locator(".total strong")).not_to_have_text(f"{before:,}")
    at_rest(page)
    ring = ring_of(page)
    assert len(ring) == 4
    expect(page.locator(".inside tbody tr")).to_have_count(3)
    assert by_year(page) == years_inside(ring)
    assert sum(by_year(page).values()) == total(page)
    assert "S_INTERSECTS" in page.evaluate(f"{MAP}.getSource('crashes').tiles[0]")
    page.keyboard.press("Control+z")
    shows(page, before)
    expect(page.locator(".inside")).to_have_count(0)


def test_a_lasso_is_drawn_in_one_stroke(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="圈選範圍").click()
    place = page.url.split("?")[0]
    page.mouse.move(700, 300)
    page.mouse.down()
    for x, y in ((900, 280), (1000, 400), (900, 520), (720, 500), (690, 320)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    expect(page.locator(".inside tbody tr")).to_have_count(3)
    at_rest(page)
    assert page.url.split("?")[0] == place, "the map stood still"
    ring = ring_of(page)
    assert 5 <= len(ring) <= 80
    assert by_year(page) == years_inside(ring)


def test_a_lasso_is_drawn_by_keyboard(page: Page) -> None:
    visit(page, "#1/15/23.4795/120.4473")
    page.get_by_role("button", name="圈選範圍").press("Enter")
    expect(page.locator(".maplibregl-canvas")).to_be_focused()
    for arrows in (
        "ArrowLeft ArrowUp",
        "ArrowRight ArrowRight",
        "ArrowDown ArrowDown",
        "ArrowLeft ArrowLeft",
    ):
        for arrow in arrows.split():
            page.keyboard.press(arrow)
            page.wait_for_function(f"!{MAP}.isMoving()")
        page.keyboard.press("Space")
    expect(page.locator(".lassoing strong")).to_have_text("4 點")
    page.keyboard.press("Backspace")
    expect(page.locator(".lassoing strong")).to_have_text("3 點")
    page.keyboard.press("Enter")
    expect(page.locator(".held .chip", has_text="圈選範圍")).to_be_visible()
    at_rest(page)
    assert by_year(page) == years_inside(ring_of(page))


def test_only_this_ward(page: Page) -> None:
    ((ward, name, inside),) = ask(
        "SELECT w.id, w.name, count(*) FROM areas_ward w JOIN crashes_crash c ON ST_Intersects(c.merc, w.merc) "
        "GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1"
    )
    visit(page, f"#1?sel=wards.{ward}")
    page.get_by_role("button", name="只看這裡").press("Enter")
    expect(page.locator(".held .chip", has_text=f"{name}內")).to_be_visible()
    expect(page.locator(".inside tfoot td").last).to_have_text(f"{int(inside):,}")
    at_rest(page)
    assert f"in=wards.{ward}" in page.url
    page.get_by_role("button", name="條件", exact=True).click()
    expect(page.get_by_label("CQL2", exact=True)).to_have_value(
        f"S_INTERSECTS(geom, feature('wards', {ward}))"
    )
    page.get_by_label("CQL2", exact=True).fill("")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".inside")).to_have_count(0)


def test_the_third_junction_of_a_district(page: Page) -> None:
    visit(page)
    page.get_by_role("button", name="排名").click()
    ((district, name),) = ask("SELECT id, name FROM areas_district ORDER BY id LIMIT 1")
    expect(page.locator(".ranked li")).not_to_have_count(0)
    with page.expect_response(lambda r: "/ranking" in r.url and "districts" in r.url):
        page.get_by_role("group", name="排名範圍").get_by_role("button", name=name).click()
    wanted = ask(
        f"SELECT junction_id FROM crashes_crash c JOIN areas_district d ON d.id = {district} AND ST_Intersects(c.merc, d.merc) "
        "WHERE junction_id IS NOT NULL GROUP BY 1 ORDER BY sum(epdo) DESC, count(*) DESC, 1 LIMIT 50"
    )
    buttons = page.locator(".ranked button")
    expect(buttons.nth(2)).to_have_attribute("data-id", str(wanted[2][0]))
    assert [int(b.get_attribute("data-id") or 0) for b in buttons.all()] == [row[0] for row in wanted]
    buttons.nth(2).click()
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"junctions.{wanted[2][0]}")
    page.get_by_role("button", name="排名").first.click()
    expect(buttons.nth(2)).to_be_visible()


def test_a_ranking_is_walked_by_keyboard(page: Page) -> None:
    visit(page, "#1?p=rank")
    page.get_by_label("排名對象").select_option(label="里界")
    page.get_by_role("button", name="件數").press("Enter")
    wanted = [
        row[0]
        for row in ask(
            "SELECT ward_id FROM crashes_crash GROUP BY 1 ORDER BY count(*) DESC, sum(epdo) DESC, 1"
        )
    ]
    page.get_by_role("group", name="排名範圍").get_by_role("button", name="全市").press("Enter")
    rows = page.locator(".ranked button")
    expect(rows.first).to_have_attribute("data-id", str(wanted[0]))
    shown = rows.count()
    assert [int(row.get_attribute("data-id") or 0) for row in rows.all()] == wanted[:shown]
    rows.first.focus()
    for _ in range(shown - 1):
        page.keyboard.press("ArrowDown")
    expect(rows.nth(shown - 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"wards.{wanted[shown - 1]}")


def test_what_is_on_the_map_is_reached_by_keyboard(page: Page) -> None:
    visit(page, "#1/16/23.4795/120.4473?q=crashes~severity%20=%202")
    page.get_by_role("button", name="圖面清單").press("Enter")
    at_rest(page)  # the panel has made the map narrower
    rows = page.locator(".listed button")
    expect(page.locator("antu-list [aria-busy=false]")).to_be_visible()
    expect(rows.first).to_be_visible()
    box = page.evaluate(f"{MAP}.getBounds().toArray().flat()")
    wanted = ask(
        "SELECT id FROM crashes_crash WHERE severity = 2 AND merc && ST_Transform(ST_MakeEnvelope("
        f"{','.join(map(str, box))}, 4326), 3857) ORDER BY occurred_at DESC, id"
    )
    assert rows.count() == min(100, len(wanted)) == min(100, total(page))
    assert {int(row.get_attribute("data-id") or 0) for row in rows.all()} <= {row[0] for row in wanted}
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    second = rows.nth(1).get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"crashes.{second}")
    expect(page.locator(".leaf")).to_contain_text(f"第 2／{rows.count() or min(100, len(wanted))} 筆")
    page.keyboard.press("Escape")
    expect(rows.first).to_be_visible()


def test_every_layer_of_things_can_be_listed(page: Page) -> None:
    visit(page, "#1/15/23.4795/120.4473?p=list")
    choice = page.get_by_role("combobox", name="圖層")
    names = choice.locator("option").all_inner_texts()
    assert len(names) > 2
    for name in names:
        with page.expect_response("**/items?*"):
            choice.select_option(label=name)
        expect(page.locator(".listed button, .pane .empty").first).to_be_visible()
    english = "#1/15/23.4795/120.4473?p=list&lang=en"
    page.goto(f"/{english}")
    at_rest(page)
    expect(page.locator(".pane h2")).to_have_text("List")


def test_two_periods_are_compared_by_a_divider(page: Page) -> None:
    visit(page, "#1/15/23.4795/120.4473")
    page.get_by_role("button", name="滑動比對").click()
    page.wait_for_selector(".aside[data-idle]")
    expect(page.locator(".side.after em")).to_be_visible()
    at_rest(page)
    right = page.url.split("t=")[1].split("&")[0]
    left = page.url.split("cmp=swipe:50:")[1].split("&")[0]
    assert (right, left) == ("2024-01..2024-12", "2023-01..2023-12")
    aside = "document.querySelector('.aside').map"
    for engine, year in ((MAP, "2024"), (aside, "2023")):
        assert f"datetime={year}-01-01%2F{year}-12-31" in page.evaluate(
            f"{engine}.getSource('crashes').tiles[0]"
        )
    for side, year in (("before", "2023"), ("after", "2024")):
        wanted = counted(page, datetime=f"{year}-01-01/{year}-12-31")
        expect(page.locator(f".side.{side} span")).to_have_text(f"{wanted:,} 件")
    divider = page.get_by_role("slider", name="比對分隔線")
    box = divider.bounding_box()
    stage = page.locator(".swipe").bounding_box()
    assert box and stage
    page.mouse.move(box["x"] + box["width"] / 2, 400)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] * 0.25, 400, steps=5)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")
    divider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "37")
    assert "cmp=swipe:37:" in page.url
    assert "63%" in page.evaluate("document.querySelector('.aside').style.clipPath")
    page.keyboard.press("End")
    expect(divider).to_have_attribute("aria-valuenow", "100")


def test_the_second_map_follows_the_first_and_goes_with_the_comparison(page: Page) -> None:
    visit(page, "#1/15/23.4795/120.4473?t=2024-01..2024-06&cmp=swipe:60:2022-01..2022-06")
    page.wait_for_selector(".aside[data-idle]")
    aside = "document.querySelector('.aside').map"
    page.get_by_role("button", name="放大").click()
    page.wait_for_function(f"{MAP}.getZoom() === 16 && !{MAP}.isMoving()")
    assert page.evaluate(f"{aside}.getZoom()") == 16
    page.locator(".side.before button").click()
    page.get_by_role("slider", name="結束月份").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".side.before b")).to_have_text("2022-01 – 2022-07")
    expect(page.locator(".side.after b")).to_have_text("2024-01 – 2024-06")
    at_rest(page)
    assert "cmp=swipe:60:2022-01..2022-07" in page.url
    page.get_by_role("button", name="滑動比對").click()
    expect(page.locator(".aside")).to_have_count(0)
    assert "cmp=" not in page.url
