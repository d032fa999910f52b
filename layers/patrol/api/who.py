"""Who may do what under /api/patrol, and how a refusal is said."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema

from layers.access import Clearance, Refused, Viewer
from layers.access.asking import cleared

PLANNERS = frozenset({"patrol_planner", "administrator"})
OFFICERS = PLANNERS | {"officer"}


class Problem(Schema):
    detail: str
    code: str


def file_of(media: str) -> dict[str, Any]:
    """How the documentation says that an answer is a file or a stream."""
    content = {media: {"schema": {"type": "string"}}}
    return {"responses": {200: {"description": "OK", "content": content}}}


def police(request: HttpRequest) -> Viewer:
    """Others than police see no such thing."""
    return cleared(request, Clearance.POLICE)


def officer(request: HttpRequest) -> Viewer:
    return _of(request, OFFICERS)


def planner(request: HttpRequest) -> Viewer:
    return _of(request, PLANNERS)


def _of(request: HttpRequest, roles: frozenset[str]) -> Viewer:
    viewer = police(request)
    if not viewer.roles & roles:
        raise Refused(f"{viewer.actor} may not")
    return viewer
