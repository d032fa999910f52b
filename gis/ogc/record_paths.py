"""What the OpenAPI document says of the catalogue: the same for everybody, since it names no layer."""

from __future__ import annotations

from gis.ogc.dcat import WRITERS
from gis.ogc.openapi import GEOJSON, HTML, Json, Paths, described, operation, parameter, query, ref
from gis.ogc.records import EQUAL, SORTABLE
from layers.registry.layer import CATALOGUE

_TAG = CATALOGUE


def paths() -> Paths:
    here = f"/collections/{CATALOGUE}"
    schema = {"application/schema+json": {"type": "object"}, HTML: {"type": "string"}}
    found: Json = {GEOJSON: ref("schemas", "FeatureCollection"), HTML: {"type": "string"}}
    one: Json = {GEOJSON: {"type": "object"}, HTML: {"type": "string"}, "application/xml": {"type": "string"}}
    plain = [parameter("f"), parameter("lang")]
    record = {"name": "recordId", "in": "path", "required": True, "schema": {"type": "string"}}
    forms = query("f", "The format.", {"type": "string", "enum": ["json", "html", "iso19139"]})
    out: Paths = {
        here: {"get": described("The catalogue of all layers", "Collection", _TAG)},
        f"{here}/queryables": {"get": operation("What records are asked by", schema, plain, _TAG)},
        f"{here}/sortables": {"get": operation("What records are sorted by", schema, plain, _TAG)},
        f"{here}/items": {"get": operation("Records", found, [*plain, *_asking()], _TAG)},
        f"{here}/items/{{recordId}}": {
            "parameters": [record],
            "get": operation("One record", one, [forms, parameter("lang")], _TAG),
        },
    }
    for name, (_, media) in WRITERS.items():
        type_ = media.split(";")[0]
        body: Json = {type_: {"type": "object"} if "json" in type_ else {"type": "string"}}
        out[f"/{name}"] = {"get": operation("The catalogue as DCAT-AP", body, None, _TAG)}
    return out


def _asking() -> list[Json]:
    listed = {"style": "form", "explode": False}
    signed = [sign + name for name in SORTABLE for sign in ("", "-")]
    order = {"type": "array", "maxItems": 4, "items": {"type": "string", "enum": signed}}
    names = {"type": "array", "items": {"type": "string"}}
    return [
        parameter("q"),
        parameter("bbox"),
        parameter("datetime"),
        query("type", "Kinds of resources; all are “dataset”.", names) | listed,
        query("ids", "These records.", names) | listed,
        query("externalIds", "Those that others call so.", names) | listed,
        query("limit", "How many.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        query("offset", "After so many.", {"type": "integer", "minimum": 0, "default": 0}),
        query("sortby", "By which properties; “-” turns one round.", order) | listed,
        *(query(name, f"Records whose {name} is this.") for name in EQUAL),
    ]
