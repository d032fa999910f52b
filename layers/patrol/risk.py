"""Where it is worth being: what happened near a place, in the hours of the shift, weighed and smoothed.

Counts alone leave this file: no case, no address. Weights and days are the planner's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from layers.access import Viewer, may
from layers.patrol.craft.problem import Floats
from layers.registry.register import register
from layers.registry.rows import TWD97

NEAR = 250.0  # metres over which an event counts
SEEN = 150.0  # metres from a route that is seen from it
CELL = 125.0
SOURCES = {
    "crime": ("crimes", "cases_crime", "at", "1.0"),
    "crash": ("crashes", "crashes_crash", "occurred_at", "epdo"),
    "call": ("calls_110", "hotspots_call", "at", "1.0"),
}
WEIGHTS = {"crime": 1.0, "crash": 0.5, "call": 0.3}


@dataclass(frozen=True, slots=True)
class Risk:
    x: Floats
    y: Floats
    weight: Floats

    def at(self, x: Floats, y: Floats) -> Floats:
        """Weight around each place, near ones counting more."""
        found = np.zeros(len(x))
        if len(self.x) == 0:
            return found
        from scipy.spatial import cKDTree

        tree = cKDTree(np.column_stack([self.x, self.y]))
        for i, near in enumerate(tree.query_ball_point(np.column_stack([x, y]), NEAR)):
            d2 = (self.x[near] - x[i]) ** 2 + (self.y[near] - y[i]) ** 2
            found[i] = float((self.weight[near] * (1 - d2 / NEAR**2) ** 2).sum())
        return found

    def covered(self, shapes: Any) -> float:
        """The share of all weight that lies within sight of some shapes."""
        import shapely

        total = float(self.weight.sum())
        if total == 0 or shapes is None or shapely.is_empty(shapes):
            return 0.0
        shape = shapely.buffer(shapes, SEEN, quad_segs=4)
        shapely.prepare(shape)
        return float(self.weight[shapely.contains_xy(shape, self.x, self.y)].sum()) / total

    def hot(self, most: int, apart: float = 350.0) -> list[tuple[float, float, float]]:
        """The hottest spots (x, y, weight), apart from each other."""
        if len(self.x) == 0:
            return []
        cells = np.unique(np.column_stack([np.floor(self.x / CELL), np.floor(self.y / CELL)]), axis=0)
        x, y = (cells[:, 0] + 0.5) * CELL, (cells[:, 1] + 0.5) * CELL
        heat = self.at(x, y)
        found: list[tuple[float, float, float]] = []
        for i in np.argsort(-heat, kind="stable"):
            if len(found) >= most:
                break
            if all((x[i] - a) ** 2 + (y[i] - b) ** 2 > apart**2 for a, b, _ in found):
                found.append((float(x[i]), float(y[i]), float(heat[i])))
        return found


def around(
    viewer: Viewer,
    station: int,
    begin: datetime,
    finish: datetime,
    weights: dict[str, float] | None = None,
    days: int = 365,
) -> Risk:
    """Events of the station's area in the last days there are, within an hour of the shift's hours. A kind that the
    viewer may not see does not count."""
    hours = _hours(begin, finish)
    rows: list[tuple[float, float, float]] = []
    for kind, weight in {**WEIGHTS, **(weights or {})}.items():
        layer_id, table, time, worth = SOURCES[kind]
        layer = register.get(layer_id)
        if weight <= 0 or layer is None or not may(viewer, "see", layer):
            continue
        with connection.cursor() as cursor:
            cursor.execute(_sql(table, time, worth), {
                "station": station, "days": days, "hours": hours, "zone": str(timezone.get_default_timezone()),
                "weight": weight, "srid": TWD97,
            })  # fmt: skip
            rows += cursor.fetchall()
    data = np.array(rows, np.float64).reshape(-1, 3)
    return Risk(data[:, 0], data[:, 1], data[:, 2])


def _sql(table: str, time: str, worth: str) -> str:
    """Names are those of SOURCES above, never of a request."""
    return f"""
        WITH ground AS (
            SELECT coalesce(
                (SELECT ST_Transform(ST_Union(geom), 3857) FROM areas_stationarea WHERE station_id = %(station)s),
                (SELECT ST_Buffer(merc, 1500) FROM areas_station WHERE id = %(station)s)) AS g
        )
        SELECT ST_X(p), ST_Y(p), w FROM (
            SELECT ST_Transform(e.geom, %(srid)s) AS p, %(weight)s * {worth} AS w
            FROM {table} e, ground
            WHERE ST_Intersects(e.merc, ground.g)
            AND e.{time} > (SELECT max({time}) FROM {table}) - make_interval(days => %(days)s)
            AND extract(hour FROM e.{time} AT TIME ZONE %(zone)s)::int = ANY(%(hours)s)
        ) q
    """


def _hours(begin: datetime, finish: datetime) -> list[int]:
    first = timezone.localtime(begin)
    count = int((finish - begin).total_seconds() // 3600) + 2
    return sorted({(first.hour - 1 + i) % 24 for i in range(min(count + 1, 24))})


def line_of(station: int, shift: str) -> Sequence[bytes]:
    """The rounds that the station drives until now, in metres."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsBinary(ST_Transform(geom, %s)) FROM patrol_patrolroute WHERE station_id = %s AND shift = %s",
            [TWD97, station, shift],
        )
        return [bytes(r[0]) for r in cursor.fetchall()]
