"""Positions of cars and of phones on duty, however they come in: checked, kept once, told to open maps.

In any order, repeated without harm. A phone is followed only while its officer is planned; whoever is not on duty is
refused, not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.contrib.gis.geos import Point
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
    now = timezone.now()
    cars = {c.key: c for c in PatrolCar.objects.filter(key__in={p.car for p in reports if p.car})}
    duty = _duty(officer, [p.at for p in reports if not p.car]) if officer else []
    rows, refused = [], []
    latest: dict[str, Reported] = {}
    for i, p in enumerate(reports):
        why = _why(p, cars, duty, officer, now)
        if why:
            refused.append({"index": i, "car": p.car, "detail": why})
            continue
        rows.append(
            Position(
                car=cars[p.car] if p.car else None, officer="" if p.car else officer[:150], at=p.at, received=now,
                point=Point(p.lon, p.lat, srid=4326), speed_kmh=p.speed_kmh, heading=p.heading,
            )
        )  # fmt: skip
        if p.car not in latest or p.at > latest[p.car].at:
            latest[p.car] = p
    known = _known(rows, cars.values(), officer)
    fresh = {(r.car_id, r.officer, r.at): r for r in rows if (r.car_id, r.officer, r.at) not in known}
    Position.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=1000)
    moved = _move(cars, latest)
    phone = latest.get("")
    unit = _unit_at(duty, phone.at) if phone else None
    if moved:
        announce("cars", ids=[c.pk for c in moved][:200])
    _tell(moved, unit, phone)
    return {"accepted": len(fresh), "repeated": len(rows) - len(fresh), "refused": refused}


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


def _duty(officer: str, times: list[datetime]) -> list[PlanUnit]:
    if not times:
        return []
    return list(
        PlanUnit.objects.filter(
            plan__status=ShiftPlan.Status.PUBLISHED, officers__contains=[officer], begin__lte=max(times) + AROUND,
            finish__gte=min(times) - AROUND,
        ).order_by("begin")
    )  # fmt: skip


def _unit_at(duty: list[PlanUnit], at: datetime) -> PlanUnit | None:
    return next((u for u in duty if u.begin - AROUND <= at <= u.finish + AROUND), None)


def _known(rows: list[Position], cars: Iterable[PatrolCar], officer: str) -> set[Any]:
    times = {r.at for r in rows}
    known: set[Any] = set(
        Position.objects.filter(car__in=cars, at__in=times).values_list("car_id", "officer", "at")
    )
    if officer:
        known |= set(
            Position.objects.filter(officer=officer[:150], at__in=times).values_list(
                "car_id", "officer", "at"
            )
        )
    return known


def _move(cars: dict[str, PatrolCar], latest: dict[str, Reported]) -> list[PatrolCar]:
    moved = []
    for key, p in latest.items():
        car = cars.get(key)
        if car is not None and p.at > car.at:
            car.geom, car.at = Point(p.lon, p.lat, srid=4326), p.at
            car.speed_kmh, car.heading = p.speed_kmh, p.heading
            car.status = p.status or car.status
            moved.append(car)
    PatrolCar.objects.bulk_update(moved, ["geom", "at", "speed_kmh", "heading", "status"])
    return moved


def _tell(moved: list[PatrolCar], unit: PlanUnit | None, phone: Reported | None) -> None:
    """Places go along, so that a map of many need not ask for each. A phone is its unit there, never a person."""
    told: list[dict[str, Any]] = [car_shown(c) for c in moved]
    if unit is not None and phone is not None:
        told.append(unit_shown(unit, phone.lon, phone.lat, phone.at, phone.heading))
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
