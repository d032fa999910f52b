"""`/ogc`: which part of the OGC APIs answers which path, and what becomes of trouble, as a bare ASGI application.

Every refusal is a JSON document with a sentence; a statement that runs too long is ended and says so.
"""

from __future__ import annotations

import asyncio
from types import ModuleType

import psycopg
from psycopg_pool import PoolTimeout

from gis.ogc.call import SCHEMA, Call, Json, refuse
from gis.ogc.conformance import CLASSES
from gis.ogc.core import Core, OnRead, visible
from gis.ogc.downloads import Downloads, downloads
from gis.ogc.features import Features
from gis.ogc.jobs import Jobs
from gis.ogc.problem import OgcProblem
from gis.ogc.processes import Processes
from gis.ogc.records import Records, links
from gis.ogc.request import parameters
from layers.access import Refused
from layers.registry.layer import Layer
from tilesrv import answer
from tilesrv.answer import Receive, Scope, Send


class Ogc:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read."""

    def __init__(self, on_read: OnRead | None = None) -> None:
        self.core = Core(on_read)
        self.features = Features(self.core)
        self.downloads = Downloads(self.core)
        self.processes = Processes(self.core)
        self.jobs = Jobs(self.core)
        self.records = Records(self.core)
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
        except (psycopg.OperationalError, PoolTimeout):
            await refuse(
                send, OgcProblem(503, "The database does not answer; try again shortly.", "Unavailable")
            )

    async def _route(self, call: Call) -> None:
        parts = [p for p in call.scope["path"].split("/") if p][1:]
        match parts:
            case ["collections", "catalogue"]:
                return await self.records.collection(call)
            case ["collections", "catalogue", "items"]:
                return await self.records.items(call)
            case ["collections", "catalogue", "items", id]:
                return await self.records.item(call, id)
            case ["collections", "catalogue", "queryables"]:
                return await self.records.queryables(call)
            case ["collections", "catalogue", "sortables"]:
                return await self.records.sortables(call)
            case ["catalogue.jsonld" | "catalogue.ttl" | "catalogue.rdf" as name]:
                return await self.records.linked(call, name)
            case ["collections", id, "items"]:
                return await self.features.items(call, visible(id, call, raster=False))
            case ["collections", id, "items", fid]:
                return await self.features.item(call, visible(id, call, raster=False), fid)
            case ["collections", id, "download"]:
                return await self.downloads.answer(call, visible(id, call, raster=False))
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
        await self._describe(call, parts)

    async def _describe(self, call: Call, parts: list[str]) -> None:
        """What there is and how it is asked for."""
        call.reads()
        call.only()
        clearance, bridge = call.viewer.clearance, describing()
        match parts:
            case []:
                status, said = bridge.landing(clearance, call.base, call.language)
                rel = "http://www.opengis.net/def/rel/ogc/1.0/ogc-catalog"
                said["links"] += [call.link(rel, "/collections/catalogue"), *links(call)]
                return await call.describe(said, status)
            case ["conformance"]:
                return await call.describe({"conformsTo": list(CLASSES)})
            case ["openapi"] | ["api"]:
                return await self._openapi(call)
            case ["collections"]:
                return await self._collections(call)
            case ["collections", id]:
                layer = visible(id, call, raster=False)
                _, said = bridge.described(id, clearance, call.base, call.language)
                await self._complete(said, layer, call)
                return await call.describe(said)
            case ["collections", id, ("schema" | "queryables") as what]:
                visible(id, call, raster=False)
                status, said = getattr(bridge, what)(id, clearance, call.base, call.language)
                return await call.describe(said, status, SCHEMA)
        raise OgcProblem(404, "There is nothing here; begin at /ogc.", "NotFound")

    async def _complete(self, said: Json, layer: Layer, call: Call) -> None:
        """What the description of a collection lacks: figures from the database, and ways to take all of it."""
        said |= {"extent": await self.core.extent(layer, call), "attribution": layer.attribution.zh}
        if not layer.raster:
            said["links"] += downloads(call, layer)

    async def _openapi(self, call: Call) -> None:
        from gis.ogc.openapi import document

        if call.wants_html:
            return await answer.send(call.send, 302, extra={"location": f"{call.base}/api/docs"})
        body = document(call.viewer, call.base)
        await call.describe(body, content_type="application/vnd.oai.openapi+json;version=3.0")

    async def _collections(self, call: Call) -> None:
        _, said = describing().collections(call.viewer.clearance, call.base, call.language)
        for one in said["collections"]:
            await self._complete(one, visible(one["id"], call), call)
        said["collections"].append(await self.records.described(call))
        await call.describe(said)


def describing() -> ModuleType:
    """What describes collections. It takes a second to import, for which the first tile does not wait."""
    from gis.ogc import bridge

    return bridge
