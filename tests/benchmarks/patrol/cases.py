"""Route problems to measure with, made from seeds: after the manner of the public sets, and nights in a town.

Whole numbers in the town, so that every solver is asked exactly the same.
"""

from __future__ import annotations

import numpy as np

from layers.patrol.craft.instances import distances
from layers.patrol.craft.problem import Problem


def top(n: int, units: int, limit: float, seed: int) -> Problem:
    """Places and prizes at random, no windows: after Chao's sets."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 100, (2, n))
    x[0] = x[-1] = y[0] = y[-1] = 50
    prize = rng.integers(1, 40, n).astype(float)
    prize[[0, -1]] = 0
    return Problem.of(distances(list(x), list(y), None), prize, units=units, limit=limit, end=n - 1)


def grid(side: int, units: int, limit: float) -> Problem:
    """Places in rows, worth more the farther out they are: many plans are equally good, after Chao's squares."""
    at = np.arange(side, dtype=float) * 2 - (side - 1)
    x, y = (a.ravel() for a in np.meshgrid(at, at))
    prize = 5 * np.maximum(np.abs(x), np.abs(y)).round()
    x, y = np.concatenate([[0.0], x, [0.0]]), np.concatenate([[0.0], y, [0.0]])
    return Problem.of(
        distances(list(x), list(y), None), [0.0, *prize, 0.0], units=units, limit=limit, end=len(x) - 1
    )


def windows(n: int, units: int, wide: float, limit: float, seed: int) -> Problem:
    """Ten minutes at each place and a window of its own: after Solomon's."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 70, (2, n + 1)).astype(float)
    x[0] = y[0] = 35
    prize = rng.integers(1, 40, n + 1).astype(float)
    prize[0] = 0
    travel = distances(list(x), list(y), 1)
    middle, width = rng.uniform(travel[0], limit - travel[0] - 10), rng.uniform(wide / 2, wide * 2, n + 1)
    closes = np.minimum(limit - travel[0] - 10, middle + width / 2).round()
    opens = np.minimum(np.maximum(0, middle - width / 2).round(), closes)
    opens[0], closes[0] = 0, limit
    service = np.full(n + 1, 10.0)
    service[0] = 0
    return Problem.of(travel, prize, units=units, limit=limit, service=service, opens=opens, closes=closes)


def night(n: int, units: int, hours: float, seed: int, timed: float = 0.0) -> Problem:
    """Boxes and hot spots of a precinct, in seconds: crowded about a few centres, few of them worth much.

    A share of the places has hot hours.
    """
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 9000, (7, 2))
    places = centres[rng.integers(0, 7, n + 1)] + rng.normal(0, 900, (n + 1, 2))
    places[0] = centres.mean(axis=0)
    apart = np.abs(places[:, None] - places[None]).sum(-1)  # along streets that cross at right angles
    travel = np.ceil(apart / (25 / 3.6))
    prize = np.clip(rng.lognormal(2.0, 0.8, n + 1), 1, 60).round()
    prize[0] = 0
    service = rng.choice([60.0, 300.0, 720.0], n + 1, p=[0.5, 0.25, 0.25])
    service[0] = 0
    limit = hours * 3600
    opens, closes = np.zeros(n + 1), np.full(n + 1, limit)
    hot = np.flatnonzero(rng.random(n + 1) < timed)
    hot = hot[hot > 0]
    middle = rng.uniform(1800, limit - 1800, len(hot)).round()
    opens[hot], closes[hot] = np.maximum(0, middle - 1800), np.minimum(limit, middle + 1800)
    return Problem.of(travel, prize, units=units, limit=limit, service=service, opens=opens, closes=closes)


def public() -> dict[str, tuple[Problem, float]]:
    """After the public sets, each with the best value that any run of ours has found, long ones included."""
    found: dict[str, tuple[Problem, float]] = {}
    for n, m, t, seed, best in TOP:
        found[f"TOP {n}/{m}/{t}"] = top(n, m, t, seed), best
    for side, m, t, best in GRID:
        found[f"grid {side}/{m}/{t}"] = grid(side, m, t), best
    for n, m, w, t, seed, best in TOPTW:
        found[f"TOPTW {n}/{m}/{w}"] = windows(n, m, w, t, seed), best
    return found


TOP = [(100, 2, 110, 1, 619), (100, 2, 160, 5, 1030), (102, 3, 120, 6, 823), (102, 4, 90, 7, 759)]
GRID = [(8, 2, 40, 1090), (8, 3, 35, 1320), (8, 4, 25, 1110)]
TOPTW = [
    (100, 2, 40, 230, 0, 633), (100, 3, 15, 230, 2, 869), (100, 4, 120, 300, 4, 1706), (144, 3, 135, 500, 5, 1990),
    (240, 2, 135, 500, 6, 1821),
]  # fmt: skip
"""Places, units, limit (or window and limit), seed, best value."""


def nights() -> dict[str, Problem]:
    """Twenty nights of a town: 50 to 100 places, two to four units, half of them with hot hours."""
    found = {}
    for i in range(20):
        n, m = (50, 60, 75, 90, 100)[i % 5], 2 + i % 3
        hours, timed = (1.0, 1.4, 1.8, 2.2)[i % 4], (0.0, 0.3)[i // 10]
        found[f"night {n}/{m}/{hours:g} h/{timed:g}"] = night(n, m, hours, 100 + i, timed)
    return found
