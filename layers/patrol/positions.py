"""Positions of cars and of phones on duty, however they come in: checked, kept once, told to open maps.

In any order, repeated without harm. A phone is followed only while its officer is planned; whoever is not on duty is
refused, not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from ninja import Schema
from pydantic import AwareDatetime, Field

from layers.patrol.models import PatrolCar, PlanUnit, Position, ShiftPlan
from layers.patrol.signing import announce

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
FUTURE, PAST = timedelta(minutes=5), timedelta(days=7)
AROUND = timedelta(hours=1)
TOLD_AT_ONCE = 40
Key = tuple[int | None, str, datetime]


class Reported(Schema):
    """`car` is the car's key; without one it is the phone of whoever sends it."""

    car: Annotated[str, Field(max_length=64)] = ""
    at: AwareDatetime
    lon: Lon
    lat: Lat
    speed_kmh: Annotated[float, Field(ge=0, le=400)] | None = None
    heading: Annotated[int, Field(ge=0, le=359)] | None = None
    status: Literal["patrolling", "responding", "standing"] | None = None


class Taken(Schema):
    """What was refused is said by its place in the list."""

    accepted: int
    repeated: int
    refused: list[dict[str, Any]]


def take(reports: Sequence[Reported], officer: str = "") -> dict[str, Any]:
    """`officer` is who sends; without one (a car's own line) every report must name its car."""
    return take_all([(officer, reports)])[0]


def take_all(sent: Sequence[tuple[str, Sequence[Reported]]]) -> list[dict[str, Any]]:
    """What many have sent, in one write; each has its own answer."""
    now = timezone.now()
    everything = [(officer, p) for officer, reports in sent for p in reports]
    cars = {c.key: c for c in PatrolCar.objects.filter(key__in={p.car for _, p in everything if p.car})}
    duty = _duty(
        {officer for officer, p in everything if officer and not p.car}, [p.at for _, p in everything]
    )
    answers: list[dict[str, Any]] = []
    rows: list[tuple[int, str, Reported]] = []
    for n, (officer, reports) in enumerate(sent):
        refused = []
        for i, p in enumerate(reports):
            if why := _why(p, cars, duty.get(officer, []), officer, now):
                refused.append({"index": i, "car": p.car, "detail": why})
            else:
                rows.append((n, officer, p))
        answers.append({"accepted": 0, "repeated": 0, "refused": refused})
    if not rows:
        return answers
    keys = [(cars[p.car].pk if p.car else None, "" if p.car else who[:150], p.at) for _, who, p in rows]
    with transaction.atomic():
        new = _write(keys, [p for _, _, p in rows], now)
        moved = _move(cars, [p for _, _, p in rows if p.car])
        if moved:
            announce("cars", ids=[c.pk for c in moved][:200])
        _tell(moved, _phones(rows, duty))
    for key, (n, _, _) in zip(keys, rows, strict=True):
        answers[n]["accepted" if key in new else "repeated"] += 1
        new.discard(key)
    return answers


def _write(keys: list[Key], reports: list[Reported], now: datetime) -> set[Key]:
    """Which of them were not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO patrol_position (car_id, officer, at, received, point, speed_kmh, heading)
            SELECT car, who, at, %s, ST_SetSRID(ST_MakePoint(x, y), 4326), speed, heading
            FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::int[])
                AS t (car, who, at, x, y, speed, heading)
            ON CONFLICT DO NOTHING RETURNING car_id, officer, at
            """,
            [
                now, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys], [p.lon for p in reports],
                [p.lat for p in reports], [p.speed_kmh for p in reports], [p.heading for p in reports],
            ],
        )  # fmt: skip
        return set(cursor.fetchall())


def _why(p: Reported, cars: dict[str, PatrolCar], duty: list[PlanUnit], officer: str, now: datetime) -> str:
    if p.car and p.car not in cars:
        return "沒有這輛車。 There is no such car."
    if not p.car and not officer:
        return "未指明車輛。 No car is named."
    if abs(p.lon) < 1e-3 and abs(p.lat) < 1e-3:
        return "沒有定位。 No position: 0, 0."
    if not now - PAST <= p.at <= now + FUTURE:
        return "時間在未來或太久以前。 The time is in the future or too long ago."
    if not p.car and _unit_at(duty, p.at) is None:
        return "此刻未排勤，不記錄位置。 Not on duty then; the position is not kept."
    return ""


