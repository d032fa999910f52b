"""Sums of millimetres in a template; Django's own `add` rounds to whole numbers."""

from django import template

register = template.Library()


@register.filter
def plus(value: float, more: float) -> float:
    return round(float(value) + float(more), 3)
