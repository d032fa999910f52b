"""Shapes of a surface hold what is above and nothing below, one within the other."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.craft.grid import Grid
from layers.hotspots.craft.kernel import density
from layers.hotspots.craft.vectors import above, cells, contours, joined
from tests.hotspots.clouds import GRID

SMALL = Grid.over((0, 0, 400, 300), 50)
CENTERS = shapely.points([[SMALL.center(r, c) for c in range(SMALL.columns)] for r in range(SMALL.rows)])


@given(seed=st.integers(0, 2**32 - 1), level=st.floats(0.5, 8.5), holes=st.booleans())
@settings(max_examples=80, deadline=None)
def test_it_holds_the_centers_above_and_no_other(seed: int, level: float, holes: bool) -> None:
    rng = np.random.default_rng(seed)
    surface = rng.integers(0, 10, SMALL.shape).astype(float)
    if holes:
        surface[rng.random(SMALL.shape) < 0.2] = np.nan
    area = above(SMALL, surface, level)
    assert area.is_valid
    inside = shapely.distance(area, CENTERS) < 1e-6 if not area.is_empty else np.zeros(SMALL.shape, bool)
    high = np.nan_to_num(surface) > level
    assert inside[high].all()
    assert not inside[np.nan_to_num(surface) < level - 1e-6].any()


def test_a_round_hill_has_round_contours_one_within_the_other() -> None:
    surface = density(GRID, np.array([1525.0]), np.array([1525.0]), bandwidth=300)
    peak = surface.max()
    found = contours(GRID, surface, [peak * np.exp(-0.5), peak * np.exp(-2), peak * 2])
    assert [round(level / peak, 3) for level, _ in found] == [0.135, 0.607]
    (_, wide), (_, narrow) = found
    assert wide.area == pytest.approx(np.pi * 600**2, rel=0.01)
    assert narrow.area == pytest.approx(np.pi * 300**2, rel=0.02)
    assert wide.contains(narrow) and narrow.contains(shapely.Point(1525, 1525))


def test_saddles_are_cut_or_joined_by_the_middle() -> None:
    grid = Grid.over((0, 0, 100, 100), 50)
    cross = np.array([[4.0, 0.0], [0.0, 4.0]])
    assert shapely.get_num_geometries(above(grid, cross, 3.0)) == 2
    assert shapely.get_num_geometries(above(grid, cross, 1.5)) == 1
    other = cross[::-1]
    assert shapely.get_num_geometries(above(grid, other, 3.0)) == 2
    assert above(grid, other, 3.0).area == pytest.approx(above(grid, cross, 3.0).area)


def test_cells_lie_where_they_are_counted() -> None:
    chosen = np.zeros(SMALL.shape, dtype=bool)
    chosen[0, 1] = chosen[0, 2] = chosen[4, 5] = True
    squares = cells(SMALL, chosen)
    assert [s.bounds for s in squares[:1]] == [(50, 250, 100, 300)]
    assert shapely.contains(squares, CENTERS[chosen]).all()
    assert [round(a.area) for a in joined(SMALL, chosen)] == [5000, 2500]


def test_nothing_gives_nothing() -> None:
    assert above(SMALL, np.zeros(SMALL.shape), 1).is_empty
    assert contours(SMALL, np.full(SMALL.shape, np.nan), [1]) == []
    assert (
        cells(SMALL, np.zeros(SMALL.shape, dtype=bool)).size
        == joined(SMALL, np.zeros(SMALL.shape, bool)).size
        == 0
    )
    with pytest.raises(ValueError, match="above nothing"):
        above(SMALL, np.ones(SMALL.shape), 0)
