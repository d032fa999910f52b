"""Tile matrix sets and tilesets as OGC describes them (Tile Matrix Set and Tileset Metadata 2.0), pure functions.

Two sets are served: the web's own, and one in TWD97 / TM2 (EPSG:3826), Taiwan's own plane, for offices whose
maps and drawings are in it: straight lines there stay straight, and a pixel is a round number of metres.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from layers.access import Viewer
from layers.registry.layer import Layer
from tilesrv.answer import Problem
from tilesrv.grid import SETS, TWD97, WEB, MatrixSet, ends_in
from tilesrv.statement import tile_fields

Json = dict[str, Any]
Bounds = tuple[float, float, float, float]
PIXELS = 256
METRES_PER_PIXEL_OF_THE_STANDARD = 0.00028
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_TITLES = {
    WEB.id: "Google Maps Compatible for the World",
    TWD97.id: "臺灣二度分帶方格 · Taiwan, TWD97 / TM2 zone 121, 4096 m a pixel and halves of it",
}


def find_set(id: str) -> MatrixSet:
    if id not in SETS:
        raise Problem(404, f"There is no tile matrix set “{id[:40]}”; there are {', '.join(SETS)}.")
    return SETS[id]


def uri(set: MatrixSet) -> str:
    """A name for good: registered at OGC, or else where this server describes it."""
    if set is WEB:
        return f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{set.id}"
    return f"{settings.BASE_URL}/ogc/tileMatrixSets/{set.id}"


def crs(set: MatrixSet) -> str:
    return f"http://www.opengis.net/def/crs/EPSG/0/{set.srid}"


def tile_matrix_sets(base: str | None = None) -> list[Json]:
    """All of them, in brief, each with a link to its definition."""
    base = settings.BASE_URL if base is None else base
    return [
        {
            "id": s.id,
            "title": _TITLES[s.id],
            "uri": uri(s),
            "crs": crs(s),
            "links": [_link("self", f"{base}/ogc/tileMatrixSets/{s.id}", "application/json", _TITLES[s.id])],
        }
        for s in SETS.values()
    ]


def tile_matrix_set(id: str) -> Json:
    """The definition; Problem 404 where there is none of this name."""
    found = find_set(id)
    said: Json = {
        "id": found.id,
        "title": _TITLES[found.id],
        "uri": uri(found),
        "crs": crs(found),
        "orderedAxes": ["X", "Y"] if found is WEB else ["E", "N"],
    }
    if found is WEB:
        said["wellKnownScaleSet"] = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
    west, south, east, north = found.box
    said["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": crs(found)}
    said["tileMatrices"] = [_matrix(found, zoom) for zoom in range(found.most + 1)]
    return said


def _matrix(set: MatrixSet, zoom: int) -> Json:
    cell = set.span / PIXELS / 2**zoom
    return {
        "id": str(zoom),
        "scaleDenominator": cell / METRES_PER_PIXEL_OF_THE_STANDARD,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [set.west, set.north],
        "tileWidth": PIXELS,
        "tileHeight": PIXELS,
        "matrixWidth": 2**zoom,
        "matrixHeight": 2**zoom,
    }


def zooms(layer: Layer, set: MatrixSet) -> tuple[int, int]:
    """From which to which matrix the set has tiles of the layer."""
    low, high = layer.zooms
    return max(low - set.shift, 0), max(min(high - set.shift, set.most), 0)


def tileset(layer: Layer, tms: str, base: str, viewer: Viewer, bounds: Bounds | None = None) -> Json:
    """The tiles of a layer in a set, for this viewer; `bounds` (WGS 84) narrows what is said to be there."""
    found = find_set(tms)
    here = f"{base}/ogc/collections/{layer.id}/tiles/{found.id}"
    kind, ending = ("image/png", "png") if layer.raster else ("application/vnd.mapbox-vector-tile", "mvt")
    low, high = zooms(layer, found)
    out: Json = {
        "title": layer.title.zh,
        "description": layer.description.zh,
        "dataType": "map" if layer.raster else "vector",
        "crs": crs(found),
        "tileMatrixSetId": found.id,
        "tileMatrixSetURI": uri(found),
        "attribution": layer.attribution.zh,
        "license": layer.licence,
        "mediaTypes": [kind],
        "links": [
            _link("self", here, "application/json", layer.title.en),
            _link(SCHEME, f"{base}/ogc/tileMatrixSets/{found.id}", "application/json", _TITLES[found.id]),
            _link("item", f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={ending}", kind, "Tiles")
            | {"templated": True},
        ],
        "tileMatrixSetLimits": [_limits(found, zoom, bounds) for zoom in range(low, high + 1)],
    }
    if found is WEB:
        out["links"].append(
            _link("describedby", f"{base}/tiles/{layer.id}.json", "application/json", "TileJSON")
        )
    if bounds:
        west, south, east, north = bounds
        out["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84}
    if not layer.raster:
        out["layers"] = [_layer(layer, viewer, low, high)]
    return out


def _limits(set: MatrixSet, zoom: int, bounds: Bounds | None) -> Json:
    west, south, east, north = ends_in(set, bounds, zoom) if bounds else (0, 2**zoom - 1, 2**zoom - 1, 0)
    return {
        "tileMatrix": str(zoom),
        "minTileRow": north,
        "maxTileRow": south,
        "minTileCol": west,
        "maxTileCol": east,
    }


def _layer(layer: Layer, viewer: Viewer, low: int, high: int) -> Json:
    kinds = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}
    schema: Json = {}
    for field in tile_fields(layer, viewer.clearance, layer.zooms[1]):
        # dates and times travel as whole days, see tilesrv/statement.py
        kind = "integer" if field.resolved in ("date", "datetime") else kinds.get(field.resolved, "string")
        schema[field.name] = {"type": kind, "title": field.title.zh}
    return {
        "id": layer.id,
        "title": layer.title.zh,
        "dataType": "vector",
        "geometryDimension": {"point": 0, "line": 1, "polygon": 2}[layer.geometry or "point"],
        "minTileMatrix": str(low),
        "maxTileMatrix": str(high),
        "propertiesSchema": {"type": "object", "properties": schema},
    }


def _link(rel: str, href: str, kind: str, title: str) -> Json:
    return {"rel": rel, "type": kind, "title": title, "href": href}
