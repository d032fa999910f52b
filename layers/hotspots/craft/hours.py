"""Hot hours: how often things happen at each hour of each day of the week, with intervals, for a city or each place.

Promises: rates are per hour that really passed, so that a period with five Mondays is not a Monday problem; few
events give wide intervals; a place with few events leans on the hours of its city as far as its own do not speak.

Rows are days from Monday, columns are hours. A count is Poisson, its rate Gamma before and after: exact, no sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc, gammaln
from scipy.stats import gamma

from layers.hotspots.craft.gistar import discoveries
from layers.hotspots.craft.grid import Floats, Ints, Mask

DAYS, HOURS = 7, 24
CELLS = DAYS * HOURS
_LEANINGS = np.geomspace(0.05, 500.0, 60)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days by twenty-four hours: events, hours that passed, events an hour with their interval, and what is hot."""

    counts: Floats
    passed: Floats
    rate: Floats
    low: Floats
    high: Floats
    hot: Mask
    """More than even hours would bring, with false discoveries held to 5 %."""


def hours_of(day: Floats, weekday: int) -> Ints:
    """The hour of the week (0 is Monday 00-01) of moments in days since midnight of a day with that weekday."""
    return np.asarray((np.floor(day * HOURS + 1e-9).astype(np.int64) + weekday * HOURS) % CELLS)


def passed(first: float, last: float, weekday: int) -> Floats:
    """How much of each hour of the week passed between two moments, in days since midnight of such a day."""
    if last < first:
        raise ValueError("the end is before the beginning")
    edges = np.arange(np.floor(first * HOURS), np.ceil(last * HOURS) + 1)
    parts = np.diff(np.clip(edges, first * HOURS, last * HOURS))
    at = (edges[:-1].astype(np.int64) + weekday * HOURS) % CELLS
    return np.bincount(at, parts, CELLS).astype(float).reshape(DAYS, HOURS)


def aoristic(begin: Floats, end: Floats, weekday: int) -> Floats:
    """Events that happened some time between two moments, each spread evenly over the hours it may have been."""
    if (end < begin).any():
        raise ValueError("an event ends before it begins")
    first, last = begin * HOURS, np.maximum(end * HOURS, begin * HOURS + 1e-6)
    count = (np.ceil(last) - np.floor(first)).astype(np.int64)
    which = np.repeat(np.arange(len(begin)), count)
    hour = np.floor(first)[which] + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    part = np.minimum(hour + 1, last[which]) - np.maximum(hour, first[which])
    share = part / (last - first)[which]
    at = (hour.astype(np.int64) + weekday * HOURS) % CELLS
    return np.bincount(at, share, CELLS).astype(float).reshape(DAYS, HOURS)


def week(counts: Floats, passed: Floats, *, sure: float = 0.95) -> Week:
    """Rates of one place by themselves, with Jeffreys' prior: the interval of nothing seen is not nothing."""
    _fits(counts, passed)
    return _week(counts, passed, np.full(counts.shape, 0.5), np.zeros(counts.shape), sure)


def weeks(counts: Floats, passed: Floats, *, sure: float = 0.95, only: int | None = None) -> list[Week]:
    """One week a place (the first axis), each drawn towards the hours of all places together.

    `only` answers for so many of the first places; all are learned from all the same.

    A place's rate in an hour is Gamma about its own level times the city's profile; how tightly is what makes the
    counts of all places likeliest. Alike places share their hours, unlike ones keep their own. Level and profile
    are themselves known from so many events only, which widens the interval.
    """
    for one in counts:
        _fits(one, passed)
    city = counts.sum(axis=0) + 0.5
    profile = city / np.maximum(passed, 1e-12)
    profile = np.where(passed > 0, profile / (profile * passed).sum(), 0.0)
    levels = counts.sum(axis=(1, 2)) + 0.5
    expected = levels[:, None, None] * profile * passed
    leaning = _leaning(counts, expected)
    out = []
    for one, level in zip(counts[:only], levels[:only], strict=True):
        usual = np.maximum(level * profile, 1e-12)
        shape = 1.0 / (1.0 / leaning + 1.0 / level + 1.0 / city)
        out.append(_week(one, passed, shape, shape / usual, sure))
    return out


def place_counts(place: Ints, hour: Ints, places: int, weights: Floats | None = None) -> Floats:
    """Events as places × 7 × 24; a place of -1 is left out."""
    known = (place >= 0) & (place < places)
    share = None if weights is None else weights[known]
    flat = np.bincount(place[known] * CELLS + hour[known], share, places * CELLS)
    return flat.astype(float).reshape(places, DAYS, HOURS)


def _fits(counts: Floats, passed: Floats) -> None:
    if counts.shape != (DAYS, HOURS) or passed.shape != (DAYS, HOURS):
        raise ValueError("a week is seven days of twenty-four hours")
    if (counts < 0).any() or (passed < 0).any() or (counts[passed == 0] > 0).any():
        raise ValueError("counts and hours are not negative, and nothing happens in hours that never passed")


def _week(counts: Floats, passed: Floats, shape: Floats, time: Floats, sure: float) -> Week:
    """After the counts a Gamma of `shape` and `time` has their sum: events over hours."""
    after, hours = counts + shape, passed + time
    there = hours > 0
    scale = 1.0 / np.where(there, hours, 1.0)
    low, high = (gamma.ppf(q, after, scale=scale) for q in ((1 - sure) / 2, (1 + sure) / 2))
    even = counts.sum() / passed.sum() if passed.sum() else 0.0
    # how likely it is that the rate is no higher than that of an even week
    p = np.where(there & (counts > 0), 1.0 - gammaincc(after, even / scale), 1.0)
    unknown = np.where(there, 1.0, np.nan)
    hot = np.asarray(discoveries(p.ravel()).reshape(p.shape)) & (counts > even * passed)
    return Week(counts, passed, after * scale * unknown, low * unknown, high * unknown, hot)


def _leaning(counts: Floats, expected: Floats) -> float:
    """The shape of the Gamma under which counts about their expectation are likeliest (negative binomial)."""
    known = expected > 0
    n, mean = counts[known], expected[known]
    if not n.size:
        return 1.0
    likelihood = [
        float(
            (gammaln(n + k) - gammaln(k) + k * np.log(k / (k + mean)) + n * np.log(mean / (k + mean))).sum()
        )
        for k in _LEANINGS
    ]
    return float(_LEANINGS[int(np.argmax(likelihood))])
