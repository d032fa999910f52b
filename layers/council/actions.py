"""`/api/council/…`: what the panel of a junction tells, meetings, visits, decisions and measures.

For council and police to read; members, planners and administrators write. To everybody else there is no council.
"""

from __future__ import annotations

from ninja import Router

from layers.council.api import meetings, places, works

router = Router(tags=["council"])
for part in (places, meetings, works):
    router.add_router("", part.router)
