"""Markings across an arm: crosswalk, stop line, waiting zone, two-stage box, give-way line, left-turn waiting area.

All are drawn in the frame of their arm: `u` outward along it, `v` to its left. A piece that would lie on the
sidewalk is not painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, floor, hypot, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.places import Across, Places
from layers.streets.craft.derive.plan import Junction, Plan
from layers.streets.craft.derive.ribbon import Dot
from layers.streets.craft.derive.turns import inbound, strips_at
from layers.streets.craft.marks.canvas import Canvas, Quad
from layers.streets.craft.marks.lines import dashed
from layers.streets.craft.marks.rules import Rules

FLARE = 14.0
"""How far beyond the kerbs of the street a crosswalk may reach in the curve of a corner."""
FREE = 0.1
"""Kept clear of the kerb and of the lane beside."""
CLEAR = 0.3
"""Between a two-stage box and the crosswalk."""


@dataclass(slots=True)
class Frame:
    """Straight axes at one distance out: `y` runs to the left, from `-half` to `half` between the kerbs."""

    arm: Arm
    origin: Dot
    u: Dot
    v: Dot
    station: float
    half: float
    ys: list[float]
    """Where the strips' boundaries are, from left to right."""

    def point(self, out: float, y: float) -> Dot:
        d = out - self.station
        return (
            self.origin[0] + self.u[0] * d + self.v[0] * y,
            self.origin[1] + self.u[1] * d + self.v[1] * y,
        )

    def slope(self, line: Across) -> float:
        return (line.left - line.right) / (2 * self.half)

    def out(self, line: Across, y: float) -> float:
        return line.right + self.slope(line) * (y + self.half)

    def axes(self, line: Across) -> tuple[Dot, Dot]:
        """Along the line to the left, and away from it outward."""
        angle = atan(self.slope(line))
        c, s = cos(angle), sin(angle)
        (ux, uy), (vx, vy) = self.u, self.v
        return (ux * s + vx * c, uy * s + vy * c), (ux * c - vx * s, uy * c - vy * s)

    def lanes(self) -> tuple[float, float] | None:
        """From the right to the left edge of the lanes that lead in."""
        wanted = {strip.id for strip in inbound(self.arm)}
        edges = [k for k, strip in enumerate(strips_at(self.arm)) if strip.id in wanted]
        if not edges or max(edges) + 1 >= len(self.ys):
            return None
        return min(self.ys[k + 1] for k in edges), max(self.ys[k] for k in edges)


def frame(arm: Arm, line: Across) -> Frame:
    station = min((line.left + line.right) / 2, arm.length)
    across = arm.across(station).tolist()
    first, last = arm.kerbs(station)
    (lx, ly), (rx, ry) = across[first], across[last]
    width = hypot(lx - rx, ly - ry)
    vx, vy = (lx - rx) / width, (ly - ry) / width
    ox, oy = (lx + rx) / 2, (ly + ry) / 2
    ys = [(x - ox) * vx + (y - oy) * vy for x, y in across]
    return Frame(arm, (ox, oy), (vy, -vx), (vx, vy), station, width / 2, ys)


def across(plan: Plan, canvas: Canvas, rules: Rules) -> None:
    right = plan.web.document.traffic == "right"
    walks: list[tuple[Arm, Places, BaseGeometry]] = []
    for junction in plan.junctions:
        zone = junction.zone
        served = boxes_wanted(junction)
        for arm in junction.hub.arms:
            placed = plan.places.get(arm.key)
            if placed is None:
                continue
            owner, name = arm.key[0], arm.key[1]
            if placed.walk is not None:
                walks.append((arm, placed, zone))
            if placed.stop is not None:
                stop(canvas, rules, arm, placed, owner, name)
                if placed.waiting is not None:
                    waiting(canvas, rules, arm, placed, owner, name)
                if placed.arm.box is not None and (placed.arm.box.serves or arm.key in served):
                    box(canvas, rules, arm, placed, zone, owner, name, right=right)
                if placed.arm.left_wait is not None:
                    left_wait(canvas, rules, arm, placed, zone, owner, name)
            elif placed.arm.give_way:
                give_way(canvas, rules, arm, placed, owner, name)
    crosswalks(canvas, rules, walks)


