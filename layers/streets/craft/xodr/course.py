"""The reference line of a road: the links of a segment as straight lines, its bends as arcs without a kink.

A bend keeps the widths beside it: its arc is so wide that nothing on its inner side folds, where there is room.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import atan2, ceil, cos, hypot, pi, sin, tan

from layers.streets.craft.derive.ribbon import Dot, Ribbon

STRAIGHT = 1e-6
"""Radians: a smaller bend is none."""
SHORTEST_TANGENT = 0.25
BESIDE = 1.0
"""So much wider than the inner side the arc of a bend should be."""
SHORTEST_ROAD = 4.0
MOST_TURN = 0.25
"""Radians that one cubic is trusted with."""


@dataclass(frozen=True, slots=True)
class Element:
    """A straight line or an arc, from the distance `s` on."""

    s: float
    x: float
    y: float
    heading: float
    length: float
    curvature: float = 0.0

    def at(self, s: float) -> tuple[float, float, float]:
        d, k = s - self.s, self.curvature
        if k == 0:
            return self.x + d * cos(self.heading), self.y + d * sin(self.heading), self.heading
        turned = self.heading + k * d
        x = self.x + (sin(turned) - sin(self.heading)) / k
        return x, self.y - (cos(turned) - cos(self.heading)) / k, turned

    def nearest(self, point: Dot) -> float:
        """The distance at which the element is nearest to a point."""
        dx, dy = point[0] - self.x, point[1] - self.y
        along = dx * cos(self.heading) + dy * sin(self.heading)
        if self.curvature:
            r = 1 / self.curvature
            across = r - (dy * cos(self.heading) - dx * sin(self.heading))
            along = atan2(along * (1 if r > 0 else -1), across * (1 if r > 0 else -1)) * abs(r)
        return self.s + min(max(along, 0.0), self.length)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of one element that stands for a part of one link: between stations of the segment."""

    element: Element
    start: float
    end: float
    first: float
    last: float
    """Stations of the segment."""

    def s_of(self, station: float) -> float:
        share = (station - self.first) / (self.last - self.first)
        return self.start + (self.end - self.start) * share


@dataclass(frozen=True, slots=True)
class Course:
    elements: tuple[Element, ...]
    spans: tuple[Span, ...]

    @property
    def length(self) -> float:
        last = self.elements[-1]
        return last.s + last.length

    def at(self, s: float) -> tuple[float, float, float]:
        for element in self.elements:
            if s <= element.s + element.length:
                return element.at(s)
        return self.elements[-1].at(s)

    def s_of(self, station: float) -> float:
        for span in self.spans:
            if station <= span.last:
                return max(span.s_of(station), 0.0)
        return self.length

    def locate(self, point: Dot) -> tuple[float, float, float]:
        """Where a point is seen from the line: how far along, how far to the left, and the heading there."""
        best = (float("inf"), 0.0, 0.0, 0.0)
        for element in self.elements:
            s = element.nearest(point)
            x, y, heading = element.at(s)
            dx, dy = point[0] - x, point[1] - y
            far = hypot(dx, dy)
            if far < best[0] - 1e-9:
                best = (far, s, dy * cos(heading) - dx * sin(heading), heading)
        return best[1:]


def course(ribbon: Ribbon, start: float, end: float) -> tuple[Course, float, float]:
    """The line between two stations; the stations that it really runs between. Where a bend lies on an end, the road
    begins behind it."""
    along = [0.0]
    for (x0, y0), (x1, y1) in pairwise(ribbon.line):
        along.append(along[-1] + hypot(x1 - x0, y1 - y0))
    bends = {
        along[k]: bend
        for k in range(1, len(along) - 1)
        if abs(bend := _bend(ribbon.line[k - 1], ribbon.line[k], ribbon.line[k + 1])) > STRAIGHT
    }
    wanted = {station: _tangent(ribbon, station, bend) for station, bend in bends.items()}
    for station in sorted(bends):
        if start < station < start + 0.4 * wanted[station] and end - station > SHORTEST_ROAD:
            start = station
    for station in sorted(bends, reverse=True):
        if end - 0.4 * wanted[station] < station < end and station - start > SHORTEST_ROAD:
            end = station
    inner = [s for s in sorted(bends) if start + 1e-6 < s < end - 1e-6]
    corners = [start, *inner, end]
    tangents = [0.0]
    for k in range(1, len(corners) - 1):
        room = []
        for other, edge in ((k - 1, k == 1), (k + 1, k == len(corners) - 2)):
            room.append(abs(corners[k] - corners[other]) * (0.95 if edge else 0.48))
        tangents.append(min(wanted[corners[k]], *room))
    tangents.append(0.0)
    points = [_point(ribbon.line, along, station) for station in corners]
    return _laid(points, corners, tangents, [bends[s] for s in inner]), start, end


def _laid(points: list[Dot], corners: list[float], tangents: list[float], bends: list[float]) -> Course:
    elements: list[Element] = []
    spans: list[Span] = []
    s = 0.0
    for k in range(len(points) - 1):
        (x0, y0), (x1, y1) = points[k], points[k + 1]
        link = hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / link, (y1 - y0) / link
        heading = atan2(uy, ux)
        before, after = tangents[k], tangents[k + 1]
        straight = Element(s, x0 + ux * before, y0 + uy * before, heading, link - before - after)
        elements.append(straight)
        spans.append(Span(straight, s, s + straight.length, corners[k] + before, corners[k + 1] - after))
        s += straight.length
        if k + 2 < len(points):
            bend = bends[k]
            radius = after / tan(abs(bend) / 2)
            arc = Element(
                s,
                x1 - ux * after,
                y1 - uy * after,
                heading,
                radius * abs(bend),
                (1 if bend > 0 else -1) / radius,
            )
            elements.append(arc)
            count = 2 * ceil(abs(bend) / 2 / MOST_TURN)
            for n in range(count):
                ends = ((n + x) / count for x in (0, 1))
                (s0, c0), (s1, c1) = (
                    (s + arc.length * x, corners[k + 1] + after * (2 * x - 1)) for x in ends
                )
                spans.append(Span(arc, s0, s1, c0, c1))
            s += arc.length
    return Course(tuple(elements), tuple(spans))


def _bend(before: Dot, here: Dot, after: Dot) -> float:
    into = atan2(here[1] - before[1], here[0] - before[0])
    out = atan2(after[1] - here[1], after[0] - here[0])
    return (out - into + pi) % (2 * pi) - pi


def _tangent(ribbon: Ribbon, station: float, bend: float) -> float:
    """How long before a bend its arc should begin."""
    across = ribbon.piece_at(station).across(station)
    x, y = _point(ribbon.line, None, station)
    side = across[0] if bend > 0 else across[-1]
    inner = hypot(side[0] - x, side[1] - y) * cos(bend / 2)
    return max((inner + BESIDE) * tan(abs(bend) / 2), SHORTEST_TANGENT)


def _point(line: list[Dot], along: list[float] | None, station: float) -> Dot:
    done = 0.0
    for k, ((x0, y0), (x1, y1)) in enumerate(pairwise(line)):
        link = hypot(x1 - x0, y1 - y0)
        begun = along[k] if along else done
        if station <= begun + link or k == len(line) - 2:
            share = (station - begun) / link
            return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        done += link
    raise ValueError("a line has two points at least")
