"""Reads street objects as they were on the street at one time, as we knew it at another.

What is read for (as-of, known, box) is the same for ever: versions are closed, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from layers.registry.sql import Bbox, Sql
from layers.streets.craft.document import Document
from layers.streets.craft.pieces import Json, current, kind_of, missing, together

CRS = 3826
WRITING = (4713, 5)
"""The lock that writers share and that the reading of a stamp takes alone."""
_COLUMNS = "v.id, v.object, v.schema, v.params, v.changeset_id, lower(v.valid), upper(v.valid)"


@dataclass(frozen=True, slots=True)
class AsOf:
    """`valid`: when on the street; `known`: as we knew it when. None stands for now."""

    valid: datetime | None = None
    known: datetime | None = None

    @property
    def day(self) -> date:
        return timezone.localtime(self.valid or timezone.now()).date()

    def sql(self) -> Sql:
        valid = Sql("upper_inf(v.valid)") if self.valid is None else Sql("v.valid @> %s", (self.valid,))
        known = Sql("upper_inf(v.txn)") if self.known is None else Sql("v.txn @> %s", (self.known,))
        return Sql("(") + valid + " AND " + known + ")"


NOW = AsOf()


@dataclass(frozen=True, slots=True)
class Found:
    """One version. `id` is its ETag."""

    id: int
    object: str
    params: Json
    changeset: int
    valid_from: datetime
    valid_to: datetime | None


def _found(rows: Iterable[tuple[Any, ...]]) -> dict[str, Found]:
    return {
        name: Found(id_, name, current(kind_of(name), params, schema), changeset, start, end)
        for id_, name, schema, params, changeset, start, end in rows
    }


def fetch(condition: Sql, when: AsOf | None = NOW) -> dict[str, Found]:
    """The versions, one an object, that meet a condition on `v`; without `when`, the condition says the time, too."""
    asked = Sql(f"SELECT {_COLUMNS} FROM streets_version AS v WHERE ") + condition
    if when is not None:
        asked += Sql(" AND ") + when.sql()
    with connection.cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        return _found((*row[:3], _json(row[3]), *row[4:]) for row in cursor)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def objects(names: Iterable[str], when: AsOf = NOW) -> dict[str, Found]:
    wanted = sorted(set(names))
    return fetch(Sql("v.object = ANY(%s)", (wanted,)), when) if wanted else {}


def bearing(names: Iterable[str], when: AsOf = NOW) -> dict[str, Found]:
    """What stands on these objects: arms and signs of segments, heads and movements of nodes."""
    wanted = sorted(set(names))
    return fetch(Sql("v.bearer <> '' AND v.bearer = ANY(%s)", (wanted,)), when) if wanted else {}


def version(id_: int) -> Found | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM streets_version AS v WHERE v.id = %s", (id_,))
        rows = [(*row[:3], _json(row[3]), *row[4:]) for row in cursor]
    return next(iter(_found(rows).values()), None)


def within(box: Bbox, when: AsOf = NOW, margin: float = 0.0) -> dict[str, Found]:
    """All that a document of the box holds: what lies in it, the ends of its segments and what stands on these.

    `margin` is in metres; what lies as near as that to the box is taken along.
    """
    place = Sql(
        "v.merc && ST_Expand(ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857), %s)",
        (*box, margin * 1.25),
    )
    return completed(fetch(place, when), when)


def near(place: str, margin: float) -> dict[str, Found]:
    """The same for all that lies so near to a shape in Web Mercator, as of now."""
    return completed(fetch(Sql("ST_DWithin(v.merc, %s::geometry, %s)", (place, margin * 1.25))))


def everything(when: AsOf = NOW) -> dict[str, Found]:
    return fetch(Sql("true"), when)


def completed(found: dict[str, Found], when: AsOf = NOW) -> dict[str, Found]:
    """With the nodes that the segments end at and what stands on any of it."""
    found = dict(found)
    found.update(objects((n for n in missing(params(found)) if n.startswith("node/")), when))
    found.update(bearing(found, when))
    return found


def params(found: dict[str, Found]) -> dict[str, Json]:
    return {name: one.params for name, one in found.items()}


def document(found: dict[str, Found], when: AsOf = NOW) -> Document:
    """The markings follow the rules of the day that was asked for."""
    crs, traffic = setting()
    return together(params(found), rules_on=when.day, crs=crs, traffic=traffic)


def setting() -> tuple[int, str]:
    """Coordinate system and side of traffic of the map: those of its first import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM streets_template WHERE kind = 'map'")
        row = cursor.fetchone()
    content = _json(row[0]) if row else {}
    return int(content.get("crs", CRS)), str(content.get("traffic", "right"))


def stamp() -> datetime:
    """A moment up to which everything known is committed: what is read as known then never changes any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", WRITING)
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
