"""The tile server: `/tiles/…` and `/styles/…`, answered from memory or with one SQL statement.

Whoever may not see a layer gets the same bytes as for a layer that does not exist. A cached tile was made
for the same clearance, and is forgotten as soon as the database says that something under it changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
from django.conf import settings
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from layers.access import Clearance, Viewer
from layers.registry import cql
from layers.registry.extent import Extents
from layers.registry.layer import Layer
from layers.registry.palette import Theme
from layers.registry.register import register
from layers.registry.sql import Sql, parse_interval
from layers.registry.store import dsn, pool
from tilesrv import answer, metrics, raster, statement, styles
from tilesrv.answer import Problem, Receive, Scope, Send
from tilesrv.cache import Key, Made, TileCache
from tilesrv.events import Events
from tilesrv.grid import Tile
from tilesrv.listen import Change, Listener
from tilesrv.statement import Ask
from tilesrv.tilejson import tilejson

log = logging.getLogger(__name__)
OnRead = Callable[[Viewer, Layer, str], Awaitable[None]]
PARAMETERS = {"datetime", "filter", "filter-lang", "fields", "v"}
MVT = "application/vnd.mapbox-vector-tile"
MOST_LAYERS = 12


class TileServer:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read."""

    def __init__(self, on_read: OnRead | None = None) -> None:
        self.on_read = on_read
        self.cache = TileCache(settings.TILE_CACHE_MB * 2**20)
        self.events = Events()
        self.extents = Extents()
        self.pool: AsyncConnectionPool | None = None
        self.listener: Listener | None = None
        self._making: dict[Key, asyncio.Future[Made]] = {}

    async def start(self) -> None:
        self.pool = pool("tiles")
        await self.pool.open()
        self.listener = Listener(dsn(), self._changed, self._up)
        self.listener.start()

    async def stop(self) -> None:
        self.events.close()
        if self.listener:
            await self.listener.stop()
        if self.pool:
            await self.pool.close()

    def _up(self, up: bool) -> None:
        self.cache.clear()
        self.cache.open = up

    def _changed(self, change: Change) -> None:
        gone = self.cache.changed(change.table, change.cells, change.everywhere)
        metrics.FORGOTTEN.inc(gone)
        self.events.tell(change)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        label, status = "other", 200
        try:
            if scope["method"] not in ("GET", "HEAD"):
                raise Problem(405, "Tiles are read with GET; features are changed at /ogc.")
            label, status = await self._route(scope, receive, send)
        except Problem as problem:
            status = problem.status
            await answer.send_problem(send, problem)
        except psycopg.errors.DataError:
            status = 400
            await answer.send_problem(
                send, Problem(400, "The filter reckons with numbers that are out of range.")
            )
        except psycopg.errors.QueryCanceled:
            status = 503
            await answer.send_problem(send, Problem(503, "This took too long; ask for less at once."))
        except (psycopg.OperationalError, PoolTimeout):
            status = 503
            await answer.send_problem(send, Problem(503, "The database does not answer; try again shortly."))
        metrics.REQUESTS.labels(label, str(status)).inc()
        metrics.SECONDS.labels(label).observe(time.perf_counter() - began)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> tuple[str, int]:
        viewer: Viewer = scope["viewer"]
        parts = scope["path"].strip("/").split("/")
        if parts[0] == "styles":
            return "style", await styles.answer_style(parts[1:], scope, viewer, send)
        match parts[1:]:
            case ["events"]:
                return "events", await self.events.stream(viewer, receive, send)
            case [names] if names.endswith(".json"):
                return "tilejson", await self._tilejson(names[:-5], scope, viewer, send)
            case [names, z, x, last] if last.endswith((".mvt", ".pbf")):
                return "vector", await self._vector(names, (z, x, last[:-4]), scope, viewer, send)
            case [name, z, x, last] if last.endswith(".png"):
                return "raster", await self._raster(name, (z, x, last[:-4]), scope, viewer, send)
        raise Problem(404, "There is nothing here. Tiles are at /tiles/{layer}/{z}/{x}/{y}.mvt.")

    # vector tiles

    async def _vector(
        self, names: str, place: tuple[str, str, str], scope: Scope, viewer: Viewer, send: Send
    ) -> int:
        layers = find(names, viewer, raster=False)
        tile = parse_tile(*place)
        asked = answer.query(scope, PARAMETERS)
        asked.pop("v", None)
        asks = [parse_ask(layer, viewer.clearance, asked) for layer in layers]
        for layer in layers:
            if layer.audited and self.on_read:
                await self.on_read(viewer, layer, f"tile {tile.z}/{tile.x}/{tile.y}")
        key = (names, int(viewer.clearance), f"{register.version}?{sorted(asked.items())}", tile)
        made = self.cache.get(key)
        if made is None:
            made = await self._make_once(key, asks, tile)
            metrics.CACHE.labels("made").inc()
        else:
            metrics.CACHE.labels("kept").inc()
        found = answer.headers(scope)
        extra = caching(layers, viewer) | {"etag": made.etag}
        if made.thinned:
            extra["antu-thinned"] = str(made.thinned)
        if found.get(b"if-none-match", b"").decode("latin-1") == made.etag:
            await answer.send(send, 304, extra=extra)
            return 304
        if not made.raw:
            await answer.send(send, 204, extra=extra)
            return 204
        body = made.raw
        if made.gzipped and answer.accepts_gzip(found):
            body = made.gzipped
            extra["content-encoding"] = "gzip"
        await answer.send(send, 200, body, MVT, extra, head=scope["method"] == "HEAD")
        return 200

    async def _make_once(self, key: Key, asks: Sequence[Ask], tile: Tile) -> Made:
        """Whoever asks for a tile that is being made waits for that one."""
        if waiting := self._making.get(key):
            return await asyncio.shield(waiting)
        future: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._making[key] = future
        tables = tuple(sorted({t for a in asks for t in a.layer.tables}))
        clock = self.cache.clock(tables)
        try:
            made = await self._make(key, asks, tile)
        except BaseException as problem:
            future.set_exception(problem)
            future.exception()  # somebody may wait for it, or nobody
            raise
        else:
            self.cache.put(key, tables, made, clock)
            future.set_result(made)
            return made
        finally:
            del self._making[key]

    async def _make(self, key: Key, asks: Sequence[Ask], tile: Tile) -> Made:
        low, high = min(a.layer.zooms[0] for a in asks), max(a.layer.zooms[1] for a in asks)
        drawn = [a for a in asks if a.layer.zooms[0] <= tile.z <= a.layer.zooms[1]]
        seed = f"{key[0]}/{key[1]}/{key[2]}/{tile}"
        if not drawn or not low <= tile.z <= high:
            return Made(b"", None, etag(seed, 0))
        counted = statement.version(drawn, tile)
        thin, raw, version = 0, b"", 0
        for thin in range(statement.THINNEST):
            body = statement.statement(drawn, tile, thin)
            both = body + ", (" + counted + ")"
            row = await self._one(both)
            raw, version = bytes(row[0]), row[1]
            if len(raw) <= statement.MOST_BYTES:
                break
        if len(raw) > statement.MOST_BYTES:
            raise Problem(
                413, "This tile would be larger than 500 kB; ask for fewer layers or fields at once."
            )
        if thin:
            metrics.THINNED.labels(key[0]).inc()
            log.warning("tile %s of %s was thinned %d times to stay below the limit", tile, key[0], thin)
        return Made(raw, answer.packed(raw), etag(seed, version), thin)

    async def _one(self, sql: Sql) -> Any:
        assert self.pool is not None
        async with self.pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(sql.text.encode(), sql.params)
            return await cursor.fetchone()

    # descriptions

    async def _tilejson(self, names: str, scope: Scope, viewer: Viewer, send: Send) -> int:
        layers = find(names, viewer, raster=None)
        query = scope["query_string"].decode("latin-1")
        for layer in layers:  # a filter that is wrong is better refused here than in every tile
            parse_ask(layer, viewer.clearance, answer.query(scope, PARAMETERS))
        assert self.pool is not None
        found = [await self.extents.of(self.pool, layer, viewer.clearance) for layer in layers]
        boxes = [e.bounds for e in found if e.bounds]
        bounds = None
        if boxes:
            west, south, east, north = zip(*boxes, strict=True)
            bounds = (min(west), min(south), max(east), max(north))
        said = tilejson(layers, viewer.clearance, bounds, answer.base_url(scope), query)
        await answer.send_json(send, 200, said, caching(layers, viewer))
        return 200

    # rasters

    async def _raster(
        self, name: str, place: tuple[str, str, str], scope: Scope, viewer: Viewer, send: Send
    ) -> int:
        (layer,) = find(name, viewer, raster=True)
        tile = parse_tile(*place)
        asked = answer.query(scope, {"datetime", "theme", "v"})
        if layer.audited and self.on_read:
            await self.on_read(viewer, layer, f"tile {tile.z}/{tile.x}/{tile.y}")
        source = raster.pick(layer, parse_time(asked.get("datetime")))
        if source is None:
            await answer.send(send, 204, extra=caching([layer], viewer))
            return 204
        tag = raster.etag(source, tile, asked.get("theme", "light"))
        extra = caching([layer], viewer) | {"etag": tag}
        if answer.headers(scope).get(b"if-none-match", b"").decode("latin-1") == tag:
            await answer.send(send, 304, extra=extra)
            return 304
        theme: Theme = "dark" if asked.get("theme") == "dark" else "light"
        image = await asyncio.to_thread(raster.draw, layer, source, tile, theme)
        if image is None:
            await answer.send(send, 204, extra=extra)
            return 204
        await answer.send(send, 200, image, "image/png", extra)
        return 200


