"""Markings across an arm: crosswalk, stop line, waiting zone, two-stage box, give-way line, left-turn waiting area.

All are drawn in the frame of their arm: `u` outward along it, `v` to its left. A piece that would lie on the
sidewalk is not painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, cos, floor, hypot, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.places import Across, Places
from layers.streets.craft.derive.plan import Junction, Plan
from layers.streets.craft.derive.ribbon import Floats
from layers.streets.craft.derive.turns import inbound, strips_at
from layers.streets.craft.marks.canvas import Canvas
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
    """Straight axes at one distance out: `y` runs to the left, from `-right` to `left` between the kerbs."""

    origin: Floats
    u: Floats
    v: Floats
    station: float
    left: float
    right: float

    def points(self, places: Sequence[tuple[float, float]]) -> Floats:
        """From (distance out of the junction, y)."""
        return np.array([self.origin + self.u * (s - self.station) + self.v * y for s, y in places])

    def slope(self, line: Across) -> float:
        return (line.left - line.right) / (self.left + self.right)

    def out(self, line: Across, y: float) -> float:
        return line.right + self.slope(line) * (y + self.right)


def frame(arm: Arm, station: float) -> Frame:
    station = min(station, arm.length)
    across = arm.across(station)
    first, last = arm.kerbs(station)
    left, right = across[first], across[last]
    width = float(hypot(*(left - right)))
    v = (left - right) / width
    return Frame((left + right) / 2, np.array([v[1], -v[0]]), v, station, width / 2, width / 2)


def across(plan: Plan, canvas: Canvas, rules: Rules) -> None:
    right = plan.web.document.traffic == "right"
    for junction in plan.junctions:
        zone = junction.zone
        shapely.prepare(zone)
        served = boxes_wanted(junction)
        for arm in junction.hub.arms:
            placed = plan.places.get(arm.key)
            if placed is None:
                continue
            owner, name = arm.key[0], arm.key[1]
            if placed.walk is not None:
                crosswalk(canvas, rules, arm, placed, zone, owner, name)
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


def lanes_span(arm: Arm, at: Frame) -> tuple[float, float] | None:
    """From the right to the left edge of the lanes that lead in, in the frame's y."""
    wanted = {strip.id for strip in inbound(arm)}
    if not wanted:
        return None
    across = arm.across(at.station)
    strips = strips_at(arm)
    ys = [float((p - at.origin) @ at.v) for p in across]
    edges = [(ys[k], ys[k + 1]) for k, strip in enumerate(strips) if strip.id in wanted]
    return min(e[1] for e in edges), max(e[0] for e in edges)


def crosswalk(
    canvas: Canvas, rules: Rules, arm: Arm, placed: Places, zone: BaseGeometry, owner: str, name: str
) -> None:
    assert placed.walk is not None and placed.arm.crosswalk is not None
    near, far = placed.walk
    at = frame(arm, (far.left + far.right) / 2)
    rule = rules["zebra" if placed.arm.crosswalk.pattern == "zebra" else "crosswalk"]
    slope = at.slope(far)
    left, right = (FLARE if open_ else 0.0 for open_ in arm.open)
    ends = at.points(
        [(far.right - slope * right, -at.right - right), (far.left + slope * left, at.left + left)]
    )
    inside = shapely.intersection(shapely.linestrings(ends), zone)
    middle = (at.left - at.right) / 2
    span = _around(inside, at, middle)
    if span is None:
        return
    low, high = span[0] + FREE, span[1] - FREE
    positions = stripes(low, high, rule.width, rules["crosswalk"].least, rules["crosswalk"].most)
    depth = placed.arm.crosswalk.depth
    half = rule.width / 2
    quads = [
        at.points([(s, y - half), (s + depth, y - half), (s + depth, y + half), (s, y + half)])
        for y in positions
        for s in (near.right + slope * (y + at.right),)
    ]
    if not quads:
        return
    corners = np.array(quads)
    kept = shapely.covers(zone, shapely.polygons(corners))
    canvas.add(rule, owner, f"{name}/crosswalk", quads=corners[kept])


def _around(inside: BaseGeometry, at: Frame, middle: float) -> tuple[float, float] | None:
    """The part of the line across that holds the middle of the street, as a range of y."""
    best: tuple[float, float] | None = None
    for part in shapely.get_parts(inside):
        if part.geom_type != "LineString":
            continue
        ys = (shapely.get_coordinates(part) - at.origin) @ at.v
        low, high = float(ys.min()), float(ys.max())
        if low - 0.5 <= middle <= high + 0.5:
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


def bar(at: Frame, line: Across, low: float, high: float, width: float, inward: float = 0.0) -> Floats:
    """A bar of exact width along a line across, its nearer side on the line, from y to y."""
    slope = at.slope(line)
    angle = atan(slope)
    along = at.u * sin(angle) + at.v * cos(angle)
    out = at.u * cos(angle) - at.v * sin(angle)
    room = width * abs(sin(angle))
    start, end = at.points([(at.out(line, low) + inward, low), (at.out(line, high) + inward, high)])
    length = hypot(*(end - start)) - room
    begin = start + along * (room if slope > 0 else 0)
    return np.array([begin, begin + along * length, begin + along * length + out * width, begin + out * width])


