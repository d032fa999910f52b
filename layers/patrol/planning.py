"""A shift's plan from what is asked to stops on the street: places, prizes, travel times, the search, what came of it.

`Draft` is everything that a search needs and nothing of a request; `write` puts a plan into its rows. A stop is named by
a number everywhere: a box by its id, the k-th hot spot by -k.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from django.contrib.gis.geos import LineString, Point
from django.db import transaction
from django.utils import timezone

from layers.access import Viewer
from layers.patrol import network, risk
from layers.patrol.craft.demand import Asked, Block, Stop, Unit, ask, explain
from layers.patrol.craft.diverse import fairer, jain
from layers.patrol.craft.problem import NEVER, Floats, Plan
from layers.patrol.craft.solve import Progress, Tuning, solve
from layers.patrol.craft.streets import Network, OffStreet
from layers.patrol.models import PatrolBox, PlanStop, PlanUnit, ShiftPlan

MOST_STOPS = 250
THRIFT = 8.0
"""All time of a shift is worth as much as eight stops: what adds nothing is not driven."""
VIA = -1001
"""Places that a route is drawn through by hand are numbered from here downwards."""
MINUTES = {"box": 1.0, "spot": 12.0}


class Unplannable(ValueError):
    """A sentence for the planner."""


@dataclass(slots=True)
class Draft:
    """One shift ready to be searched. Times are minutes from `origin`."""

    origin: datetime
    units: list[Unit]
    modes: list[str]
    officers: list[list[str]]
    stops: dict[int, Stop]
    names: dict[int, str]
    places: list[tuple[float, float]]  # longitude, latitude of each row of `travel`
    travel: Floats
    profiles: list[str]
    heat: risk.Risk
    known: float  # the share of risk that today's rounds see
    left_out: list[str] = field(default_factory=list)

    def asked(
        self,
        locked: Sequence[Sequence[int]] = (),
        pinned: Sequence[Sequence[int]] = (),
        only: frozenset[int] | None = None,
        without: frozenset[int] = frozenset(),
        must: frozenset[int] | None = None,
    ) -> Asked:
        def of(lists: Sequence[Sequence[int]], i: int) -> tuple[int, ...]:
            return tuple(v for v in (lists[i] if i < len(lists) else ()) if v in self.stops)

        units = [replace(u, locked=of(locked, i), pinned=of(pinned, i)) for i, u in enumerate(self.units)]
        stops = [s for s in self.stops.values() if s.id not in without and (only is None or s.id in only)]
        if must is not None:
            stops = [replace(s, must=s.id in must) for s in stops]
        return ask(stops, units, self.travel)


def draft(plan: ShiftPlan, viewer: Viewer) -> Draft:
    """Reads everything. Raises Unplannable with what is missing."""
    said = plan.asked
    minutes = (plan.finish - plan.begin).total_seconds() / 60
    if not 10 <= minutes <= 24 * 60:
        raise Unplannable("班別須在 10 分鐘到 24 小時之間。 A shift lasts between ten minutes and a day.")
    station = plan.station
    places: list[tuple[float, float]] = []
    index: dict[tuple[float, float], int] = {}

    def at(lon: float, lat: float) -> int:
        spot = (round(lon, 7), round(lat, 7))
        if spot not in index:
            index[spot] = len(places)
            places.append(spot)
        return index[spot]

    home = (station.geom.x, station.geom.y)
    modes = [u.get("mode", "car") for u in said["units"]]
    profiles = list(dict.fromkeys(modes))
    units = []
    for u in said["units"]:
        start, end = tuple(u.get("start") or home), tuple(u.get("end") or u.get("start") or home)
        begin = _minute(u.get("begin"), plan, 0.0)
        finish = _minute(u.get("finish"), plan, minutes)
        units.append(
            Unit(u["name"], at(*start), at(*end), begin, finish, profiles.index(u.get("mode", "car")))
        )
    heat = risk.around(
        viewer, station.pk, plan.begin, plan.finish, said.get("weights"), said.get("days", 365)
    )
    stops, names = _stops(plan, heat, at)
    if not stops:
        raise Unplannable("沒有可巡的巡邏箱或熱點。 There is no box and no hot spot to patrol.")
    left_out: list[str] = []
    lasting = len(places)
    _passed(plan, at, stops, names)
    travel, lost = _travel(places, profiles, lasting)
    for id, stop in list(stops.items()):
        if stop.place in lost:
            left_out.append(names[id])
            if stop.must:
                raise Unplannable(
                    f"必巡點「{names[id]}」附近沒有道路。 No street is near {names[id]}, which must be visited."
                )
            del stops[id]
    if any(u.start in lost or u.end in lost for u in units):
        raise Unplannable("起點或終點附近沒有道路。 No street is near where a unit starts or ends.")
    return Draft(
        plan.begin, units, modes, [list(u.get("officers", ())) for u in said["units"]], stops, names, places, travel,
        profiles, heat, _known(plan, heat), left_out,
    )  # fmt: skip


def _minute(text: str | None, plan: ShiftPlan, otherwise: float) -> float:
    if not text:
        return otherwise
    return (datetime.fromisoformat(text) - plan.begin).total_seconds() / 60


def _stops(plan: ShiftPlan, heat: risk.Risk, at: Any) -> tuple[dict[int, Stop], dict[int, str]]:
    said = plan.asked
    demands = {int(d["box"]): d for d in said.get("boxes", ())}
    out = set(said.get("without", ()))
    day = timezone.localdate(plan.begin)
    boxes = PatrolBox.objects.exclude(pk__in=out)
    chosen = boxes.filter(pk__in=demands)
    found = {b.pk: b for b in chosen}
    if said.get("all_boxes", True):
        found.update({b.pk: b for b in boxes.filter(station=plan.station).order_by("pk")[:MOST_STOPS]})
    missing = set(demands) - set(found) - out
    if missing:
        raise Unplannable(f"沒有編號 {min(missing)} 的巡邏箱。 There is no box {min(missing)}.")
    live = {
        k: b
        for k, b in found.items()
        if (b.valid_from is None or b.valid_from <= day) and (b.valid_to is None or day <= b.valid_to)
    }
    for key in demands:
        if key in found and key not in live and demands[key].get("must", True):
            raise Unplannable(
                f"「{found[key].name}」當日不在使用期間。 {found[key].name} is not in use on that day."
            )
    stops: dict[int, Stop] = {}
    names: dict[int, str] = {}
    if live:
        x, y = network.metric([(b.geom.x, b.geom.y) for b in live.values()])
        heats = heat.at(x, y)
        top = float(heats.max()) or 1.0
        for (key, b), h in zip(live.items(), heats, strict=True):
            d = demands.get(key, {})
            stops[key] = Stop(
                id=key, place=at(b.geom.x, b.geom.y), prize=round(1 + 9 * float(h) / top, 3),
                service=float(d.get("minutes", said.get("box_minutes", MINUTES["box"]))),
                windows=tuple((_minute(a, plan, 0), _minute(z, plan, 0)) for a, z in d.get("windows", ())),
                visits=int(d.get("visits", 1)), apart=float(d.get("apart", 60)), must=bool(d.get("must", bool(d))),
                units=frozenset(d["units"]) if d.get("units") else None,
            )  # fmt: skip
            names[key] = b.name
    spots = heat.hot(int(said.get("spots", 6)))
    best = max((w for *_, w in spots), default=1.0) or 1.0
    for k, (sx, sy, w) in enumerate(spots, 1):
        if -k in out:
            continue
        import shapely

        p = network.degrees(shapely.Point(sx, sy))
        stops[-k] = Stop(
            id=-k, place=at(p.x, p.y), prize=round(20 * w / best, 3),
            service=float(said.get("spot_minutes", MINUTES["spot"])), visits=int(said.get("spot_visits", 1)), apart=120.0,
        )  # fmt: skip
        names[-k] = f"熱點 {k}"
    return stops, names


def _passed(plan: ShiftPlan, at: Any, stops: dict[int, Stop], names: dict[int, str]) -> None:
    """Adds the places that routes were drawn through by hand."""
    said = plan.asked
    for v in said.get("via", ()):
        if not 0 <= int(v["unit"]) < len(said["units"]):
            raise Unplannable("經過點的線別不存在。 A place to pass names a unit that there is not.")
        stops[int(v["id"])] = Stop(
            id=int(v["id"]), place=at(float(v["lon"]), float(v["lat"])), prize=0.0, service=0.0, must=True,
            units=frozenset({int(v["unit"])}),
        )  # fmt: skip
        names[int(v["id"])] = "經過點"


def is_via(stop: int) -> bool:
    """Whether a stop's number is that of a place to pass, where nobody stays."""
    return stop <= VIA


