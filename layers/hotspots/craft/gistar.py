"""Getis-Ord Gi*: which cells have more around them than chance would put there, with false discoveries held down.

Promises: z of every cell by the analytic formula, its neighbours and itself weighing one within the distance;
a cell is hot or cold only by Benjamini and Hochberg, so that of all cells marked at most the asked share is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.special import erfc

from layers.hotspots.craft.grid import Floats, Mask

FALSE = 0.05


@dataclass(frozen=True, slots=True)
class Significance:
    """For each cell: z (NaN outside), two-sided p, and 1 hot, -1 cold, 0 neither."""

    z: Floats
    p: Floats
    verdict: Floats

    @property
    def hot(self) -> Mask:
        return np.asarray(self.verdict > 0)

    @property
    def cold(self) -> Mask:
        return np.asarray(self.verdict < 0)


def disc(cells: float) -> Floats:
    """One within so many cells of the middle, the middle too."""
    reach = floor(cells)
    steps = np.arange(-reach, reach + 1)
    return np.asarray(steps[:, None] ** 2 + steps**2 <= cells**2 + 1e-9, dtype=float)


def around(plane: Floats, kernel: Floats) -> Floats:
    """For each cell what the kernel laid over it holds; beyond the plane is nothing."""
    half = kernel.shape[0] // 2
    shape = [next_fast_len(n + 2 * half, real=True) for n in plane.shape]
    whole = irfft2(rfft2(plane, shape) * rfft2(kernel, shape), shape)
    rows, columns = plane.shape
    return np.asarray(whole[half : half + rows, half : half + columns])


def gi_star(
    counts: Floats, reach: float, *, inside: Mask | None = None, false: float = FALSE
) -> Significance:
    """`reach` is the distance in cells; `inside` the cells that exist, all where it is not given.

    Events per cell are whole numbers of cells nearby, so sums are rounded when the counts are whole: what the
    Fourier transform leaves behind would otherwise make equal cells differ.
    """
    if reach < 1:
        raise ValueError("the distance of Gi* is at least one cell")
    if not np.isfinite(counts).all():
        raise ValueError("a count is missing or infinite")
    here = np.ones(counts.shape, dtype=bool) if inside is None else inside
    n = int(here.sum())
    values = np.where(here, counts, 0.0)
    kernel = disc(reach)
    near, neighbours = around(values, kernel), np.rint(around(here.astype(float), kernel))
    if (values == np.rint(values)).all():
        near = np.rint(near)
    mean = values.sum() / n if n else 0.0
    deviation = sqrt(max((values**2).sum() / n - mean**2, 0.0)) if n else 0.0
    room = (n * neighbours - neighbours**2) / (n - 1) if n > 1 else np.zeros(counts.shape)
    z = np.full(counts.shape, np.nan)
    if deviation > 0:
        fair = here & (room > 0)
        z[fair] = (near[fair] - mean * neighbours[fair]) / (deviation * np.sqrt(room[fair]))
    else:
        z[here] = 0.0
    p = erfc(np.abs(z) / sqrt(2))
    kept = discoveries(p[here], false)
    verdict = np.zeros(counts.shape)
    verdict[here] = np.where(kept, np.sign(np.nan_to_num(z[here])), 0.0)
    return Significance(z, p, verdict)


def discoveries(p: Floats, false: float = FALSE) -> Mask:
    """Benjamini and Hochberg: the largest set of the smallest p whose expected share of chance finds is `false`."""
    if not 0 < false < 1:
        raise ValueError("the share of false discoveries is between 0 and 1")
    known = np.sort(p[np.isfinite(p)])
    if not known.size:
        return np.zeros(p.shape, dtype=bool)
    below = np.flatnonzero(known <= false * np.arange(1, known.size + 1) / known.size)
    if not below.size:
        return np.zeros(p.shape, dtype=bool)
    return np.asarray(p <= known[below[-1]])
