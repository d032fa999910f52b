"""Styles: how the layers look, in MapLibre's words, light and dark; of the whole map and of each layer."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from gis.ogc.call import Call, Json
from gis.ogc.problem import OgcProblem
from layers.access import Viewer
from layers.registry.layer import Layer
from layers.registry.palette import Theme
from layers.registry.register import register
from layers.registry.text import Text
from tilesrv.styles import WHOLE, style

MAPLIBRE = "application/vnd.mapbox.style+json"
CITY = Text(**settings.CITY["name"])
STYLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/styles"
SPECIFICATION = "https://maplibre.org/maplibre-style-spec/"
LIGHTS: dict[Theme, Text] = {"light": Text("日間", "light"), "dark": Text("夜間", "dark")}


@dataclass(frozen=True)
class Known:
    """One style that the viewer may have, and the layers that it draws."""

    id: str
    title: Text
    theme: Theme
    layers: tuple[Layer, ...]


def known(viewer: Viewer) -> list[Known]:
    seen = register.seen_by(viewer)
    shown = tuple(layer for layer in seen if layer.visible)
    out = [Known(id, _titled(CITY, t), t, shown) for id, t in _whole()]
    for layer in seen:
        out += of_layer(layer)
    return out


def _whole() -> list[tuple[str, Theme]]:
    return [(id, "dark" if theme == "dark" else "light") for id, theme in WHOLE.items()]


def of_layer(layer: Layer) -> list[Known]:
    return [
        Known(
            layer.id if theme == "light" else f"{layer.id}-dark", _titled(layer.title, theme), theme, (layer,)
        )
        for theme in LIGHTS
    ]


def _titled(title: Text, theme: Theme) -> Text:
    return Text(f"{title.zh}（{LIGHTS[theme].zh}）", f"{title.en} ({LIGHTS[theme].en})")


def find(id: str, viewer: Viewer) -> Known:
    found = next((k for k in known(viewer) if k.id == id), None)
    if found is None:
        raise OgcProblem(404, "There is no such style.", "NotFound")
    return found


class Styles:
    async def listed(self, call: Call, layer: Layer | None = None) -> None:
        """All styles, or those of one collection."""
        call.reads()
        call.only()
        found = of_layer(layer) if layer else known(call.viewer)
        body: Json = {
            "title": layer.title.get(call.language) if layer else "Styles",
            "styles": [_entry(k, call) for k in found],
            "links": [call.link("self", f"/collections/{layer.id}/styles" if layer else "/styles")],
        }
        if layer:
            body["defaultStyle"] = layer.id
        await call.describe(body | {"default": found[0].id})

    async def style(self, call: Call, id: str, layer: Layer | None = None) -> None:
        call.reads()
        call.only()
        found = self._one(call, id, layer)
        body = style(list(found.layers), found.id, found.theme, call.viewer)
        await call.describe(body, content_type=MAPLIBRE)

    async def metadata(self, call: Call, id: str, layer: Layer | None = None) -> None:
        call.reads()
        call.only()
        found = self._one(call, id, layer)
        lone = found.layers[0] if len(found.layers) == 1 else None
        words = lone.description if lone else Text("入口地圖的樣式。", "The style of the portal's map.")
        sheet = call.link("stylesheet", f"/styles/{id}", MAPLIBRE)
        body: Json = {
            "id": id,
            "title": found.title.get(call.language),
            "description": words.get(call.language),
            "keywords": sorted({x.title.get(call.language) for x in found.layers}),
            "scope": "style",
            "license": " ".join(sorted({x.licence for x in found.layers})),
            "stylesheets": [
                {
                    "title": "MapLibre",
                    "version": "8",
                    "specification": SPECIFICATION,
                    "native": True,
                    "link": sheet,
                }
            ],
            "layers": [
                {
                    "id": x.id,
                    "type": x.geometry or "raster",
                    "sampleData": call.link("data", f"/collections/{x.id}"),
                }
                for x in found.layers
            ],
            "links": [
                call.link("self", f"/styles/{id}/metadata"),
                sheet,
                call.link("preview", _preview(found), "image/png"),
            ],
        }
        await call.describe(body)

    def _one(self, call: Call, id: str, layer: Layer | None) -> Known:
        found = find(id, call.viewer)
        if layer and found.layers != (layer,):
            raise OgcProblem(404, "There is no such style.", "NotFound")
        return found


def theme_of(id: str, layer: Layer) -> Theme:
    """The theme of one of the collection's own styles."""
    found = next((k for k in of_layer(layer) if k.id == id), None)
    if found is None:
        raise OgcProblem(404, "There is no such style.", "NotFound")
    return found.theme


def _preview(found: Known) -> str:
    where = f"/collections/{found.layers[0].id}/map" if len(found.layers) == 1 else "/map"
    return f"{where}?style={found.theme}&width=512"


def _entry(one: Known, call: Call) -> Json:
    return {
        "id": one.id,
        "title": one.title.get(call.language),
        "links": [
            call.link("stylesheet", f"/styles/{one.id}", MAPLIBRE, "MapLibre"),
            call.link("describedby", f"/styles/{one.id}/metadata"),
        ],
    }


def links(layer: Layer, call: Call) -> list[Json]:
    return [call.link(STYLES_REL, f"/collections/{layer.id}/styles")]


def paths(layers: list[Layer]) -> Json:
    """The part of the OpenAPI document that says where styles are."""
    out: Json = {"/styles": _get("Styles", "styles", "application/json")}
    ids = [*WHOLE, *(k.id for layer in layers for k in of_layer(layer))]
    for layer in layers:
        out[f"/collections/{layer.id}/styles"] = _get(
            f"Styles of {layer.title.en}", f"styles_{layer.id}", "application/json"
        )
    for path, summary, form in (
        ("/styles/{styleId}", "A style", MAPLIBRE),
        ("/styles/{styleId}/metadata", "About a style", "application/json"),
    ):
        said = _get(summary, path.strip("/").replace("/", "_").replace("{styleId}", "one"), form)
        schema = {"type": "string", "enum": ids}
        said["get"]["parameters"] = [{"name": "styleId", "in": "path", "required": True, "schema": schema}]
        out[path] = said
    return out


def _get(summary: str, operation: str, form: str) -> Json:
    done = {"200": {"description": "As asked.", "content": {form: {"schema": {"type": "object"}}}}}
    return {"get": {"summary": summary, "operationId": operation, "responses": done}}
