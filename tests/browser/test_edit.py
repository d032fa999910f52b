"""Editing on the map, by mouse and by keyboard: every edit reaches the server, can be undone, and is never lost or doubled."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Seen
from tests.browser.test_first_minute import MAP, at_rest
from tests.factories import CENTER

pytestmark = [pytest.mark.browser]
LON, LAT = CENTER


def run(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """On a connection of its own: the browser's loop and Django's connections do not mix."""
    database = connection.settings_dict
    with psycopg.connect(dbname=database["NAME"], host=database["HOST"], user=database["USER"]) as own:
        done = own.execute(query, values)  # type: ignore[call-overload]
        return list(done.fetchall()) if done.description else []


@pytest.fixture(autouse=True)
def empty(address: str) -> Iterator[None]:
    """The sample layers are these tests' own."""
    yield
    for table in ("sample_spot", "sample_way", "sample_zone"):
        run(f"DELETE FROM {table}")


def spot(name: str, east: float = 0.0) -> int:
    (found,) = run(
        "INSERT INTO sample_spot (key, origin, version, changed_at, geom, name, kind, grade, weight, open, informant) "
        "VALUES (%s, 'real', 1, now(), ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, 'a', 1, 1, true, '') RETURNING id",
        f"b-{name}", LON + east, LAT, name,
    )  # fmt: skip
    return int(found[0])


def of(id: int) -> dict[str, Any]:
    rows = run("SELECT row_to_json(s), ST_X(geom), ST_Y(geom) FROM sample_spot s WHERE id = %s", id)
    return dict(rows[0][0]) | {"x": rows[0][1], "y": rows[0][2]} if rows else {}


def sign_in(page: Page, who: str = "investigator") -> None:
    page.goto("/accounts/sign-in/?next=/accounts/")
    page.locator("input[name=username]").fill(who)
    page.locator("input[name=password]").fill(f"antu-demo-{who}")
    page.locator(
        "form:has(input[name=password]) button[type=submit], form:has(input[name=password]) button"
    ).first.click()
    page.wait_for_url("**/accounts/")


def look(page: Page, rest: str = "", zoom: float = 18, layer: str = "spots") -> None:
    page.goto("about:blank")
    page.goto(f"/#1/{zoom}/{LAT}/{LON}?l={layer}{rest}")
    at_rest(page)


def edit(page: Page, id: int, layer: str = "spots", zoom: float = 18) -> None:
    look(page, f"&sel={layer}.{id}", zoom, layer)
    page.get_by_role("button", name="編輯", exact=True).click()
    expect(page.locator(".pane.edit[data-ref]")).to_be_visible()
    page.wait_for_function(f"() => {MAP}.getSource('drafted')")


def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    x, y = page.evaluate(
        f"([lon, lat]) => {{ const box = {MAP}.getCanvas().getBoundingClientRect(), p = {MAP}.project([lon, lat]);"
        "return [box.left + p.x, box.top + p.y]; }",
        [lon, lat],
    )
    return float(x), float(y)


def saved(page: Page) -> None:
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator(".pane.edit")).to_have_count(0)


def until(page: Page, done: Callable[[], bool]) -> None:
    """Looks after every frame that the page draws, for as long as other expectations have."""
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end, "what was waited for did not come about"
        page.evaluate("() => new Promise(requestAnimationFrame)")


def totals(page: Page, layer: str, number: int) -> None:
    until(page, lambda: run(f"SELECT count(*) FROM sample_{layer[:-1]}") == [(number,)])


def becomes(page: Page, id: int, **values: Any) -> None:
    until(page, lambda: {name: of(id).get(name) for name in values} == values)


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("ANTU_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def drag(page: Page, start: tuple[float, float], by: tuple[float, float], keys: str = "") -> None:
    page.mouse.move(*start)
    if keys:
        page.keyboard.down(keys)
    page.mouse.down()
    page.mouse.move(start[0] + by[0], start[1] + by[1], steps=5)
    page.mouse.up()
    if keys:
        page.keyboard.up(keys)


def test_a_point_is_moved_and_described_with_the_mouse(page: Page) -> None:
    sign_in(page)
    id = spot("mouse")
    edit(page, id)
    before = of(id)
    drag(page, at(page, LON, LAT), (60, 0), keys="Alt")
    page.get_by_label("名稱").fill("moved")
    page.get_by_label("種類").select_option("b")
    picture(page, "edit-point")
    saved(page)
    now = of(id)
    assert (now["name"], now["kind"], now["version"]) == ("moved", "b", 2)
    assert 0.00005 < now["x"] - before["x"] < 0.001
    expect(page.locator("article.detail h2")).to_have_text("moved")
    page.keyboard.press("Control+z")
    expect(page.locator("article.detail h2")).to_have_text("mouse")
    assert (of(id)["x"], of(id)["version"]) == (before["x"], 3)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("article.detail h2")).to_have_text("moved")


