"""Boxes: their tags, codes and history; the rules of judgement; keys."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from layers.areas.models import Station
from layers.patrol import keys, proving
from layers.patrol.api.who import Problem, file_of, planner, police
from layers.patrol.craft.judge import Rules
from layers.patrol.models import BoxChange, PatrolBox, Ruleset, Tag

router = Router(tags=["patrol"])
MOST = 2000


@router.get("boxes", response=list[dict[str, Any]], summary="Boxes in use, with tags and the latest visit")
def boxes(
    request: HttpRequest, station: int | None = None, q: Annotated[str, Field(max_length=60)] = ""
) -> list[dict[str, Any]]:
    police(request)
    today = timezone.localdate()
    rows = PatrolBox.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today)).annotate(
        latest=Max("signin__at")
    )
    if station is not None:
        rows = rows.filter(station_id=station)
    if q:
        rows = rows.filter(Q(key__icontains=q) | Q(name__icontains=q))
    return [_shown(b) for b in rows.prefetch_related("tags").order_by("key")[:MOST]]


def _shown(box: Any) -> dict[str, Any]:
    return {
        "id": box.pk, "key": box.key, "name": box.name, "kind": box.kind, "station": box.station_id,
        "lon": box.geom.x, "lat": box.geom.y, "remark": box.remark, "permanent": box.permanent,
        "valid_from": box.valid_from, "valid_to": box.valid_to, "latest": getattr(box, "latest", None),
        "tags": [
            {"id": t.pk, "how": t.how, "uid": t.uid, "key": t.key_id, "issued_at": t.issued_at, "retired_at": t.retired_at}
            for t in box.tags.all()
        ],
    }  # fmt: skip


def _box(id: int) -> PatrolBox:
    found = PatrolBox.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    return found


@router.get("boxes/{id}", response=dict[str, Any], summary="A box with its history")
def box(request: HttpRequest, id: int) -> dict[str, Any]:
    police(request)
    found = _box(id)
    history = [
        {
            "what": c.what, "at": c.at, "by": c.by, "text": c.text, "valid_from": c.valid_from,
            "valid_to": c.valid_to, "from": [c.place.x, c.place.y] if c.place else None,
        }
        for c in found.changes.all()[:200]
    ]  # fmt: skip
    return {**_shown(found), "history": history}


class Change(Schema):
    what: Literal["moved", "retired", "restored", "remark"]
    text: Annotated[str, Field(max_length=300)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@router.post(
    "boxes/{id}/changes", response={201: dict[str, Any], 422: Problem}, summary="Move, retire, remark"
)
def change(request: HttpRequest, id: int, body: Change) -> Any:
    viewer = planner(request)
    found = _box(id)
    if body.what == "moved" and (body.lon is None or body.lat is None):
        return Status(422, {"detail": "移設須有新位置。 To move a box, say where to.", "code": "place"})
    if body.what == "remark" and not body.text:
        return Status(422, {"detail": "提示不可空白。 A remark needs words.", "code": "text"})
    with transaction.atomic():
        BoxChange.objects.create(
            box=found, what=body.what, by=viewer.actor[:200], text=body.text, valid_from=body.valid_from,
            valid_to=body.valid_to, place=found.geom if body.what == "moved" else None,
        )  # fmt: skip
        if body.what == "moved":
            found.geom = Point(body.lon, body.lat, srid=4326)
        elif body.what == "retired":
            found.valid_to = body.valid_to or timezone.localdate() - timedelta(days=1)
            found.tags.filter(retired_at=None).update(retired_at=timezone.now())
        elif body.what == "restored":
            found.valid_to = body.valid_to
        found.version += 1
        found.save()
    return Status(201, _shown(found))


class NewTag(Schema):
    how: Literal["sun", "plain", "qr"]
    uid: Annotated[str, Field(pattern="^([0-9A-Fa-f]{14})?$")] = ""


@router.post(
    "boxes/{id}/tags", response={201: dict[str, Any], 409: Problem, 422: Problem}, summary="Issue a tag"
)
def issue(request: HttpRequest, id: int, body: NewTag) -> Any:
    """Answers with what is written into the tag. Keys are shown this once, for the programmer of tags."""
    planner(request)
    found = _box(id)
    if body.how == "sun" and not body.uid:
        return Status(
            422, {"detail": "NTAG 424 DNA 須有 UID。 An NTAG 424 DNA needs its UID.", "code": "uid"}
        )
    key = keys.current()
    try:
        with transaction.atomic():
            tag = Tag.objects.create(box=found, how=body.how, uid=body.uid.upper(), key=key)
    except IntegrityError:
        return Status(
            409, {"detail": "這個 UID 已發行。 A tag with this UID was issued before.", "code": "uid"}
        )
    return Status(201, {"id": tag.pk, "key": key.version, **contents(tag)})


def contents(tag: Tag) -> dict[str, Any]:
    """What goes into the tag. For SUN: the address with room for what the chip writes, and where."""
    base = settings.BASE_URL
    if tag.how != Tag.How.SUN:
        kind = "q" if tag.how == Tag.How.QR else "n"
        until = timezone.now() + timedelta(days=730)
        return {"address": f"{base}/{kind}/{proving.addressed(tag.box, kind, until, tag.key)}"}
    address = f"{base}/n?e={'0' * 32}&c={'0' * 16}"
    body = address.split("://", 1)[1]
    # seven bytes come before the address in the file: length (2), record header (4), kind of address (1)
    return {
        "address": address,
        "offsets": {"picc": 7 + body.index("e=") + 2, "mac_input": 7 + body.index("c=") + 2, "mac": 7 + body.index("c=") + 2},
        "keys": {
            "meta": keys.meta(tag.key).hex().upper(),
            "file": keys.file_key(tag).hex().upper(),
            "authenticate": keys.auth_key(tag).hex().upper(),
        },
    }  # fmt: skip


@router.post("tags/{id}/retire", response={200: dict[str, Any]}, summary="A tag is no longer believed")
def retire(request: HttpRequest, id: int) -> Any:
    planner(request)
    if not Tag.objects.filter(pk=id).exists():
        raise Http404
    Tag.objects.filter(pk=id, retired_at=None).update(retired_at=timezone.now())
    return Status(200, {"id": id, "retired": True})


@router.get("boxes/{id}/code", response=dict[str, Any], summary="Six digits and the rotating code of a box")
def code(request: HttpRequest, id: int) -> dict[str, Any]:
    planner(request)
    found = _box(id)
    return {"printed": proving.code_of(found), "rotating": proving.rotating_of(found), "seconds": 30}


class Sheet(Schema):
    boxes: Annotated[list[int], Field(min_length=1, max_length=400)]
    until: AwareDatetime
    code: bool = True


@router.post(
    "sheets",
    response={200: None, 422: Problem},
    summary="Signed QR codes to print, as PDF",
    openapi_extra=file_of("application/pdf"),
)
def sheet(request: HttpRequest, body: Sheet) -> Any:
    planner(request)
    from layers.patrol.sheets import pdf

    found = list(PatrolBox.objects.filter(pk__in=body.boxes).order_by("key"))
    if len(found) != len(set(body.boxes)):
        return Status(
            422, {"detail": "有些巡邏箱不存在。 Some of these boxes do not exist.", "code": "boxes"}
        )
    if not timezone.now() < body.until < timezone.now() + timedelta(days=3660):
        return Status(
            422, {"detail": "期限須在十年內。 The codes must run out within ten years.", "code": "until"}
        )
    made = HttpResponse(pdf(found, body.until, body.code), content_type="application/pdf")
    made["Content-Disposition"] = 'attachment; filename="patrol-boxes.pdf"'
    made["Cache-Control"] = "no-store"
    return made


class RulesIn(Schema):
    station: int | None = None
    valid_from: AwareDatetime
    figures: dict[str, float | bool]


@router.get("rules", response=list[dict[str, Any]], summary="Rules of judgement, newest first")
def rules(
    request: HttpRequest, station: int | None = None, at: datetime | None = None
) -> list[dict[str, Any]]:
    police(request)
    rows = Ruleset.objects.all()
    if station is not None:
        rows = rows.filter(Q(station_id=station) | Q(station=None))
    if at is not None:
        rows = rows.filter(valid_from__lte=at)
    default = {"id": 0, "station": None, "valid_from": None, "figures": _figures(Rules()), "by": ""}
    made = [
        {"id": r.pk, "station": r.station_id, "valid_from": r.valid_from, "by": r.by,
         "figures": _figures(Rules.of(r.pk, r.figures))}
        for r in rows[:200]
    ]  # fmt: skip
    return [*made, default]


def _figures(rules: Rules) -> dict[str, Any]:
    from dataclasses import asdict

    return {k: v for k, v in asdict(rules).items() if k != "version"}


@router.post("rules", response={201: dict[str, Any], 422: Problem}, summary="New rules from a moment on")
def make_rules(request: HttpRequest, body: RulesIn) -> Any:
    """Earlier verdicts keep the rules they were made under."""
    viewer = planner(request)
    figures: dict[str, Any] = dict(body.figures)
    try:
        Rules.of(0, figures)
    except ValueError as wrong:
        return Status(422, {"detail": str(wrong), "code": "figures"})
    if body.station is not None and not Station.objects.filter(pk=body.station).exists():
        return Status(422, {"detail": "沒有這個派出所。 There is no such station.", "code": "station"})
    made = Ruleset.objects.create(
        station_id=body.station, valid_from=body.valid_from, figures=figures, by=viewer.actor[:200]
    )
    return Status(201, {"id": made.pk, "figures": figures})


@router.post("keys", response={201: dict[str, Any]}, summary="A new generation of keys")
def renew(request: HttpRequest) -> Any:
    """New tags and codes use it; what older keys signed holds until these are retired in the admin."""
    planner(request)
    return Status(201, {"version": keys.renew().version})
