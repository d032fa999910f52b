"""Meetings and their agenda: proposing, running, deciding, and following up."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from layers.council import meetings
from layers.council.api.who import REFUSALS, Line, Prose, one, reader, writer
from layers.council.models import AgendaItem, Decision, Meeting
from layers.council.standing import decision

router = Router(tags=["council"])
Answer = {200: dict[str, Any], **REFUSALS}
MOST = 200


class ToMeet(Schema):
    title: Annotated[Line, StringConstraints(min_length=1)]
    held_on: date
    place: Line = ""


class ToPropose(Schema):
    """Without a meeting: the one that runs, else the next one."""

    meeting: int | None = None
    junction: int | None = None
    section: int | None = None
    title: Line = ""
    note: Prose = ""
    view: Annotated[str, StringConstraints(pattern=r"^([a-z2-7]{12})?$")] = ""


class Changed(Schema):
    title: Annotated[Line, StringConstraints(min_length=1)] | None = None
    note: Prose | None = None


class To(Schema):
    number: Annotated[int, Field(ge=1, le=meetings.MOST_ITEMS)]


class Order(Schema):
    items: Annotated[list[int], Field(max_length=meetings.MOST_ITEMS)]


class ToDecide(Schema):
    outcome: Literal["approved", "amended", "deferred", "rejected"]
    text: Prose = ""
    unit: Annotated[Line, StringConstraints(max_length=60)] = ""
    due: date | None = None


class Followed(Schema):
    standing: Literal["open", "done", "released"] | None = None
    remark: Prose | None = None
    unit: Annotated[Line, StringConstraints(max_length=60)] | None = None
    due: date | None = None


@router.get("meetings", response={200: list[dict[str, Any]], **REFUSALS}, summary="Meetings, newest first")
def listed(request: HttpRequest, response: HttpResponse) -> list[dict[str, Any]]:
    reader(request)
    response["Cache-Control"] = "private, no-store"
    return [meetings.told(meeting, whole=False) for meeting in Meeting.objects.all()[:MOST]]


@router.post("meetings", response={201: dict[str, Any], **REFUSALS}, summary="Plan a meeting")
def plan(request: HttpRequest, body: ToMeet) -> Status[dict[str, Any]]:
    writer(request)
    made = Meeting.objects.create(key=meetings.named(), **body.model_dump())
    return Status(201, meetings.told(made))


@router.get("meetings/{int:id}", response=Answer, summary="A meeting with its agenda and decisions")
def meeting(request: HttpRequest, response: HttpResponse, id: int) -> dict[str, Any]:
    reader(request)
    response["Cache-Control"] = "private, no-store"
    return meetings.told(one(Meeting, id))


@router.post("meetings/{int:id}/start", response=Answer, summary="Begin with the first item")
def start(request: HttpRequest, id: int) -> dict[str, Any]:
    writer(request)
    return meetings.told(meetings.start(id))


@router.post("meetings/{int:id}/go", response=Answer, summary="Go to an item")
def go(request: HttpRequest, id: int, body: To) -> dict[str, Any]:
    writer(request)
    return meetings.told(meetings.go(id, body.number))


@router.post("meetings/{int:id}/close", response=Answer, summary="Close the meeting for good")
def close(request: HttpRequest, id: int) -> dict[str, Any]:
    writer(request)
    return meetings.told(meetings.close(id))


@router.post("meetings/{int:id}/order", response=Answer, summary="Put the agenda in another order")
def order(request: HttpRequest, id: int, body: Order) -> dict[str, Any]:
    writer(request)
    return meetings.told(meetings.order(id, body.items))


@router.post(
    "agenda", response={201: dict[str, Any], **REFUSALS}, summary="Put a place or a matter on the agenda"
)
def propose(request: HttpRequest, body: ToPropose) -> Status[dict[str, Any]]:
    viewer = writer(request)
    where = one(Meeting, body.meeting) if body.meeting is not None else meetings.upcoming()
    item = meetings.propose(where, body.junction, body.section, body.title, body.note, body.view, viewer.name)
    return Status(
        201, meetings.item(item) | {"meeting_title": item.meeting.title, "held_on": item.meeting.held_on}
    )


@router.patch("agenda/{int:id}", response=Answer, summary="Change the words of an item")
def change(request: HttpRequest, id: int, body: Changed) -> dict[str, Any]:
    writer(request)
    item = one(AgendaItem, id, "meeting")
    if item.meeting.state == "closed":
        raise meetings.Trouble(
            409, "closed", "會議已結束，紀錄不再更動。 The meeting is closed; its record stays."
        )
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(item, name, value)
    item.save()
    return meetings.item(item)


@router.delete("agenda/{int:id}", response={204: None, **REFUSALS}, summary="Take an item off the agenda")
def drop(request: HttpRequest, id: int) -> Status[None]:
    writer(request)
    meetings.drop(one(AgendaItem, id, "meeting"))
    return Status(204, None)


@router.post(
    "agenda/{int:id}/decisions", response={201: dict[str, Any], **REFUSALS}, summary="Record a decision"
)
def decide(request: HttpRequest, id: int, body: ToDecide) -> Status[dict[str, Any]]:
    viewer = writer(request)
    made = meetings.decide(
        one(AgendaItem, id, "meeting"), body.outcome, body.text, body.unit, body.due, viewer.name
    )
    return Status(201, decision(made))


@router.get(
    "decisions", response={200: list[dict[str, Any]], **REFUSALS}, summary="Decisions that are followed up"
)
def followed(request: HttpRequest, response: HttpResponse, every: bool = False) -> list[dict[str, Any]]:
    reader(request)
    response["Cache-Control"] = "private, no-store"
    rows = Decision.objects.select_related("item__meeting", "item__junction", "item__section").order_by(
        "due", "pk"
    )
    if not every:
        rows = rows.filter(standing__in=("open", "late"))
    return [
        decision(row)
        | {
            "title": row.item.title,
            "meeting": row.item.meeting.title,
            "number": row.item.number,
            "junction": row.item.junction_id,
        }
        for row in rows[:MOST]
    ]


@router.patch("decisions/{int:id}", response=Answer, summary="Say how a decision stands")
def follow(request: HttpRequest, id: int, body: Followed) -> dict[str, Any]:
    writer(request)
    row = one(Decision, id)
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(row, name, value)
    row.save()
    return decision(row)
