"""What the parts of `/ogc` say together: links of the landing page and of a collection, paths of the document."""

from __future__ import annotations

from gis.ogc import coverages, maps, records, styles, tilesets
from gis.ogc.call import Call, Json
from gis.ogc.downloads import downloads
from layers.registry.layer import Layer

PARTS = (coverages, maps, tilesets, styles)


def landing_links(call: Call) -> list[Json]:
    return [
        call.link(maps.MAP_REL, "/map", maps.PNG, "Map"),
        call.link(styles.STYLES_REL, "/styles", title="Styles"),
        call.link(f"{tilesets.REL}tiling-schemes", "/tileMatrixSets", title="Tile matrix sets"),
        *records.landing_links(call),
    ]


def collection_links(layer: Layer, call: Call, tiles: bool) -> list[Json]:
    files = [] if layer.raster else downloads(call, layer)
    return [
        *files,
        *maps.links(layer, call),
        *tilesets.links(layer, call, tiles),
        *styles.links(layer, call),
    ]


def paths(layers: list[Layer]) -> Json:
    """Of the layers that the reader of the document may see, and of no other."""
    return {path: said for part in PARTS for path, said in part.paths(layers).items()}
