"""Markings along the street: what the rules put between neighbouring strips and along the kerbs.

Lines begin at the stop line, or where the junction ends, and run in the direction of the segment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.places import Across, Places
from layers.streets.craft.derive.plan import Plan
from layers.streets.craft.derive.ribbon import Floats, Piece
from layers.streets.craft.document import TRAVEL, Strip
from layers.streets.craft.marks.canvas import Canvas
from layers.streets.craft.marks.lines import beside, dashed, lengths, part, solid
from layers.streets.craft.marks.rules import Rules

NO_CHANGE = 30.0
"""So far before a stop line lanes must be kept."""
EDGED = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary"})
CARS = frozenset({"drive", "bus", "mixed", "rail"})
OVERRIDES = frozenset(
    {
        "lane_line",
        "centre_line",
        "double_yellow",
        "no_lane_change",
        "fast_slow",
        "edge_line",
        "bay",
        "turn_guide",
    }
)


@dataclass(slots=True)
class End:
    """Where lines end at one end of the segment."""

    last: Across | None
    trim: float
    stops: bool

    def at(self, share: float) -> float:
        """How far out, `share` of the way from the arm's left kerb to its right."""
        if self.last is None:
            return self.trim
        return self.last.left + (self.last.right - self.last.left) * share


def along(plan: Plan, canvas: Canvas, rules: Rules) -> None:
    for stretch, (first, second) in zip(plan.stretches, plan.web.arms, strict=True):
        if stretch is None:
            continue
        ends = (end_of(plan, first), end_of(plan, second))
        for piece in first.ribbon.pieces:
            _piece(canvas, rules, piece, first, ends)


def end_of(plan: Plan, arm: Arm) -> End:
    placed: Places | None = plan.places.get(arm.key)
    if placed is None or not (placed.stop or placed.walk):
        return End(None, arm.trim, False)
    return End(placed.last, arm.trim, placed.stop is not None)


def _piece(canvas: Canvas, rules: Rules, piece: Piece, arm: Arm, ends: tuple[End, End]) -> None:
    left, right = piece.kerbs
    strips = piece.strips
    segment = arm.ribbon.segment
    wide = float(np.hypot(*(piece.lines[left, 0] - piece.lines[right, 0])))
    for k in range(left, right + 1):
        share = (k - left) / (right - left)
        path = _path(piece, k, ends, share, arm.length, kerb=k in (left, right))
        if path is None:
            continue
        if k in (left, right):
            code = piece.section.edges[0 if k == left else 1]
            outer = strips[left] if k == left else strips[right - 1]
            _kerb(
                canvas,
                rules,
                segment.id,
                f"{k}",
                path,
                code,
                outer,
                segment.road_class,
                1 if k == right else -1,
            )
        else:
            _between(canvas, rules, segment.id, path, strips, k, wide, ends)


def _path(
    piece: Piece, k: int, ends: tuple[End, End], share: float, length: float, *, kerb: bool
) -> Floats | None:
    first, second = ends[0].at(share), ends[1].at(1 - share)
    if kerb:
        first, second = max(first, ends[0].trim), max(second, ends[1].trim)
    start, end = first, length - second
    part_of = piece.cut(start, end)
    if part_of is None or end - start < 1.0:
        return None
    line = part_of.lines[k]
    steps = np.hypot(*np.diff(line, axis=0).T)
    if not np.all(steps > 1e-6):
        line = line[np.concatenate(([True], steps > 1e-6))]
    return line if len(line) > 1 else None


