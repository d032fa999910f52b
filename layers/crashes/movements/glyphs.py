"""Writes the marks of collision diagrams that the map shows; all of them are replaced in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from layers.crashes.diagrams import Site

_LINES = """
    INSERT INTO crashes_crashglyph (crash_id, part, number, movement, family, unsure, geom)
    SELECT r.crash, r.part, r.number, r.movement, r.family, r.unsure, ST_SetSRID(ST_GeomFromGeoJSON(r.shape), 4326)
    FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::bool[], %s::text[])
         AS r (crash, part, number, movement, family, unsure, shape)
"""
_POINTS = """
    INSERT INTO crashes_crashglyphpoint (crash_id, number, movement, family, unsure, geom)
    SELECT r.crash, r.number, r.movement, r.family, r.unsure, ST_SetSRID(ST_GeomFromGeoJSON(r.shape), 4326)
    FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::bool[], %s::text[])
         AS r (crash, number, movement, family, unsure, shape)
"""


def replace_all(sites: Iterable[Site]) -> int:
    from layers.crashes.diagrams import features

    lines: list[tuple[Any, ...]] = []
    points: list[tuple[Any, ...]] = []
    done = 0
    for site in sites:
        for f in features(site):
            p, shape = f["properties"], json.dumps(f["geometry"])
            said = (p["number"], p["movement"], p["family"], p["unsure"], shape)
            if p["part"] == "point":
                points.append((p["crash_id"], *said))
            else:
                lines.append((p["crash_id"], p["part"], *said))
        done += 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM crashes_crashglyph")
        cursor.execute("DELETE FROM crashes_crashglyphpoint")
        for sql, rows in ((_LINES, lines), (_POINTS, points)):
            if rows:
                cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)])
    return done
