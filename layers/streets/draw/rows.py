"""The rows of the picture: what the drawn tables hold of a document of streets, its shapes in degrees."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.check import Finding
from layers.streets.craft.derive.plan import feature_id
from layers.streets.craft.document import Document
from layers.streets.craft.picture import Area, line_facts, placed, point_at
from layers.streets.craft.plane import between

AREA = ("key", "part", "owner", "kind", "name", "level", "info", "geom")
LINE = (
    "key",
    "owner",
    "name",
    "kind",
    "rank",
    "width_m",
    "lanes",
    "oneway",
    "speed",
    "level",
    "measured",
    "geom",
)
POINT = ("key", "part", "owner", "kind", "face", "geom")
WARNING = ("key", "owner", "kind", "severity", "said", "said_en", "geom")


def area_rows(rows: list[Area], crs: int) -> list[tuple[Any, ...]]:
    shapes = placed(rows, crs)
    return [
        (
            r.key,
            r.part,
            r.owner,
            r.kind[:40],
            r.name[:200],
            r.level,
            json.dumps(r.info, ensure_ascii=False),
            shape,
        )
        for r, shape in zip(rows, shapes, strict=True)
        if not shape.is_empty
    ]


def _there(points: Iterable[BaseGeometry], crs: int) -> Any:
    change = between(crs, 4326)

    def moved(xy: Any) -> Any:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(np.array(list(points), dtype=object), moved)


def line_rows(drawn: Document, ids: Collection[str]) -> list[tuple[Any, ...]]:
    at = {node.id: node.at for node in drawn.nodes}
    mine = [s for s in drawn.segments if s.id in ids]
    if not mine:
        return []
    shapes = _there((shapely.LineString([at[s.a], *s.via, at[s.b]]) for s in mine), drawn.crs)
    found = []
    for segment, shape in zip(mine, shapes, strict=True):
        facts = line_facts(segment)
        owner = f"segment/{segment.id}"
        found.append((key_of(owner), owner, *(facts[name] for name in LINE[2:-1]), shape))
    return found


def key_of(owner: str) -> str:
    """A key of at most 64 characters for an object of any name."""
    return feature_id(owner, "row")


def point_rows(drawn: Document, owners: set[str] | None) -> list[tuple[Any, ...]]:
    at = {node.id: node.at for node in drawn.nodes}
    lines = {s.id: [at[s.a], *s.via, at[s.b]] for s in drawn.segments}
    found: list[tuple[Any, ...]] = []
    places = []
    for sign in drawn.signs:
        owner = f"segment/{sign.anchor.segment}"
        if owners is None or owner in owners:
            x, y, heading = point_at(sign.anchor, lines[sign.anchor.segment])
            found.append((key_of(f"sign/{sign.id}"), "sign", owner, sign.code, (heading + sign.face) % 360))
            places.append(shapely.Point(x, y))
    for head in drawn.heads:
        owner = f"node/{head.node}"
        if owners is None or owner in owners:
            found.append((key_of(f"head/{head.id}"), "head", owner, head.kind, 0.0))
            places.append(shapely.Point(head.at))
    if not found:
        return []
    return [(*row, shape) for row, shape in zip(found, _there(places, drawn.crs), strict=True)]


def warning_rows(drawn: Document, found: Iterable[Finding], owners: set[str] | None) -> list[tuple[Any, ...]]:
    """Warnings belong to the segment or node that their object stands on."""
    owner_of = bearers(drawn)
    rows, places = {}, []
    for one in found:
        owner = owner_of.get(one.object, one.object)
        key = key_of(f"{one.rule}/{one.object}/{one.en}")
        if one.at is None or key in rows or (owners is not None and owner not in owners):
            continue
        rows[key] = (key, owner, one.rule, one.severity, one.zh[:200], one.en[:200])
        places.append(shapely.Point(one.at))
    if not rows:
        return []
    return [(*row, shape) for row, shape in zip(rows.values(), _there(places, drawn.crs), strict=True)]


def bearers(drawn: Document) -> dict[str, str]:
    found = {f"arm/{arm.segment}/{arm.end}": f"segment/{arm.segment}" for arm in drawn.arms}
    found |= {f"sign/{sign.id}": f"segment/{sign.anchor.segment}" for sign in drawn.signs}
    return found | {f"head/{head.id}": f"node/{head.node}" for head in drawn.heads}
