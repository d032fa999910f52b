"""Printed sheets: true to scale on paper, with the legend of what is there and of nothing else. The PDF itself is read."""

from __future__ import annotations

import io
import json
import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pyproj import Geod

import gis.api  # noqa: F401  the routers are mounted there
from gis.sharing import paper, press, sheet
from layers.access import Clearance, Viewer
from layers.registry.register import register
from tests.gis.people import person, signed_in

MM = 72 / 25.4
TYPESCRIPT = Path(__file__).resolve().parents[2] / "portal/web/src/share/paper.ts"
CENTER = (120.4473, 23.4795)
ALL = [(p, t) for p in ("A4", "A3") for t in ("portrait", "landscape")]


def png(frame: sheet.Box, dpi: int = 96, format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (round(frame.width * dpi / 25.4), round(frame.height * dpi / 25.4)), "#EEF0EE").save(
        out, format
    )
    return out.getvalue()


def wanted(**more: Any) -> dict[str, Any]:
    said = {
        "title": "忠孝路口",
        "scale": 1000,
        "lon": CENTER[0],
        "lat": CENTER[1],
        "layers": [{"id": "spots"}],
    }
    return said | more


def html(viewer: Viewer | None = None, **more: Any) -> str:
    return paper.compose(paper.ToPrint.model_validate(wanted(**more)), viewer or Viewer())


