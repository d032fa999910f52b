"""A place that somebody sends as GeoJSON, read and checked before it comes near the database.

Only shapely reads it: a `crs` member, which could make a library open files or addresses, is not looked at.
"""

from __future__ import annotations

import json

import shapely
from shapely.geometry.base import BaseGeometry

from layers.registry.text import Text

WORLD = shapely.box(-180, -85.06, 180, 85.06)
MOST_VERTICES = 50_000


class BadPlace(ValueError):
    """What is wrong with it, for whoever drew it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


def read_place(text: str, wanted: str) -> BaseGeometry:
    """The geometry, of the column's type in PostGIS; a single part is taken where several may stand."""
    try:
        json.loads(text)  # refuses what is nested so deeply that GEOS would overrun its stack
        drawn = shapely.force_2d(shapely.from_geojson(text))
    except (shapely.errors.GEOSException, ValueError, TypeError, RecursionError) as wrong:
        raise BadPlace("看不懂這段 GeoJSON。", "The geometry cannot be read as GeoJSON.") from wrong
    wanted = wanted.upper()
    if wanted == f"MULTI{drawn.geom_type}".upper():
        drawn = _MANY[drawn.geom_type]([drawn])
    if drawn.geom_type.upper() != wanted:
        raise BadPlace(
            f"這個圖層要的是 {wanted.title()}，不是 {drawn.geom_type}。",
            f"This layer holds {wanted.title()} geometries, not {drawn.geom_type}.",
        )
    if shapely.get_num_coordinates(drawn) > MOST_VERTICES:
        raise BadPlace(
            f"一個幾何最多 {MOST_VERTICES:,} 個頂點。", f"A geometry has at most {MOST_VERTICES:,} vertices."
        )
    if drawn.is_empty or not WORLD.covers(drawn.envelope):
        raise BadPlace(
            "幾何是空的，或落在世界之外：先經度，後緯度。",
            "The geometry is empty or outside of the world: longitude first, then latitude.",
        )
    if not drawn.is_valid:
        why = shapely.is_valid_reason(drawn)
        raise BadPlace(f"幾何無效：{why}", f"The geometry is not valid: {why}.")
    return drawn


_MANY = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}
