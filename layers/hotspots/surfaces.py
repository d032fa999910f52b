"""Density surfaces of weighted points by fast Fourier transform, on a metric grid, corrected at the city's edge.

Promises: where nothing is cut off the surface sums to the weights; the unit is weight per square kilometre;
cost depends on the cells alone, so a million points take as long as a thousand once they are binned.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

Floats = NDArray[np.float64]
REACH = 4.0
"""Bandwidths after which the kernel counts as nothing (3e-4 of its height)."""


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
        return self.cell**2 / 1e6


def binned(grid: Grid, x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """Weights per cell, each point shared among its four nearest cell centres by distance.

    Sharing keeps the centre of mass, which makes the error of binning fall with the square of the cell.
    """
    out = np.zeros((grid.rows, grid.columns))
    share = np.ones(len(x)) if weights is None else weights
    column, row = (x - grid.west) / grid.cell - 0.5, (grid.north - y) / grid.cell - 0.5
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    right_share, low_share = column - left, row - top
    for down, vertical in ((0, 1 - low_share), (1, low_share)):
        for across, horizontal in ((0, 1 - right_share), (1, right_share)):
            r, c = top + down, left + across
            inside = (r >= 0) & (r < grid.rows) & (c >= 0) & (c < grid.columns)
            np.add.at(out, (r[inside], c[inside]), (share * vertical * horizontal)[inside])
    return out


def _kernel(grid: Grid, bandwidth: float) -> Floats:
    reach = ceil(REACH * bandwidth / grid.cell)
    steps = np.arange(-reach, reach + 1) * grid.cell / bandwidth
    profile = np.exp(-0.5 * steps**2)
    kernel = np.outer(profile, profile)
    whole: Floats = kernel / kernel.sum()
    return whole


def smoothed(grid: Grid, plane: Floats, bandwidth: float) -> Floats:
    """A plane of the grid spread by a Gaussian; nothing wraps round the edges."""
    kernel = _kernel(grid, bandwidth)
    half = kernel.shape[0] // 2
    shape = [next_fast_len(n + 2 * half, real=True) for n in plane.shape]
    spread = irfft2(rfft2(plane, shape) * rfft2(kernel, shape), shape)
    out: Floats = spread[half : half + grid.rows, half : half + grid.columns]
    return np.maximum(out, 0.0)


def density(
    grid: Grid,
    x: Floats,
    y: Floats,
    weights: Floats | None = None,
    *,
    bandwidth: float = 150.0,
    inside: NDArray[np.bool_] | None = None,
) -> Floats:
    """Weight per km². With `inside`, ground beyond the city counts as unknown: what the kernel would carry over
    the edge is given back to the cells within, and cells without are NaN."""
    spread = smoothed(grid, binned(grid, x, y, weights), bandwidth) / grid.km2
    if inside is None:
        return spread
    kept = smoothed(grid, inside.astype(float), bandwidth)
    return np.where(inside, spread / np.maximum(kept, 0.05), np.nan)
