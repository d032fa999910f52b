"""The council (道安會報): measures at places, meetings with their agenda, site visits and decisions."""

from layers.registry.text import Text

TITLE = Text("會報", "Council")
