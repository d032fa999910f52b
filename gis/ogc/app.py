"""`/ogc`: routes, formats and errors of the OGC APIs, as a bare ASGI application.

What a viewer may not see answers 404 with the bytes of a collection that does not exist. Every refusal is a
JSON document with a sentence; a statement that runs too long is ended and says so.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.template.loader import render_to_string
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from gis.ogc import edit, items
from gis.ogc.conformance import CLASSES
from gis.ogc.crs import CRS84
from gis.ogc.problem import OgcProblem, not_found
from gis.ogc.request import ItemsRequest, parameters, read, read_crs, token
from layers.access import Refused, Viewer, require
from layers.registry.extent import Extents
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql
from layers.registry.store import pool
from tilesrv import answer
from tilesrv.answer import Receive, Scope, Send

Json = dict[str, Any]
OnRead = Callable[[Viewer, Layer, str], Awaitable[None]]
GEOJSON = "application/geo+json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(slots=True)
class Call:
    """One request, with what every answer needs of it."""

    scope: Scope
    receive: Receive
    send: Send
    viewer: Viewer
    headers: dict[bytes, bytes]
    asked: dict[str, str]
    base: str

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def language(self) -> str:
        wanted = self.asked.get("lang") or self.headers.get(b"accept-language", b"").decode("latin-1")
        return "en-US" if wanted.lower().startswith("en") else "zh-TW"

    @property
    def wants_html(self) -> bool:
        if "f" in self.asked:
            return self.asked["f"] == "html"
        return b"text/html" in self.headers.get(b"accept", b"")

    def header(self, name: str) -> str | None:
        value = self.headers.get(name.encode())
        return value.decode("latin-1") if value is not None else None


class Ogc:
    """`on_read` is awaited before rows of an audited layer are read; if it fails, nothing is read."""

    def __init__(self, on_read: OnRead | None = None) -> None:
        self.on_read = on_read
        self.extents = Extents()
        self._pool: AsyncConnectionPool | None = None
        self._warming: asyncio.Future[ModuleType] | None = None

    async def start(self) -> None:
        self._pool = pool("ogc")
        await self._pool.open()
        self._warming = asyncio.get_running_loop().run_in_executor(None, describing)

    async def stop(self) -> None:
        if self._pool:
            await self._pool.close()

    @property
    def pool(self) -> AsyncConnectionPool:
        assert self._pool is not None, "start() has not been awaited"
        return self._pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            headers = answer.headers(scope)
            base = base_url(scope, headers)
            asked = parameters(scope["query_string"])
            call = Call(scope, receive, send, scope["viewer"], headers, asked, base)
            await self._route(call)
        except OgcProblem as problem:
            await _refuse(send, problem)
        except Refused:
            status = 403 if scope["viewer"].known else 401
            await _refuse(send, OgcProblem(status, "You may not change this collection.", "Forbidden"))
        except psycopg.errors.DataError:
            await _refuse(send, OgcProblem(400, "The request reckons with values that are out of range."))
        except psycopg.errors.QueryCanceled:
            await _refuse(send, OgcProblem(503, "This took too long; ask for less at once.", "Timeout"))
        except (psycopg.OperationalError, PoolTimeout):
            await _refuse(
                send, OgcProblem(503, "The database does not answer; try again shortly.", "Unavailable")
            )

    async def _route(self, call: Call) -> None:
        parts = [p for p in call.scope["path"].split("/") if p][1:]
        clearance, bridge = call.viewer.clearance, describing()
        if parts[:1] != ["collections"] or len(parts) < 3 or parts[2] != "items":
            if call.method not in ("GET", "HEAD"):
                raise OgcProblem(405, "This is only read, with GET.", "MethodNotAllowed")
            if strange := next((p for p in call.asked if p not in ("f", "lang")), None):
                raise OgcProblem(400, f"There is no parameter “{strange[:40]}” here.")
        match parts:
            case []:
                return await self._describe(call, bridge.landing(clearance, call.base, call.language))
            case ["conformance"]:
                return await self._describe(call, (200, {"conformsTo": list(CLASSES)}))
            case ["openapi"] | ["api"]:
                return await self._openapi(call)
            case ["collections"]:
                return await self._collections(call)
            case ["collections", id]:
                layer = self._layer(id, call)
                _, said = bridge.described(id, clearance, call.base, call.language)
                return await self._describe(call, (200, await self._with_extent(said, layer, call)))
            case ["collections", id, ("schema" | "queryables") as what]:
                self._layer(id, call)
                answer_ = getattr(bridge, what)(id, clearance, call.base, call.language)
                return await self._describe(call, answer_, "application/schema+json; charset=utf-8")
            case ["collections", id, "items"]:
                return await self._items(call, self._layer(id, call))
            case ["collections", id, "items", fid]:
                return await self._item(call, self._layer(id, call), fid)
        raise OgcProblem(404, "There is nothing here; begin at /ogc.", "NotFound")

    @staticmethod
    def _layer(id: str, call: Call) -> Layer:
        layer = register.find(id, call.viewer)
        if layer is None or layer.raster:
            raise not_found()
        return layer

    # descriptions

    async def _describe(self, call: Call, said: tuple[int, Json], content_type: str = answer.JSON) -> None:
        status, body = said
        await self._send(call, status, body, content_type)

    async def _send(self, call: Call, status: int, body: Json, content_type: str) -> None:
        if call.wants_html and "json" in content_type and not content_type.startswith("application/vnd"):
            page = await sync_to_async(html, thread_sensitive=False)(body, call)
            return await answer.send(call.send, status, page, HTML, _private(call))
        if call.asked.get("f", "json") not in ("json", "geojson"):
            raise OgcProblem(
                400, f"There is no format “{call.asked['f'][:20]}” here; there are json and html."
            )
        raw = json.dumps(body, ensure_ascii=False, default=str).encode()
        await self._send_raw(call, raw, content_type, status)

    async def _send_raw(
        self, call: Call, raw: bytes, content_type: str, status: int = 200, **more: str
    ) -> None:
        extra = {"etag": etag(raw)} | _private(call) | {k.replace("_", "-"): v for k, v in more.items()}
        if call.header("if-none-match") == extra["etag"] and call.method == "GET":
            return await answer.send(call.send, 304, extra=extra)
        packed = answer.packed(raw) if answer.accepts_gzip(call.headers) else None
        if packed:
            extra["content-encoding"] = "gzip"
        await answer.send(call.send, status, packed or raw, content_type, extra, head=call.method == "HEAD")

    async def _openapi(self, call: Call) -> None:
        from gis.ogc.openapi import document

        body = document(call.viewer, call.base)
        if call.wants_html:
            return await answer.send(call.send, 302, extra={"location": f"{call.base}/api/docs"})
        await self._send(call, 200, body, "application/vnd.oai.openapi+json;version=3.0")

    async def _collections(self, call: Call) -> None:
        _, said = describing().collections(call.viewer.clearance, call.base, call.language)
        said["collections"] = [
            await self._with_extent(one, self._layer(one["id"], call), call) for one in said["collections"]
        ]
        await self._describe(call, (200, said))

    async def _with_extent(self, said: Json, layer: Layer, call: Call) -> Json:
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
        return said | {"extent": extent, "attribution": layer.attribution.zh}

    # features

    async def _items(self, call: Call, layer: Layer) -> None:
        if call.method == "OPTIONS":
            return await _options(call, edit.allowed(layer, call.viewer, item=False))
        if call.method == "POST":
            require(call.viewer, "edit", layer)
            body = await _body(call)
            fid = await sync_to_async(edit.create)(layer, call.viewer, body)
            place = f"{call.base}/ogc/collections/{layer.id}/items/{fid}"
            return await answer.send(call.send, 201, extra={"location": place, "etag": '"1"'})
        if call.method not in ("GET", "HEAD"):
            raise OgcProblem(405, "A collection is read with GET and added to with POST.", "MethodNotAllowed")
        asked = read(layer, call.viewer, call.asked)
        form = call.asked.get("f") or ("html" if call.wants_html else "json")
        if form not in ("json", "geojson", "html", "csv"):
            raise OgcProblem(400, f"There is no format “{form[:20]}” here; there are json, html and csv.")
        await self._note(call, layer, f"items {urlencode(call.asked)}")
        if asked.hits:
            n = (await self._fetch(items.count(asked, call.viewer.clearance, None)))[0][0]
            hits = {"type": "FeatureCollection", "numberMatched": n, "numberReturned": 0, "features": []}
            return await self._send_raw(call, json.dumps(hits).encode(), GEOJSON)
        if form == "csv":
            return await self._csv(call, asked)
        rows = await self._fetch(items.page(asked, call.viewer.clearance))
        more = len(rows) > asked.limit
        rows = rows[: asked.limit]
        tail: Json = {"numberReturned": len(rows), "links": self._links(call, asked, rows if more else None)}
        matched = await self._matched(call, asked, len(rows), more)
        if matched is not None:
            tail["numberMatched"] = matched
        text = ",".join(row[-1] for row in rows)
        whole = f'{{"type":"FeatureCollection","features":[{text}],{json.dumps(tail, ensure_ascii=False)[1:]}'
        if form == "html":
            return await self._send(
                call, 200, json.loads(whole) | {"title": layer.title.zh, "layer": layer.id}, answer.JSON
            )
        await self._send_raw(call, whole.encode(), GEOJSON, content_crs=f"<{asked.crs.uri}>")

    async def _matched(self, call: Call, asked: ItemsRequest, returned: int, more: bool) -> int | None:
        """Exact or not said: counting stops at a bound, because a wrong number is worse than none."""
        if asked.after is None and not more:
            return returned
        found = (await self._fetch(items.count(asked, call.viewer.clearance, items.COUNT_UP_TO)))[0][0]
        return int(found) if found <= items.COUNT_UP_TO else None

    async def _csv(self, call: Call, asked: ItemsRequest) -> None:
        values = items.as_csv(asked.layer, asked.fields, asked.crs)
        rows = (await self._fetch(items.page(asked, call.viewer.clearance, values)))[: asked.limit]
        raw = items.write_csv(asked.layer, asked.fields, rows, 1 + len(asked.order))
        name = f'attachment; filename="{asked.layer.id}.csv"'
        await self._send_raw(call, raw, "text/csv; charset=utf-8", content_disposition=name)

    def _links(self, call: Call, asked: ItemsRequest, rows: list[Any] | None) -> list[Json]:
        here = f"{call.base}/ogc/collections/{asked.layer.id}"

        def link(rel: str, type_: str, **changes: str) -> Json:
            query = {k: v for k, v in call.asked.items() if k not in ("f", *changes)} | changes
            return {"rel": rel, "type": type_, "href": f"{here}/items?{urlencode(query)}"}

        out = [
            link("self", "application/geo+json", f="json"),
            link("alternate", "text/html", f="html"),
            link("alternate", "text/csv", f="csv"),
            {"rel": "collection", "type": "application/json", "href": here},
        ]
        if rows:
            last = rows[-1]
            out.append(link("next", "application/geo+json", after=token([*last[1:-1], last[0]])))
        return out

    async def _item(self, call: Call, layer: Layer, fid: str) -> None:
        if not fid.isascii() or not fid.isdigit() or len(fid) > 18:
            raise OgcProblem(404, "There is no such feature.", "NotFound")
        if call.method == "OPTIONS":
            return await _options(call, edit.allowed(layer, call.viewer, item=True))
        if call.method in ("PUT", "PATCH", "DELETE"):
            require(call.viewer, "edit", layer)
            return await self._write(call, layer, int(fid))
        if call.method not in ("GET", "HEAD"):
            raise OgcProblem(405, "A feature is read, replaced, updated or deleted.", "MethodNotAllowed")
        if strange := next((p for p in call.asked if p not in ("f", "lang", "crs")), None):
            raise OgcProblem(400, f"There is no parameter “{strange[:40]}” here.")
        crs = read_crs(call.asked.get("crs"), "crs")
        await self._note(call, layer, f"item {fid}")
        rows = await self._fetch(items.one(layer, call.viewer.clearance, crs, int(fid)))
        if not rows:
            raise OgcProblem(404, "There is no such feature.", "NotFound")
        here = f"{call.base}/ogc/collections/{layer.id}"
        links = [
            {"rel": "self", "type": "application/geo+json", "href": f"{here}/items/{fid}"},
            {"rel": "alternate", "type": "text/html", "href": f"{here}/items/{fid}?f=html"},
            {"rel": "collection", "type": "application/json", "href": here},
        ]
        if call.wants_html:
            body = json.loads(rows[0][0]) | {"links": links, "title": layer.title.zh, "layer": layer.id}
            return await self._send(call, 200, body, answer.JSON)
        raw = f'{rows[0][0][:-1]}, "links": {json.dumps(links)}}}'.encode()
        version = f'"{rows[0][1]}"'
        await self._send_raw(call, raw, GEOJSON, etag=version, content_crs=f"<{crs.uri}>")

    async def _write(self, call: Call, layer: Layer, fid: int) -> None:
        body, match = await _body(call), call.header("if-match")
        if call.method == "DELETE":
            await sync_to_async(edit.delete)(layer, call.viewer, fid, match)
            return await answer.send(call.send, 204)
        version = await sync_to_async(edit.change)(layer, call.viewer, fid, body, match, call.method == "PUT")
        await answer.send(call.send, 204, extra={"etag": f'"{version}"'})

    async def _note(self, call: Call, layer: Layer, what: str) -> None:
        if layer.audited and self.on_read:
            await self.on_read(call.viewer, layer, what)

    async def _fetch(self, sql: Sql) -> list[Any]:
        async with self.pool.connection() as line:
            return await (await line.execute(sql.text.encode(), sql.params)).fetchall()


def describing() -> ModuleType:
    """What describes collections. It takes a second to import, for which the first tile does not wait."""
    from gis.ogc import bridge

    return bridge


async def _body(call: Call) -> bytes:
    """The body, bounded; a browser session must come from our own pages."""
    if call.header("authorization") is None:
        origin = call.header("origin")
        host = call.header("host")
        same = call.header("sec-fetch-site") in ("same-origin", "none")
        if origin is not None:
            same = urlsplit(origin).netloc == host or origin in settings.CSRF_TRUSTED_ORIGINS
        if not same:
            raise OgcProblem(403, "Changes from other sites need a token.", "Forbidden")
    parts, size = [], 0
    while True:
        message = await call.receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > edit.MOST_BYTES:
            raise OgcProblem(413, f"A feature is at most {edit.MOST_BYTES:,} bytes.", "TooLarge")
        parts.append(chunk)
        if not message.get("more_body"):
            return b"".join(parts)


async def _options(call: Call, methods: list[str]) -> None:
    await answer.send(call.send, 204, extra={"allow": ", ".join(methods)})


async def _refuse(send: Send, problem: OgcProblem) -> None:
    raw = json.dumps(problem.body, ensure_ascii=False, default=str).encode()
    extra = {"cache-control": "no-store"}
    if problem.status == 401:
        extra["www-authenticate"] = "Bearer"
    await answer.send(send, problem.status, raw, answer.JSON, extra)


def etag(raw: bytes) -> str:
    return f'"{hashlib.blake2b(raw, digest_size=12).hexdigest()}"'


def _private(call: Call) -> dict[str, str]:
    keep = "private, no-cache" if call.viewer.known else "public, no-cache"
    return {"cache-control": keep, "vary": "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"}


def html(body: Json, call: Call) -> bytes:
    context = {
        "body": body,
        "base": call.base,
        "english": call.language == "en-US",
        "path": call.scope["path"],
    }
    if "features" in body:
        context["columns"] = list(body["features"][0]["properties"]) if body["features"] else []
    context["text"] = json.dumps(body, ensure_ascii=False, indent=2, default=str)[:200_000]
    return render_to_string("ogc/page.html", context).encode()


def base_url(scope: Scope, headers: dict[bytes, bytes]) -> str:
    host = headers.get(b"host", b"").decode("latin-1")
    if settings.SECURE or not host:
        return str(settings.BASE_URL)
    return f"{scope.get('scheme', 'http')}://{host}"
