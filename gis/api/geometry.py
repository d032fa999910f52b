"""Cutting and joining shapes for whoever edits: PostGIS does what a browser should not try. Nothing is stored."""

from __future__ import annotations

import json
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema

from gis.api.problem import ApiProblem, Problem
from layers.access.asking import viewer_of
from layers.registry.place import BadPlace, read_place

router = Router(tags=["editing"])
REFUSALS = {400: Problem, 401: Problem, 422: Problem}
MOST_POINTS = 50_000

SPLIT = """
SELECT ST_AsGeoJSON(CASE WHEN ST_Dimension(d.geom) = 2 THEN ST_Multi(d.geom) ELSE d.geom END, 9, 0)
FROM (SELECT ST_GeomFromWKB(%s, 4326) AS shape, ST_GeomFromWKB(%s, 4326) AS line) g, ST_Dump(ST_Split(g.shape, g.line)) d
WHERE NOT ST_IsEmpty(d.geom)
ORDER BY CASE WHEN ST_Dimension(d.geom) = 2 THEN ST_Area(d.geom) ELSE ST_Length(d.geom) END DESC
"""
JOIN = """
SELECT ST_AsGeoJSON(CASE WHEN ST_Dimension(u.g) = 2 THEN ST_Multi(u.g) WHEN ST_NumGeometries(ST_LineMerge(u.g)) = 1
    THEN ST_GeometryN(ST_LineMerge(u.g), 1) ELSE ST_LineMerge(u.g) END, 9, 0)
FROM (SELECT ST_Union(ST_GeomFromWKB(w, 4326)) AS g FROM unnest(%s::bytea[]) AS w) u
"""


class Cut(Schema):
    geometry: dict[str, Any]
    line: dict[str, Any]


class Parts(Schema):
    parts: list[dict[str, Any]]


class Several(Schema):
    geometries: list[dict[str, Any]] = Field(min_length=2, max_length=50)


class Joined(Schema):
    geometry: dict[str, Any]


@router.post(
    "geometry/split",
    response={200: Parts, **REFUSALS},
    summary="A line or an area in parts, the largest first",
)
def split(request: HttpRequest, body: Cut) -> dict[str, Any]:
    _known(request)
    shape, line = _place(body.geometry, ("LINESTRING", "MULTIPOLYGON")), _place(body.line, ("LINESTRING",))
    parts = [json.loads(text) for (text,) in _asked(SPLIT, [shape, line])]
    if len(parts) < 2:
        raise ApiProblem(
            "這條線沒有切開這個形狀。 The line does not cut the shape; draw it right across.", "not-cut"
        )
    return {"parts": parts}


@router.post("geometry/join", response={200: Joined, **REFUSALS}, summary="Lines or areas that touch, as one")
def join(request: HttpRequest, body: Several) -> dict[str, Any]:
    _known(request)
    shapes = [_place(one, ("LINESTRING", "MULTIPOLYGON")) for one in body.geometries]
    found = json.loads(_asked(JOIN, [shapes])[0][0])
    if found["type"] not in ("LineString", "MultiPolygon"):
        raise ApiProblem(
            "這些線沒有頭尾相接，無法合併。 These do not meet end to end, so they are not one line.",
            "not-joined",
        )
    return {"geometry": found}


def _known(request: HttpRequest) -> None:
    if not viewer_of(request).known:
        raise ApiProblem("請先登入。 Sign in first.", "signed-out", 401)


def _place(geometry: dict[str, Any], kinds: tuple[str, ...]) -> bytes:
    wanted = {"LineString": "LINESTRING", "Polygon": "MULTIPOLYGON", "MultiPolygon": "MULTIPOLYGON"}
    kind = wanted.get(str(geometry.get("type")), "")
    if kind not in kinds:
        raise ApiProblem("只有線與面可以切開或合併。 Only lines and areas are cut and joined.")
    text = json.dumps(geometry)
    if text.count(",") > MOST_POINTS * 3:
        raise ApiProblem(f"At most {MOST_POINTS:,} corners.")
    try:
        return bytes(read_place(text, kind).wkb)
    except BadPlace as wrong:
        raise ApiProblem(str(wrong)) from wrong


def _asked(sql: str, values: list[Any]) -> list[Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 4000")
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    except DatabaseError as wrong:
        raise ApiProblem(
            "這些形狀無法這樣處理。 These shapes cannot be cut or joined like this.", "geometry"
        ) from wrong
