"""One segment as a ribbon: its strips as lines side by side, which share their vertices bit for bit and so never overlap.

Stations run along the reference line from end `a`; a point of any boundary belongs to a station.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from layers.streets.craft.document import ASIDE, Section, Segment, Strip

Floats = NDArray[np.float64]
Dot = tuple[float, float]

SHARPEST = 0.3
"""Keeps the mitre of a hairpin within about three widths; below it the bend is cut off."""


@dataclass(slots=True)
class Piece:
    """The part of a ribbon with one cross-section. `lines[k]` is the boundary left of strip k."""

    stations: Floats
    lines: Floats
    strips: tuple[Strip, ...]
    kerbs: tuple[int, int]
    section: Section

    def cut(self, start: float, end: float) -> Piece | None:
        """What lies between two stations; None when that is nothing."""
        start, end = max(start, float(self.stations[0])), min(end, float(self.stations[-1]))
        if end - start < 1e-6:
            return None
        inside = (self.stations > start + 1e-9) & (self.stations < end - 1e-9)
        stations = np.concatenate(([start], self.stations[inside], [end]))
        lines = np.concatenate(
            (self.across(start)[:, None], self.lines[:, inside], self.across(end)[:, None]), axis=1
        )
        return Piece(stations, lines, self.strips, self.kerbs, self.section)

    def across(self, station: float) -> Floats:
        """The points of all boundaries at a station, left to right."""
        at = int(np.searchsorted(self.stations, station, side="right")) - 1
        at = min(max(at, 0), len(self.stations) - 2)
        before, after = self.stations[at], self.stations[at + 1]
        share = (station - before) / (after - before)
        crossed: Floats = self.lines[:, at] * (1 - share) + self.lines[:, at + 1] * share
        return crossed


@dataclass(slots=True)
class Ribbon:
    segment: Segment
    line: list[Dot]
    length: float
    pieces: list[Piece]

    def cut(self, start: float, end: float) -> list[Piece]:
        parts = [piece.cut(start, end) for piece in self.pieces]
        return [part for part in parts if part is not None]

    def piece_at(self, station: float) -> Piece:
        for piece in self.pieces:
            if station <= piece.stations[-1]:
                return piece
        return self.pieces[-1]


def ribbon(segment: Segment, a: Dot, b: Dot) -> Ribbon:
    line = [a, *segment.via, b]
    along = [0.0]
    for (x0, y0), (x1, y1) in pairwise(line):
        along.append(along[-1] + float(np.hypot(x1 - x0, y1 - y0)))
    length = along[-1]
    starts = begins(segment, length)
    stations, points, normals = stationed(line, along, extra_stations(segment, starts, length))
    pieces = []
    before: Section | None = None
    for section, start, end in zip(segment.sections, starts, [*starts[1:], length], strict=True):
        if end - start > 1e-6:
            keep = (stations >= start - 1e-9) & (stations <= end + 1e-9)
            pieces.append(_piece(segment, section, before, stations[keep], points[keep], normals[keep]))
        before = section
    return Ribbon(segment, line, length, pieces)


def begins(segment: Segment, length: float) -> list[float]:
    """Where each section begins, from end a; never backwards and never beyond the segment."""
    found: list[float] = []
    for section in segment.sections:
        s = section.s if section.end == "a" else length - section.s
        found.append(min(max(s, found[-1] if found else 0.0), length))
    return found


def extra_stations(segment: Segment, starts: list[float], length: float) -> list[float]:
    extra = []
    for section, start in zip(segment.sections, starts, strict=True):
        extra.append(start)
        if section.taper:
            extra.append(min(start + section.taper, length))
    return extra


def stationed(line: list[Dot], along: list[float], extra: list[float]) -> tuple[Floats, Floats, Floats]:
    """Vertices with their mitred normals, those of section breaks put in between."""
    points = np.asarray(line, dtype=np.float64)
    links = np.diff(points, axis=0)
    links /= np.hypot(links[:, 0], links[:, 1])[:, None]
    left = np.column_stack((-links[:, 1], links[:, 0]))
    normals = np.empty_like(points)
    normals[0], normals[-1] = left[0], left[-1]
    if len(points) > 2:
        turn = 1 + np.sum(left[:-1] * left[1:], axis=1)
        normals[1:-1] = (left[:-1] + left[1:]) / np.maximum(turn, SHARPEST)[:, None]
    stations = np.asarray(along)
    new = [s for s in extra if np.min(np.abs(stations - s)) > 1e-6]
    for s in sorted(set(new)):
        at = bisect_right(stations.tolist(), s)
        share = (s - stations[at - 1]) / (stations[at] - stations[at - 1])
        points = np.insert(points, at, points[at - 1] * (1 - share) + points[at] * share, axis=0)
        normals = np.insert(normals, at, normals[at - 1] * (1 - share) + normals[at] * share, axis=0)
        stations = np.insert(stations, at, s)
    return stations, points, normals


def kerbs_of(strips: tuple[Strip, ...]) -> tuple[int, int]:
    """The boundaries that are the left and the right kerb."""
    left = next(k for k, strip in enumerate(strips) if strip.kind not in ASIDE)
    right = next(k for k in range(len(strips), 0, -1) if strips[k - 1].kind not in ASIDE)
    return left, right


def _piece(
    segment: Segment,
    section: Section,
    before: Section | None,
    stations: Floats,
    points: Floats,
    normals: Floats,
) -> Piece:
    strips = section.strips
    start, length = stations[0], stations[-1] - stations[0]
    share = (stations - start) / length
    widths = np.array([strip.widths for strip in strips])
    at = widths[:, :1] * (1 - share) + widths[:, 1:] * share
    if section.taper and before is not None:
        earlier = {strip.id: strip.widths[1] for strip in before.strips}
        was = np.array([earlier.get(strip.id, 0.0) for strip in strips])[:, None]
        grown = np.clip((stations - start) / section.taper, 0, 1)
        at = was * (1 - grown) + at * grown
    edges = np.concatenate((np.zeros((1, len(stations))), np.cumsum(at, axis=0)))
    kerbs = kerbs_of(strips)
    left, right = edges[kerbs[0]], edges[kerbs[1]]
    zero = (left + right) / 2 if segment.ref is None else left + segment.ref
    offsets = zero - edges
    lines = points[None] + normals[None] * offsets[..., None]
    return Piece(stations, np.round(lines, 6), strips, kerbs, section)
