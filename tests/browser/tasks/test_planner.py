"""What planners and developers do, each within its number of presses: requests, files, areas, places, other pages."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tasks.hand import Hand
from tests.browser.test_bring import LAT, LON, big5, drop, kml, on_map, own_id, shapefile
from tests.browser.test_explore import ask, by_year, ring_of, years_inside
from tests.browser.test_first_minute import MAP, at_rest, total, visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]
FILTER = "h=16..18&t=2023-01..2023-12&q=crashes~severity%20IN%20(1,%202)"


@pytest.fixture(autouse=True)
def planner(page: Page, hand: Hand) -> None:
    sign_in(page, "planner", "/help/")


def start(page: Page, hand: Hand, hash: str = "") -> None:
    visit(page, hash)
    hand.begin()


def condition(hand: Hand) -> None:
    hand.press(hand.page.get_by_role("button", name="條件", exact=True))


def copied(page: Page, hand: Hand, what: str) -> str:
    hand.press(page.get_by_role("button", name=f"複製：{what}"))
    expect(page.locator(".toast")).to_contain_text(what)
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def test_l1_the_filter_as_a_request(page: Page, hand: Hand) -> None:
    start(page, hand, f"#1?{FILTER}")
    condition(hand)
    url = copied(page, hand, "OGC API – Features")
    hand.ended(2)
    answer = page.request.get(url).json()
    assert answer["numberMatched"] == total(page) > 0
    rows = page.request.get(f"{url}&limit=1000").json()["features"]
    assert len(rows) == total(page)
    assert {row["properties"]["severity"] for row in rows} <= {1, 2}


@pytest.mark.parametrize("format", ["gpkg", "csv", "geojson"])
def test_l2_the_filtered_crashes_as_a_file(page: Page, hand: Hand, format: str, tmp_path: Path) -> None:
    start(page, hand, f"#1?{FILTER}")
    condition(hand)
    hand.press(page.get_by_role("group", name="坐標系統").get_by_role("button", name="TWD97 121"))
    with page.expect_download() as download:
        hand.press(page.locator(f"[data-format={format}]"))
    hand.ended(3)
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    if format == "gpkg":
        with sqlite3.connect(path) as file:
            ((table, srs),) = file.execute("SELECT table_name, srs_id FROM gpkg_contents").fetchall()
            assert srs == 3826
            ((rows,),) = file.execute(f'SELECT count(*) FROM "{table}"').fetchall()
    elif format == "csv":
        lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        rows = len(lines)
        east = [float(v) for v in lines[0].values() if re.fullmatch(r"\d{6}\.\d+", v or "")]
        assert any(150_000 < one < 350_000 for one in east)
    else:  # GeoJSON knows longitude and latitude alone, and the button says so
        features = json.loads(path.read_text("utf-8"))["features"]
        rows = len(features)
        assert all(119 < one["geometry"]["coordinates"][0] < 123 for one in features)
    assert rows == total(page) > 0


def test_l3_counts_by_year_inside_a_lasso(page: Page, hand: Hand) -> None:
    start(page, hand, "#1/15/23.4795/120.4473")
    hand.press(page.get_by_role("button", name="圈選範圍"))
    if hand.keys:  # three corners under the crosshair
        expect(page.locator(".maplibregl-canvas")).to_be_focused()
        for arrows in (("ArrowLeft", "ArrowUp"), ("ArrowRight", "ArrowRight"), ("ArrowDown", "ArrowDown")):
            for arrow in arrows:
                hand.key(arrow)
                page.wait_for_function(f"!{MAP}.isMoving()")
            hand.key("Space")
        hand.key("Enter")
    else:
        hand.drag((700, 300), (900, 280), (1000, 400), (900, 520), (720, 500), (690, 320), steps=8)
    expect(page.locator(".inside tbody tr")).to_have_count(3)
    hand.ended(3)
    at_rest(page)
    assert by_year(page) == years_inside(ring_of(page))
    assert sum(by_year(page).values()) == total(page) > 0


def bring(page: Page, hand: Hand, tmp_path: Path, *files: tuple[str, bytes]) -> None:
    """By mouse they are dropped on the map together, by keyboard chosen in the dialog of the system."""
    if not hand.keys:
        for name, body in files:
            drop(page, name, body)
        hand.clicks += 1  # the one drag, which only a script does without a pointer
        return
    paths = [tmp_path / name for name, _ in files]
    for path, (_, body) in zip(paths, files, strict=True):
        path.write_bytes(body)
    page.on(
        "filechooser", lambda chooser: None
    )  # caught from here on: the key may be faster than a later wish
    hand.press(page.get_by_role("button", name="帶入資料"))
    hand.reach(page.locator(".dropzone input"))
    with page.expect_file_chooser() as chooser:
        hand.key("Enter")
    chooser.value.set_files(paths)


def test_l4_a_big5_file_in_twd97(page: Page, hand: Hand, tmp_path: Path) -> None:
    start(page, hand)
    bring(page, hand, tmp_path, ("事故.csv", big5()))
    expect(page.locator("[data-found=encoding]")).to_have_text("Big5")
    expect(page.locator("#bring-crs")).to_have_value("EPSG:3826")
    keep = page.locator("[data-act=keep]")
    hand.press(keep)
    expect(page.locator(".bringing[data-step=done] .verdict")).to_contain_text("40")
    hand.ended(3)
    layer = own_id(page, "事故")
    assert on_map(page, layer) > 30
    assert layer in page.url
    ((x, y),) = ask(
        "SELECT ST_X(geom), ST_Y(geom) FROM uploads_feature WHERE properties->>'c2' = '中山路口20' ORDER BY id DESC LIMIT 1"
    )
    assert abs(x - LON) * 102_000 < 1
    assert abs(y - (LAT + 6 * 40 / 110_750)) * 111_000 < 2


def test_l5_areas_and_points_joined_and_coloured(page: Page, hand: Hand, tmp_path: Path) -> None:
    start(page, hand)
    bring(page, hand, tmp_path, ("分區.zip", shapefile()), ("點位.kml", kml()))
    keep = page.locator("[data-act=keep]")
    expect(page.locator(".bringing .file strong")).to_have_text("分區.zip")
    hand.press(keep)
    expect(page.locator(".bringing .file strong")).to_have_text("點位.kml")
    hand.press(keep)
    expect(page.locator(".bringing[data-step=done]")).to_be_visible()
    join = page.locator(".bringing [data-act=join]", has_text="areas").first
    expect(join).to_be_visible()
    hand.press(join)
    layer = own_id(page, "點位 × areas")
    expect(page.locator(f"[data-layer={layer}] .class").first).to_be_visible()
    hand.ended(5)
    assert on_map(page, layer) == 2
    answer = page.request.get(f"/ogc/collections/{layer}/items?f=json").json()
    assert sum(f["properties"]["count"] for f in answer["features"]) in (8, 9)


def test_l6_a_place_written_either_way(page: Page, hand: Hand) -> None:
    found = []
    for text in ("217441.5, 2670886.7", "24.14290 120.67963"):
        page.goto("about:blank")
        start(page, hand)
        if hand.keys:
            hand.key("/")
        else:
            hand.press(page.get_by_role("combobox", name="搜尋"))
        page.keyboard.type(text)
        expect(page.locator("#found").get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#found")).not_to_be_visible()
        hand.ended(1)
        page.wait_for_function(f"() => {MAP}.getSource('marked').serialize().data.features.length === 1")
        found.append(
            page.evaluate(f"{MAP}.getSource('marked').serialize().data.features[0].geometry.coordinates")
        )
        page.wait_for_function(f"() => Math.abs({MAP}.getCenter().lng - 120.6796) < 1e-3")
        at_rest(page)
        assert re.search(r"#1/17\.00/24\.142\d+/120\.679\d+", page.url)
    (ax, ay), (bx, by) = found
    assert abs(ax - bx) * 102_000 < 2 and abs(ay - by) * 111_000 < 2


def test_l8_addresses_of_this_view(page: Page, hand: Hand) -> None:
    start(page, hand, "#1/15.5/23.4795/120.4473?l=crashes,roads&q=crashes~severity%20=%202")
    source = """f => f.source === 'crashes' && f.id !== undefined"""
    here = page.evaluate(
        f"[...new Set({MAP}.queryRenderedFeatures().filter({source}).map(f => f.id))].length"
    )
    condition(hand)
    frame = copied(page, hand, "嵌入網頁")
    hand.ended(2)
    values: dict[str, str] = {
        name: page.locator(f"#copy-{name}").input_value() for name in ("tiles", "style", "frame")
    }
    assert values["frame"] == frame
    box: Any = page.evaluate(f"{MAP}.getCenter().toArray()")
    assert re.search(r"/tiles/crashes/\{z\}/\{x\}/\{y\}\.mvt\?filter=severity", values["tiles"]), (
        values,
        box,
    )
    assert page.request.get(values["style"]).json()["version"] == 8
    tile = values["tiles"].replace("{z}", "14").replace("{x}", "13673").replace("{y}", "7091")
    assert page.request.get(tile).ok
    page.goto(frame.split('"')[1].replace("&amp;", "&"))
    page.wait_for_selector("html[data-ready][data-map=idle]", state="attached")
    there = page.evaluate(
        f"[...new Set({MAP}.queryRenderedFeatures().filter({source}).map(f => f.id))].length"
    )
    assert there > 0 and there >= here * 0.9  # without panels more of it is seen


def test_l9_from_a_layer_to_its_page_and_what_it_conforms_to(page: Page, hand: Hand) -> None:
    start(page, hand)
    hand.press(
        page.get_by_role("button", name="事故：說明與透明度").or_(
            page.locator("[data-layer=crashes] .more").last
        )
    )
    link = page.locator("[data-layer=crashes] .options .links a").last
    if hand.keys:
        hand.reach(link)
        hand.key("Enter")
    else:
        link.click()
    page.wait_for_url("**/ogc/collections/crashes**")
    hand.ended(2)
    expect(page.locator("main, body").first).to_contain_text("crashes")
    conformance = page.get_by_role("link", name=re.compile("conformance|符合", re.I)).first
    expect(conformance).to_be_visible()
    answer = page.request.get(conformance.get_attribute("href") or "")
    assert answer.ok and "conf/core" in answer.text()
