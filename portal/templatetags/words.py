"""Words of server pages in the reader's language: `{% t "登入" "Sign in" %}`, or `{% t layer.title %}` of a Text.

This is the one way of translating our own words; Django's own (forms, admin) come from its catalogues.
"""

from django import template
from django.utils.functional import lazy
from django.utils.translation import get_language

from layers.registry.text import Text

register = template.Library()


@register.simple_tag
def t(zh: str | Text, en: str = "") -> str:
    return say(zh if isinstance(zh, Text) else Text(zh, en))


@register.filter
def words(text: Text) -> str:
    """As a filter, for places where a tag cannot stand: `{{ role|words }}`."""
    return say(text)


def say(text: Text) -> str:
    return text.get(get_language() or "zh-hant")


later = lazy(say, str)
"""For what is written down at import and read in each reader's language."""