def _between(
    canvas: Canvas,
    rules: Rules,
    owner: str,
    path: Floats,
    strips: tuple[Strip, ...],
    k: int,
    wide: float,
    ends: tuple[End, End],
) -> None:
    left, right, name = strips[k - 1], strips[k], f"{k}"
    code = right.line or usual(left, right, wide, rules)
    if code in ("", "none"):
        return
    if right.line and code not in OVERRIDES:
        raise LookupError(
            f"segment {owner}: strip {right.id} asks for the line “{code}”, which there is not."
        )
    if code in ("lane_line", "centre_line"):
        solid_code = "no_lane_change" if code == "lane_line" else "double_yellow"
        both = left.dir + right.dir == 0
        before = NO_CHANGE if ends[0].stops and (both or right.dir == -1) else 0.0
        after = NO_CHANGE if ends[1].stops and (both or right.dir == 1) else 0.0
        total = float(lengths(path)[-1])
        if before + after > total:
            before, after = (total, 0.0) if before else (0.0, total)
        for extent, start, end in (("a", 0.0, before), ("b", total - after, total)):
            near = part(path, start, end)
            if near is not None:
                _paint(canvas, rules, solid_code, owner, f"{name}/{extent}", near)
        middle = part(path, before, total - after)
        if middle is not None:
            _paint(canvas, rules, code, owner, name, middle)
        return
    if code == "median":
        _beside_median(canvas, rules, owner, name, path, strips, k)
        return
    _paint(canvas, rules, code, owner, name, path)


def usual(left: Strip, right: Strip, wide: float, rules: Rules) -> str:
    """The line that the rules put between two strips; nothing where they put none."""
    kinds = {left.kind, right.kind}
    if "marked_walk" in kinds:
        return "edge_line"
    if kinds & {"median", "barrier", "buffer", "verge"}:
        return "median" if kinds & TRAVEL else ""
    if kinds & {"park_car", "park_moto"}:
        return "bay" if kinds & TRAVEL else ""
    if kinds & {"shoulder", "gutter"}:
        return "edge_line" if kinds & TRAVEL else ""
    if left.dir * right.dir < 0 or (left.dir == 0) != (right.dir == 0):
        if wide < rules["centre_line"].least:
            return ""
        return "double_yellow" if wide >= 12.0 else "centre_line"
    if kinds <= CARS:
        return "lane_line"
    return "fast_slow"


def _paint(canvas: Canvas, rules: Rules, code: str, owner: str, name: str, path: Floats) -> None:
    rule = rules[code]
    if code in ("double_yellow", "no_lane_change"):
        out = (rule.width + rule.apart) / 2
        canvas.add(
            rule,
            owner,
            f"{name}/{code}",
            outlines=[solid(beside(path, side), rule.width) for side in (out, -out)],
        )
    elif rule.dash:
        quads, bent = dashed(path, rule.width, rule.dash, rule.gap)
        canvas.add(rule, owner, f"{name}/{code}", quads=quads, outlines=bent)
    else:
        canvas.add(rule, owner, f"{name}/{code}", outlines=[solid(path, rule.width)])


def _beside_median(
    canvas: Canvas, rules: Rules, owner: str, name: str, path: Floats, strips: tuple[Strip, ...], k: int
) -> None:
    """One line on the traffic's side: yellow where the traffic beyond comes the other way, white elsewhere."""
    if strips[k - 1].kind in TRAVEL:
        traffic, side, further = strips[k - 1], 1.0, strips[k:]
    else:
        traffic, side, further = strips[k], -1.0, strips[:k][::-1]
    beyond = next((strip for strip in further if strip.kind in TRAVEL), None)
    against = beyond is not None and beyond.dir * traffic.dir < 0
    rule = rules["double_yellow" if against else "edge_line"]
    clear = rules["double_yellow"].apart + rule.width / 2
    canvas.add(rule, owner, f"{name}/median", outlines=[solid(beside(path, side * clear), rule.width)])


def _kerb(
    canvas: Canvas,
    rules: Rules,
    owner: str,
    name: str,
    path: Floats,
    code: str,
    outer: Strip,
    road_class: str,
    inward: int,
) -> None:
    key = kerb_line(code, outer, road_class)
    if not key:
        return
    rule = rules[key]
    out = rules["no_stopping"].apart + rule.width / 2
    canvas.add(rule, owner, f"{name}/{rule.key}", outlines=[solid(beside(path, inward * out), rule.width)])


def kerb_line(code: str, outer: Strip, road_class: str) -> str:
    """The rule of the line along a kerb; nothing where there is none."""
    if code == "none" or (code == "auto" and (road_class not in EDGED or outer.kind not in TRAVEL)):
        return ""
    return {"red": "no_stopping", "yellow": "no_parking"}.get(code, "edge_line")
