"""What the worker does for the council each night: freezing what was before, reviews, decisions that are late."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from layers.council.models import Decision, Measure


@app.periodic(cron="27 3 * * *")
@app.task(queueing_lock="council", pass_context=False)
def follow_up(timestamp: int) -> None:
    late()
    measures()


def late() -> int:
    """Open decisions whose day has gone by, and those that were given a later one."""
    today = timezone.localdate()
    back = Decision.objects.filter(standing="late").exclude(due__lt=today).update(standing="open")
    return back + Decision.objects.filter(standing="open", due__lt=today).update(standing="late")


def measures() -> int:
    from layers.council.effect import freeze
    from layers.council.reviews import review

    made = 0
    for measure in Measure.objects.filter(state="done").select_related("junction__ward"):
        freeze(measure)
        made += len(review(measure))
    return made
