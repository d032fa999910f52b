"""The council's papers in the admin site: meetings with their agenda, decisions, visits, reviews. Read there, never rewritten."""

from __future__ import annotations

from django.contrib import admin

from layers.access.pages import LookedAt
from layers.council.api.who import WRITERS
from layers.council.models import AgendaItem, Decision, Meeting, Review, Visit


class ForMembers(LookedAt):
    """Changed where the rules of meetings are kept."""

    roles = WRITERS


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
