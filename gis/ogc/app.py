"""`/ogc`: which part of the OGC APIs answers which path, and what becomes of trouble, as a bare ASGI application.

Every refusal is a JSON document with a sentence; a statement that runs too long is ended and says so.
"""

from __future__ import annotations

import asyncio
from types import ModuleType

import psycopg
from django.db import OperationalError
from psycopg_pool import PoolTimeout

from gis.ogc.call import SCHEMA, Call, Json, refuse
from gis.ogc.conformance import CLASSES
from gis.ogc.core import Core, OnRead, visible
from gis.ogc.coverages import Coverages
from gis.ogc.downloads import Downloads
from gis.ogc.features import Features
from gis.ogc.jobs import Jobs
from gis.ogc.maps import Maps
from gis.ogc.parts import collection_links, landing_links
from gis.ogc.problem import OgcProblem
from gis.ogc.processes import Processes
from gis.ogc.records import Records
from gis.ogc.request import parameters
from gis.ogc.styles import Styles, theme_of
from gis.ogc.tilesets import Tilesets
from gis.ogc.undeclared import described, schema, undeclared
from layers.access import Refused
from layers.registry.layer import Layer
from layers.registry.register import register
from tilesrv import answer
from tilesrv.answer import Receive, Scope, Send
from tilesrv.app import TileServer