def crosswalks(canvas: Canvas, rules: Rules, wanted: list[tuple[Arm, Places, BaseGeometry]]) -> None:
    """All crosswalks; what lies between the kerbs is asked for all at once."""
    frames, lines = [], []
    for arm, placed, _ in wanted:
        assert placed.walk is not None
        far = placed.walk[1]
        at = frame(arm, far)
        slope = at.slope(far)
        left, right = (FLARE if open_ else 0.0 for open_ in arm.open)
        frames.append(at)
        lines.append(
            (
                at.point(far.right - slope * right, -at.half - right),
                at.point(far.left + slope * left, at.half + left),
            )
        )
    if not wanted:
        return
    zones = np.array([zone for _, _, zone in wanted], dtype=object)
    inside = shapely.intersection(shapely.linestrings(np.array(lines)), zones)
    for (arm, placed, zone), at, part in zip(wanted, frames, inside.tolist(), strict=True):
        span = _around(part, at)
        if span is not None:
            _crosswalk(canvas, rules, arm, placed, zone, at, span)


def _crosswalk(
    canvas: Canvas,
    rules: Rules,
    arm: Arm,
    placed: Places,
    zone: BaseGeometry,
    at: Frame,
    span: tuple[float, float],
) -> None:
    assert placed.walk is not None and placed.arm.crosswalk is not None
    near = placed.walk[0]
    rule = rules["zebra" if placed.arm.crosswalk.pattern == "zebra" else "crosswalk"]
    limits = rules["crosswalk"]
    depth, half = placed.arm.crosswalk.depth, rule.width / 2
    quads: list[Quad] = []
    for y in stripes(span[0] + FREE, span[1] - FREE, rule.width, limits.least, limits.most):
        s = at.out(near, y)
        quads.append(
            (
                at.point(s, y - half),
                at.point(s + depth, y - half),
                at.point(s + depth, y + half),
                at.point(s, y + half),
            )
        )
    canvas.add(rule, arm.key[0], f"{arm.key[1]}/crosswalk", quads=quads, within=zone)


def _around(inside: BaseGeometry, at: Frame) -> tuple[float, float] | None:
    """The part of the line across that holds the middle of the street, as a range of y."""
    best: tuple[float, float] | None = None
    for part in inside.geoms if inside.geom_type == "MultiLineString" else [inside]:
        if part.geom_type != "LineString" or part.is_empty:
            continue
        (ox, oy), (vx, vy) = at.origin, at.v
        ys = [(x - ox) * vx + (y - oy) * vy for x, y in part.coords]
        low, high = min(ys), max(ys)
        if low - 0.5 <= 0 <= high + 0.5:
            return low, high
        if best is None or high - low > best[1] - best[0]:
            best = (low, high)
    return best


def stripes(low: float, high: float, width: float, least: float, most: float) -> list[float]:
    """Middles of equal stripes between two kerbs, the gap between `least` and `most`, the rest left at the kerbs."""
    room = high - low
    if room < width:
        return []
    count = max(1, floor((room + (least + most) / 2) / (width + (least + most) / 2)))
    if count == 1:
        return [(low + high) / 2]
    gap = min(max((room - count * width) / (count - 1), least), most)
    used = count * width + (count - 1) * gap
    begin = (low + high - used) / 2 + width / 2
    return [begin + k * (width + gap) for k in range(count)]


def bar(at: Frame, line: Across, low: float, high: float, width: float) -> Quad:
    """A bar of exact width along a line across, its nearer side on the line, from y to y."""
    along, out = at.axes(line)
    slope = at.slope(line)
    room = width * abs(slope) / hypot(1, slope)
    (x0, y0), (x1, y1) = at.point(at.out(line, low), low), at.point(at.out(line, high), high)
    length = hypot(x1 - x0, y1 - y0) - room
    shift = room if slope > 0 else 0.0
    return _rectangle((x0, y0), along, out, (shift, shift + length), (0.0, width))


def _rectangle(corner: Dot, along: Dot, out: Dot, a: tuple[float, float], d: tuple[float, float]) -> Quad:
    def at(p: float, q: float) -> Dot:
        return (corner[0] + along[0] * p + out[0] * q, corner[1] + along[1] * p + out[1] * q)

    return (at(a[0], d[0]), at(a[1], d[0]), at(a[1], d[1]), at(a[0], d[1]))


