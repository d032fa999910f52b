"""A junction as the council looks at it; site visits there."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from layers.council.api.who import REFUSALS, Prose, one, reader, writer
from layers.council.checklist import CHECKLIST
from layers.council.junction import Unclear, told
from layers.council.meetings import Trouble, named
from layers.council.models import AgendaItem, Visit
from layers.streets.models import Junction

router = Router(tags=["council"])
Point = Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,20}$")]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Check(Schema):
    state: Literal["good", "bad", "none"]
    remark: Remark = ""


class ToVisit(Schema):
    held_on: date
    who: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    checks: Annotated[dict[Point, Check], Field(max_length=40)] = Field(default_factory=dict)
    summary: Prose = ""
    item: int | None = None


@router.get(
    "junctions/{int:id}", response={200: dict[str, Any], **REFUSALS}, summary="A junction for the council"
)
def junction(
    request: HttpRequest,
    response: HttpResponse,
    id: int,
    datetime: str | None = None,
    filter: str | None = None,
) -> dict[str, Any]:
    """`datetime` and `filter` (CQL2 text, about crashes) hold the bundles; standing and measures have their own time."""
    viewer = reader(request)
    response["Cache-Control"] = "private, no-store"
    try:
        return told(one(Junction, id, "ward"), viewer, datetime, filter)
    except Unclear as wrong:
        raise Trouble(422, "filter", str(wrong)) from wrong


@router.get("checklist", response=dict[str, Any], summary="The checklist of site visits")
def checklist(request: HttpRequest) -> dict[str, Any]:
    reader(request)
    return {id: {"zh": text.zh, "en": text.en} for id, text in CHECKLIST.items()}


@router.get(
    "junctions/{int:id}/visits", response={200: list[dict[str, Any]], **REFUSALS}, summary="Site visits there"
)
def visits(request: HttpRequest, response: HttpResponse, id: int) -> list[dict[str, Any]]:
    reader(request)
    response["Cache-Control"] = "private, no-store"
    return [shown(visit) for visit in Visit.objects.filter(junction_id=id)[:50]]


@router.post(
    "junctions/{int:id}/visits", response={200: dict[str, Any], **REFUSALS}, summary="Record a site visit"
)
def visit(request: HttpRequest, id: int, body: ToVisit) -> dict[str, Any]:
    viewer = writer(request)
    if strange := sorted(set(body.checks) - set(CHECKLIST)):
        raise Trouble(422, "checks", f"檢核表沒有「{strange[0]}」。 The checklist has no “{strange[0]}”.")
    place = one(Junction, id)
    item = one(AgendaItem, body.item) if body.item is not None else None
    made = Visit.objects.create(
        key=named(), junction=place, item=item, held_on=body.held_on, who=body.who, summary=body.summary,
        checks={name: check.model_dump() for name, check in body.checks.items()}, by=viewer.name,
    )  # fmt: skip
    return shown(made)


def shown(visit: Visit) -> dict[str, Any]:
    return {
        "id": visit.pk, "held_on": visit.held_on, "who": visit.who, "checks": visit.checks,
        "summary": visit.summary, "item": visit.item_id, "by": visit.by,
    }  # fmt: skip
