"""Filters of a list, from the code lists and yes/no fields of a declaration."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from layers.registry.field import Field
from layers.registry.text import Text
from portal.templatetags.words import say

MOST_CHOICES = 40
YES_NO = (("1", Text("是", "Yes")), ("0", Text("否", "No")))


class CodeFilter(SimpleListFilter):
    field: ClassVar[Field]
    title = ""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: ModelAdmin[Any]) -> None:
        self.title = say(self.field.title)
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        if self.field.codes is None:
            return [(value, say(title)) for value, title in YES_NO]
        titles = {str(c.value): say(Text(c.zh, c.en)) for c in self.field.codes.entries}
        return list(titles.items())[:MOST_CHOICES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen not in dict(self.lookup_choices):
            return queryset
        value: Any = chosen == "1" if self.field.codes is None else chosen
        return queryset.filter(**{self.field.name: value})


def filter_for(field: Field) -> type[CodeFilter]:
    said = {"field": field, "parameter_name": f"is_{field.name}"}
    return type(f"{field.name}_filter", (CodeFilter,), said)
