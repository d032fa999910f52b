"""`{% picture "explore" "中文說明" "what it shows" %}`: a picture of the help, in the reader's language."""

from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from layers.registry.text import Text
from portal.templatetags.words import say

FOLDER = Path(__file__).parents[1] / "help"
register = template.Library()


def file_of(name: str, language: str) -> str:
    return f"{name}.{'en' if language == 'en' else 'zh'}.jpg"


@register.simple_tag
def picture(name: str, zh: str, en: str) -> SafeString:
    shown = file_of(name, get_language() or "zh-hant")
    return format_html(
        '<figure><a href="{}"><img src="{}" alt="{}" loading="lazy"></a><figcaption>{}</figcaption></figure>',
        static(f"help/{shown}"),
        static(f"help/{shown}"),
        say(Text(zh, en)),
        say(Text(zh, en)),
    )
