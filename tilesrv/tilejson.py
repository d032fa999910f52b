"""TileJSON 3.0 of one or several layers: what is in the tiles, where, and in whose words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layers.access import Clearance
from layers.registry.generalise import Grid
from layers.registry.layer import Layer
from layers.registry.maplibre import named_apart, names

Json = dict[str, Any]
Bounds = tuple[float, float, float, float]


def tilejson(
    layers: Sequence[Layer], clearance: Clearance, bounds: Bounds | None, base: str, query: str
) -> Json:
    names = ",".join(layer.id for layer in layers)
    raster = layers[0].raster is not None
    path = f"{base}/tiles/{names}/{{z}}/{{x}}/{{y}}.{'png' if raster else 'mvt'}"
    out: Json = {
        "tilejson": "3.0.0",
        "id": names,
        "name": " · ".join(layer.title.zh for layer in layers),
        "description": " ".join(layer.description.zh for layer in layers),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [path + (f"?{query}" if query else "")],
        "minzoom": min(layer.zooms[0] for layer in layers),
        "maxzoom": min(max(layer.zooms[1] for layer in layers), 18 if not raster else 17),
        "attribution": " · ".join(dict.fromkeys(layer.attribution.zh for layer in layers)),
    }
    if bounds:
        out["bounds"] = [round(v, 6) for v in bounds]
    if raster:
        out["tileSize"] = 256
    else:
        out["vector_layers"] = [_vector_layer(layer, clearance) for layer in layers]
        out["vector_layers"] += [_names(layer) for layer in layers if named_apart(layer)]
    return out


def _vector_layer(layer: Layer, clearance: Clearance) -> Json:
    fields = {f.name: _said(f.resolved, f.unit) for f in layer.seen_by(clearance) if f.tile is not None}
    for rule in layer.generalise:
        if isinstance(rule, Grid):
            fields["n"] = f"integer, number of features in a cell, below zoom {rule.below}"
            fields |= dict.fromkeys(rule.sums, f"number, sum in a cell below zoom {rule.below}")
    return {
        "id": layer.id,
        "description": layer.title.en,
        "minzoom": layer.zooms[0],
        "maxzoom": layer.zooms[1],
        "fields": fields,
    }


def _names(layer: Layer) -> Json:
    return {
        "id": names(layer),
        "description": f"A point for the name of each of {layer.title.en}",
        "fields": {},
    }


def _said(kind: str, unit: str | None) -> str:
    if kind in ("date", "datetime"):
        return "integer, days since 1970-01-01"
    return f"{kind}, {unit}" if unit else kind
