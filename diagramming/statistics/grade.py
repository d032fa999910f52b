"""A grade of 0 to 100 in plain rules, for telling people; it never takes the place of the statistics.

Every input pushes one way only: more is never better. Each rule says how much it held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

INPUTS = {
    "excess": (0.0, 3.0),  # crashes a year above places like it
    "severity": (0.2, 0.8),  # share with killed or injured
    "vulnerable": (0.1, 0.6),  # share with people on foot or on two wheels
    "trend": (-0.1, 0.2),  # yearly change
    "dominance": (0.2, 0.7),  # share of the commonest movement
}
RULES = (
    (("excess", "severity"), 100.0), (("excess", "vulnerable"), 90.0), (("excess", "trend"), 85.0),
    (("excess",), 70.0), (("severity", "vulnerable"), 60.0), (("severity",), 50.0),
    (("trend", "dominance"), 45.0), (("vulnerable",), 40.0), (("dominance",), 25.0),
)  # fmt: skip
NAMES = ((25.0, "low"), (50.0, "medium"), (75.0, "high"), (101.0, "critical"))


@dataclass(frozen=True, slots=True)
class Grade:
    value: float
    name: str
    rules: tuple[tuple[str, float], ...]


def grade(
    inputs: Mapping[str, float], members: Mapping[str, tuple[float, float]] = MappingProxyType(INPUTS)
) -> Grade:
    """The strongest rule counts whole, the others add a tenth of what is still missing: monotone and without jumps.
    `members` says from where to where an input rises from nothing to wholly high; a city may have its own."""
    high = {k: min(max((inputs[k] - a) / max(b - a, 1e-9), 0.0), 1.0) for k, (a, b) in members.items()}
    held = [(" ∧ ".join(names), min(high[n] for n in names), top) for names, top in RULES]
    rest = 1.0
    for _, degree, top in held:
        rest *= 1.0 - 0.1 * degree * top / 100.0
    peak = max(degree * top for _, degree, top in held)
    value = peak + (100.0 - peak) * (1.0 - rest) * 0.5
    name = next(n for limit, n in NAMES if value < limit)
    return Grade(value, name, tuple((text, round(d, 3)) for text, d, _ in held if d > 0))
