"""The sheet is true to the hundredth of a millimetre, says everything it must, and cannot be made to say more."""

from __future__ import annotations

import io
import random
import re
from math import cos, hypot, radians, sin
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ezdxf import recover
from PIL import Image

from diagramming.scene.document import Scene, digest, read
from diagramming.scene.drawing import draw
from diagramming.sheet import files
from diagramming.sheet.page import CLOSING, Form, Page, Row, fitted
from diagramming.sheet.template import BadTemplate, load, names, parse
from tests.diagramming.pdf import paths, streams
from tests.diagramming.scenes import ORIGIN, everything, raw

FORM = Form({"city": "示範市政府警察局", "severity": "A2"}, (Row("A", "自用小客車", "<b>X</b>", "&"),), 3)


@pytest.mark.parametrize(
    ("scale", "paper", "rotation"),
    [(100, "A4", 0.0), (200, "A4", -12.5), (250, "A3", 90.0), (500, "A3", 33.3)],
)
def test_two_hundred_points_and_the_bars_are_where_they_belong(
    scale: int, paper: str, rotation: float
) -> None:
    dice = random.Random(scale)
    reach = 40 * scale / 1000  # so many millimetres around the middle are inside every field
    ends = [(3.5 + dice.uniform(-reach, reach), -2.25 + dice.uniform(-reach, reach)) for _ in range(200)]
    marks = [
        {
            "id": f"k{n}",
            "type": "mark",
            "kind": "drag",
            "path": [[round(x, 6), round(y, 6)] for x, y in ends[n : n + 2]],
        }
        for n in range(0, 200, 2)
    ]
    frame = {"center": [3.5, -2.25], "rotation": rotation, "scale": scale, "paper": paper}
    page = Page(read(raw(*marks, frame=frame)), FORM)
    left, top, right, bottom = page.paper.field
    found = paths(files.pdf(page.svg()))
    held = [point for run in found for point in run]

    worst = 0.0
    c, s = cos(radians(rotation)), sin(radians(rotation))
    for x, y in ends:
        dx, dy = x - 3.5, y + 2.25
        # by hand: turned by the frame, so many thousandths of a metre a millimetre, from the middle of the field
        want = (
            (left + right) / 2 + (dx * c - dy * s) * 1000 / scale,
            (top + bottom) / 2 - (dx * s + dy * c) * 1000 / scale,
        )
        worst = max(worst, min(hypot(px - want[0], py - want[1]) for px, py in held))
    assert worst <= 0.01, f"{worst} mm"
    print(f"worst of 200 points at 1:{scale}: {worst:.4f} mm")
    bars = [
        run
        for run in found
        if len(run) == 2 and 99 < hypot(run[1][0] - run[0][0], run[1][1] - run[0][1]) < 101
    ]
    across = [r for r in bars if abs(r[0][1] - r[1][1]) < 0.01]
    upright = [r for r in bars if abs(r[0][0] - r[1][0]) < 0.01]
    assert across and upright
    assert all(abs(hypot(b[0] - a[0], b[1] - a[1]) - 100) <= 0.01 for a, b in (across[-1], upright[-1]))


def test_the_file_is_a_page_to_be_printed_at_its_size_with_its_font() -> None:
    made = files.pdf(Page(everything(), FORM).svg())
    box = re.search(rb"/MediaBox\s*\[\s*([\d. ]+)\]", made)
    assert box
    assert [float(n) for n in box[1].split()[2:]] == pytest.approx([841.89, 595.28], abs=0.01)
    assert b"/PrintScaling /None" in made and made.count(b"startxref") == 2
    assert re.search(rb"/BaseFont\s*/\w+\+NotoSansCJK", made) and re.search(rb"/FontFile[23]?\s", made)
    last = int(made[made.rfind(b"startxref") + 9 :].split()[0])
    assert made[last : last + 4] == b"xref"
    at = int(re.search(rb"xref\n\d+ 1\n(\d{10})", made[last:])[1])  # type: ignore[index]
    assert re.match(rb"\d+ 0 obj\n<<.*?/Type\s*/Catalog", made[at:], re.S)
    assert sum(1 for _ in streams(made)) > 3


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_every_form_says_what_identifies_the_drawing(name: str, paper: str) -> None:
    scene = everything(frame={"paper": paper, "scale": 250})
    text = words(Page(scene, FORM, load(name)).svg())
    for must in ("道路交通事故現場圖", "1:250", digest(scene), "第 3 版", "北", "100 mm", "自用小客車"):
        assert any(must in line for line in text), must


