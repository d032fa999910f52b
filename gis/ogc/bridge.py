"""The one module that knows pygeoapi (0.21). It describes: landing page, collections, schemas.

Its configuration is built in memory from the register, one for each clearance, so that what is hidden is not
there at all. Kept out on purpose: its SQL and tile providers, STAC, process subscribers, HTML pages, its
OpenAPI document, which refers to documents elsewhere, and the list of conformance classes, which grows with
each call. It gets no link with rel «enclosure»: to each of those it would send a request of its own.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import BooleanField, CharField, ForeignKey, GeneratedField
from pygeoapi.api import API, APIRequest, describe_collections, get_collection_schema, landing_page
from pygeoapi.api.itemtypes import get_collection_queryables
from pygeoapi.provider.base import BaseProvider

from gis.ogc.crs import ALL, CRS84
from layers.access import Clearance
from layers.registry.layer import Layer
from layers.registry.register import Snapshot, register

Json = dict[str, Any]
CITY = settings.CITY


class LayerFields(BaseProvider):  # type: ignore[misc]
    """Tells pygeoapi the properties of a layer; it reads no data. Made anew for each request, so it does nothing."""

    def __init__(self, definition: Json) -> None:
        super().__init__(definition)
        self._fields = copy.deepcopy(definition["options"]["fields"])

    def get_fields(self) -> Json:
        return copy.deepcopy(self._fields)  # pygeoapi writes into what it is given


class _Asked:
    """The little of a web request that pygeoapi looks at."""

    def __init__(self, path: str, language: str) -> None:
        self.path_info = path
        self.headers: Mapping[str, str] = {"accept": "application/json"}
        self.args = {"f": "json", "lang": language}


@lru_cache(maxsize=32)
def _api(snapshot: Snapshot, clearance: Clearance, base: str) -> API:
    config = configuration(snapshot, clearance, base)
    api = API(config, {})  # our own OpenAPI document is in openapi.py
    logging.getLogger("pygeoapi").setLevel(logging.CRITICAL)  # refusals are answers here, not errors
    return api


def api(clearance: Clearance, base: str) -> API:
    return _api(register.now, clearance, base)


def configuration(snapshot: Snapshot, clearance: Clearance, base: str) -> Json:
    layers = [layer for layer in snapshot.layers.values() if layer.clearance <= clearance]
    return {
        "server": {
            "url": f"{base}/ogc",
            "bind": {"host": "127.0.0.1", "port": 8000},
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["zh-TW", "en-US"],
            "limits": {"default_items": 100, "max_items": 10000},
            "map": {"url": "", "attribution": ""},
            "admin": False,
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {
                "title": {
                    "zh-TW": "安圖 · " + CITY["name"]["zh"],
                    "en-US": "Antu · " + CITY["name"]["en"],
                },
                "description": {
                    "zh-TW": "道路安全與治安的空間圖層",
                    "en-US": "Spatial layers of road safety and public order",
                },
                "keywords": {"zh-TW": ["道路安全", "警政"], "en-US": ["road safety", "police"]},
                "keywords_type": "theme",
                "terms_of_service": f"{base}/ogc",
                "url": base,
            },
            "license": {"name": "OGDL-Taiwan-1.0", "url": base},
            "provider": {"name": CITY["council"]["zh"], "url": base},
            "contact": {"name": CITY["council"]["zh"], "email": "", "url": base},
        },
        "resources": {layer.id: collection(layer, clearance, base) for layer in layers if not layer.raster},
    }


def collection(layer: Layer, clearance: Clearance, base: str) -> Json:
    return {
        "type": "collection",
        "title": {"zh-TW": layer.title.zh, "en-US": layer.title.en},
        "description": {"zh-TW": layer.description.zh, "en-US": layer.description.en},
        "keywords": {"zh-TW": [layer.title.zh], "en-US": [layer.title.en]},
        "links": [
            _link(f"{base}/tiles/{layer.id}.json", "describedby", "application/json", "TileJSON"),
            _link(f"{base}/styles/{layer.id}.json", "style", "application/vnd.mapbox.style+json", "MapLibre"),
            _link(f"{base}/layers/{layer.id}", "about", "text/html", layer.title.en),
            _link(f"{base}/ogc/collections/{layer.id}/items?f=csv", "items", "text/csv", "CSV"),
        ],
        "extents": {"spatial": {"bbox": CITY["bounds"], "crs": CRS84.uri}}
        | ({"temporal": {"begin": None, "end": None}} if layer.time in layer.by_name else {}),
        "providers": [
            {
                "type": "feature",
                "name": f"{__name__}.LayerFields",
                "data": layer.id,
                "id_field": "id",
                "title_field": layer.label,
                "time_field": layer.time,
                "crs": [c.uri for c in ALL],
                "storage_crs": CRS84.uri,
                "options": {"fields": properties(layer, clearance)},
            }
        ],
    }


def properties(layer: Layer, clearance: Clearance) -> Json:
    """JSON Schema of the properties this clearance may see, codes included."""
    out: Json = {}
    for f in layer.seen_by(clearance):
        said: Json = {"title": f"{f.title.zh} {f.title.en}"}
        kind = f.resolved
        if kind in ("date", "datetime"):
            said |= {"type": "string", "format": "date" if kind == "date" else "date-time"}
        elif kind == "json":
            said |= {"type": "object"}
        else:
            said |= {"type": kind}
        if f.unit:
            said["x-ogc-unit"] = f.unit
        if f.codes is not None:
            number = kind == "integer"
            said["enum"] = list(dict.fromkeys(int(c.value) if number else c.value for c in f.codes.entries))
        out[f.name] = said | bounds(layer, f.name)
    return out


def bounds(layer: Layer, name: str) -> Json:
    """What a form must know to refuse at once what the model would refuse in the end."""
    if not (layer.model and layer.edit):
        return {}
    column = layer.model._meta.get_field(name)
    if isinstance(column, GeneratedField) or not getattr(column, "editable", True):
        return {"readOnly": True}
    said: Json = {}
    if not isinstance(column, ForeignKey):
        if isinstance(column, CharField) and column.max_length:
            said["maxLength"] = column.max_length
        for rule in getattr(column, "validators", ()):
            low, high = isinstance(rule, MinValueValidator), isinstance(rule, MaxValueValidator)
            if low or high:
                said["minimum" if low else "maximum"] = (
                    rule.limit_value() if callable(rule.limit_value) else rule.limit_value
                )
    return said


def required(layer: Layer, clearance: Clearance) -> list[str]:
    """The properties without which a new feature is refused."""
    if not (layer.model and layer.edit):
        return []
    columns = {f.name: layer.model._meta.get_field(f.name) for f in layer.seen_by(clearance)}
    return [
        name
        for name, column in columns.items()
        if not getattr(column, "blank", True)
        and not column.has_default()  # type: ignore[union-attr]
        and not isinstance(column, BooleanField | GeneratedField)
    ]


def _link(href: str, rel: str, type_: str, title: str) -> Json:
    return {"href": href, "rel": rel, "type": type_, "title": title, "hreflang": "zh-TW"}


def _ask(function: Any, clearance: Clearance, base: str, language: str, *names: str) -> tuple[int, Json]:
    library = api(clearance, base)
    asked = APIRequest(_Asked("/ogc", language), library.locales)
    _, status, content = function(library, asked, *names)
    return int(status), _honest(json.loads(content))


def _honest(said: Json) -> Json:
    """Without the links to JSON-LD, which it promises everywhere and which nothing here writes."""
    for one in (said, *said.get("collections", ())):
        if "links" in one:
            one["links"] = [x for x in one["links"] if x.get("type") != "application/ld+json"]
    return said


def landing(clearance: Clearance, base: str, language: str) -> tuple[int, Json]:
    return _ask(landing_page, clearance, base, language)


def collections(clearance: Clearance, base: str, language: str) -> tuple[int, Json]:
    return _ask(describe_collections, clearance, base, language)


def described(id: str, clearance: Clearance, base: str, language: str) -> tuple[int, Json]:
    return _ask(describe_collections, clearance, base, language, id)


def schema(id: str, clearance: Clearance, base: str, language: str) -> tuple[int, Json]:
    status, said = _ask(get_collection_schema, clearance, base, language, id)
    if status == 200 and (names := required(register.now.layers[id], clearance)):
        said["required"] = names
    return status, said


def queryables(id: str, clearance: Clearance, base: str, language: str) -> tuple[int, Json]:
    return _ask(get_collection_queryables, clearance, base, language, id)
