"""What a member of the council does, each within its number of presses: find, filter, compare, rank, hand on, print."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.tasks.hand import Hand, within
from tests.browser.test_explore import ask, counted, shows
from tests.browser.test_first_minute import MAP, at_rest, total, visit
from tests.browser.test_people import sign_in

pytestmark = [pytest.mark.browser]
MM = 72 / 25.4


@pytest.fixture(autouse=True)
def member(page: Page, hand: Hand) -> None:
    sign_in(page, "council", "/help/")


def start(page: Page, hand: Hand, hash: str = "") -> None:
    visit(page, hash)
    hand.begin()


def busiest() -> tuple[int, str, int]:
    """Of the junctions that no other is as near as 60 m to, the one with the most crashes within 30 m."""
    rows = ask(
        "SELECT j.id, j.name, count(c.id) FROM streets_junction j JOIN crashes_crash c "
        "ON ST_DWithin(j.geom::geography, c.geom::geography, 30) WHERE NOT EXISTS (SELECT FROM streets_junction o "
        "WHERE o.id <> j.id AND ST_DWithin(j.geom::geography, o.geom::geography, 60)) "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 1"
    )
    id, name, n = rows[0]
    return int(id), str(name), int(n)


def rendered(page: Page, source: str, property: str | None = None) -> list[Any]:
    what = f"f.properties.{property}" if property else "f.id"
    found: list[Any] = page.evaluate(
        f"[...new Set({MAP}.queryRenderedFeatures().filter(f => f.source === '{source}').map(f => {what}))]"
    )
    return found


def test_c1_find_a_junction_by_part_of_its_name(page: Page, hand: Hand) -> None:
    id, name, crashes = busiest()
    start(page, hand)
    box = page.get_by_role("combobox", name="搜尋")
    if hand.keys:
        hand.key("/")
        expect(box).to_be_focused()
    else:
        hand.press(box)
    page.keyboard.type(" ".join(part[:-1] for part in name.split("／")))
    expect(page.locator("#found").get_by_role("option").first).to_contain_text(name)
    page.keyboard.press("Enter")
    panel = page.locator("article.detail")
    expect(panel.locator("h2")).to_have_text(name)
    figures = panel.locator(".happening[data-layer=crashes] .figure strong")
    expect(figures).to_have_count(4)
    hand.ended(1)
    assert sum(int(one.replace(",", "")) for one in figures.all_inner_texts()[:3]) == crashes
    expect(panel.locator(".happening[data-layer=crashes]")).to_contain_text("30 公尺內最近的路口")
    at_rest(page)
    assert f"sel=junctions.{id}" in page.url


def test_c2_leave_only_the_killed_and_the_injured(page: Page, hand: Hand) -> None:
    start(page, hand)
    hand.tick(page.locator("[data-layer=crashes] label.class", has_text="A3"))
    expect(page.locator(".held .chip", has_text="A1 死亡、A2 受傷")).to_be_visible()
    hand.ended(1)
    shows(page, counted(page, filter="severity IN (1, 2)"))
    at_rest(page)
    assert "q=crashes~severity%20IN%20(1,%202)" in page.url
    shown = page.locator("[data-layer=crashes] .class:not(.off)")
    expect(shown).to_contain_text(["A1", "A2"])
    page.evaluate(f"{MAP}.jumpTo({{zoom: 16}})")
    at_rest(page)
    assert set(rendered(page, "crashes", "severity")) <= {1, 2} and rendered(page, "crashes", "severity")


def test_c3_afternoons_of_the_last_year(page: Page, hand: Hand) -> None:
    start(page, hand)
    if hand.keys:
        hand.reach(page.get_by_role("slider", name="起始月份"))
        hand.key("PageUp", "PageUp")
        expect(page.locator(".held .chip").first).to_contain_text("–")
        hand.reach(page.get_by_role("slider", name="起始時刻"))
        hand.key("PageUp", "PageUp", *["ArrowRight"] * 4)
        hand.reach(page.get_by_role("slider", name="結束時刻"))
        hand.key("PageDown", "ArrowRight")
    else:
        months, hours = page.locator(".months .strip"), page.locator(".by-hour .strip")
        hand.drag(within(months, 24.5 / 36), within(months, 35.5 / 36))
        hand.drag(within(hours, 16.5 / 24), within(hours, 18.5 / 24))
    expect(page.locator(".held .chip", has_text="16–19 時")).to_be_visible()
    hand.ended(2)
    first, last = page.locator(".held .chip").first.inner_text().split(" – ")
    ((newest,),) = ask(
        "SELECT to_char(max(occurred_at) AT TIME ZONE 'Asia/Taipei', 'YYYY-MM') FROM crashes_crash"
    )
    assert last == newest
    assert (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) == 11
    at_rest(page)
    west, south, east, north = page.evaluate(f"{MAP}.getBounds().toArray().flat()")
    ((n,),) = ask(
        "SELECT count(*) FROM (SELECT geom, occurred_at AT TIME ZONE 'Asia/Taipei' AS at FROM crashes_crash) c "
        f"WHERE to_char(at, 'YYYY-MM') BETWEEN '{first}' AND '{last}' AND extract(hour FROM at) BETWEEN 16 AND 18 "
        f"AND geom && ST_MakeEnvelope({west}, {south}, {east}, {north}, 4326)"
    )
    shows(page, n)
    assert f"t={first}..{last}" in page.url and "h=16..18" in page.url


def test_c5_before_and_after_by_swipe(page: Page, hand: Hand) -> None:
    id, _, _ = busiest()
    start(page, hand, f"#1/17/23.48/120.447?sel=junctions.{id}")
    hand.press(page.get_by_role("button", name="滑動比對"))
    page.wait_for_function("() => document.querySelector('.map.aside')?.map?.getSource('crashes')")
    divider = page.get_by_role("slider", name="比對分隔線")
    if hand.keys:
        hand.reach(divider)
        hand.key(*["Shift+ArrowRight"] * 2)
    else:
        box: Any = divider.bounding_box()
        hand.drag(
            (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (box["x"] + 140, box["y"] + 300)
        )
    expect(divider).not_to_have_attribute("aria-valuenow", "50")
    hand.ended(2)
    at_rest(page)
    found = re.search(r"cmp=swipe:([\d.]+):(\d{4}-\d{2}\.\.\d{4}-\d{2})", page.url)
    assert found and float(found[1]) > 50
    right = re.search(r"[?&]t=(\d{4}-\d{2}\.\.\d{4}-\d{2})", page.url)
    assert right and right[1] != found[2]
    left, other = (
        page.evaluate(f"{one}.getSource('crashes').tiles[0]")
        for one in ("document.querySelector('.map.aside').map", MAP)
    )
    assert found[2][:7] in left and right[1][:7] in other and left != other


def test_c7_the_third_junction_of_a_district(page: Page, hand: Hand) -> None:
    start(page, hand)
    ((district, name),) = ask("SELECT id, name FROM areas_district ORDER BY id LIMIT 1")
    wanted = ask(
        f"SELECT junction_id FROM crashes_crash c JOIN areas_district d ON d.id = {district} AND ST_Intersects(c.merc, d.merc) "
        "WHERE junction_id IS NOT NULL GROUP BY 1 ORDER BY sum(epdo) DESC, count(*) DESC, 1 LIMIT 3"
    )
    hand.press(page.get_by_role("button", name="排名"))
    hand.press(page.get_by_role("group", name="排名範圍").get_by_role("button", name=name))
    rows = page.locator(".ranked button")
    expect(rows.nth(0)).to_have_attribute("data-id", str(wanted[0][0]))
    expect(rows.nth(2)).to_have_attribute("data-id", str(wanted[2][0]))
    hand.press(rows.nth(2))
    expect(page.locator("article.detail")).to_have_attribute("data-feature", f"junctions.{wanted[2][0]}")
    hand.ended(3)
    at_rest(page)
    assert f"sel=junctions.{wanted[2][0]}" in page.url and f"in=districts.{district}" in page.url


def test_c8_corridors_and_cameras_instead_of_hot_spots(page: Page, hand: Hand) -> None:
    """Corridors are on when the map comes; their cameras and the police's are to be, and the risky junctions not."""
    start(page, hand)
    for layer in ("junction_risk", "ptz_cameras", "camera_sets"):
        hand.tick(page.locator(f"[data-layer={layer}] label.check").first)
    expect(page.locator("[data-layer=camera_sets]")).to_have_class(re.compile(r"\bon\b"))
    hand.ended(3)
    at_rest(page)
    layers = page.url.split("l=")[1].split("&")[0].split(",")
    assert {"corridors", "ptz_cameras", "camera_sets"} <= set(layers) and "junction_risk" not in layers
    sources = page.evaluate(f"{MAP}.getStyle().layers.map(l => l.source)")
    assert {"corridors", "ptz_cameras", "camera_sets"} <= set(sources) and "junction_risk" not in sources


