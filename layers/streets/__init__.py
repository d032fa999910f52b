"""Streets: roads, junctions, blocks and what is drawn as the base map."""

from layers.registry.text import Text

TITLE = Text("街廓", "Streets")
