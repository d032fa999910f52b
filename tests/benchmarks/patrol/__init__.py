"""Patrol against its goals: how near to the best, how quick after a drag, how unlike from night to night, how hard to forge.

Cases are our own, after the manner of the public ones. "Best" is the best of anything run here, long runs included, so a
gap can only be too small; the public files are read by `antu patrol solve`. A search ends by the clock, so that gaps mean
little on a busy machine; all else is CPU seconds of one process.
"""

from __future__ import annotations

import random
from importlib.util import find_spec
from time import perf_counter, process_time

import numpy as np
import shapely

from layers.patrol.craft import tags
from layers.patrol.craft.diverse import nights
from layers.patrol.craft.instances import distances
from layers.patrol.craft.problem import Problem, faults
from layers.patrol.craft.solve import ready, solve
from layers.patrol.craft.streets import PROFILES, Network, Streets
from tests.benchmarks.report import Report

SECONDS, LONG = 10.0, 30.0
FORGED = 1_000_000


def run() -> Report:
    report = Report("Patrol", "antu bench patrol")
    report.notes.append(f"The solver was compiled or loaded in {ready():.1f} s before.")
    gaps(report)
    drag(report)
    varied(report)
    travel(report)
    checks(report)
    forged(report)
    if find_spec("pyvrp") is None:
        report.notes.append("PyVRP is not installed here, so there is no row that compares with it.")
    return report


def top(n: int, units: int, limit: float, seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 100, (2, n))
    x[0] = x[-1] = y[0] = y[-1] = 50
    prize = rng.integers(1, 40, n).astype(float)
    prize[[0, -1]] = 0
    return Problem.of(distances(list(x), list(y), None), prize, units=units, limit=limit, end=n - 1)


def windows(n: int, units: int, wide: float, limit: float, seed: int) -> Problem:
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


def cases() -> dict[str, Problem]:
    found = {f"TOP {n}/{m}/{t}": top(n, m, t, i) for i, (n, m, t) in enumerate(
        [(100, 2, 60), (100, 2, 110), (100, 3, 70), (100, 4, 45), (66, 2, 80)]
    )}  # fmt: skip
    return found | {f"TOPTW {n}/{m}/{w}": windows(n, m, w, t, i) for i, (n, m, w, t) in enumerate(
        [(100, 2, 40, 230), (100, 4, 40, 230), (100, 3, 15, 230), (100, 1, 300, 1000)]
    )}  # fmt: skip


def gaps(report: Report) -> None:
    """Ten seconds against the best of three long runs and themselves."""
    found: list[float] = []
    for problem in cases().values():
        short = solve(problem, seconds=SECONDS)
        assert not faults(problem, short.routes)
        best = max(short.value, *(solve(problem, seconds=LONG, seed=s).value for s in (11, 12, 13)))
        found.append(100 * (1 - short.value / best))
    report.add("gap to the best of long runs, mean", float(np.mean(found)), "%", most=0.2)
    report.add("gap to the best of long runs, worst", max(found), "%", most=1.0)


def drag(report: Report) -> None:
    """A hundred stops and four units; two stops are locked first in one route, the rest is searched again."""
    problem = windows(100, 4, 120, 300, 7)
    cold = solve(problem, seconds=LONG)
    route = max(cold.routes, key=len)
    unit = cold.routes.index(route)
    problem.fixed = [[route[2], route[1]] if u == unit else [] for u in range(4)]
    bare = [int(problem.start[unit]), *problem.fixed[unit], int(problem.end[unit])]
    if any("comes to" in f for f in faults(problem, [bare if u == unit else [0, 0] for u in range(4)])):
        problem.fixed = [[route[1]] if u == unit else [] for u in range(4)]
    began = perf_counter()
    quick = solve(problem, seconds=0.8, warm=cold.routes)
    spent = perf_counter() - began
    assert not faults(problem, quick.routes)
    best = max(quick.value, solve(problem, seconds=LONG).value)
    report.add("search again after a drag", spent, "s", most=1.0)
    report.add("what that loses to a cold run of 30 s", 100 * (1 - quick.value / best), "%", most=1.0)


def varied(report: Report) -> None:
    problem = top(100, 4, 60, 21)
    found = nights(problem, 14, seconds=1.5, best=solve(problem, seconds=SECONDS))
    report.add(
        "14 nights, the least share of the best", 100 * min(n.share for n in found.nights), "%", least=97
    )
    report.add("14 nights, mean overlap of ways", found.overlap, "", most=0.5)


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
    report.add(f"300 × 300 travel times on {len(net.street):,} edges", process_time() - began, "s", most=1.2)
    began = process_time()
    net.to_one(x, y, (7000.0, 7000.0))
    report.add("nearest of 300 cars", process_time() - began, "s", most=0.2)


def checks(report: Report, count: int = 20_000) -> None:
    """With the key of each tag derived anew."""
    rng = random.Random(1)
    meta, master = rng.randbytes(16), rng.randbytes(16)

    def key_of(uid: bytes) -> bytes:
        return tags.diversify(master, uid, b"\x01\x00\x00", b"Antu patrol")

    uids = [rng.randbytes(7) for _ in range(500)]
    messages = [tags.speak(meta, key_of(u), u, i) for i, u in enumerate(uids)]
    began = process_time()
    for i in range(count):
        tags.sun(meta, key_of, *messages[i % 500])
    report.add("checks of NTAG 424 DNA messages", count / (process_time() - began), "/s", least=20_000)


def forged(report: Report) -> None:
    """Bits turned, halves of two messages, wrong keys, cut ones, and true ones a second time."""
    rng = random.Random(2)
    meta, other = rng.randbytes(16), rng.randbytes(16)
    keys: dict[bytes, bytes] = {}
    for _ in range(50):
        keys[rng.randbytes(7)] = rng.randbytes(16)
    uids = list(keys)
    true = [tags.speak(meta, keys[u], u, c) for u in uids for c in range(20)]
    seen: set[tuple[bytes, int]] = set()
    for e, c in true:
        tap = tags.sun(meta, lambda u: keys.get(u, other), e, c)
        seen.add((tap.uid, tap.counter))
    accepted = 0
    for i in range(FORGED):
        e, c = true[i % len(true)]
        kind = i % 5
        if kind == 0:
            whole = int(e + c, 16) ^ (1 << rng.randrange(192))
            e, c = f"{whole:048X}"[:32], f"{whole:048X}"[32:]
        elif kind == 1:
            c = true[(i * 7 + 1) % len(true)][1]
        elif kind == 2:
            e, c = tags.speak(meta, other, uids[i % 50], i % (1 << 24))
        elif kind == 3:
            e, c = e[: rng.randrange(32)], c
        try:
            tap = tags.sun(meta, lambda u: keys.get(u, other), e, c)
        except tags.Forged:
            continue
        # a true message, or one of a UID that no tag has (its "key" is a lot that nobody knows)
        if tap.uid in keys and (tap.uid, tap.counter) not in seen:
            accepted += 1
    report.add(f"of {FORGED:,} forged, altered, cut or repeated messages accepted", accepted, "", most=0)
