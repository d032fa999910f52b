"""What was driven against what was planned: a unit's way, its stops, its kilometres, and how much of the line it saw.

A unit's way is where its car was, or else the phones of its officers. Standing still adds no kilometres, a leap that
nobody can drive is left out, and a hole in the line stays a hole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from django.db import connection

from layers.patrol.models import PlanStop, PlanUnit, Position, Proof, ShiftPlan

STEP_M = 12.0
HOLE_S, HOLE_M = 180.0, 500.0
TOP_KMH = 160.0
NEAR_M, SEEN_M = 40.0, 50.0
GRACE = timedelta(minutes=5)
FALSE = ("replay", "clone", "proxy", "out_of_range")
Fix = tuple[datetime, float, float]


def metres(a: Fix, b: Fix) -> float:
    return hypot((b[1] - a[1]) * 111_320 * cos(radians(a[2])), (b[2] - a[2]) * 110_574)


def parts(fixes: Iterable[Fix]) -> list[list[Fix]]:
    """The way in pieces, thinned: a place counts when it is a step away from the one before."""
    found: list[list[Fix]] = []
    heard: Fix | None = None
    for fix in fixes:
        last = found[-1][-1] if found else None
        if last is None or heard is None:
            found.append([fix])
            heard = fix
            continue
        away, seconds = metres(last, fix), (fix[0] - heard[0]).total_seconds()
        if away / max(seconds, 1.0) * 3.6 > TOP_KMH and away > 100:
            continue
        if seconds > HOLE_S and away > HOLE_M:
            found.append([fix])
        elif away >= STEP_M:
            found[-1].append(fix)
        heard = fix
    return found


def length_km(way: list[list[Fix]]) -> float:
    return sum(metres(a, b) for part in way for a, b in pairwise(part)) / 1000


def fixes_of(unit: PlanUnit) -> list[Fix]:
    rows = Position.objects.filter(at__gte=unit.begin, at__lte=unit.finish).order_by("at")
    by_car = rows.filter(car=unit.car_id) if unit.car_id else rows.none()
    chosen = by_car if by_car.exists() else rows.filter(officer__in=unit.officers).exclude(officer="")
    found = list(chosen.values_list("at", "point", "officer"))
    if found and found[0][2]:  # of several phones in one car the one that spoke most: two would zigzag
        said = [officer for _, _, officer in found]
        main = max(sorted(set(said)), key=said.count)
        found = [f for f in found if f[2] == main]
    return [(at, point.x, point.y) for at, point, _ in found]


def tracks(plan: ShiftPlan, now: datetime) -> list[dict[str, Any]]:
    return [_track(u, now) for u in plan.units.prefetch_related("stops")]


def _track(unit: PlanUnit, now: datetime) -> dict[str, Any]:
    fixes = fixes_of(unit)
    way = parts(fixes)
    lines = [[[round(x, 6), round(y, 6)] for _, x, y in part] for part in way if len(part) > 1]
    stops = _stops(unit, fixes, now)
    count = {k: sum(s["state"] == k for s in stops) for k in ("signed", "late", "passed", "missed", "ahead")}
    return {
        "unit": unit.order, "name": unit.name, "fixes": len(fixes), "first": fixes[0][0] if fixes else None,
        "last": fixes[-1][0] if fixes else None, "km_planned": round(unit.km, 2), "km": round(length_km(way), 2),
        "share": _share(unit, lines), "lines": lines, "stops": stops, "count": count,
    }  # fmt: skip


def _stops(unit: PlanUnit, fixes: list[Fix], now: datetime) -> list[dict[str, Any]]:
    """Signed, signed late, only passed, missed, or still ahead. A hot spot without a box is reached by being there."""
    stops = [s for s in unit.stops.all() if not (s.spot and s.spot > 1000)]
    proofs: dict[int, Proof] = {}
    rows = Proof.objects.select_related("signin").filter(stop__in=stops).exclude(signin__judgement__in=FALSE)
    for p in rows.order_by("-signin__at"):
        if p.stop_id is not None:
            proofs[p.stop_id] = p
    found = []
    for s in stops:
        proof = proofs.get(s.pk)
        at = proof.signin.at if proof else _reached(s, fixes)
        due = (s.closes or unit.finish) + GRACE
        if at is not None:
            on_time = proof.signin.judgement not in ("late", "filed_late") if proof else at <= due
            state = ("signed" if proof or s.box_id is None else "passed") if on_time else "late"
        else:
            state = "missed" if now > due else "ahead"
        found.append({"stop": s.box_id or -(s.spot or 0), "name": s.name, "planned": s.at, "at": at, "state": state,
                      "lon": s.point.x, "lat": s.point.y})  # fmt: skip
    return found


def _reached(stop: PlanStop, fixes: list[Fix]) -> datetime | None:
    here = (stop.at, stop.point.x, stop.point.y)
    return next((f[0] for f in fixes if metres(here, f) <= NEAR_M), None)


def _share(unit: PlanUnit, lines: list[list[list[float]]]) -> float | None:
    """How much of the planned line lies within sight of the way driven; None without a line."""
    if unit.line is None:
        return None
    if not lines:
        return 0.0
    text = ",".join("(" + ",".join(f"{x} {y}" for x, y in line) + ")" for line in lines)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH p AS (SELECT ST_Transform(line, 3826) AS line FROM patrol_planunit WHERE id = %s),
            d AS (SELECT ST_Transform(ST_GeomFromText(%s, 4326), 3826) AS way)
            SELECT ST_Length(ST_Intersection(p.line, ST_Buffer(d.way, %s))) / nullif(ST_Length(p.line), 0) FROM p, d
            """,
            [unit.pk, f"MULTILINESTRING({text})", SEEN_M],
        )
        share = cursor.fetchone()[0]
    return None if share is None else round(min(1.0, float(share)), 4)