def test_a_point_is_added_moved_and_deleted_with_keys_alone(page: Page) -> None:
    sign_in(page)
    look(page)
    pencil = page.get_by_role("button", name="新增點")
    pencil.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pane.edit[data-ref]")).to_be_visible()
    expect(page.locator(".maplibregl-canvas")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".crosshair")).to_be_visible()
    at_rest(page)
    middle = page.evaluate(f"{MAP}.getCenter().toArray()")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.get_by_label("名稱").focus()
    page.keyboard.type("keys")
    page.get_by_label("種類").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator("article.detail h2")).to_have_text("keys")
    (id,) = run("SELECT id FROM sample_spot")[0]
    now = of(id)
    assert (now["kind"], now["origin"], now["version"]) == ("a", "edit", 1)
    assert (now["y"] - middle[1]) * 111_194.93 == pytest.approx(1.3, abs=0.02)
    page.get_by_role("button", name="編輯", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="刪除", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="確定刪除").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pane.edit")).to_have_count(0)
    totals(page, "spots", 0)
    page.keyboard.press("Control+z")
    totals(page, "spots", 1)
    assert run("SELECT id, key FROM sample_spot") == [(id, now["key"])]
    assert (of(id)["name"], of(id)["key"]) == ("keys", now["key"])


def test_what_is_wrong_is_said_at_its_field(page: Page) -> None:
    sign_in(page)
    id = spot("strict")
    edit(page, id)
    page.get_by_label("名稱").fill("")
    page.get_by_label("等級").fill("many")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator("#edit-name-wrong")).to_have_text("必填。")
    expect(page.locator("#edit-grade-wrong")).to_have_text("請輸入數字。")
    expect(page.get_by_label("名稱")).to_be_focused()
    page.get_by_label("名稱").fill("n" * 81)
    page.get_by_label("等級").fill("3")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator("#edit-name-wrong")).to_contain_text("最多 80 字")
    page.get_by_label("名稱").fill("fine")
    saved(page)
    assert (of(id)["name"], of(id)["grade"]) == ("fine", 3)


def test_a_draft_and_its_steps_outlive_the_page(page: Page) -> None:
    sign_in(page)
    id = spot("draft")
    edit(page, id)
    page.get_by_label("名稱").fill("half done")
    page.get_by_label("等級").fill("4")
    page.get_by_label("等級").blur()
    page.reload()
    at_rest(page)
    expect(page.get_by_label("名稱")).to_have_value("half done")
    page.get_by_role("button", name="復原").first.click()
    expect(page.get_by_label("等級")).to_have_value("1")
    page.get_by_role("button", name="重做").first.click()
    saved(page)
    assert (of(id)["name"], of(id)["grade"]) == ("half done", 4)
    page.reload()
    at_rest(page)
    page.get_by_role("button", name="復原").first.click()
    expect(page.locator("article.detail h2")).to_have_text("draft")


def test_the_past_is_shown_and_restored(page: Page) -> None:
    sign_in(page)
    id = spot("first")
    run(
        "UPDATE sample_spot SET name = 'second', grade = 5, version = 2, geom = ST_Translate(geom, 0.0005, 0) WHERE id = %s",
        id,
    )
    look(page, f"&sel=spots.{id}")
    page.get_by_role("button", name="歷程").click()
    states = page.locator(".state")
    expect(states).to_have_count(2)
    expect(states.first).to_contain_text("second")
    expect(states.first.locator("del").first).to_contain_text("first")
    expect(states.first).to_contain_text("移來")
    picture(page, "edit-past")
    page.get_by_role("button", name="還原到這一版").click()
    expect(states).to_have_count(3)
    now = of(id)
    assert (now["name"], now["grade"], now["version"], now["x"]) == (
        "first",
        1,
        3,
        pytest.approx(LON, abs=1e-9),
    )


def test_a_second_browser_sees_an_edit_within_two_seconds(
    page: Page, browser: Browser, address: str, seen: Seen
) -> None:
    sign_in(page)
    id = spot("shared")
    other = browser.new_context(base_url=address, locale="zh-TW").new_page()
    look(other, f"&sel=spots.{id}")
    expect(other.locator("article.detail h2")).to_have_text("shared")
    edit(page, id)
    page.get_by_label("名稱").fill("seen by all")
    other.evaluate("() => performance.mark('asked')")
    saved(page)
    expect(other.locator("article.detail h2")).to_have_text("seen by all", timeout=2000)
    other.context.close()


