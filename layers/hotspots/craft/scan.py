"""Where lately more happens than its place and its days explain: the space-time permutation scan (Kulldorff, 2005).

Cylinders of many radii and spans that end now are held against what the place has anyway times what those days have
anyway; p comes from dealing the days out anew among the places, of the best cylinder anywhere, so that looking at all
of them is paid for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from layers.hotspots.craft.grid import Floats, Grid, Ints, checked

RADII = (100.0, 200.0, 300.0, 500.0, 750.0, 1000.0)
SPANS = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0)
DEALS = 999
LEAST = 3
"""Fewer events are no cluster, however little was to be expected."""
MOST_NEIGHBOURS = 20_000_000


@dataclass(frozen=True, slots=True)
class Cluster:
    x: float
    y: float
    radius: float
    days: float
    """It lasts since so many days before now."""
    observed: int
    expected: float
    p: float

    @property
    def ratio(self) -> float:
        return self.observed / self.expected


@dataclass(frozen=True, slots=True)
class Found:
    """`p` is of the best cylinder anywhere; `clusters` are the best that do not touch one another, the best first."""

    p: float
    clusters: tuple[Cluster, ...]
    events: int

    def significant(self, level: float = 0.05) -> tuple[Cluster, ...]:
        return tuple(c for c in self.clusters if c.p <= level)


def scan(
    x: Floats,
    y: Floats,
    day: Floats,
    *,
    now: float,
    cell: float = 100.0,
    radii: tuple[float, ...] = RADII,
    spans: tuple[float, ...] = SPANS,
    deals: int = DEALS,
    most: int = 20,
    seed: int = 0,
) -> Found:
    """Cylinders stand at the middles of cells that hold an event, and reach from a span before `now` up to it."""
    x, y, _ = checked(x, y, None)
    if list(radii) != sorted(set(radii)) or list(spans) != sorted(set(spans)) or not radii or not spans:
        raise ValueError("radii and spans go up")
    if (day > now).any():
        raise ValueError("events lie after the day that is looked from")
    n = len(x)
    age = now - day
    recent = np.flatnonzero(age <= spans[-1])
    if n < LEAST or len(recent) < LEAST:
        return Found(1.0, (), n)
    middles, where = _middles(x, y, cell)
    disc = _Discs.over(middles, np.bincount(where), radii)
    span = np.searchsorted(spans, age[recent], side="left")
    lately = np.cumsum(np.bincount(span, minlength=len(spans)))  # events of the whole city in each span
    expected = disc.held[:, :, None] * (lately / n)
    found = _likelier(disc.counted(where[recent], span, len(spans)), expected, n)
    best = float(found.max())
    rng = np.random.default_rng(seed)
    chance = np.empty(deals)
    for deal in range(deals):
        # dealing all days among all places is to draw places for the days that matter
        drawn = where[rng.choice(n, len(recent), replace=False)]
        chance[deal] = _likelier(disc.counted(drawn, span, len(spans)), expected, n).max()
    chance.sort()

    def p(value: float) -> float:
        return (1 + deals - int(np.searchsorted(chance, value * (1 - 1e-12), side="left"))) / (deals + 1)

    clusters: list[Cluster] = []
    counts = disc.counted(where[recent], span, len(spans))
    for flat in np.argsort(-found, axis=None, kind="stable"):
        at, ring, back = np.unravel_index(flat, found.shape)
        if len(clusters) == most or found[at, ring, back] <= 0:
            break
        cx, cy, r = *middles[at], radii[ring]
        if all((c.x - cx) ** 2 + (c.y - cy) ** 2 > (c.radius + r) ** 2 for c in clusters):
            clusters.append(
                Cluster(float(cx), float(cy), r, spans[back], int(counts[at, ring, back]),
                        float(expected[at, ring, back]), p(float(found[at, ring, back])))
            )  # fmt: skip
    return Found(p(best) if best > 0 else 1.0, tuple(clusters), n)


def _middles(x: Floats, y: Floats, cell: float) -> tuple[Floats, Ints]:
    """Of the cells that hold events, and the cell of each event."""
    column, row = np.floor(x / cell).astype(np.int64), np.floor(y / cell).astype(np.int64)
    cells, where = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    middles: Floats = np.asarray((cells + 0.5) * cell, dtype=np.float64)
    return middles, where.ravel().astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Discs:
    """For each cell the cylinders that reach it: `reached[first[c]:first[c + 1]]` are centre and ring in one number."""

    first: Ints
    reached: Ints
    held: Floats
    """Events of all times within each radius of each centre."""
    rings: int

    @classmethod
    def over(cls, middles: Floats, events: Ints, radii: tuple[float, ...]) -> _Discs:
        tree = cKDTree(middles)
        if (count := tree.count_neighbors(tree, radii[-1])) > MOST_NEIGHBOURS:
            raise ValueError(f"{count:,} pairs of cells lie within {radii[-1]:g} m; ask for larger cells")
        pairs = tree.query_pairs(radii[-1], output_type="ndarray")
        own = np.arange(len(middles))
        one = np.concatenate([pairs[:, 0], pairs[:, 1], own])
        other = np.concatenate([pairs[:, 1], pairs[:, 0], own])
        apart = np.hypot(*(middles[one] - middles[other]).T)
        ring = np.searchsorted(radii, apart - 1e-9, side="left")
        turn = np.argsort(one, kind="stable")
        first = np.concatenate([[0], np.cumsum(np.bincount(one, minlength=len(middles)))])
        reached = (other * len(radii) + ring)[turn]
        held = np.bincount(reached, np.repeat(events, np.diff(first)), len(middles) * len(radii))
        return cls(first, reached, np.cumsum(held.reshape(-1, len(radii)), axis=1), len(radii))

    def counted(self, cells: Ints, span: Ints, spans: int) -> Ints:
        """Events within each centre's radius and span, from the cell and the span of each."""
        start, many = self.first[cells], self.first[cells + 1] - self.first[cells]
        offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        at = self.reached[np.repeat(start, many) + offset] * spans + np.repeat(span, many)
        table = np.bincount(at, minlength=self.held.size * spans).reshape(-1, self.rings, spans)
        found: Ints = table.cumsum(axis=1).cumsum(axis=2)
        return found


def _likelier(observed: Ints, expected: Floats, n: int) -> Floats:
    """The logarithm of how much likelier the counts are with a cluster than without; 0 where there is none."""
    out = np.zeros(observed.shape)
    more = (observed >= LEAST) & (observed > expected)
    c, mu = observed[more], expected[more]
    rest = n - c
    out[more] = c * np.log(c / mu) + np.where(rest > 0, rest * np.log(np.maximum(rest, 1) / (n - mu)), 0.0)
    return out


def times(grid: Grid, found: Found, level: float = 0.05) -> Floats:
    """For each cell how many times as much happens as usual, inside the clusters that chance does not explain; 1 is as
    usual."""
    out = np.ones(grid.shape)
    x = grid.west + (np.arange(grid.columns) + 0.5) * grid.cell
    y = grid.north - (np.arange(grid.rows) + 0.5) * grid.cell
    for c in found.significant(level):
        inside = (x - c.x) ** 2 + (y[:, None] - c.y) ** 2 <= c.radius**2
        out[inside] = np.maximum(out[inside], c.ratio)
    return out
