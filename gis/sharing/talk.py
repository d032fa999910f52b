"""Comments pinned to features and places: written, answered, settled, taken back; and notices for those named in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.contrib.auth.models import User
from django.contrib.gis.geos import Point, Polygon
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from gis.api.layers import box_of, layer_for
from gis.api.problem import ApiProblem
from gis.sharing.hanging import place_of, readable
from gis.sharing.mentions import people, tell
from gis.sharing.models import Comment, Mention
from gis.sharing.saved import REFUSALS, signed_in
from gis.sharing.state import Id, Lat, Lon
from layers.access import EDITORS, ROLES, Clearance, Viewer
from layers.access.asking import viewer_of
from layers.registry.register import register

router = Router(tags=["comments"])
MOST = 500
BY_SLUG = {c.slug: c for c in Clearance}


def plain(text: str) -> str:
    """Without what is no text; what it says is kept as it is and shown as text, whatever it looks like."""
    kept = "".join(c for c in text if c in "\n\t" or c.isprintable()).strip()
    if not kept:
        raise ValueError("內容是空的 the text is empty")
    return kept


Words = Annotated[str, StringConstraints(max_length=4000), AfterValidator(plain)]


class ToSay(Schema):
    """On a feature (`layer`, `feature`), at a place (`lon`, `lat`), or in answer to `parent`."""

    text: Words
    layer: Id | None = None
    feature: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    parent: int | None = None
    clearance: Literal["public", "council", "police", "restricted"] | None = Field(
        None, description="Who may read it at the least; council, if not said and you have it"
    )


class Said(Schema):
    id: int
    text: str
    by: str
    own: bool
    at: datetime
    withdrawn: bool


class Thread(Said):
    layer: str | None
    feature: str | None
    lon: float
    lat: float
    clearance: str
    state: str
    settled_by: str | None
    settled_at: datetime | None
    replies: list[Said]


class Made(Thread):
    """`unreached` were named but may not read it, and are not told."""

    unreached: list[str] = []


class Threads(Schema):
    total: int
    open: int
    threads: list[Thread]


class Settle(Schema):
    state: Literal["open", "done"]


class Notice(Schema):
    id: int
    comment: int
    thread: int
    by: str
    at: datetime
    text: str
    lon: float
    lat: float


class Seen(Schema):
    notices: Annotated[list[int], Field(max_length=MOST)]


class Person(Schema):
    handle: str
    name: str
    roles: list[str]


@router.get(
    "comments", response={200: Threads, **REFUSALS}, summary="Comments that you may read, newest first"
)
def listed(
    request: HttpRequest,
    response: HttpResponse,
    bbox: str | None = None,
    layer: str | None = None,
    feature: str | None = None,
    state: Literal["open", "done", "all"] = "open",
) -> Threads:
    """Both numbers count what you may read, and nothing else."""
    response["Cache-Control"] = "private, no-store"
    viewer = viewer_of(request)
    user = signed_in(viewer)
    rows = threads().filter(clearance__lte=viewer.clearance)
    if layer is not None:
        rows = rows.filter(layer=layer_for(layer, viewer).id)
    if feature is not None:
        rows = rows.filter(feature=feature[:80])
    if bbox:
        try:
            rows = rows.filter(place__within=Polygon.from_bbox(box_of(bbox)))
        except ValueError as wrong:
            raise ApiProblem(str(wrong)) from wrong
    found = readable(rows.filter(layer__in=["", *_layers(viewer)])[:MOST], viewer)
    wanted = [one for one in found if state == "all" or one.state == state]
    return Threads(
        total=len(wanted),
        open=sum(one.state == Comment.OPEN for one in found),
        threads=[_thread(one, user) for one in wanted],
    )


@router.post("comments", response={201: Made, **REFUSALS}, summary="Write a comment, or answer one")
def say(request: HttpRequest, body: ToSay) -> Status[Made]:
    """`@name` tells a person or everybody of a role, if they may read it."""
    viewer = viewer_of(request)
    user = signed_in(viewer)
    with transaction.atomic():
        comment = _reply(body, viewer, user) if body.parent is not None else _pin(body, viewer, user)
        root = comment.parent or comment
        unreached = tell(comment, user, lambda other: bool(readable([root], other)))
    return Status(201, Made(**_thread(threads().get(pk=root.pk), user).model_dump(), unreached=unreached))


@router.patch(
    "comments/{id}", response={200: Thread, **REFUSALS}, summary="Settle a comment, or open it again"
)
def settle(request: HttpRequest, id: int, body: Settle) -> Thread:
    viewer = viewer_of(request)
    user = signed_in(viewer)
    with transaction.atomic():
        comment = _one(id, viewer)
        if comment.parent_id is not None:
            raise ApiProblem("請對整串註記結案。 Settle the whole thread, not an answer.")
        if comment.state != body.state:
            done = body.state == Comment.DONE
            comment.state = body.state
            comment.settled_by_id = user if done else None
            comment.settled_at = timezone.now() if done else None
            comment.save(update_fields=("state", "settled_by", "settled_at"))
    return _thread(threads().get(pk=id), user)


@router.delete("comments/{id}", response={204: None, **REFUSALS}, summary="Take back your own comment")
def take_back(request: HttpRequest, id: int) -> Status[None]:
    """One that was answered leaves its place behind, so that the answers still stand somewhere."""
    viewer = viewer_of(request)
    user = signed_in(viewer)
    with transaction.atomic():
        comment = _one(id, viewer)
        if comment.author_id != user and not viewer.roles & EDITORS:
            raise ApiProblem("只能收回自己的註記。 You can take back only what you wrote.", "refused", 403)
        if comment.replies.exists():
            comment.withdrawn, comment.text = True, ""
            comment.save(update_fields=("withdrawn", "text"))
            comment.mentions.all().delete()
        else:
            comment.delete()
    return Status(204, None)


@router.get(
    "notices", response={200: list[Notice], **REFUSALS}, summary="Comments that name you, unseen as yet"
)
def notices(request: HttpRequest, response: HttpResponse) -> list[Notice]:
    response["Cache-Control"] = "private, no-store"
    viewer = viewer_of(request)
    mine = Mention.objects.filter(user_id=signed_in(viewer), seen_at=None, comment__withdrawn=False)
    rows = mine.select_related("comment__author", "comment__parent").order_by("-comment__at")[:MOST]
    roots = {m.pk: m.comment.parent or m.comment for m in rows}
    open_ = {one.pk for one in readable({r.pk: r for r in roots.values()}.values(), viewer)}
    return [
        Notice(
            id=m.pk,
            comment=m.comment.pk,
            thread=roots[m.pk].pk,
            by=_name(m.comment.author),
            at=m.comment.at,
            text=m.comment.text[:200],
            lon=roots[m.pk].place.x,
            lat=roots[m.pk].place.y,
        )
        for m in rows
        if roots[m.pk].pk in open_
    ]


@router.post("notices/seen", response={204: None, **REFUSALS}, summary="Say that you have seen notices")
def seen(request: HttpRequest, body: Seen) -> Status[None]:
    mine = Mention.objects.filter(user_id=signed_in(viewer_of(request)), pk__in=body.notices, seen_at=None)
    mine.update(seen_at=timezone.now())
    return Status(204, None)


@router.get("people", response={200: list[Person], **REFUSALS}, summary="Whom a comment can name")
def nameable(request: HttpRequest, response: HttpResponse) -> list[Person]:
    """Roles first, then people who have one."""
    response["Cache-Control"] = "private, no-store"
    signed_in(viewer_of(request))
    roles = [Person(handle=role.id, name=role.zh, roles=[]) for role in ROLES.values()]
    known = [
        Person(
            handle=user.get_username(),
            name=user.get_full_name() or user.get_username(),
            roles=[g.name for g in user.groups.all() if g.name in ROLES],
        )
        for user in people().order_by("first_name", "username")
    ]
    taken = set(ROLES)
    return roles + [p for p in known if p.roles and p.handle not in taken]


def threads() -> QuerySet[Comment]:
    """First comments, with all that is told of them."""
    replies = Prefetch("replies", Comment.objects.select_related("author").order_by("at", "pk"))
    rows = Comment.objects.filter(parent=None).select_related("author", "settled_by")
    return rows.prefetch_related(replies)


def _layers(viewer: Viewer) -> list[str]:
    return [layer.id for layer in register.seen_by(viewer)]


def _one(id: int, viewer: Viewer) -> Comment:
    """A comment that this viewer may read, held until the transaction ends. Others do not exist."""
    comment = Comment.objects.select_for_update(of=("self",)).select_related("parent").filter(pk=id).first()
    if comment is None or not readable([comment.parent or comment], viewer):
        raise ApiProblem("沒有這則註記。 There is no such comment.", "not-found", 404)
    return comment


def _reply(body: ToSay, viewer: Viewer, user: int) -> Comment:
    root = _one(body.parent or 0, viewer)
    root = root.parent or root
    return Comment.objects.create(
        parent=root,
        layer=root.layer,
        feature=root.feature,
        place=root.place,
        clearance=root.clearance,
        author_id=user,
        text=body.text,
    )


def _pin(body: ToSay, viewer: Viewer, user: int) -> Comment:
    least = min(viewer.clearance, Clearance.COUNCIL)
    clearance = BY_SLUG[body.clearance] if body.clearance else least
    if clearance > viewer.clearance:
        raise ApiProblem("不能設定高於自己權限的讀者。 You cannot ask for more clearance than you have.")
    if body.layer and body.feature:
        layer = layer_for(body.layer, viewer)
        at = place_of(layer, body.feature, viewer)
        if at is None:
            raise ApiProblem("沒有這筆資料。 There is no such feature.", "not-found", 404)
        hung, clearance = {"layer": layer.id, "feature": body.feature}, max(clearance, layer.clearance)
    elif body.lon is not None and body.lat is not None:
        at, hung = (body.lon, body.lat), {}
    else:
        raise ApiProblem("註記要釘在圖徵或位置上。 Say where it hangs: layer and feature, or lon and lat.")
    return Comment.objects.create(
        place=Point(*at, srid=4326), clearance=clearance, author_id=user, text=body.text, **hung
    )


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else "—"


def _said(one: Comment, user: int) -> Said:
    return Said(
        id=one.pk,
        text=one.text,
        by=_name(one.author),
        own=one.author_id == user,
        at=one.at,
        withdrawn=one.withdrawn,
    )


def _thread(one: Comment, user: int) -> Thread:
    return Thread(
        **_said(one, user).model_dump(),
        layer=one.layer or None,
        feature=one.feature or None,
        lon=one.place.x,
        lat=one.place.y,
        clearance=Clearance(one.clearance).slug,
        state=one.state,
        settled_by=_name(one.settled_by) if one.settled_by else None,
        settled_at=one.settled_at,
        replies=[_said(reply, user) for reply in one.replies.all()],
    )