def test_a_conflict_is_merged_field_by_field(page: Page, seen: Seen) -> None:
    sign_in(page)
    id = spot("both")
    edit(page, id)
    page.get_by_label("名稱").fill("mine")
    page.get_by_label("等級").fill("7")
    drag(page, at(page, LON, LAT), (0, -50), keys="Alt")
    run(
        "UPDATE sample_spot SET name = 'theirs', weight = 9, version = 2, geom = ST_Translate(geom, 0.0002, 0) WHERE id = %s",
        id,
    )
    page.get_by_role("button", name="儲存", exact=True).click()
    merge = page.locator(".pane.merge")
    expect(merge).to_contain_text("有人也改了這筆")
    expect(merge.locator("[data-field=name]")).to_contain_text("theirs")
    expect(merge.locator("[data-field=place]")).to_be_visible()
    at_rest(page)
    roles = page.evaluate(f"{MAP}.getSource('drafted').serialize().data.features.map(f => f.properties.role)")
    assert {"mine", "theirs"} <= set(roles)
    picture(page, "edit-conflict")
    merge.locator("[data-field=name] label", has_text="對方的").click()
    page.get_by_role("button", name="儲存合併結果").click()
    expect(merge).to_have_count(0)
    becomes(page, id, grade=7)
    now = of(id)
    assert (now["name"], now["grade"], now["weight"], now["version"]) == ("theirs", 7, 9, 3)
    assert now["y"] > LAT
    page.keyboard.press("Control+z")  # takes back mine alone
    becomes(page, id, grade=1)
    assert (of(id)["name"], of(id)["weight"]) == ("theirs", 9)
    seen.errors = [e for e in seen.errors if "412" not in e]


def test_offline_an_edit_waits_and_is_sent_once(page: Page, seen: Seen) -> None:
    sign_in(page)
    id = spot("tunnel")
    edit(page, id)
    page.context.set_offline(True)
    page.get_by_label("名稱").fill("from the tunnel")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator(".outbox")).to_contain_text("待上傳 1")
    picture(page, "edit-offline")
    assert of(id)["name"] == "tunnel"
    page.context.set_offline(False)
    becomes(page, id, name="from the tunnel")
    expect(page.locator(".outbox")).to_have_count(0)
    assert (of(id)["name"], of(id)["version"]) == ("from the tunnel", 2)
    seen.errors = [
        e for e in seen.errors if "ERR_INTERNET_DISCONNECTED" not in e and "ERR_NETWORK_CHANGED" not in e
    ]


def test_an_edit_of_a_closed_page_is_sent_by_the_next(page: Page, seen: Seen) -> None:
    sign_in(page)
    id = spot("closed")
    edit(page, id)
    page.route("**/bulk", lambda route: route.abort())
    page.get_by_label("名稱").fill("sent later")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator(".outbox")).to_contain_text("待上傳 1")
    page.unroute("**/bulk")
    page.reload()
    at_rest(page)
    becomes(page, id, name="sent later")
    assert of(id)["version"] == 2
    seen.errors = [e for e in seen.errors if "ERR_FAILED" not in e]


def test_a_lost_session_keeps_the_edit_and_goes_on_after_signing_in(page: Page, seen: Seen) -> None:
    sign_in(page)
    id = spot("session")
    edit(page, id)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("名稱").fill("kept")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator(".outbox")).to_contain_text("登入已失效")
    picture(page, "edit-signed-out")
    again = page.get_by_role("dialog", name="請重新登入")
    again.locator("[name=password]").fill("antu-demo-investigator")
    again.locator("button.filled").click()
    expect(again).to_have_count(0)
    becomes(page, id, name="kept")
    expect(page.locator(".outbox")).to_have_count(0)
    assert (of(id)["name"], of(id)["version"]) == ("kept", 2)
    seen.errors = [e for e in seen.errors if not re.search(r"40[13]", e)]


