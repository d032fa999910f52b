"""The tile server: `/tiles/…` and `/styles/…`, answered from memory or with one SQL statement.

Whoever may not see a layer gets the same bytes as for a layer that does not exist. A cached tile was made
for the same clearance, and is forgotten as soon as the database says that something under it changed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import psycopg
from django.conf import settings
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from layers.access import Viewer
from layers.registry.extent import Extents, around
from layers.registry.layer import Layer
from layers.registry.palette import Theme
from layers.registry.store import dsn, pool
from tilesrv import answer, contours, metrics, raster, styles
from tilesrv.answer import Problem, Receive, Scope, Send
from tilesrv.archive import Archives
from tilesrv.archived import answer_archive
from tilesrv.asking import PARAMETERS, caching, find, parse_ask, parse_tile, parse_time
from tilesrv.cache import Made, TileCache
from tilesrv.disk import Disk, disk_folder
from tilesrv.encoding import best, warm
from tilesrv.events import Events
from tilesrv.grid import WEB, Tile
from tilesrv.listen import Change, Listener
from tilesrv.making import Maker, Order
from tilesrv.sets import find_set
from tilesrv.tilejson import tilejson

OnRead = Callable[[Viewer, Layer, str], Awaitable[None]]
RASTER_PARAMETERS = {"datetime", "theme", "v"}
MVT = "application/vnd.mapbox-vector-tile"


class TileServer:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read."""

    def __init__(self, on_read: OnRead | None = None) -> None:
        self.on_read = on_read
        self.cache = TileCache(settings.TILE_CACHE_MB * 2**20)
        self.events = Events()
        self.extents = Extents()
        self.maker = Maker(self.cache, Disk(disk_folder(), settings.TILE_DISK_MB * 2**20))
        self.archives = Archives()
        self.pool: AsyncConnectionPool | None = None
        self.listener: Listener | None = None

    async def start(self) -> None:
        self.pool = self.maker.pool = pool("tiles")
        await self.pool.open()
        self.listener = Listener(dsn(), self._changed, self._up)
        self.listener.start()
        asyncio.get_running_loop().run_in_executor(None, warm)

    async def stop(self) -> None:
        self.events.close()
        if self.listener:
            await self.listener.stop()
        await self.maker.settle()
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
            case ["archives.json"] | ["archive", _, *_]:
                return await answer_archive(self.archives, parts[1:], scope, viewer, send)
            case [names] if names.endswith(".json"):
                return "tilejson", await self._tilejson(names[:-5], scope, viewer, send)
            case [name, contours.NAME, *place] if place:
                return "contours", await self._contours(name, place, scope, viewer, send)
            case [name, last] if last == f"{contours.NAME}.json":
                return "tilejson", await self._contours_json(name, scope, viewer, send)
            case [names, z, x, last]:
                return await self._place(names, WEB.id, (z, x, last), scope, viewer, send)
            case [names, tms, z, x, last]:
                return await self._place(names, tms, (z, x, last), scope, viewer, send)
        raise Problem(404, "There is nothing here. Tiles are at /tiles/{layer}/{z}/{x}/{y}.mvt.")

    # tiles

    async def _place(
        self, names: str, tms: str, place: tuple[str, str, str], scope: Scope, viewer: Viewer, send: Send
    ) -> tuple[str, int]:
        z, x, last = place
        y, _, ending = last.partition(".")
        if ending in ("mvt", "pbf"):
            layers, asked = find(names, viewer, raster=False), answer.query(scope, PARAMETERS)
        elif ending == "png":
            layers, asked = find(names, viewer, raster=True), answer.query(scope, RASTER_PARAMETERS)
        else:
            raise Problem(404, "There is nothing here. Tiles end in .mvt, those of rasters in .png.")
        status = await self.tile(layers, tms, (z, x, y), asked, scope, viewer, send)
        return ("raster" if ending == "png" else "vector"), status

    async def tile(
        self,
        layers: Sequence[Layer],
        tms: str,
        place: tuple[str, str, str],
        asked: Mapping[str, str],
        scope: Scope,
        viewer: Viewer,
        send: Send,
    ) -> int:
        """Answers a tile of layers that the viewer may see, at (z, x, y) of a tile matrix set: the one way of
        all routes, hence the same bytes. `asked` may hold more than tiles understand. Raises Problem."""
        tile = parse_tile(*place, find_set(tms))
        known = RASTER_PARAMETERS if layers[0].raster else PARAMETERS
        wanted = {k: v for k, v in sorted(asked.items()) if k in known and k != "v"}
        if layers[0].raster:
            return await self._raster(layers[0], tile, wanted, scope, viewer, send)
        return await self._vector(layers, tile, wanted, scope, viewer, send)

    async def _note(self, layers: Sequence[Layer], tile: Tile, viewer: Viewer) -> None:
        for layer in layers:
            if layer.audited and self.on_read:
                await self.on_read(viewer, layer, f"tile {tile}")

    async def _vector(
        self,
        layers: Sequence[Layer],
        tile: Tile,
        asked: Mapping[str, str],
        scope: Scope,
        viewer: Viewer,
        send: Send,
    ) -> int:
        asks = tuple(parse_ask(layer, viewer.clearance, asked) for layer in layers)
        await self._note(layers, tile, viewer)
        order = Order(asks, viewer.clearance, str(list(asked.items())), tile)
        found, extra = answer.headers(scope), caching(layers, viewer)
        if b"if-none-match" in found and answer.unchanged(found, tag := await self.maker.tag(order)):
            await answer.send(send, 304, extra=extra | {"etag": tag})
            return 304
        made = await self.maker.get(order)
        status = await send_tile(scope, send, made, MVT, extra)
        self.cache.weigh(order.key)
        return status

    async def _raster(
        self, layer: Layer, tile: Tile, asked: Mapping[str, str], scope: Scope, viewer: Viewer, send: Send
    ) -> int:
        source = raster.pick(layer, parse_time(asked.get("datetime")))
        await self._note([layer], tile, viewer)
        if source is None:
            return await self._clear(scope, send, caching([layer], viewer))
        tag = raster.etag(source, tile, asked.get("theme", "light"))
        extra = caching([layer], viewer) | {"etag": tag}
        if answer.unchanged(answer.headers(scope), tag):
            await answer.send(send, 304, extra=extra)
            return 304
        theme: Theme = "dark" if asked.get("theme") == "dark" else "light"
        image = await asyncio.to_thread(raster.draw, layer, source, tile, theme)
        if image is None:
            return await self._clear(scope, send, extra)
        await answer.send(send, 200, image, "image/png", extra, head=scope["method"] == "HEAD")
        return 200

    async def _clear(self, scope: Scope, send: Send, extra: dict[str, str]) -> int:
        head = scope["method"] == "HEAD"
        await answer.send(send, 200, await asyncio.to_thread(raster.clear), "image/png", extra, head=head)
        return 200

    async def _contours(self, name: str, place: list[str], scope: Scope, viewer: Viewer, send: Send) -> int:
        (layer,) = find(name, viewer, raster=True)
        assert layer.raster
        tms, (z, x, last) = (place[0], place[1:]) if len(place) == 4 else (WEB.id, place)
        y, _, ending = last.partition(".")
        if ending not in ("mvt", "pbf"):
            raise Problem(404, "There is nothing here. Contours end in .mvt.")
        tile = parse_tile(z, x, y, find_set(tms))
        asked = answer.query(scope, contours.PARAMETERS)
        interval = contours.parse_interval(asked.get("interval"), layer.raster)
        source = raster.pick(layer, parse_time(asked.get("datetime")))
        await self._note([layer], tile, viewer)
        extra = caching([layer], viewer)
        if source is None or not layer.zooms[0] <= tile.zoom <= layer.zooms[1]:
            await answer.send(send, 204, extra=extra)
            return 204
        tag = contours.etag(source, tile, interval)
        if answer.unchanged(answer.headers(scope), tag):
            await answer.send(send, 304, extra=extra | {"etag": tag})
            return 304

        async def make() -> Made:
            return Made(await asyncio.to_thread(contours.draw, source, tile, interval), tag)

        key = (layer.id, int(viewer.clearance), f"{contours.NAME}?{tag}", tile)
        made = await self.maker.file(key, tag, make, keep=not layer.audited)
        status = await send_tile(scope, send, made, MVT, extra)
        self.cache.weigh(key)
        return status

    async def _contours_json(self, name: str, scope: Scope, viewer: Viewer, send: Send) -> int:
        (layer,) = find(name, viewer, raster=True)
        assert layer.raster and self.pool is not None
        asked = answer.query(scope, contours.PARAMETERS)
        contours.parse_interval(asked.get("interval"), layer.raster)
        parse_time(asked.get("datetime"))
        found = await self.extents.of(self.pool, layer, viewer.clearance)
        query = scope["query_string"].decode("latin-1")
        said = contours.tilejson(layer, found.bounds, answer.base_url(scope), query)
        await answer.send_json(send, 200, said, caching([layer], viewer))
        return 200

    # descriptions

    async def _tilejson(self, names: str, scope: Scope, viewer: Viewer, send: Send) -> int:
        layers = find(names, viewer, raster=None)
        query = scope["query_string"].decode("latin-1")
        for layer in layers:  # a filter that is wrong is better refused here than in every tile
            parse_ask(layer, viewer.clearance, answer.query(scope, PARAMETERS))
        assert self.pool is not None
        found = [await self.extents.of(self.pool, layer, viewer.clearance) for layer in layers]
        boxes = [e.bounds for e in found if e.bounds]
        bounds = around(boxes) if boxes else None
        said = tilejson(layers, viewer.clearance, bounds, answer.base_url(scope), query)
        await answer.send_json(send, 200, said, caching(layers, viewer))
        return 200


async def send_tile(scope: Scope, send: Send, made: Made, content_type: str, extra: dict[str, str]) -> int:
    """The tile in the coding that the client likes best; an empty one is no content."""
    extra = extra | {"etag": made.etag}
    if made.thinned:
        extra["antu-thinned"] = str(made.thinned)
    if not made.raw:
        await answer.send(send, 204, extra=extra)
        return 204
    body, coding = made.body(best(answer.headers(scope).get(b"accept-encoding", b"")))
    if coding != "identity":
        extra["content-encoding"] = coding
    await answer.send(send, 200, body, content_type, extra, head=scope["method"] == "HEAD")
    return 200
