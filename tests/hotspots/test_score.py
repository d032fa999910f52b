"""Scores are what their definitions say, whatever the order of the cells, and the verdict is an honest one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.craft.area import near, within
from layers.hotspots.craft.evaluate import PLAIN, evaluate
from layers.hotspots.craft.forecast import Ground
from layers.hotspots.craft.grid import Grid
from layers.hotspots.craft.score import best_hits, flagged, gain, hit_rates, mean_log, scores
from tests.hotspots.clouds import GRID, SIDE, city

SURFACE = np.array([9.0, 7, 5, 3, 1, 0, 0, 0, 0, 0])
CELLS = np.array([0, 0, 1, 4, 7, 7, 7, -1])
INSIDE = within(GRID, shapely.box(0, 0, SIDE, SIDE))


def test_a_worked_example() -> None:
    """A tenth of ten cells is the first: 2 of 8 events, where the best cell holds 3."""
    (score,) = scores(SURFACE, CELLS, (0.1,))
    assert (score.hits, score.hit_rate, score.pai) == (2, 0.25, 2.5)
    assert score.pei == pytest.approx(2 / 3)
    assert 0 <= score.low <= 0.25 <= score.high


def test_ties_share_what_is_left() -> None:
    """Seven of ten cells: five above, two more among five that tie, each of them in two parts of five."""
    assert flagged(SURFACE, 0.7).tolist() == [1, 1, 1, 1, 1, 0.4, 0.4, 0.4, 0.4, 0.4]
    assert hit_rates(SURFACE, CELLS, (0.7,))[0] == pytest.approx((4 + 3 * 0.4) / 8)
    assert best_hits(CELLS, 10, 0.15) == 3 + 0.5 * 2


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.01, 1))
@settings(max_examples=60, deadline=None)
def test_no_order_of_cells_helps_and_nothing_beats_the_best(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    surface, cells = rng.integers(0, 4, 50).astype(float), rng.integers(-1, 50, 40)
    turn = rng.permutation(50)
    moved = np.empty(50)
    moved[turn] = surface
    there = np.where(cells >= 0, turn[cells], -1)
    here = hit_rates(surface, cells, (share,))[0]
    assert here == pytest.approx(hit_rates(moved, there, (share,))[0])
    assert flagged(surface, share).sum() == pytest.approx(share * 50)
    assert here * 40 <= best_hits(cells, 50, share) + 1e-9


def test_what_did_not_happen_has_no_score() -> None:
    nothing = np.empty(0, dtype=int)
    (score,) = scores(SURFACE, nothing, (0.1,))
    assert (score.hits, score.events, score.pai) == (0, 0, 0)
    assert np.isnan(mean_log(SURFACE, nothing, 1.0)) and gain(SURFACE, SURFACE, nothing, 0.1) == (0, 0, 0)
    assert mean_log(SURFACE, np.array([9]), 1.0) == -np.inf
    with pytest.raises(ValueError, match="share"):
        flagged(SURFACE, 0)


def test_a_forecast_of_lasting_places_is_better_and_says_so() -> None:
    x, y, day = city(np.random.default_rng(1), 5000, corners=400, spread=80.0)
    result = evaluate(Ground(GRID, INSIDE), x, y, day, now=337, horizon=28)
    assert result.verdict == "better"
    assert result.tested == ((day >= 337) & (day < 365)).sum() and result.outside <= result.tested
    assert result.maps[PLAIN][1].share == 0.01


def test_a_forecast_of_chance_is_no_better_and_says_so() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, SIDE, (2, 5000))
    verdicts = [
        evaluate(
            Ground(GRID, INSIDE), x, y, rng.permutation(np.linspace(0, 365, 5000)), now=337, horizon=28
        ).verdict
        for _ in range(5)
    ]
    assert verdicts.count("no better") >= 4


def test_where_nothing_happened_nothing_is_said() -> None:
    x, y, day = city(np.random.default_rng(3), 900)
    assert evaluate(Ground(GRID, INSIDE), x, y, day, now=400, horizon=28).verdict == "unknown"


def test_areas() -> None:
    grid = Grid.over((0, 0, 500, 400), 50)
    assert within(grid, shapely.box(0, 0, 100, 400)).sum() == 16
    assert near(grid, np.array([25.0]), np.array([25.0]), 50).sum() == 3
    assert near(grid, np.empty(0), np.empty(0)).sum() == 0
