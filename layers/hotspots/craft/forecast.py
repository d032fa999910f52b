"""Where events will happen next: a mixture of plain counts and kernels, wide and narrow, long and short of memory.

Promises: a probability per cell that sums to one over the area; weights come from how well each component foretold
past weeks from the weeks before them; where a single component did better on those weeks, it is taken instead.

Why a mixture: the level of a place says most, smoothing helps where events are few, recency where they repeat.
How few and how repeating differs between crashes, burglaries and calls, so that it is learned, not chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.special import erf

from layers.hotspots.craft.grid import Floats, Grid, Ints, Mask, checked, recency
from layers.hotspots.craft.score import SHARES, hit_rates

Planes = NDArray[np.float32]
BANDWIDTHS = (0.0, 50.0, 100.0, 200.0, 400.0, 1000.0)
HALF_LIVES = (None, 365.0, 90.0, 20.0, 7.0)
FOLDS = 3
LEAST = 30
"""Events below which nothing is foretold."""
ROUNDS = 300
_REACH = 4.0
_THIN = 0.05
_LEAD = 0.01


class TooFew(ValueError):
    """There are not enough events to learn from."""


@dataclass(frozen=True, slots=True)
class Component:
    """A kernel over the events before a day. No bandwidth: plain counts. Not `seen`: the same everywhere."""

    bandwidth: float = 0.0
    half_life: float | None = None
    seen: bool = True

    @property
    def name(self) -> str:
        if not self.seen:
            return "even"
        what = f"kernel {self.bandwidth:g} m" if self.bandwidth else "counts"
        return what + (f", half-life {self.half_life:g} d" if self.half_life else "")

    @property
    def fixed(self) -> bool:
        """Whether it is one of the simple maps that the mixture is held against."""
        return self.seen and self.half_life is None


@dataclass(slots=True)
class Ground:
    """The area of a forecast, and the kernels over it, made once."""

    grid: Grid
    inside: Mask
    _kernels: dict[float, tuple[Floats, Floats, tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.inside.shape != self.grid.shape or not self.inside.any():
            raise ValueError("the area has no cell on the grid")

    @property
    def size(self) -> int:
        return int(self.inside.sum())

    def places(self, x: Floats, y: Floats) -> Ints:
        """The number of each point's cell among the cells of the area; -1 outside."""
        number = np.where(self.inside.ravel(), np.cumsum(self.inside.ravel()) - 1, -1)
        cells = self.grid.cells(x, y)
        return np.where(cells >= 0, number[cells], -1)

    def plane(self, values: Floats) -> Floats:
        """Values of the area's cells, put back on the grid; NaN outside."""
        out = np.full(self.grid.shape, np.nan)
        out[self.inside] = values
        return out

    def even(self) -> Floats:
        return np.full(self.size, 1.0 / self.size)

    def spread(self, counts: Floats, bandwidths: tuple[float, ...]) -> list[Floats]:
        """The counts of the area's cells as a probability, spread by each bandwidth; nothing leaves the area."""
        total = counts.sum()
        if total <= 0:
            return [self.even() for _ in bandwidths]
        out = []
        for bandwidth in bandwidths:
            if not bandwidth:
                out.append(counts / total)
                continue
            transform, kept, shape = self._kernel(bandwidth)
            given_back = np.zeros(self.grid.shape)
            given_back[self.inside] = counts / kept
            spread = np.maximum(self._convolved(given_back, transform, shape)[self.inside], 0.0)
            out.append(spread / spread.sum())
        return out

    def _kernel(self, bandwidth: float) -> tuple[Floats, Floats, tuple[int, int]]:
        if bandwidth not in self._kernels:
            profile = _between_cells(bandwidth / self.grid.cell)
            half = len(profile) // 2
            shape = self._room(half)
            plane = np.zeros(shape)
            turned = np.arange(-half, half + 1)
            plane[np.ix_(turned, turned)] = np.outer(profile, profile)
            transform = rfft2(plane)
            kept = self._convolved(self.inside.astype(float), transform, shape)[self.inside]
            self._kernels[bandwidth] = transform, np.maximum(kept, _THIN), shape
        return self._kernels[bandwidth]

    def _room(self, half: int) -> tuple[int, int]:
        rows, columns = (next_fast_len(max(n, half + 1) + half, real=True) for n in self.grid.shape)
        return rows, columns

    def _convolved(self, plane: Floats, transform: Floats, shape: tuple[int, int]) -> Floats:
        whole = irfft2(rfft2(plane, shape) * transform, shape)
        return np.asarray(whole[: self.grid.rows, : self.grid.columns])


def _between_cells(sigma: float) -> Floats:
    """How likely a point anywhere in a cell moves into the cell so many steps away."""
    half = ceil(_REACH * sigma) + 1
    edges = np.arange(-half - 1, half + 2) / sigma
    # the second difference of the integral of the normal distribution function
    integral = edges * 0.5 * (1 + erf(edges / np.sqrt(2))) + np.exp(-0.5 * edges**2) / np.sqrt(2 * np.pi)
    profile = np.diff(integral, 2) * sigma
    return np.asarray(profile / profile.sum())


@dataclass(frozen=True, slots=True)
class Forecast:
    """Probability per cell of the area, what it is made of, and how it did on the weeks it was fitted on."""

    surface: Floats
    weights: dict[Component, float]
    chosen: str
    past: dict[str, float]
    """Mean hit rate over the shares of the area on past weeks: of the mixture and of each simple map."""


