"""Collections that nobody declared, hence pygeoapi has not heard of: the layers that people keep for themselves."""

from __future__ import annotations

from gis.ogc.call import Call, Json
from gis.ogc.crs import ALL, CRS84
from layers.registry.layer import Layer
from layers.registry.register import register

_FORMATS: dict[str, Json] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def undeclared(layer: Layer) -> bool:
    return register.get(layer.id) is None


def described(layer: Layer, call: Call) -> Json:
    language = "en" if call.language.startswith("en") else "zh"
    return {
        "id": layer.id,
        "title": layer.title.get(language),
        "description": layer.description.get(language),
        "itemType": "feature",
        "crs": [crs.uri for crs in ALL],
        "storageCrs": CRS84.uri,
        "links": [
            {
                "rel": "items",
                "type": "application/geo+json",
                "href": f"{call.base}/ogc/collections/{layer.id}/items?f=json",
            },
            {
                "rel": "self",
                "type": "application/json",
                "href": f"{call.base}/ogc/collections/{layer.id}?f=json",
            },
        ],
    }


def schema(layer: Layer, call: Call, what: str) -> Json:
    """Schema and queryables are the same list: every field may be asked for."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{call.base}/ogc/collections/{layer.id}/{what}",
        "type": "object",
        "title": layer.title.zh,
        "properties": {
            "geometry": {"format": f"geometry-{layer.geometry}", "x-ogc-role": "primary-geometry"},
            **{
                f.name: {"title": f.title.zh} | _FORMATS.get(f.resolved, {"type": "string"})
                for f in layer.fields
            },
        },
    }
