"""Points for tests: any that hypothesis likes, and a made-up city with a few busy corners."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from layers.hotspots.craft.grid import Floats, Grid

SIDE = 3000.0
GRID = Grid.over((0, 0, SIDE, SIDE), cell=50, margin=1200)

coordinate = st.floats(0, SIDE, allow_nan=False)
weight = st.just(0.0) | st.floats(1e-9, 50)  # smaller ones have too few digits left to compare
clouds = st.lists(st.tuples(coordinate, coordinate, weight), min_size=0, max_size=30).map(
    lambda rows: np.array(rows, dtype=float).reshape(-1, 3).T
)


def city(
    rng: np.random.Generator, events: int, *, corners: int = 60, spread: float = 40.0, days: int = 365
) -> tuple[Floats, Floats, Floats]:
    """Where and on which day: most at corners of very different trouble, the rest anywhere."""
    middle = rng.uniform(0, SIDE, (corners, 2))
    trouble = rng.pareto(1.2, corners)
    at = middle[rng.choice(corners, events, p=trouble / trouble.sum())] + rng.normal(0, spread, (events, 2))
    anywhere = rng.random(events) < 0.2
    at[anywhere] = rng.uniform(0, SIDE, (int(anywhere.sum()), 2))
    return at[:, 0], at[:, 1], np.sort(rng.uniform(0, days, events))


def permuted(rng: np.random.Generator, events: int, days: float) -> tuple[Floats, Floats, Floats]:
    """Busy corners and busy weeks that have nothing to do with each other."""
    x, y, _ = city(rng, events, corners=12, spread=120)
    week = rng.choice(8, events, p=np.array([1, 3, 1, 2, 1, 1, 4, 3]) / 16)
    return x, y, rng.permutation((week + rng.random(events)) * days / 8)
