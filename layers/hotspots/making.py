"""One surface by one method, from the points before a day: what is drawn, and how its cells rank.

Promises: nothing of that day or later is looked at; the same choices and points make the same surface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
from affine import Affine
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.db import connection
from rasterio.features import rasterize

from layers.areas.models import District
from layers.hotspots import clusters
from layers.hotspots.craft import gistar, repeat, scan
from layers.hotspots.craft.area import near
from layers.hotspots.craft.forecast import LEAST, Ground, TooFew, forecast
from layers.hotspots.craft.grid import Floats, Grid, Mask, binned
from layers.hotspots.craft.kernel import density
from layers.hotspots.points import Points
from layers.hotspots.themes import Method, Surface
from layers.registry.rows import TWD97

YEAR = 365.25
HORIZON = 28.0
DEALS = 199


@dataclass(frozen=True, slots=True)
class Choices:
    """All that was chosen; together with the points it is the surface."""

    method: Method = "forecast"
    cell: float = 50.0
    bandwidth: float = 250.0
    back: float | None = None
    horizon: float = HORIZON
    least: int = 0

    @classmethod
    def of(cls, surface: Surface, back: float | None = None) -> Choices:
        return cls(
            surface.method, surface.of.cell, surface.bandwidth, back or surface.back, HORIZON, surface.least
        )


@dataclass(frozen=True, slots=True)
class Place:
    """The grid over the city, and which of its cells are in it."""

    grid: Grid
    inside: Mask


@dataclass(frozen=True, slots=True)
class Made:
    """`plane` is what is drawn, NaN where nothing is told; `rank` the cells of the ground, as they are scored."""

    plane: Floats
    ground: Ground
    rank: Floats
    told: dict[str, Any] = field(default_factory=dict)
    """What the method says of itself: weights, counts."""


def city(cell: float) -> Place | None:
    """None where the city has no boundary yet."""
    bounds = District.objects.annotate(metric=Transform("geom", TWD97)).aggregate(box=Extent("metric"))["box"]
    if bounds is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsGeoJSON(ST_Transform(ST_Union(geom), %s))::json FROM areas_district", [TWD97]
        )
        (shape,) = cursor.fetchone()
    return within(Grid.over(bounds, cell), shape)


def within(grid: Grid, shape: dict[str, Any]) -> Place:
    """A shape in metres, as GeoJSON; cells that it only touches are in it."""
    mask = rasterize(
        [(shape, 1)], (grid.rows, grid.columns), transform=Affine(*grid.affine), all_touched=True
    )
    return Place(grid, mask.astype(bool))


def make(place: Place, points: Points, now: float, choices: Choices) -> Made:
    """Raises TooFew, or ValueError with a sentence, where the choices do not fit the points."""
    known = points.between(-np.inf, now)
    if len(known) < LEAST:
        raise TooFew(f"{len(known)} events are too few to draw a map of; {LEAST} are needed")
    reached = place.inside & near(place.grid, known.x, known.y)
    if not reached.any():
        raise TooFew("none of the events lies in the area")
    ground = Ground(place.grid, reached)
    span = known if choices.back is None else known.between(now - choices.back, now)
    back = choices.back or max(now - float(known.day[0]), 1.0)
    made = _METHODS[choices.method](place, ground, known, span, now, back, choices)
    if choices.least:
        around = gistar.around(
            binned(place.grid, span.x, span.y), gistar.disc(max(ceil(choices.bandwidth / choices.cell), 1))
        )
        made.plane[np.rint(around) < choices.least] = np.nan
    made.told["learned"] = len(known if choices.method == "forecast" else span)
    return made


def _forecast(
    place: Place, ground: Ground, known: Points, span: Points, now: float, back: float, choices: Choices
) -> Made:
    found = forecast(
        ground, span.x, span.y, span.day, now=now, horizon=choices.horizon, weights=_weights(span.weight)
    )
    told = {
        "chosen": found.chosen,
        "weights": {c.name: round(w, 4) for c, w in sorted(found.weights.items(), key=lambda cw: -cw[1])},
    }
    return Made(ground.plane(found.surface * ground.size), ground, found.surface, told)


def _kde(
    place: Place, ground: Ground, known: Points, span: Points, now: float, back: float, choices: Choices
) -> Made:
    plane = density(
        place.grid,
        span.x,
        span.y,
        span.weight * YEAR / back,
        bandwidth=choices.bandwidth,
        inside=place.inside,
    )
    return Made(plane, ground, np.nan_to_num(plane[ground.inside]))


def _gistar(
    place: Place, ground: Ground, known: Points, span: Points, now: float, back: float, choices: Choices
) -> Made:
    counts = binned(place.grid, span.x, span.y, span.weight)
    found = gistar.gi_star(counts, max(choices.bandwidth / choices.cell, 1.0), inside=ground.inside)
    shown = np.where(found.verdict != 0, found.z, 0.0)
    told = {"hot": int(found.hot.sum()), "cold": int(found.cold.sum())}
    return Made(np.where(ground.inside, shown, np.nan), ground, np.asarray(shown[ground.inside]), told)


def _repeat(
    place: Place, ground: Ground, known: Points, span: Points, now: float, back: float, choices: Choices
) -> Made:
    learned = repeat.knox(span.x, span.y, span.day, deals=DEALS)
    times = repeat.risk(place.grid, span.x, span.y, span.day, now=now, learned=learned)
    told = {
        "distances": list(learned.distances),
        "days": list(learned.days),
        "ratio": np.round(learned.ratio, 2).tolist(),
        "p": np.round(learned.p, 3).tolist(),
    }
    return Made(np.where(ground.inside, times, np.nan), ground, np.asarray(times[ground.inside]), told)


def _scan(
    place: Place, ground: Ground, known: Points, span: Points, now: float, back: float, choices: Choices
) -> Made:
    found = scan.scan(span.x, span.y, span.day, now=now, deals=DEALS)
    times = scan.times(place.grid, found, clusters.LEVEL)
    told = clusters.told(found, now, DEALS)
    return Made(np.where(ground.inside, times, np.nan), ground, np.asarray(times[ground.inside]), told)


def _weights(weights: Floats) -> Floats | None:
    """None where all weigh the same: then the forecast has nothing to weigh."""
    return weights if weights.size and (weights != weights[0]).any() else None


_METHODS = {"forecast": _forecast, "kde": _kde, "gistar": _gistar, "repeat": _repeat, "scan": _scan}
