"""Density surfaces keep the weights, agree with the exact sum, and do not fade at the city's edge."""

from __future__ import annotations

from datetime import date

import numpy as np

from layers.hotspots.craft.grid import Grid, binned
from layers.hotspots.craft.kernel import density
from layers.hotspots.drawing import quarters

RNG = np.random.default_rng(7)
GRID = Grid.over((0, 0, 6000, 5000), cell=50, margin=1000)


def exact(x: np.ndarray, y: np.ndarray, weights: np.ndarray, at: tuple[float, float], h: float) -> float:
    squares = ((x - at[0]) ** 2 + (y - at[1]) ** 2) / h**2
    return float((weights * np.exp(-squares / 2)).sum() / (2 * np.pi * h**2) * 1e6)


def test_a_surface_sums_to_the_weights() -> None:
    x, y, weights = RNG.uniform(0, 6000, 500), RNG.uniform(0, 5000, 500), RNG.uniform(1, 9, 500)
    surface = density(GRID, x, y, weights, bandwidth=150)
    assert np.isclose((surface * GRID.km2).sum(), weights.sum(), rtol=1e-6)


def test_a_surface_agrees_with_the_exact_sum() -> None:
    x, y = RNG.normal(3000, 400, 2000), RNG.normal(2500, 400, 2000)
    weights = np.ones(2000)
    surface = density(GRID, x, y, weights, bandwidth=200)
    row, column = 50, 70
    center = (GRID.west + (column + 0.5) * 50, GRID.north - (row + 0.5) * 50)
    assert np.isclose(surface[row, column], exact(x, y, weights, center, 200), rtol=0.03)


def test_north_is_up() -> None:
    surface = density(GRID, np.array([3000.0]), np.array([4900.0]), bandwidth=100)
    assert surface[: GRID.rows // 2].sum() > 0.99 * surface.sum()


def test_the_edge_of_the_city_does_not_fade() -> None:
    inside = np.zeros((GRID.rows, GRID.columns), dtype=bool)
    inside[:, : GRID.columns // 2] = True
    middle = GRID.west + GRID.columns // 2 * 50
    x, y = (
        RNG.uniform(GRID.west, middle, 200_000),
        RNG.uniform(GRID.north - GRID.rows * 50, GRID.north, 200_000),
    )
    surface = density(GRID, x, y, bandwidth=150, inside=inside)
    assert np.isnan(surface[70, -1])
    edge, center = surface[30:-30, GRID.columns // 2 - 1].mean(), surface[30:-30, 20:40].mean()
    assert 0.95 < edge / center < 1.05


def test_points_beyond_the_grid_are_left_out() -> None:
    assert binned(GRID, np.array([-50_000.0]), np.array([0.0])).sum() == 0


def test_grids_of_different_days_line_up() -> None:
    assert Grid.over((12, 7, 980, 940)).affine == Grid.over((30, 20, 990, 950)).affine


def test_quarters_are_whole_and_follow_each_other() -> None:
    found = quarters(date(2023, 11, 20), date(2024, 4, 1))
    assert found == [
        (date(2023, 10, 1), date(2023, 12, 31)),
        (date(2024, 1, 1), date(2024, 3, 31)),
        (date(2024, 4, 1), date(2024, 6, 30)),
    ]
