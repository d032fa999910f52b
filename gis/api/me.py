"""Who am I, in which language, and what is on the map for me."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from ninja import Router, Schema

from gis.api.problem import Problem
from layers.access import ROLES
from layers.access.asking import viewer_of
from layers.registry.catalogue import catalogue

router = Router(tags=["portal"])


class Language(Schema):
    lang: str


class Role(Schema):
    id: str
    zh: str
    en: str


class Me(Schema):
    name: str | None
    account: str | None
    clearance: str
    roles: list[Role]


class Catalogue(Schema):
    """See the documentation of the catalogue for what stands in each layer."""

    version: str
    product: dict[str, str]
    city: dict[str, Any]
    viewer: dict[str, Any]
    groups: list[dict[str, Any]]
    layers: list[dict[str, Any]]
    raster_base: str | None = None


@router.get("catalogue", response=Catalogue, summary="All layers that you may see, with fields and styles")
def get_catalogue(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    body = catalogue(viewer)
    body["viewer"]["csrf"] = get_token(request)
    body["raster_base"] = settings.RASTER_BASE
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "private, no-cache"
    return response


@router.get("me", response=Me, summary="Who you are to this server")
def get_me(request: HttpRequest, response: HttpResponse) -> Me:
    viewer = viewer_of(request)
    response["Cache-Control"] = "private, no-cache"
    roles = [Role(id=r.id, zh=r.zh, en=r.en) for r in ROLES.values() if r.id in viewer.roles]
    account = viewer.actor if viewer.known else None
    return Me(name=viewer.name or None, account=account, clearance=viewer.clearance.slug, roles=roles)


@router.post(
    "language",
    response={200: Language, 403: Problem, 422: Problem},
    summary="Choose the language of pages: zh-hant or en",
)
def set_language(request: HttpRequest, body: Language, response: HttpResponse) -> Language:
    language = "en" if body.lang.lower().startswith("en") else "zh-hant"
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.SECURE
    )
    return Language(lang=language)
