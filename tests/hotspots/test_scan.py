"""The space-time scan: counts against counting by hand, p uniform where there is nothing, a planted cluster found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest

from layers.hotspots.craft.grid import Grid
from layers.hotspots.craft.scan import scan, times
from tests.hotspots.clouds import permuted

NOW = 180.0


def test_counts_and_expectations_are_those_of_counting_by_hand() -> None:
    rng = np.random.default_rng(3)
    x, y, day = (
        rng.uniform(0, 2000, 300),
        rng.uniform(0, 2000, 300),
        rng.integers(0, 180, 300) + rng.random(300),
    )
    found = scan(x, y, day, now=NOW, deals=9, most=5)
    assert found.events == 300 and found.clusters
    column, row = (np.floor(x / 100) + 0.5) * 100, (np.floor(y / 100) + 0.5) * 100
    for c in found.clusters:
        inside = np.hypot(column - c.x, row - c.y) <= c.radius
        lately = day >= NOW - c.days
        assert c.observed == (inside & lately).sum()
        assert c.expected == pytest.approx(inside.sum() * lately.sum() / 300)


def test_the_likelihood_is_that_of_the_formula_and_the_best_cylinder_comes_first() -> None:
    rng = np.random.default_rng(4)
    x, y, day = permuted(rng, 250, NOW)
    found = scan(x, y, day, now=NOW, deals=9, most=20)

    def written_out(c: float, mu: float) -> float:
        return c * np.log(c / mu) + (250 - c) * np.log((250 - c) / (250 - mu))

    values = [written_out(c.observed, c.expected) for c in found.clusters]
    assert values == sorted(values, reverse=True)
    assert [c.p for c in found.clusters] == sorted(c.p for c in found.clusters)
    for i, a in enumerate(found.clusters):
        for b in found.clusters[:i]:
            assert np.hypot(a.x - b.x, a.y - b.y) > a.radius + b.radius


def test_p_is_uniform_where_days_have_nothing_to_do_with_places() -> None:
    """Busy places and busy weeks alone are no cluster."""
    rng = np.random.default_rng(17)
    p = [scan(*permuted(rng, 150, NOW), now=NOW, deals=49, seed=i).p for i in range(60)]
    assert kstest(np.array(p) - rng.random(60) / 50, "uniform").pvalue > 0.01


def test_a_planted_cluster_is_found_where_and_when_it_is() -> None:
    rng = np.random.default_rng(5)
    x, y, day = permuted(rng, 600, NOW)
    px, py = rng.normal(2500, 60, 14), rng.normal(1500, 60, 14)
    x, y = np.append(x, px), np.append(y, py)
    day = np.append(day, rng.uniform(NOW - 6, NOW, 14))
    found = scan(x, y, day, now=NOW, deals=199)
    best = found.significant()[0]
    assert best.p == pytest.approx(1 / 200) and found.p == best.p
    assert np.hypot(best.x - 2500, best.y - 1500) < 200 and best.radius <= 300
    assert 5 <= best.days <= 7 and best.observed >= 10 and best.ratio > 3
    grid = Grid(0.0, 4000.0, 50.0, 80, 80)
    drawn = times(grid, found)
    hot = drawn > 1
    assert drawn.max() == pytest.approx(max(c.ratio for c in found.significant()))
    row, column = np.nonzero(drawn == drawn.max())
    assert abs(column.mean() * 50 - 2500) < 250 and abs(4000 - row.mean() * 50 - 1500) < 250
    assert hot.mean() < 0.2


def test_a_busy_week_everywhere_and_a_busy_place_always_are_none() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0, 4000, 500), rng.uniform(0, 4000, 500)
    x[:200], y[:200] = rng.normal(1000, 50, 200), rng.normal(1000, 50, 200)
    day = np.where(rng.random(500) < 0.4, rng.uniform(NOW - 7, NOW, 500), rng.uniform(0, NOW, 500))
    assert scan(x, y, day, now=NOW, deals=99).p > 0.05


def test_little_and_nonsense() -> None:
    none = np.empty(0)
    assert scan(none, none, none, now=NOW).clusters == ()
    one = np.array([1.0, 2.0])
    assert scan(one, one, one, now=NOW).p == 1.0
    with pytest.raises(ValueError, match="after the day"):
        scan(one, one, one, now=1.0)
    with pytest.raises(ValueError, match="go up"):
        scan(one, one, one, now=NOW, radii=(200.0, 100.0))
