"""Builds a PMTiles archive: the tiles of some layers, as somebody of a clearance sees them, in one file.

Tiles come from the same statements as those that are served. From each tile that holds rows one goes down to
its four children, so that empty country costs nothing. A killed build goes on when it is started again.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from psycopg_pool import AsyncConnectionPool

from layers.access import Clearance
from layers.registry.extent import Bounds, Extents, around
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.store import pool
from tilesrv import encoding, raster, statement
from tilesrv.cache import TileCache
from tilesrv.grid import Tile, tiles_over
from tilesrv.journal import Busy, Journal
from tilesrv.making import Maker, Order
from tilesrv.statement import Ask
from tilesrv.tilejson import tilejson

DEEPEST = 16
PATIENCE_MS = 120_000
Progress = Callable[[int, int, int], None]
"""Called with a zoom, how many of its tiles are done, and how many there are."""


class CannotBuild(Exception):
    """The sentence says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    layers: tuple[Layer, ...]
    clearance: Clearance
    out: Path
    low: int | None = None
    high: int | None = None
    bbox: Bounds | None = None
    jobs: int = 2

    @property
    def zooms(self) -> tuple[int, int]:
        least = min(layer.zooms[0] for layer in self.layers)
        most = min(max(layer.zooms[1] for layer in self.layers), DEEPEST)
        return (least if self.low is None else self.low, most if self.high is None else self.high)

    @property
    def journal(self) -> Path:
        return self.out.with_name(self.out.name + ".journal")


@dataclass(slots=True)
class Built:
    tiles: int = 0
    bytes: int = 0
    resumed: bool = False
    changed: bool = False
    thinned: list[str] = field(default_factory=list)


async def build(plan: Plan, progress: Progress = lambda *_: None) -> Built:
    """Writes the file whole or not at all."""
    low, high = plan.zooms
    if not 0 <= low <= high <= 22:
        raise CannotBuild(f"Zooms {low} to {high} are no range within 0–22.")
    line = pool("archive", timeout_ms=PATIENCE_MS)
    await line.open()
    try:
        return await Builder(plan, line, progress).run()
    finally:
        await line.close()


