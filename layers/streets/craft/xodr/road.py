"""A stretch of a segment as a road: its strips as lanes beside the boundary between the directions.

Strips keep their edges to the millimetre; where a cross-section changes at once, the road takes two centimetres for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, pi, sin

from layers.streets.craft.derive.ribbon import Dot, Piece, Ribbon
from layers.streets.craft.derive.surfaces import Stretch
from layers.streets.craft.document import TRAVEL, Strip
from layers.streets.craft.xodr.course import Course, Element, course
from layers.streets.craft.xodr.cubic import Cubic, closed, ramped, through, tidy, value

CHANGE = 0.02
LEAST_WIDTH = 1e-3
STEP = 1e-4


@dataclass(slots=True)
class Lane:
    id: int
    strip: Strip
    number: int
    """Of the strip, from the left."""
    width: list[Cubic]
    """From the beginning of its section."""
    before: int | None = None
    after: int | None = None


@dataclass(slots=True)
class Part:
    """A lane section."""

    number: int
    """Of the stretch's cross-section, from end a."""
    s: float
    end: float
    piece: Piece
    stations: tuple[float, float]
    middle: int
    """The boundary between the lanes with positive and those with negative numbers."""
    lanes: list[Lane]
    offset: list[Cubic]

    def lane_of(self, strip: str) -> Lane | None:
        return next((lane for lane in self.lanes if lane.strip.id == strip), None)

    def edges(self, lane: Lane, s: float) -> tuple[float, float]:
        """How far left of the line the left and the right edge of a lane are."""
        t = value(self.offset, s)
        sign = 1 if lane.id > 0 else -1
        between = sorted((one for one in self.lanes if one.id * sign > 0), key=lambda one: abs(one.id))
        for one in between:
            wide = value(one.width, s - self.s)
            if one.id == lane.id:
                return (t + wide, t) if sign > 0 else (t, t - wide)
            t += sign * wide
        raise LookupError(f"lane {lane.id} is not of this section")


@dataclass(slots=True)
class Road:
    id: int
    number: int
    """Of the ribbon."""
    ribbon: Ribbon
    course: Course
    parts: list[Part]
    links: list[int | None] = field(default_factory=lambda: [None, None])
    """The junctions at its beginning and at its end."""

    def contact(self, end: int, strip: str, *, into: bool) -> tuple[Lane, Dot, float, float] | None:
        """A lane where it meets a junction: its middle, the heading of who drives there, its width."""
        part, s = (self.parts[0], 0.0) if end == 0 else (self.parts[-1], self.course.length)
        lane = part.lane_of(strip)
        if lane is None:
            return None
        left, right = part.edges(lane, s)
        if left - right < LEAST_WIDTH:
            return None
        x, y, heading = self.course.at(s)
        t = (left + right) / 2
        outward = (end == 1) == into
        at = (x - t * sin(heading), y + t * cos(heading))
        return lane, at, heading if outward else heading + pi, left - right


def road(id_: int, number: int, stretch: Stretch, traffic: str) -> Road:
    ribbon = stretch.ribbon
    line, start, end = course(ribbon, stretch.start, stretch.end)
    parts: list[Part] = []
    for n, cut in enumerate(stretch.pieces):
        piece = next(p for p in ribbon.pieces if p.section is cut.section)
        first, last = max(float(piece.stations[0]), start), min(float(piece.stations[-1]), end)
        if last - first < 0.1 and (parts or last <= first + 1e-6):
            continue
        s = line.s_of(first) if parts else 0.0
        parts.append(_part(n, line, piece, s, (first, last), traffic))
    for one, other in pairwise(parts):
        one.end = other.s
    parts[-1].end = line.length
    for one, other in pairwise(parts):
        _join(one, other)
    for one in parts:
        for lane in one.lanes:
            lane.width = tidy(lane.width)
    return Road(id_, number, ribbon, line, parts)


def _part(
    number: int, line: Course, piece: Piece, s: float, stations: tuple[float, float], traffic: str
) -> Part:
    edges = _edges(line, piece, stations)
    middle = middle_of(piece.strips, traffic)
    first = edges[0][0].s
    lanes = [
        Lane(
            middle - k if k < middle else middle - 1 - k,
            strip,
            k,
            [_less(one, other, first) for one, other in zip(edges[k], edges[k + 1], strict=True)],
        )
        for k, strip in enumerate(piece.strips)
    ]
    return Part(number, s, line.length, piece, stations, middle, lanes, list(edges[middle]))


def _less(one: Cubic, other: Cubic, first: float) -> Cubic:
    wide = Cubic(one.s - first, *(p - q for p, q in zip(one[1:], other[1:], strict=True)))
    return wide if wide.a > 2e-6 or wide.b > 0 else wide._replace(a=0.0)


