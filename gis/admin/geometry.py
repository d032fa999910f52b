"""A place in a form: GeoJSON in a text area, wrapped in `<antu-geometry>`, which the portal turns into a map."""

from __future__ import annotations

from typing import Any

import shapely
from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from layers.registry.place import BadPlace, read_place
from layers.registry.text import Text
from portal.templatetags.words import say

HELP = Text("GeoJSON，WGS 84，先經度後緯度。", "GeoJSON in WGS 84, longitude first.")


class GeometryArea(forms.Textarea):
    def __init__(self, kind: str) -> None:
        super().__init__(attrs={"rows": 6, "cols": 80, "spellcheck": "false", "class": "vLargeTextField"})
        self.kind = kind

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        area = super().render(name, value, attrs, renderer)
        return format_html('<antu-geometry kind="{}">{}</antu-geometry>', self.kind, area)


class GeometryField(forms.Field):
    """`wanted` is the column's type in PostGIS; a single polygon is taken where several may stand."""

    def __init__(self, wanted: str, kind: str, **kwargs: Any) -> None:
        super().__init__(widget=GeometryArea(kind), help_text=say(HELP), **kwargs)
        self.wanted = wanted

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, GEOSGeometry):
            return value
        return shapely.to_geojson(shapely.from_wkb(bytes(value.wkb)))

    def to_python(self, value: Any) -> GEOSGeometry | None:
        if value in self.empty_values:
            return None
        try:
            drawn = read_place(str(value), self.wanted)
        except BadPlace as wrong:
            raise ValidationError(say(wrong.text)) from wrong
        return GEOSGeometry(memoryview(drawn.wkb), srid=4326)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            drawn = self.to_python(data)
        except ValidationError:
            return True
        if initial is None or drawn is None:
            return initial is not drawn
        return not drawn.equals_exact(initial)
