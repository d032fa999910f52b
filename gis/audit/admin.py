"""The audit log in the admin site: to be read by administrators, and who read it is in it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from gis.admin.rights import ToRead, administers, viewer_of
from gis.audit.models import Entry
from gis.audit.note import note
from layers.registry.text import Text
from portal.templatetags.words import later


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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if administers(request):
            note(viewer_of(request).actor, "read", "audit_entry", request.GET.urlencode())
        return super().changelist_view(request, extra_context)
