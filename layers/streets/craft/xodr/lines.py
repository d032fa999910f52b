"""The lines along a road, by the rules of the document's day: for every boundary of its lanes, what is painted from where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.document import TRAVEL
from layers.streets.craft.marks.along import NO_CHANGE, End, kerb_line, usual
from layers.streets.craft.marks.rules import Rule, Rules
from layers.streets.craft.xodr.road import Part, Road

DOUBLE = frozenset({"double_yellow", "no_lane_change"})
ONE_YELLOW = "double_yellow/one"
"""Beside a median, one of the two lines."""


class Run(NamedTuple):
    """From a distance within its section on; no rule, no line."""

    s: float
    rule: Rule | None
    kind: str = "none"


def runs(
    road: Road, part: Part, k: int, arm: Arm, ends: tuple[End, End], rules: Rules, wide: float
) -> list[Run]:
    piece = part.piece
    left, right = piece.kerbs
    if not left <= k <= right:
        return [Run(0.0, None)]
    share = (k - left) / (right - left)
    first, second = ends[0].at(share), ends[1].at(1 - share)
    if k in (left, right):
        first, second = max(first, ends[0].trim), max(second, ends[1].trim)
    low, high = max(first, float(piece.stations[0])), min(arm.length - second, float(piece.stations[-1]))
    if high - low < 1.0:
        return [Run(0.0, None)]
    found = [Run(0.0, None)]
    for station, code in _codes(road, part, k, ends, rules, wide, (low, high)):
        rule = rules["double_yellow" if code == ONE_YELLOW else code] if code else None
        kind = (
            "none"
            if rule is None
            else "solid solid"
            if code in DOUBLE
            else "broken"
            if rule.dash
            else "solid"
        )
        s = min(max(road.course.s_of(station) - part.s, 0.0), part.end - part.s)
        found = [run for run in found if run.s < s - 1e-3]
        if s < part.end - part.s - 1e-3:
            found.append(Run(s, rule, kind))
    return found or [Run(0.0, None)]


def _codes(
    road: Road,
    part: Part,
    k: int,
    ends: tuple[End, End],
    rules: Rules,
    wide: float,
    span: tuple[float, float],
) -> Iterator[tuple[float, str]]:
    piece = part.piece
    left, right = piece.kerbs
    low, high = span
    if k in (left, right):
        code = piece.section.edges[0 if k == left else 1]
        outer = piece.strips[left] if k == left else piece.strips[right - 1]
        yield low, kerb_line(code, outer, road.ribbon.segment.road_class)
    else:
        one, other = piece.strips[k - 1], piece.strips[k]
        code_ = other.line or usual(one, other, wide, rules)
        if code_ == "none":
            code_ = ""
        if code_ == "median":
            code_ = beside_median(part, k)
        if code_ in ("lane_line", "centre_line"):
            solid = "no_lane_change" if code_ == "lane_line" else "double_yellow"
            both = one.dir + other.dir == 0
            before = NO_CHANGE if ends[0].stops and (both or other.dir == -1) else 0.0
            after = NO_CHANGE if ends[1].stops and (both or other.dir == 1) else 0.0
            if before + after > high - low:
                before, after = (high - low, 0.0) if before else (0.0, high - low)
            if before:
                yield low, solid
            if before + after < high - low - 1e-6:
                yield low + before, code_
            if after:
                yield high - after, solid
        else:
            yield low, code_
    yield high, ""


def beside_median(part: Part, k: int) -> str:
    strips = part.piece.strips
    traffic, further = (
        (strips[k - 1], strips[k:]) if strips[k - 1].kind in TRAVEL else (strips[k], strips[:k][::-1])
    )
    beyond = next((strip for strip in further if strip.kind in TRAVEL), None)
    return ONE_YELLOW if beyond is not None and beyond.dir * traffic.dir < 0 else "edge_line"


def width_of(part: Part) -> float:
    left, right = part.piece.kerbs
    return float(np.hypot(*(part.piece.lines[left, 0] - part.piece.lines[right, 0])))
