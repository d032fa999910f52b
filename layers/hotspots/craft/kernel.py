"""Gaussian kernel density of weighted points on a grid, by Fourier transform, as exact as adding up every point.

Promises: within 1e-6 of the direct sum wherever the surface is above a millionth of the peak of its points;
weight per square kilometre; never negative; cost after binning depends on the cells alone.

How: where in its cell a point lies is kept as sums of Chebyshev polynomials of the offset, one plane a polynomial.
The kernel seen from such an offset is itself a sum of the same polynomials, so that the density is a sum of
convolutions, one a plane. Planes do not depend on the bandwidth and can be added: months make a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, factorial, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft, irfft, next_fast_len, rfft
from scipy.ndimage import map_coordinates

from layers.hotspots.craft.grid import Floats, Grid, Mask, checked

REACH = 8.0
"""Bandwidths after which the kernel counts as nothing: 1e-14 of its height."""
LEAST = 1.5
"""Cells in the narrowest bandwidth; below, a surface would show its cells instead of its points."""
EXACT = 1e-6
_NODES = 40
_BATCH = 16384
_THIN = 0.02
"""The smallest part of a kernel that may lie inside; below, one point would outweigh a city."""


def order_for(cells: float) -> int:
    """The degree that keeps the promise for a bandwidth of so many cells.

    A millionth of the peak is 5.26 bandwidths away. Seen from there the kernel over one cell is exp(a·u + b·v)
    with |a| + |b| ≤ 3.72 / cells; the first polynomial left out has 4 (3.72 / 2 cells)^n / n!.
    """
    if cells < LEAST:
        raise ValueError(
            f"a bandwidth is at least {LEAST:g} cells wide, not {cells:.2g}: make the cells smaller"
        )
    order = 2
    while 4 * (1.86 / cells) ** (order + 1) / factorial(order + 1) > EXACT:
        order += 1
    return order


@dataclass(frozen=True, slots=True)
class Moments:
    """Points of any number as planes of a grid; everything that a density of any bandwidth needs."""

    grid: Grid
    order: int
    planes: Floats

    @classmethod
    def of(cls, grid: Grid, x: Floats, y: Floats, weights: Floats | None = None, *, order: int) -> Moments:
        x, y, w = checked(x, y, weights)
        cells = grid.cells(x, y)
        turn = np.argsort(cells)
        turn = turn[np.searchsorted(cells[turn], 0) :]  # beyond the grid is -1
        cells, w = cells[turn], w[turn]
        across, down = (x[turn] - grid.west) / grid.cell, (grid.north - y[turn]) / grid.cell
        planes = np.zeros((_count(order), grid.size))
        for start in range(0, len(cells), _BATCH):  # a batch of neighbours stays in the processor's cache
            part = slice(start, start + _BATCH)
            first, last = cells[part][0], cells[part][-1] + 1
            u, v = _offset(across[part]), _offset(down[part])
            us, vs = _chebyshev(u, order, np.ones(len(u))), _chebyshev(v, order, w[part])
            for n, (a, b) in enumerate(_degrees(order)):
                planes[n, first:last] += np.bincount(cells[part] - first, us[a] * vs[b], last - first)
        return cls(grid, order, planes.reshape(-1, *grid.shape))

    def __add__(self, other: Moments) -> Moments:
        if self.grid != other.grid or self.order != other.order:
            raise ValueError("only moments of one grid and one degree can be added")
        return Moments(self.grid, self.order, self.planes + other.planes)

    def density(self, bandwidth: float) -> Floats:
        """Weight per km² at the centres of the cells."""
        grid = self.grid
        if order_for(bandwidth / grid.cell) > self.order:
            raise ValueError(
                f"a bandwidth of {bandwidth:g} m needs moments of a higher degree than {self.order}"
            )
        reach = ceil(REACH * bandwidth / grid.cell)
        wide, high = (next_fast_len(n + reach, real=True) for n in (grid.columns, grid.rows))
        profiles = _profiles(bandwidth / grid.cell, reach, self.order)
        over_x = [rfft(_wrapped(p, reach, wide)) for p in profiles]
        over_y = [fft(_wrapped(p, reach, high)) for p in profiles]
        total = np.zeros((high, wide // 2 + 1), dtype=complex)
        number = {degrees: n for n, degrees in enumerate(_degrees(self.order))}
        for b in range(self.order + 1):
            row = np.zeros((grid.rows, wide // 2 + 1), dtype=complex)
            for a in range(self.order + 1 - b):
                row += rfft(self.planes[number[a, b]], wide, axis=1) * over_x[a]
            total += fft(row, high, axis=0) * over_y[b][:, None]
        spread = irfft(ifft(total, axis=0)[: grid.rows], wide, axis=1)[:, : grid.columns]
        return np.asarray(np.maximum(spread, 0.0) / grid.km2, dtype=float)


def _count(order: int) -> int:
    return (order + 1) * (order + 2) // 2


def _degrees(order: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(order + 1) for b in range(order + 1 - a)]


def _offset(place: Floats) -> Floats:
    """From -1 at one side of the cell to 1 at the other."""
    return 2.0 * (place - np.floor(place)) - 1.0


def _chebyshev(at: Floats, order: int, times: Floats) -> list[Floats]:
    out = [times, times * at]
    for _ in range(order - 1):
        out.append(2.0 * at * out[-1] - out[-2])
    return out


def _profiles(sigma: float, reach: int, order: int) -> list[Floats]:
    """For each degree what the kernel, seen from a cell away by each step, holds of that polynomial."""
    angles = pi * (np.arange(_NODES) + 0.5) / _NODES
    steps = np.arange(-reach, reach + 1)
    seen = np.exp(-0.5 * ((steps - np.cos(angles)[:, None] / 2) / sigma) ** 2) / (sqrt(2 * pi) * sigma)
    return [
        (2.0 - (n == 0)) / _NODES * (np.cos(n * angles)[:, None] * seen).sum(axis=0) for n in range(order + 1)
    ]


def _wrapped(profile: Floats, reach: int, length: int) -> Floats:
    """The profile with its middle at the front, as a Fourier transform wants it."""
    out = np.zeros(length)
    out[: reach + 1] = profile[reach:]
    out[-reach:] = profile[:reach]
    return out


def spread(grid: Grid, plane: NDArray[np.generic], bandwidth: float) -> Floats:
    """A plane spread by a Gaussian, each cell as if all of it lay at the centre; nothing wraps round the edges."""
    reach = ceil(REACH * bandwidth / grid.cell)
    wide, high = (next_fast_len(n + reach, real=True) for n in (grid.columns, grid.rows))
    steps = np.arange(-reach, reach + 1) * grid.cell / bandwidth
    profile = np.exp(-0.5 * steps**2)
    profile /= profile.sum()
    rows = rfft(plane.astype(float), wide, axis=1) * rfft(_wrapped(profile, reach, wide))
    both = fft(rows, high, axis=0) * fft(_wrapped(profile, reach, high))[:, None]
    out = irfft(ifft(both, axis=0)[: grid.rows], wide, axis=1)[:, : grid.columns]
    return np.asarray(np.maximum(out, 0.0), dtype=float)


def density(
    grid: Grid,
    x: Floats,
    y: Floats,
    weights: Floats | None = None,
    *,
    bandwidth: float = 150.0,
    inside: Mask | None = None,
    keep: bool = False,
) -> Floats:
    """Weight per km².

    With `inside`, ground beyond the city counts as unknown and its cells are NaN. What the kernel would carry over
    the edge is given back: to the cells near the edge, so that even ground stays even, or with `keep` to the
    points themselves, so that the surface sums to the weights of the points inside.
    """
    x, y, w = checked(x, y, weights)
    order = order_for(bandwidth / grid.cell)
    if inside is None:
        return Moments.of(grid, x, y, w, order=order).density(bandwidth)
    kept = np.maximum(spread(grid, inside, bandwidth), _THIN)
    if keep:
        cells = grid.cells(x, y)
        place = [(grid.north - y) / grid.cell - 0.5, (x - grid.west) / grid.cell - 0.5]
        at_point = np.maximum(map_coordinates(kept, place, order=3, mode="nearest"), _THIN)
        w = np.where((cells >= 0) & inside.ravel()[cells], w / at_point, 0.0)
        return np.where(inside, Moments.of(grid, x, y, w, order=order).density(bandwidth), np.nan)
    return np.where(inside, Moments.of(grid, x, y, w, order=order).density(bandwidth) / kept, np.nan)
