"""Bringing files: dropped, chosen, by mouse and by keyboard alone; kept, coloured, counted by place, deleted, restored."""

from __future__ import annotations

import base64
import io
import os
import zipfile
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Page, expect
from pyproj import Transformer

from gis.accounts.demo import password_of
from tests.browser.conftest import Seen
from tests.browser.test_axe import AXE, broken
from tests.browser.test_explore import ask
from tests.browser.test_first_minute import MAP, at_rest, visit

pytestmark = [pytest.mark.browser]
LON, LAT = 120.4473, 23.4795
PICTURES = os.environ.get("ANTU_BRING_PICTURES")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def signed_in(page: Page, name: str = "planner", hash: str = "") -> None:
    page.goto("/accounts/sign-in/?next=/")
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password_of(name))
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/")
    visit(page, hash)


def big5(rows: int = 40) -> bytes:
    x, y = Transformer.from_crs(4326, 3826, always_xy=True).transform(LON, LAT)
    lines = ["案號,路口名稱,發生日期,TWD97_X,TWD97_Y,類別"]
    lines += [
        f"A{n:03d},中山路口{n},113/01/{n % 28 + 1:02d},{x + n * 20 - 400:.1f},{y + (n % 7) * 40:.1f},{'甲乙丙'[n % 3]}"
        for n in range(rows)
    ]
    return "\r\n".join([*lines, "B1,沒有位置,113/01/01,,,甲"]).encode("big5")


def drop(page: Page, name: str, body: bytes, size: int | None = None) -> None:
    """A file dragged from the desktop onto the map. `size` makes it look as large as one does not wish to send."""
    page.evaluate(
        """([name, body, size]) => {
            const file = new File([Uint8Array.from(atob(body), c => c.charCodeAt(0))], name);
            if (size) Object.defineProperty(file, 'size', {value: size});
            const data = {types: ['Files'], files: [file], dropEffect: 'none'};
            const on = document.querySelector('.maplibregl-canvas');
            for (const kind of ['dragenter', 'dragover', 'drop']) {
                const event = new DragEvent(kind, {bubbles: true, cancelable: true});
                Object.defineProperty(event, 'dataTransfer', {value: data});
                on.dispatchEvent(event);
            }
        }""",
        [name, base64.b64encode(body).decode(), size],
    )


def on_map(page: Page, layer: str) -> int:
    at_rest(page)
    found = page.evaluate(
        f"""new Set({MAP}.queryRenderedFeatures({{layers: {MAP}.getStyle().layers
        .filter(l => l.source === '{layer}').map(l => l.id)}}).map(f => f.id)).size"""
    )
    return int(found)


def own_id(page: Page, name: str) -> str:
    """The newest layer of one's own, once the list has heard of it."""
    first = page.locator("[data-own]").first
    expect(first.locator("button.plain").first).to_have_text(name)
    return first.get_attribute("data-own") or ""


def test_a_big5_file_is_dropped_and_seen_in_three_clicks(page: Page) -> None:
    signed_in(page)
    drop(page, "事故.csv", big5())
    expect(page.locator("[data-found=encoding]")).to_have_text("Big5")
    expect(page.locator("#bring-crs")).to_have_value("EPSG:3826")
    expect(page.locator("[data-found=how]")).to_contain_text("121")
    expect(page.locator(".bringing .verdict")).to_contain_text("40")
    assert page.evaluate(f"{MAP}.querySourceFeatures('drawn').length") > 0
    page.locator(".bringing details summary").click()
    expect(page.locator(".rejects li")).to_have_count(1)
    expect(page.locator(".rejects")).to_contain_text("第 42 列")
    picture(page, "bring-look")
    page.locator("#bring-by").select_option("類別")
    page.locator("[data-act=keep]").click()
    expect(page.locator(".bringing[data-step=done] .verdict")).to_contain_text("40")
    id = own_id(page, "事故")
    expect(page.locator(f"[data-layer={id}] .class")).to_contain_text(["甲", "丙", "乙"])
    assert on_map(page, id) > 30
    assert id in page.url
    ((x,),) = ask(
        "SELECT ST_X(geom) FROM uploads_feature WHERE properties->>'c2' = '中山路口20' ORDER BY id DESC LIMIT 1"
    )
    assert abs(x - LON) * 111_000 < 1
    picture(page, "bring-kept")
    page.locator(f"[data-layer={id}] .class", has_text="甲").click()
    expect(page.locator(f"[data-layer={id}] .layer-head .count")).to_have_text("26")
    page.reload()
    at_rest(page)
    expect(page.locator(f"[data-layer={id}] .class")).to_contain_text(["甲", "丙", "乙"])


