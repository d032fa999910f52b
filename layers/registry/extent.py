"""Where and when a layer has rows that a clearance may see. Asked anew only when a table of it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg_pool import AsyncConnectionPool

from layers.access import Clearance
from layers.registry import raster
from layers.registry.layer import Layer
from layers.registry.sql import Sql, column, relation, where

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Extent:
    bounds: Bounds | None = None
    start: datetime | date | None = None
    end: datetime | date | None = None
    changed: datetime | None = None
    """When a row was written last; of a layer that is drawn from others this is not known here."""


class Extents:
    """A worker's memory of extents, by layer and clearance, good until the counters of change say otherwise."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[int, Extent]] = {}

    async def of(self, pool: AsyncConnectionPool, layer: Layer, clearance: Clearance) -> Extent:
        if layer.raster:
            found = raster.periods(layer.id)
            if not found:
                return Extent()
            newest = found[-1]
            changed = max(p.path.stat().st_mtime for p in found)
            return Extent(
                raster.bounds_of(newest.path, newest.stamp),
                found[0].start,
                newest.end,
                datetime.fromtimestamp(changed, UTC),
            )
        key = (layer.id, int(clearance))
        async with pool.connection() as line:
            counted = await line.execute(
                "SELECT coalesce(sum(version), 0)::bigint FROM registry_tilecell WHERE table_name = ANY(%s)",
                (list(layer.tables),),
            )
            row = await counted.fetchone()
            version = row[0] if row else 0
            if (kept := self._kept.get(key)) and kept[0] == version:
                return kept[1]
            sql = _statement(layer, clearance)
            answer = await (await line.execute(sql.text.encode(), sql.params)).fetchone()
        extent = Extent()
        if answer and answer[0] is not None:
            extent = Extent((answer[0], answer[1], answer[2], answer[3]), *answer[4:7])
        self._kept[key] = (version, extent)
        return extent


def _statement(layer: Layer, clearance: Clearance) -> Sql:
    seen = layer.time and layer.by_name[layer.time].clearance <= clearance
    times = (
        f"min({column(layer, layer.time)}), max({column(layer, layer.time)})"
        if seen and layer.time
        else "NULL, NULL"
    )
    if layer.asof and layer.by_name[layer.asof[0]].clearance <= clearance:
        times = f"min({column(layer, layer.asof[0])}), NULL::timestamptz"
    changed = "max(q.changed_at)" if layer.model else "NULL"
    box = Sql(f"SELECT ST_Extent(q.geom) AS e, {times}, {changed} FROM {relation(layer)} WHERE ") + where(
        layer, clearance
    )
    return (
        Sql("SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e), a, b, c FROM (")
        + box
        + ") AS x(e, a, b, c)"
    )


def around(boxes: Sequence[Bounds]) -> Bounds:
    """The box around some boxes."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
