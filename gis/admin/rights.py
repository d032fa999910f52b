"""Who may do what in the admin site. Django's own table of permissions is not asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from layers.access import ANONYMOUS, EDITORS, Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer of a session. A token has no business on pages: it is nobody here."""
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    return viewer if request.user.is_authenticated and viewer.user_id == request.user.pk else ANONYMOUS


def administers(request: HttpRequest) -> bool:
    return bool(viewer_of(request).roles & EDITORS)


class ForAdministrators:
    """Pages for administrators alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)


class ToRead(ForAdministrators):
    """Administrators look, nobody changes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
