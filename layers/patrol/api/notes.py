"""What officers are told: the planner's rules, messages, what one was told and read, wanted cars seen, phones to wake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from layers.areas.models import Station
from layers.patrol import push
from layers.patrol.api.who import Problem, file_of, officer, planner
from layers.patrol.hub import hub
from layers.patrol.models import NoteRule, Notice, Sighting, Subscription
from layers.patrol.notes import send
from layers.patrol.signing import officer_of

router = Router(tags=["patrol"])
Hour = Annotated[int, Field(ge=0, le=24)]
Name = Annotated[str, Field(min_length=1, max_length=150)]
MOST_PHONES = 5


class Rule(Schema):
    """`zh` and `en` may hold {n} {days} {radius} {kind} {metres} {when} {remark} {plate}."""

    what: Literal["remark", "crashes", "crimes", "calls_110", "road_defects", "wanted"]
    station: int | None = None
    radius_m: Annotated[int, Field(ge=1, le=5000)] = 300
    days: Annotated[float, Field(gt=0, le=400)] = 30
    least: Annotated[int, Field(ge=1, le=1000)] = 1
    from_hour: Hour | None = None
    to_hour: Hour | None = None
    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(max_length=200)] = ""
    urgent: bool = False
    clearance: Annotated[int, Field(ge=2, le=3)] = 2
    valid_from: date | None = None
    valid_to: date | None = None


@router.get(
    "notes/rules", response=list[dict[str, Any]], summary="Which notes are told, and how they were taken"
)
def rules(request: HttpRequest, all: bool = False) -> list[dict[str, Any]]:
    """Those that hold or will; `all` adds those that ended. Counted over the last 30 days."""
    planner(request)
    since = timezone.now() - timedelta(days=30)
    told = Q(notice__at__gt=since)
    rows = NoteRule.objects.annotate(
        told=Count("notice", filter=told),
        read=Count("notice", filter=told & Q(notice__read_at__isnull=False)),
        useful=Count("notice", filter=told & Q(notice__signin__receipt__useful=True)),
        useless=Count("notice", filter=told & Q(notice__signin__receipt__useful=False)),
    )
    if not all:
        rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=timezone.localdate()))
    return [
        {**_rule(r), "told": r.told, "read": r.read, "useful": r.useful, "useless": r.useless} for r in rows
    ]


def _rule(r: NoteRule) -> dict[str, Any]:
    return {
        "id": r.pk, "what": r.what, "station": r.station_id, "radius_m": r.radius_m, "days": r.days, "least": r.least,
        "from_hour": r.from_hour, "to_hour": r.to_hour, "zh": r.zh, "en": r.en, "urgent": r.urgent,
        "clearance": r.clearance, "valid_from": r.valid_from, "valid_to": r.valid_to, "by": r.by,
    }  # fmt: skip


@router.post("notes/rules", response={201: dict[str, Any], 422: Problem}, summary="A rule from a day on")
def make_rule(request: HttpRequest, body: Rule) -> Any:
    viewer = planner(request)
    said = body.model_dump(exclude={"station"})
    said["valid_from"] = body.valid_from or timezone.localdate()
    made = NoteRule(**said, station_id=body.station, by=viewer.actor[:200])
    try:
        made.full_clean()
    except ValidationError as wrong:
        return Status(422, {"detail": " ".join(wrong.messages), "code": "rule"})
    made.save()
    return Status(201, _rule(made))


@router.post("notes/rules/{id}/end", response=dict[str, Any], summary="A rule holds no longer")
def end_rule(request: HttpRequest, id: int) -> dict[str, Any]:
    """What it told stays readable. One that begins today or later never held, and its last day is the day before."""
    planner(request)
    found = NoteRule.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    found.valid_to = timezone.localdate() - timedelta(days=1)
    found.save(update_fields=["valid_to"])
    return _rule(found)


class Message(Schema):
    """To officers by name, or to all who are planned at a station within twelve hours of now. `event` makes repeating harmless."""

    event: UUID
    text: Annotated[str, Field(min_length=1, max_length=300)]
    officers: Annotated[list[Name], Field(max_length=500)] = []
    station: int | None = None
    urgent: bool = False


@router.post("messages", response={201: dict[str, Any], 422: Problem}, summary="A message to officers")
def write_message(request: HttpRequest, body: Message) -> Any:
    viewer = planner(request)
    names = set(body.officers)
    if body.station is not None:
        if not Station.objects.filter(pk=body.station).exists():
            raise Http404
        names |= push.on_duty(body.station, timezone.now())
    known = push.officers_among(names)
    if not known:
        return Status(
            422,
            {
                "detail": "沒有收件的員警：該單位此刻無人排勤，或帳號不存在。 Nobody to send it to: nobody is planned there "
                "now, or there is no such account.",
                "code": "nobody",
            },
        )
    send(body.event, body.text, sorted(known), officer_of(viewer), body.urgent)
    return Status(
        201,
        {
            "event": str(body.event),
            "to": sorted(known),
            "unknown": sorted(names - known),
            "urgent": body.urgent,
        },
    )


@router.get("messages", response=list[dict[str, Any]], summary="Messages sent, and who read them")
def messages(
    request: HttpRequest, hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
) -> list[dict[str, Any]]:
    planner(request)
    rows = Notice.objects.exclude(message=None).filter(at__gt=timezone.now() - timedelta(hours=hours))
    found: dict[Any, dict[str, Any]] = {}
    for r in rows[:2000]:
        one = found.setdefault(
            r.message,
            {"event": str(r.message), "text": r.zh, "urgent": r.urgent, "at": r.at, "by": r.by, "to": []},
        )
        one["to"].append({"officer": r.officer, "read_at": r.read_at, "pushed": r.pushed})
    return list(found.values())


@router.get("notices", response=list[dict[str, Any]], summary="What I was told")
def notices(
    request: HttpRequest, unread: bool = False, hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
) -> list[dict[str, Any]]:
    viewer = officer(request)
    rows = Notice.objects.select_related("box").filter(
        officer=officer_of(viewer)[:200], clearance__lte=int(viewer.clearance),
        at__gt=timezone.now() - timedelta(hours=hours),
    )  # fmt: skip
    if unread:
        rows = rows.filter(read_at=None)
    return shown(rows[:100])


def shown(rows: Iterable[Notice]) -> list[dict[str, Any]]:
    return [
        {
            "id": n.pk, "at": n.at, "zh": n.zh, "en": n.en or n.zh, "urgent": n.urgent, "by": n.by, "read_at": n.read_at,
            "signin": n.signin_id, "box": {"id": n.box_id, "name": n.box.name} if n.box else None,
        }
        for n in rows
    ]  # fmt: skip


@router.post("notices/{id}/read", response=dict[str, Any], summary="I read it")
def read_notice(request: HttpRequest, id: int) -> dict[str, Any]:
    """The first time counts."""
    viewer = officer(request)
    mine = Notice.objects.filter(
        pk=id, officer=officer_of(viewer)[:200], clearance__lte=int(viewer.clearance)
    )
    mine.filter(read_at=None).update(read_at=timezone.now())
    found = mine.first()
    if found is None:
        raise Http404
    return {"id": id, "read_at": found.read_at}


@router.get(
    "mine",
    response={200: None},
    summary="What is for me, as it happens (server-sent events)",
    openapi_extra=file_of("text/event-stream"),
)
def mine(request: HttpRequest) -> StreamingHttpResponse:
    """Events: open, notice with its number, and `missed` where one must read anew. The words are at /notices."""
    viewer = officer(request)
    response = StreamingHttpResponse(hub.events(officer_of(viewer)), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


class Seen(Schema):
    """`key` is the sender's number for it."""

    key: Annotated[str, Field(min_length=1, max_length=64)]
    at: AwareDatetime
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    plate: Annotated[str, Field(min_length=2, max_length=16)]
    why: Annotated[str, Field(max_length=80)] = ""


