"""Marks → MapLibre style layers and legend entries. The one place that knows MapLibre's words.

Style layers name the layer's id as source and source-layer; colours are resolved for one theme.
"""

from __future__ import annotations

from typing import Any

from layers.registry.layer import Layer
from layers.registry.palette import Theme, colour
from layers.registry.style import HIGH, LOW, RISK, Class, Fills, Heat, Labels, Lines, Mark, Points, Surface

Json = dict[str, Any]
_CIRCLES = {"dot", "ring"}
_FONT = "Noto Sans CJK TC"


def style_layers(layer: Layer, theme: Theme) -> list[Json]:
    out: list[Json] = []
    for number, mark in enumerate(layer.style.marks):
        for part, (kind, body) in enumerate(_draw(mark, layer, theme)):
            head: Json = {"id": f"{layer.id}/{number}.{part}", "type": kind, "source": layer.id}
            if not layer.raster:
                head["source-layer"] = layer.id
            low, high = max(mark.zooms[0], layer.zooms[0]), mark.zooms[1]
            low = body.pop("minzoom", low)
            out.append(head | {"minzoom": low, "maxzoom": min(high, 24)} | body)
    return out


def _draw(mark: Mark, layer: Layer, theme: Theme) -> list[tuple[str, Json]]:
    if isinstance(mark, Heat):
        return [_heat(mark, layer, theme)]
    if isinstance(mark, Points):
        return _points(mark, theme)
    if isinstance(mark, Lines):
        return _lines(mark, theme)
    if isinstance(mark, Fills):
        return _fills(mark, theme)
    if isinstance(mark, Labels):
        return [_labels(mark, layer, theme)]
    return [("raster", {"paint": {"raster-opacity": mark.opacity, "raster-resampling": "linear"}})]


def _heat(mark: Heat, layer: Layer, theme: Theme) -> tuple[str, Json]:
    weight: Any = ["coalesce", ["get", mark.weight], 1] if mark.weight else ["coalesce", ["get", "n"], 1]
    low, high = mark.zooms
    ramp: list[Any] = ["interpolate", ["linear"], ["heatmap-density"], 0, _clear(colour(RISK[0], theme))]
    for stop, token in zip((0.12, 0.3, 0.5, 0.72, 1.0), RISK, strict=True):
        ramp += [stop, colour(token, theme)]
    return "heatmap", {
        "paint": {
            "heatmap-weight": ["interpolate", ["linear"], weight, 0, 0, mark.full, 1],
            "heatmap-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 9, 6, 12, 16, 14, 34, 16, 60],
            "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 14, 1.1, 16, 1.6],
            "heatmap-color": ramp,
            "heatmap-opacity": [
                "interpolate", ["linear"], ["zoom"],
                max(low, high - 2), mark.opacity, high, 0 if high < 24 else mark.opacity,
            ],
        }
    }  # fmt: skip


def _clear(hex_colour: str) -> str:
    r, g, b = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},0)"


def _points(mark: Points, theme: Theme) -> list[tuple[str, Json]]:
    if not mark.by:
        return [_point(mark.icon, mark.color, mark.size, theme)]
    out = []
    for c in reversed(mark.classes):  # the first class is the most important: drawn last, on top
        kind, body = _point(c.icon, c.color, c.size, theme)
        body |= {"filter": ["==", ["get", mark.by], c.value], "minzoom": max(c.zooms[0], mark.zooms[0])}
        out.append((kind, body))
    return out


def _point(icon: str, token: str, size: float, theme: Theme) -> tuple[str, Json]:
    grow = ["interpolate", ["exponential", 1.4], ["zoom"], 11, size * 0.45, 14, size * 0.8, 17, size * 1.3]
    if icon in _CIRCLES:
        ring = icon == "ring"
        return "circle", {
            "paint": {
                "circle-radius": grow,
                "circle-color": colour("land" if ring else token, theme),
                "circle-stroke-color": colour(token if ring else "halo", theme),
                "circle-stroke-width": 1.4 if ring else 1.0,
            }
        }
    return "symbol", {
        "layout": {
            "icon-image": f"{icon}/{token}",
            "icon-size": ["interpolate", ["linear"], ["zoom"], 11, size / 14, 15, size / 9, 18, size / 7],
            "icon-allow-overlap": True,
            "icon-ignore-placement": True,
        }
    }


def _width(mark: Lines, width: float) -> list[Any]:
    if mark.metres:  # pixels for a width on the ground at 23.5° north, doubling a zoom
        at20 = width / 0.1369
        return ["interpolate", ["exponential", 2], ["zoom"], 10, max(at20 / 1024, 0.5), 20, at20]
    return ["interpolate", ["exponential", 1.4], ["zoom"], 10, width * 0.5, 14, width, 18, width * 2.2]


