"""`/api/uploads`: look into a file that was brought, keep or append it, and look after layers of one's own.

Everything here belongs to whoever is signed in; what belongs to another looks as if it did not exist.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from gis.accounts.identity import viewer_of as viewer_from
from gis.api.layers import REFUSALS
from gis.api.problem import ApiProblem
from gis.audit.note import note
from gis.uploads import shelf, work
from gis.uploads.dress import COLOURS, dress
from gis.uploads.join import find, join
from gis.uploads.models import File, OwnLayer
from gis.uploads.own import PREFIX, made, own
from layers.access import ROLES, Viewer
from layers.access.asking import viewer_of
from layers.registry.catalogue import entry
from layers.registry.importer import Wrong

router = Router(tags=["uploads"])
Json = dict[str, Any]
ANSWERS: Any = {200: Json, **REFUSALS}


class Wish(Schema):
    """What the person chose: which part, how it is read, where it lies, and what becomes of it."""

    part: str | None = None
    encoding: str | None = None
    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    crs: str | None = None
    name: str | None = None
    columns: list[str] | None = None
    label: str | None = None
    color: str | None = None
    by: str | None = None
    layer: str | None = None
    mapping: dict[str, str] | None = None
    key: str | None = None
    dry_run: bool = True

    def plain(self) -> Json:
        return {k: v for k, v in self.dict().items() if v is not None}


class Change(Schema):
    """Only what is said changes. `by` as an empty text draws all rows alike."""

    name: str | None = None
    color: str | None = None
    by: str | None = None
    label: str | None = None
    roles: list[str] | None = None
    extend: bool = False


class Join(Schema):
    to: str
    metres: float = 30
    name: str = ""


def person(request: HttpRequest) -> tuple[Viewer, User]:
    viewer = viewer_of(request)
    user = User.objects.filter(pk=viewer.user_id).first() if viewer.user_id is not None else None
    if user is None:
        raise ApiProblem("請先登入。 Sign in first.", "sign-in", 401)
    return viewer, user


def mine(request: HttpRequest, id: UUID) -> File:
    _, user = person(request)
    file = File.objects.filter(pk=id, owner=user).first()
    if file is None:
        raise ApiProblem(
            "沒有這個檔案，可能已過期，請重新上傳。 There is no such file; send it again.", "not-found", 404
        )
    return file


def said(wrong: Wrong, file: File | None = None) -> ApiProblem:
    if file is not None:
        wrong = shelf.by_its_name(wrong, file.pk, file.ending, file.name)
    return ApiProblem(f"{wrong.text.zh} {wrong.text.en}", "wrong-file", 422)


def status_of(file: File) -> Json:
    return {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size,
        "state": file.state,
        "progress": file.progress,
        "message": file.message,
        "result": file.result,
    }


@router.post(
    "{uuid:id}/look", response=ANSWERS, summary="What is in a file: columns, system, first rows, a preview"
)
def look_into(request: HttpRequest, id: UUID, body: Wish) -> Json:
    from gis.uploads.look import look  # what reads files is loaded with the first one

    file = mine(request, id)
    try:
        return look(shelf.path_of(file.pk, file.ending), file.name, body.plain())
    except Wrong as wrong:
        raise said(wrong, file) from wrong


@router.post(
    "{uuid:id}/suggest", response=ANSWERS, summary="Which column would become which field of a layer"
)
def suggest(request: HttpRequest, id: UUID, body: Wish) -> Json:
    from gis.uploads.append import suggested

    file = mine(request, id)
    try:
        return suggested(shelf.path_of(file.pk, file.ending), file.name, body.plain(), viewer_of(request))
    except Wrong as wrong:
        raise said(wrong, file) from wrong


@router.post("{uuid:id}/keep", response=ANSWERS, summary="Keep the file as a layer of your own")
def keep_it(request: HttpRequest, id: UUID, body: Wish) -> Json:
    return _begin(mine(request, id), body.plain() | {"do": "keep"})


@router.post("{uuid:id}/append", response=ANSWERS, summary="Put the rows into a layer that you may edit")
def append_it(request: HttpRequest, id: UUID, body: Wish) -> Json:
    from gis.uploads.append import target

    file = mine(request, id)
    try:
        target(str(body.layer), viewer_of(request))
    except Wrong as wrong:
        raise said(wrong) from wrong
    return _begin(file, body.plain() | {"do": "append"})


def _begin(file: File, wish: Json) -> Json:
    if file.state in (File.State.WAITING, File.State.WORKING):
        raise ApiProblem("這個檔案正在處理中。 This file is being worked on.", "busy", 409)
    work.begin(file, wish)
    file.refresh_from_db()
    return status_of(file) | _entries(file)


def _entries(file: File) -> Json:
    """The new layers as the map's catalogue would list them."""
    found = OwnLayer.objects.filter(
        pk__in=file.result.get("layers", []), owner=file.owner, deleted_at=None
    ).order_by("pk")
    return {"layers": [_entry(layer, file.owner) for layer in found]}


@router.get("{uuid:id}", response=ANSWERS, summary="How far a file is")
def status(request: HttpRequest, id: UUID) -> Json:
    file = mine(request, id)
    return status_of(file) | _entries(file)


@router.get(
    "{uuid:id}/rejects",
    response={200: str, **REFUSALS},
    summary="The lines that did not come in, each with its reason",
)
def rejects(request: HttpRequest, id: UUID) -> FileResponse:
    file = mine(request, id)
    path = shelf.folder() / f"{file.pk}.rejects.csv"
    if not path.exists():
        raise ApiProblem("沒有退件。 No line was rejected.", "not-found", 404)
    return FileResponse(path.open("rb"), as_attachment=True, filename="rejects.csv", content_type="text/csv")