def middle_of(strips: tuple[Strip, ...], traffic: str) -> int:
    """Traffic against the segment is on one side of it, traffic along it on the other."""
    left = -1 if traffic == "right" else 1
    ours = [k for k, strip in enumerate(strips) if strip.kind in TRAVEL and strip.dir == left]
    theirs = [k for k, strip in enumerate(strips) if strip.kind in TRAVEL and strip.dir == -left]
    if ours and theirs:
        inner = [k for k in ours if k < max(theirs)]
        return max(inner) + 1 if inner else min(theirs)
    if ours:
        return max(ours) + 1
    if theirs:
        return min(theirs)
    return len(strips) // 2


def _edges(line: Course, piece: Piece, stations: tuple[float, float]) -> list[list[Cubic]]:
    """Every boundary of the strips as cubics, all broken at the same places."""
    found: list[list[Cubic]] = [[] for _ in range(len(piece.strips) + 1)]
    for span in line.spans:
        low, high = max(span.first, stations[0]), min(span.last, stations[1])
        if high - low < 1e-9:
            continue
        breaks = [low, *(s for s in piece.stations.tolist() if low + 1e-4 < s < high - 1e-4), high]
        for first, last in pairwise(breaks):
            s0, s1 = span.s_of(first), span.s_of(last)
            if s1 - s0 < 1e-7:
                continue
            link = _link(piece, (first + last) / 2)
            for k, cubics in enumerate(found):
                cubics.append(_fitted(span.element, piece, link, k, s0, s1))
    return found


def _link(piece: Piece, station: float) -> int:
    stations = piece.stations.tolist()
    return max(i for i in range(len(stations) - 1) if i == 0 or stations[i] <= station)


def _fitted(element: Element, piece: Piece, link: int, k: int, s0: float, s1: float) -> Cubic:
    p, q = piece.lines[k, link].tolist(), piece.lines[k, link + 1].tolist()
    heading = element.at((s0 + s1) / 2)[2]
    dx, dy = q[0] - p[0], q[1] - p[1]
    if hypot(dx, dy) < 1e-3 or dx * cos(heading) + dy * sin(heading) <= 0:
        middle = [(piece.lines[j, link + 1] - piece.lines[j, link]).tolist() for j in range(len(piece.lines))]
        dx, dy = max(middle, key=lambda d: hypot(d[0], d[1]))

    def t(s: float) -> float:
        x, y, heading = element.at(s)
        nx, ny = -sin(heading), cos(heading)
        return float(((p[0] - x) * dy - (p[1] - y) * dx) / (nx * dy - ny * dx))

    ends = (t(s0), t(s1))
    slopes = ((t(s0 + STEP) - t(s0 - STEP)) / (2 * STEP), (t(s1 + STEP) - t(s1 - STEP)) / (2 * STEP))
    return through(s0, s1, ends, slopes)


def _join(one: Part, other: Part) -> None:
    """Links the lanes that go on from one section to the next, which then meet without a gap."""
    pairs: list[tuple[Lane, Lane]] = []
    for side in (1, -1):
        going = [
            (lane, next_)
            for lane in sorted(one.lanes, key=lambda x: abs(x.id))
            if lane.id * side > 0
            and (next_ := other.lane_of(lane.strip.id)) is not None
            and next_.id * side > 0
            and value(lane.width, one.end - one.s) > LEAST_WIDTH
            and value(next_.width, 0.0) > LEAST_WIDTH
        ]
        order = [abs(next_.id) for _, next_ in going]
        if order == sorted(order):
            pairs += going
    for lane, next_ in pairs:
        lane.after, next_.before = next_.id, lane.id
    if all(
        abs(p - q) < 1e-3
        for lane, next_ in pairs
        for p, q in zip(one.edges(lane, one.end), other.edges(next_, other.s), strict=True)
    ):
        return
    was = {next_.id: value(lane.width, one.end - one.s) for lane, next_ in pairs}
    stays = {lane.id for lane, _ in pairs}
    room = min(CHANGE, (one.end - one.s) / 4)
    for lane in one.lanes:
        if lane.id not in stays and value(lane.width, one.end - one.s) > 0:
            long = one.end - one.s
            lane.width = closed(lane.width, long - room, long)
    room = min(CHANGE, (other.end - other.s) / 4)
    for lane in other.lanes:
        lane.width = ramped(lane.width, 0.0, room, was.get(lane.id, 0.0))
    other.offset = ramped(other.offset, other.s, other.s + room, value(one.offset, one.end))
