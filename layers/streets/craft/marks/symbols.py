"""Arrows and texts on the lanes. The regulation shows their shapes in figures only; these are plain stand-ins.

An arrow is drawn once for every combination of turns and then set down where it belongs.
"""

from __future__ import annotations

from functools import cache
from math import cos, hypot, radians, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.plan import Junction, Plan
from layers.streets.craft.derive.ribbon import Floats
from layers.streets.craft.derive.turns import inbound, strips_at
from layers.streets.craft.document import Turn
from layers.streets.craft.marks.canvas import Canvas
from layers.streets.craft.marks.rules import Rules

LENGTH = 5.0
BEHIND, REPEAT = 3.0, 30.0
"""Behind the stop line, and again so far behind that."""
LETTER = (1.0, 2.0, 0.5)
"""Width and length of a character's field on the road, and what is free between two."""


def symbols(plan: Plan, canvas: Canvas, rules: Rules) -> None:
    for junction in plan.junctions:
        turns = _turns(junction)
        for arm in junction.hub.arms:
            placed = plan.places.get(arm.key)
            if placed is None or placed.stop is None or not placed.arm.arrows:
                continue
            _arrows(canvas, rules, arm, placed.last.far + BEHIND, turns)


def _turns(junction: Junction) -> dict[tuple[str, str, str], frozenset[Turn]]:
    found: dict[tuple[str, str, str], set[Turn]] = {}
    for move in junction.moves:
        source = move.source
        found.setdefault((source.segment, source.end, source.strip), set()).add(move.turn)
    return {key: frozenset(turns) for key, turns in found.items()}


def _arrows(
    canvas: Canvas,
    rules: Rules,
    arm: Arm,
    first: float,
    turns: dict[tuple[str, str, str], frozenset[Turn]],
) -> None:
    lanes = [s for s in inbound(arm) if s.kind in {"drive", "bus"}]
    if len(lanes) < 2 and not any(lane.turns for lane in lanes):
        return
    order = [strip.id for strip in strips_at(arm)]
    shapes: list[BaseGeometry] = []
    for lane in lanes:
        shown: frozenset[Turn] = frozenset(lane.turns) or turns.get((*arm.key, lane.id), frozenset())
        shown = shown - {"uturn"} or shown
        if not shown:
            continue
        k = order.index(lane.id)
        for out in (first, first + REPEAT):
            if out + LENGTH > arm.length * 0.7:
                break
            tail, tip = _middle(arm, k, out + LENGTH), _middle(arm, k, out)
            shapes.append(_set_down(arrow(shown), tail, tip))
    canvas.add(rules["arrow"], arm.key[0], f"{arm.key[1]}/arrows", shapes=shapes)


def _middle(arm: Arm, k: int, out: float) -> Floats:
    across = arm.across(out)
    middle: Floats = (across[k] + across[k + 1]) / 2
    return middle


def _set_down(shape: BaseGeometry, tail: Floats, tip: Floats) -> BaseGeometry:
    way = (tip - tail) / max(hypot(*(tip - tail)), 1e-9)
    side = np.array([way[1], -way[0]])
    return shapely.transform(shape, lambda p: np.round(tail + p[:, :1] * side + p[:, 1:] * way, 3))


@cache
def arrow(turns: frozenset[Turn]) -> BaseGeometry:
    """x to the driver's right, y ahead, from 0 to 5 m."""
    shaft = 0.15
    parts: list[BaseGeometry] = []
    if "through" in turns or not turns:
        parts += [
            shapely.box(-shaft / 2, 0, shaft / 2, 3.6),
            shapely.Polygon([(-0.3, 3.5), (0.3, 3.5), (0, 5)]),
        ]
    for side, name in ((-1, "left"), (1, "right")):
        if name in turns:
            stem = 2.6 if "through" in turns else 3.2
            parts += [
                shapely.box(-shaft / 2, 0, shaft / 2, stem + shaft),
                shapely.box(min(0, side * 0.45), stem, max(0, side * 0.45), stem + 2 * shaft),
                shapely.Polygon(
                    [(side * 0.4, stem - 0.45), (side * 0.4, stem + 0.75), (side * 0.95, stem + shaft)]
                ),
            ]
    if "uturn" in turns:
        hook = shapely.LineString(
            [
                (0, 3.0),
                *((-0.3 + 0.3 * cos(radians(a)), 3.0 + 0.6 * sin(radians(a))) for a in range(0, 181, 15)),
                (-0.6, 2.2),
            ]
        ).buffer(shaft / 2, cap_style="flat")
        parts += [
            shapely.box(-shaft / 2, 0, shaft / 2, 3.0),
            hook,
            shapely.Polygon([(-0.9, 2.3), (-0.3, 2.3), (-0.6, 1.4)]),
        ]
    return shapely.union_all(parts)


def letters(text: str, at: tuple[float, float], heading: float) -> list[BaseGeometry]:
    """The fields of a text's characters, one behind the other towards the driver; `heading` is the way driven."""
    width, length, free = LETTER
    u = np.array([sin(radians(heading)), cos(radians(heading))])
    side = np.array([u[1], -u[0]])
    fields = []
    for n in range(len(text)):
        base = np.array(at) - u * n * (length + free)
        corners = [
            base + side * x + u * y
            for x, y in ((-width / 2, 0), (width / 2, 0), (width / 2, length), (-width / 2, length))
        ]
        fields.append(shapely.polygons(np.round(corners, 3)))
    return fields
