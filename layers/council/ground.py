"""The plan under a collision diagram: surfaces, blocks, buildings and names around a junction, as SVG paths in metres.

x is east and y is south of the junction's middle; what lies beyond the frame is cut off by the database.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from diagramming.movement.legs import Junction as Plan
from diagramming.movement.legs import Leg

REACH = 54.0
SHAPES = """
    WITH j AS (SELECT geom, ST_Transform(geom, 3826) AS p FROM streets_junction WHERE id = %(id)s),
    f AS (SELECT p, ST_Expand(p, %(reach)s) AS box, ST_Transform(ST_Expand(p, %(reach)s * 1.5), 3857) AS merc FROM j)
    SELECT kind, ST_AsSVG(ST_Translate(ST_CollectionExtract(ST_ClipByBox2D(g, box), 3), -ST_X(p), -ST_Y(p)), 1, 2)
    FROM f, LATERAL (
        SELECT 'block' AS kind, ST_Transform(b.geom, 3826) AS g FROM streets_block b WHERE b.merc && f.merc
        UNION ALL SELECT 'road', ST_Transform(s.geom, 3826) FROM streets_roadsurface s WHERE s.merc && f.merc
        UNION ALL SELECT 'building', ST_Transform(u.geom, 3826) FROM streets_building u WHERE u.merc && f.merc
        UNION ALL SELECT 'park', ST_Transform(k.geom, 3826) FROM streets_park k WHERE k.merc && f.merc
        UNION ALL SELECT 'water', ST_Transform(w.geom, 3826) FROM streets_water w WHERE w.merc && f.merc
    ) AS shapes WHERE ST_Intersects(g, box)
"""
LEGS = """
    SELECT degrees(ST_Azimuth(j.geom, ST_LineInterpolatePoint(g.line, least(1, 20 / greatest(ST_Length(g.line::geography), 1))))),
           r.name, r.name_en, coalesce(r.width_m, 8)
    FROM streets_junction j JOIN streets_road r ON j.id IN (r.from_junction_id, r.to_junction_id),
         LATERAL (SELECT CASE WHEN j.id = r.from_junction_id THEN ST_LineMerge(r.geom) ELSE ST_Reverse(ST_LineMerge(r.geom)) END) AS g (line)
    WHERE j.id = %s AND ST_GeometryType(g.line) = 'ST_LineString' ORDER BY 1
"""
DRAWN_FIRST = ("block", "park", "water", "road", "building")


def legs(junction: int) -> list[dict[str, Any]]:
    """Outwards, clockwise from north."""
    with connection.cursor() as cursor:
        cursor.execute(LEGS, (junction,))
        return [
            {"bearing": float(bearing), "name": {"zh": name, "en": name_en or name}, "width": float(width)}
            for bearing, name, name_en, width in cursor.fetchall()
            if bearing is not None
        ]


def plan_of(found: list[dict[str, Any]]) -> Plan:
    return Plan(tuple(Leg(leg["bearing"], leg["name"]["zh"]) for leg in found))


def shapes(junction: int) -> dict[str, str]:
    """One path a kind of ground."""
    parts: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SHAPES, {"id": junction, "reach": REACH})
        for kind, path in cursor.fetchall():
            if path:
                parts.setdefault(kind, []).append(path)
    return {kind: " ".join(parts[kind]) for kind in DRAWN_FIRST if kind in parts}