def test_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    page.on(
        "filechooser", lambda chooser: None
    )  # caught from the start: the key may be faster than a later wish
    signed_in(page)
    page.get_by_role("button", name="帶入資料").focus()
    page.keyboard.press("Enter")
    field = page.locator(".dropzone input")
    expect(field).to_be_attached()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.matches('.dropzone input') ?? false"):
            break
    assert page.evaluate("document.activeElement?.matches('.dropzone input')")
    path = tmp_path / "places.csv"
    path.write_text(f"name,lon,lat\na,{LON},{LAT}\nb,{LON + 0.002},{LAT}\n")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(path)
    keep = page.locator("[data-act=keep]")
    expect(keep).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset?.act === 'keep'"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".bringing[data-step=done] .verdict")).to_contain_text("2")
    assert on_map(page, own_id(page, "places")) == 2


def shapefile() -> bytes:
    """A zipped shapefile of two squares in TWD97, without a .cpg, as offices hand it over."""
    import tempfile

    import pyogrio

    turn = Transformer.from_crs(4326, 3826, always_xy=True)
    x, y = turn.transform(LON, LAT)
    shapes = shapely.to_wkb(
        [shapely.box(x - 500, y - 500, x, y + 500), shapely.box(x, y - 500, x + 500, y + 500)]
    )
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as room, zipfile.ZipFile(out, "w") as archive:
        import numpy as np

        pyogrio.raw.write(
            Path(room) / "areas.shp", geometry=shapes, field_data=[np.array(["西", "東"], dtype=object)], fields=["名稱"],
            geometry_type="Polygon", crs="EPSG:3826", encoding="CP950",
        )  # fmt: skip
        for path in Path(room).iterdir():
            if path.suffix != ".cpg":
                archive.write(path, path.name)
    return out.getvalue()


def kml() -> bytes:
    marks = "".join(
        f"<Placemark><name>p{n}</name><Point><coordinates>{LON + (n - 3) / 1000},{LAT}</coordinates></Point></Placemark>"
        for n in range(8)
    )
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'.encode()


def test_areas_and_points_are_joined_by_place(page: Page) -> None:
    signed_in(page)
    for name, body in (("分區.zip", shapefile()), ("點位.kml", kml())):
        drop(page, name, body)
        page.locator("[data-act=keep]").click()
        expect(page.locator(".bringing[data-step=done]")).to_be_visible()
        expect(page.locator(".own-list")).to_contain_text("areas" if name.endswith("zip") else "點位")
    row = page.locator("[data-own]", has_text="點位")
    row.locator("button.plain").click()
    row.locator("summary", has_text="依地方統計").click()
    row.locator("select[id$=to]").select_option(label="areas")
    row.locator("[data-act=join]").click()
    id = own_id(page, "點位 × areas")
    expect(page.locator(f"[data-layer={id}] .class").first).to_be_visible()
    answer = page.request.get(f"/ogc/collections/{id}/items?f=json").json()
    assert sorted(f["properties"]["count"] for f in answer["features"]) == [3, 5] or sum(
        f["properties"]["count"] for f in answer["features"]
    ) in (8, 9)
    assert on_map(page, id) == 2
    picture(page, "bring-joined")