def _lines(mark: Lines, theme: Theme) -> list[tuple[str, Json]]:
    layout: Json = {"line-cap": "butt" if mark.dash else "round", "line-join": "round"}
    if mark.breaks and mark.by:
        steps: list[Any] = ["step", ["coalesce", ["get", mark.by], 0], colour(RISK[0], theme)]
        for stop, token in zip(mark.breaks, RISK[1:], strict=True):
            steps += [stop, colour(token, theme)]
        graduated = {"line-color": steps, "line-width": _width(mark, mark.width)}
        return [("line", {"layout": layout, "paint": graduated})]
    looks: list[tuple[str, float, bool, Json]] = [(mark.color, mark.width, mark.dash, {})]
    if mark.by:
        looks = [
            (
                c.color,
                c.width or mark.width,
                c.dash,
                {"filter": ["==", ["get", mark.by], c.value], "minzoom": max(c.zooms[0], mark.zooms[0])},
            )
            for c in reversed(mark.classes)
        ]
    casings, bodies = [], []
    for token, width, dash, extra in looks:
        paint: Json = {"line-color": colour(token, theme), "line-width": _width(mark, width)}
        if dash:
            paint["line-dasharray"] = [2, 1.6]
        if mark.double:
            paint["line-gap-width"] = _width(mark, width * 2)
        bodies.append(("line", {"layout": layout, "paint": paint, **extra}))
        if mark.casing:
            outer = {"line-color": colour(mark.casing, theme), "line-width": _wider(_width(mark, width))}
            casings.append(("line", {"layout": layout, "paint": outer, **extra}))
    return casings + bodies


def _wider(width: list[Any]) -> list[Any]:
    """The same zoom curve, two pixels wider: stops sit at every second place from the fifth on."""
    return [w + 1.6 if i >= 4 and i % 2 == 0 else w for i, w in enumerate(width)]


def _fills(mark: Fills, theme: Theme) -> list[tuple[str, Json]]:
    fill: Any = colour(mark.color, theme)
    if mark.breaks and mark.by:
        fill = ["step", ["coalesce", ["get", mark.by], 0], colour(RISK[0], theme)]
        for stop, token in zip(mark.breaks, RISK[1:], strict=True):
            fill += [stop, colour(token, theme)]
    elif mark.by:
        fill = ["match", ["get", mark.by]]
        for c in mark.classes:
            fill += [c.value, colour(c.color, theme)]
        fill.append(colour(mark.color, theme))
    out: list[tuple[str, Json]] = []
    if mark.opacity > 0:
        out.append(("fill", {"paint": {"fill-color": fill, "fill-opacity": mark.opacity}}))
    if mark.outline:
        paint: Json = {
            "line-color": colour(mark.outline, theme),
            "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 16, 1.5],
        }
        if mark.outline_dash:
            paint["line-dasharray"] = [3, 2]
        out.append(("line", {"paint": paint}))
    return out


def _labels(mark: Labels, layer: Layer, theme: Theme) -> tuple[str, Json]:
    size = ["interpolate", ["linear"], ["zoom"], 12, mark.size * 0.88, 18, mark.size * 1.25]
    layout: Json = {
        "text-field": ["get", mark.field],
        "text-font": [f"{_FONT} {mark.weight}", _FONT, "Noto Sans TC", "PingFang TC", "Microsoft JhengHei"],
        "text-size": size,
        "text-letter-spacing": mark.spacing,
        "text-max-width": 8,
    }
    if layer.geometry == "line":
        layout |= {"symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 35}
    if mark.priority:
        layout["symbol-sort-key"] = ["coalesce", ["get", mark.priority], 99]
    body: Json = {
        "layout": layout,
        "paint": {
            "text-color": colour(mark.color, theme),
            "text-halo-color": colour("halo", theme),
            "text-halo-width": 1.5,
        },
    }
    if mark.where:
        body["filter"] = ["in", ["get", mark.where[0]], ["literal", list(mark.where[1])]]
    return "symbol", body


def legend(layer: Layer) -> list[Json]:
    """What the legend says of the layer, in drawing order; classes can be switched where they name a value."""
    out: list[Json] = []
    for mark in layer.style.marks:
        out += _legend(mark, layer)
    return out


def _legend(mark: Mark, layer: Layer) -> list[Json]:
    if isinstance(mark, Labels):
        return []
    own: Json = {"label": (mark.label or layer.title).as_json()}
    if isinstance(mark, Heat | Surface):
        return [own | _ramp()]
    if isinstance(mark, Lines | Fills) and mark.breaks:
        return [own | _ramp() | {"breaks": list(mark.breaks)}]
    if mark.by:
        return [
            {"label": c.label.as_json(), "filter": {"field": mark.by, "value": c.value}} | _swatch(mark, c)
            for c in mark.classes
        ]
    return [own | _swatch(mark, None)]


def _ramp() -> Json:
    return {"ramp": list(RISK), "low": LOW.as_json(), "high": HIGH.as_json()}


def _swatch(mark: Points | Lines | Fills, one: Class | None) -> Json:
    color = one.color if one else mark.color
    if isinstance(mark, Points):
        return {"icon": f"{one.icon if one else mark.icon}/{color}"}
    if isinstance(mark, Lines):
        dash = one.dash if one else mark.dash
        style = "double" if mark.double else "dash" if dash else "solid"
        return {"line": {"color": color, "width": (one and one.width) or mark.width, "style": style}}
    return {"fill": color, "outline": mark.outline, "opacity": mark.opacity}
