"""Signing in at a box: one by one or what an outbox kept, challenges, and what a supervisor decides afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from data.codes import table
from layers.patrol import keys, notes, proving, signing
from layers.patrol.api.who import Problem, officer, planner, police
from layers.patrol.craft.tags import Forged
from layers.patrol.models import Challenge, Notice, Proof, Refusal

router = Router(tags=["patrol"])
Hex = Annotated[str, Field(max_length=512)]
MOST_AT_ONCE = 50


class Ask(Schema):
    """`event` is a number that the phone makes up once for each touch; sent again, it gets the same answer."""

    event: UUID
    how: Literal["sun", "plain", "qr", "rotating", "code", "challenge"]
    box: Annotated[str, Field(max_length=64)] = ""
    e: Hex = ""
    c: Hex = ""
    enc: Hex = ""
    code: Annotated[str, Field(max_length=400)] = ""
    challenge: UUID | None = None
    answer: Hex = ""
    device: UUID | None = None
    platform: Annotated[str, Field(max_length=120)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=1e6)] | None = None
    at: AwareDatetime | None = None
    waited_s: Annotated[float, Field(ge=0, le=7 * 86400)] | None = None
    online: bool = True
    guard_s: Annotated[float, Field(ge=0, le=86400)] | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class Batch(Schema):
    signins: Annotated[list[Ask], Field(max_length=MOST_AT_ONCE)]


class Word(Schema):
    value: str
    zh: str
    en: str


class Answer(Schema):
    """`findings` says by which rules; `remarks` is what the officer should know at this box, `notes` what the planner's
    rules say about what lies near."""

    id: int
    event: UUID
    judgement: Word
    level: int
    findings: list[dict[str, Any]]
    box: dict[str, Any]
    remarks: list[str]
    notes: list[dict[str, Any]]
    at: datetime
    received: datetime
    repeated: bool


@router.post(
    "signins",
    response={200: Answer, 201: Answer, 409: Problem, 422: Problem, 429: Problem, 503: Problem},
    summary="Sign in at a box",
)
def sign(request: HttpRequest, body: Ask) -> Any:
    """201 when it is written now, 200 when it was before, 422 when the tag or code proves nothing (on record)."""
    viewer = officer(request)
    try:
        done = signing.sign(viewer, _sent(body))
    except Forged as wrong:
        return Status(422, {"detail": str(wrong), "code": wrong.reason})
    except signing.NotYours:
        return Status(
            409,
            {
                "detail": "此事件編號屬於另一名員警。 This event belongs to another officer.",
                "code": "not-yours",
            },
        )
    except signing.Locked:
        return Status(
            429,
            {
                "detail": "代碼錯誤太多次，請一小時後再試或改用感應。 Too many wrong codes; use the tag or try in an hour.",
                "code": "locked",
            },
        )
    except keys.Unreadable:  # the officer can do nothing about it, and the phone keeps what it could not send
        return Status(
            503,
            {
                "detail": "伺服器讀不到巡簽金鑰，請通知系統管理人員；簽到已留在手機，修復後自動補送。 "
                "The server cannot read its patrol keys; tell your administrator. The phone sends this again.",
                "code": "keys-unreadable",
            },
        )
    me = signing.officer_of(viewer)
    if done.repeated:
        told = notes.of_signin(viewer, me, done.signin)
    else:
        stop = done.proof.stop
        partners = stop.unit.officers if stop else []
        told = notes.write(viewer, me, done.signin, partners, done.proof.online)
    return Status(200 if done.repeated else 201, _answer(done, told))


@router.post("signins/batch", response=list[dict[str, Any]], summary="Sign-ins that an outbox kept")
def sign_many(request: HttpRequest, body: Batch) -> list[dict[str, Any]]:
    """Each has its own answer and status, in the order sent; one that fails holds up no other."""
    answers = []
    for ask in body.signins:
        said = sign(request, ask)
        done = said.status_code < 300
        shown = Answer(**said.value).model_dump(mode="json") if done else said.value
        answers.append({"event": str(ask.event), "status": said.status_code, **shown})
    return answers


def _sent(body: Ask) -> signing.Sent:
    claim = proving.Claim(
        body.how, body.box, body.e, body.c, body.enc, body.code.strip(), body.challenge, body.answer
    )
    return signing.Sent(
        body.event, claim, body.device, body.platform, body.lon, body.lat, body.accuracy_m, body.at, body.waited_s,
        body.online, body.guard_s, body.note,
    )  # fmt: skip


def _answer(done: signing.Signed, told: list[Notice]) -> dict[str, Any]:
    signin, proof, box = done.signin, done.proof, done.signin.box
    code = table("patrol.judgement").get(signin.judgement)
    assert code is not None
    return {
        "id": signin.pk,
        "event": proof.event,
        "judgement": {"value": code.value, "zh": code.zh, "en": code.en},
        "level": proof.level,
        "findings": proof.findings,
        "box": {"id": box.pk, "key": box.key, "name": box.name},
        "remarks": notes.remarks_of(box, timezone.localdate()),
        "notes": [{"id": n.pk, "zh": n.zh, "en": n.en or n.zh, "urgent": n.urgent} for n in told],
        "at": signin.at,
        "received": proof.received,
        "repeated": done.repeated,
    }


class Touched(Schema):
    uid: Annotated[str, Field(min_length=14, max_length=14)]


class Said(Schema):
    answer: Hex


class Commands(Schema):
    id: UUID
    commands: list[str]


@router.post("challenges", response={201: Commands, 422: Problem}, summary="Begin to question a tag (L2)")
def begin_challenge(request: HttpRequest, body: Touched) -> Any:
    """The phone sends the commands to the tag one by one and brings the last answer to `/challenges/{id}`."""
    viewer = officer(request)
    try:
        made, commands = proving.ask(body.uid, signing.officer_of(viewer))
    except Forged as wrong:
        return Status(422, {"detail": str(wrong), "code": wrong.reason})
    return Status(201, {"id": made.pk, "commands": commands})


@router.post("challenges/{id}", response={200: Commands, 422: Problem}, summary="The question itself (L2)")
def pose_challenge(request: HttpRequest, id: UUID, body: Said) -> Any:
    """The tag's answer to the one command goes into a sign-in with `how: challenge`, within a second and a half."""
    viewer = officer(request)
    made = (
        Challenge.objects.select_related("tag__key").filter(pk=id, officer=signing.officer_of(viewer)).first()
    )
    if made is None:
        raise Http404
    try:
        return Status(200, {"id": made.pk, "commands": [proving.pose(made, body.answer, timezone.now())]})
    except Forged as wrong:
        return Status(422, {"detail": str(wrong), "code": wrong.reason})


