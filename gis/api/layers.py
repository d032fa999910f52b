"""Questions about a layer as a whole: how many, when, of which kind. One statement answers each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import DataError, connection, transaction
from django.http import HttpRequest
from ninja import Query, Router

from gis.api.me import viewer_of
from gis.api.problem import ApiProblem
from layers.access import Viewer
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Bbox, Sql, column, parse_interval, relation, where

router = Router(tags=["layers"])
MOST_GROUPS = 2000
TIMES = {
    "year": "to_char(t, 'YYYY')",
    "month": "to_char(t, 'YYYY-MM')",
    "day": "to_char(t, 'YYYY-MM-DD')",
    "hour": "extract(hour from t)::int",
    "weekday": "extract(isodow from t)::int",
}


@router.get("layers/{id}/summary", summary="Counts of a layer by time and by the values of its fields")
def summary(
    request: HttpRequest,
    id: str,
    by: list[str] = Query([]),  # type: ignore[type-arg]  # noqa: B008
    bbox: str | None = None,
    datetime: str | None = None,
    filter: str | None = None,
) -> dict[str, Any]:
    """`by` is year, month, day, hour, weekday (of the layer's time) or a field; `a*b` crosses two."""
    viewer = viewer_of(request)
    layer = register.find(id, viewer)
    if layer is None or layer.raster:
        raise ApiProblem("沒有這個圖層。 There is no such layer.", "not-found", 404)
    if len(by) > 8:
        raise ApiProblem("At most eight groupings at once.")
    rows = _conditions(layer, viewer, bbox, datetime, filter)
    named = [(one, [_dimension(layer, viewer, part) for part in one.split("*")[:3]]) for one in by]
    return _count(layer, rows, named)


def _conditions(layer: Layer, viewer: Viewer, bbox: str | None, when: str | None, filter: str | None) -> Sql:
    try:
        return where(
            layer,
            viewer.clearance,
            bbox=_box(bbox) if bbox else None,
            interval=parse_interval(when) if when else None,
            condition=cql.compile(filter, layer, viewer.clearance) if filter else None,
        )
    except ValueError as wrong:
        raise ApiProblem(str(wrong)) from wrong


def _box(text: str) -> Bbox:
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError as wrong:
        raise ValueError("bbox is four numbers: west,south,east,north.") from wrong
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("bbox lies outside of the world.")
    return west, south, east, north


def _dimension(layer: Layer, viewer: Viewer, name: str) -> str:
    fields = {f.name: f for f in layer.seen_by(viewer.clearance)}
    if name in TIMES and layer.time in fields and layer.time:
        zone = f" AT TIME ZONE '{settings.TIME_ZONE}'" if fields[layer.time].type == "datetime" else ""
        return (
            TIMES[name]
            .replace("t,", f"({column(layer, layer.time)}{zone}),")
            .replace("from t)", f"from ({column(layer, layer.time)}{zone}))")
        )
    if name in fields and fields[name].type != "json":
        return column(layer, name)
    raise ApiProblem(f"One cannot group by “{name[:40]}”.")


def _count(layer: Layer, rows: Sql, named: list[tuple[str, list[str]]]) -> dict[str, Any]:
    """All groupings over one scan: PostgreSQL's grouping sets."""
    every = list(dict.fromkeys(d for _, dimensions in named for d in dimensions))
    names = {d: f"d{i}" for i, d in enumerate(every)}
    inner = ", ".join(f"{d} AS {names[d]}" for d in every) or "1 AS one"
    sets = ", ".join("(" + ", ".join(names[d] for d in dimensions) + ")" for _, dimensions in named)
    which = f"GROUPING({', '.join(names.values())})" if every else "0"
    listed = "".join(f", {n}" for n in names.values())
    text = (
        f"SELECT count(*), {which}{listed} FROM (SELECT {inner} FROM {relation(layer)} WHERE {rows.text}) AS s "
        f"GROUP BY GROUPING SETS ((){', ' if sets else ''}{sets}) ORDER BY {which}{listed}"
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL statement_timeout = {settings.STATEMENT_TIMEOUT_MS}; SET LOCAL jit = off"
            )
            cursor.execute(text, rows.params)
            found = cursor.fetchall()
    except DataError as wrong:
        raise ApiProblem("The filter reckons with numbers that are out of range.") from wrong
    full = 2 ** len(every) - 1
    total = next((n for n, mask, *_ in found if mask == full or not every), 0)
    out: dict[str, Any] = {}
    for name, dimensions in named:
        places = [every.index(d) for d in dimensions]
        mask = full - sum(1 << (len(every) - 1 - p) for p in places)
        groups = [[*(_plain(values[p]) for p in places), n] for n, m, *values in found if m == mask]
        out[name] = groups[:MOST_GROUPS]
    return {"total": total, "by": out}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
