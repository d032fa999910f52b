"""`{% built "src/admin.ts" as admin %}`: the scripts and styles of an entry of the front end, or None before a build."""

from django import template

from portal.built import Assets, NotBuilt, assets

register = template.Library()


@register.simple_tag
def built(entry: str) -> Assets | None:
    try:
        return assets(entry)
    except NotBuilt:
        return None
