"""Saved views: made once, never changed, opened by anybody as far as their clearance goes; and one's own list of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from gis.api.problem import ApiProblem, Problem
from gis.sharing import counted
from gis.sharing.models import Kept, SavedView, name_of
from gis.sharing.state import State, canonical, needs, shown_to
from layers.access import Clearance, Viewer
from layers.access.asking import viewer_of

router = Router(tags=["sharing"])
REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}
MOST_KEPT = 500
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class ToSave(Schema):
    state: State
    asked: Annotated[list[counted.Question], Field(max_length=24)] = Field(
        default_factory=list, description="The counts that stand beside the map, to be kept with it"
    )
    name: Name | None = Field(None, description="With a name it goes into your own list")


class Saved(Schema):
    """`lost` is how many parts are left out, because they are gone or not for you; which ones is not said."""

    id: str
    made_at: datetime
    name: str | None = None
    by: str | None = None
    state: dict[str, Any]
    lost: int = 0
    counts: list[counted.Count] = []


class InList(Schema):
    id: str
    name: str
    at: datetime


class Rename(Schema):
    name: Name


def signed_in(viewer: Viewer) -> int:
    """The account of whoever asks; without one there is nobody to keep things for."""
    if viewer.user_id is None:
        raise ApiProblem("請先登入。 Sign in first.", "sign-in", 401)
    return viewer.user_id


@router.post("views", response={201: Saved, 200: Saved, **REFUSALS}, summary="Save a view")
def save(request: HttpRequest, body: ToSave) -> Status[Saved]:
    """The same view saved twice within a second is one. Only layers and fields that you may see can be part of it."""
    viewer = viewer_of(request)
    user = signed_in(viewer)
    state = canonical(body.state)
    kept, lost = shown_to(viewer, state)
    if lost:
        raise ApiProblem(
            "畫面含有不存在的圖層或條件。 The view holds layers or conditions that do not exist."
        )
    asked = [q.model_dump(exclude_none=True) for q in body.asked]
    made_at = timezone.now().replace(microsecond=0)
    id = name_of({"state": kept, "asked": asked, "as": made_at.isoformat(), "by": viewer.clearance.slug})
    found = SavedView.objects.filter(pk=id).first()
    new = found is None
    if found is None:
        if body.name and Kept.objects.filter(user_id=user).count() >= MOST_KEPT:
            raise ApiProblem(f"最多保留 {MOST_KEPT} 個畫面。 Keep at most {MOST_KEPT} views.", "full")
        found, new = _put(id, kept, asked, made_at, user)
    if body.name:
        Kept.objects.update_or_create(user_id=user, view=found, defaults={"name": body.name})
    return Status(201 if new else 200, _told(found, viewer, count=False))


def _put(id: str, state: Any, asked: Any, made_at: datetime, user: int) -> tuple[SavedView, bool]:
    row = SavedView(
        pk=id,
        state=state,
        asked=asked,
        counts=counted.answers(asked),
        clearance=needs(state),
        made_at=made_at,
    )
    row.made_by_id = user
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody saved the very same at the same moment
        return SavedView.objects.get(pk=id), False
    return row, True


@router.get("views", response={200: list[InList], **REFUSALS}, summary="Your own saved views, newest first")
def mine(request: HttpRequest, response: HttpResponse) -> list[InList]:
    response["Cache-Control"] = "private, no-store"
    rows = Kept.objects.filter(user_id=signed_in(viewer_of(request)))[:MOST_KEPT]
    return [InList(id=row.view_id, name=row.name, at=row.at) for row in rows]


@router.get("views/{id}", response={200: Saved, **REFUSALS}, summary="A saved view, as far as you may see it")
def get(request: HttpRequest, id: str, response: HttpResponse, counts: bool = True) -> Saved:
    """`counts` are compared with those of now; `counts=false` leaves them out."""
    response["Cache-Control"] = "private, no-store"
    return _told(view_for(id), viewer_of(request), counts)


@router.patch("views/{id}", response={200: InList, **REFUSALS}, summary="Name a view in your own list")
def name(request: HttpRequest, id: str, body: Rename) -> InList:
    row, _ = Kept.objects.update_or_create(
        user_id=signed_in(viewer_of(request)), view=view_for(id), defaults={"name": body.name}
    )
    return InList(id=row.view_id, name=row.name, at=row.at)


@router.delete("views/{id}", response={204: None, **REFUSALS}, summary="Take a view from your own list")
def forget(request: HttpRequest, id: str) -> Status[None]:
    """Links to it keep working: a view that was handed on is not yours to break."""
    gone, _ = Kept.objects.filter(user_id=signed_in(viewer_of(request)), view_id=id).delete()
    if not gone:
        raise ApiProblem("清單中沒有這個畫面。 There is no such view in your list.", "not-found", 404)
    return Status(204, None)


def view_for(id: str) -> SavedView:
    row = SavedView.objects.select_related("made_by").filter(pk=id).first()
    if row is None:
        raise ApiProblem("沒有這個畫面，或它已被移除。 There is no such view.", "not-found", 404)
    return row


def _told(row: SavedView, viewer: Viewer, count: bool) -> Saved:
    state, lost = shown_to(viewer, row.state)
    whole = viewer.clearance >= Clearance(row.clearance)
    own = Kept.objects.filter(user_id=viewer.user_id, view=row).first() if viewer.user_id else None
    by = (row.made_by.get_full_name() or row.made_by.get_username()) if row.made_by and viewer.known else None
    return Saved(
        id=row.pk,
        made_at=row.made_at,
        name=own.name if own else None,
        by=by if whole else None,
        state=state,
        lost=lost,
        counts=counted.compared(row.asked, row.counts, viewer) if count else [],
    )