def test_renamed_coloured_shared_deleted_and_restored(page: Page) -> None:
    signed_in(page)
    drop(page, "點.csv", f"name,lon,lat\n<img src=x onerror=alert(1)>,{LON},{LAT}\n".encode())
    page.locator("[data-act=keep]").click()
    expect(page.locator(".bringing[data-step=done]")).to_be_visible()
    id = own_id(page, "點")
    row = page.locator(f"[data-own={id}]")
    row.locator("button.plain").first.click()
    row.locator("input[maxlength]").fill("新名字")
    row.locator("input[maxlength]").press("Enter")
    row.locator("input[maxlength]").blur()
    expect(page.locator(f"[data-layer={id}] .layer-name")).to_have_text("新名字")
    row.locator(".hues input").nth(2).check(force=True)
    expect(row.locator(".hues input").nth(2)).to_be_checked()
    at_rest(page)
    assert page.evaluate(f"{MAP}.getPaintProperty('{id}/0.0', 'circle-color')") == "#136551"
    picture(page, "bring-own")
    if AXE.exists():
        at_rest(page)
        assert broken(page) == []
    row.locator("[data-act=delete]").click()
    expect(page.locator(f"[data-layer={id}]")).to_have_count(0)
    page.locator("[data-restore]").first.click()
    expect(page.locator(f"[data-layer={id}]")).to_have_count(1)
    assert on_map(page, id) == 1
    at = page.evaluate(
        f"""(() => {{ const m = {MAP}, p = m.project([{LON}, {LAT}]), b = m.getCanvas().getBoundingClientRect();
        return [p.x + b.left, p.y + b.top]; }})()"""
    )
    page.mouse.click(*at)
    expect(page.locator("article.detail")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_half_a_gigabyte_and_nonsense_are_refused_with_a_sentence(page: Page, seen: Seen) -> None:
    signed_in(page)
    drop(page, "huge.csv", b"a,b\n", size=500 * 2**20)
    expect(page.locator(".bringing .wrong")).to_contain_text("200 MB")
    drop(page, "picture.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99)
    expect(page.locator(".bringing .wrong")).to_contain_text("PNG")
    drop(page, "empty.kml", b"")
    expect(page.locator(".bringing .wrong")).to_contain_text("0 位元組")
    picture(page, "bring-refused")
    seen.errors = [e for e in seen.errors if "422" not in e]


def test_two_files_at_once_are_taken_one_after_the_other(page: Page) -> None:
    signed_in(page)
    for name in ("one.csv", "two.csv"):
        drop(page, name, f"name,lon,lat\na,{LON},{LAT}\n".encode())
    expect(page.locator(".bringing .file strong")).to_have_text("one.csv")
    page.locator("[data-act=keep]").click()
    expect(page.locator(".bringing .file strong")).to_have_text("two.csv")
    expect(page.locator("[data-act=keep]")).to_be_visible()
    page.get_by_role("button", name="取消").click()
    expect(page.locator(".dropzone")).to_be_visible()
    (left,) = ask("SELECT count(*) FROM uploads_file WHERE name = 'two.csv'")
    assert left == (0,)


def test_a_stranger_is_asked_to_sign_in(page: Page) -> None:
    visit(page)
    drop(page, "one.csv", b"a,b\n1,2\n")
    expect(page.locator(".bringing .wrong")).to_contain_text("登入")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_panel_breaks_no_rule(page: Page, lang: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    signed_in(page)
    visit(page, f"?lang={lang}#1?p=bring")
    drop(page, "事故.csv", big5())
    expect(page.locator("[data-act=keep]")).to_be_visible()
    at_rest(page)
    assert broken(page) == []
    page.locator(".either button").last.click()
    page.locator("#bring-layer").select_option("stations")
    page.locator("#map-name").select_option("路口名稱")
    page.locator("[data-act=try]").click()
    expect(page.locator(".bringing[data-step=done] .verdict").first).to_contain_text("40")
    at_rest(page)
    assert broken(page) == []
    picture(page, f"bring-append-{lang}")


def test_both_ways_of_writing_a_place_find_the_same(page: Page) -> None:
    pins = []
    for text in ("217441.5, 2670886.7", "24.14290 120.67963"):
        page.goto("about:blank")
        visit(page, "#1/13/23.48/120.45")
        page.locator("antu-search input").fill(text)
        page.locator("antu-search input").press("Enter")
        page.wait_for_function(f"() => {MAP}.getCenter().lng > 120.6")
        at_rest(page)
        pins.append(page.evaluate(f"{MAP}.getCenter().toArray()"))
    (ax, ay), (bx, by) = pins
    assert abs(ax - bx) * 102_000 + abs(ay - by) * 111_000 < 2
