"""Defects: damage and faults of the road, and what citizens report."""

from layers.registry.text import Text

TITLE = Text("道路缺失", "Road defects")
