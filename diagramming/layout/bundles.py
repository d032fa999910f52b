"""Bundles of like crashes as thick arrows on the plan of a junction, in metres east and south of its middle.

Each bundle says whether its legs are known. Where they are not, arrows are laid on the legs that the movement fits, to be
read relatively, and `sure` is False: whoever draws must show it. The same crashes give the same arrows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sin

from diagramming.movement.key import Key
from diagramming.movement.legs import Junction

Leg2 = tuple[int | None, int | None]
Point = tuple[float, float]
REACH, LANE, GAP = 33.0, 3.4, 4.6
LIKE = {"CL": "S", "CR": "S", "B": "S", "P": "S", "X": "S"}
"""What leaves a junction as going straight does."""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    key: Key
    severity: int = 3
    legs: tuple[Leg2, Leg2 | None] = ((None, None), None)


@dataclass(frozen=True, slots=True)
class Bundle:
    """`first` and `second` are paths as SVG writes them; `badge` is where the count stands."""

    key: Key
    cases: tuple[str, ...]
    counts: tuple[int, int, int]
    first: str
    second: str | None
    badge: Point
    sure: bool


def bundle(at: Junction, cases: Sequence[Case], most: int = 12) -> list[Bundle]:
    """The thickest first; those beyond `most` are laid together with the last of their family, never dropped."""
    groups: dict[tuple[Key, Leg2, Leg2 | None], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.key, *case.legs), []).append(case)
    order = sorted(groups.items(), key=lambda g: (-len(g[1]), str(g[0][0]), str(g[0][1:])))
    kept = order[:most]
    for (key, *_), several in order[most:]:
        home = next((g for g in reversed(kept) if g[0][0].family == key.family), kept[-1])
        home[1].extend(several)
    used: dict[int, int] = {}
    out = []
    for (key, one, two), several in kept:
        sure = one[0] is not None
        a, b = (one, two) if sure else _fitting(at, key, used)
        lane = used.get(a[0] or 0, 0)
        used[a[0] or 0] = lane + 1
        first, second, badge = _paths(at, key, a, b, lane)
        counts = tuple(sum(c.severity == s for c in several) for s in (1, 2, 3))
        ids = tuple(sorted((c.id for c in several), key=lambda i: (len(i), i)))
        out.append(Bundle(key, ids, (counts[0], counts[1], counts[2]), first, second, badge, sure))
    return out


def _fitting(at: Junction, key: Key, used: dict[int, int]) -> tuple[Leg2, Leg2 | None]:
    """Legs between which this movement can be, those first that hold fewest arrows."""
    n = len(at.legs)
    if n < 2:
        return (0, 0), None
    turn, other = LIKE.get(key.first, key.first), LIKE.get(key.second, key.second)
    best: tuple[tuple[int, ...], Leg2, Leg2 | None] | None = None
    alone = key.family in ("SV", "RX", "PD")
    for a in range(n):
        for e in range(n):
            wrong = at.turn(a, e) != turn
            if alone:
                found = ((4 * wrong, used.get(a, 0), a, e), (a, e), None)
                best = found if best is None or found[0] < best[0] else best
                continue
            for b in range(n):
                apart = key.rel != "none" and at.relation(a, b) != key.rel
                x = next((x for x in range(n) if at.turn(b, x) == other), (b + 1) % n)
                cost = (4 * wrong + 4 * apart, used.get(a, 0) + used.get(b, 0), a, e, b)
                if best is None or cost < best[0]:
                    best = (cost, (a, e), (b, x))
    assert best is not None
    return best[1], best[2]


def _paths(at: Junction, key: Key, one: Leg2, two: Leg2 | None, lane: int) -> tuple[str, str | None, Point]:
    begin = _on(at, one[0], REACH, 1, lane)
    badge = _on(at, one[0], REACH - 8.0 * (lane % 2), 1, lane)
    if key.family in ("RE", "SS", "LC", "PK", "BK"):
        near, far = (_on(at, one[0], r, 1, lane) for r in (19.0, 16.0))
        side = 0.0 if key.family == "RE" else 1.2
        last = _on(at, one[0], 4.0, 1, lane + side)
        return _line(begin, near), _line(far, last), badge
    through = _middle(at, one, lane)
    first = _bend(begin, through, _on(at, one[1], REACH * 0.62, -1, lane) if one[1] is not None else through)
    if key.family == "PD":
        leg = at.legs[one[1] if one[1] is not None else one[0] or 0]
        u, v = _unit(leg.bearing)
        middle = (u * 15, v * 15)
        walk = _line((middle[0] - v * 9, middle[1] + u * 9), (middle[0] + v * 9, middle[1] - u * 9))
        return first, walk, badge
    if key.family in ("SV", "RX") or two is None:
        return first, None, badge
    return first, _line(_on(at, two[0], REACH * 0.86, 1, lane), _short(at, two, lane)), badge


def _on(at: Junction, leg: int | None, reach: float, side: int, lane: float) -> Point:
    """A point on a leg, on the right of whoever drives in (1) or out (−1)."""
    bearing = at.legs[leg].bearing if leg is not None and leg < len(at.legs) else 180.0
    u, v = _unit(bearing)
    off = side * (LANE / 2 + GAP * lane)
    return round(u * reach + v * off, 2), round(v * reach - u * off, 2)


def _middle(at: Junction, one: Leg2, lane: int) -> Point:
    x, y = _on(at, one[0], 3.0, 1, lane)
    return round(x, 2), round(y, 2)


def _short(at: Junction, two: Leg2, lane: int) -> Point:
    return _on(at, two[0], 3.5, 1, lane)


def _unit(bearing: float) -> Point:
    """East and south."""
    return sin(radians(bearing)), -cos(radians(bearing))


def _line(a: Point, b: Point) -> str:
    return f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}"


def _bend(a: Point, m: Point, b: Point) -> str:
    if hypot(b[0] - m[0], b[1] - m[1]) < 0.5:
        return _line(a, m)
    return f"M{a[0]:g} {a[1]:g}Q{m[0]:g} {m[1]:g} {b[0]:g} {b[1]:g}"
