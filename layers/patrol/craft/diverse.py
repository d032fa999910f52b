"""Plans that are nearly best and not the same: arcs and stops of former nights lose a little of their worth.

Every plan says what share of the best value it keeps; one that falls under the floor is made again with less disturbance.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from layers.patrol.craft.problem import Plan, Problem, value_of
from layers.patrol.craft.solve import Clock, Tuning, solve

FLOOR = 0.97


@dataclass(frozen=True, slots=True)
class Night:
    plan: Plan
    share: float  # of the best value
    overlap: float  # mean Jaccard index of its arcs with the nights before


@dataclass(frozen=True, slots=True)
class Nights:
    best: Plan
    nights: list[Night]
    overlap: float  # mean over all pairs
    unvisited: list[int]  # nodes with a prize that no night visits


def arcs(routes: list[list[int]]) -> frozenset[tuple[int, int]]:
    """Ways without direction: to drive the same round backwards is the same round."""
    return frozenset((min(a, b), max(a, b)) for route in routes for a, b in itertools.pairwise(route))


def jaccard(a: frozenset[tuple[int, int]], b: frozenset[tuple[int, int]]) -> float:
    return len(a & b) / max(1, len(a | b))


def nights(
    problem: Problem,
    count: int,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    floor: float = FLOOR,
    best: Plan | None = None,
    progress: Callable[[int], None] | None = None,
    clock: Clock = time.perf_counter,
) -> Nights:
    """`seconds` or `iterations` are for each night; the best plan is given, or searched for as long as two."""
    if best is None:
        best = solve(
            problem,
            seconds=seconds * 2 if seconds else None,
            iterations=iterations * 2 if iterations else None,
            seed=seed,
            clock=clock,
        )
    rng = np.random.default_rng(seed)
    n = problem.nodes
    used = np.zeros((n, n))
    rested = np.zeros(n)  # nights since the last visit
    made: list[Night] = []
    former: list[frozenset[tuple[int, int]]] = []
    typical = float(np.median(problem.travel[0][problem.travel[0] < 1e8]))
    force = 1.0
    for night in range(count):
        kept: Night | None = None
        for _ in range(4):
            prize = problem.prize * (
                1 + force * (0.03 * np.minimum(rested, 6) + 0.08 * (rng.random(n) - 0.5))
            )
            twisted = replace(
                problem, prize=prize, dislike=np.ascontiguousarray(force * 1.5 * typical * used)
            )
            plan = solve(
                twisted, seconds=seconds, iterations=iterations, seed=seed * 1000 + night * 7 + 1,
                tuning=Tuning(thrift=THRIFT), clock=clock,
            )  # fmt: skip
            value = value_of(problem, plan.routes)
            mine = arcs(plan.routes)
            overlap = float(np.mean([jaccard(mine, f) for f in former])) if former else 0.0
            found = Night(replace(plan, value=value), value / best.value if best.value else 1.0, overlap)
            if value > best.value and not plan.missing:
                best = found.plan
            if kept is None or found.share > kept.share:
                kept = found
            if kept.share >= floor:
                break
            force *= 0.6
        assert kept is not None
        if overlap_of(made, kept) < ENOUGH:  # other ways are longer ways: no more of them than is asked for
            force *= 0.75
        elif kept.share > floor + 0.01:
            force = min(1.6, force * 1.12)
        made.append(kept)
        mine = arcs(kept.plan.routes)
        former.append(mine)
        used *= 0.85
        for a, b in mine:
            used[a, b] += 1
            used[b, a] += 1
        rested += 1
        rested[[v for route in kept.plan.routes for v in route]] = 0
        if progress:
            progress(night + 1)
    pairs = [jaccard(a, b) for i, a in enumerate(former) for b in former[:i]]
    seen = {v for night in made for route in night.plan.routes for v in route}
    lost = [int(v) for v in np.flatnonzero(problem.stops & (problem.prize > 0)) if int(v) not in seen]
    made = [replace(n, share=n.plan.value / best.value if best.value else 1.0) for n in made]
    return Nights(best, made, float(np.mean(pairs)) if pairs else 0.0, lost)


def overlap_of(made: list[Night], last: Night) -> float:
    """Mean overlap so far; 1 while there is nothing to compare."""
    known = [n.overlap for n in [*made[1:], last]] if made else []
    return float(np.mean(known)) if known else 1.0


THRIFT = 1.0
ENOUGH = 0.3
ALIKE, TURNS = 0.95, 3
"""Loads this much alike are fair enough; so often it is tried."""


def fairer(
    problem: Problem,
    plan: Plan,
    *,
    iterations: int = 6000,
    seed: int = 1,
    floor: float = 0.98,
    thrift: float = 0.05,
) -> Plan:
    """The same plan with loads more alike, if that costs no more than two percent of its value."""
    tuning = Tuning(fair=0.15, thrift=thrift)
    best, alike = plan, jain(problem, plan)
    for turn in range(TURNS):
        if problem.units < 2 or alike >= ALIKE:
            break
        again = solve(problem, iterations=iterations, seed=seed + turn, warm=best.routes, tuning=tuning)
        if again.value >= floor * plan.value and len(again.missing) <= len(plan.missing):
            best, alike = max((best, alike), (again, jain(problem, again)), key=lambda one: one[1])
    return best


def jain(problem: Problem, plan: Plan) -> float:
    """1 when all units work as long, 1/n when one works alone."""
    from layers.patrol.craft.problem import timetable

    loads = np.array([timetable(problem, u, r)[-1] - problem.begin[u] for u, r in enumerate(plan.routes)])
    total = float((loads**2).sum())
    return float(loads.sum()) ** 2 / (len(loads) * total) if total else 1.0
