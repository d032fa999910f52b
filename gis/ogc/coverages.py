"""Surfaces as collections: what they hold, and their cells as GeoTIFF or CoverageJSON.

A time chooses the surface in force. The ETag is that of the file and the question, so that an unchanged
answer costs no reading.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any
from urllib.parse import urlencode

from gis.ogc import coverage_read
from gis.ogc.call import SCHEMA, Call, Json
from gis.ogc.core import Core
from gis.ogc.coverage_request import BAND, TYPES, read
from gis.ogc.crs import ALL, CRS84
from gis.ogc.problem import OgcProblem
from layers.registry import raster as store
from layers.registry.cards import cards
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Interval
from layers.registry.style import Surface
from tilesrv import answer, raster

AT_ONCE = 2
COVERAGE_REL = "http://www.opengis.net/def/rel/ogc/1.0/coverage"
SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"


class Coverages:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def coverage(self, call: Call, layer: Layer) -> None:
        call.reads()
        asked = read(call)
        await self.core.note(call, layer, f"coverage {urlencode(call.asked)}")
        source = raster.pick(layer, asked.interval)
        if source is None:
            raise OgcProblem(404, _none(layer, asked.interval), "NoData")
        seed = f"{register.version}/{source.path.name}/{source.stamp}/{asked}"
        tag = f'"{hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()}"'
        if call.header("if-none-match") == tag:
            return await answer.send(call.send, 304, extra={"etag": tag} | call.caching())
        async with self._turns:
            raw, grid = await asyncio.to_thread(coverage_read.extract, layer, source, asked)
        end = "tif" if asked.form == "geotiff" else "covjson"
        name = f'attachment; filename="{layer.id}_{source.path.stem}.{end}"'
        more = {"etag": tag, "content_crs": f"<{grid.crs.uri}>"}
        if asked.form == "geotiff":
            more["content_disposition"] = name
        await call.give(raw, TYPES[asked.form], 200, **more)

    async def schema(self, call: Call, layer: Layer) -> None:
        call.only()
        await call.describe(schema(layer, call), content_type=SCHEMA)

    async def described(self, call: Call, layer: Layer) -> Json:
        """The collection, as `/ogc/collections` lists it."""
        here = f"/collections/{layer.id}"
        links = [
            call.link("self", here),
            call.link("alternate", f"{here}?f=html", "text/html"),
            call.link(COVERAGE_REL, f"{here}/coverage?f=geotiff", TYPES["geotiff"], "GeoTIFF"),
            call.link(COVERAGE_REL, f"{here}/coverage?f=covjson", TYPES["covjson"], "CoverageJSON"),
            call.link(SCHEMA_REL, f"{here}/schema", "application/schema+json"),
            _about(f"{call.base}/layers/{layer.id}", layer, call),
        ]
        extent = await self.core.extent(layer, call)
        out: Json = {
            "id": layer.id,
            "title": layer.title.get(call.language),
            "description": layer.description.get(call.language),
            "keywords": [layer.title.get(call.language)],
            "layerDataType": "Coverage",  # the word by which GDAL passes it by when it looks for features
            "links": links,
            "extent": extent,
            "crs": list(dict.fromkeys([CRS84.uri, *(c.uri for c in ALL)])),
            "attribution": layer.attribution.zh,
        }
        found = store.periods(layer.id)
        if found:
            grid = await asyncio.to_thread(coverage_read.described, found[-1])
            out["storageCrs"] = grid.crs.uri
            sizes = [(grid.width, grid.transform.a), (grid.height, grid.transform.e)]
            extent["spatial"] |= {
                "storageCrsBbox": [list(grid.box)],
                "grid": [{"cellsCount": n, "resolution": abs(step)} for n, step in sizes],
            }
            days = [p.start.isoformat() for p in found]
            extent["temporal"] |= {"grid": {"cellsCount": len(days), "coordinates": days}}
            out["hitRates"] = [
                {"start": card.start.isoformat(), "end": card.end.isoformat(), **card.scores}
                for card in cards(layer.id)
                if card.scores
            ]
        return out


def _about(href: str, layer: Layer, call: Call) -> Json:
    return {"rel": "about", "type": "text/html", "href": href, "title": layer.title.get(call.language)}


def _none(layer: Layer, interval: Interval | None) -> str:
    found = store.periods(layer.id)
    if not found or interval is None:
        return "This coverage has no surface yet."
    return f"No surface is in force then; they reach from {found[0].start} to {found[-1].end}."


def schema(layer: Layer, call: Call) -> Json:
    """The one field of a surface, as JSON Schema."""
    assert layer.raster is not None
    said = next((m.label for m in layer.style.marks if isinstance(m, Surface)), layer.title)
    field: Json = {"title": said.get(call.language), "type": "number", "x-ogc-propertySeq": 1}
    if layer.raster.unit:
        field["x-ogc-unit"] = layer.raster.unit
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{call.base}/ogc/collections/{layer.id}/schema",
        "type": "object",
        "title": layer.title.get(call.language),
        "properties": {BAND: field},
    }


def paths(layers: list[Layer]) -> Json:
    """The part of the OpenAPI document that says how coverages are asked for."""
    out: Json = {}
    for layer in layers:
        if not layer.raster:
            continue
        here = f"/collections/{layer.id}"
        out[here] = {"get": _get(f"About {layer.title.en}", f"describe_{layer.id}", layer, [])}
        out[f"{here}/schema"] = {"get": _get("Its field", f"schema_{layer.id}", layer, [])}
        get = _get(f"The cells of {layer.title.en}", f"coverage_{layer.id}", layer, list(_SAID.items()))
        binary = {"schema": {"type": "string", "format": "binary"}}
        get["responses"]["200"]["content"] = {
            TYPES["geotiff"]: binary,
            TYPES["covjson"]: {"schema": {"type": "object"}},
        }
        out[f"{here}/coverage"] = {"get": get}
    return out


def _get(summary: str, operation: str, layer: Layer, parameters: list[tuple[str, str]]) -> Json:
    said: list[Any] = [
        {"name": n, "in": "query", "required": False, "description": d, "schema": {"type": "string"}}
        for n, d in parameters
    ]
    done = {
        "200": {"description": "As asked.", "content": {"application/json": {"schema": {"type": "object"}}}}
    }
    return {
        "summary": summary,
        "tags": [layer.id],
        "operationId": operation,
        "parameters": said,
        "responses": done,
    }


_SAID = {
    "bbox": "West, south, east, north.",
    "bbox-crs": "The coordinate system of bbox; CRS84 without.",
    "subset": 'Lat(23.4:23.5),Lon(120.4:120.5),time("2024-01-01"); N and E in metres.',
    "subset-crs": "The coordinate system of subset; CRS84 without.",
    "crs": "The coordinate system of the answer; that of the file without.",
    "datetime": "A time or an interval: the newest surface that is in force then.",
    "properties": BAND,
    "scale-factor": "2 gives half as many cells each way.",
    "scale-axes": "Lat(2),Lon(2).",
    "scale-size": "Lat(100),Lon(100): how many cells.",
    "f": "geotiff or covjson.",
}
