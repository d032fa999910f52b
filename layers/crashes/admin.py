"""EPDO weights in the admin site: a new day is added, an old one is never rewritten, since ranks were made with it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from layers.access import ANONYMOUS, EDITORS, Viewer
from layers.crashes.models import EpdoWeight

WEIGHERS = frozenset({"reviewer", "analyst"}) | EDITORS


def weighs(request: HttpRequest) -> bool:
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    return (
        request.user.is_authenticated and viewer.user_id == request.user.pk and bool(viewer.roles & WEIGHERS)
    )


@admin.register(EpdoWeight)
class EpdoWeightAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("valid_from", "a1", "a2", "a3", "source")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return weighs(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return weighs(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return weighs(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