def stop(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    assert placed.stop is not None and placed.arm.stop is not None
    line = placed.stop[0]
    at = frame(arm, line)
    span = at.lanes()
    if span is not None and span[1] - span[0] > 2 * FREE + 0.5:
        quad = bar(at, line, span[0] + FREE, span[1] - FREE, placed.arm.stop.width)
        canvas.add(rules["stop_line"], owner, f"{name}/stop", quads=[quad])


def waiting(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    """Behind the stop line: a bar at the front, one at the back, and the sides between them."""
    assert placed.stop is not None and placed.arm.stop is not None
    depth = placed.arm.waiting or 0.0
    front, side = rules["waiting_front"], rules["waiting_side"]
    line = placed.stop[1]
    at = frame(arm, line)
    span = at.lanes()
    if span is None or span[1] - span[0] < 1.5:
        return
    low, high = span[0] + FREE, span[1] - FREE
    steep = hypot(1, at.slope(line))
    back = line.out((depth - front.width) * steep)
    bars = [bar(at, each, low, high, front.width) for each in (line, back)]
    canvas.add(front, owner, f"{name}/waiting", quads=bars)
    sides: list[Quad] = []
    for y in (low, high - side.width):
        beyond = y + side.width
        start = max(at.out(line, y), at.out(line, beyond)) + front.width * steep
        end = min(at.out(back, y), at.out(back, beyond))
        if end > start:
            sides.append(
                (at.point(start, y), at.point(end, y), at.point(end, beyond), at.point(start, beyond))
            )
    canvas.add(side, owner, f"{name}/waiting-sides", quads=sides)


def boxes_wanted(junction: Junction) -> set[tuple[str, str]]:
    """Arms that go straight on to where others turn across the traffic: who turns waits in front of them."""
    ahead: dict[tuple[str, str], set[tuple[str, str]]] = {}
    turned: set[tuple[str, str]] = set()
    for move in junction.moves:
        target = (move.target.segment, move.target.end)
        if move.turn == "through":
            ahead.setdefault((move.source.segment, move.source.end), set()).add(target)
        elif move.turn == "left":
            turned.add(target)
    return {source for source, targets in ahead.items() if targets & turned}


def box(
    canvas: Canvas,
    rules: Rules,
    arm: Arm,
    placed: Places,
    zone: BaseGeometry,
    owner: str,
    name: str,
    *,
    right: bool,
) -> None:
    """Between the crossing carriageway's edge and the crosswalk, in front of the lanes nearest the kerb."""
    assert placed.arm.box is not None
    last = placed.walk[0] if placed.walk else placed.stop[0] if placed.stop else None
    if last is None:
        return
    rule = rules["two_stage"]
    at = frame(arm, last)
    span = at.lanes()
    steep = hypot(1, at.slope(last))
    depth = min(placed.arm.box.depth, (last.right - placed.edge.right) / steep - CLEAR)
    if span is None or depth < 0.8:
        return
    width = min(placed.arm.box.width, span[1] - span[0] - 1.0)
    if width < 1.0:
        return
    low = span[1] - 0.5 - width if right else span[0] + 0.5
    front = last.out(-(CLEAR + depth) * steep)
    along, out = at.axes(front)
    corner = at.point(at.out(front, low), low)
    t, long = rule.width, width * steep
    quads = [
        _rectangle(corner, along, out, (0, long), (0, t)),
        _rectangle(corner, along, out, (0, long), (depth - t, depth)),
        _rectangle(corner, along, out, (0, t), (t, depth - t)),
        _rectangle(corner, along, out, (long - t, long), (t, depth - t)),
    ]
    canvas.add(rule, owner, f"{name}/box", quads=quads, text=placed.arm.box.serves, within=zone, whole=True)


def left_wait(
    canvas: Canvas, rules: Rules, arm: Arm, placed: Places, zone: BaseGeometry, owner: str, name: str
) -> None:
    """Two dashed lines into the junction in front of the innermost lane, a stop line at their end."""
    rule, line = rules["left_wait"], rules["stop_line"]
    at = frame(arm, placed.edge)
    span = at.lanes()
    if span is None or placed.arm.left_wait is None:
        return
    lane = next((s for s in inbound(arm) if "left" in s.turns), inbound(arm)[0])
    low, high = span[0] + FREE, min(span[1], span[0] + lane.widths[0]) - FREE
    start, length = placed.edge.near, placed.arm.left_wait
    for n, y in enumerate((low + rule.width / 2, high - rule.width / 2)):
        path = np.array([at.point(start, y), at.point(start - length, y)])
        quads, _ = dashed(path, rule.width, rule.dash, rule.gap)
        canvas.add(rule, owner, f"{name}/left-wait/{n}", quads=quads, within=zone)
    front, thick = start - length, line.least
    quad = (
        at.point(front, low),
        at.point(front, high),
        at.point(front - thick, high),
        at.point(front - thick, low),
    )
    canvas.add(line, owner, f"{name}/left-wait-stop", quads=[quad], within=zone)


def give_way(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    rule = rules["give_way"]
    line = (placed.walk[1] if placed.walk else placed.edge).out(1.0)
    at = frame(arm, line)
    span = at.lanes()
    if span is None:
        return
    for n in range(2):
        row = line.out(n * (rule.width + rule.apart) + rule.width / 2)
        path = np.array([at.point(at.out(row, y), y) for y in (span[0] + FREE, span[1] - FREE)])
        quads, _ = dashed(path, rule.width, rule.dash, rule.gap)
        canvas.add(rule, owner, f"{name}/give-way/{n}", quads=quads)
