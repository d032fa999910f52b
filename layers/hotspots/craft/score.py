"""How good a ranking of places was, by what happened afterwards: hit rate, PAI and PEI at shares of the area.

Promises: cells that tie at the cut share what is left of the area, so that no order of the cells helps;
events outside the area are misses; the interval comes from drawing the events again, the same draw for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.hotspots.craft.grid import Floats, Ints

SHARES = (0.005, 0.01, 0.02, 0.05, 0.1)
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """`hit_rate` n/N; `pai` n/N over a/A; `pei` n over the most that any choice of the same area holds."""

    share: float
    hits: float
    events: int
    hit_rate: float
    pai: float
    pei: float
    low: float
    high: float


def flagged(surface: Floats, share: float) -> Floats:
    """For each cell how much of it is chosen: 1 above the cut, 0 below, a part of each where cells tie at it."""
    ((cut, part),) = _cuts(surface, (share,))
    return np.asarray((surface > cut) + part * (surface == cut), dtype=float)


def hit_rates(surface: Floats, cells: Ints, shares: tuple[float, ...] = SHARES) -> Floats:
    """The share of events in the chosen cells, for each share of the area; -1 is an event outside."""
    if not cells.size:
        return np.zeros(len(shares))
    at = surface[cells[cells >= 0]]
    held = [(at > cut).sum() + part * (at == cut).sum() for cut, part in _cuts(surface, shares)]
    return np.array(held) / cells.size


def _cuts(surface: Floats, shares: tuple[float, ...]) -> list[tuple[float, float]]:
    """For each share the lowest value that is chosen, and how much of the cells that have it."""
    if not all(0 < share <= 1 for share in shares):
        raise ValueError("a share of the area is above 0 and at most 1")
    rooms = [share * surface.size for share in shares]
    places = [surface.size - min(int(np.ceil(room)), surface.size) for room in rooms]
    sorted_there = np.partition(surface, sorted(set(places)))
    found = []
    for room, place in zip(rooms, places, strict=True):
        cut = sorted_there[place]
        above, level = np.count_nonzero(surface > cut), np.count_nonzero(surface == cut)
        found.append((float(cut), float((room - above) / level)))
    return found


def best_hits(cells: Ints, size: int, share: float) -> float:
    """The most events that any choice of so much area holds: the fullest cells, the last one in part."""
    counts = np.sort(np.bincount(cells[cells >= 0], minlength=1))[::-1]
    room = share * size
    whole = int(room)
    rest = (room - whole) * counts[whole] if whole < counts.size else 0.0
    return float(counts[:whole].sum() + rest)


def scores(surface: Floats, cells: Ints, shares: tuple[float, ...] = SHARES, *, seed: int = 0) -> list[Score]:
    """One score a share, with a 95 % interval of the hit rate. `surface` holds the cells of the area alone."""
    found = []
    rng = np.random.default_rng(seed)
    n = cells.size
    for share in shares:
        if not n:
            found.append(Score(share, 0.0, 0, 0.0, 0.0, 0.0, 0.0, 0.0))
            continue
        inside = _held(surface, cells, share)
        hits, best = float(inside.sum()), best_hits(cells, surface.size, share)
        low, high = np.quantile([inside[rng.integers(0, n, n)].mean() for _ in range(DRAWS)], (0.025, 0.975))
        rate = hits / n
        pei = hits / best if best else 0.0
        found.append(Score(share, hits, n, rate, rate / share, pei, float(low), float(high)))
    return found


def gain(
    surface: Floats, other: Floats, cells: Ints, share: float, *, seed: int = 0
) -> tuple[float, float, float]:
    """How much the first hits beyond the other, as a share of all events, with a 95 % interval."""
    if not cells.size:
        return 0.0, 0.0, 0.0
    more = _held(surface, cells, share) - _held(other, cells, share)
    rng = np.random.default_rng(seed)
    drawn = [more[rng.integers(0, more.size, more.size)].mean() for _ in range(DRAWS)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(more.mean()), float(low), float(high)


def mean_log(surface: Floats, cells: Ints, km2: float) -> float:
    """The mean logarithm of the forecast density per km² where events happened; a proper score, higher is better.

    Of the events inside, for the forecast speaks of the area alone. Minus infinity when something happened where
    the forecast said it could not; NaN when nothing happened.
    """
    here, total = cells[cells >= 0], surface.sum()
    if not here.size or total <= 0:
        return float("nan")
    with np.errstate(divide="ignore"):
        return float(np.log(surface[here] / total / km2).mean())


def _held(surface: Floats, cells: Ints, share: float) -> Floats:
    return np.where(cells >= 0, flagged(surface, share)[cells], 0.0)
