"""Tiles as OGC API says it: tile matrix sets, tilesets, tiles by row and column.

Tiles of features and surfaces are the tile server's own, byte for byte; it is asked in its own words, and
this is the only place that knows them. Tiles of maps are drawn like any other map.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from gis.ogc.call import Call, Json
from gis.ogc.core import Core
from gis.ogc.crs import BY_NAME, CRS84
from gis.ogc.drawing.frame import Frame
from gis.ogc.maps import PNG, MapRequest, Maps, read_background, read_theme
from gis.ogc.problem import OgcProblem
from gis.ogc.request import read_interval
from layers.registry.layer import Layer
from tilesrv.answer import Scope
from tilesrv.app import MVT, TileServer
from tilesrv.grid import HALF, Tile

QUAD = "WebMercatorQuad"
URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
MERCATOR = BY_NAME["EPSG:3857"]
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
DEEPEST, SIZE = 24, 256
STANDARD_PIXEL = 0.00028


def web_mercator_quad() -> Json:
    """The definition, as OGC's Two Dimensional Tile Matrix Set 2.0 writes it."""
    matrices = []
    for z in range(DEEPEST + 1):
        cell = 2 * HALF / SIZE / 2**z
        matrices.append(
            {
                "id": str(z),
                "scaleDenominator": cell / STANDARD_PIXEL,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-HALF, HALF],
                "tileWidth": SIZE,
                "tileHeight": SIZE,
                "matrixWidth": 2**z,
                "matrixHeight": 2**z,
            }
        )
    return {
        "id": QUAD,
        "title": "Google Maps Compatible for the World",
        "uri": URI,
        "crs": MERCATOR.uri,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    }


