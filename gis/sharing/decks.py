"""Presentations: saved views in an order, with titles and notes. The owner changes one, whoever has the link shows it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from gis.api.problem import ApiProblem
from gis.sharing.models import Deck, SavedView
from gis.sharing.saved import REFUSALS, Name, signed_in
from gis.sharing.state import shown_to
from layers.access import Clearance, Viewer
from layers.access.asking import viewer_of

router = Router(tags=["sharing"])
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
MOST_SLIDES = 100


class Slide(Schema):
    view: Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{12}$")]
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    notes: Annotated[str, StringConstraints(max_length=4000)] = ""


class ToKeep(Schema):
    title: Name
    slides: Annotated[list[Slide], Field(min_length=1, max_length=MOST_SLIDES)]
    version: int | None = Field(
        None, description="The version that you changed; a newer one is not overwritten"
    )


class ShownSlide(Schema):
    """`state` is null where the view is gone; words about what you may not see are not told."""

    view: str
    title: str
    notes: str
    made_at: datetime | None
    state: dict[str, Any] | None
    lost: int = 0


class Presentation(Schema):
    id: str
    title: str
    version: int
    own: bool
    slides: list[ShownSlide]


class Listed(Schema):
    id: str
    title: str
    slides: int
    changed_at: datetime


@router.post("presentations", response={201: Presentation, **REFUSALS}, summary="Make a presentation")
def make(request: HttpRequest, body: ToKeep) -> Status[Presentation]:
    viewer = viewer_of(request)
    owner = signed_in(viewer)
    slides = _slides(body)
    id = "".join(secrets.choice(LETTERS) for _ in range(12))
    deck = Deck.objects.create(pk=id, owner_id=owner, title=body.title, slides=slides)
    return Status(201, _told(deck, viewer))


@router.get("presentations", response={200: list[Listed], **REFUSALS}, summary="Your own presentations")
def mine(request: HttpRequest, response: HttpResponse) -> list[Listed]:
    response["Cache-Control"] = "private, no-store"
    rows = Deck.objects.filter(owner_id=signed_in(viewer_of(request)))[:MOST_SLIDES]
    return [Listed(id=d.pk, title=d.title, slides=len(d.slides), changed_at=d.changed_at) for d in rows]


@router.get("presentations/{id}", response={200: Presentation, **REFUSALS}, summary="A presentation to show")
def get(request: HttpRequest, id: str, response: HttpResponse) -> Presentation:
    response["Cache-Control"] = "private, no-store"
    deck = Deck.objects.filter(pk=id).first()
    if deck is None:
        raise _missing()
    return _told(deck, viewer_of(request))


@router.put(
    "presentations/{id}",
    response={200: Presentation, 409: REFUSALS[404], **REFUSALS},
    summary="Change your own presentation",
)
def change(request: HttpRequest, id: str, body: ToKeep) -> Presentation:
    viewer = viewer_of(request)
    owner = signed_in(viewer)
    slides = _slides(body)
    with transaction.atomic():
        deck = Deck.objects.select_for_update().filter(pk=id, owner_id=owner).first()
        if deck is None:
            raise _missing()
        if body.version is not None and body.version != deck.version:
            raise ApiProblem(
                "這份簡報剛被另一個視窗修改，請重新載入。 It was changed elsewhere since you read it; load it again.",
                "changed",
                409,
            )
        deck.title, deck.slides, deck.version = body.title, slides, deck.version + 1
        deck.save()
    return _told(deck, viewer)


@router.delete("presentations/{id}", response={204: None, **REFUSALS}, summary="Delete your own presentation")
def delete(request: HttpRequest, id: str) -> Status[None]:
    gone, _ = Deck.objects.filter(pk=id, owner_id=signed_in(viewer_of(request))).delete()
    if not gone:
        raise _missing()
    return Status(204, None)


def _missing() -> ApiProblem:
    return ApiProblem("沒有這份簡報。 There is no such presentation.", "not-found", 404)


def _slides(body: ToKeep) -> list[dict[str, Any]]:
    wanted = {slide.view for slide in body.slides}
    known = set(SavedView.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - known:
        raise ApiProblem("有投影片的畫面不存在。 A slide names a view that does not exist.")
    return [slide.model_dump() for slide in body.slides]


def _told(deck: Deck, viewer: Viewer) -> Presentation:
    views = SavedView.objects.in_bulk([slide["view"] for slide in deck.slides])
    own = viewer.user_id is not None and deck.owner_id == viewer.user_id
    return Presentation(
        id=deck.pk,
        title=deck.title if own or _whole(viewer, *views.values()) else "",
        version=deck.version,
        own=own,
        slides=[_slide(slide, views.get(slide["view"]), viewer, own) for slide in deck.slides],
    )


def _whole(viewer: Viewer, *views: SavedView) -> bool:
    return all(viewer.clearance >= Clearance(view.clearance) for view in views)


def _slide(slide: dict[str, Any], view: SavedView | None, viewer: Viewer, own: bool) -> ShownSlide:
    if view is None:
        return ShownSlide(
            view=slide["view"], title=slide["title"] if own else "", notes="", made_at=None, state=None
        )
    state, lost = shown_to(viewer, view.state)
    told = _whole(viewer, view)
    return ShownSlide(
        view=view.pk,
        title=slide["title"] if told or own else "",
        notes=slide["notes"] if own or (told and viewer.known) else "",
        made_at=view.made_at,
        state=state,
        lost=lost,
    )
