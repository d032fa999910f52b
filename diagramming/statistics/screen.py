"""A network screened: every junction or section with its figures, its excess over places like it, and its grade.

Pure: places and crashes in, a figure for each place out, the worst first. Crashes without a place count for none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from diagramming.statistics import rank
from diagramming.statistics.grade import INPUTS, Grade, grade
from diagramming.statistics.rank import Excess, Harm

YEAR = 365.25
FEW = 15
"""A group of places alike must have as many to say what is usual; smaller ones join the next wider group."""
STEADY = 20.0
"""A trend from so many crashes counts half in the grade; one from few hardly counts."""


@dataclass(frozen=True, slots=True)
class Place:
    """`like` names its groups from the narrowest to the widest; `km` is the length of a section, None for a junction."""

    id: int
    like: tuple[Hashable, ...]
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One crash, as screening sees it. `along` is metres from the beginning of its section."""

    place: int
    day: date
    severity: int
    vulnerable: bool = False
    kind: str = ""
    along: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Expectations and excess are crashes over the whole period, with 95 % intervals; `trend` is a yearly factor."""

    place: int
    rank: int
    counts: Mapping[int, int]
    vulnerable: float
    severe: float
    trend: tuple[float, float, float] | None
    excess: Excess
    harm: Harm
    grade: Grade
    group: str

    @property
    def crashes(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Peak:
    """The window of a section that lies furthest above what as many metres of streets like it have."""

    place: int
    start: float
    end: float
    crashes: int
    epdo: float
    excess: Excess


def screen(
    places: Sequence[Place],
    crashes: Sequence[Happened],
    start: date,
    end: date,
    scale: Mapping[int, float] | None = None,
) -> list[Figure]:
    """`end` is the first day that no longer counts. Weights are those of the last day unless they are given."""
    if end <= start:
        raise ValueError("The period ends before it begins.")
    if not places:
        return []
    scale = scale or rank.weights(end - timedelta(days=1))
    mine: dict[int, list[Happened]] = {p.id: [] for p in places}
    for c in crashes:
        if c.place in mine and start <= c.day < end:
            mine[c.place].append(c)
    groups = grouped(places)
    counts = [Counter(c.severity for c in mine[p.id]) for p in places]
    size = [p.km or 0.0 for p in places] if all(p.km is not None for p in places) else None
    above = rank.excess([c.total() for c in counts], groups, size)
    harms = rank.harm(counts, groups, scale, size)
    usual = _usual(mine)
    out = []
    for p, n, e, h, group in zip(places, counts, above, harms, groups, strict=True):
        total = n.total()
        if total:
            out.append(_figure(p.id, mine[p.id], n, e, h, (start, end), str(group), usual))
    out.sort(key=lambda f: (-f.excess.excess, -f.harm.expected, f.place))
    return [_ranked(f, k) for k, f in enumerate(out, 1)]


def _figure(
    id: int,
    mine: Sequence[Happened],
    counts: Counter[int],
    above: Excess,
    harm: Harm,
    period: tuple[date, date],
    group: str,
    usual: tuple[float, float],
) -> Figure:
    total = counts.total()
    vulnerable, severe = sum(c.vulnerable for c in mine) / total, (counts[1] + counts[2]) / total
    changed = _trend(mine, period[0], period[1])
    common = Counter(c.kind for c in mine if c.kind).most_common(1)
    inputs = {
        "excess": above.excess * YEAR / (period[1] - period[0]).days,
        "severity": (severe * total + STEADY * usual[0]) / (total + STEADY),
        "vulnerable": (vulnerable * total + STEADY * usual[1]) / (total + STEADY),
        "trend": (changed[0] - 1.0) * total / (total + STEADY) if changed else 0.0,
        "dominance": common[0][1] / total if common and total >= 5 else 0.0,
    }
    return Figure(
        id, 0, dict(counts), vulnerable, severe, changed, above, harm, grade(inputs, members(usual)), group
    )


def _usual(mine: Mapping[int, Sequence[Happened]]) -> tuple[float, float]:
    """In the whole network: the share with casualties, and with people on foot or two wheels."""
    every = [c for several in mine.values() for c in several]
    if not every:
        return 0.0, 0.0
    return sum(c.severity < 3 for c in every) / len(every), sum(c.vulnerable for c in every) / len(every)


def members(usual: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """A share is high when it is half as much again as in the whole network, and nothing when it is as usual."""
    out = {**INPUTS, "excess": (-0.5, 3.0)}
    for name, share in zip(("severity", "vulnerable"), usual, strict=True):
        out[name] = (share, max(min(1.5 * share, 0.5 + share / 2), share + 0.05))
    return out


def _ranked(f: Figure, k: int) -> Figure:
    return Figure(f.place, k, f.counts, f.vulnerable, f.severe, f.trend, f.excess, f.harm, f.grade, f.group)


def _trend(mine: Sequence[Happened], start: date, end: date) -> tuple[float, float, float] | None:
    """Over whole years counted back from the end; none of less than two of them."""
    years = int(((end - start).days + 1) / YEAR)
    if years < 2:
        return None
    counts = [0.0] * years
    for c in mine:
        back = int((end - timedelta(days=1) - c.day).days / YEAR)
        if back < years:
            counts[years - 1 - back] += 1
    return rank.trend(counts)


def grouped(places: Sequence[Place]) -> list[Hashable]:
    """The narrowest group of each place that has enough members."""
    sizes = Counter(g for p in places for g in set(p.like))
    return [next((g for g in p.like if sizes[g] >= FEW), "all") for p in places]


def peaks(
    places: Sequence[Place],
    crashes: Sequence[Happened],
    start: date,
    end: date,
    *,
    size: float = 300.0,
    step: float = 50.0,
    least: int = 3,
    each: int = 3,
    scale: Mapping[int, float] | None = None,
) -> list[Peak]:
    """Windows that slide along every section: of each section the `each` worst that do not overlap, the worst first."""
    scale = scale or rank.weights(end - timedelta(days=1))
    along: dict[int, list[tuple[float, float]]] = {}
    total: Counter[int] = Counter()
    for c in crashes:
        if start <= c.day < end:
            total[c.place] += 1
            if c.along is not None:
                along.setdefault(c.place, []).append((c.along, scale.get(c.severity, 1.0)))
    groups = grouped(places)
    lengths = [p.km or 0.0 for p in places]
    whole = rank.excess([total[p.id] for p in places], groups, lengths)
    counts = [total[p.id] for p in places]
    shapes = {
        g: rank.dispersion(
            [counts[i] for i in members], [whole[i].like for i in members]
        )
        for g, members in _members(groups).items()
    }  # fmt: skip
    out: list[Peak] = []
    for p, group, usual in zip(places, groups, whole, strict=True):
        here = along.get(p.id, [])
        if len(here) < least or not p.km or usual.like <= 0:
            continue
        found = []
        for w in rank.windows([a for a, _ in here], p.km * 1000.0, size, step):
            if w.count >= least:
                mu = usual.like * (w.end - w.start) / (p.km * 1000.0)
                found.append((w, rank.shrunk(w.count, mu, shapes[group])))
        found.sort(key=lambda f: (-f[1].excess, f[0].start))
        kept: list[Peak] = []
        for w, e in found:
            if len(kept) == each:
                break
            if e.low > 0 and all(w.end <= k.start or w.start >= k.end for k in kept):
                weight = sum(v for a, v in here if w.start <= a <= w.end)
                kept.append(Peak(p.id, w.start, w.end, w.count, weight, e))
        out += kept
    return sorted(out, key=lambda k: (-k.excess.excess, k.place, k.start))


def _members(groups: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    out: dict[Hashable, list[int]] = {}
    for i, g in enumerate(groups):
        out.setdefault(g, []).append(i)
    return out
