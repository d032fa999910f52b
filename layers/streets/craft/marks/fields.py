"""Markings that cover an area: yellow grids, channelising hatch, bays; and lines and symbols put down by hand."""

from __future__ import annotations

import itertools
from math import cos, hypot, pi, radians, sin

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.plan import Plan
from layers.streets.craft.derive.rings import sound
from layers.streets.craft.document import Marking, Turn
from layers.streets.craft.marks.canvas import Canvas
from layers.streets.craft.marks.lines import solid
from layers.streets.craft.marks.rules import Rules
from layers.streets.craft.marks.symbols import arrow, letters

TURNS: dict[str, Turn] = {"left": "left", "through": "through", "right": "right", "uturn": "uturn"}


def fields(plan: Plan, canvas: Canvas, rules: Rules) -> None:
    by_node = {plan.web.nodes[k].id: j for j in plan.junctions for k in j.hub.nodes}
    for marking in plan.web.document.markings:
        if marking.kind == "grid":
            junction = by_node.get(marking.node)
            area = sound(Polygon(marking.area)) if marking.area else junction.kerb if junction else None
            if area is not None:
                heading = junction.hub.arms[0].heading if junction else 0.0
                grid(canvas, rules, marking.id, area, heading)
        elif marking.kind == "hatch":
            hatch(canvas, rules, marking)
        else:
            single(canvas, rules, marking)


def grid(canvas: Canvas, rules: Rules, owner: str, area: BaseGeometry, heading: float) -> None:
    border, line = rules["box_border"], rules["box_line"]
    inner = shapely.buffer(area, -border.width, join_style="mitre")
    canvas.add(border, owner, "border", shapes=_areas(shapely.difference(area, inner)))
    drawn = []
    for turn in (pi / 4, -pi / 4):
        drawn += rows(inner, heading + turn, line.width, line.gap or line.apart or 2.5)
    canvas.add(line, owner, "lines", shapes=drawn)


def hatch(canvas: Canvas, rules: Rules, marking: Marking) -> None:
    """A border, and stripes at 45° to the longest side."""
    border, stripe = rules["channel_border"], rules["channel_stripe"]
    area = sound(Polygon(marking.area))
    inner = shapely.buffer(area, -border.width, join_style="mitre")
    colour = marking.value if marking.value in {"white", "yellow"} else border.colour
    points = [*marking.area, marking.area[0]]
    sides = [(hypot(q[0] - p[0], q[1] - p[1]), p, q) for p, q in itertools.pairwise(points)]
    _, p, q = max(sides)
    heading = float(np.arctan2(q[1] - p[1], q[0] - p[0]))
    canvas.add(border, marking.id, "border", shapes=_areas(shapely.difference(area, inner)), colour=colour)
    canvas.add(
        stripe,
        marking.id,
        "stripes",
        shapes=rows(inner, heading + pi / 4, stripe.width, stripe.width + stripe.gap),
        colour=colour,
    )


def rows(area: BaseGeometry, heading: float, width: float, every: float) -> list[BaseGeometry]:
    """Parallel bands across an area."""
    if area.is_empty:
        return []
    u, v = np.array([cos(heading), sin(heading)]), np.array([-sin(heading), cos(heading)])
    west, south, east, north = area.bounds
    centre, reach = np.array([(west + east) / 2, (south + north) / 2]), hypot(east - west, north - south) / 2
    count = int(reach // every) + 1
    bands = [
        shapely.polygons(
            np.array([centre + v * (y - width / 2) + u * x for x in (-reach, reach)]
                     + [centre + v * (y + width / 2) + u * x for x in (reach, -reach)])
        )
        for y in (k * every for k in range(-count, count + 1))
    ]  # fmt: skip
    cut = shapely.intersection(np.array(bands, dtype=object), area)
    return [part for shape in cut.tolist() for part in _areas(shape)]


def single(canvas: Canvas, rules: Rules, marking: Marking) -> None:
    if marking.kind == "bay":
        area = sound(Polygon(marking.area))
        inner = shapely.buffer(area, -rules["bay"].width, join_style="mitre")
        canvas.add(rules["bay"], marking.id, "bay", shapes=_areas(shapely.difference(area, inner)))
    elif marking.kind == "line":
        rule = rules[marking.value or "edge_line"]
        canvas.add(rule, marking.id, "line", outlines=[solid(np.array(marking.area), rule.width or 0.15)])
    elif marking.at is not None and marking.kind == "text":
        canvas.add(
            rules["text"],
            marking.id,
            "text",
            shapes=letters(marking.value, marking.at, marking.heading),
            text=marking.value,
        )
    elif marking.at is not None:
        turns = frozenset(TURNS[word] for word in marking.value.split(";") if word in TURNS)
        a = radians(marking.heading)
        u, side = np.array([sin(a), cos(a)]), np.array([cos(a), -sin(a)])
        base = np.array(marking.at)
        shape = shapely.transform(arrow(turns), lambda p: np.round(base + p[:, :1] * side + p[:, 1:] * u, 3))
        canvas.add(rules["arrow"], marking.id, "arrow", shapes=[shape])


def _areas(shape: BaseGeometry) -> list[BaseGeometry]:
    return [p for p in shapely.get_parts(shape).tolist() if p.geom_type == "Polygon" and p.area > 1e-3]
