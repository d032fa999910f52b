"""The arithmetic of tiles: matrix sets, which cells of zoom 14 lie under a tile, what a tile's pixels measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asinh, floor, isfinite, pi, radians, tan
from typing import Any

HALF = 6378137 * pi
EXTENT = 4096
BUFFER = 64
CELL_ZOOM = 14
Box = tuple[float, float, float, float]
Ends = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class MatrixSet:
    """A pyramid of square tiles: one of `span` metres at zoom 0, its north-west corner at (`west`, `north`)."""

    id: str
    srid: int
    west: float
    north: float
    span: float
    most: int
    shift: int = 0
    """Its zoom 0 shows the ground about as large as Web Mercator's zoom `shift`; declarations speak of the latter."""

    @property
    def box(self) -> Box:
        return self.west, self.north - self.span, self.west + self.span, self.north


WEB = MatrixSet("WebMercatorQuad", 3857, -HALF, HALF, 2 * HALF, 24)
# From Dongsha and Kinmen to beyond the Diaoyutai Islands, from Matsu to beyond the Bashi Channel: one tile of
# 4,096 m a pixel, halved from zoom to zoom, so that pixels are whole metres down to zoom 12.
TWD97 = MatrixSet("TWD97TM2Quad", 3826, -250_000, 3_000_000, 4096 * 256, 19, shift=5)
SETS = {s.id: s for s in (WEB, TWD97)}


@dataclass(frozen=True, slots=True)
class Tile:
    z: int
    x: int
    y: int
    set: MatrixSet = WEB

    def __post_init__(self) -> None:
        if not 0 <= self.z <= self.set.most:
            raise ValueError(f"zoom {self.z} is not within 0–{self.set.most}")
        if not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise ValueError(f"at zoom {self.z}, x and y are within 0–{2**self.z - 1}")

    def __str__(self) -> str:
        place = f"{self.z}/{self.x}/{self.y}"
        return place if self.set is WEB else f"{self.set.id}/{place}"

    @property
    def zoom(self) -> int:
        """The zoom that declarations speak of."""
        return self.z + self.set.shift

    @property
    def width(self) -> float:
        """Metres of the matrix set's own coordinate system."""
        return float(self.set.span / 2**self.z)

    @property
    def unit(self) -> float:
        """Metres of one unit of the tile's own grid."""
        return self.width / EXTENT

    @property
    def pixel(self) -> float:
        """Metres of one pixel, a tile being drawn at 512."""
        return self.width / 512

    @property
    def bounds(self) -> Box:
        west, north = self.set.west + self.x * self.width, self.set.north - self.y * self.width
        return west, north - self.width, west + self.width, north

    @property
    def mercator(self) -> Box:
        """The tile and its buffer in Web Mercator."""
        return _mercator_box(self)

    def children(self, box: Box) -> list[Tile]:
        """Those of its four that meet a box in WGS 84."""
        west, south, east, north = ends(box, self.z + 1)
        across = range(max(2 * self.x, west), min(2 * self.x + 1, east) + 1)
        down = range(max(2 * self.y, north), min(2 * self.y + 1, south) + 1)
        return [Tile(self.z + 1, x, y) for x in across for y in down]

    def cells(self) -> Ends:
        """Zoom-14 cells under the tile and its buffer: x from, x to, y from, y to."""
        return _cells(self)


@lru_cache(maxsize=4096)
def _cells(tile: Tile) -> Ends:
    west, south, east, north = tile.mercator
    size = 2 * HALF / 2**CELL_ZOOM
    return (
        int((west + HALF) // size),
        int((east + HALF) // size),
        int((HALF - north) // size),
        int((HALF - south) // size),
    )


def _mercator_box(tile: Tile) -> Box:
    west, south, east, north = tile.bounds
    margin = tile.unit * BUFFER
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    if tile.set is not WEB:
        # a metre more: the database reckons the same place with another library
        west, south, east, north = _mercator(tile.set.srid).transform_bounds(west, south, east, north)
        west, south, east, north = west - 1, south - 1, east + 1, north + 1
    return west, south, east, north


@lru_cache(maxsize=8)
def _mercator(srid: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(srid, 3857, always_xy=True)


def ends(box: Box, z: int) -> Ends:
    """The columns and rows of the tiles at the corners of a box in WGS 84: west, south, east, north."""
    across = 1 << z
    west, south, east, north = box

    def column(lon: float) -> int:
        return min(max(floor((lon + 180) / 360 * across), 0), across - 1)

    def row(lat: float) -> int:
        y = asinh(tan(radians(min(max(lat, -85.05), 85.05))))
        return min(max(floor((1 - y / pi) / 2 * across), 0), across - 1)

    return column(west), row(south), column(east), row(north)


def ends_in(set: MatrixSet, box: Box, z: int) -> Ends:
    """The same in any set, whose tiles may lie askew to the box."""
    if set is WEB:
        return ends(box, z)
    west, south, east, north = _from_wgs84(set.srid).transform_bounds(*box)
    width, last = set.span / (1 << z), (1 << z) - 1

    def within(value: float) -> int:
        return min(max(floor(value / width), 0), last) if isfinite(value) else last

    return (
        within(west - set.west),
        within(set.north - south),
        within(east - set.west),
        within(set.north - north),
    )


@lru_cache(maxsize=8)
def _from_wgs84(srid: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(4326, srid, always_xy=True)


def tiles_over(box: Box, z: int) -> list[Tile]:
    west, south, east, north = ends(box, z)
    return [Tile(z, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
