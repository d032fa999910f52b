"""Saved views, presentations and comments in the admin site: administrators read them all and may remove them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from gis.admin.rights import ToRead, administers
from gis.sharing.models import Comment, Deck, SavedView
from layers.registry.text import Text
from portal.templatetags.words import later


class ToReadOrRemove(ToRead):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return administers(request)


@admin.register(SavedView)
class SavedViewAdmin(ToReadOrRemove, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "made_at", "made_by", "clearance", "opened")
    list_filter = ("clearance", ("made_at", admin.DateFieldListFilter))
    search_fields = ("id", "made_by__username", "kept__name")
    list_select_related = ("made_by",)
    fields = ("id", "opened", "made_at", "made_by", "clearance", "told")

    @admin.display(description=later(Text("開啟", "Open")))
    def opened(self, view: SavedView) -> str:
        return format_html('<a href="/#v={}">#v={}</a>', view.pk, view.pk)

    @admin.display(description=later(Text("內容", "Content")))
    def told(self, view: SavedView) -> str:
        return format_html("<pre>{}</pre>", json.dumps(view.state, ensure_ascii=False, indent=2))


@admin.register(Deck)
class DeckAdmin(ToReadOrRemove, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "owner", "changed_at", "version")
    search_fields = ("title", "owner__username")
    list_select_related = ("owner",)


@admin.register(Comment)
class CommentAdmin(ToReadOrRemove, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("said", "author", "at", "state", "layer", "feature", "clearance")
    list_filter = ("state", "clearance", "layer", ("at", admin.DateFieldListFilter))
    search_fields = ("text", "author__username", "feature")
    list_select_related = ("author",)
    exclude = ("place",)

    @admin.display(description=later(Text("內容", "Text")))
    def said(self, comment: Comment) -> str:
        return comment.text[:60] or "—"
