"""Tiles as OGC API says it: tile matrix sets, tilesets, tiles by row and column.

Tiles of features and surfaces are the tile server's own, byte for byte. Tiles of maps are drawn like any other map.
"""

from __future__ import annotations

from gis.ogc.call import Call, Json
from gis.ogc.core import Core
from gis.ogc.crs import BY_NAME
from gis.ogc.drawing.frame import Frame
from gis.ogc.maps import PNG, MapRequest, Maps, read_background, read_theme
from gis.ogc.problem import OgcProblem
from gis.ogc.request import read_interval
from layers.registry.layer import Layer
from tilesrv import sets
from tilesrv.answer import Problem
from tilesrv.app import MVT, RASTER_PARAMETERS, TileServer
from tilesrv.asking import PARAMETERS
from tilesrv.grid import SETS, MatrixSet, Tile

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
SIZE = 256


class Tilesets:
    def __init__(self, core: Core, maps: Maps, tiles: TileServer | None) -> None:
        self.core, self.maps, self.tiles = core, maps, tiles

    async def sets(self, call: Call) -> None:
        call.reads()
        call.only()
        await call.describe({"title": "Tile matrix sets", "tileMatrixSets": sets.tile_matrix_sets(call.base)})

    async def matrix_set(self, call: Call, id: str) -> None:
        call.reads()
        call.only()
        _known(id)
        await call.describe(sets.tile_matrix_set(id))

    async def tilesets(self, call: Call, layer: Layer, drawn: bool) -> None:
        """The tilesets of a collection: of its data, or of the map of it."""
        self._served(drawn)
        call.reads()
        call.only()
        here = _here(layer, drawn)
        listed = [self._said(call, layer, tms, drawn) for tms in SETS]
        title = f"{layer.title.get(call.language)}: tiles"
        await call.describe({"title": title, "links": [call.link("self", here)], "tilesets": listed})

    async def tileset(self, call: Call, layer: Layer, tms: str, drawn: bool) -> None:
        self._served(drawn)
        call.reads()
        call.only()
        _known(tms)
        extent = await self.core.extent(layer, call)
        boxes = extent.get("spatial", {}).get("bbox") or [None]
        await call.describe(self._said(call, layer, tms, drawn, boxes[0]))

    def _served(self, drawn: bool) -> None:
        if not drawn and self.tiles is None:
            raise OgcProblem(404, "There is nothing here; begin at /ogc.", "NotFound")

    def _said(
        self, call: Call, layer: Layer, tms: str, drawn: bool, bounds: list[float] | None = None
    ) -> Json:
        """A tileset of the data, or of its map, which differs in kind and address alone."""
        box = (bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None
        said = sets.tileset(layer, tms, call.base, call.viewer, box)
        if drawn:
            here = f"{_here(layer, drawn)}/{tms}"
            item = call.link("item", f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f=png", PNG)
            scheme = call.link(f"{REL}tiling-scheme", f"/tileMatrixSets/{tms}")
            said |= {"dataType": "map", "mediaTypes": [PNG]}
            said["links"] = [call.link("self", here), scheme, item | {"templated": True}]
        if said["dataType"] == "map":
            said["layers"] = [{"id": layer.id, "title": layer.title.get(call.language), "dataType": "map"}]
        return said | {"title": layer.title.get(call.language)}

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
        call.only(*(RASTER_PARAMETERS if layer.raster else PARAMETERS))
        assert self.tiles is not None
        try:
            await self.tiles.tile([layer], tms, (z, col, row), call.asked, call.scope, call.viewer, call.send)
        except Problem as problem:
            codes = {404: "NotFound", 503: "Unavailable", 413: "TooLarge"}
            code = codes.get(problem.status, "InvalidParameterValue")
            raise OgcProblem(problem.status, problem.sentence, code) from problem

    async def map_tile(self, call: Call, layer: Layer, tms: str, place: tuple[str, str, str]) -> None:
        call.reads()
        call.only("datetime", "style", "bgcolor", "transparent")
        _known(tms)
        if (form := call.asked.get("f", "png")) != "png":
            raise OgcProblem(400, f"There is no format “{form[:20]}” for maps; there is png.")
        set_ = SETS[tms]
        box = tile_of(set_, *place).bounds
        asked = MapRequest(
            (layer,),
            Frame(BY_NAME[f"EPSG:{set_.srid}"], box, box, SIZE, SIZE),
            read_theme(call.asked.get("style"), [layer]),
            read_background(call.asked),
            read_interval(call.asked.get("datetime")),
            None,
        )
        picture, _ = await self.maps.draw(call, asked)
        await call.give(picture, PNG)


def tile_of(set: MatrixSet, z: str, row: str, col: str) -> Tile:
    numbers = [int(t) if t.isascii() and t.isdigit() and len(t) < 10 else None for t in (z, col, row)]
    try:
        match numbers:
            case [int(zoom), int(x), int(y)]:
                return Tile(zoom, x, y, set)
        raise ValueError("tile matrix, row and column are whole numbers")
    except ValueError as wrong:
        raise OgcProblem(400, f"There is no such tile: {wrong}.") from wrong


def _known(tms: str) -> None:
    if tms not in SETS:
        listed = ", ".join(SETS)
        raise OgcProblem(
            404, f"There is no tile matrix set “{tms[:40]}” here; there are {listed}.", "NotFound"
        )


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
    }
    for tms in SETS:
        out[f"/tileMatrixSets/{tms}"] = {"get": _get(tms, f"set_{tms}", [], "application/json")}
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
            for tms in SETS:
                about = _get(f"About {name}", f"{kind}_{layer.id}_{tms}", [layer.id], json_)
                one = _get(f"One of the {name}", f"{kind}_{layer.id}_{tms}_one", [layer.id], form)
                one["parameters"] = [
                    _parameter(n, "path", "integer") for n in ("tileMatrix", "tileRow", "tileCol")
                ]
                one["parameters"] += [_parameter(n, "query", "string") for n in more]
                out[f"{here}/{tms}"] = {"get": about}
                out[f"{here}/{tms}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"] = {"get": one}
    return out


def _get(summary: str, operation: str, tags: list[str], form: str) -> Json:
    schema = {"type": "object"} if form.endswith("json") else {"type": "string", "format": "binary"}
    done = {"200": {"description": "As asked.", "content": {form: {"schema": schema}}}}
    return {"summary": summary, "operationId": operation, "tags": tags, "responses": done}


def _parameter(name: str, place: str, kind: str) -> Json:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": kind}}
