"""What is wanted of a layer, as one clearance sees it, and its rows in batches: memory holds a few thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection, transaction

from gis.trouble import Trouble
from layers.access import Clearance
from layers.registry import cql
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.sql import Bbox, Sql, columns, parse_interval, relation, where

BATCH = 2_000


@dataclass(slots=True, kw_only=True)
class Export:
    """What is wanted of a layer. `rows` counts what has been written so far."""

    layer: Layer
    clearance: Clearance
    conditions: Sql
    """All of them, the viewer's row limits included."""
    chosen: tuple[Field, ...]
    srid: int = 4326
    keys: bool = False
    """Whether rows carry their key, so that a file taken out and mended comes in again as the same rows."""
    rows: int = 0

    @property
    def keyed(self) -> bool:
        """A key that is a declared field goes where that field goes, and nowhere else."""
        return self.keys and self.layer.model is not None and "key" not in self.layer.by_name

    @property
    def names(self) -> list[str]:
        """The names of the attributes, in the order of `values`."""
        return [*(["key"] if self.keyed else []), *(f.name for f in self.chosen)]

    @property
    def kinds(self) -> list[str]:
        """Their types."""
        return [*(["string"] if self.keyed else []), *(f.resolved for f in self.chosen)]

    @property
    def values(self) -> str:
        """The attributes as SQL, with a comma before each."""
        return (', q."key"' if self.keyed else "") + columns(self.layer, self.chosen)

    @property
    def place(self) -> str:
        return "q.geom" if self.srid == 4326 else f"ST_Transform(q.geom, {self.srid})"

    def batches(self, values: str) -> Iterator[list[tuple[Any, ...]]]:
        """Batches of rows. The first is read at once, so that what cannot be read fails before anything is written."""
        parts = self._read(values)
        first = next(parts, [])
        return chain([first] if first else [], parts)

    def _read(self, values: str) -> Iterator[list[tuple[Any, ...]]]:
        """Through a cursor on the server, so that memory stays where it is."""
        sql = Sql(f"SELECT {values} FROM {relation(self.layer)} WHERE ") + self.conditions + " ORDER BY q.id"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            cursor.execute("DECLARE export NO SCROLL CURSOR FOR " + sql.text, sql.params)
            while True:
                cursor.execute(f"FETCH {BATCH} FROM export")
                rows = cursor.fetchall()
                if not rows:
                    break
                self.rows += len(rows)
                yield rows
            cursor.execute("CLOSE export")


def export(
    layer: Layer,
    clearance: Clearance,
    *,
    bbox: Bbox | None = None,
    datetime: str | None = None,
    filter: str | None = None,
    fields: tuple[str, ...] = (),
    srid: int = 4326,
) -> Export:
    """What the words of a request come to; Trouble where one of them is wrong."""
    seen = layer.seen_by(clearance)
    names = {f.name for f in seen}
    if strange := next((n for n in fields if n not in names), None):
        raise Trouble(f"There is no field “{strange}”.", f"There are {', '.join(sorted(names))}.", code=2)
    try:
        conditions = where(
            layer,
            clearance,
            bbox=bbox,
            interval=parse_interval(datetime) if datetime else None,
            condition=cql.compile(filter, layer, clearance) if filter else None,
        )
    except ValueError as wrong:
        raise Trouble(str(wrong), code=2) from wrong
    chosen = tuple(f for f in seen if not fields or f.name in fields)
    return Export(
        layer=layer, clearance=clearance, conditions=conditions, chosen=chosen, srid=srid, keys=True
    )
