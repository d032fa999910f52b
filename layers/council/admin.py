"""The council's papers in the admin site: meetings with their agenda, decisions, visits, reviews. Read there, never rewritten."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from layers.access import ANONYMOUS, Viewer
from layers.council.api.who import WRITERS
from layers.council.models import AgendaItem, Decision, Meeting, Review, Visit


def writes(request: HttpRequest) -> bool:
    viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
    return (
        request.user.is_authenticated and viewer.user_id == request.user.pk and bool(viewer.roles & WRITERS)
    )


class ForMembers(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at by members; changed where the rules of meetings are kept."""

    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return writes(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return writes(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Agenda(admin.TabularInline):  # type: ignore[type-arg]
    model = AgendaItem
    fields = ("number", "title", "note", "by")
    can_delete = False
    extra = 0


@admin.register(Meeting)
class MeetingAdmin(ForMembers):
    list_display = ("title", "held_on", "place", "state")
    list_filter = ("state",)
    search_fields = ("title",)
    inlines = (Agenda,)


@admin.register(Decision)
class DecisionAdmin(ForMembers):
    list_display = ("item", "outcome", "unit", "due", "standing")
    list_filter = ("standing", "outcome", "unit")
    search_fields = ("item__title", "text", "unit")
    list_select_related = ("item",)


@admin.register(Visit)
class VisitAdmin(ForMembers):
    list_display = ("junction", "held_on", "who")
    search_fields = ("junction__name", "who")
    list_select_related = ("junction",)


@admin.register(Review)
class ReviewAdmin(ForMembers):
    list_display = ("measure", "months", "made_at")
    list_select_related = ("measure",)