def _duty(officers: set[str], times: list[datetime]) -> dict[str, list[PlanUnit]]:
    """The published units of each, in the order in which they begin."""
    found: dict[str, list[PlanUnit]] = {}
    if not officers or not times:
        return found
    units = PlanUnit.objects.filter(
        plan__status=ShiftPlan.Status.PUBLISHED, officers__has_any_keys=sorted(officers),
        begin__lte=max(times) + AROUND, finish__gte=min(times) - AROUND,
    )  # fmt: skip
    for unit in units.only("id", "name", "officers", "begin", "finish").order_by("begin"):
        for officer in officers.intersection(unit.officers):
            found.setdefault(officer, []).append(unit)
    return found


def _unit_at(duty: list[PlanUnit], at: datetime) -> PlanUnit | None:
    return next((u for u in duty if u.begin - AROUND <= at <= u.finish + AROUND), None)


def _move(cars: dict[str, PatrolCar], reports: list[Reported]) -> list[PatrolCar]:
    """Cars to where they were last."""
    latest: dict[str, Reported] = {}
    for p in reports:
        if p.car not in latest or p.at > latest[p.car].at:
            latest[p.car] = p
    moved = []
    for key, p in latest.items():
        car = cars[key]
        if p.at > car.at:
            car.geom, car.at = Point(p.lon, p.lat, srid=4326), p.at
            car.speed_kmh, car.heading = p.speed_kmh, p.heading
            car.status = p.status or car.status
            moved.append(car)
    PatrolCar.objects.bulk_update(moved, ["geom", "at", "speed_kmh", "heading", "status"], batch_size=500)
    return moved


def _phones(
    rows: list[tuple[int, str, Reported]], duty: dict[str, list[PlanUnit]]
) -> list[tuple[PlanUnit, Reported]]:
    """The last place of each phone, as its unit's."""
    latest: dict[str, Reported] = {}
    for _, who, p in rows:
        if not p.car and (who not in latest or p.at > latest[who].at):
            latest[who] = p
    units = [(_unit_at(duty.get(who, []), p.at), p) for who, p in latest.items()]
    return [(unit, p) for unit, p in units if unit is not None]


def _tell(moved: list[PatrolCar], phones: list[tuple[PlanUnit, Reported]]) -> None:
    """Places go along, so that a map of many need not ask for each. A phone is its unit there, never a person."""
    told = [car_shown(c) for c in moved]
    told += [unit_shown(u, p.lon, p.lat, p.at, p.heading) for u, p in phones]
    for i in range(0, len(told), TOLD_AT_ONCE):
        announce("moved", units=told[i : i + TOLD_AT_ONCE])


def car_shown(c: PatrolCar) -> dict[str, Any]:
    return _shown(f"c{c.pk}", c.name[:12], c.geom.x, c.geom.y, c.at, c.heading)


def unit_shown(u: PlanUnit, lon: float, lat: float, at: datetime, heading: int | None) -> dict[str, Any]:
    return _shown(f"u{u.pk}", u.name[:12], lon, lat, at, heading)


def _shown(id: str, name: str, lon: float, lat: float, at: datetime, heading: int | None) -> dict[str, Any]:
    return {
        "id": id,
        "n": name,
        "x": round(lon, 6),
        "y": round(lat, 6),
        "t": int(at.timestamp()),
        "h": heading,
    }


def live(station: int | None, fresh: timedelta) -> list[dict[str, Any]]:
    """Cars and units on duty where they last were, for whoever opens the map."""
    now = timezone.now()
    cars = PatrolCar.objects.filter(at__gt=now - fresh)
    units = PlanUnit.objects.filter(
        plan__status=ShiftPlan.Status.PUBLISHED, begin__lte=now + AROUND, finish__gte=now - AROUND
    )
    if station is not None:
        cars, units = cars.filter(station_id=station), units.filter(plan__station_id=station)
    found = [car_shown(c) for c in cars[:5000]]
    for u in units[:1000]:
        last = Position.objects.filter(officer__in=u.officers, at__gt=now - fresh).order_by("-at").first()
        if last is not None:
            found.append(unit_shown(u, last.point.x, last.point.y, last.at, last.heading))
    return found
