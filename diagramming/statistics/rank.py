"""Which places have more crashes than places like them: weights, Empirical-Bayes excess, trend, windows along a street."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log, sqrt

import numpy as np
from scipy import stats

from diagramming.statistics.effect import Z, shrink

WEIGHTS = {date(2010, 1, 1): {1: 9.5, 2: 3.5, 3: 1.0}}
"""From which day on a crash of each class weighs how much, against one with damage alone."""


def weights(day: date, table: Mapping[date, Mapping[int, float]] = WEIGHTS) -> Mapping[int, float]:
    known = [d for d in table if d <= day]
    if not known:
        raise ValueError(f"There are no weights for {day}; the first begin on {min(table)}.")
    return table[max(known)]


def epdo(counts: Mapping[int, int], day: date) -> float:
    scale = weights(day)
    return sum(n * scale[severity] for severity, n in counts.items())


@dataclass(frozen=True, slots=True)
class Excess:
    """`expected` is Empirical Bayes; `excess` what it lies above places like it, with a 95 % interval."""

    expected: float
    like: float
    excess: float
    low: float
    high: float


def dispersion(counts: Sequence[float], expected: Sequence[float] | None = None) -> float:
    """The shape of the negative binomial by moments, about one mean or about what each place is expected to have; large
    where there is no more spread than by chance."""
    values = np.asarray(counts, dtype=float)
    if expected is None:
        mean, var = float(values.mean()), float(values.var(ddof=1)) if len(values) > 1 else 0.0
        return mean**2 / (var - mean) if var > mean > 0 else 1e6
    mu = np.asarray(expected, dtype=float)
    over = float(((values - mu) ** 2 - mu).sum())
    return float((mu**2).sum()) / over if over > 0 else 1e6


def excess(
    counts: Sequence[int], like: Sequence[Hashable], exposure: Sequence[float] | None = None
) -> list[Excess]:
    """`like` names the group that each place belongs to: same form, control and class of road. `exposure` is how much
    there is of each place, such as kilometres; without it all places of a group are expected to have the same."""
    n = np.asarray(counts, dtype=float)
    size = np.ones(len(n)) if exposure is None else np.asarray(exposure, dtype=float)
    groups: dict[Hashable, list[int]] = {}
    for place, name in enumerate(like):
        groups.setdefault(name, []).append(place)
    mu, phi = np.zeros(len(n)), np.ones(len(n))
    for members in groups.values():
        total = size[members].sum()
        mu[members] = n[members].sum() / total * size[members] if total > 0 else 0.0
        phi[members] = dispersion(n[members].tolist(), None if exposure is None else mu[members].tolist())
    some = mu > 0
    w = np.where(some, 1.0 / (1.0 + mu / phi), 1.0)
    mean = w * mu + (1 - w) * n
    share = np.where(some, mu / (mu + phi), 1.0)
    low, high = (np.where(some, stats.gamma.ppf(q, n + phi, scale=share), 0.0) for q in (0.025, 0.975))
    return [
        Excess(*(float(v) for v in row))
        for row in np.column_stack([mean, mu, mean - mu, low - mu, high - mu])
    ]


def shrunk(count: float, mu: float, phi: float) -> Excess:
    """One place of which it is known what places like it have."""
    if mu == 0:
        return Excess(0.0, 0.0, 0.0, 0.0, 0.0)
    w = shrink(mu, phi)
    mean = w * mu + (1 - w) * count
    low, high = stats.gamma.ppf((0.025, 0.975), count + phi, scale=mu / (mu + phi))
    return Excess(mean, mu, mean - mu, float(low) - mu, float(high) - mu)


@dataclass(frozen=True, slots=True)
class Harm:
    """EPDO as counted, and as to be expected: each class shrunk by itself, then weighted; one death more in one year
    moves it little."""

    counted: float
    expected: float
    low: float
    high: float


def harm(
    counts: Sequence[Mapping[int, int]],
    like: Sequence[Hashable],
    scale: Mapping[int, float],
    exposure: Sequence[float] | None = None,
) -> list[Harm]:
    """Of each place, from its crashes by class; the interval is of a gamma with the mean and the variance of the sum."""
    mean, var, seen = np.zeros(len(counts)), np.zeros(len(counts)), np.zeros(len(counts))
    for level, weight in scale.items():
        n = [c.get(level, 0) for c in counts]
        found = excess(n, like, exposure)
        e = np.array([x.expected for x in found])
        sd = np.array([(x.high - x.low) / (2 * Z) for x in found])
        mean += weight * e
        var += weight**2 * sd**2
        seen += weight * np.asarray(n, dtype=float)
    some = (mean > 0) & (var > 0)
    shape = np.where(some, mean**2 / np.where(some, var, 1.0), 1.0)
    low, high = (
        np.where(
            some, stats.gamma.ppf(q, shape, scale=np.where(some, var, 1.0) / np.where(some, mean, 1.0)), mean
        )
        for q in (0.025, 0.975)
    )
    return [Harm(*(float(v) for v in row)) for row in np.column_stack([seen, mean, low, high])]


def trend(years: Sequence[float]) -> tuple[float, float, float]:
    """Yearly change as a factor with its interval, from a line through the logs weighted by counts."""
    y = np.asarray(years, dtype=float) + 0.5
    x = np.arange(len(y), dtype=float)
    w = y
    mx, my = float((w * x).sum() / w.sum()), float((w * np.log(y)).sum() / w.sum())
    sxx = float((w * (x - mx) ** 2).sum())
    slope = float((w * (x - mx) * (np.log(y) - my)).sum()) / sxx if sxx else 0.0
    sd = 1 / sqrt(sxx) if sxx else float("inf")
    return tuple(float(np.exp(slope + k * sd)) for k in (0.0, -1.96, 1.96))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Window:
    start: float
    end: float
    count: int
    per_km: float


def windows(along: Sequence[float], length: float, size: float = 300.0, step: float = 50.0) -> list[Window]:
    """Crashes by metres along a street, in windows that slide; the last one ends with the street."""
    if length <= 0 or size <= 0 or step <= 0:
        raise ValueError("Length, size and step must be above nought.")
    size = min(size, length)
    places = np.sort(np.asarray(along, dtype=float))
    starts = [*np.arange(0.0, length - size, step), length - size]
    out = []
    for s in starts:
        n = int(np.searchsorted(places, s + size, "right") - np.searchsorted(places, s, "left"))
        out.append(Window(float(s), float(s + size), n, n * 1000.0 / size))
    return out


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a place's crashes one movement makes up; `q` is held down for the number of movements looked at."""

    key: str
    count: int
    share: float
    low: float
    high: float
    usual: float
    q: float

    @property
    def more(self) -> bool:
        return self.q <= 0.05 and self.share > self.usual


