"""Figures against simulation and against what must hold: no bias, honest intervals, more never better."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagramming.statistics import effect, frame, grade, rank


def simulate(runs: int, truth: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Of 600 junctions the 30 worst in 36 months are treated, and watched for 12."""
    rng, found = np.random.default_rng(4), []
    for _ in range(runs):
        site = rng.gamma(1.5, 4 / 1.5, 600)
        before, after = rng.poisson(site * 3), np.zeros(600, int)
        chosen = np.argsort(-before, kind="stable")[:30]
        rate = site * 0.95
        rate[chosen] *= truth
        after = rng.poisson(rate)
        rest = np.setdiff1d(np.arange(600), chosen)
        said = effect.compare(
            before[chosen].tolist(), after[chosen].tolist(), [12.0] * 30, 1.5, (3.0, 1.0),
            (int(before[rest].sum()), int(after[rest].sum())), trend=0.95,
        )  # fmt: skip
        found.append([(e.theta, e.low <= truth <= e.high) for e in (said.naive, said.bayes)])
    values = np.array(found)
    return values[:, :, 0].mean(axis=0), values[:, :, 1].mean(axis=0)


def test_empirical_bayes_is_right_where_naive_is_not() -> None:
    mean, cover = simulate(200)
    assert abs(mean[1] - 0.8) <= 0.02
    assert 0.92 <= cover[1] <= 0.97
    assert mean[0] < 0.76
    assert cover[0] < 0.8


def test_few_crashes_prove_nothing() -> None:
    said = effect.compare([6], [2], [3.0], 1.5, (1.0, 0.5), (300, 150))
    assert not said.bayes.told
    assert "no change" in said.bayes.sentence()
    assert said.group is not None


def test_weights_have_dates() -> None:
    assert rank.epdo({1: 1, 2: 2, 3: 1}, date(2024, 1, 1)) == 17.5
    with pytest.raises(ValueError, match="no weights"):
        rank.epdo({1: 1}, date(1990, 1, 1))


def test_excess_shrinks_towards_places_like_it() -> None:
    counts = [0, 1, 2, 0, 3, 1, 0, 2, 1, 15]
    found = rank.excess(counts, ["x"] * 10)
    assert 2.5 < found[9].expected < 15
    assert found[9].low < found[9].excess < found[9].high
    assert found[9].low > 0


@pytest.mark.parametrize(
    ("counts", "weight", "yearly", "spread"), [([12], 0.460, 8.48, 2.14), ([12, 7, 8], 0.221, 7.97, 1.44)]
)
def test_the_worked_examples_of_empirical_bayes(
    counts: list[int], weight: float, yearly: float, spread: float
) -> None:
    """Hauer, Harwood, Council and Griffith (2002), which the Highway Safety Manual's method is: 1.8 km, 4,000 vehicles a
    day, 0.0224 ADT^0.564 a kilometre and year, a shape of 2.05 a kilometre."""
    years, km = len(counts), 1.8
    like, shape = 0.0224 * 4000**0.564 * km * years, 2.05 * km
    assert effect.shrink(like, shape) == pytest.approx(weight, abs=5e-4)
    found = rank.shrunk(sum(counts), like, shape)
    assert found.expected / years == pytest.approx(yearly, abs=5e-3)
    half = (found.high - found.low) / (2 * effect.Z) / years
    assert half == pytest.approx(spread, rel=0.02)
    assert found.excess == pytest.approx(found.expected - found.like)


def test_the_worst_by_expectation_stay_worse_than_the_worst_by_count() -> None:
    """Site consistency: of two periods of like length, what the worst twentieth of the first has in the second."""
    rng, led = np.random.default_rng(12), []
    for _ in range(60):
        kind = rng.integers(0, 4, 800)
        site = rng.gamma(6, np.array([0.5, 1.0, 2.0, 3.0])[kind] / 6)
        before, after = rng.poisson(site), rng.poisson(site)
        found = np.array([e.expected for e in rank.excess(before.tolist(), kind.tolist())])
        by_count = np.argsort(-(before + rng.random(800) * 0.1))[:40]  # ties by lot
        led.append(after[np.argsort(-found)[:40]].sum() - after[by_count].sum())
    assert np.mean(led) > 2 * np.std(led) / np.sqrt(len(led)) > 0


def test_windows_find_the_cluster() -> None:
    found = rank.windows([100, 480, 490, 500, 510, 520, 900], 1000.0, 200.0, 50.0)
    best = max(found, key=lambda w: w.count)
    assert best.count == 5
    assert found[-1].end == 1000.0


def test_a_movement_that_is_too_common_is_found() -> None:
    found = rank.movements({"TO": 14, "RE": 4, "AN": 2}, {"TO": 100, "RE": 400, "AN": 200, "SS": 300})
    assert found[0].key == "TO"
    assert found[0].more
    assert [s.key for s in found if s.more] == ["TO"]
    assert rank.hellinger({"a": 2, "b": 2}, {"a": 5, "b": 5}) == pytest.approx(0)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(-1, 5), min_size=5, max_size=5), st.integers(0, 4), st.floats(0, 2))
def test_more_is_never_better(values: list[float], which: int, more: float) -> None:
    inputs = dict(zip(grade.INPUTS, values, strict=True))
    name = list(grade.INPUTS)[which]
    assert grade.grade({**inputs, name: inputs[name] + more}).value >= grade.grade(inputs).value - 1e-9


def test_turned_junctions_are_laid_on_each_other() -> None:
    legs = [10.0, 100.0, 200.0, 290.0]
    turned = [(b + 90) % 360 for b in (200.0, 290.0, 10.0, 100.0)]
    fit = frame.lay(legs, turned)
    assert fit is not None
    assert fit.residual == pytest.approx(0, abs=1e-6)
    bearing, metres = frame.carry((55.0, 12.0), legs, turned, fit)
    assert metres == 12.0
    assert frame.lay([0, 90, 180], legs) is None
    assert min(abs((bearing - b) % 360) for b in turned) > 1
