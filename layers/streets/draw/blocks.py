"""The blocks beside ground that moved: only they are enclosed anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.picture import enclosed
from layers.streets.craft.plane import between
from layers.streets.draw.rows import AREA, area_rows
from layers.streets.draw.tables import GROUND, replaced

BLOCKS = """
    SELECT id, key, geom::bytea FROM streets_drawnarea
    WHERE part = 'block' AND merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857)
"""
AROUND = " UNION ALL ".join(
    f"SELECT geom::bytea FROM streets_drawnarea WHERE part = '{part}' "
    "AND merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857)"
    for part in GROUND
)
NEAR = 3e-5
"""Degrees, some three metres: what lies no nearer to a block has no part in its edge."""


def beside(moved: list[BaseGeometry], crs: int) -> int:
    """The blocks beside ground that moved, from the ground that encloses them; all others are as they were."""
    with connection.cursor() as cursor:
        cursor.execute(BLOCKS, _wider(moved))
        rows = cursor.fetchall()
        beside = _beside([shapely.from_wkb(bytes(row[2])) for row in rows], moved)
        old = [rows[k] for k in beside]
        place = [*moved, *(shapely.from_wkb(bytes(row[2])) for row in old)]
        cursor.execute(AROUND, _wider(place) * len(GROUND))
        shapes = shapely.from_wkb([bytes(row[0]) for row in cursor.fetchall()])

    ground = in_plane(shapes[_beside(shapes, place)], crs)
    kept = {row[1] for row in old}
    found = list(enclosed(list(ground)))
    fresh = [b for b in found if b.key not in kept]
    if fresh:
        flat = in_plane(place, crs)
        room = shapely.union_all(shapely.buffer(flat, 2.0, quad_segs=2))  # rounded shapes need not be valid
        shapely.prepare(room)
        fresh = [b for b in fresh if room.contains(b.shape)]
    made = area_rows(fresh, crs)
    keys = {b.key for b in found}
    gone = [id_ for id_, key, _ in old if key not in keys]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM streets_drawnarea WHERE id = ANY(%s)", (gone,))
    return len(gone) + replaced("streets_drawnarea", AREA, made, [])[0]


def in_plane(shapes: Any, crs: int) -> Any:
    """As they are stored, back in the plane: a rebuild encloses what an edit reads, to the millimetre."""
    back = between(4326, crs)

    def plane(xy: Any) -> Any:
        return np.round(np.column_stack(back.transform(xy[:, 0], xy[:, 1])), 3)

    return shapely.transform(np.array(list(shapes), dtype=object), plane)


def _wider(shapes: list[BaseGeometry]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west - NEAR, south - NEAR, east + NEAR, north + NEAR


def _beside(shapes: Any, place: list[BaseGeometry]) -> Any:
    """The numbers of the shapes that lie near what is in a place."""
    return np.unique(shapely.STRtree(shapes).query(place, predicate="dwithin", distance=NEAR)[1])