def test_many_are_changed_at_once_and_taken_back_at_once(page: Page) -> None:
    sign_in(page)
    ids = [spot(f"m{n}", n * 0.00002) for n in range(12)]
    look(page)
    page.get_by_role("button", name="清單").click()
    expect(page.locator(".listed li")).to_have_count(12)
    page.get_by_role("button", name="批次編輯 12 筆").click()
    page.locator(".rows label", has_text="m3").click()
    page.get_by_label("要改的欄位").select_option("kind")
    page.get_by_label("新的值").select_option("c")
    picture(page, "edit-many")
    page.get_by_role("button", name="套用到 11 筆").click()
    until(
        page,
        lambda: run("SELECT kind, count(*) FROM sample_spot GROUP BY 1 ORDER BY 1") == [("a", 1), ("c", 11)],
    )
    assert of(ids[3])["kind"] == "a"
    page.keyboard.press("Control+z")
    until(page, lambda: run("SELECT kind, count(*) FROM sample_spot GROUP BY 1") == [("a", 12)])
    versions = run("SELECT DISTINCT version FROM sample_spot ORDER BY 1")
    assert versions == [(1,), (3,)]


def shape_of(table: str, id: int) -> Any:
    rows = run(f"SELECT ST_AsGeoJSON(geom, 9, 0) FROM {table} WHERE id = %s", id)
    return json.loads(rows[0][0])["coordinates"] if rows else None


def way() -> int:
    (found,) = run(
        "INSERT INTO sample_way (key, origin, version, changed_at, geom, name, rank, built_on) VALUES ('b-way', 'real', 1, now(), "
        "ST_SetSRID(ST_MakeLine(ARRAY[ST_MakePoint(%s, %s), ST_MakePoint(%s, %s), ST_MakePoint(%s, %s)]), 4326), 'way', 1, '2020-01-01') RETURNING id",
        LON - 0.0006, LAT, LON, LAT, LON + 0.0006, LAT,
    )  # fmt: skip
    return int(found[0])


def test_a_line_is_reshaped_cut_and_merged(page: Page) -> None:
    sign_in(page, "planner")
    id = way()
    edit(page, id, "ways")
    before = shape_of("sample_way", id)
    drag(page, at(page, LON, LAT), (0, 60), keys="Alt")
    drag(page, at(page, LON + 0.0003, (shape_now(page)[1][1] + LAT) / 2), (0, 30), keys="Alt")
    assert len(shape_now(page)) == 4
    picture(page, "edit-line")
    page.keyboard.press("Control+z")
    assert len(shape_now(page)) == 3
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press(".")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".pane.edit")).to_have_count(0)
    now = shape_of("sample_way", id)
    assert len(now) == 3
    assert now[1][1] < before[1][1] - 0.00005
    page.get_by_role("button", name="編輯", exact=True).click()
    page.get_by_role("button", name="切開").click()
    x, y = at(page, LON + 0.0003, LAT)
    page.mouse.click(x, y - 120)
    page.mouse.dblclick(x, y + 120)
    totals(page, "ways", 2)
    expect(page.locator(".pane.edit")).to_have_count(0)
    page.get_by_role("button", name="編輯", exact=True).click()
    page.get_by_role("button", name="合併").click()
    page.locator(".neighbours button").click()
    totals(page, "ways", 1)
    page.keyboard.press("Control+z")
    totals(page, "ways", 2)
    page.keyboard.press("Control+z")
    totals(page, "ways", 1)
    assert shape_of("sample_way", id) == now


def shape_now(page: Page) -> Any:
    return page.evaluate(
        f"{MAP}.getSource('drafted').serialize().data.features.find(f => f.properties.role === 'shape').geometry.coordinates"
    )


def test_a_corner_snaps_to_the_street_within_a_centimetre(page: Page) -> None:
    sign_in(page)
    id = spot("kerb")
    (lon, lat, text) = run(
        "SELECT ST_X(p), ST_Y(p), ST_AsText(geom) FROM (SELECT geom, ST_StartPoint(geom) AS p FROM streets_road "
        "ORDER BY geom <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326) LIMIT 1) r",
        LON, LAT,
    )[0]  # fmt: skip
    run(
        "UPDATE sample_spot SET geom = ST_SetSRID(ST_MakePoint(%s, %s), 4326) WHERE id = %s",
        lon + 0.0001,
        lat,
        id,
    )
    page.goto("about:blank")
    page.goto(f"/#1/19/{lat}/{lon}?l=spots,roads&sel=spots.{id}")
    at_rest(page)
    page.get_by_role("button", name="編輯", exact=True).click()
    page.wait_for_selector("html[data-snap]", state="attached")
    start, goal = at(page, lon + 0.0001, lat), at(page, lon, lat)
    drag(page, start, (goal[0] - start[0] + 3, goal[1] - start[1] + 2))
    saved(page)
    (far,) = run(
        "SELECT ST_Distance(geom::geography, ST_GeomFromText(%s, 4326)::geography) FROM sample_spot WHERE id = %s",
        text,
        id,
    )[0]
    assert far <= 0.01
