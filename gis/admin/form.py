"""The form of one row: labels, help, code lists and the place, as the layer declares them, and a lock.

Two people who open the same row cannot overwrite each other: the second is told to look again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from layers.registry.field import CodeList, Field
from layers.registry.text import Text
from portal.templatetags.words import say

CHANGED = Text(
    "您開啟之後，已有別人修改這筆資料。請重新整理頁面，看過之後再改。",
    "Somebody changed this since you opened it. Reload the page and look before you change it.",
)


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen" in self.fields:
            self.fields["seen"].initial = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk and "seen" in self.fields:
            rows = type(self.instance)._default_manager.select_for_update().filter(pk=self.instance.pk)
            if rows.values_list("version", flat=True).first() != self.cleaned_data.get("seen"):
                raise ValidationError(say(CHANGED))
        return cleaned


def choice(column: models.Field[Any, Any], codes: CodeList, number: bool) -> forms.TypedChoiceField:
    """A code list as a selection: what is valid today first; older codes stay possible for older rows."""
    titles: dict[str, str] = {}
    for entries in (codes.at(date.today()).entries, codes.entries):
        for code in entries:
            titles.setdefault(code.value, f"{say(Text(code.zh, code.en))} ({code.value})")
    optional = column.blank or column.null
    return forms.TypedChoiceField(
        choices=[*([("", "—")] if optional else []), *titles.items()],
        coerce=int if number else str,
        empty_value=None if column.null else "",
        required=not optional,
        initial=column.get_default() if column.has_default() else None,
    )


def dress(formfield: forms.Field, field: Field) -> forms.Field:
    """The declared title, unit and description in the reader's language."""
    formfield.label = say(field.title) + (f" ({field.unit})" if field.unit else "")
    if field.description:
        formfield.help_text = say(field.description)
    return formfield
