"""`/api/crashes/{id}/scene…`: opening, editing, files, review and photographs of scenes. For police alone.

To everybody else there are no scenes. Who draws is an investigator, an officer or a reviewer; who reviews, a reviewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from diagramming.scene.checklist import checklist, ready
from diagramming.scene.classes import CLASSES, POINTS
from diagramming.scene.document import digest, read, schema
from diagramming.scene.elements import SIGMA
from diagramming.scene.operations import AnyOp
from diagramming.scene.solve import report
from diagramming.symbols.library import BadSymbol
from layers.access import EDITORS, Clearance, Refused, Viewer
from layers.access.asking import cleared
from layers.crashes.models import Crash
from layers.crashes.scenes import photos as pictures
from layers.crashes.scenes import review
from layers.crashes.scenes.files import KINDS, file
from layers.crashes.scenes.models import Scene, SceneEdit, ScenePhoto
from layers.crashes.scenes.output import library
from layers.crashes.scenes.store import SceneTrouble, opened, since, street, write

router = Router(tags=["scenes"])
DRAW = frozenset({"investigator", "officer", "reviewer"}) | EDITORS
REVIEW = frozenset({"reviewer"}) | EDITORS
FILE: dict[str, Any] = {
    "responses": {200: {"description": "The file", "content": {"application/octet-stream": {}}}}
}
PLATE = r"^[A-Z0-9\u4e00-\u9fff]{1,4}(-[A-Z0-9]{1,5}){0,2}$"


def viewer_of(request: HttpRequest, roles: frozenset[str] | None = None) -> Viewer:
    viewer = cleared(request, Clearance.POLICE)
    if roles is not None and not viewer.roles & roles:
        raise Refused(f"{viewer.actor} may not do this to scenes")
    return viewer


def scene_of(id: int) -> Scene:
    found = Scene.objects.select_related("crash").filter(crash_id=id).first()
    if found is None:
        raise Http404
    return found


class Operations(Schema):
    since: Annotated[int, Field(ge=0)] = 0
    """The version that the device has from the server: what others did after it is sent back."""
    operations: Annotated[list[AnyOp], Field(max_length=500)]
    whole: bool = False
    """Send the scene as it now is with the answer: document, checklist, fits."""


class Remark(Schema):
    text: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")]
    element: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""


class Step(Schema):
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of the document that was looked at."""
    remarks: Annotated[list[Remark], Field(max_length=50)] = []


class Plates(Schema):
    plates: dict[Annotated[str, Field(pattern=r"^[A-Z]$")], Annotated[str, Field(max_length=12)]]


Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class PhotoEdit(Schema):
    blurs: Annotated[list[tuple[Fraction, Fraction, Fraction, Fraction]], Field(max_length=60)] | None = None
    """Boxes as parts of the upright picture: left, top, right, bottom."""
    party: Annotated[str, Field(pattern=r"^[A-Z]?$")] | None = None
    was: Annotated[list[tuple[Fraction, Fraction, Fraction, Fraction]], Field(max_length=60)] | None = None
    """The boxes that were there when these were drawn: what another drew meanwhile is not overwritten."""
    areas: (
        Annotated[list[Annotated[str, Field(pattern=r"^(impact|injury)-\d\d$")]], Field(max_length=12)] | None
    ) = None
    """Contact areas of the vehicle and hurt parts of the body, by the codes of the form."""
    panorama: bool | None = None
    caption: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")] | None = None


# what every editor needs to know


@router.get("/scene.schema.json", response=dict[str, Any], summary="JSON Schema of the scene document")
def document_schema(request: HttpRequest) -> dict[str, Any]:
    return schema()


@router.get(
    "/scene.symbols.json", response=dict[str, Any], summary="Classes with their sizes, points and symbols"
)
def symbols(request: HttpRequest) -> dict[str, Any]:
    shelf = library()
    drawn: dict[str, dict[str, Any]] = {}
    for name in shelf.names():
        try:
            symbol = shelf.get(name)
        except BadSymbol as problem:
            drawn[name] = {"problem": str(problem)}
            continue
        outlines = [asdict(outline) for outline in symbol.outlines]
        drawn[name] = {
            "width": symbol.width,
            "length": symbol.length,
            "svg": symbol.source,
            "outlines": outlines,
        }
    classes = {one.id: {**asdict(one), "points": POINTS[one.family]} for one in CLASSES.values()}
    areas = {kind: pictures.areas(kind) for kind in pictures.AREAS}
    return {"classes": classes, "symbols": drawn, "instruments": SIGMA, "areas": areas}


