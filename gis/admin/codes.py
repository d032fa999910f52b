"""Code lists in the admin site: which there are, what they say in both languages, and which layers use them.

They are files of the product and change with it, so that every row means the same everywhere: looked at here, searched
and taken along as CSV, rewritten by nobody. A list is shown to whoever may see one of its layers; one that no layer
uses, to administrators.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from data.codes import Code, load, titles
from gis.admin.rights import administers, viewer_of
from layers.access import Viewer, may
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.text import Text
from portal.templatetags.words import say

NAME = Text("代碼表", "Code lists")
COLUMNS = ("list", "value", "zh", "en", "group", "valid_from", "valid_to")
MOST_FOUND = 300


@dataclass(frozen=True, slots=True)
class Use:
    """A layer's field that takes its values from a list."""

    layer: Layer
    field: Text


@dataclass(frozen=True, slots=True)
class Listed:
    id: str
    title: Text
    item: str
    """Which item of the form it is, if it is one."""
    codes: tuple[Code, ...]
    uses: tuple[Use, ...]

    @property
    def dated(self) -> bool:
        return any(c.valid_from or c.valid_to for c in self.codes)


def uses() -> dict[str, list[tuple[Layer, Any]]]:
    """Code list → the layers and fields that use it."""
    found: dict[str, list[tuple[Layer, Any]]] = {}
    for layer in register:
        for field in layer.fields:
            if field.codes is not None:
                found.setdefault(field.codes.id, []).append((layer, field))
    return found


def lists(viewer: Viewer, whole: bool) -> list[Listed]:
    """The lists that this viewer may look at; `whole` is for those who administer."""
    out = []
    used, named = uses(), titles()
    for id, table in sorted(load().items()):
        every = used.get(id, [])
        seen = [(la, f) for la, f in every if may(viewer, "see", la) and f.clearance <= viewer.clearance]
        if not (seen or whole):
            continue
        said = named.get(id)
        title = Text(said.zh, said.en) if said else _after(*seen[0]) if seen else Text(id, id)
        shown = tuple(Use(layer, field.title) for layer, field in seen)
        out.append(Listed(id, title, said.item if said else "", tuple(table.entries), shown))
    return out


def _after(layer: Layer, field: Any) -> Text:
    """A list without a name of its own is called after the first that uses it."""
    return Text(f"{layer.title.zh}・{field.title.zh}", f"{layer.title.en}, {field.title.en.lower()}")


class CodePages:
    """The pages, as part of an admin site."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    def urls(self) -> list[Any]:
        def view(page: Any) -> Any:
            return self.site.admin_view(require_safe(page))

        return [
            path("codes/", view(self.overview), name="codes"),
            path("codes/codes.csv", view(self.all_as_csv), name="codes_csv"),
            path("codes/<str:id>/", view(self.page), name="codes_list"),
            path("codes/<str:id>/codes.csv", view(self.one_as_csv), name="codes_list_csv"),
        ]

    def in_index(self, request: HttpRequest) -> dict[str, Any]:
        """As one more group on the first page and beside every other."""
        where = reverse("admin:codes")
        entry = {
            "name": say(NAME),
            "object_name": "codes",
            "admin_url": where,
            "add_url": None,
            "view_only": True,
            "perms": {"add": False, "change": False, "delete": False, "view": True},
            "model": None,
        }
        return {
            "name": say(NAME),
            "app_label": "codes",
            "app_url": where,
            "has_module_perms": True,
            "models": [entry],
        }

    def _lists(self, request: HttpRequest) -> list[Listed]:
        return lists(viewer_of(request), administers(request))

    def _one(self, request: HttpRequest, id: str) -> Listed:
        for one in self._lists(request):
            if one.id == id:
                return one
        raise Http404

    def overview(self, request: HttpRequest) -> HttpResponse:
        """All lists; with `?q=`, the codes that are written so, in either language."""
        asked = request.GET.get("q", "").strip()[:100]
        every = self._lists(request)
        found = [(one, code) for one in every for code in one.codes if _says(code, asked)] if asked else []
        shown = [one for one in every if _named(one, asked)] if asked else every
        context = {
            "title": say(NAME),
            "lists": shown,
            "found": found[:MOST_FOUND],
            "all_found": len(found),
            "q": asked,
        }
        return self._render(request, "admin/codes/overview.html", context)

    def page(self, request: HttpRequest, id: str) -> HttpResponse:
        one = self._one(request, id)
        return self._render(request, "admin/codes/one.html", {"title": say(one.title), "list": one})

    def all_as_csv(self, request: HttpRequest) -> HttpResponse:
        return _csv("antu-codes", self._lists(request))

    def one_as_csv(self, request: HttpRequest, id: str) -> HttpResponse:
        return _csv(id, [self._one(request, id)])

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(request, template, {**self.site.each_context(request), **context})


def _says(code: Code, asked: str) -> bool:
    wanted = asked.lower()
    return code.value.lower() == wanted or wanted in code.zh.lower() or wanted in code.en.lower()


def _named(one: Listed, asked: str) -> bool:
    said = (one.id, one.title.zh, one.title.en, *(f"{u.layer.title.zh} {u.layer.title.en}" for u in one.uses))
    return any(asked.lower() in text.lower() for text in said)


def _csv(name: str, wanted: Iterable[Listed]) -> HttpResponse:
    """With a byte order mark, so that a spreadsheet reads the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in wanted:
        for c in one.codes:
            writer.writerow((one.id, c.value, c.zh, c.en, c.group, c.valid_from or "", c.valid_to or ""))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
