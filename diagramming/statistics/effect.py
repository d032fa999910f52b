"""Before and after a measure: naive, with a comparison group, and Empirical Bayes, always together.

A naive ratio alone flatters whoever chose the worst places; so `compare` gives no single one, and says in words when an
effect cannot be told from none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """`theta` is the ratio of what happened to what would have: below 1 is fewer."""

    method: str
    theta: float
    low: float
    high: float
    expected: float

    @property
    def told(self) -> bool:
        return self.high < 1.0 or self.low > 1.0

    def sentence(self) -> str:
        if not self.told:
            return "無法與「沒有改變」區別。 It cannot be told from no change."
        return f"變化 {self.theta - 1:+.0%}（{self.low - 1:+.0%} 至 {self.high - 1:+.0%}）。"


@dataclass(frozen=True, slots=True)
class Compared:
    before: int
    after: int
    naive: Estimate
    group: Estimate | None
    bayes: Estimate


def theta(method: str, after: float, expected: float, variance: float) -> Estimate:
    """Hauer's ratio, with an interval on the log scale."""
    if expected <= 0:
        return Estimate(method, 1.0, 0.0, inf, expected)
    spread = variance / expected**2
    ratio = (after / expected) / (1 + spread)
    sd = sqrt(1 / max(after, 0.5) + spread) / (1 + spread)
    centre = max(ratio, 0.5 / expected / (1 + spread))
    return Estimate(method, ratio, centre * exp(-Z * sd) if after else 0.0, centre * exp(Z * sd), expected)


def compare(
    before: Sequence[int],
    after: Sequence[int],
    mu: Sequence[float],
    phi: float,
    years: tuple[float, float],
    comparison: tuple[int, int] | None = None,
    trend: float | None = None,
) -> Compared:
    """Of treated sites: crashes before and after, `mu` what sites like each have in the whole time before, `phi` the shape
    of the negative binomial, `years` of both periods, `comparison` the crashes of the comparison group in both."""
    if not (len(before) == len(after) == len(mu)) or not before:
        raise ValueError("Each site needs its crashes before, after, and what is expected of sites like it.")
    if min(years) <= 0 or phi <= 0 or min(mu) <= 0:
        raise ValueError("Periods, shape and expectations must be above nought.")
    k, happened, ratio = sum(before), sum(after), years[1] / years[0]
    naive = theta("naive", happened, ratio * k, ratio**2 * k)
    group = None
    if comparison is not None and comparison[0] > 0 and comparison[1] > 0 and k > 0:
        m, n = comparison
        changed = (n / m) / (1 + 1 / m)
        group = theta("comparison", happened, changed * k, (changed * k) ** 2 * (1 / k + 1 / m + 1 / n))
        if trend is None:
            trend = changed / ratio
    scale, expected, variance = ratio * (trend if trend is not None else 1.0), 0.0, 0.0
    for seen, like in zip(before, mu, strict=True):
        w = shrink(like, phi)
        mean = w * like + (1 - w) * seen
        expected += mean * scale
        variance += (1 - w) * mean * scale**2
    if comparison is not None and min(comparison) > 0:
        variance += expected**2 * (1 / comparison[0] + 1 / comparison[1])
    return Compared(k, happened, naive, group, theta("bayes", happened, expected, variance))


def shrink(mu: float, phi: float) -> float:
    """The weight of what sites like it have, against what this one had."""
    return 1.0 / (1.0 + mu / phi)


def needed(reduction: float, before_ratio: float = 3.0, power_z: float = 0.8416) -> float:
    """Crashes to be expected after, for a reduction to be found four times in five."""
    return (Z + power_z) ** 2 * (1 / (1 - reduction) + 1 / before_ratio) / log(1 - reduction) ** 2