@router.get(
    "/scenes",
    response=list[dict[str, Any]],
    summary="Cases for whoever draws: own scenes first, what was returned before all, then crashes without a scene",
)
def cases(request: HttpRequest, q: Annotated[str, Field(max_length=60)] = "") -> list[dict[str, Any]]:
    viewer = viewer_of(request)
    crashes = Crash.objects.select_related("junction", "road", "scene")
    if q.strip():
        crashes = crashes.filter(Q(case_no__icontains=q.strip()) | Q(address__icontains=q.strip()))
    drawn = crashes.filter(scene__isnull=False).exclude(scene__state=Scene.State.LOCKED)
    if not viewer.roles & REVIEW:
        drawn = drawn.filter(Q(scene__drawn_by=viewer.actor) | Q(scene__edits__actor=viewer.actor)).distinct()
    mine = sorted(drawn.order_by("-occurred_at")[:60], key=lambda crash: _TURN[crash.scene.state])
    fresh = crashes.filter(scene__isnull=True).order_by("-occurred_at")[: max(0, 60 - len(mine))]
    return [case_told(crash) for crash in (*mine, *fresh)]


_TURN = {state: n for n, state in enumerate(("returned", "draft", "submitted", "approved", "locked"))}


# drawing


@router.post(
    "/{int:id}/scene",
    response=dict[str, Any],
    summary="Open the scene of a crash, a new one if there is none",
)
def open_scene(request: HttpRequest, id: int) -> dict[str, Any]:
    viewer = viewer_of(request, DRAW)
    crash = Crash.objects.filter(pk=id).first()
    if crash is None:
        raise Http404
    return told(opened(crash, viewer))


@router.get(
    "/{int:id}/scene", response=dict[str, Any], summary="The scene: document, state, checklist, fits, remarks"
)
def whole(request: HttpRequest, id: int) -> dict[str, Any]:
    viewer_of(request)
    return told(scene_of(id))


@router.post(
    "/{int:id}/scene/operations",
    response=dict[str, Any],
    summary="Apply edits; each is applied once, however often it is sent",
)
def operations(request: HttpRequest, id: int, body: Operations) -> dict[str, Any]:
    viewer = viewer_of(request, DRAW)
    scene, results = write(scene_of(id).pk, body.operations, viewer)
    asked = {op.id for op in body.operations}
    others = [edit for edit in since(scene, body.since) if edit.op_id not in asked]
    out: dict[str, Any] = {
        "version": scene.version,
        "state": scene.state,
        "digest": digest(read(scene.document)),
        "results": [
            {
                "id": e.op_id,
                "version": e.number,
                "outcome": e.outcome,
                "sentences": e.sentences,
                "inverse": e.inverse,
            }
            for e in results
        ],
        "operations": [
            {"version": e.number, "client": e.client, "actor": e.actor, "outcome": e.outcome, "op": e.op}
            for e in others
        ],
    }
    if others or any(e.outcome != "applied" for e in results):
        out["document"] = scene.document  # the device's own may differ now
    if body.whole:
        out["scene"] = told(scene)
    return out


@router.put("/{int:id}/scene/plates", response=dict[str, Any], summary="Plates of the parties, by letter")
def plates(request: HttpRequest, id: int, body: Plates) -> dict[str, Any]:
    import re

    viewer_of(request, DRAW)
    given = {}
    for letter, plate in body.plates.items():
        tidy = plate.strip().upper()
        if tidy and not re.fullmatch(PLATE, tidy):
            raise SceneTrouble(
                422,
                "plate",
                f"{letter} 的車號牌不合格式，例如 ABC-1234。 The plate of {letter} is none, such as ABC-1234.",
            )
        given[letter] = tidy
    with transaction.atomic():
        scene = Scene.objects.select_for_update().get(pk=scene_of(id).pk)
        _must_be_open(scene)
        scene.plates = {k: v for k, v in {**scene.plates, **given}.items() if v}
        scene.save(update_fields=["plates", "changed_at"])
    return {"plates": scene.plates}