def _travel(
    places: list[tuple[float, float]], profiles: list[str], lasting: int
) -> tuple[Floats, frozenset[int]]:
    """Minutes between all places for each mode; places off the streets are lost, not fatal. Those after the first
    `lasting` change with every drag and are put to what is known of the others."""
    found = []
    for mode in profiles:
        net = network.network(mode)
        found.append(_wider(net, *_matrix(net, tuple(places[:lasting])), places))
    return np.stack([travel for travel, _ in found]), found[0][1]


def _wider(
    net: Network, known: Floats, lost: frozenset[int], places: list[tuple[float, float]]
) -> tuple[Floats, frozenset[int]]:
    n = len(known)
    if n == len(places):
        return known, lost
    travel = np.full((len(places), len(places)), NEVER)
    travel[:n, :n] = known
    np.fill_diagonal(travel, 0.0)
    x, y = network.metric(places)
    more = list(range(n, len(places)))
    try:
        net.hang(x[n:], y[n:])
    except OffStreet as off:
        lost = lost | {n + i for i in off.places}
        more = [i for i in more if i not in lost]
    on = [i for i in range(len(places)) if i not in lost]
    if more:
        travel[np.ix_(more, on)] = net.between(x[more], y[more], x[on], y[on])
        travel[np.ix_(on, more)] = net.between(x[on], y[on], x[more], y[more])
        np.fill_diagonal(travel, 0.0)
    return travel, lost


