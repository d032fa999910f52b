"""Whoever comes with a session cookie and wants to change something must come from our own pages."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.utils import check_csrf

from gis.accounts.middleware import SAFE, shown_by
from gis.api.problem import ApiProblem
from gis.audit.note import note
from layers.access.asking import viewer_of

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token from /accounts/"},
    "token as password": {"type": "http", "scheme": "basic", "description": "Any user name; the token as password"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Signed in at /accounts/sign-in/"},
}  # fmt: skip


class SameSite:
    """Runs before every action. Tokens are sent by programs on purpose; cookies are sent by browsers anyway."""

    csrf = True  # the documentation page then sends our own mark along

    def __call__(self, request: HttpRequest) -> bool:
        shown = shown_by(request)
        if request.method in SAFE or (shown and shown[0] == "token") or check_csrf(request) is None:
            return True
        raise ApiProblem(
            "請從安圖的頁面操作，或重新整理頁面。 Do this from a page of Antu, with the header X-CSRFToken.",
            "csrf",
            403,
        )


class OnRecord(SameSite):
    """For the actions of themes, which show and do what features do not: who used which is in the audit log."""

    def __call__(self, request: HttpRequest) -> bool:
        super().__call__(request)
        viewer = viewer_of(request)
        if viewer.known:
            note(viewer.actor, "action", request.method or "", request.get_full_path())
        return True