@router.get(
    "/{int:id}/scene/street",
    response=dict[str, Any],
    summary="The street map around the scene, GeoJSON in EPSG:3826",
)
def ground(request: HttpRequest, id: int) -> dict[str, Any]:
    viewer_of(request)
    return {"type": "FeatureCollection", "features": street(read(scene_of(id).document), axes=True)}


@router.get("/{int:id}/scene/history", response=dict[str, Any], summary="Edits and steps of the review")
def history(request: HttpRequest, id: int) -> dict[str, Any]:
    viewer_of(request)
    scene = scene_of(id)
    return {
        "edits": list(
            SceneEdit.objects.filter(scene=scene).values(
                "number", "op_id", "client", "actor", "at", "outcome", "op"
            )[:5000]
        ),
        "steps": steps_of(scene),
    }


@router.get(
    "/{int:id}/scene.{kind}", openapi_extra=FILE, summary="The scene as json, svg, pdf, dxf, png or geojson"
)
def as_file(
    request: HttpRequest,
    id: int,
    kind: Literal["json", "svg", "pdf", "dxf", "png", "geojson"],
    template: Annotated[str, Field(max_length=40)] = "",
    scale: int | None = None,
    paper: Literal["A4", "A3"] | None = None,
    step: int | None = None,
) -> HttpResponse:
    viewer_of(request)
    scene = scene_of(id)
    answer = HttpResponse(file(scene, kind, template, scale, paper, step), content_type=KINDS[kind])
    answer["Content-Disposition"] = f'inline; filename="scene-{scene.crash_id}.{kind}"'
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer["Cache-Control"] = "private, no-cache"
    return answer


# review


@router.post(
    "/{int:id}/scene/{action}", response=dict[str, Any], summary="submit, withdraw, return, approve or lock"
)
def act(
    request: HttpRequest,
    id: int,
    action: Literal["submit", "withdraw", "return", "approve", "lock"],
    body: Step,
) -> dict[str, Any]:
    viewer = viewer_of(request, REVIEW if action in review.FOR_REVIEWERS else DRAW)
    remarks = [remark.dict() for remark in body.remarks]
    return told(review.step(scene_of(id).pk, action, viewer, body.digest, remarks))


# photographs


@router.put(
    "/{int:id}/scene/photos/{name}",
    response=dict[str, Any],
    summary="Upload a photograph: the picture itself as the body",
)
def upload(
    request: HttpRequest, id: int, name: str, panorama: bool = False, party: str = ""
) -> dict[str, Any]:
    viewer = viewer_of(request, DRAW)
    import re

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", name) or not re.fullmatch(r"[A-Z]?", party):
        raise SceneTrouble(
            422, "name", "照片代號或當事者不合規定。 The name of the photograph or its party is none."
        )
    scene = scene_of(id)
    length = request.headers.get("content-length", "")
    data, found = pictures.taken(request, int(length) if length.isdigit() else None)
    found["panorama"] = panorama or found["panorama"]
    with transaction.atomic():
        scene = Scene.objects.select_for_update().get(pk=scene.pk)
        there = ScenePhoto.objects.filter(scene=scene, name=name).first()
        if there:
            if there.sha256 != found["sha256"]:
                raise SceneTrouble(409, "taken", "這個代號已有另一張照片。 Another photograph has this name.")
            return photo_told(there)
        _must_be_open(scene)
        pictures.keep(data, found["sha256"])
        made = ScenePhoto.objects.create(scene=scene, name=name, party=party, actor=viewer.actor, **found)
    return photo_told(made)


@router.patch(
    "/{int:id}/scene/photos/{name}",
    response=dict[str, Any],
    summary="Blur boxes, party, contact areas, caption",
)
def touch_up(request: HttpRequest, id: int, name: str, body: PhotoEdit) -> dict[str, Any]:
    viewer = viewer_of(request, DRAW)
    given = body.dict(exclude_none=True, exclude={"was"})
    for x, y, x2, y2 in body.blurs or ():
        if x2 <= x or y2 <= y:
            raise SceneTrouble(422, "box", "遮蔽框要有面積。 A box to blur must have an area.")
    if unknown := [one for one in body.areas or () if one not in pictures.known_areas()]:
        raise SceneTrouble(
            422, "area", f"部位代碼「{unknown[0]}」不在表上。 The form has no part {unknown[0]}."
        )
    with transaction.atomic():
        photo = ScenePhoto.objects.select_for_update().get(pk=photo_of(id, name).pk)
        _must_be_open(photo.scene)
        if body.was is not None and [list(box) for box in body.was] != [list(box) for box in photo.blurs]:
            raise SceneTrouble(
                409,
                "met",
                "別人剛改過遮蔽框，請重看後再存。 Somebody else changed the boxes; look again first.",
            )
        if body.blurs is not None and not (viewer.roles & REVIEW or viewer.actor == photo.actor):
            _must_cover(photo.blurs, body.blurs)
        for field, value in given.items():
            setattr(photo, field, value)
        photo.save(update_fields=list(given))
    return photo_told(photo)