def forecast(
    ground: Ground,
    x: Floats,
    y: Floats,
    day: Floats,
    *,
    now: float,
    horizon: float,
    weights: Floats | None = None,
    bandwidths: tuple[float, ...] = BANDWIDTHS,
    half_lives: tuple[float | None, ...] = HALF_LIVES,
) -> Forecast:
    """From the events before the day `now` to the `horizon` days after it. Days are numbers, whole or not."""
    x, y, w = checked(x, y, weights)
    place = ground.places(x, y)
    known = (day < now) & (place >= 0)
    if (count := int(known.sum())) < LEAST:
        raise TooFew(f"{count} events before the forecast are too few to learn from; {LEAST} are needed")
    place, day, w = place[known], day[known], w[known]
    components = _components(now - float(day.min()), bandwidths, half_lives)
    folds = []
    for fold in range(FOLDS, 0, -1):
        start = now - fold * horizon
        after = (day >= start) & (day < start + horizon)
        if (day < start).sum() >= LEAST and after.any():
            folds.append((_surfaces(ground, place, day, w, start, components), place[after]))
    if not folds:
        raise TooFew(
            f"the events reach back {now - float(day.min()):.0f} days, which is too short to try a forecast of "
            f"{horizon:g} days on them"
        )
    mixed = _expectation(np.concatenate([planes[:, at].T for planes, at in folds]))
    chosen, shares, past = _choice(components, mixed, folds)
    planes = _surfaces(ground, place, day, w, now, components)
    surface = shares @ planes
    return Forecast(
        surface / surface.sum(),
        {c: float(s) for c, s in zip(components, shares, strict=True) if s > 1e-4},
        chosen,
        past,
    )


def plain(ground: Ground, x: Floats, y: Floats, day: Floats, *, now: float, back: float = 365.0) -> Floats:
    """The same places as last year: counts per cell of the year before, or of what there is of it."""
    place = ground.places(x, y)
    known = (day < now) & (day >= now - back) & (place >= 0)
    return np.bincount(place[known], minlength=ground.size).astype(float)


def fixed(
    ground: Ground, x: Floats, y: Floats, day: Floats, *, now: float, bandwidth: float = 400.0
) -> Floats:
    """The map of most programs: one kernel over everything before the day."""
    place = ground.places(x, y)
    known = (day < now) & (place >= 0)
    counts = np.bincount(place[known], minlength=ground.size).astype(float)
    return ground.spread(counts, (bandwidth,))[0]


def _components(
    history: float, bandwidths: tuple[float, ...], half_lives: tuple[float | None, ...]
) -> list[Component]:
    """A memory longer than the history is no memory of its own."""
    lives = [life for life in half_lives if life is None or life < history]
    return [Component(b, life) for life in lives for b in bandwidths] + [Component(seen=False)]


def _surfaces(
    ground: Ground, place: Ints, day: Floats, w: Floats, now: float, components: list[Component]
) -> Planes:
    """One row a component: its probability per cell of the area, from the events before the day."""
    before = day < now
    place, age, w = place[before], now - day[before], w[before]
    out = np.empty((len(components), ground.size), dtype=np.float32)
    lives = dict.fromkeys(c.half_life for c in components if c.seen)
    row = 0
    for life in lives:
        counts = np.bincount(place, w * recency(age, life), ground.size).astype(float)
        bandwidths = tuple(c.bandwidth for c in components if c.seen and c.half_life == life)
        for plane in ground.spread(counts, bandwidths):
            out[row] = plane
            row += 1
    out[row] = ground.even()
    return out


def _expectation(part: Planes) -> Floats:
    """The weights under which the events are likeliest, by expectation and maximisation. One row an event."""
    seen = part.astype(float)
    weights = np.full(seen.shape[1], 1.0 / seen.shape[1])
    for _ in range(ROUNDS):
        weights = weights * (seen / (seen @ weights)[:, None]).mean(axis=0)
    return np.asarray(weights / weights.sum())


def _choice(
    components: list[Component], mixed: Floats, folds: list[tuple[Planes, Ints]]
) -> tuple[str, Floats, dict[str, float]]:
    """The mixture, unless leaning on a simple map held clearly more of the past weeks' events.

    A lead of less than a hundredth is luck of the fold, and the mixture is the better calibrated of the two.
    """
    events = sum(at.size for _, at in folds)

    def mean(surfaces: list[Floats]) -> float:
        held = [
            hit_rates(surface, at, SHARES).mean() * at.size
            for surface, (_, at) in zip(surfaces, folds, strict=True)
        ]
        return float(sum(held) / events)

    usual = [mixed @ planes for planes, _ in folds]
    candidates = {"mixture": mixed}
    past = {"mixture": mean(usual)}
    for n, component in enumerate(components):
        if component.fixed:
            alone = np.eye(len(components))[n]
            single = [planes[n].astype(float) for planes, _ in folds]
            candidates[component.name] = alone
            past[component.name] = mean(single)
            candidates[f"mixture and {component.name}"] = (mixed + alone) / 2
            past[f"mixture and {component.name}"] = mean(
                [(a + b) / 2 for a, b in zip(usual, single, strict=True)]
            )
    best = max(past, key=lambda name: past[name])
    if past[best] <= (1 + _LEAD) * past["mixture"]:
        best = "mixture"
    return best, candidates[best], past
