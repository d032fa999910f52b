"""Accounts, tokens and sign-ins in the admin site, for administrators alone. Roles are given, not permissions."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from gis.accounts import factors
from gis.accounts.models import Attempt, Token
from gis.admin.rights import ForAdministrators, ToRead, viewer_of
from gis.audit.note import note
from layers.access import ROLES
from layers.registry.text import Text
from portal.templatetags.words import later, say

admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)


class RoleChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Group) -> str:
        role = ROLES[obj.name]
        return f"{say(Text(role.zh, role.en))} ({obj.name})"


@admin.register(User)
class PeopleAdmin(ForAdministrators, UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "roles", "second", "is_active", "last_login")
    actions = ("clear_second",)
    list_filter = ("groups", "is_active")
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (later(Text("角色", "Roles")), {"fields": ("groups", "is_active")}),
        (later(Text("紀錄", "Record")), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "password1", "password2")}),
        (later(Text("角色", "Roles")), {"fields": ("groups",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        armed = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=factors.RECOVERY)
        people: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return people.annotate(armed=Exists(armed))

    @admin.display(description=later(Text("第二道驗證", "Second step")), boolean=True)
    def second(self, user: User) -> bool:
        return bool(getattr(user, "armed", False))

    @admin.action(
        description=later(Text("清除選取人員的第二道驗證", "Clear the second step of the selected people"))
    )
    def clear_second(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """For whoever lost phone and codes. It is on record, for each of them."""
        for user in people:
            gone, _ = Authenticator.objects.filter(user=user).delete()
            if gone:
                note(viewer_of(request).actor, "factors-cleared", "account", user.get_username())
        said = Text(
            "已清除；他們下次登入只需密碼，請提醒重新加入。",
            "Cleared: their password alone opens the account until they add one again.",
        )
        self.message_user(request, say(said))

    @admin.display(description=later(Text("角色", "Roles")))
    def roles(self, user: User) -> str:
        known = [ROLES[g.name] for g in user.groups.all() if g.name in ROLES]
        return "、".join(say(Text(r.zh, r.en)) for r in known) or "—"

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        return RoleChoice(
            Group.objects.filter(name__in=ROLES),
            label=say(Text("角色", "Roles")),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=say(Text("角色決定能看到與修改什麼。", "Roles decide what may be seen and changed.")),
        )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.pk != request.user.pk)


@admin.register(Token)
class TokenAdmin(ToRead, admin.ModelAdmin):  # type: ignore[type-arg]
    """Tokens are made by their owners; an administrator can end them."""

    list_display = ("user", "name", "hint", "clearance", "expires_at", "used_on", "revoked_at")
    list_filter = ("clearance",)
    search_fields = ("user__username", "name", "hint")
    list_select_related = ("user",)
    exclude = ("hash",)
    actions = ("revoke",)

    @admin.action(description=later(Text("撤銷選取的權杖", "Revoke the selected tokens")))
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        n = tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, say(Text(f"已撤銷 {n} 個權杖。", f"{n} tokens are revoked.")))


@admin.register(Attempt)
class AttemptAdmin(ToRead, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "name", "address", "good")
    list_filter = ("good",)
    search_fields = ("name", "address")
    ordering = ("-pk",)
