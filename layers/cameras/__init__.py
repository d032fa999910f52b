"""Cameras: sets and lenses of the police, private cameras, proposals for new ones."""

from layers.registry.text import Text

TITLE = Text("監視器", "Cameras")
