"""What is reckoned over crashes; each calculation is declared next to its craft."""

from layers.crashes.alike import SIMILAR
from layers.crashes.effects import EFFECT
from layers.crashes.movements.process import DIAGRAM, OVERLAY, SHARES
from layers.crashes.screening.process import SCREEN

PROCESSES = [SCREEN, DIAGRAM, SIMILAR, EFFECT, OVERLAY, SHARES]
