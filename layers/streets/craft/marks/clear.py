"""Where streets were drawn onto each other, each keeps only the markings on the ground that is left to it.

Without this, two carriageways whose guessed widths overlap would show two crosswalks and two sets of lines.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.plan import Plan
from layers.streets.craft.derive.rings import largest
from layers.streets.craft.marks.canvas import Mark

LEAST = 0.01
"""Square metres of a line below which a remainder is not kept."""
TOO_NEAR = 0.39
STRIPES = frozenset({"crosswalk", "zebra"})
TOGETHER = frozenset({"crosswalk", "zebra", "stop_line", "waiting_front", "waiting_side", "two_stage"})


def clear(plan: Plan, marks: list[Mark]) -> list[Mark]:
    if not plan.cut:
        return marks
    names = {plan.web.ribbons[k].segment.id: k for k in sorted(plan.cut)}
    own = _grounds(plan)
    for mark in marks:
        if mark.owner in names and mark.rule.key not in TOGETHER:
            mark.shapes = _within(mark.shapes, own[names[mark.owner]])
    by_owner: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.rule.key in TOGETHER:
            by_owner.setdefault(mark.owner, []).append(mark)
    for junction in plan.junctions:
        arms = [arm.key for arm in junction.hub.arms]
        if any(segment in names for segment, _ in arms):
            # who gave no ground comes first
            order = sorted(arms, key=lambda key: (key[0] in names, key))
            here = [m for key in order for m in by_owner.get(key[0], []) if m.part.startswith(key[1] + "/")]
            _apart(here)
    return [mark for mark in marks if mark.shapes]


def _grounds(plan: Plan) -> dict[int, BaseGeometry]:
    """The carriageway of each cut segment and of the junctions at its ends."""
    parts: dict[int, list[BaseGeometry]] = {k: [] for k in sorted(plan.cut)}
    for surface in plan.strips:
        if surface.ribbon in parts and surface.paved:
            parts[surface.ribbon].append(surface.shape)
    for junction in plan.junctions:
        for arm in junction.hub.arms:
            if arm.number in parts:
                parts[arm.number].append(junction.kerb)
    return {k: shapely.buffer(shapely.union_all(shapes), 0.05) for k, shapes in parts.items()}


def _within(shapes: list[BaseGeometry], ground: BaseGeometry) -> list[BaseGeometry]:
    kept: list[BaseGeometry] = []
    for shape in shapes:
        if ground.covers(shape):
            kept.append(shape)
        elif len(shape.exterior.coords) > 5 or shape.area > 1.0:
            rest = shapely.intersection(shape, ground)
            kept += [
                p for p in shapely.get_parts(rest).tolist() if p.geom_type == "Polygon" and p.area > LEAST
            ]
    return kept


def _apart(marks: list[Mark]) -> None:
    """Stripes and boxes of one arm too near to those of another are not painted; bars end before them."""
    before: list[tuple[str, str, BaseGeometry]] = []
    for mark in marks:
        arm, stripes = mark.owner + mark.part[:1], mark.rule.key in STRIPES
        others = [shape for key, other, shape in before if other != arm and (key in STRIPES) == stripes]
        if others and stripes:
            tree = shapely.STRtree(others)
            near = tree.query(np.array(mark.shapes, dtype=object), predicate="dwithin", distance=TOO_NEAR)[0]
            close = set(near.tolist())
            mark.shapes = [shape for n, shape in enumerate(mark.shapes) if n not in close]
        elif others:
            taken = shapely.buffer(shapely.union_all(others), 0.1, join_style="mitre")
            rest = [largest(shapely.difference(shape, taken)) for shape in mark.shapes]
            if mark.rule.key == "two_stage" and any(
                r.area < shape.area - LEAST for r, shape in zip(rest, mark.shapes, strict=True)
            ):
                rest = []
            mark.shapes = [shape for shape in rest if shape.area > LEAST]
        before += [(mark.rule.key, arm, shape) for shape in mark.shapes]
