"""Near repeats: whether one event makes another more likely close by and soon after, and where that is now.

Promises: the pairs of Knox are counted exactly; p comes from dealing the days out anew among the places, so that
busy places and busy weeks alone are not taken for repeats. Risk is the part above what the place has anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from layers.hotspots.craft.grid import Floats, Grid, checked

DISTANCES = (100.0, 200.0, 400.0)
DAYS = (7.0, 14.0, 28.0)
DEALS = 999
MOST_PAIRS = 20_000_000


@dataclass(frozen=True, slots=True)
class Knox:
    """For each ring of distance (row) and span of days (column): pairs found, their mean by chance, ratio and p."""

    distances: tuple[float, ...]
    days: tuple[float, ...]
    pairs: Floats
    expected: Floats
    p: Floats

    @property
    def ratio(self) -> Floats:
        """How many times as many pairs as by chance; 1 where chance has none."""
        return np.divide(self.pairs, self.expected, out=np.ones_like(self.pairs), where=self.expected > 0)


def knox(
    x: Floats,
    y: Floats,
    day: Floats,
    *,
    distances: tuple[float, ...] = DISTANCES,
    days: tuple[float, ...] = DAYS,
    deals: int = DEALS,
    seed: int = 0,
) -> Knox:
    """A ring reaches from the last distance (0 at first) to its own, its outer edge included; so do spans."""
    x, y, _ = checked(x, y, None)
    if list(distances) != sorted(set(distances)) or list(days) != sorted(set(days)):
        raise ValueError("distances and days go up")
    rng = np.random.default_rng(seed)
    shape = (len(distances), len(days))
    pairs = np.empty((0, 2), dtype=np.int64)
    if len(x):
        tree = cKDTree(np.column_stack([x, y]))
        if (count := (tree.count_neighbors(tree, distances[-1]) - len(x)) // 2) > MOST_PAIRS:
            raise ValueError(f"{count:,} pairs lie within {distances[-1]:g} m; ask for shorter distances")
        pairs = tree.query_pairs(distances[-1], output_type="ndarray")
    if not len(pairs):
        return Knox(distances, days, np.zeros(shape), np.zeros(shape), np.ones(shape))
    one, other = pairs[:, 0], pairs[:, 1]
    apart = np.hypot(x[one] - x[other], y[one] - y[other])
    ring = np.searchsorted(distances, apart, side="left") * len(days)

    def table(when: Floats) -> Floats:
        span = np.searchsorted(days, np.abs(when[one] - when[other]), side="left")
        near = (span < len(days)) & (ring < shape[0] * shape[1])
        return np.bincount((ring + span)[near], minlength=shape[0] * shape[1]).reshape(shape).astype(float)

    found = table(day)
    total, reached = np.zeros(shape), np.ones(shape)
    for _ in range(deals):
        dealt = table(rng.permutation(day))
        total += dealt
        reached += dealt >= found
    return Knox(distances, days, found, total / max(deals, 1), reached / (deals + 1))


def risk(
    grid: Grid, x: Floats, y: Floats, day: Floats, *, now: float, learned: Knox, false: float = 0.05
) -> Floats:
    """For each cell how many times its usual risk today, because of what happened near it lately; 1 is as usual.

    Of all rings that reach a cell the strongest counts. Rings that chance explains do not count at all.
    """
    x, y, _ = checked(x, y, None)
    out = np.ones(grid.shape)
    times = np.where(learned.p <= false, np.maximum(learned.ratio, 1.0), 1.0)
    age = now - day
    recent = (age >= 0) & (age <= learned.days[-1])
    reach = learned.distances[-1]
    for px, py, old in zip(x[recent], y[recent], age[recent], strict=True):
        span = int(np.searchsorted(learned.days, old, side="left"))
        left, right = _steps(px - grid.west, reach, grid.cell, grid.columns)
        top, bottom = _steps(grid.north - py, reach, grid.cell, grid.rows)
        if left >= right or top >= bottom:
            continue
        east = grid.west + (np.arange(left, right) + 0.5) * grid.cell - px
        south = grid.north - (np.arange(top, bottom) + 0.5) * grid.cell - py
        ring = np.searchsorted(learned.distances, np.hypot(east, south[:, None]), side="left")
        by_ring = np.append(times[:, span], 1.0)
        window = out[top:bottom, left:right]
        np.maximum(window, by_ring[ring], out=window)
    return out


def _steps(at: float, reach: float, cell: float, most: int) -> tuple[int, int]:
    first, last = int((at - reach) // cell), int((at + reach) // cell) + 1
    return max(first, 0), min(last, most)