def find(names: str, viewer: Viewer, raster: bool | None) -> list[Layer]:
    """The layers by name, or 404 for the lot: which one is missing or hidden is not said."""
    wanted = names.split(",")
    found = [register.find(name, viewer) for name in wanted[:MOST_LAYERS]]
    layers = [layer for layer in found if layer is not None]
    kinds = {layer.raster is not None for layer in layers}
    if len(layers) != len(wanted) or len(kinds) != 1 or (raster is not None and kinds != {raster}):
        raise Problem(404, "There is no such layer.")
    if True in kinds and len(layers) > 1:
        raise Problem(404, "There is no such layer.")
    return layers


def parse_tile(z: str, x: str, y: str) -> Tile:
    try:
        return Tile(int(z), int(x), int(y))
    except ValueError as wrong:
        said = str(wrong) if "within" in str(wrong) else "z, x and y are whole numbers"
        raise Problem(400, f"There is no such tile: {said}.") from wrong


def parse_time(text: str | None) -> Any:
    try:
        return parse_interval(text) if text else None
    except ValueError as wrong:
        raise Problem(400, str(wrong)) from wrong


def parse_ask(layer: Layer, clearance: Clearance, asked: dict[str, str]) -> Ask:
    fields = frozenset(asked["fields"].split(",")) if "fields" in asked else None
    if fields and (strange := sorted(fields - {f.name for f in layer.seen_by(clearance)})):
        raise Problem(400, f"There is no property “{strange[0][:40]}”.")
    condition = None
    if text := asked.get("filter"):
        try:
            condition = cql.compile(text, layer, clearance)
        except cql.BadFilter as wrong:
            raise Problem(400, str(wrong)) from wrong
    return Ask(layer, clearance, parse_time(asked.get("datetime")), condition, fields)


def etag(seed: str, version: int) -> str:
    return f'"{hashlib.blake2b(f"{seed}#{version}".encode(), digest_size=12).hexdigest()}"'


def caching(layers: Sequence[Layer], viewer: Viewer) -> dict[str, str]:
    """Shared caches may keep only what everybody may see, and only as anonymous saw it."""
    public = not viewer.known and all(layer.clearance is Clearance.PUBLIC for layer in layers)
    keep = "public, max-age=0, s-maxage=5, must-revalidate" if public else "private, no-cache"
    return {"cache-control": keep, "vary": "Accept-Encoding, Authorization, Cookie"}
