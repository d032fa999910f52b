"""Solve a route problem within seconds or iterations, from nothing or from a plan that exists.

`solve` always answers with a plan that `faults` finds nothing wrong with, save must-visits that had no place: these are
named in `missing`. With `iterations` the answer depends on the seed alone; with `seconds`, on the machine too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.patrol.craft.problem import Ints, Plan, Problem, value_of

Progress = Callable[[float, Plan], None]
Clock = Callable[[], float]
MOST_NODES = 3000
CHUNK = 0.05  # seconds between two looks at the clock


class Impossible(ValueError):
    """What is asked contradicts itself before any search."""


@dataclass(frozen=True, slots=True)
class Tuning:
    hot: float = 0.08  # of the best value known
    cold: float = 0.0006
    average: float = 8.0  # stops taken out at once
    longest: float = 20.0
    wait: float = 0.1  # what a minute of waiting costs, beside a minute of driving
    gammas: tuple[float, float] = (0.5, 3.0)
    fair: float = 0.0
    thrift: float = 0.05  # share of a mean prize that the time of all shifts together is worth


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    warm: list[list[int]] | None = None,
    tuning: Tuning = Tuning(),  # frozen
    progress: Progress | None = None,
    clock: Clock = time.perf_counter,
) -> Plan:
    """Search until time or iterations are used up; five seconds where neither is said.

    With `time.process_time` for a clock, seconds are those of a core, which other programs do not stretch.
    """
    if seconds is None and iterations is None:
        seconds = 5.0
    began = clock()
    search = Search(problem, seed, tuning, clock)
    search.begin(warm)
    if search.count == 0:
        return search.plan(clock() - began)
    for share, length, again in _cycles(seconds, iterations, warm is not None):
        search.cycle(began, share, length, again, seconds, iterations, progress)
    return search.plan(clock() - began)


def _cycles(seconds: float | None, iterations: int | None, warm: bool) -> Iterator[tuple[float, float, str]]:
    """Where each annealing ends and how long it is, as shares of the whole, and what it begins with."""
    whole = seconds if seconds is not None else (iterations or 0) / 20_000
    if warm or whole < 4.0:
        yield 1.0, 1.0, "warm" if warm else "new"
        return
    lengths: list[float] = []
    while sum(lengths) < whole:
        lengths.append(3.0 * 1.35 ** len(lengths))
    factor = whole / sum(lengths)
    done = 0.0
    for i, length in enumerate(lengths):
        done += length * factor / whole
        yield min(1.0, done), length * factor / whole, "new" if i % 3 == 0 else "best"


class Search:
    """The arrays of one search, kept between two looks at the clock."""

    def __init__(self, problem: Problem, seed: int, tuning: Tuning, clock: Clock = time.perf_counter) -> None:
        if problem.nodes > MOST_NODES:
            raise Impossible(f"{problem.nodes} nodes are more than the {MOST_NODES} that one plan may have.")
        self.problem, self.tuning, self.clock = problem, tuning, clock
        n, units = problem.nodes, problem.units
        self.rng = np.array([(seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 or 1], np.uint64)
        back = np.ascontiguousarray(problem.travel.transpose(0, 2, 1))
        stops = problem.stops
        ok = np.zeros((units, n), np.bool_)
        for r in range(units):
            d = problem.travel[problem.profile[r]]
            there = np.maximum(problem.begin[r] + d[problem.start[r]], problem.opens)
            home = there + problem.service + d[:, problem.end[r]]
            ok[r] = (
                stops
                & problem.allowed[r]
                & (there <= problem.closes + 1e-9)
                & (home <= problem.finish[r] + 1e-9)
            )
        self.lock = np.zeros(units, np.int32)
        pinned = np.zeros(n, np.bool_)
        for r in range(units):
            if problem.fixed:
                self.lock[r] = len(problem.fixed[r])
            for v in (
                *(problem.fixed[r] if problem.fixed else ()),
                *(problem.pinned[r] if problem.pinned else ()),
            ):
                pinned[v] = True
        dislike = problem.dislike if problem.dislike is not None else np.zeros((1, 1))
        windowed = problem.windowed or bool(pinned.any())  # pinned stops keep their order as windows do
        self.p: tuple[Any, ...] = (
            problem.travel, problem.service, problem.opens, problem.closes, problem.begin, problem.finish,
            problem.profile, back, np.ascontiguousarray(dislike), windowed, problem.dislike is not None,
        )  # fmt: skip
        self.q: tuple[Any, ...] = (problem.prize, ok, self.lock, problem.choice, problem.must, pinned)
        self.free: Ints = np.flatnonzero(ok.any(axis=0)).astype(np.int32)
        self.count = len(self.free)
        self.even = bool(
            len(set(problem.end.tolist())) == 1
            and len(set(problem.profile.tolist())) == 1
            and (problem.begin == problem.begin[0]).all()
            and problem.allowed.all()
        )
        around = np.minimum(problem.travel.min(axis=0), problem.travel.min(axis=0).T)
        apart = np.abs(problem.opens[:, None] - problem.opens[None, :]) if windowed else 0.0
        distance = around + 0.1 * np.minimum(apart, problem.finish.max() - problem.begin.min())
        sub = distance[np.ix_(self.free, self.free)]
        self.near = (
            self.free[np.argsort(sub, axis=1, kind="stable")[:, : min(60, self.count)]]
            if self.count
            else np.zeros((0, 0), np.int32)
        )
        spread = float((problem.finish - problem.begin).sum())
        worth = float(problem.prize[self.free].mean()) if self.count else 1.0
        self.thrift = tuning.thrift * worth / max(1e-9, min(spread, NEVER_SPENT))
        self.pace = 8000.0

    def _state(self) -> tuple[Any, ...]:
        n, units = self.problem.nodes, self.problem.units
        groups = int(self.problem.choice.max(initial=-1)) + 1
        return (
            np.zeros((units, n + 2), np.int32), np.zeros(units, np.int32),
            np.zeros((units, n + 2)), np.zeros((units, n + 2)), np.full(n, -1, np.int32),
            np.full((units, n), 1e18), np.full((units, n), -1, np.int32), np.zeros(max(1, groups), np.int32),
        )  # fmt: skip

    def _place(self, state: tuple[Any, ...], routes: list[list[int]]) -> None:
        from layers.patrol.craft import kernel

        state[4][:] = -1
        state[7][:] = 0
        for r, route in enumerate(routes):
            state[0][r, : len(route)] = route
            state[1][r] = len(route)
            for v in route[1:-1]:
                state[4][v] = r
                if self.problem.choice[v] >= 0:
                    state[7][self.problem.choice[v]] += 1
        kernel.settle(self.p, self.q, state, self.free, self.count, self.tuning.wait)

    def bare(self) -> list[list[int]]:
        """Routes of what is locked and pinned alone."""
        problem, routes = self.problem, []
        for r in range(problem.units):
            kept = [*(problem.fixed[r] if problem.fixed else ())]
            kept += [v for v in (problem.pinned[r] if problem.pinned else ()) if v not in kept]
            routes.append([int(problem.start[r]), *kept, int(problem.end[r])])
        return routes

    def begin(self, warm: list[list[int]] | None) -> None:
        from layers.patrol.craft import kernel

        self.now, self.trial, self.best = self._state(), self._state(), self._state()
        self._place(self.now, self.bare())
        for r in range(self.problem.units):
            if not kernel.refresh(r, self.p, *self.now[:4]):
                raise Impossible(f"The locked stops of unit {r + 1} do not fit into its shift.")
        if warm is not None:
            self._place(self.now, self._kept(warm))
        kernel.copy(self.now, self.best)
        self.done = 0

    def _kept(self, warm: list[list[int]]) -> list[list[int]]:
        """As much of a plan as still holds: what fits no longer is left out, and found a place for later."""
        from layers.patrol.craft import kernel

        state, routes = self._state(), self.bare()
        used = {v for route in routes for v in route[1:-1]}
        groups = {int(self.problem.choice[v]) for v in used if self.problem.choice[v] >= 0}
        self._place(state, routes)
        ok = self.q[1]
        for r, route in enumerate(warm[: self.problem.units]):
            mine = routes[r]
            for v in route[1:-1]:
                if v in used and v in mine:
                    continue
                group = int(self.problem.choice[v]) if 0 <= v < self.problem.nodes else -1
                if v in used or not 0 <= v < self.problem.nodes or not ok[r, v] or group in groups - {-1}:
                    continue
                # after what precedes it in the old plan
                before = [w for w in route[: route.index(v)] if w in mine]
                at = max(mine.index(before[-1]) + 1 if before else 1, 1 + int(self.lock[r]))
                attempt = [*mine[:at], v, *mine[at:]]
                state[0][r, : len(attempt)] = attempt
                state[1][r] = len(attempt)
                if kernel.refresh(r, self.p, *state[:4]):
                    routes[r] = mine = attempt
                    used.add(v)
                    groups.add(group)
        return routes

    def cycle(
        self,
        began: float,
        until: float,
        length: float,
        again: str,
        seconds: float | None,
        iterations: int | None,
        progress: Progress | None,
    ) -> None:
        from layers.patrol.craft import kernel

        tuning = self.tuning
        if again == "best":
            kernel.copy(self.best, self.now)
        elif again == "new" and self.done:
            self._place(self.now, self.bare())
        level = max(
            self.value(self.best), float(np.sort(self.problem.prize[self.free])[-10:].sum()) * 0.5, 1e-9
        )
        hot = tuning.hot * level * (0.25 if again == "warm" else 0.4 if again == "best" else 1.0)
        cold = min(tuning.cold * level, hot / 2)
        from_share = until - length
        while True:
            share = self._share(began, seconds, iterations)
            if share >= until - 1e-12:
                return
            into = (share - from_share) / length
            if seconds is not None:
                steps = max(1, int(self.pace * min(CHUNK, (until - share) * seconds)))
                further = min(1.0, into + steps / self.pace / (length * seconds))
            else:
                total = iterations or 1
                steps = max(1, min(500, round((until - share) * total)))
                further = min(1.0, into + steps / (length * total))
            into = max(0.0, into)
            start = self.clock()
            kernel.anneal(
                self.p, self.q, self.now, self.trial, self.best, self.near, self.free, self.rng, steps,
                hot * (cold / hot) ** into, hot * (cold / hot) ** further, tuning.wait, self.thrift, tuning.fair * level,
                tuning.average, tuning.longest, self.even, tuning.gammas,
            )  # fmt: skip
            self.done += steps
            spent = max(1e-6, self.clock() - start)
            self.pace = max(20.0, min(1e6, 0.5 * self.pace + 0.5 * steps / spent))
            if progress:
                progress(self._share(began, seconds, iterations), self.plan(self.clock() - began))

    def _share(self, began: float, seconds: float | None, iterations: int | None) -> float:
        if seconds is not None:
            return min(1.0, (self.clock() - began) / seconds) if seconds > 0 else 1.0
        return min(1.0, self.done / max(1, iterations or 1))

    def value(self, state: tuple[Any, ...]) -> float:
        return value_of(self.problem, self.routes(state))

    def routes(self, state: tuple[Any, ...]) -> list[list[int]]:
        return [[int(v) for v in state[0][r, : state[1][r]]] for r in range(self.problem.units)]

    def plan(self, spent: float) -> Plan:
        routes = self.routes(self.best)
        seen = {v for route in routes for v in route[1:-1]}
        met = {int(self.problem.choice[v]) for v in seen if self.problem.choice[v] >= 0}
        missing = tuple(
            int(v)
            for v in np.flatnonzero(self.problem.must)
            if int(v) not in seen and int(self.problem.choice[v]) not in met
        )
        return Plan(routes, value_of(self.problem, routes), spent, self.done, missing)


NEVER_SPENT = 1e8


def ready() -> float:
    """Compile, or load what was compiled before; answers with the seconds it took. Otherwise the first search pays."""
    began = time.perf_counter()
    square = np.array([[0.0, 1, 1], [1, 0, 1], [1, 1, 0]])
    solve(Problem.of(square, [0, 1, 1], limit=5.0), iterations=2)
    return time.perf_counter() - began
