"""The audit log in the admin site: to be read by administrators, and who read it is in it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from gis.admin.rights import ToRead, administers, viewer_of
from gis.audit.models import Entry
from gis.audit.note import note
from gis.audit.verify import verify
from layers.registry.text import Text
from portal.templatetags.words import later, say


@admin.register(Entry)
class EntryAdmin(ToRead, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("seq", "at", "actor", "action", "subject", "object", "rows")
    list_filter = ("action", ("at", admin.DateFieldListFilter))
    search_fields = ("actor", "subject", "object")
    search_help_text = later(Text("行為人、對象或識別", "Actor, subject or object"))
    fields = ("seq", "at", "actor", "action", "subject", "object", "told", "chained")
    ordering = ("-seq",)
    show_full_result_count = False
    list_per_page = 100

    @admin.display(description=later(Text("筆數", "Rows")))
    def rows(self, entry: Entry) -> Any:
        return entry.detail.get("rows", "")

    @admin.display(description=later(Text("內容", "Detail")))
    def told(self, entry: Entry) -> str:
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, ensure_ascii=False, indent=2))

    @admin.display(description=later(Text("雜湊", "Hash")))
    def chained(self, entry: Entry) -> str:
        return bytes(entry.hash).hex()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.verified))
        return [path("verify/", view, name="audit_entry_verify"), *super().get_urls()]

    def verified(self, request: HttpRequest) -> HttpResponse:
        """The chain from its beginning, and what became of it; who asked is on record."""
        if not administers(request):
            raise PermissionDenied
        note(viewer_of(request).actor, "verify", "audit_entry")
        found = verify()
        if found.whole:
            said = Text(
                f"{found.entries:,} 筆紀錄完整，沒有被改過。末端：{found.head}",
                f"{found.entries:,} entries hold together; none was changed. The end: {found.head}",
            )
            self.message_user(request, say(said), messages.SUCCESS)
        else:
            said = Text(
                f"紀錄在第 {found.broken_at} 筆斷開：{found.reason}請保存資料庫並通知資安人員。",
                f"The log is broken at entry {found.broken_at}. {found.reason} Keep the database as it is and tell security.",
            )
            self.message_user(request, say(said), messages.ERROR)
        return redirect("admin:audit_entry_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if administers(request):
            note(viewer_of(request).actor, "read", "audit_entry", request.GET.urlencode())
        return super().changelist_view(request, extra_context)
