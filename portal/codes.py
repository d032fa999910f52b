"""Pages of code lists: which there are, and each with the days on which its codes hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from data.codes import load, titles
from layers.registry.text import Text


@dataclass(frozen=True, slots=True)
class Listed:
    id: str
    item: str
    title: Text
    count: int
    dated: bool
    """Whether it is not the same on every day."""


def overview() -> list[Listed]:
    """The lists that have a name, in the order of the form."""
    return [_listed(id) for id in titles()]


def _listed(id: str) -> Listed:
    said, entries = titles()[id], load()[id].entries
    dated = any(c.valid_from or c.valid_to for c in entries)
    return Listed(id, said.item, Text(said.zh, said.en), len(entries), dated)


@require_safe
def page(request: HttpRequest, id: str) -> HttpResponse:
    """One list: all of it, or as it was on the day `?on=`."""
    if id not in titles():
        raise Http404
    asked = request.GET.get("on", "")
    try:
        day: date | None = parse_date(asked) if asked else None
    except ValueError:
        day = None
    whole = load()[id]
    entries = (whole.at(day) if day else whole).entries
    wrong = bool(asked) and day is None
    return render(
        request,
        "portal/codes.html",
        {"list": _listed(id), "lists": overview(), "entries": entries, "day": day, "wrong": wrong},
        status=400 if wrong else 200,
    )
