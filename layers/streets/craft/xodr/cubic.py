"""Widths and offsets along a road as cubic polynomials, each from a place on until the next one begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

SAME = 1e-6
EXACT = 5e-5
"""Metres: less than this is not told apart."""


class Cubic(NamedTuple):
    s: float
    a: float
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0

    def at(self, s: float) -> float:
        x = s - self.s
        return self.a + x * (self.b + x * (self.c + x * self.d))

    def slope(self, s: float) -> float:
        x = s - self.s
        return self.b + x * (2 * self.c + x * 3 * self.d)

    def moved(self, s: float) -> Cubic:
        """The same curve, written as from another place."""
        x = s - self.s
        return Cubic(s, self.at(s), self.slope(s), self.c + 3 * self.d * x, self.d)


def through(s0: float, s1: float, ends: tuple[float, float], slopes: tuple[float, float]) -> Cubic:
    """The cubic with these values and slopes at both ends; a straight or level one where it is as good."""
    (a, z), (b, e), long = ends, slopes, s1 - s0
    mean = (z - a) / long
    if max(abs(b - mean), abs(e - mean)) * long < EXACT:
        return Cubic(s0, round(a, 6)) if abs(z - a) < EXACT else Cubic(s0, a, mean)
    c = (3 * mean - 2 * b - e) / long
    return Cubic(s0, a, b, c, (b + e - 2 * mean) / long**2)


def value(curve: list[Cubic], s: float) -> float:
    return piece(curve, s).at(s)


def piece(curve: list[Cubic], s: float) -> Cubic:
    found = curve[0]
    for part in curve[1:]:
        if part.s > s + 1e-9:
            break
        found = part
    return found


def tidy(curve: Iterable[Cubic]) -> list[Cubic]:
    """Without those that only go on with the one before."""
    found: list[Cubic] = []
    for part in curve:
        if found:
            one, other = found[-1].moved(0.0), part.moved(0.0)
            if all(abs(p - q) < 2 * SAME for p, q in zip(one[1:], other[1:], strict=True)):
                continue
        found.append(part)
    return found


def ramped(curve: list[Cubic], s0: float, s1: float, start: float) -> list[Cubic]:
    """From another value at its beginning to the curve's own soon after."""
    after = piece(curve, s1).moved(s1)
    first = Cubic(s0, start, (after.a - start) / (s1 - s0))
    return [first, after, *(part for part in curve if part.s > s1 + 1e-9)]


def closed(curve: list[Cubic], s0: float, s1: float) -> list[Cubic]:
    """Down to nothing at its end."""
    here = value(curve, s0)
    return [*(part for part in curve if part.s < s0 - 1e-9), Cubic(s0, here, -here / (s1 - s0))]
