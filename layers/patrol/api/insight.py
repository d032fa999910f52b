"""What a planner weighs: which boxes a plan leaves out and what each would cost, what it sees of the risk and what the
morning's plan saw, and whether those who patrol were where the risk is.

Counts and shares leave this file, no case.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from layers.areas.models import Station
from layers.patrol.api.plans import _found
from layers.patrol.api.who import Problem, planner
from layers.registry.rows import TWD97

router = Router(tags=["patrol"])
SPOTS = 20
MOST_CELLS = 3000


@router.get(
    "plans/{id}/unvisited",
    response={200: list[dict[str, Any]], 422: Problem},
    summary="Boxes and hot spots that a plan leaves out, the hottest first, with the detour that each costs",
)
def unvisited(request: HttpRequest, id: int, detour: Annotated[float, Field(gt=0, le=240)] = 15) -> Any:
    """`detour` is in minutes, with the time at the place; `fits` says whether the unit is back in time with it."""
    viewer = planner(request)
    row = _found(id)
    from layers.patrol import planning
    from layers.patrol.craft.solve import ready
    from layers.patrol.network import NoStreets

    row.asked = {**row.asked, "without": []}  # what was taken out may come back
    try:
        found = planning.draft(row, viewer)
    except (planning.Unplannable, NoStreets) as wrong:
        return Status(422, {"detail": str(wrong), "code": "impossible"})
    routes = []
    for u in row.units.prefetch_related("stops"):
        ids = [s.box_id or -(s.spot or 0) for s in u.stops.all()]
        left = ((u.finish - (u.back or u.finish)).total_seconds()) / 60
        routes.append(([v for v in ids if v in found.stops], left))
    seen = {v for ids, _ in routes for v in ids}
    rows: list[dict[str, Any]] = []
    for stop in found.stops.values():
        if stop.id in seen or planning.is_via(stop.id):
            continue
        best: tuple[float, int, float] | None = None
        for k, (ids, left) in enumerate(routes):
            unit = found.units[k]
            if stop.units is not None and k not in stop.units:
                continue
            travel = found.travel[unit.profile]
            way = [unit.start, *(found.stops[v].place for v in ids), unit.end]
            cost = min(
                float(travel[a, stop.place] + travel[stop.place, b] - travel[a, b]) for a, b in pairwise(way)
            )
            if best is None or cost < best[0]:
                best = (cost, k, left)
        if best is None or best[0] + stop.service > detour:
            continue
        lon, lat = found.places[stop.place]
        rows.append({
            "stop": stop.id, "name": found.names[stop.id], "lon": lon, "lat": lat, "prize": stop.prize, "unit": best[1],
            "minutes": round(best[0] + stop.service, 1), "fits": best[0] + stop.service <= best[2],
        })  # fmt: skip
    ready()  # who asks this is about to edit
    rows.sort(key=lambda r: (-r["prize"], r["minutes"]))
    return Status(200, rows[:60])


@router.get(
    "plans/{id}/coverage",
    response={200: dict[str, Any], 422: Problem},
    summary="What a plan sees of the risk, and what the morning's plan saw",
)
def coverage(request: HttpRequest, id: int) -> Any:
    """Cells of 125 m: `state` is both, gained, lost or neither; `share` is of all weight, `spots` of the hottest places."""
    viewer = planner(request)
    row = _found(id)
    import shapely

    from layers.patrol import network, risk

    heat = risk.around(
        viewer, row.station_id, row.begin, row.finish, row.asked.get("weights"), row.asked.get("days", 365)
    )
    now = _sight([list(u.line.coords) for u in row.units.all() if u.line])
    morning = row.asked.get("morning", {})
    before = _sight(morning.get("lines", [])) if morning else now
    size = risk.CELL
    cells: dict[tuple[int, int], float] = {}
    for x, y, w in zip(heat.x // size, heat.y // size, heat.weight, strict=True):
        cells[int(x), int(y)] = cells.get((int(x), int(y)), 0.0) + float(w)
    top = sorted(cells.items(), key=lambda kv: -kv[1])[:MOST_CELLS]
    most = top[0][1] if top else 1.0
    features = []
    for (i, j), weight in top:
        x, y = (i + 0.5) * size, (j + 0.5) * size
        a, b = bool(shapely.contains_xy(before, x, y)), bool(shapely.contains_xy(now, x, y))
        state = "both" if a and b else "gained" if b else "lost" if a else "neither"
        square = network.degrees(shapely.box(i * size, j * size, (i + 1) * size, (j + 1) * size))
        ring = [[round(float(c[0]), 6), round(float(c[1]), 6)] for c in square.exterior.coords]
        features.append({
            "type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"heat": round(weight / most, 3), "state": state},
        })  # fmt: skip
    hot = heat.hot(SPOTS)
    return Status(200, {
        "before": {"share": _share(heat, before), "spots": sum(bool(shapely.contains_xy(before, x, y)) for x, y, _ in hot)},
        "after": {"share": _share(heat, now), "spots": sum(bool(shapely.contains_xy(now, x, y)) for x, y, _ in hot)},
        "spots": len(hot), "cells": {"type": "FeatureCollection", "features": features},
        "lines": morning.get("lines", []),
    })  # fmt: skip


def _sight(lines: list[list[Any]]) -> Any:
    """What is seen from some lines, in metres."""
    import shapely

    from layers.patrol import network, risk

    shapes = []
    for line in lines:
        x, y = network.metric([(c[0], c[1]) for c in line])
        shapes.append(shapely.linestrings(np.column_stack([x, y])))
    return shapely.buffer(shapely.union_all(shapes), risk.SEEN, quad_segs=4)


def _share(heat: Any, sight: Any) -> float:
    import shapely

    total = float(heat.weight.sum())
    return (
        round(float(heat.weight[shapely.contains_xy(sight, heat.x, heat.y)].sum()) / total, 4)
        if total
        else 0.0
    )


_BEEN = """
    SELECT ST_X(p), ST_Y(p) FROM (
        SELECT ST_Transform(geom, %(srid)s) AS p FROM patrol_signin
        WHERE at BETWEEN %(begin)s AND %(end)s AND judgement NOT IN ('replay', 'clone', 'proxy')
        UNION ALL
        SELECT ST_Transform(point, %(srid)s) FROM patrol_position WHERE at BETWEEN %(begin)s AND %(end)s
    ) q
