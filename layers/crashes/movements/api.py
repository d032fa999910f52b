"""`/api/crashes/{id}/movement`: what met what and why; a reviewer's word over it. To others than police there is none."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from diagramming.movement.crosswalk import codes
from diagramming.movement.key import FAMILIES, TURNS, parse
from layers.access import EDITORS, Clearance, Refused, Viewer
from layers.access.asking import cleared
from layers.crashes.models import Crash, CrashMovement
from layers.crashes.movements import infer

router = Router(tags=["crashes"])
DECIDE = frozenset({"investigator", "reviewer"}) | EDITORS
Leg = Annotated[int, Field(ge=0, le=20)]
Why = Annotated[str, Field(min_length=3, max_length=500)]


class Told(Schema):
    party: Annotated[str, Field(pattern=r"^[A-Z]$")]
    approach: Leg | None = None
    exit: Leg | None = None


class Decision(Schema):
    parties: Annotated[list[Told], Field(max_length=2)] = []
    key: Annotated[str, Field(max_length=40)] = ""
    why: Why


def _crash(request: HttpRequest, id: int, decide: bool = False) -> tuple[Crash, Viewer]:
    viewer = cleared(request, Clearance.POLICE)
    found = Crash.objects.filter(pk=id).first()
    if found is None:
        raise Http404
    if decide and not viewer.roles & DECIDE:
        raise Refused(f"{viewer.actor} may not decide on movements")
    return found, viewer


@router.get(
    "/{id}/movement", response=dict[str, Any], summary="Movement of a crash with its reasons (police)"
)
def movement(request: HttpRequest, id: int) -> dict[str, Any]:
    """From its scene, or from the form alone, which tells no leg; anew when the scene has changed."""
    crash, _ = _crash(request, id)
    row = CrashMovement.objects.filter(crash=crash).first()
    scene = getattr(crash, "scene", None)
    if scene is not None and (row is None or row.scene_version != scene.version):
        row = infer.renew(crash)
    if row is not None:
        return shown(row)
    said = infer.of_form(crash, list(crash.parties.all()))
    return {
        "key": str(said.key), "words": said.key.words(), "confidence": said.confidence, "grade": "review", "parties": [],
        "legs": [{"bearing": round(leg.bearing, 1), "name": leg.name} for leg in infer.legs_of(crash)],
        "explain": {"form": {"key": str(said.key), "why": said.why}}, "codes": codes(said.key), "decisions": [],
    }  # fmt: skip


@router.put("/{id}/movement", response=dict[str, Any], summary="Decide on the movement of a crash (police)")
def decide(request: HttpRequest, id: int, said: Decision) -> dict[str, Any]:
    """Who and why are kept with it, and what had been inferred."""
    crash, viewer = _crash(request, id, decide=True)
    if not said.parties and not said.key:
        raise HttpError(422, "請給行向或型態。 Give the legs of a party, or the key.")
    if said.key:
        try:
            parse(said.key)
        except ValueError as wrong:
            families, turns = ", ".join(FAMILIES), ", ".join(TURNS)
            raise HttpError(422, f"{wrong} Families: {families}. Turns: {turns}.") from wrong
    legs = len(infer.legs_of(crash))
    for p in said.parties:
        if any(leg is not None and leg >= legs for leg in (p.approach, p.exit)):
            raise HttpError(422, f"這裡只有 {legs} 岔。 There are {legs} legs here, numbered from 0.")
    return shown(infer.decide(crash, viewer.actor, said.why, [p.dict() for p in said.parties], said.key))


@router.delete("/{id}/movement", response=dict[str, Any], summary="Withdraw a decision (police)")
def withdraw(request: HttpRequest, id: int, why: Why) -> dict[str, Any]:
    crash, viewer = _crash(request, id, decide=True)
    row = infer.withdraw(crash, viewer.actor, why)
    if row is None:
        raise Http404
    return shown(row)


def shown(row: CrashMovement) -> dict[str, Any]:
    key = parse(row.key)
    return {
        "key": row.key, "words": key.words(), "confidence": row.confidence, "grade": row.grade, "parties": row.parties,
        "legs": row.legs, "explain": row.explain, "codes": codes(key), "decisions": row.decisions,
    }  # fmt: skip
