"""Questions about a layer as a whole: how many, when, of which kind, where. One statement answers each."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.db import DataError, connection, transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema

from gis.api.problem import ApiProblem, Problem
from gis.audit.note import note_read
from layers.access import Viewer
from layers.access.asking import viewer_of
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Bbox, Sql, column, parse_interval, relation, where

router = Router(tags=["layers"])
MOST_GROUPINGS = 8
MOST_GROUPS = 2000
TIMES = {
    "year": ("date_trunc('year', {t})", "to_char({d}, 'YYYY')"),
    "month": ("date_trunc('month', {t})", "to_char({d}, 'YYYY-MM')"),
    "day": ("date_trunc('day', {t})", "to_char({d}, 'YYYY-MM-DD')"),
    "hour": ("date_part('hour', {t})", "{d}::int"),
    "weekday": ("date_part('isodow', {t})", "{d}::int"),
}
"""What each row is grouped by, which must be cheap, and how a group is then written."""
REFUSALS = {400: Problem, 404: Problem, 422: Problem, 503: Problem}


class Summary(Schema):
    """Each grouping is a list of rows: its values, then the count. Monday is weekday 1."""

    total: int
    by: dict[str, list[list[Any]]]


class Bounds(Schema):
    """West, south, east, north; null where there is nothing that you may see."""

    bounds: list[float] | None


@router.get(
    "layers/{id}/summary",
    response={200: Summary, **REFUSALS},
    summary="Counts of a layer by time and by the values of its fields",
)
def summary(
    request: HttpRequest,
    id: str,
    by: Annotated[tuple[str, ...], Query()] = (),
    bbox: str | None = None,
    datetime: str | None = None,
    filter: str | None = None,
) -> dict[str, Any]:
    """`by` is year, month, day, hour, weekday (of the layer's time) or a field; `a*b` crosses two or three."""
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    if strange := sorted(set(request.GET) - {"by", "bbox", "datetime", "filter", "filter-lang"}):
        raise ApiProblem(f"There is no parameter “{strange[0][:40]}” here.")
    if len(by) > MOST_GROUPINGS:
        raise ApiProblem(f"At most {MOST_GROUPINGS} groupings at once.")
    rows = conditions(layer, viewer, bbox, datetime, filter)
    named = {one: [_dimension(layer, viewer, part) for part in one.split("*")[:3]] for one in by}
    note_read(viewer, layer, f"summary by {', '.join(by)}")
    return _count(layer, rows, named)


@router.get(
    "layers/{id}/bounds",
    response={200: Bounds, **REFUSALS},
    summary="The box around all rows that you may see",
)
def bounds(request: HttpRequest, id: str) -> dict[str, Any]:
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    note_read(viewer, layer, "bounds")
    inside = where(layer, viewer.clearance)
    sql = Sql(f"SELECT ST_Extent(q.geom) AS e FROM {relation(layer)} WHERE ") + inside
    sql = Sql("SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) FROM (") + sql + ") AS x"
    (found,) = fetch(sql)
    return {"bounds": None if found[0] is None else list(found)}


def layer_for(id: str, viewer: Viewer) -> Layer:
    layer = register.find(id, viewer)
    if layer is None or layer.raster:
        raise ApiProblem("沒有這個圖層。 There is no such layer.", "not-found", 404)
    return layer


def conditions(layer: Layer, viewer: Viewer, bbox: str | None, when: str | None, filter: str | None) -> Sql:
    try:
        return where(
            layer,
            viewer.clearance,
            bbox=box_of(bbox) if bbox else None,
            interval=parse_interval(when) if when else None,
            condition=cql.compile(filter, layer, viewer.clearance) if filter else None,
        )
    except ValueError as wrong:
        raise ApiProblem(str(wrong)) from wrong


def box_of(text: str) -> Bbox:
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError as wrong:
        raise ValueError("bbox is four numbers: west,south,east,north.") from wrong
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("bbox lies outside of the world.")
    return west, south, east, north


def _dimension(layer: Layer, viewer: Viewer, name: str) -> tuple[str, str]:
    """What a row is grouped by, and how the group is written, with `{d}` for its value."""
    fields = {f.name: f for f in layer.seen_by(viewer.clearance)}
    if name in TIMES and layer.time in fields and layer.time:
        time = column(layer, layer.time)
        if fields[layer.time].type == "datetime":
            time = f"({time} AT TIME ZONE '{settings.TIME_ZONE}')"
        elif name == "hour":  # a day has none
            return "NULL::int", "{d}"
        else:
            time = f"{time}::timestamp"
        grouped, written = TIMES[name]
        return grouped.format(t=time), written
    if name in fields and fields[name].type != "json":
        return column(layer, name), "{d}"
    raise ApiProblem(f"One cannot group by “{name[:40]}”.")


def _count(layer: Layer, rows: Sql, named: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """All groupings over one scan, told apart by their bit masks.

    Rows are counted once, by all that is asked for together; grouping sets then add up these few counts.
    """
    every = list(dict.fromkeys(d for dimensions in named.values() for d in dimensions))
    names = {d: f"d{i}" for i, d in enumerate(every)}
    inner = "".join(f", {grouped} AS {name}" for (grouped, _), name in names.items())
    kinds = {frozenset(dimensions) for dimensions in named.values()} | {frozenset[tuple[str, str]]()}
    sets = ", ".join(f"({', '.join(names[d] for d in sorted(kind))})" for kind in kinds)
    which = f"GROUPING({', '.join(names.values())})" if every else "0::int"
    listed = "".join(f", {n}" for n in names.values())
    written = "".join(f", {words.format(d=name)}" for (_, words), name in names.items())
    limit = (MOST_GROUPS + 1) * len(kinds)
    found = fetch(
        Sql(f"SELECT n, mask{written} FROM (SELECT sum(n)::bigint AS n, {which} AS mask{listed} FROM (")
        + Sql(f"SELECT count(*) AS n{inner} FROM {relation(layer)} WHERE ")
        + rows
        + (f" GROUP BY {', '.join(str(i + 2) for i in range(len(every)))}" if every else "")
        + f") AS s GROUP BY GROUPING SETS ({sets}) ORDER BY mask DESC{listed} LIMIT {limit}) AS g"
        + f" ORDER BY mask DESC{listed}"
    )
    full = 2 ** len(every) - 1
    by: dict[str, Any] = {}
    for name, dimensions in named.items():
        places = [every.index(d) for d in dimensions]
        mask = full - sum(1 << (len(every) - 1 - p) for p in set(places))
        by[name] = [[*(_plain(values[p]) for p in places), n] for n, m, *values in found if m == mask]
        if len(by[name]) > MOST_GROUPS or len(found) == limit:
            raise ApiProblem(f"“{name[:40]}” has more than {MOST_GROUPS:,} values: ask for fewer rows.")
    return {"total": next((n for n, mask, *_ in found if mask == full), 0) or 0, "by": by}


def fetch(sql: Sql) -> list[Any]:
    """The rows, within the time that one request may take."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL statement_timeout = {settings.STATEMENT_TIMEOUT_MS}; SET LOCAL jit = off"
            )
            cursor.execute(sql.text, sql.params)
            return list(cursor.fetchall())
    except DataError as wrong:
        raise ApiProblem("The filter reckons with numbers that are out of range.") from wrong


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
