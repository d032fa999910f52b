"""The rows of the picture that a plan gives: areas by part, centre lines, signs and heads, each with its owner.

An owner is the object whose rows are replaced together: a segment, or the node by which a junction is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import atan2, cos, degrees, hypot, pi, sin
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.blocks import blocks
from layers.streets.craft.derive.plan import Junction, Plan, feature_id
from layers.streets.craft.derive.ribbon import kerbs_of
from layers.streets.craft.document import TRAVEL, Anchor, Segment
from layers.streets.craft.marks import paint
from layers.streets.craft.write import Row as WrittenRow
from layers.streets.craft.write import in_degrees, of_junction

RANKS = {
    "motorway": 1, "trunk": 1, "primary": 1, "arterial": 1, "secondary": 2, "collector": 2, "tertiary": 3, "local": 3,
    "unclassified": 3, "residential": 4, "living_street": 4, "service": 4, "lane": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    key: str
    part: str
    owner: str
    shape: BaseGeometry
    kind: str = ""
    name: str = ""
    level: int = 0
    info: dict[str, Any] = field(default_factory=dict)


def rank_of(road_class: str) -> int:
    return RANKS.get(road_class.removesuffix("_link"), 4)


def areas(plan: Plan, core: Collection[str] | None = None) -> Iterator[Area]:
    """All areas but blocks; with `core`, only those of the segments named and of the junctions these lead to."""
    if core is not None:
        plan = part_of(plan, core)
    held = None if core is None else set(core)
    yield from _strips(plan)
    for junction in plan.junctions:
        if (
            held is None
            or any(arm.key[0] in held for arm in junction.hub.arms)
            or _holds(plan, junction, held)
        ):
            yield from _junction(plan, junction)
    yield from _markings(plan, held)


def part_of(plan: Plan, core: Collection[str]) -> Plan:
    """The same plan with nothing but what paints these segments."""
    names = [r.segment.id for r in plan.web.ribbons]
    kept = {k for k, name in enumerate(names) if name in core}
    junctions = [
        j
        for j in plan.junctions
        if any(arm.number in kept for arm in j.hub.arms) or any(k in kept for k in j.hub.inside)
    ]
    return replace(
        plan,
        junctions=junctions,
        strips=[s for s in plan.strips if s.ribbon in kept],
        stretches=[s if k in kept else None for k, s in enumerate(plan.stretches)],
    )


def _holds(plan: Plan, junction: Junction, held: set[str]) -> bool:
    return any(plan.web.ribbons[k].segment.id in held for k in junction.hub.inside)


def _strips(plan: Plan) -> Iterator[Area]:
    paved: dict[int, list[BaseGeometry]] = {}
    for surface in plan.strips:
        segment, strip = plan.web.ribbons[surface.ribbon].segment, surface.strip
        yield Area(
            plan.id_of(surface),
            "lane" if strip.kind in TRAVEL else "side",
            f"segment/{segment.id}",
            surface.shape,
            strip.kind,
            segment.name,
            segment.layer,
            {
                "segment": segment.id,
                "strip": strip.id,
                "section": surface.piece,
                "dir": strip.dir,
                "width": round(sum(strip.widths) / 2, 3),
                "turns": list(strip.turns),
                "origin": segment.origin.get("width", ""),
            },
        )
        if surface.paved and strip.kind != "median":
            paved.setdefault(surface.ribbon, []).append(surface.shape)
    for number, shapes in paved.items():
        segment = plan.web.ribbons[number].segment
        whole = shapely.union_all(np.array(shapes, dtype=object), grid_size=1e-3)
        if not whole.is_empty:
            key = feature_id(segment.id, "carriageway")
            info = {"segment": segment.id}
            yield Area(
                key,
                "carriageway",
                f"segment/{segment.id}",
                whole,
                segment.road_class,
                segment.name,
                segment.layer,
                info,
            )


def _junction(plan: Plan, junction: Junction) -> Iterator[Area]:
    said = of_junction(plan, junction)
    owner, level, name = f"node/{junction.hub.key}", junction.layer, said["name"]
    info = {k: said[k] for k in ("nodes", "legs", "arms", "movements")}
    key = junction.hub.key
    yield Area(junction.id, "junction", owner, junction.kerb, said["control"], name, level, info)
    yield Area(feature_id(key, "paved"), "carriageway", owner, junction.kerb, "junction", name, level, {})
    yield Area(feature_id(key, "zone"), "zone", owner, junction.zone, said["control"], name, level, info)
    for n, walk in enumerate(junction.walks):
        yield Area(feature_id(key, f"walk/{n}"), "side", owner, walk, "sidewalk", name, level, {})


def _markings(plan: Plan, held: set[str] | None) -> Iterator[Area]:
    free = {m.id: m for m in plan.web.document.markings}
    levels = {r.segment.id: r.segment.layer for r in plan.web.ribbons}
    for mark in paint(plan):
        if mark.owner in free:
            owner = f"marking/{mark.owner}"
        elif held is None or mark.owner in held:
            owner = f"segment/{mark.owner}"
        else:
            continue
        shape = mark.shapes[0] if len(mark.shapes) == 1 else shapely.MultiPolygon(_flat(mark.shapes))
        info = {"article": mark.rule.article, "text": mark.text, "text_date": mark.rule.text.isoformat()}
        colour = mark.colour or "white"
        yield Area(
            feature_id(mark.owner, mark.part), "marking", owner, shape, mark.rule.key, mark.rule.zh,
            levels.get(mark.owner, 0), {**info, "colour": colour},
        )  # fmt: skip


def _flat(shapes: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    return [part for shape in shapes for part in shapely.get_parts(shape).tolist()]


def enclosed(grounds: list[BaseGeometry]) -> Iterator[Area]:
    """The blocks that the ground of the streets encloses: the same ones, to the bit, from the ground around a block
    as from that of the whole city."""
    if not grounds:
        return
    exact = shapely.transform(np.array(grounds, dtype=object), lambda xy: np.round(xy, 3))
    wrong = ~shapely.is_valid(exact)
    exact[wrong] = shapely.make_valid(exact[wrong])
    try:
        whole = shapely.union_all(exact, grid_size=1e-3)
    except (
        shapely.errors.GEOSException
    ):  # the engine gives up on a few grounds at a grid; without one it does not
        whole = shapely.union_all(np.array(grounds, dtype=object))
    for block in blocks([whole]):
        shape = shapely.normalize(shapely.transform(block.shape, lambda xy: np.round(xy, 3)))
        key = feature_id("block", shape.wkb_hex)
        yield Area(key, "block", "", shape, block.kind, "", 0, {"area": round(shape.area, 1)})


def placed(rows: list[Area], crs: int) -> list[BaseGeometry]:
    """The shapes in WGS 84, multiple."""
    shapes = in_degrees((row.shape for row in rows), crs)
    return [
        shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon(_polygons(shape))
        for shape in shapes
    ]


def _polygons(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]


def written(rows: Iterable[Area]) -> dict[str, list[WrittenRow]]:
    """For files: by part, in the order of keys."""
    found: dict[str, list[WrittenRow]] = {}
    for row in sorted(rows, key=lambda r: (r.part, r.owner, r.key)):
        said = {"part": row.part, "owner": row.owner, "kind": row.kind, "name": row.name, "level": row.level}
        found.setdefault(row.part, []).append((row.key, row.shape, {**said, **row.info}))
    return found


def line_facts(segment: Segment) -> dict[str, Any]:
    """What a centre line says of its segment: those of its longest-lived cross-section, the first."""
    strips = segment.sections[0].strips
    left, right = kerbs_of(strips)
    travel = [s for s in strips if s.kind in TRAVEL]
    return {
        "name": segment.name,
        "kind": segment.road_class,
        "rank": rank_of(segment.road_class),
        "width_m": round(sum(max(s.widths) for s in strips[left:right]), 2),
        "lanes": len(travel),
        "oneway": len({s.dir for s in travel if s.dir}) == 1,
        "speed": segment.speed,
        "level": segment.layer,
        "measured": segment.origin.get("width", ""),
    }


def point_at(anchor: Anchor, line: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Where an anchor is: x, y, and the heading of the street there in degrees from north."""
    points = line if anchor.end == "a" else line[::-1]
    left = anchor.s
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        link = hypot(x1 - x0, y1 - y0)
        if left <= link or (x1, y1) == points[-1]:
            ux, uy = (x1 - x0) / link, (y1 - y0) / link
            side = anchor.t if anchor.end == "a" else -anchor.t
            x, y = x0 + ux * left + uy * side, y0 + uy * left - ux * side
            return x, y, degrees(pi / 2 - atan2(uy, ux)) % 360
        left -= link
    raise ValueError("a line has two points at least")


def turned(point: tuple[float, float], about: tuple[float, float], angle: float) -> tuple[float, float]:
    """A point turned anticlockwise by an angle in radians."""
    x, y = point[0] - about[0], point[1] - about[1]
    return (
        round(about[0] + x * cos(angle) - y * sin(angle), 3),
        round(about[1] + x * sin(angle) + y * cos(angle), 3),
    )
