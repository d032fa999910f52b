"""Offline equals online: a night over a bad line leaves what the same night over a good one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from layers.patrol.models import PatrolBox, Proof, SignIn
from tests.patrol import outbox


class Undone(Exception):
    """Takes back what a run wrote."""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_night_offline_ends_as_the_night_online(make_box: Callable[..., PatrolBox], seed: int) -> None:
    boxes = [make_box(0.002 * i) for i in range(6)]
    begin = timezone.now() - timedelta(hours=6)
    touches = outbox.night(boxes, ["a", "b", "c", "d"], 80, begin, seed)
    with pytest.raises(Undone), transaction.atomic():
        outbox.online(touches)
        wanted = outbox.state(touches)
        raise Undone
    assert len(wanted) == 80 and not Proof.objects.filter(event=touches[0].sent.event).exists()
    count = outbox.offline(touches, seed)
    assert count["lost"] and count["repeated"] == count["unheard"] > 0
    assert outbox.state(touches) == wanted
    assert SignIn.objects.filter(box__in=boxes).count() == 80
    assert {r for *_, rules in wanted for r in rules} == {"radius"}
