"""`/api`: actions and questions that are not features. Documented at `/api/docs`, complete in `/api/openapi.json`.

Each theme adds a router from its `actions.py`, mounted at `/api/<theme>`; what belongs to all is here.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from gis.api.guard import SCHEMES, OnRecord, SameSite
from gis.api.problem import ApiProblem
from layers.access import Refused


class ReadableJson(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Its description also says how one shows who one is; all of it may be read anonymously."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**asked)
        schema["components"]["securitySchemes"] = SCHEMES
        schema["security"] = [{}, *({name: []} for name in SCHEMES)]
        return schema


api = Api(
    title="Antu API",
    version="1",
    description="Actions and questions beside the features of /ogc and the tiles of /tiles.",
    urls_namespace="api",
    docs=Swagger({"validatorUrl": None}),
    auth=SameSite(),
    renderer=ReadableJson(),
)


def _say(request: HttpRequest, status: int, code: str, sentence: str) -> HttpResponse:
    return api.create_response(request, {"detail": sentence, "code": code}, status=status)


@api.exception_handler(ApiProblem)
def _problem(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    return _say(request, problem.status, problem.code, str(problem))


@api.exception_handler(HttpError)
def _said(request: HttpRequest, problem: HttpError) -> HttpResponse:
    """What a theme refuses; it may give a code of its own."""
    return _say(request, problem.status_code, getattr(problem, "code", "refused"), str(problem))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """What pydantic found wrong, as one sentence that names each parameter."""
    wrong = (f"{'.'.join(str(p) for p in e['loc'][1:]) or 'body'}: {e['msg']}" for e in problem.errors)
    return _say(request, 422, "invalid", "; ".join(wrong) + ".")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, problem: Http404) -> HttpResponse:
    return _say(request, 404, "not-found", "沒有這個東西。 There is no such thing.")


@api.exception_handler(Refused)
def _refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    return _say(request, 403, "refused", "您沒有這項權限。 You may not do this.")


@api.exception_handler(OperationalError)
def _slow(request: HttpRequest, problem: OperationalError) -> HttpResponse:
    return _say(request, 503, "busy", "資料庫忙碌中，請稍後再試。 The database is busy; try again shortly.")


def _mount() -> None:
    from gis.api.edits import router as edits
    from gis.api.geometry import router as geometry
    from gis.api.layers import router as layers
    from gis.api.me import router as me
    from gis.api.nearby import router as nearby
    from gis.api.ranking import router as ranking
    from gis.api.search import router as search
    from gis.api.tours import router as tours
    from gis.sharing.decks import router as decks
    from gis.sharing.dossier import router as dossiers
    from gis.sharing.duty import router as duty
    from gis.sharing.paper import router as paper
    from gis.sharing.saved import router as saved
    from gis.sharing.talk import router as talk
    from gis.uploads.actions import router as uploads

    for router in (me, layers, edits, geometry, ranking, nearby, search, tours):
        api.add_router("", router)
    for router in (saved, decks, talk, paper, dossiers):
        api.add_router("", router)
    api.add_router("uploads", uploads)
    api.add_router("patrol", duty, auth=OnRecord())
    for app in apps.get_app_configs():
        if app.name.startswith("layers.") and find_spec(f"{app.name}.actions"):
            api.add_router(app.label, import_module(f"{app.name}.actions").router, auth=OnRecord())


_mount()
