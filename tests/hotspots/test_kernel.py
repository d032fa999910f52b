"""Kernel density is the direct sum: anywhere above a millionth of the peak, for any bandwidth, for one point or many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.craft.grid import Floats, Grid, recency
from layers.hotspots.craft.kernel import Moments, density, order_for, spread
from tests.hotspots.clouds import GRID, SIDE, city, clouds


def direct(grid: Grid, x: Floats, y: Floats, w: Floats, h: float) -> Floats:
    east = grid.west + (np.arange(grid.columns) + 0.5) * grid.cell
    north = grid.north - (np.arange(grid.rows) + 0.5) * grid.cell
    across = np.exp(-0.5 * ((east[:, None] - x) / h) ** 2) * w
    down = np.exp(-0.5 * ((north[:, None] - y) / h) ** 2)
    out: Floats = down @ across.T / (2 * np.pi * h**2) * 1e6
    return out


@given(cloud=clouds.filter(lambda c: c[2].sum() > 0), cells=st.floats(1.5, 20))
@settings(max_examples=40, deadline=None)
def test_it_is_the_direct_sum(cloud: Floats, cells: float) -> None:
    x, y, w = cloud
    found, true = density(GRID, x, y, w, bandwidth=cells * 50), direct(GRID, x, y, w, cells * 50)
    matters = true >= 1e-6 * true.max()
    assert np.abs(found[matters] / true[matters] - 1).max() <= 1e-6


def test_it_is_the_direct_sum_of_many() -> None:
    x, y, _ = city(np.random.default_rng(5), 20_000)
    found, true = density(GRID, x, y, bandwidth=150), direct(GRID, x, y, np.ones(len(x)), 150)
    matters = true >= 1e-6 * true.max()
    assert np.abs(found[matters] / true[matters] - 1).max() <= 1e-6


@given(cloud=clouds)
@settings(max_examples=30, deadline=None)
def test_it_keeps_the_weights_and_is_never_negative(cloud: Floats) -> None:
    x, y, w = cloud
    surface = density(GRID, x, y, w, bandwidth=150)
    assert (surface >= 0).all()
    assert np.isclose((surface * GRID.km2).sum(), w.sum(), rtol=1e-9, atol=1e-12)


@given(cloud=clouds, right=st.integers(-10, 10), down=st.integers(-10, 10))
@settings(max_examples=30, deadline=None)
def test_moved_points_give_the_moved_surface(cloud: Floats, right: int, down: int) -> None:
    x, y, w = (np.round(c * 8) / 8 for c in cloud)  # so that moving by whole cells does not round
    here = density(GRID, x, y, w, bandwidth=75)
    there = density(GRID, x + right * 50, y - down * 50, w, bandwidth=75)
    assert np.allclose(np.roll(here, (down, right), (0, 1)), there, rtol=1e-6, atol=1e-9 * max(here.max(), 1))


@given(cloud=clouds, share=st.floats(0.1, 0.9))
@settings(max_examples=30, deadline=None)
def test_with_keep_nothing_is_lost_at_the_edge(cloud: Floats, share: float) -> None:
    inside = np.zeros(GRID.shape, dtype=bool)
    inside[24:-24, 24 : 24 + max(int(share * 60), 1)] = True
    x, y, w = cloud
    cells = GRID.cells(x, y)
    within = (cells >= 0) & inside.ravel()[cells]
    surface = density(GRID, x, y, w, bandwidth=100, inside=inside, keep=True)
    assert np.isnan(surface[~inside]).all()
    assert np.isclose(np.nansum(surface) * GRID.km2, w[within].sum(), rtol=2e-3, atol=1e-9)


def test_months_add_up_to_a_year() -> None:
    x, y, _ = city(np.random.default_rng(2), 600)
    order = order_for(3)
    parts = [Moments.of(GRID, x[i::3], y[i::3], order=order) for i in range(3)]
    whole = Moments.of(GRID, x, y, order=order)
    assert np.allclose(
        (parts[0] + parts[1] + parts[2]).density(150), whole.density(150), rtol=1e-9, atol=1e-9
    )


def test_no_points_give_an_empty_surface() -> None:
    nothing = np.empty(0)
    assert density(GRID, nothing, nothing, bandwidth=150).sum() == 0


def test_what_cannot_be_a_surface_is_refused() -> None:
    x, y = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    for wrong, says in (
        ((x, y[:1], None), "do not go together"),
        ((x, np.array([1.0, np.nan]), None), "missing"),
        ((x, y, np.array([1.0, -1.0])), "negative"),
    ):
        with pytest.raises(ValueError, match=says):
            density(GRID, *wrong, bandwidth=150)
    with pytest.raises(ValueError, match="make the cells smaller"):
        density(GRID, x, y, bandwidth=50)
    with pytest.raises(ValueError, match="higher degree"):
        Moments.of(GRID, x, y, order=3).density(75)


def test_spreading_keeps_the_sum() -> None:
    plane = np.zeros(GRID.shape)
    plane[50, 60] = 3
    assert np.isclose(spread(GRID, plane, 120).sum(), 3)


def test_old_events_count_half_after_each_half_life() -> None:
    assert recency(np.array([0.0, 20.0, 40.0]), 20).tolist() == [1, 0.5, 0.25]
    assert recency(np.array([0.0, 900.0]), None).tolist() == [1, 1]
    with pytest.raises(ValueError, match="half-life"):
        recency(np.array([1.0]), 0)


def test_the_city_of_the_tests_is_inside_its_grid() -> None:
    x, y, day = city(np.random.default_rng(1), 500)
    assert (GRID.cells(x, y) >= 0).all() and (np.diff(day) >= 0).all() and x.max() < SIDE + 1000
