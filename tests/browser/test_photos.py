"""Photographs of a scene: looked around in, blurred by hand and by keyboard, and taken without network."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import Seen
from tests.browser.test_edit import run
from tests.browser.test_scene import city, crash, drag, draw, of, pad, picture, saved, stamp, touch, until

pytestmark = [pytest.mark.browser]
__all__ = ["city", "crash", "pad"]
GPANO = b'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"/>'


def street(width: int, height: int, *, sphere: bool = False) -> bytes:
    """Sky, road, a car with a plate and, all around, posts of a colour each."""
    made = Image.new("RGB", (width, height), "#9cc4e4")
    pen = ImageDraw.Draw(made)
    pen.rectangle((0, height // 2, width, height), fill="#5d6166")
    for n, color in enumerate(
        ("#c0392b", "#27ae60", "#f1c40f", "#8e44ad", "#e67e22", "#16a085", "#2c3e50", "#d35400")
    ):
        x = width * (n * 2 + 1) // 16
        pen.rectangle((x - width // 90, height // 4, x + width // 90, height * 6 // 10), fill=color)
    pen.rounded_rectangle((width * 0.44, height * 0.52, width * 0.56, height * 0.66), 8, fill="#eceff2")
    for n in range(12):  # a plate, of stripes that a blur destroys
        x = width * (0.47 + n * 0.005)
        pen.rectangle((x, height * 0.6, x + width * 0.0025, height * 0.64), fill="black")
    out = io.BytesIO()
    made.save(out, "JPEG", quality=92, **({"xmp": GPANO} if sphere else {}))
    return out.getvalue()


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def bring(page: Page, *files: dict[str, Any]) -> None:
    page.locator(".scene-side input[type=file]").set_input_files(list(files))


def rows(crash: int) -> list[tuple[Any, ...]]:
    return run(
        "SELECT p.name, p.panorama, p.party, p.areas, p.caption, p.blurs FROM crashes_scenephoto p JOIN crashes_scene s ON s.id = p.scene_id WHERE s.crash_id = %s ORDER BY p.id",
        crash,
    )


def test_a_panorama_is_looked_around_in_from_its_station(pad: Callable[..., Page], crash: int) -> None:
    page = pad()
    draw(page, crash)
    page.locator(".scene-tools").get_by_role("button", name="照片").tap()
    stamp(page, "全景照片")
    touch(page, 2, 2)
    heading = page.locator(".scene-side input[name=heading]")
    heading.fill("90")
    heading.press("Enter")
    saved(page)
    bring(page, file("around.jpg", street(2048, 1024, sphere=True)))
    page.locator("[data-photo]").tap()
    canvas = page.locator(".photo-window canvas[data-ready]")
    expect(canvas).to_be_visible()
    expect(page.locator(".photo-heading")).to_contain_text("方位角 90°")
    picture(page, "pano-ahead")
    canvas.focus()
    page.keyboard.press("Home")  # from here on the focus is seen
    ahead = canvas.screenshot()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".photo-heading")).to_contain_text("方位角 113°")
    page.keyboard.press("+")
    until(page, lambda: canvas.screenshot() != ahead)
    page.keyboard.press("Home")
    until(page, lambda: canvas.screenshot() == ahead)
    box = canvas.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, (x, y), (x - 200, y + 80))  # what was to the right comes in
    said = page.locator(".photo-heading").inner_text()
    assert 100 < int(said.split("方位角 ")[1].split("°")[0]) < 115 and "仰角 8°" in said
    picture(page, "pano-dragged")
    # a lost context: flat at once, with a sentence
    page.evaluate(
        "() => document.querySelector('.photo-window canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    expect(page.locator(".photo-flat img")).to_be_visible()
    expect(page.locator(".photo-view [role=alert]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".photo-window")).to_have_count(0)
    ((name, panorama, *_),) = rows(crash)
    assert panorama and of(crash, "station")[0]["photos"] == [name]


def test_boxes_are_drawn_moved_undone_and_saved(pad: Callable[..., Page], crash: int) -> None:
    page = pad()
    draw(page, crash)
    bring(page, file("one.jpg", street(1200, 900)), file("two.jpg", street(900, 1200)))
    saved(page)
    expect(page.locator("[data-photo]")).to_have_count(2)
    page.locator("[data-photo]").first.tap()
    expect(page.locator(".photo-flat img")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#photo-title")).to_contain_text("2／2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#photo-title")).to_contain_text("1／2")
    before = page.locator(".photo-flat img").get_attribute("src")
    page.locator(".blur-start").tap()
    area = page.locator(".boxes").bounding_box()
    assert area

    def at(x: float, y: float) -> tuple[float, float]:
        return area["x"] + x * area["width"], area["y"] + y * area["height"]

    drag(page, at(0.2, 0.2), at(0.3, 0.3))
    drag(page, at(0.25, 0.25), at(0.5, 0.62))  # its middle: moved
    expect(page.locator("[data-box]")).to_have_count(1)
    page.get_by_role("button", name="加一框").tap()
    expect(page.locator("[data-box='1']")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    picture(page, "blur-drawing")
    page.keyboard.press("Delete")
    expect(page.locator("[data-box]")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-box]")).to_have_count(2)
    page.locator(".blur-save").tap()
    expect(page.locator(".photo-said")).to_have_text("已遮蔽，照片已重新產生。")
    first, second = rows(crash)[0][5]
    assert [round(n, 2) for n in first] == [0.45, 0.57, 0.55, 0.67]
    assert [round(n, 2) for n in second] == [0.46, 0.45, 0.56, 0.56]
    assert page.locator(".photo-flat img").get_attribute("src") != before  # made anew
    plate = Image.open(
        io.BytesIO(page.request.get(page.locator(".photo-flat img").get_attribute("src") or "").body())
    )
    line = [
        plate.convert("L").getpixel((x, int(plate.height * 0.62)))
        for x in range(int(plate.width * 0.47), int(plate.width * 0.53))
    ]
    assert max(line) - min(line) < 90  # type: ignore[type-var, operator]
    page.wait_for_function("() => document.querySelector('.photo-flat img').complete")
    picture(page, "blur-saved")

    page.locator(".photo-side [name=party]").select_option("A")
    page.locator("[data-area='impact-05']").tap()
    page.locator("[data-area='injury-02']").focus()
    page.keyboard.press("Enter")
    page.locator(".photo-side [name=caption]").fill("右前葉子板")
    page.locator(".photo-side [name=caption]").press("Enter")
    until(page, lambda: rows(crash)[0][2:5] == ("A", ["impact-05", "injury-02"], "右前葉子板"))
    expect(page.locator(".areas-said")).to_have_text("右前車頭(身)、頸部")
    picture(page, "photo-areas")


def test_photos_taken_without_network_arrive_once(pad: Callable[..., Page], crash: int, seen: Seen) -> None:
    page = pad()
    draw(page, crash)
    page.locator(".scene-tools").get_by_role("button", name="照片").tap()
    touch(page, 2, 2)
    saved(page)
    routes = f"**/api/crashes/{crash}/scene**"
    page.context.route(routes, lambda route: route.abort("internetdisconnected"))
    bring(page, file("a.jpg", street(800, 600)), file("b.jpg", street(600, 800)))
    expect(page.locator(".photos .waiting img")).to_have_count(2)
    expect(page.locator(".scene-net")).to_contain_text("4 筆待上傳")
    picture(page, "photos-away")
    page.close()  # the tablet is put away
    again = page.context.new_page()
    again.set_default_timeout(20_000)
    again.goto(f"/#1?w=scene&sel=crashes.{crash}")
    expect(again.locator(".scene-net")).to_contain_text("4 筆待上傳")
    expect(again.locator(".photos .waiting img")).to_have_count(2)
    assert rows(crash) == []
    # the first answer is lost on its way: the server has the photo, the tablet does not know
    lost = []

    def once(route: Any) -> None:
        if not lost and "/photos/" in route.request.url and route.request.method == "PUT":
            lost.append(route.fetch().status)
            return route.abort("connectionreset")
        return route.continue_()

    again.context.unroute(routes)
    again.context.route(routes, once)
    again.evaluate("() => { dispatchEvent(new Event('online')); }")
    until(again, lambda: bool(lost))
    again.evaluate("() => { dispatchEvent(new Event('online')); }")
    saved(again)
    assert lost == [200] and len(rows(crash)) == 2
    assert of(crash, "station")[0]["photos"] == [row[0] for row in rows(crash)]
    expect(again.locator("[data-photo]")).to_have_count(2)
    seen.errors[:] = [
        one
        for one in seen.errors
        if "ERR_INTERNET_DISCONNECTED" not in one and "ERR_CONNECTION_RESET" not in one
    ]


def test_what_is_no_photo_is_refused_with_a_sentence(
    pad: Callable[..., Page], crash: int, seen: Seen
) -> None:
    page = pad()
    draw(page, crash)
    bring(page, file("page.jpg", b"<!doctype html><script>alert(1)</script>"))
    expect(page.locator(".toasts")).to_contain_text("這不是可用的照片")
    saved(page)
    expect(page.locator(".photos li")).to_have_count(0)
    assert rows(crash) == []
    seen.errors[:] = [one for one in seen.errors if "415" not in one]


@pytest.mark.parametrize(("theme", "lang"), [("light", "zh"), ("dark", "en")])
def test_the_viewer_breaks_no_rule(
    pad: Callable[..., Page], crash: int, address: str, theme: str, lang: str
) -> None:
    from tests.browser.test_axe import AXE, broken

    if not Path(AXE).exists():
        pytest.skip("axe-core is not installed: npm --prefix portal/web ci")
    page = pad()
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": address}
            for name, value in (("theme", theme), ("django_language", {"zh": "zh-hant", "en": "en"}[lang]))
        ]
    )
    draw(page, crash)
    bring(page, file("around.jpg", street(1024, 512, sphere=True)))
    page.locator("[data-photo]").tap()
    expect(page.locator("canvas[data-ready]")).to_be_visible()
    page.locator(".photo-side [name=party]").select_option("A")
    page.locator("[data-area='impact-01']").tap()
    expect(page.locator("[data-area='impact-01'][aria-pressed=true]")).to_be_visible()
    found = {"around": broken(page)}
    picture(page, f"viewer-{theme}-{lang}")
    page.locator(".blur-start").tap()
    page.locator(".box-add").tap()
    expect(page.locator("[data-box='0']")).to_be_focused()
    found["boxes"] = broken(page)
    picture(page, f"viewer-boxes-{theme}-{lang}")
    assert {view: wrong for view, wrong in found.items() if wrong} == {}
