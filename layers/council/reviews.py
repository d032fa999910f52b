"""Reviews 6, 12 and 24 months after a measure, made by themselves when the crashes of that time are in."""

from __future__ import annotations

from layers.council.effect import told
from layers.council.models import REVIEWS, Measure, Review


def review(measure: Measure) -> list[int]:
    """The months for which a review was made now. One that was made is never made again."""
    if measure.state != "done" or measure.junction is None:
        return []
    there = set(measure.reviews.values_list("months", flat=True))
    made = []
    for months in REVIEWS:
        if months in there:
            continue
        found = told(measure, months)
        if found is None:
            continue
        kept = {name: found[name] for name in ("rows", "naive", "periods", "sentence", "method")}
        Review.objects.create(measure=measure, months=months, result=kept)
        made.append(months)
    return made
