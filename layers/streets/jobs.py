"""What the worker does for streets: what could not be drawn with its edit, and each night how long ago each was
confirmed, and what is doubtful in the map's memory."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


@app.task(
    queueing_lock="draw-streets", retry=RetryStrategy(max_attempts=6, exponential_wait=4), pass_context=False
)
def draw_streets() -> int:
    """What edits left stale."""
    from layers.streets.draw import redraw

    return redraw()


def draw_later() -> None:
    """One job that waits draws everything that is stale by then."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        draw_streets.defer()


@app.periodic(cron="17 1 * * *")
@app.task(queueing_lock="age-streets", pass_context=False)
def age_streets(timestamp: int) -> dict[str, int]:
    from layers.streets.memory import nightly

    return nightly()