class Decision(Schema):
    judgement: Annotated[str, Field(max_length=16)]
    reason: Annotated[str, Field(min_length=2, max_length=400)]


@router.post("signins/{id}/decision", response={200: Answer, 422: Problem}, summary="A supervisor decides")
def decide(request: HttpRequest, id: int, body: Decision) -> Any:
    """The verdict of the rules stays in the findings; the decision is added with who made it and why."""
    viewer = planner(request)
    proof = Proof.objects.select_related("signin__box").filter(signin_id=id).first()
    if proof is None:
        raise Http404
    if table("patrol.judgement").get(body.judgement) is None:
        return Status(
            422,
            {
                "detail": f"沒有「{body.judgement}」這種判定。 There is no such judgement.",
                "code": "judgement",
            },
        )
    proof.decided, proof.decided_by = body.judgement, viewer.actor[:200]
    proof.findings = [
        *proof.findings,
        {
            "verdict": body.judgement,
            "rule": "decision",
            "zh": body.reason,
            "en": body.reason,
            "by": viewer.actor,
        },
    ]
    proof.save(update_fields=["decided", "decided_by", "findings"])
    proof.signin.judgement = body.judgement
    proof.signin.save(update_fields=["judgement", "changed_at"])
    signing.announce("decision", id=id, box=proof.signin.box_id, judgement=body.judgement)
    told = notes.of_signin(viewer, str(proof.evidence.get("officer", "")), proof.signin)
    return Status(200, _answer(signing.Signed(proof.signin, proof, True), told))


@router.get("signins", response=list[dict[str, Any]], summary="Sign-ins with their reasons")
def listed(
    request: HttpRequest,
    station: int | None = None,
    box: int | None = None,
    abnormal: bool = False,
    mine: bool = False,
    hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24,
) -> list[dict[str, Any]]:
    """The newest 500. Officers see their own; planners see all, with who signed."""
    viewer = police(request)
    plans = bool(viewer.roles & {"patrol_planner", "administrator"})
    rows = Proof.objects.select_related("signin__box").filter(
        received__gt=timezone.now() - timedelta(hours=hours)
    )
    if mine or not plans:
        rows = rows.filter(evidence__officer=signing.officer_of(viewer))
    if station is not None:
        rows = rows.filter(signin__station_id=station)
    if box is not None:
        rows = rows.filter(signin__box_id=box)
    if abnormal:
        rows = rows.exclude(signin__judgement="normal")
    return [
        {
            "id": p.signin_id, "event": str(p.event), "at": p.signin.at, "received": p.received, "how": p.how,
            "level": p.level, "judgement": p.signin.judgement, "findings": p.findings, "distance_m": p.distance_m,
            "box": {"id": p.signin.box_id, "key": p.signin.box.key, "name": p.signin.box.name},
            "officer": p.evidence.get("officer"), "decided_by": p.decided_by,
            "lon": p.signin.geom.x, "lat": p.signin.geom.y,
        }
        for p in rows.order_by("-received")[:500]
    ]  # fmt: skip


@router.get("refusals", response=list[dict[str, Any]], summary="What claimed to be a sign-in and was none")
def refused(
    request: HttpRequest, hours: Annotated[float, Field(gt=0, le=24 * 31)] = 24
) -> list[dict[str, Any]]:
    planner(request)
    rows = Refusal.objects.filter(at__gt=timezone.now() - timedelta(hours=hours))[:500]
    return [
        {"id": r.pk, "at": r.at, "officer": r.actor, "box": r.box, "how": r.how, "reason": r.reason,
         "sentence": r.sentence, "claim": r.claim}
        for r in rows
    ]  # fmt: skip
