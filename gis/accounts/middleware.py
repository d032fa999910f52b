"""Puts the viewer on Django's request, and tells the database whose writes these are."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject

from gis.accounts.entry import held_back
from gis.accounts.identity import SECOND, BadCredential, credential, look_up, viewer_of
from layers.access import ANONYMOUS, Viewer

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class WhoIsIt:
    """`request.viewer` is what the ASGI process found; elsewhere (tests, WSGI) it is worked out here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            viewer = self.find(request)
        except BadCredential as problem:
            return JsonResponse({"detail": str(problem), "code": "bad-token"}, status=401)
        request.viewer = viewer  # type: ignore[attr-defined]
        request.held_back = SimpleLazyObject(lambda: held_back(request))  # type: ignore[attr-defined]
        if request.method in SAFE:
            return self.get_response(request)
        say_actor(viewer.actor)
        try:
            return self.get_response(request)
        finally:
            say_actor("")

    @staticmethod
    def find(request: HttpRequest) -> Viewer:
        scope = getattr(request, "scope", None)
        if scope and "viewer" in scope:
            found: Viewer = scope["viewer"]
            return found
        shown = shown_by(request)
        if shown and shown[0] == "token":
            return look_up(*shown).viewer
        if not request.user.is_authenticated:
            return ANONYMOUS
        return viewer_of(request.user, bool(request.session.get(SECOND)))


def shown_by(request: HttpRequest) -> tuple[str, str] | None:
    """The credential of a Django request, as `Identity` reads it."""
    return credential(
        {k.lower().encode(): v.encode("latin-1", "replace") for k, v in request.headers.items()}
    )


def say_actor(actor: str) -> None:
    """Who answers for what is written: for this transaction, or outside of one until said otherwise."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('antu.actor', %s, %s)", [actor, connection.in_atomic_block])
