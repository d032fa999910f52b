"""Puts shapes, stamps and pictures on the paper, smoothed: shapes are drawn three times as fine, block by block.

Blocks keep a large map within memory: nothing but the picture itself is as large as the map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from PIL import Image, ImageDraw

Colour = tuple[int, int, int, int]
CLEAR: Colour = (0, 0, 0, 0)
BLOCK = 1024
SHARP = 3


def ink(said: str, opacity: float = 1.0) -> Colour:
    """`#RRGGBB` or `rgba(r,g,b,a)`, as our styles write colours."""
    if said.startswith("#"):
        r, g, b = (int(said[i : i + 2], 16) for i in (1, 3, 5))
        return r, g, b, round(255 * opacity)
    r_, g_, b_, a = said.removeprefix("rgba(").rstrip(")").split(",")
    return int(r_), int(g_), int(b_), round(255 * float(a) * opacity)


class Canvas:
    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.picture = Image.new("RGBA", (width, height), background)

    @property
    def size(self) -> tuple[int, int]:
        width, height = self.picture.size
        return width, height

    def shapes(self, shapes: Any, inks: Sequence[int], colours: Sequence[Colour]) -> None:
        """Polygons, each in the colour of its number; number 0 takes away what was drawn before it in this call."""
        parts, whose = shapely.get_parts(shapes, return_index=True)
        good = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
        parts, numbers = parts[good], np.asarray(inks)[whose[good]]
        if not len(parts):
            return
        bounds = shapely.bounds(parts)
        rings = [[shapely.get_coordinates(r) for r in (p.exterior, *p.interiors)] for p in parts]
        table = [CLEAR, *colours]
        for x, y, width, height in self._blocks():
            met = (
                (bounds[:, 0] < x + width)
                & (bounds[:, 2] > x)
                & (bounds[:, 1] < y + height)
                & (bounds[:, 3] > y)
            )
            found = np.flatnonzero(met)
            if len(found):
                left, top = np.maximum(np.floor(bounds[found, :2].min(axis=0)), (x, y)).astype(int).tolist()
                right, bottom = np.ceil(bounds[found, 2:].max(axis=0)).astype(int).tolist()
                wide, high = min(right + 1, x + width) - left, min(bottom + 1, y + height) - top
                plate = Image.new("L", (wide * SHARP, high * SHARP), 0)
                for i in found:
                    _fill(plate, [(ring - (left, top)) * SHARP for ring in rings[i]], int(numbers[i]))
                self.picture.alpha_composite(_inked(plate, table), (left, top))

    def _blocks(self) -> Iterator[tuple[int, int, int, int]]:
        width, height = self.size
        for y in range(0, height, BLOCK):
            for x in range(0, width, BLOCK):
                yield x, y, min(BLOCK, width - x), min(BLOCK, height - y)

    def stamp(self, stamp: Image.Image, x: float, y: float) -> None:
        """A small picture with its middle at a place, cut where it leaves the paper."""
        width, height = self.size
        left, top = round(x - stamp.width / 2), round(y - stamp.height / 2)
        cut = (max(-left, 0), max(-top, 0), min(stamp.width, width - left), min(stamp.height, height - top))
        if cut[0] < cut[2] and cut[1] < cut[3]:
            self.picture.alpha_composite(stamp, (max(left, 0), max(top, 0)), cut)

    def lay(self, picture: Image.Image) -> None:
        """A picture as large as the map."""
        self.picture.alpha_composite(picture)


def _inked(plate: Image.Image, table: list[Colour]) -> Image.Image:
    """The numbers as colours, smoothed to pixels. With one colour only its cover is reckoned, which is quicker."""
    if len(table) > 2:
        plate.putpalette([v for colour in table for v in colour], "RGBA")
        return plate.convert("RGBA").reduce(SHARP)
    alpha = table[1][3]
    cover = plate.point([0] + [255] * 255).reduce(SHARP)
    out = Image.new("RGBA", cover.size, table[1])
    out.putalpha(cover if alpha == 255 else cover.point([v * alpha // 255 for v in range(256)]))
    return out


def _fill(plate: Image.Image, rings: list[Any], number: int) -> None:
    if len(rings) == 1:
        ImageDraw.Draw(plate).polygon(rings[0].ravel().tolist(), fill=number)
        return
    low = np.maximum(np.floor(rings[0].min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(rings[0].max(axis=0)) + 1, plate.size).astype(int)
    if (high <= low).any():
        return
    mask = Image.new("1", tuple((high - low).tolist()), 0)
    draw = ImageDraw.Draw(mask)
    for i, ring in enumerate(rings):
        draw.polygon((ring - low).ravel().tolist(), fill=0 if i else 1)
    plate.paste(number, tuple(low.tolist()), mask)