def structure(page: Page) -> dict[str, Any]:
    """What the picture is made of: how many things of each source are drawn."""
    at_rest(page)
    found: dict[str, Any] = page.evaluate(
        f"""() => {{ const seen = {{}};
        for (const f of {MAP}.queryRenderedFeatures()) if (f.id !== undefined) (seen[f.source] ??= new Set()).add(f.id);
        return Object.fromEntries(Object.entries(seen).map(([source, ids]) => [source, ids.size]).sort()); }}"""
    )
    return found


def test_c11_a_link_shows_the_same_elsewhere(page: Page, hand: Hand, browser: Browser, address: str) -> None:
    start(
        page,
        hand,
        "#1/15.5/23.48/120.447?l=crashes,roads,corridors:60&t=2023-01..2024-06&h=7..9&q=crashes~severity%20=%202",
    )
    number, drawn = total(page), structure(page)
    hand.press(page.get_by_role("button", name="分享此畫面"))
    expect(page.locator(".toast")).to_contain_text("已複製連結")
    hand.ended(1)
    link = page.evaluate("navigator.clipboard.readText()")
    other = browser.new_context(
        viewport={"width": 1440, "height": 900}, base_url=address, locale="zh-TW", reduced_motion="reduce"
    ).new_page()
    try:
        other.goto(link)
        at_rest(other)
        assert total(other) == number > 0
        assert structure(other) == drawn
        chips = page.locator(".held .chip").all_inner_texts()
        assert other.locator(".held .chip").all_inner_texts() == chips
        same = re.compile(r"&as=[^&]*")
        assert same.sub("", other.url) == same.sub("", page.url)
    finally:
        other.context.close()


