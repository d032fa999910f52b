"""The features of a layer in the order of what happens near them: cameras by the crashes within a hundred metres.

What counts as near, and what weighs, is declared with the layer (`Nearby`); any layer with features can have it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router

from gis.api.layers import REFUSALS, conditions, fetch, layer_for
from gis.api.problem import ApiProblem
from gis.api.ranking import MOST, Ranking, label, number, value
from gis.audit.note import note_read
from layers.access.asking import viewer_of
from layers.registry.layer import Layer
from layers.registry.questions import Nearby
from layers.registry.register import register
from layers.registry.sql import Sql, relation

router = Router(tags=["layers"])
NAMES = ("id", "name", "name_en", "count", "weight", "parts", "center")


@router.get(
    "layers/{id}/nearby",
    response={200: Ranking, **REFUSALS},
    summary="Features of a layer by what happens near them, as the layer declares it",
)
def nearby(
    request: HttpRequest,
    id: str,
    by: Literal["count", "weight"] = "weight",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    bbox: str | None = None,
    datetime: str | None = None,
    filter: str | None = None,
    other_datetime: str | None = None,
    other_filter: str | None = None,
) -> dict[str, Any]:
    """`bbox`, `datetime` and `filter` say which features are listed; `other_datetime` and `other_filter`, what counts
    near them. Features near which nothing happened come last; equals are ordered by the other figure, then by id."""
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    known = {"by", "limit", "bbox", "datetime", "filter", "other_datetime", "other_filter", "filter-lang"}
    if strange := sorted(set(request.GET) - known):
        raise ApiProblem(f"There is no parameter “{strange[0][:40]}” here.")
    near = layer.nearby
    other = register.find(near.layer, viewer) if near else None
    if near is None or other is None:
        raise ApiProblem(f"{layer.id} cannot be ordered by what is nearby.", "not-found", 404)
    weighs = number(other, near.weight, viewer) if near.weight else "1"
    part = value(other, near.split, viewer) if near.split else "''"
    here = conditions(layer, viewer, bbox, datetime, filter)
    there = conditions(other, viewer, None, other_datetime, other_filter)
    for read in (layer, other):
        note_read(viewer, read, "nearby")
    names = f"{label(layer, '', viewer)} AS name, {label(layer, '_en', viewer)} AS name_en"
    found = fetch(
        _sql(layer, other, near, (names, weighs, part), here, there, by) + Sql(" LIMIT %s", (limit,))
    )
    rows = [dict(zip(NAMES, (*row[1:7], list(row[7:])), strict=True)) for row in found]
    for row in rows:
        row["parts"] = (row["parts"] or {}) if near.split else {}
    return {"of": layer.id, "places": found[0][0] if found else 0, "rows": rows}


def _sql(
    layer: Layer,
    other: Layer,
    near: Nearby,
    columns: tuple[str, str, str],
    here: Sql,
    there: Sql,
    by: str,
) -> Sql:
    """Web Mercator stretches by the latitude, so the search in its index reaches that much further."""
    names, weighs, part = columns
    order = "w DESC, n DESC" if by == "weight" else "n DESC, w DESC"
    reach = Sql("ST_Expand(h.merc, %s / cos(radians(ST_Y(h.at))) * 1.01)", (near.metres,))
    return (
        Sql("WITH h AS MATERIALIZED (SELECT q.id, q.geom, q.merc, ST_PointOnSurface(q.geom) AS at")
        + f", {names} FROM {relation(layer)} WHERE "
        + here
        + ") SELECT count(*) OVER (), h.id, h.name, h.name_en, coalesce(n, 0)::bigint AS n, coalesce(w, 0)::float8 AS w"
        + ", parts, ST_X(h.at), ST_Y(h.at) FROM h LEFT JOIN LATERAL (SELECT sum(m) AS n, sum(u) AS w, "
        + f"json_object_agg(part, m) AS parts FROM (SELECT {part} AS part, count(*) AS m, sum({weighs}) AS u "
        + f"FROM {relation(other)} WHERE q.merc && "
        + reach
        + Sql(" AND ST_DWithin(q.geom::geography, h.geom::geography, %s) AND ", (near.metres,))
        + there
        + f" GROUP BY 1) AS p) AS t ON true ORDER BY {order}, h.id"
    )