@router.delete("{uuid:id}", response=ANSWERS, summary="Discard a file; what is being done with it ends")
def discard(request: HttpRequest, id: UUID) -> Json:
    file = mine(request, id)
    shelf.remove(file.pk, file.ending)
    file.delete()
    return {"discarded": str(id)}


# layers of one's own


@router.get(
    "layers", response=ANSWERS, summary="Your own layers, those shared with you, and what may be brought"
)
def layers(request: HttpRequest) -> Json:
    viewer, user = person(request)
    now = timezone.now()
    all_ = OwnLayer.objects.filter(owner=user, expires_at__gt=now)
    shared = [layer for layer in own.seen_by(viewer) if layer.id not in {f"{PREFIX}{o.pk}" for o in all_}]
    return {
        "layers": [_entry(layer, user) for layer in all_ if layer.deleted_at is None],
        "deleted": [{"number": o.pk, "name": o.name} for o in all_ if o.deleted_at is not None],
        "shared": [layer.id for layer in shared],
        "limits": {
            "mb": settings.UPLOAD_MB,
            "rows": settings.UPLOAD_ROWS,
            "layers": settings.UPLOAD_LAYERS,
            "days": settings.UPLOAD_DAYS,
            "used": all_.filter(deleted_at=None).aggregate(n=Sum("rows"))["n"] or 0,
        },
        "colours": list(COLOURS),
        "roles": [{"id": r.id, "zh": r.zh, "en": r.en} for r in ROLES.values()],
    }


def _entry(layer: OwnLayer, user: User) -> Json:
    row = {
        "id": layer.pk, "owner_id": user.pk, "name": layer.name, "geometry": layer.geometry, "fields": layer.fields,
        "label": layer.label, "style": layer.style, "roles": layer.roles, "source": layer.source, "rows": layer.rows,
        "expires_at": layer.expires_at,
    }  # fmt: skip
    return {
        "number": layer.pk,
        "name": layer.name,
        "rows": layer.rows,
        "roles": layer.roles,
        "label": layer.label,
        "color": layer.style.get("color"),
        "by": layer.style.get("by"),
        "expires": layer.expires_at.date().isoformat(),
        "entry": entry(made(row).layer, viewer_from(user)),
    }


def _own(request: HttpRequest, number: int, deleted: bool = False) -> tuple[OwnLayer, User]:
    _, user = person(request)
    found = OwnLayer.objects.filter(pk=number, owner=user, deleted_at__isnull=not deleted).first()
    if found is None:
        raise ApiProblem("沒有這個圖層。 There is no such layer of yours.", "not-found", 404)
    return found, user


@router.patch("layers/{int:number}", response=ANSWERS, summary="Rename, restyle, share or keep longer")
def change(request: HttpRequest, number: int, body: Change) -> Json:
    layer, user = _own(request, number)
    with transaction.atomic():
        if body.name is not None:
            if not body.name.strip():
                raise ApiProblem("名稱不可空白。 The name must not be empty.", "invalid", 422)
            layer.name = body.name.strip()[:80]
        if body.roles is not None:
            if strange := sorted(set(body.roles) - set(ROLES)):
                raise ApiProblem(
                    f"沒有「{strange[0][:40]}」這個角色。 There is no such role.", "invalid", 422
                )
            layer.roles = sorted(set(body.roles))
            note(viewer_of(request).actor, "share", f"{PREFIX}{layer.pk}", ",".join(layer.roles))
        if body.label is not None and body.label in {"", *(f["name"] for f in layer.fields)}:
            layer.label = body.label
        if body.extend:
            layer.expires_at = timezone.now() + timedelta(days=settings.UPLOAD_DAYS)
        layer.save()
        if body.color is not None or body.by is not None:
            try:
                dress(layer, body.color, layer.style.get("by") if body.by is None else body.by)
            except Wrong as wrong:
                raise said(wrong) from wrong
    return _entry(layer, user)


@router.delete(
    "layers/{int:number}", response=ANSWERS, summary="Delete a layer; for a day it can be brought back"
)
def delete(request: HttpRequest, number: int) -> Json:
    layer, _ = _own(request, number)
    layer.deleted_at = timezone.now()
    layer.save(update_fields=["deleted_at"])
    note(viewer_of(request).actor, "delete", f"{PREFIX}{layer.pk}", layer.name)
    return {"deleted": layer.pk}


@router.post("layers/{int:number}/restore", response=ANSWERS, summary="Bring a deleted layer back")
def restore(request: HttpRequest, number: int) -> Json:
    layer, user = _own(request, number, deleted=True)
    layer.deleted_at = None
    layer.save(update_fields=["deleted_at"])
    return _entry(layer, user)


@router.post(
    "layers/join",
    response=ANSWERS,
    summary="Count a layer of yours, or any you see, by the places of another",
)
def join_by_place(request: HttpRequest, body: Join, of: str) -> Json:
    viewer, user = person(request)
    try:
        layer = join(find(of, viewer), find(body.to, viewer), body.metres, body.name, viewer, user)
    except Wrong as wrong:
        raise said(wrong) from wrong
    note(viewer.actor, "join", f"{PREFIX}{layer.pk}", f"{of} by {body.to}"[:200])
    return _entry(layer, user)
