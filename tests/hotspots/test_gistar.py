"""Gi* is the published formula, cell by cell, and does not cry wolf."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.hotspots.craft.gistar import disc, discoveries, gi_star
from layers.hotspots.craft.grid import Floats, Mask


def by_hand(counts: Floats, reach: float, inside: Mask) -> Floats:
    """The formula of Ord and Getis (1995), written out with a loop over pairs."""
    cells = np.argwhere(inside)
    values = counts[inside]
    n, mean = len(values), values.mean()
    deviation = sqrt((values**2).mean() - mean**2)
    out = np.full(counts.shape, np.nan)
    for r, c in cells:
        w = (np.hypot(cells[:, 0] - r, cells[:, 1] - c) <= reach).astype(float)
        room = (n * (w**2).sum() - w.sum() ** 2) / (n - 1)
        if room > 0:
            out[r, c] = ((w * values).sum() - mean * w.sum()) / (deviation * sqrt(room))
    return out


def test_a_worked_example() -> None:
    """3 × 3 cells, one event in each but nine in the middle: n 9, mean 17/9, s² 89/9 - (17/9)².

    At the middle with its four sides: sum 13, w 5, (9·5 - 25) / 8 = 2.5, so z = (13 - 85/9) / (s √2.5).
    """
    counts = np.ones((3, 3))
    counts[1, 1] = 9
    s = sqrt(89 / 9 - (17 / 9) ** 2)
    z = gi_star(counts, 1).z
    assert np.isclose(z[1, 1], (13 - 85 / 9) / (s * sqrt(2.5)), rtol=1e-12)
    assert np.isclose(z[0, 0], (3 - 17 / 3) / (s * sqrt(18 / 8)), rtol=1e-12)
    assert np.isclose(z[0, 1], (12 - 68 / 9) / (s * sqrt(20 / 8)), rtol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), reach=st.floats(1, 4), holes=st.floats(0, 0.4))
@settings(max_examples=40, deadline=None)
def test_it_is_the_formula_on_any_ground(seed: int, reach: float, holes: float) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.5, 4, (9, 13))).astype(float)
    inside = rng.random(counts.shape) >= holes
    counts[0, 0] += 1 + counts.sum()  # never all the same
    inside[0, 0] = inside[0, 1] = True
    assert np.allclose(
        gi_star(counts, reach, inside=inside).z, by_hand(counts, reach, inside), rtol=1e-9, equal_nan=True
    )


def test_it_agrees_with_esda() -> None:
    esda = pytest.importorskip("esda", reason="esda, the peer, is not installed")
    weights = pytest.importorskip("libpysal.weights", reason="libpysal, the peer, is not installed")
    rng = np.random.default_rng(4)
    counts = rng.poisson(2, (20, 30)).astype(float)
    places = [(float(c), float(r)) for r in range(20) for c in range(30)]
    band = weights.DistanceBand(places, 2.5, binary=True, silence_warnings=True)
    peer = esda.G_Local(counts.ravel(), band, transform="B", star=True, permutations=0)
    assert np.allclose(gi_star(counts, 2.5).z.ravel(), peer.Zs, rtol=1e-9)


def test_a_planted_cluster_is_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(11)
    cells, planted = (60, 60), (slice(20, 26), slice(30, 36))
    wrong = 0
    for _ in range(20):
        counts = rng.poisson(4.0, cells).astype(float)
        wrong += gi_star(counts, 2.5).hot.any()
        counts[planted] += rng.poisson(6.0, (6, 6))
        hot = gi_star(counts, 2.5).hot
        assert hot[22:24, 32:34].all()
        assert hot.sum() < 150  # the cluster and its rim, not the city
    assert wrong <= 6  # raw z > 1.96 would mark some 90 cells in each of the 20


def test_benjamini_and_hochberg_of_a_worked_example() -> None:
    """Their own fifteen p values (1995, section 3.2): at 5 % the first four are kept."""
    p = np.array(
        [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1.0]
    )  # fmt: skip
    assert discoveries(p, 0.05).tolist() == [True] * 4 + [False] * 11
    assert discoveries(p[::-1], 0.05).tolist() == [False] * 11 + [True] * 4


def test_nothing_and_sameness_are_not_hot() -> None:
    for counts in (np.zeros((5, 5)), np.full((5, 5), 3.0)):
        found = gi_star(counts, 1)
        assert not found.hot.any() and not found.cold.any() and (found.z == 0).all()
    nowhere = gi_star(np.ones((4, 4)), 1, inside=np.zeros((4, 4), dtype=bool))
    assert np.isnan(nowhere.z).all() and not nowhere.hot.any()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one cell"):
        gi_star(np.ones((3, 3)), 0.5)
    with pytest.raises(ValueError, match="missing"):
        gi_star(np.array([[np.nan]]), 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        discoveries(np.array([0.1]), 5)
    assert disc(1).tolist() == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