"""


@router.get(
    "presence",
    response={200: dict[str, Any], 404: Problem},
    summary="Were we where the risk is: hot spots of a station, and how often somebody was there",
)
def presence(request: HttpRequest, station: int, days: Annotated[int, Field(ge=1, le=93)] = 7) -> Any:
    """`visits` are sign-ins and reported positions within 150 m in the last `days`; risk is that of all hours."""
    viewer = planner(request)
    if not Station.objects.filter(pk=station).exists():
        return Status(404, {"detail": "沒有這個派出所。 There is no such station.", "code": "station"})
    import shapely

    from layers.patrol import network, risk

    now = timezone.now()
    heat = risk.around(viewer, station, now - timedelta(hours=24), now)
    with connection.cursor() as cursor:
        cursor.execute(_BEEN, {"srid": TWD97, "begin": now - timedelta(days=days), "end": now})
        been = np.array(cursor.fetchall(), np.float64).reshape(-1, 2)
    spots = []
    for k, (x, y, weight) in enumerate(heat.hot(SPOTS), 1):
        d2 = (been[:, 0] - x) ** 2 + (been[:, 1] - y) ** 2
        place = network.degrees(shapely.Point(x, y))
        spots.append({
            "spot": k, "lon": place.x, "lat": place.y, "weight": round(weight, 2), "visits": int((d2 <= risk.SEEN**2).sum()),
        })  # fmt: skip
    seen = 0.0
    if len(been) and len(heat.x):
        from scipy.spatial import cKDTree

        near, _ = cKDTree(been).query(np.column_stack([heat.x, heat.y]), distance_upper_bound=risk.SEEN)
        seen = float(heat.weight[np.isfinite(near)].sum() / heat.weight.sum())
    return Status(200, {"share": round(seen, 4), "days": days, "spots": spots})
