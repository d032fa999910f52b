"""How far the viewer has come in the guided tours of the portal, so that none is offered twice on any device."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema

from gis.accounts.models import Toured
from gis.api.problem import ApiProblem, Problem
from layers.access.asking import viewer_of

router = Router(tags=["portal"])
MOST = 40


class Progress(Schema):
    step: int = Field(ge=0, le=100)
    done: bool


@router.get("tours", response=dict[str, Progress], summary="Tours that you have begun or done")
def get_tours(request: HttpRequest, response: HttpResponse) -> dict[str, Progress]:
    viewer = viewer_of(request)
    response["Cache-Control"] = "private, no-cache"
    rows = Toured.objects.filter(user_id=viewer.user_id) if viewer.user_id else Toured.objects.none()
    return {row.tour: Progress(step=row.step, done=row.done) for row in rows}


@router.put(
    "tours/{tour}",
    response={200: Progress, 403: Problem, 422: Problem},
    summary="Remember how far you are",
)
def put_tour(
    request: HttpRequest,
    body: Progress,
    tour: Annotated[str, Path(pattern="^[a-z_]{1,40}$")],
) -> Progress:
    viewer = viewer_of(request)
    if viewer.user_id is None:
        raise ApiProblem("登入後才能記住導覽。 Sign in to have tours remembered.", "anonymous", 403)
    mine = Toured.objects.filter(user_id=viewer.user_id)
    if not mine.filter(tour=tour).exists() and mine.count() >= MOST:
        raise ApiProblem("導覽太多了。 There are no more tours than that.", "too-many", 422)
    Toured.objects.update_or_create(
        user_id=viewer.user_id, tour=tour, defaults={"step": body.step, "done": body.done}
    )
    return body
