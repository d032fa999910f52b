"""Missing people: last-seen places and the receivers that may hear a tag."""

from layers.registry.text import Text

TITLE = Text("協尋", "Missing people")
