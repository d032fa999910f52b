"""Hours of the week: counted where they fall, with intervals that hold, and places that learn from their city."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from layers.hotspots.craft.hours import aoristic, hours_of, passed, place_counts, week, weeks

YEAR = passed(0, 364, 0)


def test_hours_begin_on_the_right_day() -> None:
    moments = np.array([0.0, 1 / 24, 23.999 / 24, 1.0, 6.5])
    assert hours_of(moments, 0).tolist() == [0, 1, 23, 24, 6 * 24 + 12]
    assert hours_of(moments, 6).tolist() == [144, 145, 167, 0, 5 * 24 + 12]


def test_hours_that_passed() -> None:
    assert (YEAR == 52).all()
    half = passed(0.5, 1.0 + 0.5 / 24, 0)  # Monday noon to half past midnight
    assert half[0].tolist() == [0.0] * 12 + [1.0] * 12 and half[1, 0] == pytest.approx(0.5)
    assert half.sum() == pytest.approx(12.5)
    with pytest.raises(ValueError, match="before the beginning"):
        passed(2, 1, 0)


@given(
    spans=st.lists(st.tuples(st.floats(0, 30), st.floats(0, 9)), min_size=0, max_size=20),
    weekday=st.integers(0, 6),
)
@settings(max_examples=60, deadline=None)
def test_an_event_of_unknown_hour_is_spread_but_stays_one(
    spans: list[tuple[float, float]], weekday: int
) -> None:
    begin = np.array([b for b, _ in spans])
    spread = aoristic(begin, begin + np.array([n for _, n in spans]), weekday)
    assert (spread >= 0).all() and spread.sum() == pytest.approx(len(spans))


def test_a_burglary_between_ten_and_noon_is_half_in_each_hour() -> None:
    spread = aoristic(np.array([10 / 24]), np.array([12 / 24]), 2)
    assert spread[2, 10] == pytest.approx(0.5) and spread[2, 11] == pytest.approx(0.5)


def test_the_interval_is_that_of_the_tables() -> None:
    counts = np.zeros((7, 24))
    counts[4, 17] = 9
    found = week(counts, YEAR)
    assert found.low[4, 17] == pytest.approx(chi2.ppf(0.025, 19) / 2 / 52)
    assert found.high[4, 17] == pytest.approx(chi2.ppf(0.975, 19) / 2 / 52)
    assert found.low[0, 0] < 0.001 and found.high[0, 0] == pytest.approx(chi2.ppf(0.975, 1) / 2 / 52)
    assert found.hot[4, 17] and found.hot.sum() == 1


def test_intervals_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    truth = rng.gamma(2, 0.05, (7, 24))
    held = [
        ((found.low <= truth) & (truth <= found.high)).mean()
        for found in (week(rng.poisson(truth * YEAR).astype(float), YEAR) for _ in range(60))
    ]
    assert 0.935 <= np.mean(held) <= 0.97


def test_an_even_week_has_hardly_a_hot_hour() -> None:
    rng = np.random.default_rng(2)
    marked = [week(rng.poisson(3.0, (7, 24)).astype(float), YEAR).hot.any() for _ in range(60)]
    assert np.mean(marked) <= 0.15


def test_places_with_few_events_learn_from_the_city() -> None:
    """Sixty places with one profile: drawn together they are nearer to the truth than each by itself."""
    rng = np.random.default_rng(3)
    profile = np.outer(rng.gamma(5, 1, 7), 1 + 5 * np.exp(-0.5 * ((np.arange(24) - 18) / 2) ** 2))
    truth = rng.gamma(1, 40, 60)[:, None, None] * profile / profile.sum() / 52
    counts = rng.poisson(truth * YEAR).astype(float)
    together, alone = weeks(counts, YEAR), [week(one, YEAR) for one in counts]

    def wrong(found: list[np.ndarray]) -> float:
        return float(np.abs(np.array(found) - truth).mean())

    assert wrong([w.rate for w in together]) < 0.5 * wrong([w.rate for w in alone])
    held = np.mean([(w.low <= t) & (t <= w.high) for w, t in zip(together, truth, strict=True)])
    assert held >= 0.9
    assert sum((w.rate * YEAR).sum() for w in together) == pytest.approx(counts.sum(), rel=0.05)


def test_places_with_hours_of_their_own_keep_them() -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(1.0, (30, 7, 24)).astype(float)
    counts[0] = 0
    counts[0, 5, 23] = 80
    found = weeks(counts, YEAR)[0]
    assert found.rate[5, 23] > 20 * np.median(found.rate) and found.hot[5, 23]


def test_events_are_put_into_their_place_and_hour() -> None:
    found = place_counts(np.array([0, 1, 1, -1]), np.array([0, 25, 25, 3]), 2)
    assert found[0, 0, 0] == 1 and found[1, 1, 1] == 2 and found.sum() == 3


def test_nothing_and_nonsense() -> None:
    nothing = week(np.zeros((7, 24)), YEAR)
    assert not nothing.hot.any() and (nothing.high > 0).all()
    never = week(np.zeros((7, 24)), np.zeros((7, 24)))
    assert np.isnan(never.rate).all() and not never.hot.any()
    with pytest.raises(ValueError, match="never passed"):
        week(np.ones((7, 24)), np.zeros((7, 24)))
    with pytest.raises(ValueError, match="seven days"):
        week(np.ones((24, 7)), YEAR)
    with pytest.raises(ValueError, match="before it begins"):
        aoristic(np.array([1.0]), np.array([0.5]), 0)