@lru_cache(maxsize=16)  # who edits a plan asks for the same places again and again
def _matrix(net: Network, places: tuple[tuple[float, float], ...]) -> tuple[Floats, frozenset[int]]:
    x, y = network.metric(places)
    try:
        return net.matrix(x, y), frozenset()
    except OffStreet as off:
        kept = np.array([i for i in range(len(places)) if i not in off.places])
        travel = np.full((len(places), len(places)), NEVER)
        if len(kept):
            travel[np.ix_(kept, kept)] = net.matrix(x[kept], y[kept])
        return travel, frozenset(off.places)


def _known(plan: ShiftPlan, heat: risk.Risk) -> float:
    """What is seen on the rounds of now: the published plan before, or the station's lasting routes."""
    import shapely

    hour = timezone.localtime(plan.begin).hour
    shift = "day" if 6 <= hour < 17 else "evening" if hour < 22 else "night"
    lines = [shapely.from_wkb(b) for b in risk.line_of(plan.station_id, shift)]
    return heat.covered(shapely.union_all(lines)) if lines else 0.0


def search(
    found: Draft, asked: Asked, *, seconds: float, seed: int, warm: list[list[int]] | None = None,
    progress: Progress | None = None,
) -> tuple[Plan, list[Block]]:  # fmt: skip
    """The plan, and what demands it could not meet."""
    plan = solve(
        asked.problem, seconds=seconds, seed=seed, warm=warm, progress=progress, tuning=Tuning(thrift=THRIFT)
    )
    if warm is None and asked.problem.units > 1:
        plan = fairer(asked.problem, plan, iterations=3000, seed=seed, thrift=THRIFT)
    blocked = explain(asked, plan, found.travel) if plan.missing else list(asked.blocked)
    return plan, blocked


