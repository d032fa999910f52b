"""Who may see and do what: clearances, roles, viewers, and the one question `may(viewer, verb, layer, field)`.

Every way out of the house (OGC, tiles, API, portal, admin, export) asks here and nowhere else.
"""

from layers.access.clearance import Clearance
from layers.access.decide import EDITORS, Refused, Verb, may, require
from layers.access.roles import ROLES, Role
from layers.access.viewer import ANONYMOUS, Viewer

__all__ = [
    "ANONYMOUS",
    "EDITORS",
    "ROLES",
    "Clearance",
    "Refused",
    "Role",
    "Verb",
    "Viewer",
    "may",
    "require",
]
