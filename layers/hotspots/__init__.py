"""Hotspots: surfaces of where and when."""

from layers.registry.text import Text

TITLE = Text("熱點", "Hotspots")
