"""The corner between two neighbouring arms: where their kerbs meet, and the curve that joins them.

Going anticlockwise, a corner lies between the left edge of one arm and the right edge of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, atan2, ceil, cos, hypot, pi, sin, tan

from layers.streets.craft.derive.arms import Edge
from layers.streets.craft.derive.ribbon import Dot

SAGITTA = 0.01
REACH = 90.0
"""Kerbs that meet further out than this are taken to run side by side."""
LONGEST_TANGENT = 10.0
PARALLEL = 10 * pi / 180
STRAIGHT = 14 * pi / 180


@dataclass(slots=True)
class Corner:
    """The way from the first arm's left edge (at station `first`) to the second's right (at `second`)."""

    first: float
    second: float
    path: list[Dot]
    mouth: tuple[float, float] | None = None
    """The stations where the sharp edges meet."""
    sure: bool = True
    """False where the edges should meet and do not: the ring cannot be trusted."""


@dataclass(slots=True)
class _Hit:
    first: float
    second: float
    point: Dot
    along_first: Dot
    along_second: Dot
    room: float
    """What is left of the shorter of the two links, as far as an arc may reach."""
    pace: tuple[float, float]
    """Stations per metre of edge."""


def corner(left: Edge, right: Edge, gap: float, radius: float, *, apart: bool) -> Corner:
    """`gap` is the angle from the one arm to the other; `apart` when they leave from different nodes."""
    if gap < PARALLEL or (apart and gap > 2 * pi - 2 * PARALLEL):
        return Corner(0.0, 0.0, [])
    width = 12.0
    back = 60.0 if apart else 3 * width
    hit = _meet(left, right, back)
    if gap < pi - STRAIGHT:
        if hit is None:
            return Corner(0.0, 0.0, [], sure=False)
        return _rounded(hit, radius)
    if hit is not None:
        near = 6.0 if gap <= pi + STRAIGHT else 2.5 * width
        if -near <= hit.first <= near and -near <= hit.second <= near:
            return Corner(hit.first, hit.second, [hit.point], (hit.first, hit.second))
    return Corner(0.0, 0.0, [left.points[0], right.points[0]])


def _meet(left: Edge, right: Edge, back: float) -> _Hit | None:
    """The nearest place where the edges cross, both drawn out backwards."""
    best: _Hit | None = None
    for p0, p1, s0, s1 in _links(left, back):
        ux, uy = p1[0] - p0[0], p1[1] - p0[1]
        for q0, q1, t0, t1 in _links(right, back):
            vx, vy = q1[0] - q0[0], q1[1] - q0[1]
            cross = ux * vy - uy * vx
            if abs(cross) < 1e-9:
                continue
            dx, dy = q0[0] - p0[0], q0[1] - p0[1]
            f = (dx * vy - dy * vx) / cross
            g = (dx * uy - dy * ux) / cross
            if -1e-9 <= f <= 1 + 1e-9 and -1e-9 <= g <= 1 + 1e-9:
                s, t = s0 + f * (s1 - s0), t0 + g * (t1 - t0)
                if best is None or abs(s) + abs(t) < abs(best.first) + abs(best.second):
                    u, v = hypot(ux, uy), hypot(vx, vy)
                    best = _Hit(
                        s,
                        t,
                        (p0[0] + f * ux, p0[1] + f * uy),
                        (ux / u, uy / u),
                        (vx / v, vy / v),
                        min((1 - f) * u, (1 - g) * v),
                        ((s1 - s0) / u, (t1 - t0) / v),
                    )
    return best


def _links(edge: Edge, back: float) -> list[tuple[Dot, Dot, float, float]]:
    points, stations = edge.points, edge.stations
    links = []
    for k in range(len(points) - 1):
        if stations[k] > REACH:
            break
        begin, end, start = points[k], points[k + 1], stations[k]
        if k == 0:
            step = hypot(end[0] - begin[0], end[1] - begin[1])
            if step > 0:
                share = back / step
                begin = (begin[0] - (end[0] - begin[0]) * share, begin[1] - (end[1] - begin[1]) * share)
                start -= back * (stations[1] - start) / step
        if begin != end:
            links.append((begin, end, start, stations[k + 1]))
    return links


def _rounded(hit: _Hit, radius: float) -> Corner:
    """The sharp corner replaced by an arc that touches both edges."""
    (ux, uy), (vx, vy) = hit.along_first, hit.along_second
    angle = acos(max(-1.0, min(1.0, ux * vx + uy * vy)))
    mouth = (hit.first, hit.second)
    if radius < 0.05 or angle < 0.02 or angle > pi - 0.02:
        return Corner(*mouth, [hit.point], mouth)
    tangent = min(radius / tan(angle / 2), LONGEST_TANGENT, hit.room)
    radius = tangent * tan(angle / 2)
    if radius < 0.05:
        return Corner(*mouth, [hit.point], mouth)
    mx, my = hit.point
    start, end = (mx + ux * tangent, my + uy * tangent), (mx + vx * tangent, my + vy * tangent)
    bx, by = ux + vx, uy + vy
    size = hypot(bx, by)
    reach = radius / sin(angle / 2)
    cx, cy = mx + bx / size * reach, my + by / size * reach
    a0 = atan2(start[1] - cy, start[0] - cx)
    sweep = atan2(end[1] - cy, end[0] - cx) - a0
    sweep = (sweep + pi) % (2 * pi) - pi
    steps = max(1, ceil(abs(sweep) / (2 * acos(max(-1.0, 1 - SAGITTA / radius)))))
    path = [
        (cx + radius * cos(a0 + sweep * k / steps), cy + radius * sin(a0 + sweep * k / steps))
        for k in range(1, steps)
    ]
    first, second = hit.first + tangent * hit.pace[0], hit.second + tangent * hit.pace[1]
    return Corner(first, second, [start, *path, end], mouth)
