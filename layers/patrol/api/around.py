"""For the phone: what happened lately near a box, at the officer's clearance; that it was read; a box out of order."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from layers.access import Viewer, may
from layers.patrol.api.who import PLANNERS, Problem, file_of, officer, planner
from layers.patrol.models import BoxFault, Notice, PatrolBox, Proof, Receipt
from layers.patrol.notes import SOURCES
from layers.patrol.signing import announce, officer_of
from layers.registry.register import register

router = Router(tags=["patrol"])
NEAR = 300
DAYS = 30
LARGEST = 2_000_000
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def near(viewer: Viewer, box: PatrolBox, metres: int = NEAR, days: int = DAYS) -> list[dict[str, Any]]:
    """Kinds of events that this viewer may see: how many in the last days that there are, and the latest three."""
    found = []
    for layer_id, name, time, what in SOURCES:
        layer = register.get(layer_id)
        if layer is None or not may(viewer, "see", layer):
            continue
        kind = next((f for f in layer.seen_by(viewer.clearance) if f.name == what), None)
        with connection.cursor() as cursor:
            cursor.execute(
                _near(name, time, f"e.{what}" if kind else "''"),
                {"box": box.pk, "metres": metres, "days": days},
            )
            rows = cursor.fetchall()
        if not rows:
            continue
        words = kind.codes if kind and kind.codes else None
        latest = []
        for at, value, away, _ in rows[:3]:
            code = next((c for c in words.entries if c.value == str(value)), None) if words else None
            latest.append({
                "at": at, "metres": round(away), "zh": code.zh if code else "", "en": code.en if code else "",
            })  # fmt: skip
        found.append({
            "layer": layer_id, "zh": layer.title.zh, "en": layer.title.en, "n": rows[0][3], "latest": latest,
        })  # fmt: skip
    return found


def _near(name: str, time: str, what: str) -> str:
    """Names are those of SOURCES, never of a request."""
    return f"""
        SELECT e.{time}, {what}::text, ST_DistanceSphere(e.geom, b.geom), count(*) OVER ()
        FROM {name} e, patrol_patrolbox b
        WHERE b.id = %(box)s AND e.{time} > (SELECT max({time}) FROM {name}) - make_interval(days => %(days)s)
        AND e.merc && ST_Expand(b.merc, %(metres)s * 1.12) AND ST_DistanceSphere(e.geom, b.geom) <= %(metres)s
        ORDER BY e.{time} DESC LIMIT 200
    """


@router.get("boxes/{id}/near", response=list[dict[str, Any]], summary="What happened lately near a box")
def near_box(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    viewer = officer(request)
    return near(viewer, _box(id))


def _box(id: int) -> PatrolBox:
    found = PatrolBox.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    return found


class Read(Schema):
    useful: bool | None = None
    text: Annotated[str, Field(max_length=300)] = ""


@router.post("signins/{id}/read", response=dict[str, Any], summary="The notes of a sign-in were read")
def read(request: HttpRequest, id: int, body: Read) -> dict[str, Any]:
    """The first time counts as read; feedback may follow."""
    viewer = officer(request)
    proof = Proof.objects.filter(signin_id=id, evidence__officer=officer_of(viewer)).first()
    if proof is None:
        raise Http404
    said: dict[str, Any] = (
        {} if body.useful is None and not body.text else {"useful": body.useful, "text": body.text}
    )
    made, _ = Receipt.objects.update_or_create(
        signin_id=id, defaults=said, create_defaults={"officer": officer_of(viewer), **said}
    )
    Notice.objects.filter(signin_id=id, officer=officer_of(viewer)[:200], read_at=None).update(
        read_at=timezone.now()
    )
    return {"id": id, "at": made.at, "useful": made.useful}


class Fault(Schema):
    """`photo` is a JPEG or PNG in base64."""

    event: UUID
    kind: Literal["tag", "damaged", "gone", "moved", "other"]
    text: Annotated[str, Field(max_length=300)] = ""
    photo: Annotated[str, Field(max_length=LARGEST * 4 // 3 + 8)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None


@router.post(
    "boxes/{id}/faults",
    response={200: dict[str, Any], 201: dict[str, Any], 422: Problem},
    summary="A box is out of order",
)
def report(request: HttpRequest, id: int, body: Fault) -> Any:
    """201 when it is written now, 200 when it was before."""
    viewer = officer(request)
    box = _box(id)
    try:
        photo = base64.b64decode(body.photo, validate=True) if body.photo else None
    except (binascii.Error, ValueError):
        photo = b""
    if photo is not None and not photo.startswith((JPEG, PNG)):
        return Status(
            422, {"detail": "照片須為 JPEG 或 PNG。 The photo must be JPEG or PNG.", "code": "photo"}
        )
    place = [body.lon, body.lat] if body.lon is not None and body.lat is not None else None
    made, fresh = BoxFault.objects.get_or_create(
        event=body.event,
        defaults={
            "box": box, "by": officer_of(viewer)[:200], "kind": body.kind, "text": body.text, "photo": photo, "place": place,
        },
    )  # fmt: skip
    if fresh:
        announce("fault", id=made.pk, box=box.pk)
    return Status(201 if fresh else 200, _shown(made))


def _shown(one: BoxFault) -> dict[str, Any]:
    return {
        "id": one.pk, "event": str(one.event), "box": {"id": one.box_id, "key": one.box.key, "name": one.box.name},
        "kind": one.kind, "word": BoxFault.Kind(one.kind).label, "text": one.text, "at": one.at, "by": one.by,
        "photo": one.photo is not None, "closed_at": one.closed_at,
    }  # fmt: skip


@router.get("faults", response=list[dict[str, Any]], summary="Boxes out of order")
def faults(
    request: HttpRequest, open: bool = True, days: Annotated[int, Field(ge=1, le=400)] = 90
) -> list[dict[str, Any]]:
    planner(request)
    rows = BoxFault.objects.select_related("box").filter(at__gt=timezone.now() - timedelta(days=days))
    if open:
        rows = rows.filter(closed_at=None)
    return [_shown(one) for one in rows[:300]]


@router.get(
    "faults/{id}/photo", response={200: None}, summary="Its photo", openapi_extra=file_of("image/jpeg")
)
def photo(request: HttpRequest, id: int) -> HttpResponse:
    viewer = officer(request)
    found = BoxFault.objects.filter(pk=id).exclude(photo=None).first()
    if found is None or not (viewer.roles & PLANNERS or found.by == officer_of(viewer)[:200]):
        raise Http404
    body = bytes(found.photo or b"")
    made = HttpResponse(body, content_type="image/png" if body.startswith(PNG) else "image/jpeg")
    made["Cache-Control"] = "private, max-age=600"
    return made


@router.post("faults/{id}/close", response=dict[str, Any], summary="A box is in order again")
def close(request: HttpRequest, id: int) -> dict[str, Any]:
    planner(request)
    found = BoxFault.objects.select_related("box").filter(pk=id).first()
    if found is None:
        raise Http404
    if found.closed_at is None:
        found.closed_at = timezone.now()
        found.save(update_fields=["closed_at"])
    return _shown(found)
