"""For supervisors: what happens now, what was missed, and reports to keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from layers.patrol import duty
from layers.patrol.api.who import Problem, file_of, planner, police
from layers.patrol.hub import hub
from layers.patrol.models import PatrolCar, PlanUnit, ShiftPlan
from layers.patrol.reports import arrivals, missed, unsigned
from layers.patrol.tracks import tracks

router = Router(tags=["patrol"])
MOST_DAYS = 93
TOO_LONG = {"detail": f"期間須在 {MOST_DAYS} 天以內。 At most {MOST_DAYS} days at once.", "code": "period"}


@router.get(
    "live",
    response={200: None},
    summary="Sign-ins, plans and cars as they happen (server-sent events)",
    openapi_extra=file_of("text/event-stream"),
)
def live(request: HttpRequest) -> StreamingHttpResponse:
    """Events: open, signin, decision, plan, published, alternatives, cars, moved (with places), and `missed` where one must read anew.

    They hold numbers, times and judgements; who signed is asked for at /api/patrol/signins.
    """
    police(request)
    response = StreamingHttpResponse(hub.events(), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@router.get("missed", response=list[dict[str, Any]], summary="Planned visits that nobody made")
def missed_(
    request: HttpRequest, station: int | None = None, hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
) -> list[dict[str, Any]]:
    planner(request)
    now = timezone.now()
    return missed(now - timedelta(hours=hours), now, station)


@router.get(
    "unsigned",
    response=dict[str, Any],
    summary="Boxes unsigned at a moment, and where signing failed",
)
def unsigned_(
    request: HttpRequest, station: int | None = None, at: AwareDatetime | None = None,
    hours: Annotated[float, Field(gt=0, le=72)] = 12,
) -> dict[str, Any]:  # fmt: skip
    """Counted over the `hours` before `at`. `due` is when a published plan wanted somebody there; `tried` that somebody was."""
    planner(request)
    end = at or timezone.now()
    since = end - timedelta(hours=hours)
    return {"at": end, "since": since, **unsigned(since, end, station)}


@router.get(
    "plans/{id}/track", response=list[dict[str, Any]], summary="What was driven against what was planned"
)
def track(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """For each unit: the way in thinned pieces, kilometres, the share of the planned line within 50 m, and each stop as
    signed, late, passed, missed or ahead."""
    planner(request)
    plan = ShiftPlan.objects.filter(pk=id).first()
    if plan is None:
        raise Http404
    return tracks(plan, timezone.now())


class Assigned(Schema):
    """The car's key; empty for none."""

    car: Annotated[str, Field(max_length=64)] = ""


@router.post(
    "plans/{id}/units/{order}/car",
    response={200: dict[str, Any], 422: Problem},
    summary="Which car a unit drives",
)
def assign(request: HttpRequest, id: int, order: int, body: Assigned) -> Any:
    planner(request)
    unit = PlanUnit.objects.filter(plan_id=id, order=order).first()
    if unit is None:
        raise Http404
    car = PatrolCar.objects.filter(key=body.car).first() if body.car else None
    if body.car and car is None:
        return Status(422, {"detail": "沒有這輛車。 There is no such car.", "code": "car"})
    unit.car = car
    unit.save(update_fields=["car"])
    return Status(200, {"unit": order, "car": car.key if car else None})


@router.get("arrivals", response=dict[str, Any], summary="How soon a car was at the place of a 110 call")
def arrivals_(
    request: HttpRequest,
    days: Annotated[int, Field(ge=1, le=366)] = 30,
    limit: Annotated[float, Field(gt=0, le=120)] = 10,
) -> dict[str, Any]:
    """In the last days that there are calls of; `within` counts those reached within `limit` minutes."""
    planner(request)
    return arrivals(days, limit)


@router.get(
    "reports/signins.xlsx",
    response={200: None, 422: Problem},
    summary="A workbook of sign-ins",
    openapi_extra=file_of("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
def report(request: HttpRequest, begin: AwareDatetime, end: AwareDatetime, station: int | None = None) -> Any:
    """By officer, station and day; every sign-in with its reasons; what was missed."""
    planner(request)
    if not period(begin, end):
        return Status(422, TOO_LONG)
    made = HttpResponse(
        duty.workbook(duty.read(begin, end, station)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    made["Content-Disposition"] = 'attachment; filename="patrol-signins.xlsx"'
    made["Cache-Control"] = "no-store"
    return made


def period(begin: datetime, end: datetime) -> bool:
    """Whether a report may be of it."""
    return begin < end <= begin + timedelta(days=MOST_DAYS)
