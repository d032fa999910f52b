"""Symbols: of the true size of their class, safe to read from anywhere, replaceable."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagramming.scene.classes import CLASSES
from diagramming.scene.drawing import draw
from diagramming.scene.shapes import Shape
from diagramming.symbols.library import BadSymbol, Library, parse
from tests.diagramming.scenes import everything

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -2 2 4">'


@pytest.mark.parametrize("kind", list(CLASSES))
def test_the_symbol_of_a_class_is_as_large_as_the_class(kind: str) -> None:
    symbol, one = Library().get(kind), CLASSES[kind]
    assert (symbol.length, symbol.width) == pytest.approx((one.length, one.width))
    points = [p for outline in symbol.outlines for ring in outline.rings for p in ring]
    wide = max(abs(x) for x, _ in points)
    long = max(abs(y) for _, y in points)
    assert 0.85 * one.length <= 2 * long <= 1.1 * one.length + 0.05 and 2 * wide <= 1.1 * one.width + 0.05


def test_a_car_lies_where_its_pose_says_and_heads_there() -> None:
    scene = everything()
    car = [i for i in draw(scene) if isinstance(i, Shape) and i.element == "v1" and i.at is None]
    points = [p for item in car for ring in item.rings for p in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    assert (west + east) / 2 == pytest.approx(-3, abs=0.1)
    glass = [i for i in car if i.fill == "#3d4b59"]
    ring = glass[0].rings[0]
    x, y = (sum(p[k] for p in ring) / len(ring) for k in (0, 1))
    assert x < -3 and y < 1.5, "the windscreen is ahead, to the south-west"


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<image href="http://x/"/>',
        '<path d="M0 0L1 1" onload="alert(1)"/>',
        '<path d="M0 0L1 1" style="fill:url(http://x)"/>',
        '<path d="M0 0L1 1" fill="url(#a)"/>',
        '<path d="M0 0A1 1 0 0 0 1 1"/>',
        '<path d="M0 0L1"/>',
        '<path d="M0 0L1 1" transform="scale(9)"/>',
        '<use href="#a"/>',
        "<foreignObject/>",
        "<path/>",
        '<g><path d="M0 0L1 1"/></g>',
    ],
)
def test_what_is_no_plain_drawing_is_refused_by_name(body: str) -> None:
    with pytest.raises(BadSymbol, match="mine"):
        parse("mine", f"{HEAD}{body}</svg>")


def test_entities_and_other_files_are_refused() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + HEAD + "<title>&b;</title></svg>"
    for text in (
        bomb,
        "<html/>",
        "not xml",
        HEAD.replace("2 4", "200 4") + "</svg>",
        HEAD + "x" * 300_000 + "</svg>",
    ):
        with pytest.raises(BadSymbol):
            parse("mine", text)
    for name in ("../secret", "Car", "", "a" * 60, "unheard-of"):
        with pytest.raises(BadSymbol):
            Library().get(name)


def test_a_city_brings_its_own(tmp_path: Path) -> None:
    (tmp_path / "car.svg").write_text(
        f'{HEAD}<rect x="-1" y="-2" width="2" height="4" fill="#123456"/></svg>'
    )
    item = next(
        i for i in draw(everything(), Library(tmp_path)) if i.element == "v1" and isinstance(i, Shape)
    )
    assert item.fill == "#123456"


def test_curves_end_where_they_should() -> None:
    ring = (
        parse("a", f'{HEAD}<path d="M0 0C0 1 1 1 1 0q.5 -.5 1 0h-.5v.5z" fill="#000000"/></svg>')
        .outlines[0]
        .rings[0]
    )
    assert ring[0] == (0, 0) and (1, 0) in [(round(x, 6), round(y, 6)) for x, y in ring]
    assert ring[-1] == pytest.approx((1.5, -0.5)) and max(-y for _, y in ring) == pytest.approx(
        0.75, abs=0.01
    )
