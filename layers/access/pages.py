"""Admin pages that people of some roles look at and nobody rewrites: what is on them changes by the theme's own rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from layers.access.viewer import ANONYMOUS, Viewer


def one_of(request: HttpRequest, roles: frozenset[str]) -> bool:
    """Whether a session's person has one of the roles. A token has no business on pages."""
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    return request.user.is_authenticated and viewer.user_id == request.user.pk and bool(viewer.roles & roles)


class LookedAt(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at by `roles`, changed by nobody."""

    roles: ClassVar[frozenset[str]] = frozenset()
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return one_of(request, self.roles)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return one_of(request, self.roles)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
