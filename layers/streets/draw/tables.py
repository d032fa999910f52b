"""Between the rows of the picture and their tables: rows that come out as they were are left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import orjson
import shapely
from django.db import connection
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

GROUND = ("lane", "side", "junction")
HELD = ("V16", "V17")
"""Warnings that are asked at night (`memory.hold`); drawing leaves them as they are."""
UNHELD = f" WHERE kind NOT IN ({', '.join(repr(rule) for rule in HELD)})"
TABLES = ("streets_drawnarea", "streets_drawnline", "streets_drawnpoint", "streets_drawnwarning")
TYPES = {
    "key": "text", "part": "text", "owner": "text", "kind": "text", "name": "text", "level": "int", "info": "jsonb",
    "geom": "text", "rank": "int", "width_m": "float8", "lanes": "int", "oneway": "bool", "speed": "float8",
    "measured": "text", "face": "float8", "severity": "text", "said": "text", "said_en": "text",
}  # fmt: skip
MONTHS = (
    "coalesce(extract(year FROM age(c.confirmed_at)) * 12 + extract(month FROM age(c.confirmed_at)), -1)::int"
)
LIVED = f"""
    state = c.state, confirmed_at = c.confirmed_at, months = {MONTHS}
    FROM (SELECT v.object, s.state, greatest(f.at, CASE WHEN s.method NOT IN ('osm', 'lines') THEN s.valid_from END) AS confirmed_at
          FROM streets_version v JOIN streets_changeset s ON s.id = v.changeset_id
          LEFT JOIN LATERAL (SELECT max(at) AS at FROM streets_confirmation WHERE object = v.object) AS f ON true
          WHERE v.kind = 'segment' AND upper_inf(v.valid) AND upper_inf(v.txn)) AS c
"""


def _wkb(shapes: Iterable[BaseGeometry]) -> list[str]:
    marked = shapely.set_srid(np.array(list(shapes), dtype=object), 4326)
    return list(shapely.to_wkb(marked, hex=True, include_srid=True))


def replaced(
    table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], owners: list[str]
) -> tuple[int, list[BaseGeometry]]:
    """The rows of the owners become these. How many came, went or changed, and where ground did: as it was and as it is."""
    there = _rows_of(table, columns, owners)
    new = {
        row[0]: (*row[:-1], bytes.fromhex(shape))
        for row, shape in zip(rows, _wkb(r[-1] for r in rows), strict=True)
    }
    gone = sorted(key for key in there if key not in new)
    fresh = [row for key, row in new.items() if key not in there or _told(columns, row) != there[key]]
    if not gone and not fresh:
        return 0, []
    more = ", state, months" if table == "streets_drawnline" else ""
    filled = ", 'reported', 0" if more else ""
    names, rest = ", ".join(columns), columns[1:]
    arrays = ", ".join(f"%s::{TYPES[c]}[]" for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE owner = ANY(%s) AND key = ANY(%s)", (owners, gone))
        count = cursor.rowcount
        if fresh:
            cursor.execute(
                f"INSERT INTO {table} AS t ({names}, origin, version, changed_at{more}) "
                f"SELECT {', '.join('n.' + c for c in columns[:-1])}, n.geom::geometry, coalesce((SELECT origin FROM streets_changeset ORDER BY id DESC LIMIT 1), 'real'), 1, now(){filled} "
                f"FROM unnest({arrays}) AS n ({names}) ON CONFLICT (key) DO UPDATE SET "
                + ", ".join(f"{c} = excluded.{c}" for c in rest)
                + ", version = t.version + 1, changed_at = now() WHERE ("
                + ", ".join(f"t.{c}" for c in rest[:-1])
                + ", t.geom::bytea) IS DISTINCT FROM ("
                + ", ".join(f"excluded.{c}" for c in rest[:-1])
                + ", excluded.geom::bytea)",
                [
                    *(list(column) for column in zip(*(row[:-1] for row in fresh), strict=True)),
                    [row[-1].hex() for row in fresh],
                ],
            )
            count += cursor.rowcount
    if table != "streets_drawnarea":
        return int(count), []
    was = [there[key] for key in (*gone, *(row[0] for row in fresh)) if key in there]
    pairs = {(row[0], row[-1]) for row in (*was, *fresh) if row[1] in GROUND}
    twice = {key for key in there if key in new and there[key][-1] == new[key][-1]}
    return int(count), [shapely.from_wkb(shape) for key, shape in sorted(pairs) if key not in twice]


def _told(columns: tuple[str, ...], row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As the row comes back: what a column of JSON says, not how it is written."""
    return tuple(orjson.loads(v) if c == "info" else v for c, v in zip(columns, row, strict=True))


def _rows_of(table: str, columns: tuple[str, ...], owners: list[str]) -> dict[str, tuple[Any, ...]]:
    if not owners:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns[:-1])}, geom::bytea FROM {table} WHERE owner = ANY(%s)", (owners,)
        )
        rows = [row for row in cursor.fetchall() if table != "streets_drawnwarning" or row[2] not in HELD]
        return {row[0]: (*_told(columns[:-1], row[:-1]), bytes(row[-1])) for row in rows}


def laid(table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], origin: str) -> None:
    """Rows by COPY, laid down along a Hilbert curve."""
    more = ("origin", "version", "changed_at", *(("state", "months") if table == "streets_drawnline" else ()))
    filled = (origin, 1, timezone.now(), *(("reported", 0) if table == "streets_drawnline" else ()))
    names = ", ".join((*columns, *more))
    if not rows:
        return
    shapes = _wkb(row[-1] for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE drawn_rows ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        )
        with cursor.copy(f"COPY drawn_rows ({names}) FROM STDIN") as copy:
            for row, shape in zip(rows, shapes, strict=True):
                copy.write_row((*row[:-1], shape, *filled))
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM drawn_rows ORDER BY geom")
        cursor.execute("DROP TABLE drawn_rows")


def live(names: Collection[str] | None = None) -> int:
    """State and last confirmation of segments, onto their lines; rows that stay the same are not written."""
    some = "" if names is None else " AND t.owner = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE streets_drawnline AS t SET {LIVED} WHERE t.owner = c.object{some} AND "
            f"(t.state, t.confirmed_at, t.months) IS DISTINCT FROM (c.state, c.confirmed_at, {MONTHS})",
            () if names is None else (list(names),),
        )
        return int(cursor.rowcount)
