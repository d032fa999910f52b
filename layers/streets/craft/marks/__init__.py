"""The markings of a plan, painted by the rules of the document's day: `paint(plan)`."""

from __future__ import annotations

from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.plan import Plan, feature_id
from layers.streets.craft.marks.across import across
from layers.streets.craft.marks.along import along
from layers.streets.craft.marks.canvas import Canvas, Mark
from layers.streets.craft.marks.clear import clear
from layers.streets.craft.marks.fields import fields
from layers.streets.craft.marks.rules import Rules, rules_on
from layers.streets.craft.marks.symbols import symbols

__all__ = ["Mark", "paint", "rows"]


def paint(plan: Plan, rules: Rules | None = None) -> list[Mark]:
    """Every marking, in the same order each time."""
    rules = rules or rules_on(plan.web.document.rules_on)
    canvas = Canvas()
    along(plan, canvas, rules)
    across(plan, canvas, rules)
    symbols(plan, canvas, rules)
    fields(plan, canvas, rules)
    return clear(plan, canvas.finish())


def rows(plan: Plan, marks: list[Mark]) -> list[tuple[str, BaseGeometry, dict[str, Any]]]:
    """One feature a piece: a dash, a stripe, a bar; pieces of one marking share `marking`."""
    found = []
    for mark in marks:
        marking = feature_id(mark.owner, mark.part)
        rule = mark.rule
        for n, shape in enumerate(mark.shapes):
            found.append(
                (
                    feature_id(mark.owner, f"{mark.part}/{n}"),
                    shape,
                    {
                        "marking": marking,
                        "kind": rule.key,
                        "article": rule.article,
                        "name": rule.zh,
                        "colour": mark.colour,
                        "owner": mark.owner,
                        "text_date": rule.text.isoformat(),
                        **({"text": mark.text} if mark.text else {}),
                    },
                )
            )
    return found
