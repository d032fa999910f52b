"""Tonight's patrol of the demonstration: rounds by the real planner for the hours of now, some of them driven already.

Rounds last four hours and are made when the ones before end; so "tonight" stays true when the city is days old. Cars,
phones and sign-ins follow the plan minute by minute as synthetic rows, until somebody signs in for that unit themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from layers.access import Clearance, Viewer
from layers.areas.models import Station
from layers.patrol import jobs, positions, publishing
from layers.patrol.models import (
    PatrolBox,
    PatrolCar,
    PatrolRoute,
    PlanStop,
    PlanUnit,
    Position,
    Proof,
    ShiftPlan,
    SignIn,
)

SYNTHETIC = "synthetic"
BY = "cli:demo"
PLANNER = Viewer(actor=BY, clearance=Clearance.POLICE)
HOURS, AHEAD, KEPT = 4, timedelta(minutes=10), timedelta(days=8)
FIX = timedelta(minutes=1)
MISSED = 11
"""Of so many stops one is passed by, so that a supervisor has something to see."""
OWN = "officer"
"""The account of the demonstration who drives the first unit."""


def keep_tonight(now: datetime) -> int:
    """Rounds for the hours of now where there are none yet, and what was driven of them. Says how many signed in."""
    stations = list(
        Station.objects.filter(origin=SYNTHETIC).annotate(n=Count("patrolbox")).order_by("-n", "pk")[:2]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('antu.actor', %s, true)", [BY])
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('antu-demo-tonight'))")
        _forget(now)
        for n, station in enumerate(stations):
            begin = _begin(now + AHEAD)
            if not _rounds().filter(station=station, begin=begin).exists():
                _plan(station, begin, first=n == 0)
        units = PlanUnit.objects.select_related("plan__station", "car").prefetch_related("stops__box")
        driven = units.filter(
            plan__in=_rounds().filter(status=ShiftPlan.Status.PUBLISHED),
            begin__lte=now,
            finish__gt=now - timedelta(hours=HOURS),
        )
        return sum(_drive(unit, now) for unit in driven)


def clear_tonight() -> None:
    _delete(_rounds())


def _rounds() -> Any:
    """Of the demonstration, with the versions that somebody made of them."""
    return ShiftPlan.objects.filter(series__in=ShiftPlan.objects.filter(made_by=BY).values("series"))


def _forget(now: datetime) -> None:
    _delete(_rounds().filter(finish__lt=now - KEPT))


def _delete(rounds: Any) -> None:
    rounds = list(rounds)
    SignIn.objects.filter(origin=SYNTHETIC, proof__stop__unit__plan__in=rounds).delete()
    for row in rounds:
        PatrolRoute.objects.filter(key__startswith=publishing.prefix(row)).delete()
        for unit in row.units.all():
            Position.objects.filter(car=unit.car, at__range=(unit.begin, unit.finish)).exclude(
                car=None
            ).delete()
            Position.objects.filter(officer__in=unit.officers, at__range=(unit.begin, unit.finish)).delete()
    ShiftPlan.objects.filter(pk__in=[row.pk for row in rounds]).delete()


def _begin(now: datetime) -> datetime:
    local = timezone.localtime(now)
    return local.replace(hour=local.hour - local.hour % HOURS, minute=0, second=0, microsecond=0)


def _plan(station: Station, begin: datetime, first: bool) -> None:
    cars = PatrolCar.objects.filter(station=station).order_by("key")
    car = cars.first()
    units = [{"name": "一線", "mode": "car", "officers": [OWN if first else f"{station.key}-01"]}]
    if first:
        units.append({"name": "二線", "mode": "motorcycle", "officers": [f"{station.key}-02"]})
    words = "日間" if 8 <= begin.hour < 16 else "晚間" if begin.hour >= 16 else "深夜"
    row = ShiftPlan.objects.create(
        name=f"{words}巡邏 {begin.hour:02}–{begin.hour + HOURS:02} 時", station=station, begin=begin,
        finish=begin + timedelta(hours=HOURS), made_by=BY,
        asked={"units": units, "spots": 6, "box_minutes": 2, "seconds": 1.0, "seed": begin.timetuple().tm_yday},
    )  # fmt: skip
    jobs.make(row, PLANNER)
    row.refresh_from_db()
    if row.status != ShiftPlan.Status.DRAFT:
        return  # the sentence why stands in the plan
    row.units.filter(order=0).update(car=car)
    publishing.publish(row, BY, origin=SYNTHETIC)


def _drive(unit: PlanUnit, now: datetime) -> int:
    """Where the unit was since it was last heard, and what it signed."""
    stops = list(unit.stops.all())
    signed = Proof.objects.filter(stop__in=stops)
    if signed.exclude(signin__origin=SYNTHETIC).exists():
        return 0  # somebody patrols it who is no demonstration
    _move(unit, stops, now)
    done = set(signed.values_list("stop_id", flat=True))
    due = [
        s for s in stops if s.box and s.pk not in done and (s.order + unit.pk) % MISSED and _signed(s) <= now
    ]
    for stop in due:
        _sign(unit, stop)
    return len(due)


def _signed(stop: PlanStop) -> datetime:
    return stop.at + timedelta(seconds=10 + stop.pk * 37 % 50)


def _move(unit: PlanUnit, stops: list[PlanStop], now: datetime) -> None:
    if unit.line is None:
        return
    own = (
        Position.objects.filter(car=unit.car)
        if unit.car
        else Position.objects.filter(officer=unit.officers[0])
    )
    last = (
        own.filter(at__gte=unit.begin, at__lte=unit.finish)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    end = min(now, unit.back or unit.finish)
    first = last + FIX if last else unit.begin
    times = [first + k * FIX for k in range(max(0, int((end - first) / FIX) + 1))]
    if not times:
        return
    places = _way(unit, stops, times)
    positions.take(
        [positions.Reported(car=unit.car.key if unit.car else "", at=at, lon=lon, lat=lat, status="patrolling" if unit.car else None)
         for at, (lon, lat) in zip(times, places, strict=True)],
        "" if unit.car else unit.officers[0],
    )  # fmt: skip


def _way(unit: PlanUnit, stops: list[PlanStop], times: list[datetime]) -> list[tuple[float, float]]:
    """Along the planned line, at each stop when the plan says so."""
    line = np.array(unit.line.coords, float) if unit.line else np.empty((0, 2))
    steps = np.hypot(*np.diff(line, axis=0).T)
    run = np.concatenate([[0.0], np.cumsum(steps)])
    when, where, seen = [0.0], [0.0], 0
    for stop in stops:
        away = np.hypot(line[seen:, 0] - stop.point.x, line[seen:, 1] - stop.point.y)
        seen += int(np.flatnonzero(away <= away.min() + 1e-5)[0])
        at = (stop.at - unit.begin).total_seconds()
        when += [at, at + stop.minutes * 60]
        where += [run[seen], run[seen]]
    when.append(max(when[-1] + 1, ((unit.back or unit.finish) - unit.begin).total_seconds()))
    where.append(run[-1])
    asked = np.interp([(t - unit.begin).total_seconds() for t in times], when, where)
    return list(
        zip(
            np.interp(asked, run, line[:, 0]).tolist(),
            np.interp(asked, run, line[:, 1]).tolist(),
            strict=True,
        )
    )


def _sign(unit: PlanUnit, stop: PlanStop) -> None:
    box, at = stop.box, _signed(stop)
    assert isinstance(box, PatrolBox)
    officer = unit.officers[0]
    signin = SignIn.objects.create(
        key=f"T{stop.pk}", origin=SYNTHETIC, box=box, station=box.station, officer=officer[:20], at=at,
        judgement="normal", accuracy_m=6.0, geom=box.geom,
    )  # fmt: skip
    Proof.objects.create(
        signin=signin, event=uuid5(NAMESPACE_URL, f"demo:{stop.pk}"), how="sun", level=1, low=at, high=at, received=at,
        distance_m=4.0, stop=stop, findings=[], rules=0, evidence={"officer": officer, "demonstration": True},
    )  # fmt: skip
