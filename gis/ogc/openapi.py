"""The one OpenAPI document of all parts, as one viewer may use them: built once, then kept."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from gis.ogc import bridge, parts
from layers.access import Viewer, may
from layers.registry.register import register

Json = dict[str, Any]


def document(viewer: Viewer, base: str) -> Json:
    editable = tuple(sorted(layer.id for layer in register.seen_by(viewer) if may(viewer, "edit", layer)))
    return _document(register.version, viewer.clearance, editable, base)


@lru_cache(maxsize=64)
def _document(version: str, clearance: Any, editable: tuple[str, ...], base: str) -> Json:
    out = copy.deepcopy(bridge.openapi(clearance, base))
    paths: Json = {path: said for path, said in out["paths"].items() if not path.startswith("/jobs")}
    for path, said in paths.items():
        steps = path.strip("/").split("/")
        get = said.get("get")
        if len(steps) == 3 and steps[2] == "items" and get:
            get["parameters"] = [
                p for p in get["parameters"] if "offset" not in str(p.get("$ref", p.get("name")))
            ]
            get["parameters"] += [_text("after", "Continues behind the last feature of the page before.")]
            get["parameters"] += [_text(n, s) for n, s in _MORE.items() if not _has(get["parameters"], n)]
        for verb in ("post", "put", "patch", "delete", "options"):
            said.pop(verb, None)
        if len(steps) >= 3 and steps[1] in editable and steps[2] == "items":
            said |= _writing(len(steps) == 4)
    seen = [layer for layer in register if layer.clearance <= clearance]
    out["paths"] = paths | parts.paths(seen)
    out["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    out["security"] = [{}, {"token": []}]
    return out


_MORE = {
    "filter": "A condition in CQL2.",
    "filter-lang": "cql2-text (the default) or cql2-json.",
    "filter-crs": "The coordinate system of geometries in the filter.",
    "resulttype": "“hits” counts exactly and returns no features.",
    "q": "Words looked for in all texts, separated by commas.",
}


def _has(parameters: list[Json], name: str) -> bool:
    return any(p.get("name") == name or str(p.get("$ref", "")).endswith(f"/{name}") for p in parameters)


def _text(name: str, description: str) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


def _writing(item: bool) -> Json:
    body = {"required": True, "content": {"application/geo+json": {"schema": {"type": "object"}}}}
    match = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
    fid = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "integer"}}
    refused = {
        "400": {"description": "The feature is not right; the sentence says why."},
        "412": {"description": "Somebody changed it since; both versions are in the answer."},
        "428": {"description": "If-Match is missing."},
    }
    if not item:
        made = {"201": {"description": "Created; Location says where."}, "400": refused["400"]}
        return {"post": {"summary": "Add a feature", "requestBody": body, "responses": made}}
    done = {"204": {"description": "Done."}, **refused}
    return {
        "put": {"summary": "Replace", "parameters": [fid, match], "requestBody": body, "responses": done},
        "patch": {"summary": "Update", "parameters": [fid, match], "requestBody": body, "responses": done},
        "delete": {"summary": "Delete", "parameters": [fid, match], "responses": done},
    }
