"""The points of a layer as arrays: where in metres, what each weighs, and when in days since a Monday at midnight.

Days are those of the city's clock, so that an hour of the day is the hour that people lived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.conf import settings
from django.db import connection

from layers.access import Clearance
from layers.hotspots.craft.grid import Floats, Mask
from layers.hotspots.themes import Theme
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.rows import TWD97
from layers.registry.sql import Sql, column, relation, where

MONDAY = date(2000, 1, 3)
HOURS = 24


def number(day: date) -> float:
    return float((day - MONDAY).days)


def day_of(number: float) -> date:
    return MONDAY + timedelta(days=int(np.floor(number)))


@dataclass(frozen=True, slots=True)
class Points:
    """Oldest first."""

    x: Floats
    y: Floats
    weight: Floats
    day: Floats

    def __len__(self) -> int:
        return len(self.x)

    def only(self, chosen: Mask) -> Points:
        return Points(self.x[chosen], self.y[chosen], self.weight[chosen], self.day[chosen])

    def between(self, start: float, end: float) -> Points:
        """From one day on, up to another and without it."""
        return self.only((self.day >= start) & (self.day < end))

    def during(self, weekdays: tuple[int, ...], hours: tuple[int, int] | None) -> Points:
        """Of some days of the week (1 is Monday) and hours of the day; from 22 to 4 reaches over midnight and
        belongs to the day on which it begins. None and nothing is all."""
        hour = np.floor(self.day * HOURS + 1e-9).astype(np.int64)
        weekday, hour = hour // HOURS % 7, hour % HOURS
        chosen = np.ones(len(self), dtype=bool)
        if hours is not None:
            first, last = hours
            if first < last:
                chosen &= (hour >= first) & (hour < last)
            else:
                chosen &= (hour >= first) | (hour < last)
                weekday = np.where(hour < last, (weekday - 1) % 7, weekday)
        if weekdays:
            chosen &= np.isin(weekday + 1, weekdays)
        return self.only(chosen)

    @property
    def last(self) -> float:
        """The first day after all of them."""
        return float(np.floor(self.day[-1])) + 1 if len(self) else 0.0


def moment(layer: Layer) -> Sql:
    """SQL of a row's time on the city's clock."""
    assert layer.time is not None
    name = column(layer, layer.time)
    if layer.by_name[layer.time].resolved == "date":
        return Sql(f"({name})::timestamp")
    return Sql(f"({name} AT TIME ZONE %s)", (settings.TIME_ZONE,))


def read(layer: Layer, rows: Sql, weight: str | None = None) -> Points:
    """Rows without a place or a time are no points; one without a weight weighs nothing."""
    sql = (
        Sql(f"SELECT ST_X(p), ST_Y(p), w, extract(epoch FROM t - %s::timestamp) / 86400 FROM (SELECT "
            f"ST_Transform(q.geom, {TWD97}) AS p, {column(layer, weight) if weight else '1'} AS w, ", (MONDAY,))
        + moment(layer)
        + f" AS t FROM {relation(layer)} WHERE "
        + rows
        + ") AS x WHERE t IS NOT NULL AND p IS NOT NULL ORDER BY t"
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        found = np.array([(x, y, w or 0, day) for x, y, w, day in cursor], dtype=float).reshape(-1, 4)
    return Points(*found.T)


def of(theme: Theme) -> Points:
    """All points of a theme, whoever looks at what is made of them."""
    layer = register.get(theme.source)
    if layer is None:
        raise LookupError(f"theme “{theme.id}” is made of layer “{theme.source}”, which does not exist")
    condition = cql.compile(theme.where, layer, Clearance.RESTRICTED) if theme.where else None
    return read(layer, where(layer, Clearance.RESTRICTED, condition=condition), theme.weight)
