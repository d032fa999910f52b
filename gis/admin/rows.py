"""A `ModelAdmin` made from a layer's declaration: what is shown, found, filtered and changed, and by whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import ModelAdmin, SimpleListFilter, display
from django.contrib.gis.db.models import GeometryField as GeometryColumn
from django.db import models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator

from gis.admin.filters import filter_for
from gis.admin.form import RowForm, choice, dress
from gis.admin.geometry import GeometryField
from gis.admin.rights import viewer_of
from gis.audit.note import note_read
from layers.access import Clearance, Verb, may
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.rows import Row
from layers.registry.sql import AND, Sql, relation
from layers.registry.text import Text
from portal.templatetags.words import later, say

MOST_COLUMNS = 7
MOST_LETTERS = 24
ROW = ("key", "origin", "version", "changed_at")
TITLES = {
    "key": Text("代碼", "Key"),
    "origin": Text("來源", "Origin"),
    "version": Text("版本", "Version"),
    "changed_at": Text("異動時間", "Changed"),
}
PLACE, RECORD = Text("位置", "Place"), Text("紀錄", "Record")
COMPARISONS = {"exact", "isnull", "gt", "gte", "lt", "lte", "year", "month", "day", "date"}


class RowAdmin(ModelAdmin):  # type: ignore[type-arg]
    """One layer. Whatever depends on the reader is asked of the declaration anew for each request."""

    layer: ClassVar[Layer]
    form = RowForm
    list_per_page = 50
    show_full_result_count = False
    save_on_top = True

    # who may

    def _may(self, request: HttpRequest, verb: Verb) -> bool:
        viewer = viewer_of(request)
        return viewer.known and may(viewer, verb, self.layer)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "edit")

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "see")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "edit")

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "edit")

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self._may(request, "edit")

    # what is shown

    def clearance(self, request: HttpRequest) -> Clearance:
        return viewer_of(request).clearance

    def shown(self, request: HttpRequest) -> list[Field]:
        """The fields for this reader; a reference only where the layer it leads to may be seen as well."""
        viewer = viewer_of(request)
        return [
            f
            for f in self.layer.seen_by(viewer.clearance)
            if not isinstance(self.column(f), models.ForeignKey)
            or (f.of is not None and register.find(f.of, viewer) is not None)
        ]

    def column(self, field: Field) -> models.Field[Any, Any]:
        found = self.model._meta.get_field(field.name)
        assert isinstance(found, models.Field)
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        rows = super().get_queryset(request)
        hidden = self.layer.wheres(self.clearance(request))
        if not hidden:
            return rows
        sql = Sql(f"SELECT q.id FROM {relation(self.layer)} WHERE ") + AND.join(Sql(f"({w})") for w in hidden)
        return rows.filter(pk__in=RawSQL(sql.text, sql.params))  # noqa: S611 - conditions of the declaration

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        fields = [f for f in self.shown(request) if not isinstance(self.column(f), models.ForeignKey)]
        fields = [f for f in fields if f.name != self.layer.label and f.resolved != "json" and f.popup]
        fields.sort(key=lambda f: (f.name != self.layer.time, f.codes is None, f.resolved == "string"))
        return ["named", *(listed(f) for f in fields[: MOST_COLUMNS - 1])]

    @display(description=later(Text("名稱", "Name")), ordering="key")
    def named(self, row: Row) -> str:
        """The label where everybody who sees the layer may see it, else the key."""
        label = self.layer.by_name.get(self.layer.label or "")
        if label and label.clearance <= self.layer.clearance:
            return str(getattr(row, label.name) or row.key)
        return row.key

    def get_list_filter(self, request: HttpRequest) -> list[type[SimpleListFilter] | str]:  # type: ignore[override]
        fields = [f for f in self.shown(request) if f.codes is not None or f.resolved == "boolean"]
        return [*(filter_for(f) for f in fields if f.filter), "origin"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        strings = {f.name for f in self.shown(request) if f.resolved == "string"}
        return [name for name in (self.layer.label, "key") if name and name in strings | {"key"}]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Django would let anybody filter by any column, and so guess at what they may not see."""
        name, *rest = lookup.split("__")
        assert request is not None
        names = {n for f in self.shown(request) for n in (self.column(f).name, f"is_{f.name}")} | {*ROW, "id"}
        return name in names and set(rest) <= COMPARISONS

    def get_ordering(self, request: HttpRequest) -> list[str]:  # type: ignore[override]
        time = self.layer.by_name.get(self.layer.time or "")
        return [f"-{time.name}", "-pk"] if time in self.shown(request) and time else ["key"]

    # the form

    def get_fieldsets(self, request: HttpRequest, obj: Row | None = None) -> list[Any]:
        names = [self.column(f).name for f in self.shown(request)]
        place = ["geom", "seen"] if self.has_change_permission(request, obj) else ["geom"]
        return [
            (None, {"fields": names, "description": say(self.layer.description)}),
            (say(PLACE), {"fields": place}),
            (say(RECORD), {"fields": ROW}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> list[str]:
        fixed = [self.column(f).name for f in self.shown(request) if not self.column(f).editable]
        return [*fixed, *ROW]

    def get_form(
        self, request: HttpRequest, obj: Row | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Row]]:
        made = super().get_form(request, obj, change=change, **kwargs)
        made._meta.labels = {name: say(title) for name, title in TITLES.items()} | {
            self.column(f).name: say(f.title) for f in self.shown(request)
        }
        return made

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if isinstance(db_field, GeometryColumn):
            label = say(PLACE)
            return GeometryField(db_field.geom_type, self.layer.geometry or "point", label=label)
        field = self.layer.by_name.get(db_field.attname)
        if field is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        if field.codes is not None:
            return dress(choice(db_field, field.codes, field.resolved == "integer"), field)
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        return dress(formfield, field) if formfield else None

    # writing

    def save_model(self, request: HttpRequest, obj: Row, form: RowForm, change: bool) -> None:
        if change:
            obj.version += 1
        else:
            obj.key, obj.origin = f"e-{uuid.uuid4().hex[:20]}", "edit"
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """What goes along is counted, not named: its names may be above the reader's clearance."""
        _, counts, refused, held = super().get_deleted_objects(objs, request)
        kinds = sorted({str(type(o)._meta.verbose_name) for o in held if isinstance(o, models.Model)})
        return [str(o) for o in objs], counts, refused, kinds or [str(len(held))] if held else []

    # reading what is audited

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_view_permission(request):
            note_read(viewer_of(request), self.layer, f"admin {request.GET.urlencode()}".strip())
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if object_id and self.has_view_permission(request):
            note_read(viewer_of(request), self.layer, f"admin row {object_id}")
        return super().changeform_view(request, object_id, form_url, extra_context)


def listed(field: Field) -> Callable[[Row], Any]:
    """A column of the list: the code's label, the number with its unit, a tick."""
    titles = {str(c.value): Text(c.zh, c.en) for c in field.codes.entries} if field.codes else {}

    @display(
        description=later(field.title),
        ordering=field.name,
        boolean=field.resolved == "boolean" and not titles,
    )
    def show(row: Row) -> Any:
        value = getattr(row, field.name)
        if str(value) in titles:
            return say(titles[str(value)])
        if field.unit and isinstance(value, int | float):
            return f"{value:g} {field.unit}"
        return Truncator(value).chars(MOST_LETTERS) if isinstance(value, str) else value

    show.__name__ = field.name
    return show


def admin_for(layer: Layer, fields: Sequence[Field]) -> type[RowAdmin]:
    """The class for a layer. References are typed or picked in a small window, never a list of a whole city."""
    assert layer.model is not None
    columns = [layer.model._meta.get_field(f.name) for f in fields]
    time = layer.by_name.get(layer.time or "")
    said: dict[str, Any] = {
        "layer": layer,
        "raw_id_fields": tuple(c.name for c in columns if isinstance(c, models.ForeignKey)),
        "date_hierarchy": time.name if time and time.clearance <= layer.clearance else None,
    }
    return type(f"{layer.id}_admin", (RowAdmin,), said)


def title_model(layer: Layer) -> None:
    """Pages, buttons and messages speak of the layer by its own title, in the reader's language."""
    assert layer.model is not None
    title: Any = later(layer.title)
    layer.model._meta.verbose_name = layer.model._meta.verbose_name_plural = title
