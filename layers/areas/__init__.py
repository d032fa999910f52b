"""Areas: districts, wards, precincts, stations and beats, the ground that others count by."""

from layers.registry.text import Text

TITLE = Text("行政區", "Areas")
