"""The case list: crashes whose scene is not approved yet, those of one's own station first, or found by case number.

For police. Whose station handles a crash says whose case it is; somebody who serves nowhere in particular sees all.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import StringConstraints

from layers.access import Clearance
from layers.access.asking import cleared
from layers.crashes.models import Crash, Post, Scene

router = Router(tags=["crashes"])
PAGE = 50
DONE = (Scene.State.APPROVED, Scene.State.LOCKED)


class Case(Schema):
    id: int
    case_no: str
    severity: int
    occurred_at: str
    address: str
    station: str
    state: str | None
    """Of the scene; null where there is none yet."""
    drawn_by: str
    place: tuple[float, float]


class Cases(Schema):
    unit: list[str]
    """The stations where you serve; empty if none are set."""
    total: int
    cases: list[Case]


class Asked(Schema):
    of: Literal["mine", "all"] = "mine"
    q: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    done: bool = False
    """With scenes that are approved."""
    skip: int = 0


@router.get("/cases", response=Cases, summary="Cases to be drawn, by unit or case number (police)")
def cases(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """Newest first, fifty at once. A search looks at every case, whoever's and however far."""
    viewer = cleared(request, Clearance.POLICE)
    post = Post.objects.filter(user_id=viewer.user_id).first() if viewer.user_id else None
    stations = dict(post.stations.values_list("pk", "name")) if post else {}
    found = _found(asked, list(stations))
    start = min(max(asked.skip, 0), 10_000)
    rows = found.select_related("station", "scene")[start : start + PAGE]
    return {
        "unit": sorted(stations.values()),
        "total": found.count(),
        "cases": [_case(row) for row in rows],
    }


def _found(asked: Asked, stations: list[int]) -> QuerySet[Crash]:
    rows = Crash.objects.order_by("-occurred_at", "pk")
    if asked.q:
        return rows.filter(
            Q(case_no__istartswith=asked.q) | Q(case_no__iendswith=asked.q) | Q(key__iexact=asked.q)
        )
    if not asked.done:
        rows = rows.exclude(scene__state__in=DONE)
    if asked.of == "mine" and stations:
        rows = rows.filter(station_id__in=stations)
    return rows


def _case(row: Crash) -> dict[str, Any]:
    scene = getattr(row, "scene", None)
    return {
        "id": row.pk,
        "case_no": row.case_no or row.key,
        "severity": row.severity,
        "occurred_at": row.occurred_at.isoformat(),
        "address": row.address,
        "station": row.station.name if row.station else "",
        "state": scene.state if scene else None,
        "drawn_by": scene.drawn_by if scene else "",
        "place": (row.geom.x, row.geom.y),
    }
