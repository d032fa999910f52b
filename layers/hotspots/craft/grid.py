"""Square cells on whole multiples of their size, and which cell a point falls in.

Promises: grids of different periods line up cell by cell; points beyond the grid are left out, never moved in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells in a metric system; row 0 is the northernmost, as in an image."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], cell: float = 50.0, margin: float = 0.0) -> Grid:
        """The grid over (west, south, east, north) on whole multiples of the cell, so that periods line up."""
        west, south, east, north = bounds
        left, right = floor((west - margin) / cell), ceil((east + margin) / cell)
        low, high = floor((south - margin) / cell), ceil((north + margin) / cell)
        return cls(left * cell, high * cell, cell, max(high - low, 1), max(right - left, 1))

    @property
    def affine(self) -> tuple[float, float, float, float, float, float]:
        return (self.cell, 0.0, self.west, 0.0, -self.cell, self.north)

    @property
    def km2(self) -> float:
        """The area of one cell."""
        return self.cell**2 / 1e6

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns

    @property
    def size(self) -> int:
        return self.rows * self.columns

    def center(self, row: int, column: int) -> tuple[float, float]:
        return self.west + (column + 0.5) * self.cell, self.north - (row + 0.5) * self.cell

    def cells(self, x: Floats, y: Floats) -> Ints:
        """The number of each point's cell, row by row from the north-west; -1 beyond the grid."""
        column = np.floor((x - self.west) / self.cell)
        row = np.floor((self.north - y) / self.cell)
        within = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(within, row * self.columns + column, -1).astype(np.int64)


def binned(grid: Grid, x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """Weights per cell: plain counts where no weights are given."""
    cells = grid.cells(x, y)
    within = cells >= 0
    share = None if weights is None else weights[within]
    return np.bincount(cells[within], share, grid.size).astype(float).reshape(grid.shape)


def checked(x: Floats, y: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats]:
    """The three as arrays of one length; refuses what no surface can be made from."""
    x, y = np.ascontiguousarray(x, dtype=float), np.ascontiguousarray(y, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if not len(x) == len(y) == len(w):
        raise ValueError(f"{len(x)} eastings, {len(y)} northings and {len(w)} weights do not go together")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a coordinate is missing or infinite")
    if not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("a weight is negative, missing or infinite")
    return x, y, w


def recency(ages: Floats, half_life: float | None) -> Floats:
    """What an event of so many days counts: half after each half-life, all of it without one."""
    if half_life is None:
        return np.ones(len(ages))
    if half_life <= 0:
        raise ValueError("a half-life is longer than nothing")
    return np.asarray(0.5 ** (np.maximum(ages, 0.0) / half_life), dtype=float)
