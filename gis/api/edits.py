"""Editing from the map: rows with their versions, several changes as one, and what a feature was before.

Changes go through the same functions as those of `/ogc`; here they come together, all or nothing, and a sender
who does not know whether they arrived may send them again under the same key.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Router, Schema

from gis.accounts.middleware import say_actor
from gis.api.layers import fetch, layer_for
from gis.api.problem import ApiProblem, Problem
from gis.audit.note import note_read
from gis.ogc import edit
from gis.ogc.problem import OgcProblem
from layers.access import Clearance, Refused, Viewer, may, require
from layers.access.asking import viewer_of
from layers.registry.geojson import feature
from layers.registry.history import past
from layers.registry.layer import Layer
from layers.registry.models import Receipt
from layers.registry.sql import Sql, relation

router = Router(tags=["editing"])
MOST = 1000
REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 412: Problem, 422: Problem}


class Change(Schema):
    """A feature to be made (without `id`), changed, deleted or restored. `version` is the one that was seen."""

    id: int | None = None
    version: int | None = None
    properties: dict[str, Any] | None = None
    geometry: dict[str, Any] | None = None
    delete: bool = False
    restore: bool = False


class Changes(Schema):
    key: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    changes: list[Change] = Field(min_length=1, max_length=MOST)


class Done(Schema):
    id: int
    version: int | None


class Answer(Schema):
    features: list[Done]


class State(Schema):
    """`entry` names the change that brought this state about; null for the state that was there first."""

    entry: int | None
    op: str
    at: datetime | None
    actor: str
    version: int | None
    feature: dict[str, Any] | None


class Past(Schema):
    states: list[State]


class Versioned(Schema):
    version: int
    feature: dict[str, Any]


class Rows(Schema):
    rows: list[Versioned]


@router.get(
    "layers/{id}/editable",
    response={200: Rows, **REFUSALS},
    summary="Features with the versions that a change of them must name",
)
def editable(request: HttpRequest, id: str, ids: str) -> dict[str, Any]:
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    _may_edit(viewer, layer)
    try:
        wanted = sorted({int(part) for part in ids.split(",")})
    except ValueError as wrong:
        raise ApiProblem("ids is a list of numbers: 12,13,14.") from wrong
    if len(wanted) > MOST or wanted[0] < 0 or wanted[-1] >= 2**63:
        raise ApiProblem(f"At most {MOST:,} features at once, by their numbers.")
    note_read(viewer, layer, f"editable {ids[:150]}")
    told = feature(layer, layer.seen_by(viewer.clearance), "q.geom", 9)
    seen = "".join(f" AND ({w})" for w in layer.wheres(viewer.clearance))
    rows = fetch(
        Sql(f"SELECT {told}, q.version FROM {relation(layer)} WHERE q.id = ANY(%s){seen}", (wanted,))
    )
    return {"rows": [{"version": version, "feature": json.loads(text)} for text, version in rows]}


@router.post(
    "layers/{id}/bulk",
    response={200: Answer, **REFUSALS},
    summary="Several changes of one layer, all or nothing; the same key twice is done once",
)
def bulk(request: HttpRequest, id: str, body: Changes) -> Any:
    viewer = viewer_of(request)
    if not viewer.known:
        raise ApiProblem("請先登入，再儲存變更。 Sign in to save changes.", "signed-out", 401)
    layer = layer_for(id, viewer)
    _may_edit(viewer, layer)
    try:
        return _take(layer, viewer, body)
    except _Conflicts as found:
        said = "別人已經改過，請選擇要保留的內容。 Somebody changed this since you read it."
        return _said(412, {"detail": said, "code": "conflict", "conflicts": found.conflicts})
    except _Wrong as wrong:
        return _said(wrong.status, {"detail": wrong.detail, "code": "invalid"} | wrong.more)
    except IntegrityError as wrong:
        raise ApiProblem(
            "這項變更與其他資料牴觸。 The change contradicts other rows.", "contradiction"
        ) from wrong


@router.get(
    "layers/{id}/features/{fid}/history",
    response={200: Past, **REFUSALS},
    summary="What a feature was before, the newest first, as far as you may see it",
)
def history(request: HttpRequest, id: str, fid: int, response: HttpResponse) -> dict[str, Any]:
    """For those who may edit the layer and for the council: what was corrected is not for the public."""
    viewer = viewer_of(request)
    layer = layer_for(id, viewer)
    if not layer.model or not (may(viewer, "edit", layer) or viewer.clearance >= Clearance.COUNCIL):
        raise Refused(f"{viewer.actor} may not read the history of {layer.id}")
    note_read(viewer, layer, f"history {fid}")
    states = past(layer, viewer.clearance, fid) if 0 <= fid < 2**63 else []
    if not states:
        raise ApiProblem("沒有這個圖徵。 There is no such feature.", "not-found", 404)
    response["Cache-Control"] = "private, no-store"
    return {
        "states": [
            {
                "entry": s.id,
                "op": s.op,
                "at": s.at,
                "actor": s.actor,
                "version": s.version,
                "feature": s.feature,
            }
            for s in states
        ]
    }


class _Conflicts(Exception):
    def __init__(self, conflicts: list[dict[str, Any]]) -> None:
        self.conflicts = conflicts


class _Wrong(Exception):
    def __init__(self, status: int, detail: str, **more: Any) -> None:
        self.status, self.detail, self.more = status, detail, more


def _may_edit(viewer: Viewer, layer: Layer) -> None:
    if not layer.model:
        raise ApiProblem("這個圖層不能編輯。 This layer cannot be edited.", "not-editable", 400)
    require(viewer, "edit", layer)


def _take(layer: Layer, viewer: Viewer, body: Changes) -> dict[str, Any]:
    with transaction.atomic():
        say_actor(viewer.actor)
        with (
            connection.cursor() as cursor
        ):  # the same sent twice at once: the second waits, then finds the answer
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{viewer.actor}/{body.key}"]
            )
        if given := Receipt.objects.filter(key=body.key).first():
            if given.actor != viewer.actor:
                raise ApiProblem("這個識別碼已經用過。 This key has been used.", "key-used", 400)
            return dict(given.answer)
        done: list[dict[str, Any]] = []
        conflicts: list[dict[str, Any]] = []
        # always in the same order, so that two who change the same rows wait for each other and never both
        order = sorted(range(len(body.changes)), key=lambda n: (body.changes[n].id or 0, n))
        answers: dict[int, dict[str, Any]] = {}
        for n in order:
            try:
                answers[n] = _one(layer, viewer, body.changes[n], f"{body.key}/{n}")
            except OgcProblem as problem:
                if problem.status != 412 and not (problem.status == 404 and body.changes[n].id):
                    more = {k: v for k, v in problem.body.items() if k == "fields"}
                    raise _Wrong(problem.status, str(problem), index=n, **more) from problem
                told = {k: problem.body.get(k) for k in ("current", "version")}
                conflicts.append({"index": n, "id": body.changes[n].id, **told})
        if conflicts:
            raise _Conflicts(conflicts)
        done = [answers[n] for n in range(len(body.changes))]
        answer = {"features": done}
        Receipt.objects.create(key=body.key, actor=viewer.actor, answer=answer)
    return answer


def _one(layer: Layer, viewer: Viewer, change: Change, sent: str) -> dict[str, Any]:
    """Makes, changes, deletes or restores one feature."""
    said: dict[str, Any] = {"type": "Feature", "properties": change.properties or {}}
    if change.geometry is not None:
        said["geometry"] = change.geometry
    if change.id is None:
        row = edit.made(layer, viewer, said, sent)
        return {"id": row.pk, "version": row.version}
    if change.restore:
        row = edit.restored(layer, viewer, change.id, said)
        return {"id": row.pk, "version": row.version}
    match = f'"{change.version}"' if change.version is not None else None
    if change.delete:
        edit.locked(layer, viewer, change.id, match, None).delete()
        return {"id": change.id, "version": None}
    return {
        "id": change.id,
        "version": edit.changed(layer, viewer, change.id, said, match, whole=False),
    }


def _said(status: int, body: dict[str, Any]) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False, "default": str})
