"""`/api`: actions and questions that are not features. Documented at `/api/docs`, complete in `/api/openapi.json`.

Each theme adds a router from its `actions.py`, mounted at `/api/<theme>`; what belongs to all is here.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from gis.api.problem import ApiProblem
from layers.access import Refused

api = NinjaAPI(title="Antu API", version="1", urls_namespace="api", docs_url=None)


@api.exception_handler(ApiProblem)
def _problem(request: HttpRequest, problem: ApiProblem) -> HttpResponse:
    return api.create_response(request, {"detail": str(problem), "code": problem.code}, status=problem.status)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    return api.create_response(
        request, {"detail": "您沒有這項權限。 You may not do this.", "code": "refused"}, status=403
    )


@api.exception_handler(OperationalError)
def _slow(request: HttpRequest, problem: DatabaseError) -> HttpResponse:
    said = {"detail": "資料庫忙碌中，請稍後再試。 The database is busy; try again shortly.", "code": "busy"}
    return api.create_response(request, said, status=503)


def _mount() -> None:
    from gis.api.layers import router as layers
    from gis.api.me import router as me
    from gis.api.search import router as search

    for router in (me, layers, search):
        api.add_router("", router)
    for app in apps.get_app_configs():
        if app.name.startswith("layers.") and find_spec(f"{app.name}.actions"):
            api.add_router(app.label, import_module(f"{app.name}.actions").router)


_mount()
