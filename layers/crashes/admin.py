"""Where people serve, in the admin site, for administrators: it decides which cases are theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from layers.access import ANONYMOUS, Viewer
from layers.crashes.models import Post


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
