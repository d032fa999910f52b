"""What the parts of `/ogc` share: connections, extents, the record of reads, and finding a layer.

What a viewer may not see is not found, with the bytes of a collection that does not exist.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from psycopg_pool import AsyncConnectionPool

from gis.ogc.call import Call, Json
from gis.ogc.crs import CRS84
from gis.ogc.problem import not_found
from layers.access import Viewer
from layers.registry.extent import Extents
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql
from layers.registry.store import pool

OnRead = Callable[[Viewer, Layer, str], Awaitable[None]]


class Core:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read."""

    def __init__(self, on_read: OnRead | None = None) -> None:
        self.on_read = on_read
        self.extents = Extents()
        self._pool: AsyncConnectionPool | None = None

    async def start(self) -> None:
        self._pool = pool("ogc")
        await self._pool.open()

    async def stop(self) -> None:
        if self._pool:
            await self._pool.close()

    @property
    def pool(self) -> AsyncConnectionPool:
        assert self._pool is not None, "start() has not been awaited"
        return self._pool

    async def fetch(self, sql: Sql) -> list[Any]:
        async with self.pool.connection() as line:
            return await (await line.execute(sql.text.encode(), sql.params)).fetchall()

    async def note(self, call: Call, layer: Layer, what: str) -> None:
        if layer.audited and self.on_read:
            await self.on_read(call.viewer, layer, what)

    async def extent(self, layer: Layer, call: Call) -> Json:
        found = await self.extents.of(self.pool, layer, call.viewer.clearance)
        extent: Json = {}
        if found.bounds:
            extent["spatial"] = {"bbox": [list(found.bounds)], "crs": CRS84.uri}
        if found.start:
            ends = [v.isoformat() if v else None for v in (found.start, found.end)]
            extent["temporal"] = {
                "interval": [ends],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            }
        return extent


def visible(id: str, call: Call, raster: bool | None = None) -> Layer:
    """The layer, if the viewer may see it and it is of the kind that is asked for."""
    layer = register.find(id, call.viewer)
    if layer is None or (raster is not None and bool(layer.raster) != raster):
        raise not_found()
    return layer
