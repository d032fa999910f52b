"""From metres of a scene to millimetres of paper: the one place where scale, turn and middle are applied.

Every coordinate is reckoned here and rounded to a thousandth of a millimetre; nothing is scaled by whoever draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians, sin

Point = tuple[float, float]
SIZES = {"A4": (297.0, 210.0), "A3": (420.0, 297.0)}


@dataclass(frozen=True, slots=True)
class Paper:
    """`field` is left, top, right, bottom of the drawing on the page, in millimetres from its top left corner."""

    width: float
    height: float
    field: tuple[float, float, float, float]
    scale: int
    center: Point = (0.0, 0.0)
    rotation: float = 0.0

    def __call__(self, point: Point) -> Point:
        c, s = cos(radians(self.rotation)), sin(radians(self.rotation))
        dx, dy = point[0] - self.center[0], point[1] - self.center[1]
        left, top, right, bottom = self.field
        k = 1000 / self.scale
        return (
            round((left + right) / 2 + (dx * c - dy * s) * k, 3),
            round((top + bottom) / 2 - (dx * s + dy * c) * k, 3),
        )

    def ring(self, points: Iterable[Point]) -> list[Point]:
        return [self(p) for p in points]

    @property
    def north(self) -> float:
        """Degrees by which grid north is turned on the page, clockwise from up."""
        return -self.rotation

    @property
    def reach(self) -> float:
        """Metres from the middle to the furthest corner of the drawing field."""
        left, top, right, bottom = self.field
        return float(((right - left) ** 2 + (bottom - top) ** 2) ** 0.5 / 2 * self.scale / 1000)