def streams(pdf: bytes) -> str:
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S)
    found = []
    for part in parts:
        try:
            found.append(zlib.decompress(part).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found)


def test_c12_a_sheet_of_a3_at_one_to_a_thousand(page: Page, hand: Hand) -> None:
    start(page, hand)
    hand.press(page.get_by_role("button", name="列印"))
    page.wait_for_selector("dialog[data-idle]")
    scale = page.get_by_role("radio", name="1 : 1,000", exact=True)
    if hand.keys:
        hand.reach(page.locator("input[name=scale]:checked"))
        while not scale.is_checked():
            hand.key("ArrowLeft")
    else:
        page.locator(".scales label", has=scale).click()
    expect(page.locator("input[name=layout]:checked")).to_have_value("A3 landscape")
    expect(page.locator(".print-sheet header")).to_contain_text("1 : 1,000")
    page.wait_for_selector("dialog[data-idle]")
    sent: list[bytes] = []

    def noted(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.continue_()

    page.route("**/api/print", noted)
    with page.expect_download(timeout=180_000) as download:
        hand.press(page.get_by_role("button", name="下載 PDF"))
    hand.ended(3)
    asked = sent[0].decode("latin-1")
    assert '"paper":"A3"' in asked and '"turn":"landscape"' in asked and '"scale":1000' in asked
    pdf = download.value.path().read_bytes()
    box = re.search(r"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf.decode("latin-1") + streams(pdf))
    assert box is not None
    assert (float(box[1]) / MM, float(box[2]) / MM) == pytest.approx((420, 297), abs=0.1)
    pixel = re.search(r"\n([\d.]+) 0 0 \1 0 0 cm", streams(pdf))
    assert pixel is not None
    pictures = re.findall(r"([\d.]+) 0 0 -?([\d.]+) [-\d.]+ [-\d.]+ cm\s*/\S+ Do", streams(pdf))
    wide = [float(w) * float(pixel[1]) / MM for w, _ in pictures]
    assert any(one == pytest.approx(420 - 20 - 58 - 3, rel=0.005) for one in wide), wide
    assert "crashes" in asked


def test_c13_english_and_dark(page: Page, hand: Hand) -> None:
    start(page, hand)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    hand.press(page.get_by_role("button", name="EN"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    hand.press(page.get_by_role("button", name="Dark colours"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    hand.ended(2)
    expect(page.locator("[data-layer=crashes] .class").first).to_contain_text("A1 fatal")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    at_rest(page)
    page.reload()
    at_rest(page)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("html")).to_have_attribute("lang", "en")
