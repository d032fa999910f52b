"""Measures: putting one on a junction or section, its state, its pictures, its effect and its reviews."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.contrib.gis.db.models.functions import PointOnSurface
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import StringConstraints

from diagramming.movement.key import FAMILIES
from layers.council.api.who import REFUSALS, Line, Prose, one, reader, writer
from layers.council.effect import freeze
from layers.council.junction import measure as shown
from layers.council.meetings import Trouble, named
from layers.council.models import Measure, Picture
from layers.council.reviews import review
from layers.crashes.scenes.photos import taken
from layers.streets.models import Junction, Section

router = Router(tags=["council"])
Answer = {200: dict[str, Any], **REFUSALS}
Families = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}(,[A-Z]{2}){0,11})?$")]


class ToMeasure(Schema):
    name: Annotated[Line, StringConstraints(min_length=1)]
    junction: int | None = None
    section: int | None = None
    kind: Literal["engineering", "enforcement", "education"] = "engineering"
    state: Literal["planned", "works", "done"] = "planned"
    targets: Families = ""
    unit: Annotated[Line, StringConstraints(max_length=60)] = ""
    began_on: date | None = None
    done_on: date | None = None
    note: Prose = ""


class Changed(Schema):
    name: Annotated[Line, StringConstraints(min_length=1)] | None = None
    state: Literal["planned", "works", "done", "dropped"] | None = None
    targets: Families | None = None
    unit: Annotated[Line, StringConstraints(max_length=60)] | None = None
    began_on: date | None = None
    done_on: date | None = None
    note: Prose | None = None


@router.post(
    "measures", response={201: dict[str, Any], **REFUSALS}, summary="Put a measure on a junction or section"
)
def put(request: HttpRequest, body: ToMeasure) -> Status[dict[str, Any]]:
    writer(request)
    if (body.junction is None) == (body.section is None):
        raise Trouble(
            422, "place", "措施位於一個路口或一個路段。 A measure is at one junction or on one section."
        )
    _sound(body.targets, body.began_on, body.done_on, body.state)
    place = one(Junction, body.junction).geom if body.junction is not None else _middle(body.section or 0)
    said = body.model_dump(exclude={"junction", "section"})
    made = Measure.objects.create(
        key=named(), geom=place, junction_id=body.junction, section_id=body.section, **said
    )
    freeze(made)
    return Status(201, shown(made))


@router.get("measures/{int:id}", response=Answer, summary="A measure with its effect, reviews and pictures")
def get(request: HttpRequest, response: HttpResponse, id: int) -> dict[str, Any]:
    reader(request)
    response["Cache-Control"] = "private, no-store"
    return shown(one(Measure, id, "junction"))


@router.patch("measures/{int:id}", response=Answer, summary="Change a measure")
def change(request: HttpRequest, id: int, body: Changed) -> dict[str, Any]:
    """Once its before is frozen, its days stay: a new beginning is a new measure."""
    writer(request)
    row = one(Measure, id, "junction")
    said = body.model_dump(exclude_none=True)
    if row.frozen and {"began_on", "done_on"} & set(said):
        raise Trouble(409, "frozen", "改善前已凍結，日期不再更動。 What was before is frozen; its days stay.")
    for name, value in said.items():
        setattr(row, name, value)
    _sound(row.targets, row.began_on, row.done_on, row.state)
    row.save()
    freeze(row)
    return shown(row)


@router.post("measures/{int:id}/reviews", response=Answer, summary="Make the reviews that are due")
def reviewed(request: HttpRequest, id: int) -> dict[str, Any]:
    writer(request)
    row = one(Measure, id, "junction")
    freeze(row)
    review(row)
    return shown(row)


@router.post("measures/{int:id}/pictures", response={201: dict[str, Any], **REFUSALS, 413: REFUSALS[409], 415: REFUSALS[409]}, summary="Add a picture (JPEG, PNG or WebP as the body)")  # fmt: skip
def add(request: HttpRequest, id: int, after: bool = False, caption: Line = "") -> Status[dict[str, Any]]:
    from layers.council.pictures import take

    writer(request)
    row = one(Measure, id)
    length = request.headers.get("content-length", "")
    data, about = taken(request, int(length) if length.isdigit() else None)
    take(data, about["sha256"])
    made = Picture.objects.create(measure=row, sha256=about["sha256"], after=after, caption=caption)
    return Status(201, {"id": made.pk, "after": made.after, "caption": made.caption})


@router.get(
    "pictures/{int:id}.jpg",
    openapi_extra={"responses": {200: {"content": {"image/jpeg": {}}}}},
    summary="A picture for the screen",
)
def picture(request: HttpRequest, id: int) -> HttpResponse:
    from layers.council.pictures import shown as drawn

    reader(request)
    return HttpResponse(
        drawn(one(Picture, id)), content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
    )


def _middle(section: int) -> Any:
    found = Section.objects.annotate(at=PointOnSurface("geom")).filter(pk=section).first()
    if found is None:
        raise Trouble(404, "no-place", "沒有這個路段。 There is no such section.")
    return found.at


def _sound(targets: str, began: date | None, done: date | None, state: str) -> None:
    strange = [t for t in targets.split(",") if t and t not in FAMILIES]
    if strange:
        raise Trouble(422, "targets", f"沒有碰撞型態「{strange[0]}」。 There is no family “{strange[0]}”.")
    if began and done and began > done:
        raise Trouble(422, "days", "開工不能晚於啟用。 Works cannot begin after they are in use.")
    if state == "done" and done is None:
        raise Trouble(422, "days", "已啟用者請填啟用日期。 What is in use needs the day since when.")