def words(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_markup_is_written_as_words() -> None:
    svg = Page(everything(), FORM).svg()
    root = ElementTree.fromstring(svg)
    tags = {str(node.tag).rpartition("}")[2] for node in root.iter()}
    assert tags <= {
        "svg",
        "title",
        "desc",
        "defs",
        "clipPath",
        "rect",
        "g",
        "path",
        "text",
        "line",
        "polygon",
    }
    assert "<script>alert(1)</script> & 障礙物" in words(svg) and "<b>X</b>" in words(svg)
    assert not any(name.startswith("on") or "href" in name for node in root.iter() for name in node.attrib)


def test_the_picture_shows_the_cars() -> None:
    with Image.open(io.BytesIO(files.png(Page(everything(), FORM).svg(), 100))) as picture:
        assert picture.size == (1169, 827)
        colors = picture.convert("RGB").getcolors(1_000_000)
    assert colors and len(colors) > 60


def test_what_was_moved_is_listed_and_not_drawn() -> None:
    drawn = {item.element for item in draw(everything())}
    assert "v4" not in drawn and {"v1", "v2", "v3", "p1", "o2"} <= drawn
    assert not any(item.element == "v1" for item in draw(everything(), hide=["vehicles"]))


def test_the_dxf_has_true_coordinates_and_layers() -> None:
    document, _ = recover.read(io.BytesIO(files.dxf(draw(everything()), everything().origin, 200)))
    assert {"vehicles", "evidence", "measure", "fixed"} <= {layer.dxf.name for layer in document.layers}
    lines = [e for e in document.modelspace().query("LWPOLYLINE") if e.dxf.layer == "evidence"]
    ends = [tuple(round(v, 3) for v in point[:2]) for line in lines for point in line.get_points()]
    assert (round(ORIGIN[0] + 6, 3), round(ORIGIN[1] + 13.5, 3)) in ends
    assert any("障礙物" in e.dxf.text for e in document.modelspace().query("TEXT"))


def test_the_street_lies_under_and_what_is_overridden_is_gone() -> None:
    def square(kind: str, id: str, size: float) -> dict[str, Any]:
        x, y = ORIGIN
        ring = [
            [x - size, y - size],
            [x + size, y - size],
            [x + size, y + size],
            [x - size, y + size],
            [x - size, y - size],
        ]
        return {
            "type": "Feature",
            "id": id,
            "properties": {"kind": kind},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    street = [square("marking", "marking/7", 3), square("road", "road/1", 200)]
    svg = Page(everything(), FORM, street=street).svg()
    ground = re.search(r'<g id="street">(.*?)</g>', svg)
    assert ground and ground[1].count("<path") == 1, "marking/7 is hidden by an override"
    both = re.search(r'<g id="street">(.*?)</g>', Page(read(raw()), FORM, street=street).svg())
    assert both and both[1].count("<path") == 2 and both[1].index("#e4e7e8") < both[1].index("#ffffff")


def test_long_words_fit_or_say_that_they_do_not() -> None:
    lines = fitted("甲車沿東光路，" * 300, 115, 20, 2.8)
    assert len(lines) * lines[0][1] * 1.35 <= 20 and "從略" in lines[-1][0]
    assert not any(line[0] in CLOSING for line, _ in lines if line)


def test_north_turns_with_the_sheet_and_is_admitted_to_be_unknown() -> None:
    unknown = Page(everything(north="unknown"), FORM).svg()
    assert "北向未定" in unknown

    def tip(scene: Scene) -> tuple[float, float]:
        found = re.search(r'<g id="north">.*?<polygon[^>]*points="([\d.,-]+)', Page(scene, FORM).svg())
        assert found
        x, y = found[1].split(",")
        return float(x), float(y)

    up, right = tip(everything()), tip(everything(frame={"rotation": -90}))
    assert up[1] < 45 and right[0] > up[0] + 5, "with west up, north points to the right"


@pytest.mark.parametrize(
    "text",
    [
        "name = 1",
        "[drawing]\nleft=1",
        (Path(load.__code__.co_filename).with_name("templates") / "plain.toml")
        .read_text()
        .replace("{city}", "{secret}"),
        (Path(load.__code__.co_filename).with_name("templates") / "plain.toml")
        .read_text()
        .replace("{city}", "{city.__class__}"),
    ],
)
def test_a_form_that_cannot_be_drawn_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate, match="mine"):
        parse("mine", text)


def test_a_city_brings_its_own_form(tmp_path: Path) -> None:
    own = (Path(load.__code__.co_filename).with_name("templates") / "plain.toml").read_text()
    (tmp_path / "plain.toml").write_text(own.replace("道路交通事故現場圖", "本市現場圖"))
    assert "本市現場圖" in words(Page(everything(), FORM, load("plain", tmp_path)).svg())
    with pytest.raises(BadTemplate):
        load("../../etc/passwd", tmp_path)
