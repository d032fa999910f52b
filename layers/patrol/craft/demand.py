"""From what a planner asks (stops with windows and visits, units with shifts) to nodes and arrays, and back.

Several visits share the time out among themselves, so that two of one stop are never nearer than `apart`. What can never
be met is said before any search, what found no place after it: which stop, which rule, and what would be enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from layers.patrol.craft.problem import NEVER, Floats, Plan, Problem, timetable
from layers.patrol.craft.solve import Impossible, solve

MOST_VISITS = 12
TRIES = 2_000


@dataclass(frozen=True, slots=True)
class Stop:
    id: int
    place: int  # row of the travel times
    prize: float = 1.0
    service: float = 1.0
    windows: tuple[tuple[float, float], ...] = ()
    visits: int = 1
    apart: float = 60.0
    must: bool = False
    units: frozenset[int] | None = None  # only these


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    start: int
    end: int
    begin: float
    finish: float
    profile: int = 0
    locked: tuple[int, ...] = ()  # ids of stops that open its route, in this order
    pinned: tuple[int, ...] = ()  # ids of stops that it keeps


@dataclass(frozen=True, slots=True)
class Block:
    """One demand that cannot be met, and the least that would let it be."""

    stop: int
    rule: str  # reach, unit, window, visits, shift, together
    zh: str
    en: str
    minutes: float | None = None


@dataclass(slots=True)
class Asked:
    stops: Sequence[Stop]
    units: Sequence[Unit]
    problem: Problem
    nodes: list[tuple[int, int]]  # of each node: index of its stop (-1 none), number of the visit
    blocked: list[Block] = field(default_factory=list)

    def visits(self, plan: Plan) -> list[list[tuple[Stop, float]]]:
        """Per unit: the stops in order, each with the beginning of service."""
        found = []
        for unit, route in enumerate(plan.routes):
            times = timetable(self.problem, unit, route)
            found.append(
                [(self.stops[self.nodes[v][0]], at) for v, at in zip(route[1:-1], times[1:-1], strict=True)]
            )
        return found

    def routes(self, order: Sequence[Sequence[int]]) -> list[list[int]]:
        """Nodes of the stops that are named by id, for a warm start; the n-th mention is the n-th visit."""
        of: dict[tuple[int, int], list[int]] = {}
        for v, (index, visit) in enumerate(self.nodes):
            if index >= 0:
                of.setdefault((self.stops[index].id, visit), []).append(v)
        seen: dict[int, int] = {}
        found = []
        for unit, ids in enumerate(order):
            route = [int(self.problem.start[unit])]
            for id in ids:
                visit = seen.get(id, 0)
                seen[id] = visit + 1
                route += of.get((id, visit), [])[:1]
            found.append([*route, int(self.problem.end[unit])])
        return found


def ask(stops: Sequence[Stop], units: Sequence[Unit], travel: Floats) -> Asked:
    """`travel` is [profile, place, place] in the unit of all times; NEVER where there is no way."""
    if not units:
        raise Impossible("There is no unit to plan for.")
    first = min(u.begin for u in units)
    last = max(u.finish for u in units)
    for u in units:
        if u.finish <= u.begin:
            raise Impossible(f"The shift of {u.name} ends before it begins.")
        if u.begin + travel[u.profile, u.start, u.end] > u.finish:
            raise Impossible(f"{u.name} cannot reach the end of its route within its shift.")
    nodes: list[tuple[int, int]] = []
    places: list[int] = []
    opens: list[float] = []
    closes: list[float] = []
    choice: list[int] = []
    blocked: list[Block] = []
    for index, stop in enumerate(stops):
        if not 1 <= stop.visits <= MOST_VISITS:
            raise Impossible(f"Stop {stop.id}: between 1 and {MOST_VISITS} visits can be planned.")
        made = 0
        for visit, spans in enumerate(_spans(stop, first, last)):
            group = len(nodes)
            for a, b in spans:
                nodes.append((index, visit))
                places.append(stop.place)
                opens.append(a)
                closes.append(b)
                choice.append(group if len(spans) > 1 else -1)
            made += bool(spans)
        if made < stop.visits and stop.must:
            blocked.append(
                Block(
                    stop.id, "visits" if stop.visits > 1 else "window",
                    f"時窗與班別內只容得下 {made} 次，要求 {stop.visits} 次",
                    f"only {made} of {stop.visits} visits fit into its windows and the shift",
                )
            )  # fmt: skip
    starts = {
        p: len(nodes) + i for i, p in enumerate(dict.fromkeys(q for u in units for q in (u.start, u.end)))
    }
    for p in starts:
        nodes.append((-1, 0))
        places.append(p)
        opens.append(0.0)
        closes.append(NEVER)
        choice.append(-1)
    n = len(nodes)
    at = np.asarray(places)
    of = [stops[i] if i >= 0 else None for i, _ in nodes]
    allowed = np.array(
        [[s is None or s.units is None or u in s.units for s in of] for u in range(len(units))], np.bool_
    )
    problem = Problem(
        travel=np.ascontiguousarray(np.minimum(travel[:, at[:, None], at[None, :]], NEVER)),
        # who comes a second time brings a little less than who comes first
        prize=np.array([s.prize * 0.8**v if s else 0.0 for s, (_, v) in zip(of, nodes, strict=True)]),
        service=np.array([s.service if s else 0.0 for s in of]),
        opens=np.array(opens),
        closes=np.array(closes),
        start=np.array([starts[u.start] for u in units], np.int32),
        end=np.array([starts[u.end] for u in units], np.int32),
        begin=np.array([u.begin for u in units], np.float64),
        finish=np.array([u.finish for u in units], np.float64),
        profile=np.array([u.profile for u in units], np.int32),
        must=np.array([s is not None and s.must for s in of], np.bool_),
        choice=np.array(choice, np.int32).reshape(n),
        allowed=allowed,
    )
    asked = Asked(stops, units, problem, nodes, blocked)
    problem.fixed = [r[1:-1] for r in asked.routes([u.locked for u in units])]
    held = asked.routes([(*u.locked, *u.pinned) for u in units])
    problem.pinned = [r[1 + len(f) : -1] for r, f in zip(held, problem.fixed, strict=True)]
    asked.blocked += _never(asked)
    return asked


def _spans(stop: Stop, first: float, last: float) -> list[list[tuple[float, float]]]:
    windows = [(max(a, first), min(b, last)) for a, b in (stop.windows or ((first, last),))]
    windows = [(a, b) for a, b in windows if a <= b]
    if not windows:
        return []
    if stop.visits == 1:
        return [windows]
    begin, end = min(a for a, _ in windows), max(b for _, b in windows)
    share = (end - begin + stop.apart) / stop.visits
    slices = [(begin + k * share, begin + (k + 1) * share - stop.apart) for k in range(stop.visits)]
    return [
        [(max(a, lo), min(b, hi)) for a, b in windows if max(a, lo) <= min(b, hi)]
        for lo, hi in slices
        if lo <= hi
    ]


def _never(asked: Asked) -> list[Block]:
    """Must-visits that no unit could meet even with nothing else to do."""
    found: dict[int, Block] = {}
    problem = asked.problem
    groups: dict[int, list[int]] = {}
    for v in np.flatnonzero(problem.must):
        groups.setdefault(asked.nodes[v][0], []).append(int(v))
    for index, nodes in groups.items():
        stop = asked.stops[index]
        if any(_short(problem, u, v)[0] <= 0 for u in range(problem.units) for v in nodes):
            continue
        if not any(problem.allowed[u, v] for u in range(problem.units) for v in nodes):
            found[index] = Block(stop.id, "unit", "沒有任何單位獲准前往", "no unit may go there")
            continue
        over, rule = min(
            (_short(problem, u, v) for u in range(problem.units) for v in nodes if problem.allowed[u, v]),
        )
        if over >= NEVER / 2:
            found[index] = Block(stop.id, "reach", "沒有道路可達", "no street leads there and back")
        elif rule == "window":
            found[index] = Block(stop.id, "window", f"最早也要在時窗結束後 {over:.0f} 分鐘才能抵達",
                                 f"it cannot be reached before {over:.0f} minutes after its window", over)  # fmt: skip
        else:
            found[index] = Block(stop.id, "shift", f"單獨前往也會超出班別 {over:.0f} 分鐘",
                                 f"going there alone takes {over:.0f} minutes more than the shift", over)  # fmt: skip
    return list(found.values())


def _short(problem: Problem, unit: int, v: int) -> tuple[float, str]:
    """By how much a unit misses one node; 0 when it does not."""
    if not problem.allowed[unit, v]:
        return NEVER, "unit"
    d = problem.travel[problem.profile[unit]]
    there = max(problem.begin[unit] + d[problem.start[unit], v], problem.opens[v])
    if there > problem.closes[v]:
        return float(there - problem.closes[v]), "window"
    back = there + problem.service[v] + d[v, problem.end[unit]]
    return max(0.0, float(back - problem.finish[unit])), "shift"


def explain(asked: Asked, plan: Plan, travel: Floats) -> list[Block]:
    """Why must-visits have no place in a plan, tried out: without windows, with one visit, with a longer shift."""
    known = {b.stop for b in asked.blocked}
    missing = list(dict.fromkeys(asked.nodes[v][0] for v in plan.missing))
    found = list(asked.blocked)
    for index in missing[:8]:
        stop = asked.stops[index]
        if stop.id in known:
            continue
        found.append(_tried(asked, stop, travel, frozenset(missing)))
    return found


def _tried(asked: Asked, stop: Stop, travel: Floats, missing: frozenset[int]) -> Block:
    """Beside the must-visits that did find a place: each of the others has its own reason."""
    lost = {asked.stops[i].id for i in missing} - {stop.id}
    musts = [s for s in asked.stops if s.must and s.id not in lost]

    def fits(changed: Stop, units: Sequence[Unit]) -> bool:
        stops = [changed if s.id == stop.id else s for s in musts]
        again = ask(stops, units, travel)
        return not again.blocked and not solve(again.problem, iterations=TRIES).missing

    if stop.windows and fits(replace(stop, windows=()), asked.units):
        return Block(stop.id, "window", "與其他必巡點的時窗衝突；取消時窗即可排入",
                     "its window clashes with other must-visits; without the window it fits")  # fmt: skip
    if stop.visits > 1 and fits(replace(stop, visits=1), asked.units):
        return Block(stop.id, "visits", f"排不下 {stop.visits} 次；一次可以",
                     f"{stop.visits} visits do not fit; one does")  # fmt: skip
    for minutes in (15.0, 30.0, 60.0, 120.0):
        if fits(stop, [replace(u, finish=u.finish + minutes) for u in asked.units]):
            return Block(stop.id, "shift", f"必巡點合計超出班別；延長 {minutes:.0f} 分鐘即可",
                         f"the must-visits together exceed the shift; {minutes:.0f} minutes more are enough", minutes)  # fmt: skip
    return Block(stop.id, "together", "必巡點太多，延長兩小時仍排不下",
                 "there are too many must-visits: even two hours more are not enough")  # fmt: skip