def stop(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    assert placed.stop is not None and placed.arm.stop is not None
    line = placed.stop[0]
    at = frame(arm, (line.left + line.right) / 2)
    span = lanes_span(arm, at)
    if span is not None and span[1] - span[0] > 2 * FREE + 0.5:
        quad = bar(at, line, span[0] + FREE, span[1] - FREE, placed.arm.stop.width)
        canvas.add(rules["stop_line"], owner, f"{name}/stop", quads=quad[None])


def waiting(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    """Behind the stop line: a bar at the front, one at the back, and the sides between them."""
    assert placed.stop is not None and placed.waiting is not None and placed.arm.stop is not None
    depth = placed.arm.waiting or 0.0
    thick = placed.arm.stop.width
    front = rules["waiting_front"]
    side = rules["waiting_side"]
    line = placed.stop[0].out(thick)
    at = frame(arm, (line.left + line.right) / 2)
    span = lanes_span(arm, at)
    if span is None or span[1] - span[0] < 1.5:
        return
    low, high = span[0] + FREE, span[1] - FREE
    cosine = cos(atan(at.slope(line)))
    back = line.out((depth - front.width) / cosine)
    bars = [bar(at, each, low, high, front.width) for each in (line, back)]
    canvas.add(front, owner, f"{name}/waiting", quads=np.array(bars))
    sides = []
    for y in (low, high - side.width):
        start = max(at.out(line, y), at.out(line, y + side.width)) + front.width / cosine
        end = min(at.out(back, y), at.out(back, y + side.width))
        if end > start:
            sides.append(
                at.points([(start, y), (end, y), (end, y + side.width), (start, y + side.width)])
            )
    if sides:
        canvas.add(side, owner, f"{name}/waiting-sides", quads=np.array(sides))


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
    canvas: Canvas, rules: Rules, arm: Arm, placed: Places, zone: BaseGeometry, owner: str, name: str, *, right: bool
) -> None:
    """Between the crossing carriageway's edge and the crosswalk, in front of the lanes nearest the kerb."""
    assert placed.arm.box is not None
    last = placed.walk[0] if placed.walk else placed.stop[0] if placed.stop else None
    if last is None:
        return
    rule = rules["two_stage"]
    at = frame(arm, (last.left + last.right) / 2)
    span = lanes_span(arm, at)
    cosine = cos(atan(at.slope(last)))
    room = (last.right - placed.edge.right) * cosine - CLEAR
    depth = min(placed.arm.box.depth, room)
    if span is None or depth < 0.8:
        return
    width = min(placed.arm.box.width, span[1] - span[0] - 1.0)
    if width < 1.0:
        return
    low = span[1] - 0.5 - width if right else span[0] + 0.5
    front = last.out(-(CLEAR + depth) / cosine)
    slope = at.slope(front)
    angle = atan(slope)
    along, out = at.u * sin(angle) + at.v * cos(angle), at.u * cos(angle) - at.v * sin(angle)
    corner = at.points([(at.out(front, low), low)])[0]
    t = rule.width
    long = width / cosine

    def piece(a0: float, a1: float, d0: float, d1: float) -> Floats:
        return np.array(
            [corner + along * a + out * d for a, d in ((a0, d0), (a1, d0), (a1, d1), (a0, d1))]
        )

    if not bool(shapely.covers(zone, shapely.polygons(piece(0, long, 0, depth)))):
        return
    quads = [
        piece(0, long, 0, t),
        piece(0, long, depth - t, depth),
        piece(0, t, t, depth - t),
        piece(long - t, long, t, depth - t),
    ]
    canvas.add(rule, owner, f"{name}/box", quads=np.array(quads), text=placed.arm.box.serves)


def left_wait(
    canvas: Canvas, rules: Rules, arm: Arm, placed: Places, zone: BaseGeometry, owner: str, name: str
) -> None:
    """Two dashed lines into the junction in front of the innermost lane, a stop line at their end."""
    rule, line = rules["left_wait"], rules["stop_line"]
    at = frame(arm, placed.edge.near)
    span = lanes_span(arm, at)
    if span is None or placed.arm.left_wait is None:
        return
    lane = next((s for s in inbound(arm) if "left" in s.turns), inbound(arm)[0])
    low, high = max(span[0], span[1] - lane.widths[0]) + FREE, span[1] - FREE
    length = placed.arm.left_wait
    start = placed.edge.near
    for n, y in enumerate((low + rule.width / 2, high - rule.width / 2)):
        path = at.points([(start, y), (start - length, y)])
        quads, _ = dashed(path, rule.width, rule.dash, rule.gap)
        kept = shapely.covers(zone, shapely.polygons(quads)) if len(quads) else np.zeros(0, dtype=bool)
        canvas.add(rule, owner, f"{name}/left-wait/{n}", quads=quads[kept])
    front = start - length
    thick = line.least
    quad = at.points([(front, low), (front, high), (front - thick, high), (front - thick, low)])
    if bool(shapely.covers(zone, shapely.polygons(quad))):
        canvas.add(line, owner, f"{name}/left-wait-stop", quads=quad[None])


def give_way(canvas: Canvas, rules: Rules, arm: Arm, placed: Places, owner: str, name: str) -> None:
    rule = rules["give_way"]
    line = (placed.walk[1] if placed.walk else placed.edge).out(1.0)
    at = frame(arm, (line.left + line.right) / 2)
    span = lanes_span(arm, at)
    if span is None:
        return
    for n in range(2):
        row = line.out(n * (rule.width + rule.apart) + rule.width / 2)
        path = at.points([(at.out(row, y), y) for y in (span[0] + FREE, span[1] - FREE)])
        quads, _ = dashed(path, rule.width, rule.dash, rule.gap)
        canvas.add(rule, owner, f"{name}/give-way/{n}", quads=quads)
