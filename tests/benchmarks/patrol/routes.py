"""The route solver: how near to the best, how quick after a drag, how unlike from night to night; and travel times.

"Best" is the best that any run of ours has found, long ones included, so a gap can only be too small; the public files
themselves are read by `antu patrol solve`. All seconds are CPU seconds of one process.
"""

from __future__ import annotations

from time import process_time

import numpy as np
import shapely

from layers.patrol.craft.diverse import nights
from layers.patrol.craft.problem import faults
from layers.patrol.craft.solve import ready, solve
from layers.patrol.craft.streets import PROFILES, Network, Streets
from tests.benchmarks.patrol.cases import public, top, windows
from tests.benchmarks.report import Report

SECONDS, LONG = 10.0, 30.0


def measure() -> Report:
    report = Report("", "")
    report.notes.append(f"- The solver was compiled or loaded in {ready():.1f} s before.")
    gaps(report)
    drag(report)
    varied(report)
    travel(report)
    return report


def gaps(report: Report) -> None:
    found: dict[str, float] = {}
    for name, (problem, best) in public().items():
        plan = solve(problem, seconds=SECONDS, clock=process_time)
        assert not faults(problem, plan.routes)
        found[name] = 100 * (1 - plan.value / best)
    worst = max(found, key=lambda n: found[n])
    report.add(
        f"R1, R2: gap to the best known after 10 s, mean of {len(found)}",
        float(np.mean(list(found.values()))),
        "%",
        most=0.2,
    )
    report.add("R1, R2: gap to the best known after 10 s, worst", found[worst], "%", most=1.0)
    least = sum(g <= 0 for g in found.values())
    report.notes.append(
        f"- Route instances, after the public sets: {least} of {len(found)} end at the best known; the worst is {worst}."
    )


def drag(report: Report) -> None:
    """A hundred stops and four units; two stops are locked first in one route, the rest is searched again."""
    problem = windows(100, 4, 120, 300, 7)
    cold = solve(problem, seconds=LONG, clock=process_time)
    route = max(cold.routes, key=len)
    unit = cold.routes.index(route)
    problem.fixed = [[route[2], route[1]] if u == unit else [] for u in range(4)]
    bare = [int(problem.start[unit]), *problem.fixed[unit], int(problem.end[unit])]
    if any("comes to" in f for f in faults(problem, [bare if u == unit else [0, 0] for u in range(4)])):
        problem.fixed = [[route[1]] if u == unit else [] for u in range(4)]
    began = process_time()
    quick = solve(problem, seconds=0.8, warm=cold.routes, clock=process_time)
    spent = process_time() - began
    assert not faults(problem, quick.routes)
    best = max(quick.value, solve(problem, seconds=LONG, clock=process_time).value)
    report.add("R4: search again after a drag", spent, "s", most=1.0)
    report.add("R4: what that loses to a cold run of 30 s", 100 * (1 - quick.value / best), "%", most=1.0)


def varied(report: Report) -> None:
    problem = top(100, 4, 60, 21)
    found = nights(
        problem, 14, seconds=1.5, best=solve(problem, seconds=SECONDS, clock=process_time), clock=process_time
    )
    report.add(
        "R5: 14 nights, the least share of the best", 100 * min(n.share for n in found.nights), "%", least=97
    )
    report.add("R5: 14 nights, mean overlap of ways", found.overlap, "", most=0.5)


def travel(report: Report) -> None:
    """Three hundred places on 57,000 directed edges."""
    side, rng = 141, np.random.default_rng(1)
    places = np.stack(np.meshgrid(np.arange(side) * 100.0, np.arange(side) * 100.0), -1).reshape(-1, 2)
    places += rng.uniform(-30, 30, places.shape)
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()]).astype(np.int32)
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()]).astype(np.int32)
    keep = rng.random(len(a)) < 0.8
    a, b = a[keep], b[keep]
    lines = shapely.linestrings(np.stack([places[a], places[b]], 1))
    net = Network(Streets(a, b, np.full(len(a), 50.0), rng.random(len(a)) < 0.2, lines), PROFILES["car"])
    x, y = rng.uniform(100, 13_900, (2, 300))
    began = process_time()
    net.matrix(x, y)
    report.add(
        f"R7: 300 × 300 travel times on {len(net.street):,} edges", process_time() - began, "s", most=1.2
    )
    began = process_time()
    net.to_one(x, y, (7000.0, 7000.0))
    report.add("nearest of 300 cars", process_time() - began, "s", most=0.2)
