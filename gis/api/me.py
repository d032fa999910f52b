"""Who am I, in which language, and what is on the map for me."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from ninja import Router, Schema

from layers.access import ROLES, Viewer
from layers.registry.catalogue import catalogue

router = Router(tags=["portal"])


class Language(Schema):
    lang: str


def viewer_of(request: HttpRequest) -> Viewer:
    found: Viewer = request.viewer  # type: ignore[attr-defined]
    return found


@router.get("catalogue", summary="All layers that you may see, with fields, legends and styles")
def get_catalogue(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    body = catalogue(viewer)
    body["viewer"]["csrf"] = get_token(request)
    body["raster_base"] = settings.RASTER_BASE
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-cache"
    return response


@router.get("me", summary="Who you are to this server")
def get_me(request: HttpRequest) -> dict[str, Any]:
    viewer = viewer_of(request)
    roles = [{"id": r, "zh": ROLES[r].zh, "en": ROLES[r].en} for r in sorted(viewer.roles)]
    return {"name": viewer.name or None, "clearance": viewer.clearance.slug, "roles": roles}


@router.post("language", summary="Choose the language of pages: zh-hant or en")
def set_language(request: HttpRequest, body: Language) -> HttpResponse:
    language = "en" if body.lang.lower().startswith("en") else "zh-hant"
    response = JsonResponse({"lang": language})
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.SECURE
    )
    return response
