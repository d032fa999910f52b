"""Edits of streets, and what is done with them: accepted, undone, confirmed, fitted to a survey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from layers.access import Refused
from layers.streets.api.answers import (
    PUBLIC_WORKS,
    Answer,
    changeset,
    difference,
    router,
    rule,
    told,
    viewer_for,
)
from layers.streets.craft.edit.paper import line_of
from layers.streets.craft.fit import fit
from layers.streets.desk import Done, accept, carry_out, confirm, open_desk, undo
from layers.streets.models import Changeset
from layers.streets.said import (
    REFUSED,
    WRITES,
    ChangesetOut,
    ConfirmIn,
    EditIn,
    FitIn,
)
from layers.streets.write import Survey, Unseen, Unwritable


@router.patch(
    "/objects/{path:name}", response=WRITES, summary="Edit one object; If-Match says which version you saw"
)
@told
def patch_object(request: HttpRequest, response: HttpResponse, name: str, body: EditIn) -> Answer:
    """The header If-Match, with the ETag of the object, stands for its entry in `if_match`."""
    seen = _seen(body.if_match)
    if header := request.headers.get("If-Match"):
        seen |= _seen({name: header})
    if strange := sorted({o.object for o in body.operations} - {name}):
        raise Unwritable(
            f"Here only {name} is edited, not {strange[0]}; use /api/streets/changesets for both."
        )
    done = _edited(request, body, seen)
    etag = next((row["etag"] for row in done["objects"] if row["object"] == name), None)
    if etag:
        response["ETag"] = f'"{etag}"'
    return done


@router.post(
    "/changesets", response=WRITES, summary="Edit several objects at once: all of it holds, or nothing"
)
@told
def post_changeset(request: HttpRequest, body: EditIn) -> Answer:
    return _edited(request, body, _seen(body.if_match))


def _seen(given: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for name, etag in given.items():
        text = etag.strip().removeprefix("W/").strip('"')
        if text == "*" or not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Unseen([name])
        found[name] = int(text)
    return found


def _edited(request: HttpRequest, body: EditIn, seen: Mapping[str, int]) -> dict[str, Any]:
    viewer = viewer_for(request, "edit")
    survey = Survey(
        who=viewer.actor, method=body.method, unit=body.unit, accuracy=body.accuracy, crash_case=body.crash_case,
        note=body.note, valid_from=body.valid_from, accepted=bool(viewer.roles & PUBLIC_WORKS),
    )  # fmt: skip
    return _said(carry_out(survey, body.operations, seen), accepted=survey.accepted)


def _said(done: Done, *, accepted: bool) -> dict[str, Any]:
    written_ = done.written
    rows: list[dict[str, str | None]] = [
        {"object": name, "etag": str(etag)} for name, etag in sorted(written_.etags.items())
    ]
    rows += [{"object": name, "etag": None} for name in written_.gone]
    return {
        "changeset": written_.changeset,
        "at": written_.at,
        "state": "accepted" if accepted else "reported",
        "objects": rows,
        "merged": list(written_.merged),
        "changes": {name: [difference(c) for c in rows_] for name, rows_ in done.changes.items() if rows_},
        "warnings": [rule(f) for f in done.warnings if not f.error],
        "notes": done.notes,
        "pictured": done.redrawn is not None,
    }


@router.post(
    "/changesets/{id}/accept",
    response={200: ChangesetOut, **REFUSED},
    summary="Accept what was reported (public works)",
)
@told
def post_accept(request: HttpRequest, id: int) -> Answer:
    viewer = viewer_for(request, "edit")
    if not viewer.roles & PUBLIC_WORKS:
        raise Refused(f"{viewer.actor} may not accept street edits")
    if not accept(viewer.actor, id) and not Changeset.objects.filter(pk=id).exists():
        raise Http404
    return changeset(Changeset.objects.get(pk=id), viewer)


@router.post(
    "/changesets/{id}/undo", response=WRITES, summary="Give back what a changeset changed; later edits stay"
)
@told
def post_undo(request: HttpRequest, id: int) -> Answer:
    viewer = viewer_for(request, "edit")
    accepted = bool(viewer.roles & PUBLIC_WORKS)
    return _said(undo(Survey(who=viewer.actor, method="undo", accepted=accepted), id), accepted=accepted)


@router.post(
    "/confirm",
    response={200: dict[str, int], **REFUSED},
    summary="Somebody was there: the street is as the map has it",
)
@told
def post_confirm(request: HttpRequest, body: ConfirmIn) -> Answer:
    viewer = viewer_for(request, "edit")
    return {"confirmed": confirm(viewer.actor, body.objects, body.unit, body.crash_case, body.note)}


@router.post(
    "/fit/{path:name}",
    response={200: dict[str, Any], **REFUSED},
    summary="Surveyed points against the boundaries of a segment",
)
@told
def post_fit(request: HttpRequest, name: str, body: FitIn) -> Answer:
    """A proposal with residuals; nothing is written. Send the widths with method rtk to hold to it."""
    viewer_for(request, "edit")
    desk = open_desk()
    piece = desk.get(name)
    return fit(piece, line_of(desk, piece), body.points, section=body.section, accuracy=body.accuracy)
