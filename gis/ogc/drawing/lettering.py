"""Names on a map: beside points, inside areas, along lines; none over another, the important ones first."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from gis.ogc.drawing.canvas import Canvas, Colour, ink
from gis.ogc.drawing.paint import Brush

log = logging.getLogger(__name__)
Box = tuple[float, float, float, float]
Spot = tuple[Image.Image, float, float]
FACES = ("NotoSansCJK-{}.ttc", "NotoSansTC-{}.otf", "SourceHanSansTC-{}.otf")
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts")
TRADITIONAL = 3
"""In a collection of Noto Sans CJK, the face for Taiwan."""
LONG = 8
"""Ems of a line of text, then it is broken."""
APART = 180
CELL = 64


class Lettering:
    """Keeps what is written where on one map."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self._taken: dict[tuple[int, int], list[Box]] = {}
        self._written: dict[str, list[tuple[float, float]]] = {}

    def write(self, brush: Brush, kind: str | None) -> None:
        """The names of one style layer; those of the layer that lies highest are to be written first."""
        key = brush.layout.get("symbol-sort-key")
        wanted: list[tuple[float, int, str]] = []
        for group, own in brush.looks():
            text = str(brush.value("text-field", own, None) or "").strip()
            first = float(brush.value("symbol-sort-key", own, 99) or 0) if key else 0.0
            wanted += [(first, number, text[:80]) for number in group if text]
        for _, number, text in sorted(wanted):
            name = self._picture(brush, text)
            if name is None:
                return
            place = brush.drawn.places[number]
            ways = {"line": self._along, "polygon": self._inside}.get(kind or "", self._beside)
            for choices in ways(place, name, brush):
                next((spot for spot in choices if self._put(text, *spot)), None)

    def _picture(self, brush: Brush, text: str) -> Image.Image | None:
        weight = "Bold" if str(brush.layout["text-font"][0]).endswith("Bold") else "Regular"
        size = float(brush.value("text-size", {}, 12))
        colour, halo = ink(brush.value("text-color", {}, "#000000")), ink(brush.paint["text-halo-color"])
        return lettered(
            text, round(size * 2) / 2, weight, colour, halo, float(brush.layout["text-letter-spacing"])
        )

    def _put(self, text: str, picture: Image.Image, x: float, y: float) -> bool:
        width, height = self.canvas.size
        half_w, half_h = picture.width / 2, picture.height / 2
        box = (x - half_w, y - half_h, x + half_w, y + half_h)
        if box[0] < 1 or box[1] < 1 or box[2] > width - 1 or box[3] > height - 1:
            return False
        if any(math.hypot(x - a, y - b) < APART for a, b in self._written.get(text, ())):
            return False
        cells = [
            (i, j)
            for i in range(int(box[0] // CELL), int(box[2] // CELL) + 1)
            for j in range(int(box[1] // CELL), int(box[3] // CELL) + 1)
        ]
        for cell in cells:
            for other in self._taken.get(cell, ()):
                if box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]:
                    return False
        for cell in cells:
            self._taken.setdefault(cell, []).append(box)
        self._written.setdefault(text, []).append((x, y))
        self.canvas.stamp(picture, x, y)
        return True

    def _beside(self, place: Any, name: Image.Image, brush: Brush) -> Iterator[list[Spot]]:
        """Below, above, left or right of a point: the first that is free."""
        off = float(brush.value("text-size", {}, 12)) * float(brush.layout.get("text-radial-offset", 0))
        for x, y in shapely.get_coordinates(place):
            down, across = off + name.height / 2 - 3, off + name.width / 2 - 2
            sides = ((0, down), (0, -down), (-across, 0), (across, 0))
            yield [(name, float(x + dx), float(y + dy)) for dx, dy in sides]

    def _inside(self, place: Any, name: Image.Image, brush: Brush) -> Iterator[list[Spot]]:
        width, height = self.canvas.size
        seen = shapely.intersection(shapely.make_valid(place), shapely.box(0, 0, width, height))
        if not seen.is_empty:
            middle = shapely.point_on_surface(seen)
            yield [(name, float(middle.x), float(middle.y))]

    def _along(self, place: Any, name: Image.Image, brush: Brush) -> Iterator[list[Spot]]:
        """Straight along a stretch of line that is long and straight enough, again where the line is long."""
        every, needs = float(brush.layout.get("symbol-spacing", 320)), name.width - 4
        for line in shapely.get_parts(place):
            length = float(line.length)
            if length < needs * 1.1:
                continue
            times = max(1, int(length // every))
            for n in range(times):
                at = (n + 0.5) * length / times
                ends = shapely.line_interpolate_point(
                    line, [max(at - needs / 2, 0), min(at + needs / 2, length)]
                )
                (ax, ay), (bx, by) = (shapely.get_coordinates(e)[0] for e in ends)
                if math.hypot(bx - ax, by - ay) < needs * 0.96:
                    continue
                turn = math.degrees(math.atan2(by - ay, bx - ax))
                turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
                turned = name.rotate(-turn, Image.Resampling.BICUBIC, expand=True) if abs(turn) > 1 else name
                yield [(turned, float((ax + bx) / 2), float((ay + by) / 2))]


@lru_cache(maxsize=4096)
def lettered(
    text: str, size: float, weight: str, colour: Colour, halo: Colour, spacing: float
) -> Image.Image | None:
    """The words with their halo, or None where the machine has no font for them."""
    font = face(weight, size)
    if font is None:
        return None
    rows = _broken(text, font, size * LONG)
    gap = (
        0.0 if text.isascii() else spacing * size
    )  # wide setting is for Chinese; Latin words would fall apart
    widths = [sum(font.getlength(c) + gap for c in row) - gap if gap else font.getlength(row) for row in rows]
    rim, height = 2, size * 1.25
    out = Image.new(
        "RGBA",
        (math.ceil(max(widths)) + 2 * rim + 2, math.ceil(height * len(rows)) + 2 * rim),
        (*halo[:3], 0),
    )
    draw = ImageDraw.Draw(out)
    for stroke in (True, False):
        for number, (row, wide) in enumerate(zip(rows, widths, strict=True)):
            x, y = (out.width - wide) / 2, rim + height * (number + 0.5)
            for piece in row if gap else (row,):
                how: dict[str, Any] = {"stroke_width": 1.5, "stroke_fill": halo} if stroke else {}
                draw.text((x, y), piece, fill=halo if stroke else colour, font=font, anchor="lm", **how)
                x += font.getlength(piece) + gap
    return out


def _broken(text: str, font: ImageFont.FreeTypeFont, most: float) -> list[str]:
    """In lines that are not longer than that: between words, or between characters where there are none."""
    if font.getlength(text) <= most:
        return [text]
    words = text.split(" ")
    if len(words) == 1:
        halves = [f"{part}／" for part in text.split("／")]
        halves[-1] = halves[-1][:-1]
        if len(halves) > 1 and all(font.getlength(half) <= most for half in halves):
            return halves
        count = math.ceil(font.getlength(text) / most)
        step = math.ceil(len(text) / count)
        return [text[i : i + step] for i in range(0, len(text), step)]
    rows = [words[0]]
    for word in words[1:]:
        longer = f"{rows[-1]} {word}"
        if font.getlength(longer) <= most:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


@lru_cache(maxsize=128)
def face(weight: str, size: float) -> ImageFont.FreeTypeFont | None:
    path = _font_file(weight)
    if path is None:
        return None
    return ImageFont.truetype(str(path), size, index=TRADITIONAL if path.suffix == ".ttc" else 0)


@cache
def _font_file(weight: str) -> Path | None:
    """A font with Chinese characters: the one that is set, or one that the system has."""
    if chosen := settings.MAP_FONT:
        return Path(chosen)
    for folder in FOLDERS:
        for name in FACES:
            if found := next(Path(folder).expanduser().rglob(name.format(weight)), None):
                return found
    log.warning("no Chinese font is installed (fonts-noto-cjk): maps drawn on the server have no names")
    return None
