"""The arithmetic of web tiles: which cells of zoom 14 lie under a tile, and what a tile's pixels measure."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

HALF = 6378137 * pi
EXTENT = 4096
BUFFER = 64
CELL_ZOOM = 14
MOST_ZOOM = 24


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
