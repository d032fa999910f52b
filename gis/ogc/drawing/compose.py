"""A whole map: the style layers of all its layers in the order of the portal's map, names last."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from gis.ogc.drawing.canvas import CLEAR, Canvas, Colour
from gis.ogc.drawing.frame import Frame
from gis.ogc.drawing.lettering import Lettering
from gis.ogc.drawing.paint import KINDS, Brush
from gis.ogc.drawing.rows import Drawn
from gis.ogc.drawing.surface import surface
from layers.access import Clearance
from layers.registry.catalogue import safe, style_for
from layers.registry.layer import Layer
from layers.registry.maplibre import stack
from layers.registry.palette import Theme
from layers.registry.raster import Period
from layers.registry.style import Labels, named

Json = dict[str, Any]
NEARER = 1.5


@dataclass(frozen=True)
class Sheet:
    """One layer of a map with what is drawn of it: features, or the surface in force."""

    layer: Layer
    drawn: Drawn
    source: Period | None = None


def asked_of(layer: Layer, clearance: Clearance, english: bool) -> tuple[str, ...]:
    """The fields that the marks draw from, with the English name of each name where that is wanted."""
    known = safe(layer, clearance)
    names = {name for mark in known.style.marks for name in named(mark)}
    if english:
        names |= {
            f"{mark.field}_en"
            for mark in known.style.marks
            if isinstance(mark, Labels) and f"{mark.field}_en" in known.by_name
        }
    return tuple(sorted(names))


def shown_at(styles: Sequence[Json], zoom: float) -> float:
    """The zoom by which a layer that was asked for alone is drawn: never one at which it would be hidden, and a
    little nearer where that brings its names, for which there is room."""
    names = [s for s in styles if "text-field" in s.get("layout", {})]
    bodies = [s for s in styles if s not in names] or names
    if not _seen(bodies, zoom):
        nearest = [s["minzoom"] for s in bodies] + [s["maxzoom"] - 0.01 for s in bodies]
        zoom = float(min(nearest, key=lambda z: abs(z - zoom), default=zoom))
    if not _seen(names, zoom):
        nearer = [float(s["minzoom"]) for s in names if zoom < s["minzoom"] <= zoom + NEARER]
        zoom = next((z for z in sorted(nearer) if _seen(bodies, z)), zoom)
    return zoom


def _seen(styles: Sequence[Json], zoom: float) -> bool:
    return any(s["minzoom"] <= zoom < s["maxzoom"] for s in styles)


def compose(
    frame: Frame, sheets: Sequence[Sheet], theme: Theme, clearance: Clearance, background: Colour
) -> bytes:
    """The map as PNG."""
    canvas = Canvas(frame.width, frame.height, background)
    by_id = {sheet.layer.id: sheet for sheet in sheets}
    styles = stack([(s.layer, style_for(s.layer, theme, clearance)) for s in sheets])
    zoom = shown_at(styles, frame.zoom) if len(sheets) == 1 else frame.zoom
    names: list[tuple[Brush, str | None]] = []
    for style in styles:
        if not style["minzoom"] <= zoom < style["maxzoom"]:
            continue
        sheet = by_id[style["source"]]
        if style["type"] == "raster":
            if sheet.source and sheet.layer.raster:
                opacity = float(style["paint"]["raster-opacity"])
                canvas.lay(surface(frame, sheet.layer.raster, sheet.source, theme, opacity))
            continue
        if not len(sheet.drawn.places):
            continue
        brush = Brush(_spoken(style, sheet.drawn), zoom, sheet.drawn, theme)
        if "text-field" in brush.layout:
            names.append((brush, sheet.layer.geometry))
        else:
            KINDS[style["type"]](canvas, brush)
    lettering = Lettering(canvas)
    for brush, kind in reversed(names):
        lettering.write(brush, kind)
    return png(canvas.picture, background != CLEAR)


def _spoken(style: Json, drawn: Drawn) -> Json:
    """English names where they were read; otherwise the style as it is."""
    said = style.get("layout", {}).get("text-field")
    if said and f"{said[1]}_en" in drawn.names:
        better = ["coalesce", ["get", f"{said[1]}_en"], said]
        return style | {"layout": style["layout"] | {"text-field": better}}
    return style


def png(picture: Image.Image, opaque: bool) -> bytes:
    out = io.BytesIO()
    (picture.convert("RGB") if opaque else picture).save(out, "PNG", compress_level=6)
    return out.getvalue()