class Ogc:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read.

    Tiles are those of the tile server that is given; without one there are none.
    """

    def __init__(self, on_read: OnRead | None = None, tiles: TileServer | None = None) -> None:
        self.core = Core(on_read)
        self.features = Features(self.core)
        self.downloads = Downloads(self.core)
        self.processes = Processes(self.core)
        self.jobs = Jobs(self.core)
        self.records = Records(self.core)
        self.maps = Maps(self.core)
        self.coverages = Coverages(self.core)
        self.tilesets = Tilesets(self.core, self.maps, tiles)
        self.styles = Styles()
        self._warming: asyncio.Future[ModuleType] | None = None

    async def start(self) -> None:
        await self.core.start()
        self._warming = asyncio.get_running_loop().run_in_executor(None, describing)

    async def stop(self) -> None:
        self.processes.stop()
        await self.core.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = answer.headers(scope)
            base = answer.base_url(scope)
            asked = parameters(scope["query_string"])
            call = Call(scope, receive, send, scope["viewer"], headers, asked, base)
            await self._route(call)
        except OgcProblem as problem:
            await refuse(send, problem)
        except Refused:
            status = 403 if scope["viewer"].known else 401
            await refuse(send, OgcProblem(status, "You may not change this collection.", "Forbidden"))
        except psycopg.errors.DataError:
            await refuse(send, OgcProblem(400, "The request reckons with values that are out of range."))
        except psycopg.errors.QueryCanceled:
            await refuse(send, OgcProblem(503, "This took too long; ask for less at once.", "Timeout"))
        except (psycopg.OperationalError, OperationalError, PoolTimeout):
            await refuse(
                send, OgcProblem(503, "The database does not answer; try again shortly.", "Unavailable")
            )

    async def _route(self, call: Call) -> None:
        parts = [p for p in call.scope["path"].split("/") if p][1:]
        match parts:
            case ["collections", "catalogue", *rest]:
                return await self._catalogue(call, rest)
            case ["catalogue.jsonld" | "catalogue.ttl" | "catalogue.rdf" as name]:
                return await self.records.linked(call, name)
            case ["collections", id, "items"]:
                return await self.features.items(call, visible(id, call, raster=False))
            case ["collections", id, "items", fid]:
                return await self.features.item(call, visible(id, call, raster=False), fid)
            case ["collections", id, "download"]:
                return await self.downloads.answer(call, visible(id, call, raster=False))
            case ["processes" | "jobs", *_]:
                return await self._computed(call, parts)
            case ["map" | "styles" | "tileMatrixSets", *_]:
                return await self._pictured(call, parts)
            case ["collections", id, "coverage"]:
                return await self.coverages.coverage(call, visible(id, call, raster=True))
            case ["collections", id, "map" | "styles" | "tiles", *rest]:
                return await self._of_collection(call, visible(id, call), parts[2], rest)
        await self._describe(call, parts)

    async def _catalogue(self, call: Call, rest: list[str]) -> None:
        """The collection in which each layer is a record."""
        match rest:
            case []:
                return await self.records.collection(call)
            case ["items"]:
                return await self.records.items(call)
            case ["items", id]:
                return await self.records.item(call, id)
            case ["queryables"]:
                return await self.records.queryables(call)
            case ["sortables"]:
                return await self.records.sortables(call)
        raise nothing()

    async def _computed(self, call: Call, parts: list[str]) -> None:
        """Processes and their jobs."""
        match parts:
            case ["processes"]:
                return await self.processes.all(call)
            case ["processes", id]:
                return await self.processes.one(call, id)
            case ["processes", id, "execution"]:
                return await self.processes.execute(call, id)
            case ["jobs"]:
                return await self.jobs.all(call)
            case ["jobs", id]:
                return await self.jobs.one(call, id)
            case ["jobs", id, "results"]:
                return await self.jobs.results(call, id)
        raise nothing()

    async def _pictured(self, call: Call, parts: list[str]) -> None:
        """Maps, styles and tile matrix sets of the whole."""
        match parts:
            case ["map"]:
                return await self.maps.whole(call)
            case ["styles"]:
                return await self.styles.listed(call)
            case ["styles", id]:
                return await self.styles.style(call, id)
            case ["styles", id, "metadata"]:
                return await self.styles.metadata(call, id)
            case ["styles", id, "map"]:
                return await self.maps.styled(call, id)
            case ["tileMatrixSets"]:
                return await self.tilesets.sets(call)
            case ["tileMatrixSets", tms]:
                return await self.tilesets.matrix_set(call, tms)
        raise nothing()

    async def _of_collection(self, call: Call, layer: Layer, what: str, rest: list[str]) -> None:
        """Maps, styles and tiles of one collection."""
        match [what, *rest]:
            case ["map"]:
                return await self.maps.one(call, layer)
            case ["tiles" | "map", *more] if what == "tiles" or more[0] == "tiles":
                drawn = what == "map"
                match more[1:] if drawn else more:
                    case []:
                        return await self.tilesets.tilesets(call, layer, drawn)
                    case [tms]:
                        return await self.tilesets.tileset(call, layer, tms, drawn)
                    case [tms, z, row, col]:
                        answer_ = self.tilesets.map_tile if drawn else self.tilesets.tile
                        return await answer_(call, layer, tms, (z, row, col))
            case ["styles"]:
                return await self.styles.listed(call, layer)
            case ["styles", style]:
                return await self.styles.style(call, style, layer)
            case ["styles", style, "metadata"]:
                return await self.styles.metadata(call, style, layer)
            case ["styles", style, "map"]:
                return await self.maps.one(call, layer, theme_of(style, layer))
        raise nothing()

    async def _describe(self, call: Call, parts: list[str]) -> None:
        """What there is and how it is asked for."""
        call.reads()
        call.only()
        clearance, bridge = call.viewer.clearance, describing()
        match parts:
            case []:
                status, said = bridge.landing(clearance, call.base, call.language)
                said["links"] += landing_links(call)
                return await call.describe(said, status)
            case ["conformance"]:
                return await call.describe({"conformsTo": list(CLASSES)})
            case ["openapi"] | ["api"]:
                return await self._openapi(call)
            case ["collections"]:
                return await self._collections(call)
            case ["collections", id]:
                return await call.describe(await self._collection(call, visible(id, call)))
            case ["collections", id, "schema"] if (layer := visible(id, call)).raster:
                return await self.coverages.schema(call, layer)
            case ["collections", id, ("schema" | "queryables") as what]:
                if undeclared(layer := visible(id, call, raster=False)):
                    return await call.describe(schema(layer, call, what), content_type=SCHEMA)
                status, said = getattr(bridge, what)(id, clearance, call.base, call.language)
                return await call.describe(said, status, SCHEMA)
        raise nothing()

    async def _openapi(self, call: Call) -> None:
        from gis.ogc.openapi import document

        if call.wants_html:
            return await answer.send(call.send, 302, extra={"location": f"{call.base}/api/docs"})
        body = document(call.viewer, call.base)
        await call.describe(body, content_type="application/vnd.oai.openapi+json;version=3.0")

    async def _collections(self, call: Call) -> None:
        _, said = describing().collections(call.viewer.clearance, call.base, call.language)
        features = {one["id"]: one for one in said["collections"]}
        seen = register.seen_by(call.viewer)
        said["collections"] = [await self._collection(call, layer, features.get(layer.id)) for layer in seen]
        said["collections"].append(await self.records.described(call))
        await call.describe(said)

    async def _collection(self, call: Call, layer: Layer, said: Json | None = None) -> Json:
        """One collection: features as pygeoapi describes them, surfaces as we do, with links to all their forms."""
        if layer.raster:
            said = await self.coverages.described(call, layer)
        else:
            if undeclared(layer):
                said = described(layer, call)
            elif said is None:
                clearance = call.viewer.clearance
                _, said = describing().described(layer.id, clearance, call.base, call.language)
            extent = await self.core.extent(layer, call)
            said = said | {"extent": extent, "attribution": layer.attribution.zh}
        said["links"] += collection_links(layer, call, self.tilesets.tiles is not None)
        return said


def nothing() -> OgcProblem:
    return OgcProblem(404, "There is nothing here; begin at /ogc.", "NotFound")


def describing() -> ModuleType:
    """What describes collections. It takes a second to import, for which the first tile does not wait."""
    from gis.ogc import bridge

    return bridge