def figures(found: Draft, asked: Asked, plan: Plan, ways: list[list[Any]]) -> dict[str, Any]:
    import shapely

    lines = [w.line for unit in ways for w in unit if w is not None]
    return {
        "value": round(plan.value, 2),
        "minutes": round(sum(_end(asked, u, r) - found.units[u].begin for u, r in enumerate(plan.routes)), 1),
        "km": round(sum(w.metres for unit in ways for w in unit if w is not None) / 1000, 2),
        "stops": sum(not is_via(id) for route in order_of(asked, plan) for id in route),
        "coverage": round(found.heat.covered(shapely.union_all(lines)) if lines else 0.0, 4),
        "coverage_before": round(found.known, 4),
        "fairness": round(jain(asked.problem, plan), 4),
        "iterations": plan.iterations,
        "left_out": found.left_out,
    }


def _end(asked: Asked, unit: int, route: list[int]) -> float:
    from layers.patrol.craft.problem import timetable

    return timetable(asked.problem, unit, route)[-1]


def order_of(asked: Asked, plan: Plan) -> list[list[int]]:
    return [[stop.id for stop, _ in visits] for visits in asked.visits(plan)]


def write(
    row: ShiftPlan, found: Draft, asked: Asked, plan: Plan, blocked: list[Block],
    locked: frozenset[int] | None = None, cars: dict[int, int] | None = None,
) -> None:  # fmt: skip
    """Replaces the units and stops of a plan that is not published. `locked` are the stops that the planner holds,
    `cars` what each unit drives."""
    ways = [_ways(found, u, visits) for u, visits in enumerate(asked.visits(plan))]
    numbers = figures(found, asked, plan, ways)
    with transaction.atomic():
        row.units.all().delete()
        for u, (unit, visits) in enumerate(zip(found.units, asked.visits(plan), strict=True)):
            end = _end(asked, u, plan.routes[u])
            line = _line(ways[u])
            made = PlanUnit.objects.create(
                plan=row, order=u, name=unit.name, officers=found.officers[u], mode=found.modes[u],
                car_id=(cars or {}).get(u), begin=_when(found, unit.begin), finish=_when(found, unit.finish), back=_when(found, end),
                km=round(sum(w.metres for w in ways[u] if w is not None) / 1000, 2), line=line,
            )  # fmt: skip
            kept = (
                {*unit.locked, *asked.units[u].locked, *asked.units[u].pinned} if locked is None else locked
            )
            PlanStop.objects.bulk_create(
                PlanStop(
                    unit=made, order=k, box_id=stop.id if stop.id > 0 else None, spot=-stop.id if stop.id < 0 else None,
                    name=found.names[stop.id], point=Point(*found.places[stop.place], srid=4326), at=_when(found, at),
                    opens=_maybe(found, _window(stop, at)[0]), closes=_maybe(found, _window(stop, at)[1]),
                    minutes=stop.service, must=stop.must, locked=stop.id in kept, prize=stop.prize,
                )
                for k, (stop, at) in enumerate(visits)
            )  # fmt: skip
        row.figures = numbers
        row.blocked = [
            {
                "stop": b.stop,
                "name": found.names.get(b.stop, ""),
                "rule": b.rule,
                "zh": b.zh,
                "en": b.en,
                "minutes": b.minutes,
            }
            for b in blocked
        ]
        row.status, row.progress, row.message = ShiftPlan.Status.DRAFT, 100, ""
        row.save()


def _window(stop: Stop, at: float) -> tuple[float | None, float | None]:
    for a, b in stop.windows:
        if a - 1e-6 <= at <= b + 1e-6:
            return a, b
    return None, None


def _maybe(found: Draft, minute: float | None) -> datetime | None:
    return None if minute is None else _when(found, minute)


def _when(found: Draft, minute: float) -> datetime:
    return found.origin + timedelta(minutes=round(minute, 2))


def _ways(found: Draft, unit: int, visits: list[tuple[Stop, float]]) -> list[Any]:
    u = found.units[unit]
    places = [found.places[p] for p in (u.start, *(s.place for s, _ in visits), u.end)]
    x, y = network.metric(places)
    return list(network.network(found.modes[unit]).way(list(x), list(y)))


def _line(ways: list[Any]) -> LineString | None:
    import shapely

    points = [
        c for w in ways if w is not None for c in shapely.get_coordinates(network.degrees(w.line)).tolist()
    ]
    return LineString(points, srid=4326) if len(points) > 1 else None
