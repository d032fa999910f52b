"""Forecasts: a probability, learned from the past alone, and not behind the simple maps that it is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.craft.forecast import Component, Ground, TooFew, fixed, forecast, plain
from layers.hotspots.craft.grid import Floats, Grid
from layers.hotspots.craft.repeat import knox, risk
from layers.hotspots.craft.score import hit_rates, mean_log
from tests.hotspots.clouds import GRID, SIDE, city

INSIDE = np.zeros(GRID.shape, dtype=bool)
INSIDE[24:-24, 24:-24] = True
GROUND = Ground(GRID, INSIDE)


@pytest.mark.parametrize(
    ("events", "corners", "spread"),
    [(6000, 60, 15.0), (6000, 60, 120.0), (2500, 400, 60.0), (3000, 12, 400.0)],
    ids=["junctions", "quarters", "scattered", "districts"],
)
def test_it_is_not_behind_counts_or_the_best_kernel(events: int, corners: int, spread: float) -> None:
    for seed in (1, 2):
        x, y, day = city(np.random.default_rng(seed), events, corners=corners, spread=spread)
        now, horizon = 300.0, 65.0
        found = forecast(GROUND, x, y, day, now=now, horizon=horizon)
        after = GROUND.places(x[day >= now], y[day >= now])
        rate = hit_rates(found.surface, after).mean()
        simple = [plain(GROUND, x, y, day, now=now)]
        simple += [fixed(GROUND, x, y, day, now=now, bandwidth=h) for h in (100.0, 200.0, 400.0, 1000.0)]
        assert rate >= 0.97 * max(hit_rates(map_, after).mean() for map_ in simple)
        log = max(mean_log(map_, after, GRID.km2) for map_ in simple)
        assert mean_log(found.surface, after, GRID.km2) >= log - 0.05


def test_it_knows_nothing_of_the_days_to_come() -> None:
    x, y, day = city(np.random.default_rng(3), 2000)
    whole = forecast(GROUND, x, y, day, now=300, horizon=28)
    before = day < 300
    past = forecast(GROUND, x[before], y[before], day[before], now=300, horizon=28)
    assert (whole.surface == past.surface).all()


def test_it_says_what_it_is_made_of() -> None:
    x, y, day = city(np.random.default_rng(4), 2000)
    found = forecast(GROUND, x, y, day, now=365, horizon=28)
    assert np.isclose(sum(found.weights.values()), 1, atol=0.01)
    assert set(found.past) >= {"mixture", "counts", "kernel 400 m"}
    assert found.past[found.chosen] >= max(found.past.values()) / 1.01
    assert Component(400, 20).name == "kernel 400 m, half-life 20 d"
    assert not [c for c in found.weights if c.half_life == 365.0]  # no longer than the history


@given(seed=st.integers(0, 2**32 - 1), bandwidth=st.floats(20, 1500))
@settings(max_examples=25, deadline=None)
def test_spreading_stays_a_probability_inside(seed: int, bandwidth: float) -> None:
    counts = np.random.default_rng(seed).poisson(0.1, GROUND.size).astype(float)
    (surface,) = GROUND.spread(counts, (bandwidth,))
    assert (surface >= 0).all() and np.isclose(surface.sum(), 1)


@given(
    rows=st.integers(1, 40), columns=st.integers(1, 40), bandwidth=st.floats(30, 900), seed=st.integers(0, 99)
)
@settings(max_examples=60, deadline=None)
def test_spreading_is_the_kernel_on_grids_of_any_size(
    rows: int, columns: int, bandwidth: float, seed: int
) -> None:
    """Ground without a counterpart to give back to: one event in the middle, against the kernel written out."""
    grid = Grid(0.0, 0.0, 50.0, rows, columns)
    ground = Ground(grid, np.ones(grid.shape, dtype=bool))
    rng = np.random.default_rng(seed)
    row, column = int(rng.integers(rows)), int(rng.integers(columns))
    counts = np.zeros(grid.shape)
    counts[row, column] = 1
    (surface,) = ground.spread(counts.ravel(), (bandwidth,))
    steps = np.random.default_rng(1).normal(0, bandwidth / 50, 200_000) + np.random.default_rng(2).uniform(
        -0.5, 0.5, 200_000
    )
    profile = np.histogram(steps, np.arange(-40.5, 41.5))[0] / 200_000
    true = np.outer(profile[40 - row : 40 - row + rows], profile[40 - column : 40 - column + columns])
    assert np.abs(surface.reshape(grid.shape) - true / true.sum()).max() < 0.02 * surface.max() + 0.005


def test_few_or_short_series_are_refused_with_the_reason() -> None:
    x, y, day = city(np.random.default_rng(5), 29, spread=0.0)
    with pytest.raises(TooFew, match="29 events"):
        forecast(GROUND, x, y, day, now=365, horizon=28)
    x, y, day = city(np.random.default_rng(5), 500, days=10)
    with pytest.raises(TooFew, match="too short"):
        forecast(GROUND, x, y, day, now=10, horizon=28)
    with pytest.raises(ValueError, match="no cell"):
        Ground(GRID, np.zeros(GRID.shape, dtype=bool))


def repeats(rng: np.random.Generator, seeds: int) -> tuple[Floats, Floats, Floats]:
    """Events anywhere, each with a follower within 60 m and five days."""
    x, y, day = rng.uniform(0, SIDE, seeds), rng.uniform(0, SIDE, seeds), rng.uniform(0, 300, seeds)
    near, soon = rng.uniform(-40, 40, (2, seeds)), rng.uniform(0, 5, seeds)
    return np.append(x, x + near[0]), np.append(y, y + near[1]), np.append(day, day + soon)


def test_near_repeats_are_found_and_their_risk_fades() -> None:
    x, y, day = repeats(np.random.default_rng(6), 250)
    found = knox(x, y, day, deals=199)
    assert found.p[0, 0] == 1 / 200 and found.ratio[0, 0] > 3
    assert found.p[2, 2] > 0.01
    one = np.array([1500.0]), np.array([1500.0]), np.array([100.0])
    now = risk(GRID, *one, now=101, learned=found)
    row, column = divmod(int(GRID.cells(one[0], one[1])[0]), GRID.columns)
    assert now[row, column] == pytest.approx(found.ratio[0, 0]) and now[row, column + 20] == 1
    assert (risk(GRID, *one, now=140, learned=found) == 1).all()
    assert (risk(GRID, *one, now=99, learned=found) == 1).all()  # what has not happened yet


def test_pairs_are_counted_exactly() -> None:
    x, y, day = np.array([0.0, 100, 250]), np.zeros(3), np.array([0.0, 7, 30])
    found = knox(x, y, day, distances=(100.0, 200.0), days=(7.0, 28.0), deals=9)
    assert found.pairs.tolist() == [[1, 0], [0, 1]]
    nothing = np.empty(0)
    assert knox(nothing, nothing, nothing).pairs.sum() == 0
    crowd = np.zeros(7000)
    with pytest.raises(ValueError, match="24,496,500 pairs"):
        knox(crowd, crowd, crowd)


def test_without_repeats_p_is_even() -> None:
    """Half of the series below a half, and none of twenty below a hundredth but by luck."""
    rng = np.random.default_rng(8)
    ps = [
        knox(*rng.uniform(0, 1000, (2, 120)), rng.uniform(0, 300, 120), deals=99, seed=n).p[1, 1]
        for n in range(40)
    ]
    assert 0.3 <= np.mean(np.array(ps) < 0.5) <= 0.7 and np.mean(np.array(ps) <= 0.05) <= 0.2
