"""The features of a collection: pages of them, one of them, and their changes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async

from gis.ogc import edit, items
from gis.ogc.call import GEOJSON, Call, Json, options
from gis.ogc.core import Core
from gis.ogc.problem import OgcProblem
from gis.ogc.request import ItemsRequest, read, read_crs, token
from layers.access import require
from layers.registry.geojson import fg_head
from layers.registry.layer import Layer
from tilesrv import answer

FORMS = {
    "json": "application/geo+json",
    "geojson": "application/geo+json",
    "jsonfg": "application/vnd.ogc.fg+json",
    "csv": "text/csv",
    "html": "text/html",
}
JSONFG = FORMS["jsonfg"]


class Features:
    def __init__(self, core: Core) -> None:
        self.core = core

    async def items(self, call: Call, layer: Layer) -> None:
        if call.method == "OPTIONS":
            return await options(call, edit.allowed(layer, call.viewer, item=False))
        if call.method == "POST":
            require(call.viewer, "edit", layer)
            body = await call.body()
            fid = await sync_to_async(edit.create)(layer, call.viewer, body, call.header("idempotency-key"))
            place = f"{call.base}/ogc/collections/{layer.id}/items/{fid}"
            return await answer.send(call.send, 201, extra={"location": place, "etag": '"1"'})
        if call.method not in ("GET", "HEAD"):
            raise OgcProblem(405, "A collection is read with GET and added to with POST.", "MethodNotAllowed")
        asked = read(layer, call.viewer, call.asked)
        form = call.form(FORMS)
        await self.core.note(call, layer, f"items {urlencode(call.asked)}")
        if asked.hits:
            n = (await self.core.fetch(items.count(asked, call.viewer.clearance, None)))[0][0]
            hits = {"type": "FeatureCollection", "numberMatched": n, "numberReturned": 0, "features": []}
            return await call.give(json.dumps(hits).encode(), GEOJSON)
        if form == "csv":
            return await self._csv(call, asked)
        values = items.as_fg(asked) if form == "jsonfg" else None
        rows = await self.core.fetch(items.page(asked, call.viewer.clearance, values))
        more = len(rows) > asked.limit
        rows = rows[: asked.limit]
        tail: Json = {"numberReturned": len(rows), "links": self._links(call, asked, rows if more else None)}
        matched = rows[0][-1] if rows else None
        if matched is None:
            matched = await self._matched(call, asked, len(rows), more)
        if matched is not None:
            tail["numberMatched"] = matched
        if form == "jsonfg":
            tail |= fg_head(layer, asked.crs.srid)
        text = ",".join(row[-2] for row in rows)
        whole = f'{{"type":"FeatureCollection","features":[{text}],{json.dumps(tail, ensure_ascii=False)[1:]}'
        if form == "html":
            return await call.describe(json.loads(whole) | {"title": layer.title.zh, "layer": layer.id})
        media = JSONFG if form == "jsonfg" else GEOJSON
        await call.give(whole.encode(), media, content_crs=f"<{asked.crs.uri}>")

    async def _matched(self, call: Call, asked: ItemsRequest, returned: int, more: bool) -> int | None:
        """Exact or not said: counting stops at a bound, because a wrong number is worse than none."""
        if asked.after is None and not more:
            return returned
        found = (await self.core.fetch(items.count(asked, call.viewer.clearance, items.COUNT_UP_TO)))[0][0]
        return int(found) if found <= items.COUNT_UP_TO else None

    async def _csv(self, call: Call, asked: ItemsRequest) -> None:
        values = items.as_csv(asked.layer, asked.fields, asked.crs)
        rows = (await self.core.fetch(items.page(asked, call.viewer.clearance, values)))[: asked.limit]
        raw = items.write_csv(asked.layer, asked.fields, rows, 1 + len(asked.order))
        name = f'attachment; filename="{asked.layer.id}.csv"'
        await call.give(raw, "text/csv; charset=utf-8", content_disposition=name)

    def _links(self, call: Call, asked: ItemsRequest, rows: list[Any] | None) -> list[Json]:
        here = f"{call.base}/ogc/collections/{asked.layer.id}"

        def link(rel: str, type_: str, **changes: str) -> Json:
            query = {k: v for k, v in call.asked.items() if k not in ("f", *changes)} | changes
            return {"rel": rel, "type": type_, "href": f"{here}/items?{urlencode(query)}"}

        out = [
            link("self", "application/geo+json", f="json"),
            link("alternate", "text/html", f="html"),
            link("alternate", "text/csv", f="csv"),
            link("alternate", JSONFG, f="jsonfg"),
            {"rel": "collection", "type": "application/json", "href": here},
        ]
        if rows:
            last = rows[-1]
            out.append(link("next", "application/geo+json", after=token([*last[1:-2], last[0]])))
        return out

    async def item(self, call: Call, layer: Layer, fid: str) -> None:
        if not fid.isascii() or not fid.isdigit() or len(fid) > 18:
            raise OgcProblem(404, "There is no such feature.", "NotFound")
        if call.method == "OPTIONS":
            return await options(call, edit.allowed(layer, call.viewer, item=True))
        if call.method in ("PUT", "PATCH", "DELETE"):
            require(call.viewer, "edit", layer)
            return await self._write(call, layer, int(fid))
        if call.method not in ("GET", "HEAD"):
            raise OgcProblem(405, "A feature is read, replaced, updated or deleted.", "MethodNotAllowed")
        call.only("crs")
        crs = read_crs(call.asked.get("crs"), "crs")
        await self.core.note(call, layer, f"item {fid}")
        form = call.form({k: v for k, v in FORMS.items() if k != "csv"})
        fg = form == "jsonfg"
        rows = await self.core.fetch(items.one(layer, call.viewer.clearance, crs, int(fid), fg))
        if not rows:
            raise OgcProblem(404, "There is no such feature.", "NotFound")
        here = f"{call.base}/ogc/collections/{layer.id}"
        links = [
            {"rel": "self", "type": "application/geo+json", "href": f"{here}/items/{fid}"},
            {"rel": "alternate", "type": "text/html", "href": f"{here}/items/{fid}?f=html"},
            {"rel": "alternate", "type": JSONFG, "href": f"{here}/items/{fid}?f=jsonfg"},
            {"rel": "collection", "type": "application/json", "href": here},
        ]
        if form == "html":
            body = json.loads(rows[0][0]) | {"links": links, "title": layer.title.zh, "layer": layer.id}
            return await call.describe(body)
        more = {"links": links} | (fg_head(layer, crs.srid) if fg else {})
        raw = f"{rows[0][0][:-1]}, {json.dumps(more)[1:]}".encode()
        version = f'"{rows[0][1]}"'
        await call.give(raw, JSONFG if fg else GEOJSON, etag=version, content_crs=f"<{crs.uri}>")

    async def _write(self, call: Call, layer: Layer, fid: int) -> None:
        body, match = await call.body(), call.header("if-match")
        if call.method == "DELETE":
            await sync_to_async(edit.delete)(layer, call.viewer, fid, match)
            return await answer.send(call.send, 204)
        version = await sync_to_async(edit.change)(layer, call.viewer, fid, body, match, call.method == "PUT")
        await answer.send(call.send, 204, extra={"etag": f'"{version}"'})
