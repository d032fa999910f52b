"""The one OpenAPI document of `/ogc`, as one viewer may use it: whole in itself, built once, then kept.

Features are described here, each further part describes its own paths; what a viewer may not see or change is
not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from gis.exchange.files import FORMATS
from gis.ogc import parts
from gis.ogc.crs import ALL
from gis.ogc.request import DEFAULT_LIMIT, MOST_LIMIT
from layers.access import Clearance, Viewer, may
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.register import register

Json = dict[str, Any]
Paths = dict[str, Json]
CITY = settings.CITY
GEOJSON, JSON, HTML = "application/geo+json", "application/json", "text/html"


def document(viewer: Viewer, base: str) -> Json:
    editable = tuple(sorted(layer.id for layer in register.seen_by(viewer) if may(viewer, "edit", layer)))
    return _document(register.version, viewer.clearance, editable, base)


@lru_cache(maxsize=64)
def _document(version: str, clearance: Clearance, editable: tuple[str, ...], base: str) -> Json:
    city = CITY["name"]
    layers = [layer for layer in register if layer.clearance <= clearance]
    from gis.ogc import process_paths, record_paths  # which are made of what is below

    paths = _core() | _features(layers, clearance, frozenset(editable)) | parts.paths(layers)
    paths |= process_paths.paths(clearance) | record_paths.paths()
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"安圖 Antu · {city['zh']} {city['en']}",
            "description": "OGC APIs of the layers that you may see. Signing in or sending a token may show more.",
            "version": version,
        },
        "servers": [{"url": f"{base}/ogc"}],
        "tags": [{"name": x.id, "description": f"{x.title.zh} {x.title.en}"} for x in layers],
        "paths": paths,
        "components": {
            "parameters": _PARAMETERS,
            "schemas": _SCHEMAS,
            "responses": _RESPONSES,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


# what paths are made of; further parts use these too


def operation(
    summary: str,
    produces: Mapping[str, Json],
    parameters: list[Json] | None = None,
    tag: str | None = None,
    status: str = "200",
    **more: Any,
) -> Json:
    """One operation. `produces` is media type → schema; refusals are the same everywhere."""
    answers: Json = {
        status: {"description": summary, "content": {m: {"schema": s} for m, s in produces.items()}}
    }
    answers |= {name: ref("responses", _REFUSALS[name]) for name in ("400", "404", "503")}
    said: Json = {"summary": summary, "parameters": parameters or [], "responses": answers}
    return said | ({"tags": [tag]} if tag else {}) | more


def ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def parameter(name: str) -> Json:
    return ref("parameters", name)


def query(name: str, description: str, schema: Json | None = None) -> Json:
    schema = schema or {"type": "string"}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def described(summary: str, schema: str = "object", tag: str | None = None) -> Json:
    """A description that is read as JSON or as a page."""
    body = {"type": "object"} if schema == "object" else ref("schemas", schema)
    return operation(
        summary, {JSON: body, HTML: {"type": "string"}}, [parameter("f"), parameter("lang")], tag
    )


_REFUSALS = {"400": "BadRequest", "404": "NotFound", "503": "Busy"}


def _refusal(description: str) -> Json:
    return {"description": description, "content": {JSON: {"schema": ref("schemas", "Exception")}}}


_RESPONSES: Json = {
    "BadRequest": _refusal("The request is not right; the sentence says why."),
    "NotFound": _refusal("There is no such thing, or it is not for you: the two look alike."),
    "Busy": _refusal("It took too long, or the database does not answer."),
}
_SCHEMAS: Json = {
    "Exception": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {
            "code": {"type": "string"},
            "type": {"type": "string"},
            "description": {"type": "string"},
        },
    },
    "Link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {k: {"type": "string"} for k in ("href", "rel", "type", "title", "hreflang")},
    },
    "Landing": {
        "type": "object",
        "required": ["links"],
        "properties": {"links": {"type": "array", "items": ref("schemas", "Link")}},
    },
    "Conformance": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "Collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "extent": {"type": "object"},
            "links": {"type": "array", "items": ref("schemas", "Link")},
        },
    },
    "Collections": {
        "type": "object",
        "required": ["collections", "links"],
        "properties": {
            "collections": {"type": "array", "items": ref("schemas", "Collection")},
            "links": {"type": "array", "items": ref("schemas", "Link")},
        },
    },
    "FeatureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": ref("schemas", "Feature")},
            "links": {"type": "array", "items": ref("schemas", "Link")},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
    "Feature": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "integer"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
        },
    },
}
_SYSTEM = {"type": "string", "enum": [c.uri for c in ALL]}
_NUMBERS = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
_PARAMETERS: Json = {
    "f": query("f", "The format; otherwise Accept decides.", {"type": "string", "enum": ["json", "html"]}),
    "items-f": query("f", "The format.", {"type": "string", "enum": ["json", "jsonfg", "csv", "html"]}),
    "item-f": query("f", "The format.", {"type": "string", "enum": ["json", "jsonfg", "html"]}),
    "download-f": query("f", "The format.", {"type": "string", "enum": list(FORMATS), "default": "geojson"}),
    "lang": query("lang", "The language of titles.", {"type": "string", "enum": ["zh-TW", "en-US"]}),
    "limit": query(
        "limit",
        "How many features a page has.",
        {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "after": query(
        "after", "Continues behind the last feature of the page before; taken from its “next” link."
    ),
    "bbox": query("bbox", "west,south,east,north.", _NUMBERS) | {"style": "form", "explode": False},
    "bbox-crs": query("bbox-crs", "The coordinate system of bbox.", _SYSTEM),
    "crs": query("crs", "The coordinate system of the answer.", _SYSTEM),
    "datetime": query("datetime", "An instant, or start/end, each of which may be “..”."),
    "filter": query("filter", "A condition in CQL2."),
    "filter-lang": query(
        "filter-lang", "How it is written.", {"type": "string", "enum": ["cql2-text", "cql2-json"]}
    ),
    "filter-crs": query("filter-crs", "The coordinate system of geometries in the filter.", _SYSTEM),
    "resulttype": query(
        "resulttype",
        "“hits” counts exactly and returns no features.",
        {"type": "string", "enum": ["results", "hits"]},
    ),
    "skipGeometry": query("skipGeometry", "Leave the geometries out.", {"type": "boolean"}),
    "q": query("q", "Words looked for in all texts, separated by commas."),
    "featureId": {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the version that you saw.",
        "schema": {"type": "string"},
    },
}


# the core, features and downloads


def _core() -> Paths:
    api = operation("This document", {"application/vnd.oai.openapi+json;version=3.0": {"type": "object"}})
    return {
        "/": {"get": described("Where to begin", "Landing")},
        "/conformance": {"get": described("The standards that are kept", "Conformance")},
        "/openapi": {"get": api},
        "/collections": {"get": described("All collections", "Collections")},
    }


def _features(layers: list[Layer], clearance: Clearance, editable: frozenset[str]) -> Paths:
    paths: Paths = {}
    for layer in layers:
        if layer.raster:
            continue
        here, title = f"/collections/{layer.id}", f"{layer.title.zh} {layer.title.en}"
        fields = layer.seen_by(clearance)
        schema = {"application/schema+json": {"type": "object"}, HTML: {"type": "string"}}
        plain = [parameter("f"), parameter("lang")]
        paths[here] = {"get": described(title, "Collection", layer.id)}
        paths[f"{here}/schema"] = {"get": operation(f"Schema of {title}", schema, plain, layer.id)}
        paths[f"{here}/queryables"] = {"get": operation(f"Queryables of {title}", schema, plain, layer.id)}
        paths[f"{here}/items"] = {"get": _items(layer, title, fields)}
        paths[f"{here}/items/{{featureId}}"] = {
            "get": _item(layer, title),
            "parameters": [parameter("featureId")],
        }
        paths[f"{here}/download"] = {"get": _download(layer, title, fields)}
        if layer.id in editable:
            paths[f"{here}/items"] |= _adding(layer)
            paths[f"{here}/items/{{featureId}}"] |= _changing(layer)
    return paths


_FILTERS = ("bbox", "bbox-crs", "crs", "filter", "filter-lang", "filter-crs", "q")


def _filters(layer: Layer, fields: tuple[Field, ...]) -> list[Json]:
    out = [parameter(n) for n in _FILTERS]
    if layer.time:
        out.append(parameter("datetime"))
    names = {"type": "array", "items": {"type": "string", "enum": [f.name for f in fields]}}
    return [*out, query("properties", "Only these.", names) | {"style": "form", "explode": False}]


def _items(layer: Layer, title: str, fields: tuple[Field, ...]) -> Json:
    own = [parameter(n) for n in ("items-f", "lang", "limit", "after", "resulttype", "skipGeometry")]
    sortable = [sign + f.name for f in fields if f.type != "json" for sign in ("", "-")]
    sort = query("sortby", "By which properties; “-” before one turns it round.", {
        "type": "array", "maxItems": 4, "items": {"type": "string", "enum": sortable}
    }) | {"style": "form", "explode": False}  # fmt: skip
    produces = {
        GEOJSON: ref("schemas", "FeatureCollection"),
        "application/vnd.ogc.fg+json": ref("schemas", "FeatureCollection"),
        "text/csv": {"type": "string"},
        HTML: {"type": "string"},
    }
    return operation(f"Features of {title}", produces, [*own, *_filters(layer, fields), sort], layer.id)


def _item(layer: Layer, title: str) -> Json:
    produces = {
        GEOJSON: ref("schemas", "Feature"),
        "application/vnd.ogc.fg+json": ref("schemas", "Feature"),
        HTML: {"type": "string"},
    }
    own = [parameter(n) for n in ("item-f", "lang", "crs")]
    return operation(f"One feature of {title}", produces, own, layer.id)


def _download(layer: Layer, title: str, fields: tuple[Field, ...]) -> Json:
    file = {"type": "string", "format": "binary"}
    produces = {f.media.split(";")[0]: file for f in FORMATS.values()}
    own = [parameter("download-f"), parameter("lang")]
    return operation(f"All of {title}, as a file", produces, own + _filters(layer, fields), layer.id)


_BODY = {"required": True, "content": {GEOJSON: {"schema": ref("schemas", "Feature")}}}


def _adding(layer: Layer) -> Json:
    made = {"description": "Created; Location says where."}
    answers = {"201": made, "400": ref("responses", "BadRequest")}
    return {
        "post": {"summary": "Add a feature", "tags": [layer.id], "requestBody": _BODY, "responses": answers}
    }


def _changing(layer: Layer) -> Json:
    answers = {
        "204": {"description": "Done."},
        "400": ref("responses", "BadRequest"),
        "404": ref("responses", "NotFound"),
        "412": _refusal("Somebody changed it since; both versions are in the answer."),
        "428": _refusal("If-Match is missing."),
    }

    def writing(summary: str, body: bool) -> Json:
        said: Json = {"summary": summary, "tags": [layer.id], "parameters": [parameter("If-Match")]}
        return said | ({"requestBody": _BODY} if body else {}) | {"responses": answers}

    return {
        "put": writing("Replace", True),
        "patch": writing("Update", True),
        "delete": writing("Delete", False),
    }
