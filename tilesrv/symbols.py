"""Our own symbols (layers/registry/icons) as pictures, in a colour of the palette, for whoever cannot draw SVG.

Reads the little of SVG that these drawings use: paths, circles, rectangles, fills, strokes and dashes. A
drawing that uses more is refused when it is first drawn, so that no symbol is quietly wrong.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from xml.etree import ElementTree

import shapely
import shapely.ops
from PIL import Image, ImageDraw
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from layers.registry.palette import ICONS, Theme, colour, has_colour, icons

VIEW = 24.0
FINE = 4
Place = tuple[float, float]
_TOKEN = re.compile(r"[a-zA-Z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_COUNTS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "a": 7, "z": 0}
_CAPS, _JOINS = {"butt": "flat", "round": "round"}, {"miter": "mitre", "round": "round"}


@lru_cache(maxsize=512)
def symbol(name: str, theme: Theme, pixels: int) -> Image.Image | None:
    """The picture of `icon/colour`, square, or None where there is no such symbol."""
    icon, _, token = name.partition("/")
    if icon not in icons() or not has_colour(token):
        return None
    out = Image.new("RGBA", (pixels * FINE, pixels * FINE), (0, 0, 0, 0))
    for shape, paint, opacity in _drawing(icon):
        ink = colour(token, theme) if paint == "currentColor" else colour("halo", theme)
        plate = Image.new("RGBA", out.size, ink)
        plate.putalpha(_mask(shape, out.size[0]).point([round(v * opacity) for v in range(256)]))
        out.alpha_composite(plate)
    return out.reduce(FINE)


def _mask(shape: BaseGeometry, size: int) -> Image.Image:
    mask = Image.new("L", (size, size), 0)
    draw, scale = ImageDraw.Draw(mask), size / VIEW
    for part in shapely.get_parts(shape):
        if not isinstance(part, Polygon) or part.is_empty:
            continue
        for ring, value in [(part.exterior, 255), *((hole, 0) for hole in part.interiors)]:
            draw.polygon((shapely.get_coordinates(ring) * scale).ravel().tolist(), fill=value)
    return mask


@cache
def _drawing(icon: str) -> tuple[tuple[BaseGeometry, str, float], ...]:
    """What is painted, in order: shape, `currentColor` or white, opacity."""
    root = ElementTree.fromstring((ICONS / f"{icon}.svg").read_text("utf-8"))  # noqa: S314 (our own files)
    out = []
    for element in root:
        told = {"fill": root.get("fill", "currentColor")} | dict(element.attrib)
        lines = _lines(element.tag.rsplit("}", 1)[-1], told, icon)
        if told["fill"] != "none":
            out.append(
                (_filled(lines, told.get("fill-rule")), told["fill"], float(told.get("fill-opacity", 1)))
            )
        if told.get("stroke", "none") != "none":
            out.append((_stroked(lines, told), told["stroke"], 1.0))
    return tuple(out)


def _lines(tag: str, told: dict[str, str], icon: str) -> list[list[Place]]:
    def number(name: str) -> float:
        return float(told.get(name, 0))

    if tag == "path":
        return list(_path(told["d"]))
    if tag == "circle":
        ring = Point(number("cx"), number("cy")).buffer(number("r"), quad_segs=16)
    elif tag == "rect":
        x, y, r = number("x"), number("y"), number("rx")
        inner = box(x + r, y + r, x + number("width") - r, y + number("height") - r)
        ring = inner.buffer(r, quad_segs=8) if r else inner
    else:
        raise ValueError(f"icon {icon}: <{tag}> is not drawn here; use path, circle or rect.")
    return [list(ring.exterior.coords)]


def _filled(lines: list[list[Place]], rule: str | None) -> BaseGeometry:
    areas = [shapely.make_valid(Polygon(line)) for line in lines if len(line) > 3]
    if rule != "evenodd":
        return shapely.union_all(areas)
    out: BaseGeometry = Polygon()
    for area in areas:
        out = out.symmetric_difference(area)
    return out


def _stroked(lines: list[list[Place]], told: dict[str, str]) -> BaseGeometry:
    pieces = [LineString(line) for line in lines if len(line) > 1]
    if dashes := told.get("stroke-dasharray"):
        on, off = (float(v) for v in dashes.split())
        pieces = [
            piece
            for line in pieces
            for start in _steps(line.length, on + off)
            if isinstance(piece := shapely.ops.substring(line, start, start + on), LineString)
        ]
    cap = _CAPS[told.get("stroke-linecap", "butt")]
    join = _JOINS[told.get("stroke-linejoin", "miter")]
    half = float(told.get("stroke-width", 1)) / 2
    return shapely.union_all([p.buffer(half, cap_style=cap, join_style=join, quad_segs=8) for p in pieces])


def _steps(length: float, step: float) -> Iterator[float]:
    at = 0.0
    while at < length:
        yield at
        at += step


def _path(text: str) -> Iterator[list[Place]]:
    """The lines of a path's `d`, curves as chains of short ones; a closed line ends where it began."""
    tokens = _TOKEN.findall(_spelt(text))
    line: list[Place] = []
    x = y = 0.0
    bend: Place | None = None
    letter, at = "m", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            letter, at = tokens[at], at + 1
        kind, count = letter.lower(), _COUNTS[letter.lower()]
        v = [float(t) for t in tokens[at : at + count]]
        at += count
        dx, dy = (x, y) if letter.islower() else (0.0, 0.0)
        if kind == "m":
            if line:
                yield line
            line, letter = [(v[0] + dx, v[1] + dy)], "l" if letter == "m" else "L"
        elif kind == "z":
            line.append(line[0])
            yield line
            x, y = line[0]
            line = [(x, y)] if at < len(tokens) and tokens[at] not in "mM" else []
            continue
        elif kind == "l":
            line.append((v[0] + dx, v[1] + dy))
        elif kind == "h":
            line.append((v[0] + dx, y))
        elif kind == "v":
            line.append((x, v[0] + dy))
        elif kind == "a":
            line += _arc((x, y), v[0], v[1], v[2], bool(v[3]), bool(v[4]), (v[5] + dx, v[6] + dy))
        else:
            first = (2 * x - bend[0], 2 * y - bend[1]) if kind == "s" and bend else (x, y)
            places = [(v[i] + dx, v[i + 1] + dy) for i in range(0, len(v), 2)]
            places = [first, *places] if kind == "s" else places
            line += _curve([(x, y), *places])
            bend = places[-2]
        if kind not in "cs":
            bend = None
        x, y = line[-1]
    if line:
        yield line