@router.post(
    "sightings",
    response={200: dict[str, Any], 201: dict[str, Any], 422: Problem},
    summary="A wanted car was seen",
)
def sighting(request: HttpRequest, body: Seen) -> Any:
    """201 when it is written now, 200 when it was before."""
    planner(request)
    now = timezone.now()
    if abs(body.lon) < 1e-3 and abs(body.lat) < 1e-3:
        return Status(422, {"detail": "沒有定位。 No position: 0, 0.", "code": "place"})
    if not now - timedelta(days=7) <= body.at <= now + timedelta(minutes=5):
        return Status(
            422,
            {"detail": "時間在未來或太久以前。 The time is in the future or too long ago.", "code": "time"},
        )
    made, fresh = Sighting.objects.get_or_create(
        key=body.key,
        defaults={
            "at": body.at, "point": Point(body.lon, body.lat, srid=4326), "plate": body.plate, "why": body.why,
        },
    )  # fmt: skip
    return Status(201 if fresh else 200, {"id": made.pk, "key": made.key})


class Keys(Schema):
    p256dh: Annotated[str, Field(min_length=80, max_length=100)]
    auth: Annotated[str, Field(min_length=20, max_length=30)]


class Phone(Schema):
    """What a browser's `PushSubscription.toJSON()` says."""

    endpoint: Annotated[str, Field(min_length=12, max_length=600)]
    keys: Keys
    expirationTime: float | None = None  # noqa: N815  the browser's own name


class Endpoint(Schema):
    endpoint: Annotated[str, Field(max_length=600)]


@router.get("push/key", response=dict[str, Any], summary="The key that a phone subscribes with")
def push_key(request: HttpRequest) -> dict[str, Any]:
    """`on` is false where this server may send to no push service."""
    officer(request)
    return {"key": push.public_key(), "on": push.allowed_at_all()}


@router.post("push/subscriptions", response={201: dict[str, Any], 422: Problem}, summary="Wake this phone")
def subscribe(request: HttpRequest, body: Phone) -> Any:
    """A phone wakes for one officer: whoever subscribed it last. Of one officer, the newest five phones."""
    viewer = officer(request)
    if why := push.unfit(body.endpoint, body.keys.p256dh, body.keys.auth):
        return Status(422, {"detail": why, "code": "subscription"})
    made, _ = Subscription.objects.update_or_create(
        endpoint=body.endpoint,
        defaults={
            "officer": officer_of(viewer)[:200], "p256dh": body.keys.p256dh, "auth": body.keys.auth, "failures": 0,
            "made_at": timezone.now(),
        },
    )  # fmt: skip
    kept = Subscription.objects.filter(officer=made.officer).order_by("-made_at").values_list("pk", flat=True)
    Subscription.objects.filter(officer=made.officer).exclude(pk__in=list(kept[:MOST_PHONES])).delete()
    return Status(201, {"id": made.pk})


@router.post("push/unsubscribe", response={204: None}, summary="Do not wake this phone any more")
def unsubscribe(request: HttpRequest, body: Endpoint) -> HttpResponse:
    viewer = officer(request)
    Subscription.objects.filter(endpoint=body.endpoint, officer=officer_of(viewer)[:200]).delete()
    return HttpResponse(status=204)
