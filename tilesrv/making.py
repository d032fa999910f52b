"""Where a vector tile comes from: memory, disk, or one SQL statement; whoever asks at the same time waits for the same.

The tile and the counters that its ETag is made of are read in one statement, hence in one snapshot.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg_pool import AsyncConnectionPool

from layers.access import Clearance
from layers.registry.register import register
from layers.registry.sql import Sql
from tilesrv import metrics, statement
from tilesrv.answer import Problem
from tilesrv.cache import Key, Made, TileCache
from tilesrv.disk import Disk
from tilesrv.grid import Tile
from tilesrv.statement import Ask

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A vector tile that is wanted: of which layers, for whom, what of them, and where."""

    asks: tuple[Ask, ...]
    clearance: Clearance
    asked: str
    tile: Tile

    @property
    def names(self) -> str:
        return ",".join(a.layer.id for a in self.asks)

    @property
    def key(self) -> Key:
        return self.names, int(self.clearance), f"{register.version}?{self.asked}", self.tile

    @property
    def drawn(self) -> list[Ask]:
        """What of it has anything at this zoom."""
        zoom = self.tile.zoom
        return [a for a in self.asks if a.layer.zooms[0] <= zoom <= a.layer.zooms[1]]

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(sorted({t for a in self.asks for t in a.layer.tables}))

    def etag(self, version: str) -> str:
        """The same for all workers, and for all codings, which is why it is weak."""
        names, clearance, asked, tile = self.key
        seed = f"{statement.STAMP}/{names}/{clearance}/{asked}/{tile}#{version}"
        return f'W/"{hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()}"'


class Maker:
    """Memory, then disk, then the database."""

    def __init__(self, cache: TileCache, disk: Disk | None = None) -> None:
        self.cache = cache
        self.disk = disk
        self.pool: AsyncConnectionPool | None = None
        self._making: dict[Key, asyncio.Task[Made]] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def get(self, order: Order) -> Made:
        if made := self.cache.get(order.key):
            metrics.CACHE.labels("kept").inc()
            return made
        return await self.once(order.key, order.tables, lambda: self._fetch(order))

    async def _fetch(self, order: Order) -> Made:
        disk = (
            self.disk
            if order.drawn and self.disk and self.disk.most and not any(a.layer.audited for a in order.asks)
            else None
        )
        if disk and (kept := await asyncio.to_thread(disk.tag, order.key)):
            now = await self._version(order)
            if kept == now and (found := await asyncio.to_thread(disk.read, order.key, now)):
                metrics.CACHE.labels("disk").inc()
                return found
        metrics.CACHE.labels("made").inc()
        made = await self.make(order)
        if disk:
            self._write(disk, order.key, made)
        return made

    async def file(self, key: Key, tag: str, make: Callable[[], Awaitable[Made]], keep: bool) -> Made:
        """A tile that is made from a file: its ETag is known beforehand, and no edit makes it old."""
        if made := self.cache.get(key):
            metrics.CACHE.labels("kept").inc()
            return made

        async def fetch() -> Made:
            disk = self.disk if keep and self.disk and self.disk.most else None
            if disk and (found := await asyncio.to_thread(disk.read, key, tag)):
                metrics.CACHE.labels("disk").inc()
                return found
            metrics.CACHE.labels("made").inc()
            made = await make()
            if disk:
                self._write(disk, key, made)
            return made

        return await self.once(key, (), fetch)

    def _write(self, disk: Disk, key: Key, made: Made) -> None:
        writing = asyncio.create_task(asyncio.to_thread(disk.write, key, made))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)

    async def settle(self) -> None:
        """Waits until all that is on its way to the disk has arrived."""
        await asyncio.gather(*self._writing)

    async def tag(self, order: Order) -> str:
        """The ETag that the tile has at this moment, without making it."""
        if made := self.cache.get(order.key):
            return made.etag
        return await self._version(order)

    async def _version(self, order: Order) -> str:
        if not order.drawn:
            return order.etag("")
        (version,) = await self._one(statement.version(order.drawn, order.tile))
        return order.etag(version)

    async def present(self, asks: Sequence[Ask], tile: Tile) -> bool:
        """Whether any row that may be seen lies in the tile, drawn at its zoom or not."""
        (there,) = await self._one(statement.present(asks, tile))
        return bool(there)

    async def once(self, key: Key, tables: Sequence[str], make: Callable[[], Awaitable[Made]]) -> Made:
        """Whoever asks for a tile that is being made waits for that one; it is made though the first may leave."""
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._keep(key, tuple(tables), make))
            task.add_done_callback(lambda done: self._made(key, done))
        return await asyncio.shield(task)

    async def _keep(self, key: Key, tables: tuple[str, ...], make: Callable[[], Awaitable[Made]]) -> Made:
        clock = self.cache.clock(tables)
        made = await make()
        self.cache.put(key, tables, made, clock)
        return made

    def _made(self, key: Key, task: asyncio.Task[Made]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # somebody waits for it, or nobody does any more

    async def make(self, order: Order) -> Made:
        drawn, tile = order.drawn, order.tile
        if not drawn:
            return Made(b"", order.etag(""))
        version_, keys = statement.version(drawn, tile), statement.kept_counts(drawn, tile)
        more = Sql(", (") + version_ + "), (" + statement.counted(keys) + ")"
        thin, raw, version, kept = 0, b"", "", True
        for thin in range(statement.THINNEST):
            row = await self._one(statement.statement(drawn, tile, thin, kept) + more)
            if kept and row[2] != len(keys):
                log.warning("the counts of %s are not kept yet; antu migrate keeps them", order.names)
                kept = False
                row = await self._one(statement.statement(drawn, tile, thin, kept) + more)
            raw, version = bytes(row[0]), row[1]
            if len(raw) <= statement.MOST_BYTES:
                break
        if len(raw) > statement.MOST_BYTES:
            raise Problem(
                413, "This tile would be larger than 500 kB; ask for fewer layers or fields at once."
            )
        if thin:
            metrics.THINNED.labels(order.names).inc()
            log.warning("tile %s of %s was thinned %d times to stay below the limit", tile, order.names, thin)
        return Made(raw, order.etag(version), thin)

    async def _one(self, sql: Sql) -> Any:
        assert self.pool is not None
        async with self.pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(sql.text.encode(), sql.params)
            return await cursor.fetchone()
