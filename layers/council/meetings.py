"""What can be done with a meeting: proposing, running it item by item, deciding. Every rule of it is here.

A closed meeting is history: its agenda no longer changes, only how its decisions stand.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib.gis.db.models.functions import PointOnSurface
from django.db import transaction
from django.db.models import Max
from ninja.errors import HttpError

from layers.council.models import AgendaItem, Decision, Meeting
from layers.council.standing import decision
from layers.streets.models import Junction, Section

MOST_ITEMS = 200


class Trouble(HttpError):
    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(status, sentence)
        self.code = code


def named() -> str:
    return uuid4().hex[:16]


def upcoming() -> Meeting:
    """The one that runs, else the next that is planned."""
    found = (
        Meeting.objects.filter(state="running").first()
        or Meeting.objects.filter(state="planned").order_by("held_on", "pk").first()
    )
    if found is None:
        raise Trouble(
            409, "no-meeting", "尚無排定的會議，請先新增會議。 No meeting is planned; make one first."
        )
    return found


@transaction.atomic
def propose(
    meeting: Meeting, junction: int | None, section: int | None, title: str, note: str, view: str, by: str
) -> AgendaItem:
    """At the end of the agenda. A place stands on an agenda once: a second proposal adds its note."""
    meeting = _open(meeting.pk)
    place = _place(junction, section)
    there = next(
        (
            one
            for one in meeting.items.all()
            if place and (one.junction_id, one.section_id) == (junction, section)
        ),
        None,
    )
    if there is not None:
        there.note = "\n".join(part for part in (there.note, note) if part)
        there.view = view or there.view
        there.save()
        return there
    if not (title or place):
        raise Trouble(422, "no-title", "議案需要案由或地點。 An item needs a title or a place.")
    last = meeting.items.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_ITEMS:
        raise Trouble(
            409, "full", f"每次會議最多 {MOST_ITEMS} 案。 A meeting has at most {MOST_ITEMS} items."
        )
    return AgendaItem.objects.create(
        key=named(), meeting=meeting, number=last + 1, junction_id=junction, section_id=section,
        title=title or place, note=note, view=view, by=by,
    )  # fmt: skip


@transaction.atomic
def start(id: int) -> Meeting:
    meeting = _open(id)
    other = Meeting.objects.filter(state="running").exclude(pk=id).first()
    if other is not None:
        raise Trouble(
            409,
            "other-runs",
            f"「{other.title}」仍在進行，請先結束。 Another meeting is running; close it first.",
        )
    first = meeting.items.first()
    if first is None:
        raise Trouble(409, "empty", "議程還沒有議案。 There is nothing on the agenda.")
    if meeting.state == "planned":
        meeting.state, meeting.current = "running", first.number
        meeting.save()
    return meeting


@transaction.atomic
def go(id: int, number: int) -> Meeting:
    meeting = _open(id)
    if meeting.state != "running":
        raise Trouble(409, "not-running", "會議尚未開始。 The meeting has not begun.")
    if not meeting.items.filter(number=number).exists():
        raise Trouble(404, "no-item", "沒有這一案。 There is no such item.")
    meeting.current = number
    meeting.save()
    return meeting


@transaction.atomic
def close(id: int) -> Meeting:
    meeting = _open(id)
    meeting.state, meeting.current = "closed", None
    meeting.save()
    return meeting


@transaction.atomic
def order(id: int, items: list[int]) -> Meeting:
    meeting = _open(id)
    mine = {item.pk: item for item in meeting.items.all()}
    if sorted(items) != sorted(mine):
        raise Trouble(409, "changed", "議程已被更動，請重新載入。 The agenda has changed; load it again.")
    now = next((item.pk for item in mine.values() if item.number == meeting.current), None)
    for number, pk in enumerate(items, 1):
        if mine[pk].number != number:
            mine[pk].number = number
            mine[pk].save()
        if pk == now:
            meeting.current = number
    meeting.save()
    return meeting


@transaction.atomic
def drop(item: AgendaItem) -> None:
    meeting = _open(item.meeting_id)
    if item.decisions.exists():
        raise Trouble(409, "decided", "已有決議的議案不能移除。 An item that was decided stays.")
    left = [one for one in meeting.items.all() if one.pk != item.pk]
    now = next((one for one in left if one.number == meeting.current), None)
    item.delete()
    for number, one in enumerate(left, 1):
        one.number = number
        one.save()
    if meeting.current is not None:
        meeting.current = now.number if now else (left[0].number if left else None)
        meeting.save()


@transaction.atomic
def decide(item: AgendaItem, outcome: str, text: str, unit: str, due: date | None, by: str) -> Decision:
    if item.meeting.state != "running":
        raise Trouble(
            409, "not-running", "會議進行中才能記錄決議。 Decisions are recorded while the meeting runs."
        )
    standing = "released" if outcome == "rejected" else "open"
    return Decision.objects.create(
        key=named(), item=item, outcome=outcome, text=text, unit=unit, due=due, standing=standing, by=by
    )


def told(meeting: Meeting, whole: bool = True) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": meeting.pk, "title": meeting.title, "held_on": meeting.held_on, "place": meeting.place,
        "state": meeting.state, "current": meeting.current,
    }  # fmt: skip
    items = list(meeting.items.select_related("junction", "section").prefetch_related("decisions", "visits"))
    out["count"] = len(items)
    out["decided"] = sum(bool(one.decisions.all()) for one in items)
    if whole:
        out["items"] = [item(one) for one in items]
    return out


def item(one: AgendaItem) -> dict[str, Any]:
    place, name = _where(one)
    return {
        "id": one.pk, "meeting": one.meeting_id, "number": one.number, "title": one.title, "note": one.note,
        "view": one.view, "by": one.by, "junction": one.junction_id, "section": one.section_id, "name": name,
        "place": place, "decisions": [decision(d) for d in one.decisions.all()],
        "visits": [{"id": v.pk, "held_on": v.held_on} for v in one.visits.all()],
    }  # fmt: skip


def _where(one: AgendaItem) -> tuple[list[float] | None, dict[str, str] | None]:
    if one.junction is not None:
        name = {"zh": one.junction.name, "en": one.junction.name_en or one.junction.name}
        return [one.junction.geom.x, one.junction.geom.y], name
    if one.section is not None:
        found = Section.objects.annotate(at=PointOnSurface("geom")).get(pk=one.section.pk)
        return [found.at.x, found.at.y], {
            "zh": one.section.name,
            "en": one.section.name_en or one.section.name,
        }
    return None, None


def _open(id: int) -> Meeting:
    meeting = Meeting.objects.select_for_update().filter(pk=id).first()
    if meeting is None:
        raise Trouble(404, "not-found", "沒有這場會議。 There is no such meeting.")
    if meeting.state == "closed":
        raise Trouble(409, "closed", "會議已結束，紀錄不再更動。 The meeting is closed; its record stays.")
    return meeting


def _place(junction: int | None, section: int | None) -> str:
    found: Junction | Section | None
    if junction is not None:
        found = Junction.objects.filter(pk=junction).first()
    elif section is not None:
        found = Section.objects.filter(pk=section).first()
    else:
        return ""
    if found is None:
        raise Trouble(404, "no-place", "沒有這個地點。 There is no such place.")
    return str(found.name)
