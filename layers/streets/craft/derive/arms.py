"""The end of a segment as seen from its junction, looking outward: kerbs, street edges, direction.

Left and right are those of somebody who leaves the junction along the arm.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, dist, hypot, inf

from layers.streets.craft.derive.ribbon import Dot, Floats, Ribbon


@dataclass(slots=True)
class Edge:
    """A kerb or street edge from the junction outward; each point with its station on the arm."""

    points: list[Dot]
    stations: list[float]

    def at(self, station: float) -> Dot:
        k = min(max(bisect_right(self.stations, station) - 1, 0), len(self.stations) - 2)
        s0, s1 = self.stations[k], self.stations[k + 1]
        share = (station - s0) / (s1 - s0) if s1 > s0 else 0.0
        (x0, y0), (x1, y1) = self.points[k], self.points[k + 1]
        return (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)

    def between(self, start: float, end: float) -> list[Dot]:
        """The vertices strictly between two stations."""
        return [p for p, s in zip(self.points, self.stations, strict=True) if start + 1e-6 < s < end - 1e-6]


@dataclass(slots=True)
class Arm:
    number: int
    """Of the ribbon."""
    end: int
    """0 where the segment begins, 1 where it ends."""
    node: int
    ribbon: Ribbon
    origin: Dot
    heading: float
    left: Edge
    right: Edge
    street_left: Edge
    street_right: Edge
    width: float
    walks: tuple[float, float]
    """Between kerb and street edge on the left and on the right."""
    trim: float = 0.0
    mouth: list[float | None] = field(default_factory=lambda: [None, None])
    """Where the crossing carriageways' edges meet this arm's left and right kerb; None where nothing crosses."""
    open: tuple[bool, bool] = (True, True)
    """Whether the left and the right kerb turn a corner here, or run beside another carriageway."""

    @property
    def length(self) -> float:
        return self.ribbon.length

    @property
    def key(self) -> tuple[str, str]:
        return (self.ribbon.segment.id, "ab"[self.end])

    def station(self, outward: float) -> float:
        """From a distance out of the junction to a station of the segment."""
        return outward if self.end == 0 else self.ribbon.length - outward

    def across(self, outward: float) -> Floats:
        """All boundary points at a distance out, from the arm's left to its right."""
        station = self.station(outward)
        points = self.ribbon.piece_at(station).across(station)
        return points if self.end == 0 else points[::-1]

    def kerbs(self, outward: float) -> tuple[int, int]:
        """Which of those points are the left and the right kerb."""
        piece = self.ribbon.piece_at(self.station(outward))
        left, right = piece.kerbs
        return (left, right) if self.end == 0 else (len(piece.strips) - right, len(piece.strips) - left)

    def point(self, outward: float) -> Dot:
        """On the reference line."""
        line = self.ribbon.line if self.end == 0 else self.ribbon.line[::-1]
        left = outward
        for (x0, y0), (x1, y1) in pairwise(line):
            link = hypot(x1 - x0, y1 - y0)
            if left <= link:
                return (x0 + (x1 - x0) * left / link, y0 + (y1 - y0) * left / link)
            left -= link
        return line[-1]

    def locate(self, point: Dot) -> float:
        """How far out the nearest place of the reference line is."""
        line = self.ribbon.line if self.end == 0 else self.ribbon.line[::-1]
        best, found, along = inf, 0.0, 0.0
        for (x0, y0), (x1, y1) in pairwise(line):
            link = hypot(x1 - x0, y1 - y0)
            share = ((point[0] - x0) * (x1 - x0) + (point[1] - y0) * (y1 - y0)) / link**2
            share = min(max(share, 0.0), 1.0)
            off = hypot(point[0] - x0 - share * (x1 - x0), point[1] - y0 - share * (y1 - y0))
            if off < best - 1e-9:
                best, found = off, along + share * link
            along += link
        return found


def arm(number: int, end: int, node: int, ribbon: Ribbon) -> Arm:
    pieces = ribbon.pieces if end == 0 else ribbon.pieces[::-1]
    edges: list[tuple[list[Dot], list[float]]] = [([], []) for _ in range(4)]
    for piece in pieces:
        lines, stations = piece.lines, piece.stations
        wanted = (piece.kerbs[0], piece.kerbs[1], 0, len(piece.strips))
        if end == 1:
            lines, stations = lines[:, ::-1], ribbon.length - stations[::-1]
            wanted = (wanted[1], wanted[0], wanted[3], wanted[2])
        out = stations.tolist()
        for (points, along), k in zip(edges, wanted, strict=True):
            points += [(x, y) for x, y in lines[k].tolist()]
            along += out
    left, right, street_left, street_right = (Edge(points, along) for points, along in edges)
    if left.points == street_left.points:
        street_left = left
    if right.points == street_right.points:
        street_right = right
    walks = (dist(left.points[0], street_left.points[0]), dist(right.points[0], street_right.points[0]))
    made = Arm(
        number, end, node, ribbon, ribbon.line[0 if end == 0 else -1], 0.0, left, right, street_left, street_right,
        dist(left.points[0], right.points[0]), walks,
    )  # fmt: skip
    ahead = made.point(min(6.0, ribbon.length))
    made.heading = atan2(ahead[1] - made.origin[1], ahead[0] - made.origin[0])
    return made
