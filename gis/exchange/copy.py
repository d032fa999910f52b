"""Rows into tables by COPY, the one fast way in.

`write_rows` fills a table directly; `pour` goes through a temporary table, so that the rows lie on disk in
the order of a Hilbert curve and a map that reads a neighbourhood reads neighbouring pages. Both belong
into the caller's transaction: what fails leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import shapely
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from shapely.geometry.base import BaseGeometry

from layers.registry.rows import WGS84
from layers.registry.sql import quoted

Table = str | type[Model]


def name_of(table: Table) -> str:
    return table if isinstance(table, str) else table._meta.db_table


def ewkb(geometries: Sequence[BaseGeometry | None] | Any, srid: int = WGS84) -> list[str | None]:
    """The geometries as PostGIS reads them in COPY, all at once."""
    placed = shapely.set_srid(shapely.force_2d(geometries), srid)
    return list(shapely.to_wkb(placed, hex=True, include_srid=True))


def write_rows(
    connection: BaseDatabaseWrapper, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """COPY rows into a table and say how many. A geometry may be a shapely object or its hex EWKB."""
    names = ", ".join(map(quoted, columns))
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {quoted(name_of(table))} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([ewkb([v])[0] if isinstance(v, BaseGeometry) else v for v in row])
            count += 1
    return count


@contextmanager
def stage(
    connection: BaseDatabaseWrapper, name: str, table: Table, columns: Sequence[str], extra: str = ""
) -> Iterator[str]:
    """An empty temporary table with some columns of another (and `extra` ones), gone at the end of the block."""
    names = ", ".join(map(quoted, columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {quoted(name)} ON COMMIT DROP AS "
            f"SELECT {names}{', ' + extra if extra else ''} FROM {quoted(name_of(table))} WITH NO DATA"
        )
        yield name
        cursor.execute(f"DROP TABLE {quoted(name)}")


def pour(
    connection: BaseDatabaseWrapper,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    order: str = "geom",
) -> int:
    """Like `write_rows`, but laid down in the order of a column; PostGIS orders places along a Hilbert curve."""
    names = ", ".join(map(quoted, columns))
    with stage(connection, "poured", table, columns) as staged:
        count = write_rows(connection, staged, columns, rows)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quoted(name_of(table))} ({names}) "
                f"SELECT {names} FROM {quoted(staged)} ORDER BY {quoted(order)}"
            )
    return count
