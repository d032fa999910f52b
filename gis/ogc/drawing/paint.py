"""Draws one style layer of MapLibre's kind on the canvas: fill, line, circle, symbol, heatmap.

Looks are reckoned once for each different set of values that the style asks for, not once a feature.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from PIL import Image, ImageDraw

from gis.ogc.drawing.canvas import Canvas, Colour, ink
from gis.ogc.drawing.expression import properties, reckon
from gis.ogc.drawing.lines import dashed, outlines, shared, strokes
from gis.ogc.drawing.rows import Drawn
from layers.registry.palette import Theme
from tilesrv.symbols import VIEW, symbol

Json = dict[str, Any]
FINE = 4
GAUSS = 0.3989422804014327
"""The height of a heat map's kernel, as MapLibre has it; its radius is three deviations."""


class Brush:
    """Knows the style layer, the zoom and the features, and asks what each looks like."""

    def __init__(self, style: Json, zoom: float, drawn: Drawn, theme: Theme) -> None:
        self.style, self.zoom, self.drawn, self.theme = style, zoom, drawn, theme
        self.paint: Json = style.get("paint", {})
        self.layout: Json = style.get("layout", {})
        self.asked = sorted(set(properties(style)) & set(drawn.names))
        self._kept: dict[tuple[Any, ...], list[tuple[int, Json]]] = {}
        for number in range(len(drawn.places)):
            own = drawn.of(number)
            key = tuple(own[name] for name in self.asked)
            self._kept.setdefault(key, []).append((number, own))

    def looks(self) -> list[tuple[list[int], Json]]:
        """Features that look alike, with their properties; those that the style's filter leaves out are gone."""
        rule = self.style.get("filter")
        alike = (([n for n, _ in group], group[0][1]) for group in self._kept.values())
        return [(ns, own) for ns, own in alike if rule is None or reckon(rule, self.zoom, own)]

    def value(self, name: str, own: Json, default: Any) -> Any:
        said = self.paint.get(name, self.layout.get(name))
        return default if said is None else reckon(said, self.zoom, own)


def fills(canvas: Canvas, brush: Brush) -> None:
    numbers, inks, colours = [], [], []
    for group, own in brush.looks():
        colours.append(ink(brush.value("fill-color", own, "#000000"), brush.value("fill-opacity", own, 1.0)))
        numbers += group
        inks += [len(colours)] * len(group)
    _in_order(canvas, brush.drawn.places[numbers], numbers, inks, colours)


def _in_order(
    canvas: Canvas, shapes: Any, numbers: list[int], inks: list[int], colours: list[Colour]
) -> None:
    order = np.argsort(numbers, kind="stable")
    canvas.shapes(shapes[order], [inks[i] for i in order], colours)


def lines(canvas: Canvas, brush: Brush) -> None:
    shapes: list[Any] = []
    numbers: list[int] = []
    inks: list[int] = []
    gaps: list[Any] = []
    colours: list[Colour] = []
    looks = brush.looks()
    for group, own in looks:
        width, gap = brush.value("line-width", own, 1.0), brush.value("line-gap-width", own, 0.0)
        colours.append(ink(brush.value("line-color", own, "#000000"), brush.value("line-opacity", own, 1.0)))
        found = outlines(brush.drawn.places[group])
        owners = np.arange(len(found))
        if pattern := brush.paint.get("line-dasharray"):
            if len(looks) == 1:
                found = shared(found)
            found, owners = dashed(found, pattern, width)
        round_ = brush.layout.get("line-cap") == "round"
        areas = strokes(found, gap + 2 * width if gap else width, round_)
        shapes += list(areas)
        numbers += [group[min(int(o), len(group) - 1)] for o in owners]
        inks += [len(colours)] * len(areas)
        if gap:
            gaps += list(strokes(found, gap, False))
    order = np.argsort(numbers, kind="stable") if numbers else np.empty(0, dtype=int)
    whole = np.array([*(shapes[i] for i in order), *gaps], dtype=object)
    canvas.shapes(whole, [*(inks[i] for i in order), *([0] * len(gaps))], colours)


