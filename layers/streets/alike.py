"""Junctions of today's street map that are alike in shape, whichever way they lie; `layers.crashes.alike` asks with it.

The index of the last version of the map that this worker was asked about is kept.
"""

from __future__ import annotations

from django.db import connection

from layers.registry.sql import Sql
from layers.streets import read
from layers.streets.craft.similar import Hit, Index, shapes_of

_kept: tuple[int, Index] | None = None
NEAR = 35.0
"""Metres within which a node of the map and a junction of the records are the same place."""


class NoShape(ValueError):
    """Which node has no shape, in a sentence."""


def like(name: str, limit: int, *, mirror: bool = True) -> list[Hit]:
    """The nearest in shape, the nearest first, each with what it differs in most."""
    index = _index()
    shape = index.shapes.get(name)
    if shape is None:
        raise NoShape(f"{name} is no junction of three streets or more in the street map.")
    return index.like(shape, limit, mirror=mirror)


def nodes_of(junctions: list[int] | None = None) -> dict[str, int]:
    """Node of the map → junction of the records, of all or of these."""
    only = "" if junctions is None else "AND j.id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (j.id) v.object, j.id FROM streets_junction j JOIN streets_version v "
            "ON v.kind = 'node' AND upper_inf(v.valid) AND upper_inf(v.txn) AND ST_DWithin(v.merc, j.merc, %(near)s) "
            f"WHERE true {only} ORDER BY j.id, v.merc <-> j.merc",
            {"near": NEAR * 1.1, "ids": junctions},
        )
        return dict(cursor.fetchall())


def _index() -> Index:
    global _kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM streets_changeset")
        newest = int(cursor.fetchone()[0])
    if _kept is None or _kept[0] != newest:
        found = read.fetch(Sql("v.kind IN ('node', 'segment', 'arm')"))
        _kept = (newest, Index.of(shapes_of(read.document(found))))
    return _kept[1]


def places(names: list[str]) -> dict[str, list[float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object, ST_X(geom), ST_Y(geom) FROM streets_version "
            "WHERE object = ANY(%s) AND upper_inf(valid) AND upper_inf(txn)",
            (names,),
        )
        return {name: [x, y] for name, x, y in cursor.fetchall()}
