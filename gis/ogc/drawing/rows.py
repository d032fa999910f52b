"""What a map draws of a layer, read with one statement: places in pixels, cut to the paper, and a few fields.

The layer's own generalisation holds as in tiles. What is still too much is thinned, never cut off at a
number of rows: points keep one a cell, lines and areas lose the smallest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from gis.ogc.drawing.frame import Box, Frame
from layers.access import Clearance
from layers.registry.generalise import Grid, Only, Simplify, Top
from layers.registry.layer import Layer
from layers.registry.sql import Interval, Sql, column, quoted, relation, where
from tilesrv.grid import HALF

FINE = 8
"""Places are given in eighths of a pixel."""
MARGIN = 96
MOST_ROWS = 40_000
THINNEST = 6


@dataclass(frozen=True)
class Wish:
    """One layer of a map, already checked."""

    layer: Layer
    clearance: Clearance
    names: tuple[str, ...]
    """The fields that the style draws from."""
    interval: Interval | None = None
    condition: Sql | None = None


@dataclass
class Drawn:
    """Features in pixels from the upper left corner, in the order of their ids, and what the style asks of them."""

    places: Any = field(default_factory=lambda: np.empty(0, dtype=object))
    names: tuple[str, ...] = ()
    values: list[tuple[Any, ...]] = field(default_factory=list)

    def of(self, number: int) -> dict[str, Any]:
        return dict(zip(self.names, self.values[number], strict=True))


def statement(wish: Wish, frame: Frame, thin: int = 0) -> Sql:
    """Rows of (id, place as WKB, fields…), at most one more than may be drawn."""
    layer, rules = wish.layer, wish.layer.rules(int(frame.zoom))
    grid = next((r for r in rules if isinstance(r, Grid)), None)
    only = [r.where for r in rules if isinstance(r, Only)]
    rest = Sql("q.merc && ") + _envelope(_wider(frame), 3857) + " AND "
    rest += where(layer, wish.clearance, interval=wish.interval, condition=wish.condition, only=only)
    if grid:
        return _cells(wish, frame, grid, rest)
    place, distinct, order = "q.merc", "", ""
    for rule in rules:
        if isinstance(rule, Simplify):
            place = f"ST_SimplifyPreserveTopology(q.merc, {rule.pixels * frame.pixel!r})"
            if rule.area:
                rest += f" AND ST_Area(q.merc) >= {rule.area * frame.pixel**2!r}"
        if isinstance(rule, Top):
            distinct = _cell(2 * HALF / 2 ** int(frame.zoom) / rule.cells)
            way = "" if rule.ascending else " DESC"
            order = f" ORDER BY {distinct}, {column(layer, rule.by)}{way} NULLS LAST, q.id"
    if thin and layer.geometry == "point":
        distinct = _cell(frame.pixel * 2 ** (thin - 1))
        order = f" ORDER BY {distinct}, q.id"
    elif thin:
        measure, least = ("ST_Length", 1) if layer.geometry == "line" else ("ST_Area", 2)
        rest += f" AND {measure}(q.merc) >= {(2 ** (thin - 1) * frame.pixel) ** least!r}"
    head = Sql(f"SELECT {f'DISTINCT ON ({distinct}) ' if distinct else ''}q.id, ") + _drawn(place, frame)
    fields = "".join(f", {column(layer, name)} AS {quoted(name)}" for name in wish.names)
    return head + f"{fields} FROM {relation(layer)} WHERE " + rest + order + f" LIMIT {MOST_ROWS + 1}"


def names(wish: Wish, frame: Frame) -> tuple[str, ...]:
    """The properties of what `statement` finds, in the order of its columns."""
    grid = next((r for r in wish.layer.rules(int(frame.zoom)) if isinstance(r, Grid)), None)
    return ("n", *grid.sums) if grid else wish.names


def _cells(wish: Wish, frame: Frame, rule: Grid, rest: Sql) -> Sql:
    size = 2 * HALF / 2 ** int(frame.zoom) / rule.cells
    sums = "".join(f", sum({column(wish.layer, s)})::float AS {quoted(s)}" for s in rule.sums)
    outer = "".join(f", {quoted(s)}" for s in rule.sums)
    cells = Sql(
        f"SELECT floor(ST_X(q.merc) / {size!r})::bigint AS cx, floor(ST_Y(q.merc) / {size!r})::bigint AS cy, "
        f"avg(ST_X(q.merc)) AS mx, avg(ST_Y(q.merc)) AS my, count(*)::int AS n{sums} "
        f"FROM {relation(wish.layer)} WHERE "
    )
    middle = "ST_SetSRID(ST_MakePoint(mx, my), 3857)"
    return (
        Sql("SELECT row_number() OVER (ORDER BY cx, cy), ")
        + _drawn(middle, frame)
        + f", n{outer} FROM ("
        + cells
        + rest
        + f" GROUP BY 1, 2) AS c LIMIT {MOST_ROWS + 1}"
    )


def _drawn(place: str, frame: Frame) -> Sql:
    """The place on the paper. Both sides are stretched to one extent, which `read` takes back."""
    if frame.crs.srid != 3857:
        place = f"ST_Transform({place}, {frame.crs.srid})"
    fine, margin = _extent(frame)
    return (
        Sql(f"ST_AsBinary(ST_AsMVTGeom({place}, ")
        + _envelope(frame.box, frame.crs.srid)
        + f", {fine}, {margin}, true))"
    )


def _extent(frame: Frame) -> tuple[int, int]:
    fine = FINE * max(frame.width, frame.height)
    return fine, MARGIN * fine // min(frame.width, frame.height)


def _envelope(box: Box, srid: int) -> Sql:
    return Sql("ST_MakeEnvelope(%s, %s, %s, %s, %s)", (*box, srid))


def _wider(frame: Frame) -> Box:
    west, south, east, north = frame.mercator
    more = MARGIN * frame.pixel
    return west - more, south - more, east + more, north + more


def _cell(size: float) -> str:
    return f"floor(ST_X(q.merc) / {size!r}), floor(ST_Y(q.merc) / {size!r})"


def read(rows: Sequence[Sequence[Any]], names: tuple[str, ...], frame: Frame) -> Drawn:
    kept = sorted((r for r in rows if r[1] is not None), key=lambda r: int(r[0]))
    if not kept:
        return Drawn(names=names)
    fine, _ = _extent(frame)
    scale = np.array([frame.width / fine, frame.height / fine])
    places = shapely.transform(shapely.from_wkb([bytes(r[1]) for r in kept]), lambda xy: xy * scale)
    return Drawn(places, names, [tuple(r[2:]) for r in kept])
