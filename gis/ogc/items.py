"""Reads features: one statement a page, one row of finished JSON text a feature, no Python per property.

Paging continues behind the last row seen, so that page 10,000 costs what page 1 does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gis.exchange.streams import cell
from gis.ogc.crs import Crs
from gis.ogc.request import ItemsRequest
from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.geojson import feature, fg_feature
from layers.registry.layer import Layer
from layers.registry.sql import AND, Sql, column, columns, during, holds, relation

COUNT_UP_TO = 50_000
"""Beyond it a number is not said: a wrong one is worse than none."""


def conditions(asked: ItemsRequest, clearance: Clearance) -> Sql:
    """All that limits what is read, as one expression."""
    rows = [Sql(f"({w})") for w in asked.layer.wheres(clearance)]
    rows += [Sql("(") + c + ")" for c in asked.conditions]
    if asked.boxed is not None:
        rows.append(asked.boxed)
    rows += [during(asked.layer, asked.interval)] if asked.interval else holds(asked.layer)
    return AND.join(rows) if rows else Sql("true")


def _source(asked: ItemsRequest, clearance: Clearance) -> tuple[Sql, str, Sql]:
    """What stands before SELECT, the FROM, and the conditions."""
    if asked.boxed is None:
        return Sql(""), f"FROM {relation(asked.layer)}", conditions(asked, clearance)
    rest = conditions(replace(asked, boxed=None), clearance)
    box = Sql(f"WITH b AS MATERIALIZED (SELECT q.* FROM {relation(asked.layer)} WHERE ") + asked.boxed + ") "
    return box, "FROM b AS q", rest


def page(asked: ItemsRequest, clearance: Clearance, values: str | None = None) -> Sql:
    """Rows of (id, sort values…, feature as JSON text, how many match if that is known), one more than the limit."""
    body = values or as_json(asked)
    if asked.boxed is not None and asked.layer.model is not None:
        return _boxed(asked, clearance, body)
    head, from_, rest = _source(asked, clearance)
    sort = _sort(asked)
    rest = rest + _behind_row(asked, sort, "q.id")
    tail = Sql(f" ORDER BY {_order(asked, sort, 'q.id')} LIMIT %s", (asked.limit + 1,))
    return head + f"SELECT q.id{_keys(sort)}, {body}, NULL::bigint {from_} WHERE " + rest + tail


def _boxed(asked: ItemsRequest, clearance: Clearance, body: str) -> Sql:
    """The ids in the box first, by the index of places, and counted by the way; then only the rows of the page.

    Where the box holds more than COUNT_UP_TO rows, they lie so densely that walking the key finds a page sooner.
    """
    table, sort = relation(asked.layer), _sort(asked)
    kept = [f"b.s{n}" for n in range(len(sort))]
    rows, limit = conditions(asked, clearance), Sql(" LIMIT %s", (asked.limit + 1,))
    found = Sql(f"WITH b AS MATERIALIZED (SELECT q.id{_keys(sort, 's')} FROM {table} WHERE ") + rows
    found += Sql(" LIMIT %s), n AS MATERIALIZED (SELECT count(*) AS n FROM b), ", (COUNT_UP_TO + 1,))
    few = Sql("(SELECT b.id FROM b WHERE (SELECT n FROM n) <= %s", (COUNT_UP_TO,))
    few += _behind_row(asked, kept, "b.id") + f" ORDER BY {_order(asked, kept, 'b.id')}" + limit
    many = Sql(f"(SELECT q.id FROM {table} WHERE (SELECT n FROM n) > %s AND ", (COUNT_UP_TO,)) + rows
    many += _behind_row(asked, sort, "q.id") + f" ORDER BY {_order(asked, sort, 'q.id')}" + limit
    known = Sql("(SELECT CASE WHEN n <= %s THEN n END FROM n)", (COUNT_UP_TO,))
    whole = Sql(f"SELECT q.id{_keys(sort)}, {body}, ") + known
    tail = f" FROM p JOIN {table} ON q.id = p.id ORDER BY {_order(asked, sort, 'q.id')}"
    return found + "p AS (" + few + ") UNION ALL " + many + ")) " + whole + tail


def _sort(asked: ItemsRequest) -> list[str]:
    return [column(asked.layer, name) for name, _ in asked.order]


def _keys(sort: Sequence[str], alias: str | None = None) -> str:
    return "".join(f", {s}{f' AS {alias}{n}' if alias else ''}" for n, s in enumerate(sort))


def _order(asked: ItemsRequest, sort: Sequence[str], id: str) -> str:
    ways = [
        f"{s}{' DESC' if down else ''} NULLS LAST" for s, (_, down) in zip(sort, asked.order, strict=True)
    ]
    return ", ".join([*ways, id])


def _behind_row(asked: ItemsRequest, sort: Sequence[str], id: str) -> Sql:
    if asked.after is None:
        return Sql("")
    return Sql(" AND ") + _behind(sort, [down for _, down in asked.order], asked.after, id)


def count(asked: ItemsRequest, clearance: Clearance, most: int | None) -> Sql:
    """How many match; with `most`, at most that many are counted."""
    head, from_, rest = _source(asked, clearance)
    if most is None:
        return head + f"SELECT count(*) {from_} WHERE " + rest
    return (
        head + f"SELECT count(*) FROM (SELECT 1 {from_} WHERE " + rest + Sql(" LIMIT %s) AS c", (most + 1,))
    )


def _behind(sort: Sequence[str], down: Sequence[bool], after: Sequence[Any], id: str) -> Sql:
    """Rows that come after the given one in the order of the page, NULLs last."""
    same: list[Sql] = []
    ways: list[Sql] = []
    for name, descending, value in zip(sort, down, after, strict=False):
        if value is not None:
            further = Sql(f"({name} {'<' if descending else '>'} %s OR {name} IS NULL)", (value,))
            ways.append(AND.join([*same, further]))
            same.append(Sql(f"{name} = %s", (value,)))
        else:
            same.append(Sql(f"{name} IS NULL"))
    ways.append(AND.join([*same, Sql(f"{id} > %s", (after[-1],))]))
    return Sql("(") + Sql(" OR ").join(Sql("(") + w + ")" for w in ways) + ")"


def geometry(crs: Crs) -> str:
    """The place of a row in a coordinate system, as SQL."""
    place = "q.geom" if crs.srid == 4326 else f"ST_Transform(q.geom, {crs.srid})"
    return f"ST_FlipCoordinates({place})" if crs.flipped else place


def as_json(asked: ItemsRequest) -> str:
    """SQL of one GeoJSON feature as text."""
    place = geometry(asked.crs) if asked.geometry else None
    return feature(asked.layer, asked.fields, place, asked.crs.digits)


def as_fg(asked: ItemsRequest) -> str:
    """SQL of one JSON-FG feature as text."""
    return fg_feature(asked.layer, asked.fields, geometry(asked.crs), asked.crs.srid)


def one(layer: Layer, clearance: Clearance, crs: Crs, fid: int, fg: bool = False) -> Sql:
    """One feature: its JSON text and its version (a hash for a derived layer)."""
    version = "q.version::text" if layer.model else f"md5(q.geom::text || {_all(layer, clearance)})"
    fields, place = layer.seen_by(clearance), geometry(crs)
    body = fg_feature(layer, fields, place, crs.srid) if fg else feature(layer, fields, place, crs.digits)
    rest = "".join(f" AND ({w})" for w in layer.wheres(clearance))
    return Sql(f"SELECT {body}, {version} FROM {relation(layer)} WHERE q.id = %s{rest}", (fid,))


def _all(layer: Layer, clearance: Clearance) -> str:
    names = [f"coalesce({column(layer, f.name)}::text, '')" for f in layer.seen_by(clearance)]
    return " || ".join(names) or "''"


def as_csv(layer: Layer, fields: Sequence[Field], crs: Crs) -> str:
    """SQL of one row of values for CSV: longitude, latitude for points, WKT for the rest, then the fields."""
    if layer.geometry == "point":
        place = f"ST_X({geometry(crs)}), ST_Y({geometry(crs)})"
    else:
        place = f"ST_AsText({geometry(crs)}, 7)"
    return place + columns(layer, fields)


def write_csv(layer: Layer, fields: Sequence[Field], rows: Sequence[Sequence[Any]], skip: int) -> bytes:
    """CSV that a spreadsheet opens without running anything: cells that look like formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    places = ["x", "y"] if layer.geometry == "point" else ["wkt"]
    writer.writerow(["id", *places, *(f.name for f in fields)])
    for row in rows:
        writer.writerow([row[0], *(cell(v) for v in row[skip:-1])])
    return out.getvalue().encode("utf-8-sig")
