"""Cars: where they are, which is nearest by time, what is reached within minutes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.contrib.gis.geos import Point
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from layers.patrol.api.who import Problem, officer, police
from layers.patrol.craft.problem import NEVER
from layers.patrol.craft.streets import OffStreet
from layers.patrol.models import PatrolCar, Position
from layers.patrol.signing import announce

router = Router(tags=["patrol"])
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
FUTURE, PAST = timedelta(minutes=5), timedelta(days=7)


class Reported(Schema):
    """`car` is the car's key."""

    car: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime
    lon: Lon
    lat: Lat
    speed_kmh: Annotated[float, Field(ge=0, le=400)] | None = None
    heading: Annotated[int, Field(ge=0, le=359)] | None = None
    status: Literal["patrolling", "responding", "standing"] | None = None


class Reports(Schema):
    positions: Annotated[list[Reported], Field(min_length=1, max_length=2000)]


class Taken(Schema):
    """What was refused is said by its place in the list."""

    accepted: int
    repeated: int
    refused: list[dict[str, Any]]


@router.post("positions", response=Taken, summary="Positions of cars, in any order, repeated without harm")
def positions(request: HttpRequest, body: Reports) -> dict[str, Any]:
    officer(request)
    now = timezone.now()
    cars = {c.key: c for c in PatrolCar.objects.filter(key__in={p.car for p in body.positions})}
    rows, refused = [], []
    latest: dict[str, Reported] = {}
    for i, p in enumerate(body.positions):
        why = (
            "沒有這輛車。 There is no such car."
            if p.car not in cars
            else "沒有定位。 No position: 0, 0."
            if abs(p.lon) < 1e-3 and abs(p.lat) < 1e-3
            else "時間在未來或太久以前。 The time is in the future or too long ago."
            if not now - PAST <= p.at <= now + FUTURE
            else ""
        )
        if why:
            refused.append({"index": i, "car": p.car, "detail": why})
            continue
        rows.append(
            Position(
                car=cars[p.car],
                at=p.at,
                point=Point(p.lon, p.lat, srid=4326),
                speed_kmh=p.speed_kmh,
                heading=p.heading,
            )
        )
        if p.car not in latest or p.at > latest[p.car].at:
            latest[p.car] = p
    before = Position.objects.filter(car__in=cars.values(), at__in={r.at for r in rows}).values_list(
        "car_id", "at"
    )
    known = set(before)
    fresh = {(r.car_id, r.at): r for r in rows if (r.car_id, r.at) not in known}
    Position.objects.bulk_create(fresh.values(), ignore_conflicts=True, batch_size=1000)
    moved = []
    for key, p in latest.items():
        car = cars[key]
        if p.at > car.at:
            car.geom, car.at, car.speed_kmh, car.heading = (
                Point(p.lon, p.lat, srid=4326),
                p.at,
                p.speed_kmh,
                p.heading,
            )
            car.status = p.status or car.status
            moved.append(car)
    PatrolCar.objects.bulk_update(moved, ["geom", "at", "speed_kmh", "heading", "status"])
    if moved:
        announce("cars", ids=[c.pk for c in moved][:200])
    return {"accepted": len(fresh), "repeated": len(rows) - len(fresh), "refused": refused}


@router.get(
    "nearest",
    response={200: dict[str, Any], 422: Problem, 503: Problem},
    summary="Nearest cars by travel time",
)
def nearest(
    request: HttpRequest, lon: Lon, lat: Lat, most: Annotated[int, Field(ge=1, le=50)] = 8,
    fresh: Annotated[float, Field(gt=0, le=1e7)] = 60,
) -> Any:  # fmt: skip
    """Cars that reported within `fresh` minutes, with minutes by street and metres by air."""
    police(request)
    from layers.patrol import network

    cars = list(PatrolCar.objects.filter(at__gt=timezone.now() - timedelta(minutes=fresh)))
    try:
        net = network.network("car")
        x, y = network.metric([(c.geom.x, c.geom.y) for c in cars] + [(lon, lat)])
        minutes: list[float | None] = []
        try:
            net.hang(x[-1:], y[-1:])
        except OffStreet:
            return Status(
                422, {"detail": "附近沒有道路。 No street is near that place.", "code": "off-street"}
            )
        if cars:
            lost: set[int] = set()
            try:
                net.hang(x[:-1], y[:-1])
            except OffStreet as off:
                lost = set(off.places)
            on = [i for i in range(len(cars)) if i not in lost]
            found = dict(zip(on, net.to_one(x[on], y[on], (x[-1], y[-1])), strict=True)) if on else {}
            minutes = [float(found[i]) if i in found and found[i] < NEVER else None for i in range(len(cars))]
    except network.NoStreets as wrong:
        return Status(503, {"detail": str(wrong), "code": "no-streets"})
    rows = [
        {
            "id": c.pk, "key": c.key, "name": c.name, "status": c.status, "at": c.at, "lon": c.geom.x, "lat": c.geom.y,
            "minutes": None if m is None else round(m, 2), "metres": round(float(((px - x[-1]) ** 2 + (py - y[-1]) ** 2) ** 0.5)),
        }
        for c, m, px, py in zip(cars, minutes, x[:-1], y[:-1], strict=True)
    ]  # fmt: skip
    rows.sort(key=lambda r: (r["minutes"] is None, r["minutes"] or 0.0))
    return Status(200, {"cars": rows[:most], "known": len(rows)})


@router.get(
    "reach",
    response={200: dict[str, Any], 422: Problem, 503: Problem},
    summary="What is reached within minutes",
)
def reach(
    request: HttpRequest, lon: Lon, lat: Lat, minutes: Annotated[float, Field(gt=0, le=30)] = 10,
    mode: Literal["car", "motorcycle", "foot"] = "car",
) -> Any:  # fmt: skip
    """A GeoJSON feature."""
    police(request)
    import shapely

    from layers.patrol import network

    try:
        net = network.network(mode)
        x, y = network.metric([(lon, lat)])
        ground = network.degrees(net.reach(float(x[0]), float(y[0]), minutes))
    except OffStreet:
        return Status(422, {"detail": "附近沒有道路。 No street is near that place.", "code": "off-street"})
    except network.NoStreets as wrong:
        return Status(503, {"detail": str(wrong), "code": "no-streets"})
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(ground, 1e-6)))
    return Status(
        200, {"type": "Feature", "geometry": geometry, "properties": {"minutes": minutes, "mode": mode}}
    )
