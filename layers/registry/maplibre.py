"""Marks → MapLibre style layers and legend entries. The one place that knows MapLibre's words.

Style layers name the layer's id as source and source-layer; colours are resolved for one theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layers.registry.layer import GROUPS, Layer
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
                head["source-layer"] = names(layer) if isinstance(mark, Labels) else layer.id
            low, high = max(mark.zooms[0], layer.zooms[0]), mark.zooms[1]
            low = body.pop("minzoom", low)
            head["metadata"] = {"tier": _tier(mark, layer)}
            out.append(head | {"minzoom": low, "maxzoom": min(high, 24)} | body)
    return out


def names(layer: Layer) -> str:
    """The layer of a tile that labels are drawn from: for areas a point inside each, lest every tile that an area
    reaches into names it again."""
    return f"{layer.id}:names" if layer.geometry == "polygon" else layer.id


def named_apart(layer: Layer) -> bool:
    """Tiles hold the points for labels of this layer besides the areas themselves."""
    return layer.geometry == "polygon" and any(isinstance(mark, Labels) for mark in layer.style.marks)


_TIERS: dict[type, int] = {Fills: 0, Lines: 10, Surface: 40, Heat: 50, Points: 60, Labels: 80}


def _tier(mark: Mark, layer: Layer) -> int:
    """How high a mark lies in a map of many layers: the base map below, heat over streets, names on top.

    A map of several layers draws style layers by rising tier; of equal ones, those of the layer listed first
    come last, so that what stands higher in the layer tree lies higher on the map.
    """
    over = 20 if layer.group != "base" and isinstance(mark, Fills | Lines) else 0
    return _TIERS[type(mark)] + over + len(GROUPS) - 1 - list(GROUPS).index(layer.group)


def stack(layers: Sequence[tuple[Layer, list[Json]]]) -> list[Json]:
    """The style layers of several layers, given in the order of the tree, in the order in which they are drawn."""
    return sorted(
        (style for _, styles in reversed(layers) for style in styles),
        key=lambda style: int(style["metadata"]["tier"]),
    )


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
    ramp: list[Any] = ["interpolate", ["linear"], ["heatmap-density"], 0, _faded(colour(RISK[0], theme), 0)]
    for stop, alpha, token in zip(
        (0.18, 0.36, 0.56, 0.78, 1.0), (0.35, 0.7, 0.82, 0.9, 0.94), RISK, strict=True
    ):
        ramp += [stop, _faded(colour(token, theme), alpha)]
    return "heatmap", {
        "paint": {
            "heatmap-weight": ["interpolate", ["linear"], weight, 0, 0, mark.full, 1],
            "heatmap-radius": ["interpolate", ["exponential", 1.6], ["zoom"], 9, 6, 12, 16, 14, 34, 16, 60],
            # on screen points thin out faster than the radius grows, so that a place keeps its colour only if
            # intensity doubles with every zoom
            "heatmap-intensity": ["interpolate", ["exponential", 2], ["zoom"], 9, 0.08, 13, 1, 16, 4.5],
            "heatmap-color": ramp,
            "heatmap-opacity": [
                "interpolate", ["linear"], ["zoom"],
                max(low, high - 2), mark.opacity, high, 0 if high < 24 else mark.opacity,
            ],
        }
    }  # fmt: skip


def _faded(hex_colour: str, alpha: float) -> str:
    r, g, b = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{alpha})"


def _points(mark: Points, theme: Theme) -> list[tuple[str, Json]]:
    if mark.breaks and mark.by:
        return [_discs(mark, mark.by, theme)]
    if not mark.by:
        kind, body = _point(mark.icon, mark.color, mark.size, theme)
        return [(kind, _turned(body, mark.turn))]
    out = []
    for c in reversed(mark.classes):  # the first class is the most important: drawn last, on top
        kind, body = _point(c.icon, c.color, c.size, theme)
        body |= {"filter": ["==", ["get", mark.by], c.value], "minzoom": max(c.zooms[0], mark.zooms[0])}
        out.append((kind, _turned(body, mark.turn)))
    return out


def _turned(body: Json, turn: str | None) -> Json:
    if turn and "layout" in body:
        body["layout"] |= {"icon-rotate": ["get", turn], "icon-rotation-alignment": "map"}
    return body


def _steps(by: str, breaks: tuple[float, ...], values: Sequence[Any]) -> list[Any]:
    out: list[Any] = ["step", ["coalesce", ["get", by], 0], values[0]]
    for stop, value in zip(breaks, values[1:], strict=True):
        out += [stop, value]
    return out


def _discs(mark: Points, by: str, theme: Theme) -> tuple[str, Json]:
    radius: list[Any] = ["interpolate", ["exponential", 1.5], ["zoom"]]
    for zoom, grow in ((10, 0.3), (13, 0.7), (15, 1.3), (18, 3.4)):
        sizes = [round(mark.size * grow * share, 2) for share in (0.5, 0.7, 0.9, 1.2, 1.6)]
        radius += [zoom, _steps(by, mark.breaks, sizes)]
    ramp = _steps(by, mark.breaks, [colour(token, theme) for token in RISK])
    return "circle", {
        "paint": {
            "circle-radius": radius,
            "circle-color": ramp,
            "circle-opacity": 0.22,
            "circle-stroke-color": ramp,
            "circle-stroke-width": 1.6,
        }
    }


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
    if mark.metres:
        metres: Any = ["coalesce", ["get", mark.width_by], width] if mark.width_by else width
        return ["interpolate", ["exponential", 2], ["zoom"], *_ground(metres)]
    return ["interpolate", ["exponential", 1.4], ["zoom"], 10, width * 0.5, 14, width, 18, width * 2.2]


def _ground(metres: Any) -> list[Any]:
    """Pixels of a width on the ground at 23.5° north: true from zoom 16 on, wider than true on smaller maps, where a
    true street would be a hair."""
    out: list[Any] = []
    for zoom, pixels in ((10, 0.05), (13, 0.13), (16, 1 / 2.19), (20, 1 / 0.1369)):
        out += [zoom, ["*", metres, pixels] if isinstance(metres, list) else metres * pixels]
    return out


def _lines(mark: Lines, theme: Theme) -> list[tuple[str, Json]]:
    layout: Json = {"line-cap": "butt" if mark.dash else "round", "line-join": "round"}
    if mark.breaks and mark.by:
        steps = _steps(mark.by, mark.breaks, [colour(token, theme) for token in RISK])
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
    return [_plus(w) if i >= 4 and i % 2 == 0 else w for i, w in enumerate(width)]


def _plus(width: Any) -> Any:
    return ["+", width, 1.6] if isinstance(width, list) else width + 1.6


def _fills(mark: Fills, theme: Theme) -> list[tuple[str, Json]]:
    fill: Any = colour(mark.color, theme)
    if mark.breaks and mark.by:
        fill = _steps(mark.by, mark.breaks, [colour(token, theme) for token in RISK])
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
    if layer.geometry == "point":  # beside the symbol, on whichever side there is room
        sides = ["top", "bottom", "right", "left"]
        layout |= {"text-variable-anchor": sides, "text-radial-offset": 1.0, "text-justify": "auto"}
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
    if mark.priority and mark.most is not None:
        body["filter"] = ["<=", ["get", mark.priority], mark.most]
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
    if isinstance(mark, Points | Lines | Fills) and mark.breaks:
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