@router.get(
    "/{int:id}/scene/photos/{name}",
    openapi_extra=FILE,
    summary="The photograph for the screen: no EXIF, blurred",
)
def picture(
    request: HttpRequest, id: int, name: str, size: Annotated[int, Field(ge=64, le=8192)] = 2560
) -> HttpResponse:
    viewer_of(request)
    answer = HttpResponse(pictures.shown(photo_of(id, name), size), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-cache"
    return answer


@router.get(
    "/{int:id}/scene/photos/{name}/original",
    openapi_extra=FILE,
    summary="The original, as evidence: reviewers alone",
)
def evidence(request: HttpRequest, id: int, name: str) -> HttpResponse:
    viewer_of(request, REVIEW)
    photo = photo_of(id, name)
    answer = HttpResponse(pictures.original(photo), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{photo.name}.{photo.media.partition("/")[2]}"'
    answer["X-SHA-256"] = photo.sha256
    return answer


# how things are told


def photo_of(id: int, name: str) -> ScenePhoto:
    found = ScenePhoto.objects.select_related("scene").filter(scene=scene_of(id), name=name[:40]).first()
    if found is None:
        raise Http404
    return found


def photo_told(photo: ScenePhoto) -> dict[str, Any]:
    names = (
        "name", "sha256", "media", "size", "width", "height", "panorama", "party", "areas", "caption", "blurs", "actor", "at",
    )  # fmt: skip
    return {name: getattr(photo, name) for name in names}


def case_told(crash: Crash) -> dict[str, Any]:
    scene = getattr(crash, "scene", None)
    return {
        "id": crash.pk,
        "case_no": crash.case_no or crash.key,
        "severity": crash.severity,
        "occurred_at": crash.occurred_at,
        "place": crash.address or str(crash.junction or crash.road or ""),
        "state": scene.state if scene else None,
    }


def steps_of(scene: Scene) -> list[dict[str, Any]]:
    names = ("id", "at", "actor", "before", "after", "version", "digest", "remarks", "sheet_digest")
    return list(scene.steps.values(*names))


def told(scene: Scene) -> dict[str, Any]:
    document = read(scene.document)
    photos = [photo_told(p) for p in scene.photos.all()]
    checks = checklist(document, {k for k, v in scene.plates.items() if v}, len(photos))
    return {
        "crash": scene.crash_id,
        "case": case_told(scene.crash),
        "state": scene.state,
        "version": scene.version,
        "digest": digest(document),
        "document": scene.document,
        "plates": scene.plates,
        "drawn_by": scene.drawn_by,
        "reviewed_by": scene.reviewed_by,
        "checklist": [asdict(check) for check in checks],
        "ready": ready(checks),
        "fits": [{**asdict(fit), "flagged": fit.flagged} for fit in report(document)],
        "photos": photos,
        "steps": steps_of(scene),
    }


def _must_be_open(scene: Scene) -> None:
    if not scene.editable:
        raise SceneTrouble(
            409,
            "closed",
            f"狀態為「{scene.get_state_display()}」，不能修改。 The scene is {scene.state}; it cannot be changed.",
        )


Boxes = Sequence[Sequence[float]]


def _must_cover(before: Boxes, after: Boxes) -> None:
    """Taking a blur away shows what it hid: only who may see the original, or brought it, does so."""
    for x, y, x2, y2 in before:
        if not any(a <= x and b <= y and a2 >= x2 and b2 >= y2 for a, b, a2, b2 in after):
            raise SceneTrouble(
                403,
                "uncovers",
                "只有上傳人與審核人員能移除或縮小已存的遮蔽框。 Only who uploaded it or a reviewer may uncover.",
            )