def circles(canvas: Canvas, brush: Brush) -> None:
    stamps: list[tuple[int, Image.Image]] = []
    for group, own in brush.looks():
        stamp = disc(
            round(float(brush.value("circle-radius", own, 5)) * 4) / 4,
            ink(brush.value("circle-color", own, "#000000"), brush.value("circle-opacity", own, 1.0)),
            float(brush.value("circle-stroke-width", own, 0)),
            ink(brush.value("circle-stroke-color", own, "#000000")),
        )
        stamps += [(number, stamp) for number in group]
    _stamped(canvas, brush, stamps)


def symbols(canvas: Canvas, brush: Brush) -> None:
    stamps: list[tuple[int, Image.Image]] = []
    for group, own in brush.looks():
        pixels = max(round(VIEW * float(brush.value("icon-size", own, 1.0))), 3)
        stamp = symbol(str(brush.value("icon-image", own, "")), brush.theme, pixels)
        if stamp is None:
            continue
        if (turn := brush.value("icon-rotate", own, None)) is not None:
            stamp = stamp.rotate(-float(turn), Image.Resampling.BICUBIC, expand=True)
        stamps += [(number, stamp) for number in group]
    _stamped(canvas, brush, stamps)


def _stamped(canvas: Canvas, brush: Brush, stamps: list[tuple[int, Image.Image]]) -> None:
    for number, stamp in sorted(stamps, key=lambda s: s[0]):
        for x, y in shapely.get_coordinates(brush.drawn.places[number]):
            canvas.stamp(stamp, float(x), float(y))


@lru_cache(maxsize=512)
def disc(radius: float, fill: Colour, stroke: float, edge: Colour) -> Image.Image:
    """A circle with its rim outside of it, smoothed."""
    half = radius + stroke
    side = 2 * int(np.ceil(half + 0.5))
    out = Image.new("RGBA", (side * FINE, side * FINE), (*edge[:3], 0))
    draw, middle = ImageDraw.Draw(out), side * FINE / 2 - 0.5
    for r, colour in ((half, edge), (radius, fill)):
        if r == half and not stroke:
            continue
        draw.ellipse(
            [middle - r * FINE, middle - r * FINE, middle + r * FINE, middle + r * FINE], fill=colour
        )
    return out.reduce(FINE)


def heat(canvas: Canvas, brush: Brush) -> None:
    radius, intensity = brush.value("heatmap-radius", {}, 30.0), brush.value("heatmap-intensity", {}, 1.0)
    opacity = brush.value("heatmap-opacity", {}, 1.0)
    if not opacity:
        return
    coarse = max(1, int(radius // 9))
    width, height = (-(-side // coarse) for side in canvas.size)
    margin = int(radius / coarse) + 1
    ground = np.zeros((height + 2 * margin, width + 2 * margin), dtype=np.float32)
    for group, own in brush.looks():
        xy = shapely.get_coordinates(brush.drawn.places[group])
        cells = np.floor(xy / coarse).astype(int) + margin
        good = ((cells >= 0) & (cells < ground.shape[::-1])).all(axis=1)
        np.add.at(ground, (cells[good, 1], cells[good, 0]), brush.value("heatmap-weight", own, 1.0))
    deviation = radius / 3 / coarse
    from scipy.ndimage import gaussian_filter  # 35 MB, for whoever draws heat

    ground = gaussian_filter(ground, deviation, mode="constant", truncate=3.0)
    ground *= intensity * GAUSS * 2 * np.pi * deviation**2
    density = ground[margin : margin + height, margin : margin + width]
    picture = Image.fromarray(_warm(brush.paint["heatmap-color"], opacity)[_steps(density)], "RGBA")
    if coarse > 1:
        big = picture.resize((width * coarse, height * coarse), Image.Resampling.BICUBIC)
        picture = big.crop((0, 0, *canvas.size))
    canvas.lay(picture)


def _steps(density: Any) -> Any:
    return (np.clip(density, 0, 1) * 255).astype(np.uint8)


def _warm(ramp: list[Any], opacity: float) -> Any:
    """The 256 colours of `["interpolate", ["linear"], ["heatmap-density"], stop, colour, …]`."""
    stops, inks = ramp[3::2], [ink(said) for said in ramp[4::2]]
    at = np.linspace(0, 1, 256)
    table = np.column_stack([np.interp(at, stops, [c[i] for c in inks]) for i in range(4)])
    table[:, 3] *= opacity
    return table.round().astype(np.uint8)


KINDS = {"fill": fills, "line": lines, "circle": circles, "symbol": symbols, "heatmap": heat}
