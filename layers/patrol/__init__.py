"""Patrol: boxes, routes, sign-ins, and the tracks of patrol cars."""

from layers.registry.text import Text

TITLE = Text("巡邏", "Patrol")
