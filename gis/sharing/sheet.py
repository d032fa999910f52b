"""The geometry of a printed sheet in millimetres, pure: where map, legend and bars stand, how long a bar is, where the
lines of the TWD97 grid run.

The browser draws the map for exactly the frame that `Sheet.map` says (`portal/web/src/share/paper.ts` holds the same
numbers, a test compares them), so that a millimetre on paper is `scale` millimetres on the ground. Web Mercator is
stretched a little differently north–south and east–west on the ellipsoid; the mean of both is what is drawn to scale,
which leaves under 0.3 % in either direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Paper = Literal["A4", "A3"]
Turn = Literal["portrait", "landscape"]

SIZES: dict[Paper, tuple[float, float]] = {"A4": (210, 297), "A3": (297, 420)}
MARGIN = 10.0
HEAD = 17.0
FOOT = 9.0
GAP = 3.0
LEGEND = {"portrait": 46.0, "landscape": 58.0}
"""Height of the legend below an upright map, width beside a lying one."""
SCALES = (200, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 25_000)
LOWEST, HIGHEST = 200, 25_000

RADIUS = 6378137.0
ECCENTRICITY2 = 0.00669437999014


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    paper: Paper
    turn: Turn

    @property
    def size(self) -> tuple[float, float]:
        short, long = SIZES[self.paper]
        return (short, long) if self.turn == "portrait" else (long, short)

    @property
    def map(self) -> Box:
        width, height = self.size
        wide, high = width - 2 * MARGIN, height - 2 * MARGIN - HEAD - FOOT
        if self.turn == "portrait":
            return Box(MARGIN, MARGIN + HEAD, wide, high - LEGEND["portrait"] - GAP)
        return Box(MARGIN, MARGIN + HEAD, wide - LEGEND["landscape"] - GAP, high)

    @property
    def legend(self) -> Box:
        width = self.size[0]
        box = self.map
        if self.turn == "portrait":
            return Box(MARGIN, box.y + box.height + GAP, box.width, LEGEND["portrait"])
        return Box(width - MARGIN - LEGEND["landscape"], box.y, LEGEND["landscape"], box.height)


def columns(sheet: Sheet) -> int:
    """Of a page that holds nothing but legend."""
    return 3 if sheet.size[0] < 250 else 4


def ground(lat: float) -> float:
    """Metres on the ground per metre of Web Mercator at a latitude: the mean of both directions."""
    sine, cosine = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    bend = 1 - ECCENTRICITY2 * sine * sine
    east_west = cosine / math.sqrt(bend)
    north_south = cosine * (1 - ECCENTRICITY2) / bend**1.5
    return math.sqrt(east_west * north_south)


def bar(scale: float, longest: float) -> tuple[float, float]:
    """A round length on the ground in metres and its length on paper in millimetres, at most `longest`."""
    reach = longest * scale / 1000
    power = 10.0 ** math.floor(math.log10(reach))
    metres = next(step * power for step in (5, 2, 1) if step * power <= reach)
    return metres, metres * 1000 / scale


def step(scale: float, width: float) -> float:
    """Metres between the lines of the grid: some four or five over the width of the map."""
    return bar(scale, width / 3.5)[0]


def mercator(lon: float, lat: float) -> tuple[float, float]:
    return (
        RADIUS * math.radians(lon),
        RADIUS * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)),
    )


@dataclass(frozen=True, slots=True)
class View:
    """Which ground lies in the frame. Paper millimetres are counted from its upper left corner."""

    lon: float
    lat: float
    scale: float
    box: Box

    @property
    def _metres(self) -> float:
        """Mercator metres per millimetre of paper."""
        return self.scale / 1000 / ground(self.lat)

    def to_paper(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = mercator(lon, lat)
        x0, y0 = mercator(self.lon, self.lat)
        return self.box.width / 2 + (x - x0) / self._metres, self.box.height / 2 - (y - y0) / self._metres

    def to_ground(self, x: float, y: float) -> tuple[float, float]:
        x0, y0 = mercator(self.lon, self.lat)
        east = x0 + (x - self.box.width / 2) * self._metres
        north = y0 - (y - self.box.height / 2) * self._metres
        return math.degrees(east / RADIUS), math.degrees(
            2 * math.atan(math.exp(north / RADIUS)) - math.pi / 2
        )


@dataclass(frozen=True, slots=True)
class GridLine:
    metres: float
    axis: Literal["E", "N"]
    ends: tuple[float, float, float, float]


def grid(view: View) -> list[GridLine]:
    """Lines of TWD97 / TM2 (121 or 119) over the map; each is straight within a tenth of a millimetre."""
    from pyproj import Transformer

    zone = 3825 if view.lon < 120 else 3826
    there = Transformer.from_crs(4326, zone, always_xy=True)
    back = Transformer.from_crs(zone, 4326, always_xy=True)
    box = view.box
    corners = [there.transform(*view.to_ground(x, y)) for x in (0, box.width) for y in (0, box.height)]
    every = step(view.scale, box.width)
    lines: list[GridLine] = []
    (west, east), (south, north) = (
        (min(c[axis] for c in corners), max(c[axis] for c in corners)) for axis in (0, 1)
    )
    for metres in _rounds(west, east, every):
        ends = (view.to_paper(*back.transform(metres, n)) for n in (south, north))
        lines.append(_line(metres, "E", *ends))
    for metres in _rounds(south, north, every):
        ends = (view.to_paper(*back.transform(e, metres)) for e in (west, east))
        lines.append(_line(metres, "N", *ends))
    return lines


def _rounds(low: float, high: float, every: float) -> list[float]:
    first = math.ceil(low / every)
    return [k * every for k in range(first, math.floor(high / every) + 1)]


def _line(
    metres: float, axis: Literal["E", "N"], one: tuple[float, float], two: tuple[float, float]
) -> GridLine:
    return GridLine(metres, axis, (round(one[0], 3), round(one[1], 3), round(two[0], 3), round(two[1], 3)))
