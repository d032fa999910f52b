"""Cars: where they are, which is nearest by time, what is reached within minutes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from layers.patrol.api.who import Problem, officer, police
from layers.patrol.craft.problem import NEVER
from layers.patrol.craft.streets import OffStreet
from layers.patrol.models import PatrolCar
from layers.patrol.positions import Lat, Lon, Reported, Taken, live, take
from layers.patrol.signing import officer_of

router = Router(tags=["patrol"])


class Reports(Schema):
    positions: Annotated[list[Reported], Field(min_length=1, max_length=2000)]


@router.post(
    "positions",
    response=Taken,
    summary="Positions of cars or of my phone, in any order, repeated without harm",
)
def positions(request: HttpRequest, body: Reports) -> dict[str, Any]:
    """Without a car it is the phone of whoever sends it, kept only for the time that they are planned."""
    viewer = officer(request)
    return take(body.positions, officer_of(viewer))


@router.get("units", response=list[dict[str, Any]], summary="Where cars and units are")
def units(
    request: HttpRequest, station: int | None = None, minutes: Annotated[float, Field(gt=0, le=1e7)] = 60
) -> list[dict[str, Any]]:
    """`t` is epoch seconds, `h` the heading. The same shapes come as `moved` on the live line."""
    police(request)
    return live(station, timedelta(minutes=minutes))


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
