"""Whose data the layers show: one attribution for all that is the city's own."""

from django.conf import settings

from layers.registry.text import Text

CITY = Text(**settings.CITY["attribution"])
