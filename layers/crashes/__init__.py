"""Crashes: records of traffic crashes, their parties, and where they gather."""

from layers.registry.text import Text

TITLE = Text("事故", "Crashes")
