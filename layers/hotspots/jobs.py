"""What the worker does for surfaces: draws those that are due, when `ANTU_SURFACES_AT` says."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app


@app.periodic(cron=settings.SURFACES_AT)
@app.task(queueing_lock="draw-surfaces", pass_context=False)
def draw_surfaces(timestamp: int) -> int:
    """Surfaces that are due are drawn, and those whose weeks have passed are judged."""
    from layers.hotspots.refresh import refresh  # brings scipy, which a worker that draws none does without

    return refresh()
