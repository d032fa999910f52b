"""What the route solver is asked, as arrays, and what it answers. `faults` checks a plan without the solver's code.

A node is a place at one window; a stop with several windows, or several visits, is several nodes (`demand.py`).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
NEVER = 1e9
"""Farther than any shift is long: a forbidden arc, or a window that does not end."""


@dataclass(slots=True)
class Problem:
    """Times are in one unit, whatever it is. Unit r starts at node start[r] at begin[r] and ends by finish[r]."""

    travel: Floats  # [profile, from, to]
    prize: Floats
    service: Floats
    opens: Floats
    closes: Floats  # the latest beginning of service
    start: Ints
    end: Ints
    begin: Floats
    finish: Floats
    profile: Ints  # of each unit
    must: NDArray[np.bool_]
    choice: Ints  # nodes with the same number exclude each other; -1 excludes none
    allowed: NDArray[np.bool_]  # [unit, node]
    fixed: list[list[int]] = field(default_factory=list)  # per unit: nodes that open its route, in order
    pinned: list[list[int]] = field(default_factory=list)  # per unit: nodes it keeps, in order
    dislike: Floats | None = None  # [from, to] in time units: arcs to avoid where it costs little

    @classmethod
    def of(
        cls,
        travel: Any,
        prize: Any,
        *,
        units: int = 1,
        limit: float = NEVER,
        start: int = 0,
        end: int | None = None,
        service: Any = None,
        opens: Any = None,
        closes: Any = None,
        must: Any = (),
    ) -> Problem:
        """A problem of equal units, as the public instances have them."""
        travel = np.ascontiguousarray(travel, np.float64)
        n = travel.shape[-1]
        end = start if end is None else end
        wanted = np.zeros(n, np.bool_)
        wanted[list(must)] = True
        return cls(
            travel=travel.reshape(-1, n, n),
            prize=np.ascontiguousarray(prize, np.float64),
            service=_all(service, n, 0.0),
            opens=_all(opens, n, 0.0),
            closes=_all(closes, n, NEVER),
            start=np.full(units, start, np.int32),
            end=np.full(units, end, np.int32),
            begin=np.zeros(units),
            finish=np.full(units, float(limit)),
            profile=np.zeros(units, np.int32),
            must=wanted,
            choice=np.full(n, -1, np.int32),
            allowed=np.ones((units, n), np.bool_),
        )

    @property
    def nodes(self) -> int:
        return len(self.prize)

    @property
    def units(self) -> int:
        return len(self.start)

    @property
    def windowed(self) -> bool:
        """Whether any window can bind; without, the solver may turn routes round."""
        last = float(self.finish.max())
        return bool(
            (self.opens > self.begin.min()).any() or (self.closes < np.minimum(last, NEVER)).any()
        )  # fmt: skip

    @property
    def stops(self) -> NDArray[np.bool_]:
        """Which nodes may be visited at all: not where shifts begin and end."""
        found = (self.prize > 0) | self.must
        found[self.start] = False
        found[self.end] = False
        return found


def _all(values: Any, n: int, otherwise: float) -> Floats:
    return np.full(n, otherwise) if values is None else np.ascontiguousarray(values, np.float64)


@dataclass(frozen=True, slots=True)
class Plan:
    """A route names every node from start to end, both included."""

    routes: list[list[int]]
    value: float
    seconds: float = 0.0
    iterations: int = 0
    missing: tuple[int, ...] = ()  # must-visit nodes that found no place


def timetable(problem: Problem, unit: int, route: list[int]) -> list[float]:
    """When service begins at each node, waiting where a window is not yet open."""
    now = float(problem.begin[unit])
    times = [now]
    for a, b in itertools.pairwise(route):
        now += float(problem.service[a]) + float(problem.travel[problem.profile[unit], a, b])
        if len(times) < len(route) - 1:
            now = max(now, float(problem.opens[b]))
        times.append(now)
    return times


def value_of(problem: Problem, routes: list[list[int]]) -> float:
    return float(sum(problem.prize[v] for route in routes for v in route[1:-1]))


def faults(problem: Problem, routes: list[list[int]], tolerance: float = 1e-6) -> list[str]:
    """Every rule that the routes break, each as a sentence; empty when they may be driven."""
    wrong = []
    if len(routes) != problem.units:
        return [f"there are {len(routes)} routes for {problem.units} units"]
    seen: dict[int, int] = {}
    chosen: dict[int, int] = {}
    stops = problem.stops
    for unit, route in enumerate(routes):
        if len(route) < 2 or route[0] != problem.start[unit] or route[-1] != problem.end[unit]:
            wrong.append(f"unit {unit} does not start and end where it must")
            continue
        if route[1 : 1 + len(problem.fixed[unit])] != problem.fixed[unit] if problem.fixed else False:
            wrong.append(f"unit {unit} does not begin with its locked stops")
        if problem.pinned and [v for v in route if v in problem.pinned[unit]] != problem.pinned[unit]:
            wrong.append(f"unit {unit} does not keep its pinned stops in order")
        for v in route[1:-1]:
            if not 0 <= v < problem.nodes or not stops[v]:
                wrong.append(f"unit {unit} visits {v}, which is no stop")
                return wrong
            if v in seen:
                wrong.append(f"node {v} is visited by units {seen[v]} and {unit}")
            seen[v] = unit
            group = int(problem.choice[v])
            if group >= 0 and group in chosen:
                wrong.append(f"nodes {chosen[group]} and {v} exclude each other")
            chosen[group] = v
            if not problem.allowed[unit, v]:
                wrong.append(f"unit {unit} may not visit node {v}")
        for v, at in zip(route[1:-1], timetable(problem, unit, route)[1:-1], strict=True):
            if at > problem.closes[v] + tolerance:
                wrong.append(f"unit {unit} comes to node {v} at {at:.3f}, after {problem.closes[v]:.3f}")
        if timetable(problem, unit, route)[-1] > problem.finish[unit] + tolerance:
            wrong.append(f"unit {unit} is back after {problem.finish[unit]:.3f}")
    kept = {int(problem.choice[v]) for v in seen if problem.choice[v] >= 0}
    wrong += [
        f"node {v} must be visited and is not"
        for v in np.flatnonzero(problem.must)
        if int(v) not in seen and int(problem.choice[v]) not in kept
    ]
    return wrong
