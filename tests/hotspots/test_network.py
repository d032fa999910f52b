"""Density along streets: exact on networks worked by hand, and nothing gets lost on any network."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from layers.hotspots.craft.grid import Floats
from layers.hotspots.craft.network import Network, density, most


def streets(*lines: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.LineString(line) for line in lines], dtype=object)


def quartic(distance: float, h: float) -> float:
    return 15 / (16 * h) * (1 - (distance / h) ** 2) ** 2 if abs(distance) < h else 0.0


def mean(low: float, high: float, h: float, share: float = 1.0) -> float:
    """The mean height of the kernel between two distances, per kilometre."""
    return share * quad(quartic, low, high, args=(h,), epsabs=1e-14)[0] / (high - low) * 1000


CROSS = streets(
    [(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(1000, 0), (1000, 1000)], [(1000, 0), (1000, -100)]
)


def test_along_one_street_it_is_the_kernel() -> None:
    network = Network.of(CROSS[:1], 25)
    found = density(network, np.array([0]), np.array([500.0]), bandwidth=300)
    for lixel in (8, 15, 20, 21, 31):
        begin = lixel * 25 - 500
        assert found[lixel] == pytest.approx(mean(begin, begin + 25, 300), rel=1e-9)
    assert found[7] == found[32] == 0


def test_a_junction_splits_evenly_and_a_dead_end_turns_back() -> None:
    """Four streets meet: an event 50 m before passes a third into each of the three others.

    The last is 100 m long, so that what reaches its end comes back, and a third of that into each of the others.
    """
    network = Network.of(CROSS, 25)
    found = density(network, np.array([0]), np.array([950.0]), bandwidth=300)
    first = network.first
    assert found[first[1]] == pytest.approx(mean(50, 75, 300, 1 / 3) + mean(250, 275, 300, 1 / 9), rel=1e-9)
    assert found[first[3]] == pytest.approx(mean(50, 75, 300, 1 / 3) + mean(225, 250, 300, 1 / 3), rel=1e-9)
    assert found[first[1] - 1] == pytest.approx(mean(25, 50, 300) + mean(250, 275, 300, 1 / 9), rel=1e-9)
    assert found[first[1]] == pytest.approx(found[first[2]], rel=1e-12)


def test_what_crosses_without_meeting_does_not_touch() -> None:
    bridge = streets([(0, 0), (1000, 0)], [(500, -500), (500, 500)])
    network = Network.of(bridge, 25)
    line, along = network.snap(np.array([300.0]), np.array([1.0]))
    found = density(network, line, along, bandwidth=300)
    assert found[network.first[1] :].sum() == 0 and line.tolist() == [0]


@st.composite
def networks(draw: st.DrawFn) -> np.ndarray:
    corners = draw(
        st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=14, unique=True)
    )
    ends = draw(
        st.lists(
            st.tuples(st.integers(0, len(corners) - 1), st.integers(0, len(corners) - 1)).filter(
                lambda e: e[0] != e[1]
            ),
            min_size=1,
            max_size=24,
        )
    )
    size = draw(st.sampled_from([17.0, 60.0, 250.0]))
    return streets(
        *[
            [(corners[a][0] * size, corners[a][1] * size), (corners[b][0] * size, corners[b][1] * size)]
            for a, b in ends
        ]
    )


@given(lines=networks(), seed=st.integers(0, 2**32 - 1), lixel=st.floats(5, 80), bandwidth=st.floats(20, 200))
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_or_negative(lines: np.ndarray, seed: int, lixel: float, bandwidth: float) -> None:
    rng = np.random.default_rng(seed)
    network = Network.of(lines, lixel)
    line = rng.integers(0, len(lines), 6)
    along, weights = rng.uniform(0, 1, 6) * network.length[line], rng.uniform(0, 5, 6)
    along[0] = 0.0
    found = density(network, line, along, weights, bandwidth=bandwidth)
    mass: Floats = found * network.lixel_length / 1000
    assert (found >= 0).all() and mass.sum() == pytest.approx(weights.sum(), rel=1e-9)


def test_moved_and_turned_streets_give_the_same() -> None:
    network, moved = (
        Network.of(lines, 25)
        for lines in (CROSS, shapely.transform(CROSS, lambda xy: xy[:, ::-1] + (5_000, 7_000)))
    )
    line, along = np.array([0, 1, 3]), np.array([900.0, 20, 60])
    assert np.allclose(density(network, line, along), density(moved, line, along))


def test_events_far_from_any_street_are_left_out() -> None:
    network = Network.of(CROSS, 25)
    line, along = network.snap(np.array([10.0, 10.0]), np.array([49.0, 51.0]))
    assert line.tolist() == [0, -1] and along[0] == 10
    assert density(network, line, along).sum() * 0.025 == pytest.approx(1)


def test_ends_that_nearly_meet_do_meet() -> None:
    loose = streets([(0, 0), (100, 0)], [(100.2, 0.1), (200, 0)])
    assert Network.of(loose).nodes == 3


def test_the_worst_streets_and_their_lines() -> None:
    network = Network.of(CROSS, 25)
    found = density(network, np.array([0, 0]), np.array([950.0, 952.0]), bandwidth=100)
    worst = most(network, found, 0.1)
    assert len(worst) == 4 and found[worst[0]] == found.max()
    lines = network.geometry(worst)
    assert sum(line.length for line in lines) == pytest.approx(100)
    assert lines[0].distance(shapely.Point(951, 0)) < 25


def test_nothing_gives_nothing_and_nonsense_is_refused() -> None:
    nowhere = Network.of(np.array([], dtype=object))
    assert nowhere.lixels == 0 and density(nowhere, np.array([-1]), np.array([0.0])).size == 0
    network = Network.of(CROSS)
    assert density(network, np.empty(0, dtype=int), np.empty(0)).sum() == 0
    with pytest.raises(ValueError, match="longer than nothing"):
        density(network, np.array([0]), np.array([1.0]), bandwidth=0)
    with pytest.raises(ValueError, match="do not go together"):
        density(network, np.array([0]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="negative"):
        density(network, np.array([0]), np.array([1.0]), np.array([-1.0]))