def streams(pdf: bytes) -> Iterator[str]:
    """What stands uncompressed in the content streams of a PDF."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            yield zlib.decompress(packed).decode("latin-1")
        except zlib.error:
            continue


def walk(box: Any) -> Iterator[Any]:
    """All boxes of a page that was laid out, those that were placed by hand as well."""
    box = getattr(box, "_box", box)
    yield box
    for child in getattr(box, "children", ()):
        yield from walk(child)


# geometry


def test_browser_and_server_cut_the_same_sheet() -> None:
    text = TYPESCRIPT.read_text("utf-8")
    for name in ("MARGIN", "HEAD", "FOOT", "GAP"):
        (value,) = re.findall(rf"export const {name} = ([\d.]+);", text)
        assert float(value) == getattr(sheet, name)
    (legend,) = re.findall(r"LEGEND = \{ portrait: (\d+), landscape: (\d+) \}", text)
    assert tuple(map(float, legend)) == (sheet.LEGEND["portrait"], sheet.LEGEND["landscape"])
    (scales,) = re.findall(r"SCALES = \[([\d, ]+)\]", text)
    assert tuple(int(n) for n in scales.split(",")) == sheet.SCALES
    assert "RADIUS = 6378137;" in text and "ECCENTRICITY2 = 0.00669437999014;" in text


@pytest.mark.parametrize(("size", "turn"), ALL)
def test_map_and_legend_lie_on_the_paper_and_not_on_each_other(size: Any, turn: Any) -> None:
    page = sheet.Sheet(size, turn)
    wide, high = page.size
    a, b = page.map, page.legend
    for box in (a, b):
        assert (
            box.x >= 10 and box.y >= 10 and box.x + box.width <= wide - 10 and box.y + box.height <= high - 10
        )
    assert b.x >= a.x + a.width or b.y >= a.y + a.height


@pytest.mark.parametrize("scale", sheet.SCALES)
@pytest.mark.parametrize("bearing", [0, 45, 90, 135])
@pytest.mark.parametrize("lat", [21.9, 23.5, 25.3])
def test_a_millimetre_is_what_the_scale_says_in_every_direction(scale: int, bearing: int, lat: float) -> None:
    frame = sheet.Sheet("A3", "landscape").map
    view = sheet.View(120.5, lat, scale, frame)
    lon2, lat2, _ = Geod(ellps="GRS80").fwd(120.5, lat, bearing, 100 * scale / 1000)
    x, y = view.to_paper(lon2, lat2)
    assert math.hypot(x - frame.width / 2, y - frame.height / 2) == pytest.approx(100, rel=0.005)
    assert view.to_ground(x, y) == pytest.approx((lon2, lat2), abs=1e-9)


@pytest.mark.parametrize("scale", [200, 777, 5000, 25000, 380000])
def test_the_bar_is_round_and_fits(scale: float) -> None:
    metres, long = sheet.bar(scale, 44)
    assert 15 < long <= 44
    assert str(metres).replace(".", "").strip("0") in {"1", "2", "5"}
    assert long * scale / 1000 == pytest.approx(metres)


def test_the_grid_stands_where_twd97_says() -> None:
    from pyproj import Transformer

    view = sheet.View(*CENTER, 5000, sheet.Sheet("A4", "landscape").map)
    lines = sheet.grid(view)
    assert {line.axis for line in lines} == {"E", "N"}
    there = Transformer.from_crs(4326, 3826, always_xy=True)
    for line in lines:
        for x, y in (line.ends[:2], line.ends[2:]):
            east, north = there.transform(*view.to_ground(x, y))
            assert (east if line.axis == "E" else north) == pytest.approx(line.metres, abs=0.05)


# the page


@pytest.mark.django_db
def test_the_legend_explains_what_is_visible_and_nothing_above_the_readers_clearance() -> None:
    layers = [{"id": "spots", "words": ["等級 1"], "held": []}, {"id": "hideouts"}, {"id": "nowhere"}]
    public = html(layers=layers)
    assert re.findall(r'data-layer="(\w+)"', public) == ["spots"]
    assert "藏匿處" not in public and "等級 1" in public and "first" not in public
    assert ">甲<" not in public.replace("\n", "")  # its class is filtered away
    police = html(Viewer(actor="x", clearance=Clearance.POLICE), layers=layers)
    assert re.findall(r'data-layer="(\w+)"', police) == ["spots", "hideouts"]
    assert "甲" in html(layers=[{"id": "spots"}])


@pytest.mark.django_db
def test_hostile_words_stay_words() -> None:
    page = html(
        title="<script>alert(1)</script>",
        held=["<img src=x>"],
        layers=[{"id": "spots", "words": ["</div><b>"]}],
    )
    assert "<script" not in page and "<img src=x>" not in page and "</div><b>" not in page


@pytest.mark.django_db
def test_a_legend_that_finds_no_room_goes_overleaf() -> None:
    assert html().count("<section") == 1
    crowded = html(layers=[{"id": "spots", "words": ["x"] * 20}, {"id": "zones", "words": ["y"] * 20}])
    assert crowded.count("<section") == 2 and "其餘圖例見次頁" in crowded


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "turn"), ALL)
@pytest.mark.parametrize("shown", ["usual", "harm", "all"])
def test_no_mark_of_a_legend_is_cut_off(size: Any, turn: Any, shown: str) -> None:
    """The page is laid out, and every block lies within the panel that holds the legend, in some size of type."""
    from weasyprint import HTML

    pick = {
        "usual": lambda one: one.visible,
        "harm": lambda one: one.group == "harm",
        "all": lambda one: True,
    }[shown]
    ids = [
        layer.id
        for layer in register.seen_by(Viewer())
        if layer.theme not in ("sample", "example") and pick(layer)
    ]
    page = html(paper=size, turn=turn, layers=[{"id": id, "words": ["等級 1"]} for id in ids])
    wanted_ids = set(re.findall(r'data-layer="(\w+)"', page))
    seen: set[str] = set()
    paper_ = sheet.Sheet(size, turn)
    box_ = paper_.legend
    right, foot = box_.x + box_.width, box_.y + box_.height
    right, foot = (right - 65, foot) if turn == "portrait" else (right, foot - 45)
    for laid in HTML(string=page).render().pages:
        for box in walk(laid._page_box):
            element = getattr(box, "element", None)
            id = element.get("data-layer") if element is not None and element.tag == "div" else None
            if not id or not hasattr(box, "position_x") or box.width == "auto":
                continue
            seen.add(id)
            assert (box.position_x + box.width) * 25.4 / 96 <= right + 0.1, (id, page.count("dense"))
            assert (box.position_y + box.height) * 25.4 / 96 <= foot + 0.1, (id, page.count("dense"))
        right, foot = paper_.size[0] - 10, paper_.size[1] - 18  # of a second page
    assert seen == wanted_ids


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "turn"), [("A4", "portrait"), ("A3", "landscape")])
def test_the_pdf_is_true_to_scale(size: Any, turn: Any) -> None:
    """Paper size, the map's frame and the scale bar are read from the PDF."""
    page = sheet.Sheet(size, turn)
    frame = page.map
    pdf = press.press(html(paper=size, turn=turn, scale=1000), png(frame))
    text = pdf.decode("latin-1") + "".join(streams(pdf))
    box = re.search(r"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", text)
    assert box is not None
    assert (float(box[1]) / MM, float(box[2]) / MM) == pytest.approx(page.size, abs=0.05)
    (content,) = (s for s in streams(pdf) if re.search(r"/\S+ Do", s) and "TJ" in s)
    # all lengths pass through the one matrix that turns CSS pixels to points
    outer = re.search(r"\n([\d.]+) 0 0 \1 0 0 cm", content)
    assert outer is not None
    pixel = float(outer[1]) / MM
    pictures = re.findall(r"([\d.]+) 0 0 -?([\d.]+) [-\d.]+ [-\d.]+ cm\s*/\S+ Do", content)
    sizes = [(float(w) * pixel, float(h) * pixel) for w, h in pictures]
    assert any(s == pytest.approx((frame.width, frame.height), rel=0.005) for s in sizes), sizes
    metres, long = sheet.bar(1000, 44)
    assert f'data-bar="{long}"' in html(scale=1000) and long == metres
    # a millimetre of the page is a millimetre of paper: the unit of the bar, 56 mm of view, is drawn 56 mm wide
    units = [float(u) * pixel for u in re.findall(r"([\d.]+) 0 0 \1 [\d.]+ [-\d.]+ cm", content)]
    assert any(u == pytest.approx(1, rel=0.005) for u in units), units