def movements(here: Mapping[str, int], elsewhere: Mapping[str, int]) -> list[Share]:
    """Exact (Clopper–Pearson) shares against places like it, with Benjamini–Hochberg."""
    n, whole = sum(here.values()), sum(elsewhere.values())
    if not n or not whole:
        return []
    keys = sorted(set(here) | set(elsewhere))
    usual = {k: (elsewhere.get(k, 0) + 0.5) / (whole + 0.5 * len(keys)) for k in keys}
    p = np.array([stats.binom.sf(here.get(k, 0) - 1, n, usual[k]) for k in keys])
    order = np.argsort(p, kind="stable")
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    held = dict(zip((keys[i] for i in order), q, strict=True))
    out = []
    for k in keys:
        c = here.get(k, 0)
        low = float(stats.beta.ppf(0.025, c, n - c + 1)) if c else 0.0
        high = float(stats.beta.ppf(0.975, c + 1, n - c)) if c < n else 1.0
        out.append(Share(k, c, c / n, low, high, usual[k], min(float(held[k]), 1.0)))
    return sorted(out, key=lambda s: (s.q, -s.count, s.key))


def hellinger(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """How unlike two places' problems are: 0 the same shares, 1 nothing in common."""
    x, y = sum(a.values()), sum(b.values())
    if not x or not y:
        return 0.0 if x == y else 1.0
    return sqrt(max(0.0, 0.5 * sum((sqrt(a.get(k, 0) / x) - sqrt(b.get(k, 0) / y)) ** 2 for k in {*a, *b})))


def entropy(counts: Mapping[str, int]) -> float:
    """How spread over movements, 0 … 1; one minus it is how much one movement dominates."""
    n = sum(counts.values())
    shares = [c / n for c in counts.values() if c]
    return -sum(s * log(s) for s in shares) / log(len(shares)) if len(shares) > 1 else 0.0
