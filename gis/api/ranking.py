"""Which places the rows of a layer belong to, the most harmed first: junctions, sections or wards by their crashes.

A place is named by the field that refers to it, so this works for every layer that says where its rows belong.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from gis.api.layers import REFUSALS, conditions, fetch, layer_for
from gis.api.problem import ApiProblem
from gis.audit.note import note_read
from layers.access import Viewer, may
from layers.access.asking import viewer_of
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql, column, relation, where

router = Router(tags=["layers"])
MOST = 500
MOST_STEPS = 3


class Place(Schema):
    """`parts` is the count of each value of the field in `split`."""

    id: int
    name: str
    name_en: str
    count: int
    weight: float | None
    parts: dict[str, int]
    center: list[float]


class Ranking(Schema):
    """The first of `places`, in order; `of` is the layer that they are features of."""

    of: str
    places: int
    rows: list[Place]


@router.get(
    "layers/{id}/ranking",
    response={200: Ranking, **REFUSALS},
    summary="Places by how many rows of a layer belong to them, or by what these weigh",
)
def ranking(
    request: HttpRequest,
    id: str,
    of: str,
    by: Literal["count", "weight"] = "count",
    weight: str | None = None,
    split: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    bbox: str | None = None,
    datetime: str | None = None,
    filter: str | None = None,
) -> dict[str, Any]:
    """`of` is a field that refers to another layer, such as `junction_id`, or a way over several, such as
    `road_id.section_id`. `weight` is a number whose sum orders the places when `by` is weight. Equals are ordered
    by the other figure, then by id."""
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    known = {"of", "by", "weight", "split", "limit", "bbox", "datetime", "filter", "filter-lang"}
    if strange := sorted(set(request.GET) - known):
        raise ApiProblem(f"There is no parameter “{strange[0][:40]}” here.")
    if by == "weight" and not weight:
        raise ApiProblem("To order by weight, name the field in “weight”.")
    steps = _way(layer, of, viewer)
    weighs = number(layer, weight, viewer) if weight else "NULL::float8"
    part = value(layer, split, viewer) if split else "''"
    rows = conditions(layer, viewer, bbox, datetime, filter)
    target = steps[-1][1]
    for read in dict.fromkeys((layer, *(to for _, to in steps))):
        note_read(viewer, read, f"ranking of {of}")
    found = fetch(_sql(layer, steps, weighs, part, rows, viewer, by) + Sql(" LIMIT %s", (limit,)))
    names = ("id", "name", "name_en", "count", "weight", "parts", "center")
    return {
        "of": target.id,
        "places": found[0][0] if found else 0,
        "rows": [
            dict(zip(names, (*row[1:6], row[6] if split else {}, list(row[7:])), strict=True))
            for row in found
        ],
    }


def _way(layer: Layer, of: str, viewer: Viewer) -> list[tuple[str, Layer]]:
    """The columns to go through, each with the layer that it leads to."""
    steps: list[tuple[str, Layer]] = []
    here = layer
    for name in of.split(".")[:MOST_STEPS]:
        field = seen(here, name, viewer)
        to = register.get(field.of) if field and field.of else None
        if to is None or not may(viewer, "see", to) or to.raster:
            raise ApiProblem(f"“{of[:60]}” does not lead from {layer.id} to another layer.")
        steps.append((column(here, name), to))
        here = to
    return steps


def seen(layer: Layer, name: str, viewer: Viewer) -> Field | None:
    return next((f for f in layer.seen_by(viewer.clearance) if f.name == name), None)


def number(layer: Layer, name: str, viewer: Viewer) -> str:
    field = seen(layer, name, viewer)
    if field is None or field.resolved not in ("integer", "number"):
        raise ApiProblem(f"“{name[:40]}” is no number of {layer.id}.")
    return column(layer, name)


def value(layer: Layer, name: str, viewer: Viewer) -> str:
    field = seen(layer, name, viewer)
    if field is None or field.codes is None:
        raise ApiProblem(f"“{name[:40]}” is no field of {layer.id} with codes.")
    return column(layer, name)


def _sql(
    layer: Layer, steps: list[tuple[str, Layer]], weighs: str, part: str, rows: Sql, viewer: Viewer, by: str
) -> Sql:
    first, target = steps[0][0], steps[-1][1]
    sql = (
        Sql(f"WITH s0 AS (SELECT {first} AS ref, {part} AS part, count(*) AS n, sum({weighs}) AS w ")
        + Sql(f"FROM {relation(layer)} WHERE {first} IS NOT NULL AND ")
        + rows
        + " GROUP BY 1, 2)"
    )
    for i, (further, _) in enumerate(steps[1:]):
        between = steps[i][1]
        sql += Sql(f", s{i + 1} AS (SELECT {further} AS ref, part, sum(n) AS n, sum(w) AS w FROM s{i} JOIN ")
        sql += Sql(f"{relation(between)} ON q.id = s{i}.ref WHERE ") + where(between, viewer.clearance)
        sql += " GROUP BY 1, 2)"
    last = f"s{len(steps) - 1}"
    order = "w DESC NULLS LAST, n DESC" if by == "weight" else "n DESC, w DESC NULLS LAST"
    name, name_en = (label(target, suffix, viewer) for suffix in ("", "_en"))
    return (
        sql
        + f", places AS (SELECT ref, sum(n) AS n, sum(w)::float8 AS w, json_object_agg(part, n) AS parts FROM {last} "
        + f"GROUP BY ref) SELECT count(*) OVER (), q.id, {name}, {name_en}, n, w, parts, ST_X(at), ST_Y(at) "
        + f"FROM places JOIN {relation(target)} ON q.id = ref, ST_PointOnSurface(q.geom) AS at WHERE "
        + where(target, viewer.clearance)
        + f" ORDER BY {order}, q.id"
    )


def label(layer: Layer, suffix: str, viewer: Viewer) -> str:
    name = f"{layer.label}{suffix}"
    return f"coalesce({column(layer, name)}::text, '')" if seen(layer, name, viewer) else "''"
