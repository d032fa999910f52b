"""Who may read what the council knows, and who may write it."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from django.db import models
from django.http import Http404, HttpRequest
from ninja import Schema
from pydantic import StringConstraints

from layers.access import EDITORS, Clearance, Refused, Viewer
from layers.access.asking import cleared

WRITERS = frozenset({"council", "planner"}) | EDITORS
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f]*$")]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"),
]

M = TypeVar("M", bound=models.Model)


class Refusal(Schema):
    detail: str
    code: str = "refused"


REFUSALS: dict[int, Any] = {403: Refusal, 404: Refusal, 409: Refusal, 422: Refusal}


def reader(request: HttpRequest) -> Viewer:
    return cleared(request, Clearance.COUNCIL)


def writer(request: HttpRequest) -> Viewer:
    viewer = reader(request)
    if not viewer.roles & WRITERS:
        raise Refused(f"{viewer.actor} may not write for the council")
    return viewer


def one(model: type[M], id: int, *related: str) -> M:
    found = model._default_manager.select_related(*related).filter(pk=id).first()
    if found is None:
        raise Http404
    return found