@pytest.mark.django_db
def test_printing_is_asked_for_with_a_picture_of_the_very_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "press", lambda page, picture: b"%PDF-")
    frame = sheet.Sheet("A4", "landscape").map
    me = signed_in(person("council"))

    def send(data: bytes, client: Client = me, **more: Any) -> Any:
        file = SimpleUploadedFile("map.png", data, "image/png")
        return client.post("/api/print", {"sheet": json.dumps(wanted(**more)), "picture": file})

    good = send(png(frame))
    assert (good.status_code, good["Content-Type"]) == (200, "application/pdf")
    assert send(png(frame), Client()).status_code == 200
    for answer, status in (
        (send(png(sheet.Sheet("A4", "portrait").map)), 400),
        (send(png(frame, dpi=20)), 400),
        (send(b"<svg onload=alert(1)>"), 400),
        (send(png(frame, format="GIF")), 400),
        (send(png(frame), scale=3), 422),
        (send(png(frame), title=" "), 422),
        (send(png(frame), paper="A0"), 422),
        (me.post("/api/print", {"sheet": "{", "picture": SimpleUploadedFile("m", png(frame))}), 422),
    ):
        assert answer.status_code == status, answer.content.decode()
        assert answer.json()["detail"]


@pytest.mark.django_db
def test_a_press_that_fails_or_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = sheet.Sheet("A4", "landscape").map

    def jam(page: str, picture: bytes) -> bytes:
        raise press.Unprintable("jam")

    def send() -> Any:
        file = SimpleUploadedFile("map.png", png(frame), "image/png")
        return Client().post("/api/print", {"sheet": json.dumps(wanted()), "picture": file})

    monkeypatch.setattr(paper, "press", jam)
    assert (send().status_code, send().json()["code"]) == (503, "press")
    monkeypatch.setattr(paper, "PATIENCE", 0)
    taken = [paper._room.acquire(blocking=False) for _ in range(2)]
    try:
        assert taken == [True, True]
        assert send().json()["code"] == "busy"
    finally:
        for _ in taken:
            paper._room.release()


def test_the_press_fetches_nothing() -> None:
    page = '<img src="file:///etc/hostname"><img src="http://127.0.0.1:1/x.png"><p>text</p>'
    pdf = press.press(page, b"")
    assert pdf.startswith(b"%PDF") and b"/Subtype /Image" not in pdf.replace(
        b"/Subtype/Image", b"/Subtype /Image"
    )
