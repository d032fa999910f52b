"""Who may do what under /api/patrol, and how a refusal is said."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Schema

from layers.access import Clearance, Refused, Viewer

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
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.clearance < Clearance.POLICE:
        raise Http404
    return viewer


def officer(request: HttpRequest) -> Viewer:
    return _of(request, OFFICERS)


def planner(request: HttpRequest) -> Viewer:
    return _of(request, PLANNERS)


def _of(request: HttpRequest, roles: frozenset[str]) -> Viewer:
    viewer = police(request)
    if not viewer.roles & roles:
        raise Refused(f"{viewer.actor} may not")
    return viewer