class Builder:
    def __init__(self, plan: Plan, line: AsyncConnectionPool, progress: Progress) -> None:
        self.plan, self.line, self.progress = plan, line, progress
        self.asks = tuple(Ask(layer, plan.clearance) for layer in plan.layers)
        self.maker = Maker(TileCache(0))
        self.maker.pool = line
        self.built = Built()

    async def run(self) -> Built:
        box, before = await self._box(), await self._version()
        try:
            journal = Journal(self.plan.journal, self._order(before))
        except Busy as busy:
            raise CannotBuild(f"{self.plan.out.name} is being built by another process.") from busy
        done = False
        try:
            self.built.resumed = journal.resumed
            await self._fill(journal, box)
            self.built.changed = await self._version() != before
            self.built.tiles = len(journal)
            if not self.built.tiles:
                raise CannotBuild("There is nothing in these layers, here and at these zooms.")
            self._write(journal, box)
            done = True
        finally:
            journal.close(done)
        return self.built

    async def _box(self) -> Bounds:
        extents = Extents()
        found = [await extents.of(self.line, a.layer, a.clearance) for a in self.asks]
        boxes = [e.bounds for e in found if e.bounds]
        if not boxes:
            raise CannotBuild("There is nothing in these layers.")
        box = around(boxes)
        if self.plan.bbox:
            wanted = self.plan.bbox
            west, south = (max(a, b) for a, b in zip(box[:2], wanted[:2], strict=True))
            east, north = (min(a, b) for a, b in zip(box[2:], wanted[2:], strict=True))
            box = west, south, east, north
            if box[0] > box[2] or box[1] > box[3]:
                raise CannotBuild("The layers have nothing within this box.")
        return box

    async def _version(self) -> str:
        """What counts up when anything in the layers changes."""
        tables = sorted({t for a in self.asks for t in a.layer.tables})
        sql = f"SELECT {statement.COUNTED} FROM registry_tilecell WHERE table_name = ANY(%s)"
        async with self.line.connection() as line:
            row = await (await line.execute(sql.encode(), (tables,))).fetchone()
        return str(row[0]) if row else ""

    def _order(self, version: str) -> str:
        plan = self.plan
        stamps = [p.stamp for a in self.asks if a.layer.raster and (p := raster.pick(a.layer, None))]
        ids = [layer.id for layer in plan.layers]
        said = [ids, int(plan.clearance), plan.zooms, plan.bbox, register.version, statement.STAMP]
        return json.dumps([*said, version, stamps])

    async def _fill(self, journal: Journal, box: Bounds) -> None:
        low, high = self.plan.zooms
        alive: list[Tile] = []
        for zoom in range(low, high + 1):
            here = tiles_over(box, zoom) if zoom == low else [c for t in alive for c in t.children(box)]
            alive = []
            todo = []
            for tile in here:
                state = journal.state(zxy_to_tileid(tile.z, tile.x, tile.y))
                if state is None:
                    todo.append(tile)
                elif state:
                    alive.append(tile)
            done = len(here) - len(todo)
            self.progress(zoom, done, len(here))
            waiting = iter(todo)

            async def work(waiting: Iterator[Tile], alive: list[Tile], zoom: int, total: int) -> None:
                nonlocal done
                for tile in waiting:
                    lives, body = await self._tile(tile)
                    journal.put(zxy_to_tileid(tile.z, tile.x, tile.y), lives, body)
                    if lives:
                        alive.append(tile)
                    done += 1
                    self.progress(zoom, done, total)

            async with asyncio.TaskGroup() as group:
                for _ in range(self.plan.jobs):
                    group.create_task(work(waiting, alive, zoom, len(here)))
            journal.commit()

    async def _tile(self, tile: Tile) -> tuple[bool, bytes]:
        layer = self.asks[0].layer
        if layer.raster:
            source = raster.pick(layer, None)
            image = await asyncio.to_thread(raster.draw, layer, source, tile, "light") if source else None
            return image is not None, image or b""
        if not await self.maker.present(self.asks, tile):
            return False, b""
        made = await self.maker.make(Order(self.asks, self.plan.clearance, "", tile))
        if made.thinned:
            self.built.thinned.append(str(tile))
        return True, await asyncio.to_thread(encoding.pack, made.raw, "gzip") if made.raw else b""

    def _write(self, journal: Journal, box: Bounds) -> None:
        plan, (low, high) = self.plan, self.plan.zooms
        west, south, east, north = box
        picture = plan.layers[0].raster is not None
        header = {
            "version": 3,
            "tile_type": TileType.PNG if picture else TileType.MVT,
            "tile_compression": Compression.NONE if picture else Compression.GZIP,
            "min_lon_e7": round(west * 1e7),
            "min_lat_e7": round(south * 1e7),
            "max_lon_e7": round(east * 1e7),
            "max_lat_e7": round(north * 1e7),
            "center_zoom": (low + high) // 2,
            "center_lon_e7": round((west + east) / 2 * 1e7),
            "center_lat_e7": round((south + north) / 2 * 1e7),
        }
        draft = plan.out.with_name(plan.out.name + ".part")
        try:
            with draft.open("wb") as file:
                writer: Any = Writer(file)  # type: ignore[no-untyped-call]
                for id, body in journal.tiles():
                    writer.write_tile(id, body)
                writer.finalize(header, self._metadata(box))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(plan.out)
        finally:
            draft.unlink(missing_ok=True)
        self.built.bytes = plan.out.stat().st_size

    def _metadata(self, box: Bounds) -> dict[str, Any]:
        """What TileJSON says of the layers, and for whose eyes the archive was made."""
        said = tilejson(self.plan.layers, self.plan.clearance, box, "", "")
        low, high = self.plan.zooms
        kept = ("name", "description", "attribution", "version", "vector_layers", "bounds")
        out = {k: said[k] for k in kept if k in said}
        return out | {
            "type": "overlay",
            "minzoom": low,
            "maxzoom": high,
            "generator": "antu tiles build",
            "antu:layers": [layer.id for layer in self.plan.layers],
            "antu:clearance": self.plan.clearance.slug,
        }
