"""Cases: crimes, calls, and the places of fraud withdrawals."""

from layers.registry.text import Text

TITLE = Text("案件", "Cases")
