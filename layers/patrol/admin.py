"""Patrol in the admin site, for planners: generations of keys, tags, devices, rules, banned turns; and what was refused.

What has history is read or retired there, never rewritten.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from layers.access import ANONYMOUS, Viewer
from layers.access.pages import LookedAt, one_of
from layers.patrol.models import (
    BoxFault,
    Device,
    NoteRule,
    Notice,
    PatrolKey,
    Proof,
    Refusal,
    Ruleset,
    ShiftPlan,
    Sighting,
    Subscription,
    Tag,
    TurnBan,
)  # fmt: skip

PLANNERS = frozenset({"patrol_planner", "administrator"})


class ForPlanners(LookedAt):
    roles = PLANNERS


@admin.action(description="停用所選 · Retire what is chosen", permissions=["view"])
def retire(modeladmin: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
    rows.filter(retired_at=None).update(retired_at=timezone.now())


@admin.action(description="停用所選裝置 · Revoke these devices", permissions=["view"])
def revoke(modeladmin: Any, request: HttpRequest, rows: QuerySet[Any]) -> None:
    rows.filter(revoked_at=None).update(revoked_at=timezone.now())


@admin.register(PatrolKey)
class KeyAdmin(ForPlanners):
    list_display = ("version", "created_at", "retired_at")
    fields = ("version", "created_at", "retired_at")
    actions = (retire,)


@admin.register(Tag)
class TagAdmin(ForPlanners):
    list_display = ("box", "how", "uid", "key", "issued_at", "retired_at")
    list_filter = ("how",)
    search_fields = ("uid", "box__key", "box__name")
    list_select_related = ("box", "key")
    fields = ("box", "how", "uid", "key", "issued_at", "retired_at")
    actions = (retire,)


@admin.register(Device)
class DeviceAdmin(ForPlanners):
    list_display = ("officer", "platform", "skew_s", "seen_at", "revoked_at")
    search_fields = ("officer",)
    actions = (revoke,)


@admin.register(Ruleset)
class RulesetAdmin(ForPlanners):
    list_display = ("station", "valid_from", "figures", "by")
    list_select_related = ("station",)


@admin.register(Refusal)
class RefusalAdmin(ForPlanners):
    list_display = ("at", "actor", "box", "how", "reason", "sentence")
    list_filter = ("reason", "how")
    search_fields = ("actor", "box")


@admin.register(Proof)
class ProofAdmin(ForPlanners):
    list_display = ("signin_id", "how", "level", "received", "distance_m", "decided", "decided_by")
    list_filter = ("level", "how")


@admin.register(ShiftPlan)
class PlanAdmin(ForPlanners):
    list_display = ("name", "version", "station", "begin", "status", "made_by", "published_by")
    list_filter = ("status",)
    list_select_related = ("station",)


@admin.register(TurnBan)
class TurnBanAdmin(ForPlanners):
    list_display = ("origin", "to")
    raw_id_fields = ("origin", "to")

    def has_add_permission(self, request: HttpRequest) -> bool:  # type: ignore[override]
        return one_of(request, PLANNERS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return one_of(request, PLANNERS)


@admin.register(BoxFault)
class FaultAdmin(ForPlanners):
    list_display = ("at", "box", "kind", "text", "by", "closed_at")
    list_filter = ("kind", "closed_at")
    list_select_related = ("box",)


@admin.register(NoteRule)
class NoteRuleAdmin(ForPlanners):
    """Rules are made, changed and given an end here; what they told stays in the words told."""

    list_display = ("what", "zh", "station", "radius_m", "days", "urgent", "valid_from", "valid_to", "by")
    list_filter = ("what", "urgent")
    list_select_related = ("station",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # type: ignore[override]
        return one_of(request, PLANNERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return one_of(request, PLANNERS)

    def save_model(self, request: HttpRequest, obj: NoteRule, form: Any, change: bool) -> None:
        obj.by = request.user.get_username()[:200]
        super().save_model(request, obj, form, change)


@admin.register(Notice)
class NoticeAdmin(ForPlanners):
    list_display = ("at", "officer", "zh", "urgent", "by", "read_at", "pushed")
    list_filter = ("urgent",)
    search_fields = ("officer", "zh")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        """Words beyond the reader's own clearance are not there."""
        viewer: Viewer = getattr(request, "viewer", ANONYMOUS)
        return super().get_queryset(request).filter(clearance__lte=int(viewer.clearance))


@admin.register(Subscription)
class SubscriptionAdmin(ForPlanners):
    list_display = ("officer", "made_at", "used_at", "failures")
    fields = ("officer", "made_at", "used_at", "failures")
    search_fields = ("officer",)


@admin.register(Sighting)
class SightingAdmin(ForPlanners):
    list_display = ("at", "why", "key")
    fields = ("at", "why", "key")  # the plate is for those with special leave
