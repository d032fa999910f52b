"""The outline of the city, as its districts draw it: what an import may hold places to.

Districts of the demonstration are no city that anybody's records lie in, so they bound nothing.
"""

from __future__ import annotations

import shapely
from django.db import connection

from layers.registry.register import register
from layers.registry.sql import quoted

LAYER = "districts"
MARGIN = 0.003
"""Degrees, some three hundred metres: a crash on the bridge between two cities may be either's."""


def outline() -> shapely.Geometry | None:
    """All districts as one area, a little wider, prepared for many questions; None where there are none."""
    layer = register.get(LAYER)
    if layer is None or layer.model is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_AsBinary(ST_Union(ST_Buffer(geom, %s, 4))) FROM {quoted(layer.model._meta.db_table)} "
            "WHERE origin <> 'synthetic'",
            [MARGIN],
        )
        (found,) = cursor.fetchone()
    if found is None:
        return None
    area = shapely.from_wkb(bytes(found))
    shapely.prepare(area)
    return area
