"""Where people serve, which decides whose cases are whose, and the weights of crashes: of EPDO weights a new day is added,
an old one is never rewritten, since ranks were made with it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from layers.access import ANONYMOUS, EDITORS, Viewer
from layers.crashes.models import EpdoWeight, Post


def administers(request: HttpRequest) -> bool:
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    same = request.user.is_authenticated and viewer.user_id == request.user.pk
    return same and "administrator" in viewer.roles


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "places")
    autocomplete_fields = ()
    filter_horizontal = ("stations",)
    search_fields = ("user__username", "user__first_name", "stations__name")

    @admin.display(description="派出所")
    def places(self, post: Post) -> str:
        return "、".join(post.stations.values_list("name", flat=True))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)


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