def _spelt(text: str) -> str:
    """The flags of arcs may stand without a gap (`a5 5 0 10 3 4` for `1 0`): here they get theirs."""
    number = r"(-?(?:\d+\.?\d*|\.\d+))[\s,]*"
    one = re.compile(number * 3 + r"([01])[\s,]*([01])[\s,]*" + number * 2)
    return re.sub(r"([aA])([^a-zA-Z]*)", lambda m: m[1] + one.sub(r" \1 \2 \3 \4 \5 \6 \7 ", m[2]), text)


def _curve(places: list[Place], steps: int = 12) -> list[Place]:
    """De Casteljau, for curves of any degree."""
    out = []
    for i in range(1, steps + 1):
        t, row = i / steps, places
        while len(row) > 1:
            row = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(row)]
        out.append(row[0])
    return out


def _arc(a: Place, rx: float, ry: float, turn: float, large: bool, sweep: bool, b: Place) -> list[Place]:
    """An elliptical arc from its ends, as SVG's implementation notes tell how."""
    if a == b or not rx or not ry:
        return [b]
    phi = math.radians(turn)
    cos, sin = math.cos(phi), math.sin(phi)
    hx, hy = (a[0] - b[0]) / 2, (a[1] - b[1]) / 2
    x, y = cos * hx + sin * hy, cos * hy - sin * hx
    grow = max(1.0, math.sqrt((x / rx) ** 2 + (y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    under = (rx * y) ** 2 + (ry * x) ** 2
    root = math.sqrt(max(0.0, ((rx * ry) ** 2 - under) / under)) * (-1 if large == sweep else 1)
    mx, my = root * rx * y / ry, -root * ry * x / rx
    cx, cy = cos * mx - sin * my + (a[0] + b[0]) / 2, sin * mx + cos * my + (a[1] + b[1]) / 2
    start = math.atan2((y - my) / ry, (x - mx) / rx)
    span = math.atan2((-y - my) / ry, (-x - mx) / rx) - start
    if sweep and span < 0:
        span += 2 * math.pi
    if not sweep and span > 0:
        span -= 2 * math.pi
    steps = max(4, math.ceil(abs(span) * 8))
    return [
        (
            cx + rx * math.cos(t) * cos - ry * math.sin(t) * sin,
            cy + rx * math.cos(t) * sin + ry * math.sin(t) * cos,
        )
        for t in (start + span * i / steps for i in range(1, steps + 1))
    ]
