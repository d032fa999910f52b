"""What a drawing is made of: shapes and words in metres, with pens in millimetres of paper.

One list of these is what the sheet, the preview, the DXF file and the GeoJSON are all made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Literal

Point = tuple[float, float]
INK, BLUE, RED, ORANGE = "#17202a", "#0b5a8e", "#8d0f3f", "#b9530c"


@dataclass(frozen=True, slots=True)
class Shape:
    """`rings` are metres of the scene; with `at`, millimetres of paper around that point, y up, never turned."""

    layer: str
    rings: tuple[tuple[Point, ...], ...]
    closed: bool = False
    fill: str = "none"
    stroke: str = "none"
    width: float = 0.25
    dash: tuple[float, ...] = ()
    at: Point | None = None
    element: str = ""
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """`size` in millimetres; `angle` degrees counter-clockwise on the scene; `shift` millimetres of paper."""

    layer: str
    text: str
    at: Point
    size: float = 2.6
    angle: float | None = None
    """None: level on the paper, whatever way the scene is turned."""
    anchor: Literal["start", "middle", "end"] = "middle"
    color: str = INK
    shift: Point = (0.0, 0.0)
    halo: bool = True
    bold: bool = False
    element: str = ""


Item = Shape | Words


@dataclass(frozen=True, slots=True)
class Turned:
    """A pose: metres to the right and ahead become metres east and north."""

    x: float
    y: float
    heading: float

    def __call__(self, points: Sequence[Point], wide: float = 1.0, long: float = 1.0) -> tuple[Point, ...]:
        c, s = cos(radians(self.heading)), sin(radians(self.heading))
        return tuple(
            (self.x + r * wide * c + f * long * s, self.y - r * wide * s + f * long * c) for r, f in points
        )


def circle(radius: float, steps: int = 32) -> tuple[Point, ...]:
    turn = [radians(360 * k / steps) for k in range(steps)]
    return tuple((radius * cos(t), radius * sin(t)) for t in turn)
