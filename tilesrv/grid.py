"""The arithmetic of web tiles: which cells of zoom 14 lie under a tile, and what a tile's pixels measure."""

from __future__ import annotations

from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan

HALF = 6378137 * pi
EXTENT = 4096
BUFFER = 64
CELL_ZOOM = 14
MOST_ZOOM = 24
Box = tuple[float, float, float, float]
Ends = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= MOST_ZOOM:
            raise ValueError(f"zoom {self.z} is not within 0–{MOST_ZOOM}")
        if not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise ValueError(f"at zoom {self.z}, x and y are within 0–{2**self.z - 1}")

    def __str__(self) -> str:
        return f"{self.z}/{self.x}/{self.y}"

    @property
    def zoom(self) -> int:
        """The zoom that declarations speak of."""
        return self.z

    @property
    def width(self) -> float:
        """Metres of Web Mercator."""
        return float(2 * HALF / 2**self.z)

    @property
    def unit(self) -> float:
        """Metres of one unit of the tile's own grid."""
        return self.width / EXTENT

    @property
    def pixel(self) -> float:
        """Metres of one pixel, a tile being drawn at 512."""
        return self.width / 512

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        west, north = -HALF + self.x * self.width, HALF - self.y * self.width
        return west, north - self.width, west + self.width, north

    def children(self, box: Box) -> list[Tile]:
        """Those of its four that meet a box in WGS 84."""
        west, south, east, north = ends(box, self.z + 1)
        across = range(max(2 * self.x, west), min(2 * self.x + 1, east) + 1)
        down = range(max(2 * self.y, north), min(2 * self.y + 1, south) + 1)
        return [Tile(self.z + 1, x, y) for x in across for y in down]

    def cells(self) -> tuple[int, int, int, int]:
        """Zoom-14 cells under the tile and its buffer: x from, x to, y from, y to."""
        west, south, east, north = self.bounds
        margin = self.unit * BUFFER
        size = 2 * HALF / 2**CELL_ZOOM
        return (
            int((west - margin + HALF) // size),
            int((east + margin + HALF) // size),
            int((HALF - north - margin) // size),
            int((HALF - south + margin) // size),
        )


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


def tiles_over(box: Box, z: int) -> list[Tile]:
    west, south, east, north = ends(box, z)
    return [Tile(z, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
