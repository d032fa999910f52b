"""Makes rows of the sample theme: say what matters to the test, the rest is filled in."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon

from tests.sample.models import Hideout, Spot, Way, Zone

_number = count(1)
CENTER = (120.4473, 23.4795)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    number = next(_number)
    return {"key": f"t{number}", "name": f"no. {number}", "origin": "test"} | fields


def spot(lon: float = CENTER[0], lat: float = CENTER[1], **fields: Any) -> Spot:
    return Spot.objects.create(geom=Point(lon, lat, srid=4326), **_named(fields))


def hideout(lon: float = CENTER[0], lat: float = CENTER[1], **fields: Any) -> Hideout:
    return Hideout.objects.create(geom=Point(lon, lat, srid=4326), **_named(fields))


def way(*places: tuple[float, float], **fields: Any) -> Way:
    corners = places or (CENTER, (CENTER[0] + 0.01, CENTER[1] + 0.01))
    return Way.objects.create(geom=LineString(corners, srid=4326), **_named(fields))


def zone(
    west: float = CENTER[0] - 0.01,
    south: float = CENTER[1] - 0.01,
    east: float = CENTER[0] + 0.01,
    north: float = CENTER[1] + 0.01,
    **fields: Any,
) -> Zone:
    box = Polygon.from_bbox((west, south, east, north))
    return Zone.objects.create(geom=MultiPolygon(box, srid=4326), **_named(fields))
