"""Enforcement: sites, detection zones, corridors, violations."""

from layers.registry.text import Text

TITLE = Text("科技執法", "Enforcement")