class Tilesets:
    def __init__(self, core: Core, maps: Maps, tiles: TileServer | None) -> None:
        self.core, self.maps, self.tiles = core, maps, tiles

    async def sets(self, call: Call) -> None:
        call.reads()
        call.only()
        links = [call.link("self", f"/tileMatrixSets/{QUAD}")]
        one = {
            "id": QUAD,
            "title": web_mercator_quad()["title"],
            "uri": URI,
            "crs": MERCATOR.uri,
            "links": links,
        }
        await call.describe({"title": "Tile matrix sets", "tileMatrixSets": [one]})

    async def matrix_set(self, call: Call, id: str) -> None:
        call.reads()
        call.only()
        _known(id)
        await call.describe(web_mercator_quad())

    async def tilesets(self, call: Call, layer: Layer, drawn: bool) -> None:
        """The tilesets of a collection: of its data, or of the map of it."""
        self._served(drawn)
        call.reads()
        call.only()
        here = _here(layer, drawn)
        one = self._said(call, layer, drawn)
        title = f"{layer.title.get(call.language)}: tiles"
        await call.describe({"title": title, "links": [call.link("self", here)], "tilesets": [one]})

    async def tileset(self, call: Call, layer: Layer, tms: str, drawn: bool) -> None:
        self._served(drawn)
        call.reads()
        call.only()
        _known(tms)
        said = self._said(call, layer, drawn)
        extent = await self.core.extent(layer, call)
        if box := extent.get("spatial", {}).get("bbox"):
            west, south, east, north = box[0]
            said["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
        part: Json = {"id": layer.id, "title": layer.title.get(call.language), "dataType": said["dataType"]}
        if not drawn and not layer.raster:
            part["geometryDimension"] = {"point": 0, "line": 1, "polygon": 2}[str(layer.geometry)]
        part |= {"minTileMatrix": str(layer.zooms[0]), "maxTileMatrix": str(layer.zooms[1])}
        said["layers"] = [part]
        await call.describe(said)

    def _served(self, drawn: bool) -> None:
        if not drawn and self.tiles is None:
            raise OgcProblem(404, "There is nothing here; begin at /ogc.", "NotFound")

    def _said(self, call: Call, layer: Layer, drawn: bool) -> Json:
        here = f"{_here(layer, drawn)}/{QUAD}"
        vector = not drawn and not layer.raster
        kind, form = (MVT, "mvt") if vector else (PNG, "png")
        item = call.link("item", f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={form}", kind)
        return {
            "title": layer.title.get(call.language),
            "dataType": "vector" if vector else "map",
            "crs": MERCATOR.uri,
            "tileMatrixSetId": QUAD,
            "tileMatrixSetURI": URI,
            "links": [
                call.link("self", here),
                call.link(f"{REL}tiling-scheme", f"/tileMatrixSets/{QUAD}"),
                item | {"templated": True},
            ],
        }

    # tiles

    async def tile(self, call: Call, layer: Layer, tms: str, place: tuple[str, str, str]) -> None:
        """A tile of the data, as the tile server makes it; what it refuses is said in OGC's form."""
        self._served(drawn=False)
        call.reads()
        _known(tms)
        form = "png" if layer.raster else "mvt"
        if (said := call.asked.get("f", form)) != form and not (form == "mvt" and said == "pbf"):
            raise OgcProblem(400, f"There is no format “{said[:20]}” for these tiles; there is {form}.")
        z, row, col = place
        asked = {k: v for k, v in call.asked.items() if k not in ("f", "lang")}
        path = f"/tiles/{layer.id}/{z}/{col}/{row}.{form}"
        scope: Scope = call.scope | {"path": path, "query_string": urlencode(asked).encode()}
        said_: list[dict[str, Any]] = []

        async def hear(message: dict[str, Any]) -> None:
            said_.append(message)

        assert self.tiles is not None
        await self.tiles(scope, call.receive, hear)
        if (status := said_[0]["status"]) >= 400:
            raise refusal(status, said_[1]["body"])
        for message in said_:
            await call.send(message)

    async def map_tile(self, call: Call, layer: Layer, tms: str, place: tuple[str, str, str]) -> None:
        call.reads()
        call.only("datetime", "style", "bgcolor", "transparent")
        _known(tms)
        if (form := call.asked.get("f", "png")) != "png":
            raise OgcProblem(400, f"There is no format “{form[:20]}” for maps; there is png.")
        box = tile_of(*place).bounds
        asked = MapRequest(
            (layer,),
            Frame(MERCATOR, box, box, SIZE, SIZE),
            read_theme(call.asked.get("style"), [layer]),
            read_background(call.asked),
            read_interval(call.asked.get("datetime")),
            None,
        )
        picture, _ = await self.maps.draw(call, asked)
        await call.give(picture, PNG)


def refusal(status: int, body: bytes) -> OgcProblem:
    codes = {404: "NotFound", 503: "Unavailable", 413: "TooLarge"}
    return OgcProblem(status, json.loads(body)["detail"], codes.get(status, "InvalidParameterValue"))


def tile_of(z: str, row: str, col: str) -> Tile:
    numbers = [int(t) if t.isascii() and t.isdigit() and len(t) < 10 else None for t in (z, col, row)]
    try:
        match numbers:
            case [int(zoom), int(x), int(y)]:
                return Tile(zoom, x, y)
        raise ValueError("tile matrix, row and column are whole numbers")
    except ValueError as wrong:
        raise OgcProblem(400, f"There is no such tile: {wrong}.") from wrong


def _known(tms: str) -> None:
    if tms != QUAD:
        raise OgcProblem(404, f"There is no tile matrix set “{tms[:40]}” here; there is {QUAD}.", "NotFound")


def _here(layer: Layer, drawn: bool) -> str:
    return f"/collections/{layer.id}/{'map/tiles' if drawn else 'tiles'}"


def links(layer: Layer, call: Call, served: bool) -> list[Json]:
    kind = "tilesets-map" if layer.raster else "tilesets-vector"
    own = [call.link(REL + kind, _here(layer, False))] if served else []
    return [*own, call.link(f"{REL}tilesets-map", _here(layer, True))]


def paths(layers: list[Layer]) -> Json:
    """The part of the OpenAPI document that says where tiles are."""
    out: Json = {
        "/tileMatrixSets": {"get": _get("Tile matrix sets", "tileMatrixSets", [], "application/json")},
        f"/tileMatrixSets/{QUAD}": {"get": _get("Web Mercator", "webMercatorQuad", [], "application/json")},
    }
    for layer in layers:
        for drawn in (False, True):
            here, kind = _here(layer, drawn), "map_tiles" if drawn else "tiles"
            name = f"{'map tiles' if drawn else 'tiles'} of {layer.title.en}"
            form = MVT if not drawn and not layer.raster else PNG
            more = (
                ["datetime", "style"]
                if drawn
                else ["datetime", *([] if layer.raster else ["filter", "fields"])]
            )
            json_ = "application/json"
            out[here] = {"get": _get(f"About {name}", f"{kind}_{layer.id}", [layer.id], json_)}
            out[f"{here}/{QUAD}"] = {
                "get": _get(f"About {name}", f"{kind}_{layer.id}_quad", [layer.id], json_)
            }
            one = _get(f"One of the {name}", f"{kind}_{layer.id}_one", [layer.id], form)
            one["parameters"] = [
                _parameter(n, "path", "integer") for n in ("tileMatrix", "tileRow", "tileCol")
            ]
            one["parameters"] += [_parameter(n, "query", "string") for n in more]
            out[f"{here}/{QUAD}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = {"get": one}
    return out


def _get(summary: str, operation: str, tags: list[str], form: str) -> Json:
    schema = {"type": "object"} if form.endswith("json") else {"type": "string", "format": "binary"}
    done = {"200": {"description": "As asked.", "content": {form: {"schema": schema}}}}
    return {"summary": summary, "operationId": operation, "tags": tags, "responses": done}


def _parameter(name: str, place: str, kind: str) -> Json:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}
