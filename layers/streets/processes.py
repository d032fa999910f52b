"""What lies near: the features of a layer within some metres of a place, a line, or the features of another layer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import shapely
from django.db import connection
from pydantic import Field

from layers.registry.geojson import place, properties
from layers.registry.layer import Layer
from layers.registry.process import GEOJSON, JSON, Among, BadInput, Inputs, Output, Process, Run, rows
from layers.registry.rows import MERCATOR
from layers.registry.sql import Sql, relation
from layers.registry.text import Text

MOST_METRES, MOST_FOUND, MOST_VERTICES = 5_000, 10_000, 5_000


class Near(Inputs):
    layer: Annotated[str, Text("要找的圖層", "The layer that is looked through"), Among()]
    metres: Annotated[float, Text("距離（公尺）", "Within how many metres"), Field(gt=0, le=MOST_METRES)]
    geometry: Annotated[
        dict[str, Any] | None, Text("GeoJSON 幾何，經度在前", "A GeoJSON geometry, longitude first")
    ] = None
    near: Annotated[str | None, Text("或：靠近哪個圖層", "Or: near which layer"), Among()] = None
    near_filter: Annotated[
        str | None,
        Text("靠近之圖層的條件（CQL2）", "A condition on that layer, in CQL2"),
        Field(min_length=1, max_length=4096),
    ] = None
    filter: Annotated[
        str | None, Text("條件（CQL2）", "A condition in CQL2"), Field(min_length=1, max_length=4096)
    ] = None
    datetime: Annotated[
        str | None, Text("時間或期間", "An instant or start/end"), Field(min_length=1, max_length=100)
    ] = None
    limit: Annotated[int, Text("最多筆數，近者優先", "At most this many, the nearest first"), Field(ge=1, le=MOST_FOUND)] = 1_000  # fmt: skip


def within_distance(asked: Near, run: Run) -> Mapping[str, Any]:
    if (asked.geometry is None) == (asked.near is None):
        raise BadInput("geometry", "give either a geometry or the layer “near”, and not both.")
    if asked.near_filter and asked.near is None:
        raise BadInput("near_filter", "there is no layer “near” that it could apply to.")
    layer = run.layer(asked.layer)
    found = rows(layer, run, asked.filter, asked.datetime)
    others = _others(asked, run)
    run.progress(5, "looking")
    sql = _statement(layer, found, others, asked, run)
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        near = cursor.fetchall()
    run.progress(90, "writing")
    out: dict[str, Any] = {}
    whole = near[0][1] if near else 0
    if "features" in run.wanted:
        features = ",".join(row[0] for row in near)
        said = f'"numberMatched":{whole},"numberReturned":{len(near)}'
        out["features"] = f'{{"type":"FeatureCollection",{said},"features":[{features}]}}'
    if "count" in run.wanted:
        out["count"] = whole
    return out


def _others(asked: Near, run: Run) -> Sql:
    """SELECT of id, geom, merc of what things are to be near to."""
    if asked.near is not None:
        layer = run.layer(asked.near)
        where = rows(layer, run, asked.near_filter)
        return Sql(f"SELECT q.id, q.geom, q.merc FROM {relation(layer)} WHERE ") + where
    drawn = read(asked.geometry)
    return Sql(
        f"SELECT NULL::bigint AS id, g AS geom, ST_Transform(g, {MERCATOR}) AS merc "
        "FROM ST_GeomFromWKB(%s, 4326) AS g",
        (shapely.to_wkb(drawn),),
    )


def read(given: Any) -> Any:
    """A geometry from outside, checked before the database sees it."""
    try:
        drawn = shapely.force_2d(shapely.from_geojson(json.dumps(given)))
    except (shapely.errors.GEOSException, ValueError, TypeError) as wrong:
        raise BadInput("geometry", "it cannot be read as GeoJSON.") from wrong
    if shapely.get_num_coordinates(drawn) > MOST_VERTICES:
        raise BadInput("geometry", f"it has more than {MOST_VERTICES:,} vertices.")
    if drawn.is_empty or not shapely.box(-180, -85.0, 180, 85.0).covers(drawn.envelope):
        raise BadInput("geometry", "it is empty or outside of the world: longitude first, then latitude.")
    if not drawn.is_valid:
        raise BadInput("geometry", f"it is not valid: {shapely.is_valid_reason(drawn)}.")
    return drawn


def _statement(layer: Layer, found: Sql, others: Sql, asked: Near, run: Run) -> Sql:
    """Rows of (feature as JSON text, how many there are in all), the nearest first.

    The index finds candidates in Web Mercator, whose metres are stretched by latitude; the ellipsoid decides.
    """
    fields = layer.seen_by(run.clearance)
    latitude = "least(greatest(abs(ST_YMin(o.geom)), abs(ST_YMax(o.geom))), 84.9) + 0.06"
    reach = f"ST_Expand(o.merc, %s / cos(radians({latitude})))"
    itself = " AND o.id <> q.id" if asked.near == asked.layer else ""
    nearest = (
        Sql("SELECT DISTINCT ON (q.id) q.id, o.id AS near, ST_Distance(q.geom::geography, o.geom::geography) AS metres "
            "FROM (") + others + f") AS o JOIN (SELECT q.* FROM {relation(layer)} WHERE " + found
        + Sql(f") AS q ON q.merc && {reach} AND ST_DWithin(q.geom::geography, o.geom::geography, %s){itself} "
              "ORDER BY q.id, metres, o.id", (asked.metres * 1.02, asked.metres))
    )  # fmt: skip
    said = (
        f"(jsonb_build_object('type', 'Feature', 'id', q.id, 'geometry', {place('q.geom', 8)}::jsonb) || "
        f"jsonb_build_object('properties', {properties(layer, fields)}::jsonb || "
        "jsonb_build_object('distance_m', round(n.metres::numeric, 1), 'near_id', n.near)))::text"
    )
    return (
        Sql("WITH n AS MATERIALIZED (") + nearest
        + Sql(f") SELECT {said}, (SELECT count(*) FROM n) FROM n JOIN {relation(layer)} ON q.id = n.id "
              "ORDER BY n.metres, n.id LIMIT %s", (asked.limit,))
    )  # fmt: skip


PROCESSES = [
    Process(
        id="within-distance",
        title=Text("距離內的圖徵", "Features within a distance"),
        description=Text(
            "找出某圖層中，距離指定幾何或另一圖層若干公尺以內的圖徵，附最近距離，近者在前。",
            "The features of a layer within some metres of a geometry or of the features of another layer, each with "
            "its distance to the nearest, the nearest first.",
        ),
        inputs=Near,
        outputs=(
            Output(
                "features",
                Text("圖徵", "Features"),
                {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
            ),
            Output("count", Text("件數", "How many"), {JSON: {"type": "integer", "minimum": 0}}, asked=True),
        ),
        function=within_distance,
        keywords=(Text("距離", "distance"), Text("環域", "buffer")),
        example={"layer": "crashes", "near": "stations", "metres": 200},
    ),
]
