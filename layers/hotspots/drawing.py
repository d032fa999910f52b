"""Draws the surfaces of the raster layers from the points in the database: one a quarter of the year.

Which points make which surface is said here; how is `surfaces.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from affine import Affine
from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.db import connection
from rasterio.features import rasterize

from layers.areas.models import District
from layers.hotspots.surfaces import Floats, Grid, density
from layers.registry import raster
from layers.registry.rows import TWD97
from layers.registry.sql import quoted

CELL = 50.0
BANDWIDTH = 150.0
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Subject:
    """A raster layer and the table that it shows: the column of time and what each point weighs."""

    layer: str
    table: str
    time: str
    weight: str = "1"


SUBJECTS = (
    Subject("crash_surface", "crashes_crash", "occurred_at", "epdo"),
    Subject("crime_surface", "cases_crime", "at"),
    Subject("call_surface", "hotspots_call", "at"),
)


def draw() -> int:
    """All surfaces anew; says how many were written. Nothing where the city has no boundary yet."""
    found = ground()
    if found is None:
        return 0
    grid, inside = found
    return sum(_quarters(subject, grid, inside) for subject in SUBJECTS)


def ground(cell: float = CELL) -> tuple[Grid, np.ndarray] | None:
    """The grid over the city and which of its cells are in it; None where the city has no boundary yet."""
    bounds = District.objects.annotate(metric=Transform("geom", TWD97)).aggregate(box=Extent("metric"))["box"]
    if bounds is None:
        return None
    grid = Grid.over(bounds, cell)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsGeoJSON(ST_Transform(ST_Union(geom), %s))::json FROM areas_district", [TWD97]
        )
        (shape,) = cursor.fetchone()
    mask = rasterize(
        [(shape, 1)], (grid.rows, grid.columns), transform=Affine(*grid.affine), all_touched=True
    )
    return grid, mask.astype(bool)


def _quarters(subject: Subject, grid: Grid, inside: np.ndarray) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ST_X(p), ST_Y(p), w, day FROM (SELECT ST_Transform(geom, %s) AS p, {subject.weight} AS w, "
            f"({quoted(subject.time)} AT TIME ZONE %s)::date AS day FROM {quoted(subject.table)}) AS t ORDER BY day",
            [TWD97, settings.TIME_ZONE],
        )
        rows = cursor.fetchall()
    if not rows:
        return 0
    x, y, weights = (np.array([float(row[i]) for row in rows]) for i in range(3))
    days = np.array([row[3] for row in rows], dtype="datetime64[D]")
    written = 0
    for start, end in quarters(rows[0][3], rows[-1][3]):
        chosen = (days >= np.datetime64(start)) & (days <= np.datetime64(end))
        if chosen.any():
            a_year: Floats = weights[chosen] * YEAR / ((end - start).days + 1)
            values = density(grid, x[chosen], y[chosen], a_year, bandwidth=BANDWIDTH, inside=inside)
            raster.write(subject.layer, start, end, values, Affine(*grid.affine), f"EPSG:{TWD97}")
            written += 1
    return written


def quarters(first: date, last: date) -> list[tuple[date, date]]:
    """The whole quarters of the year from one day to another, each with its first and last day."""
    out, start = [], date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    while start <= last:
        after = date(start.year + start.month // 10, (start.month + 2) % 12 + 1, 1)
        out.append((start, after - timedelta(days=1)))
        start = after
    return out
