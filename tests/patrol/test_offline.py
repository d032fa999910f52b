"""Offline equals online: a night over a bad line leaves what the same night over a good one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from layers.patrol import signing
from layers.patrol.craft.judge import Rules
from layers.patrol.models import PatrolBox, Proof, SignIn
from tests.patrol import outbox


class Undone(Exception):
    """Takes back what a run wrote."""


@pytest.mark.parametrize("seed", [1, 2])
def test_a_night_offline_ends_as_the_night_online(make_box: Callable[..., PatrolBox], seed: int) -> None:
    boxes = [make_box(0.02 * i) for i in range(5)]
    begin = timezone.now() - timedelta(hours=6)
    touches = outbox.night(boxes, ["a", "b", "c", "d", "e", "f"], 120, begin, seed)
    with pytest.raises(Undone), transaction.atomic():
        outbox.online(touches)
        wanted = outbox.state(touches)
        raise Undone
    assert len(wanted) == 120 and not Proof.objects.filter(event=touches[0].sent.event).exists()
    count = outbox.offline(touches, seed)
    assert count["lost"] and count["repeated"] == count["unheard"] > 0
    assert outbox.state(touches) == wanted
    assert SignIn.objects.filter(box__in=boxes).count() == 120
    moments = {t.sent.event: t.at for t in touches}
    assert all(p.low <= moments[p.event] <= p.high for p in Proof.objects.filter(event__in=moments))


def test_the_simulated_nights_hold_every_way_to_misbehave(make_box: Callable[..., PatrolBox]) -> None:
    boxes = [make_box(0.02 * i) for i in range(5)]
    touches = outbox.night(
        boxes, ["a", "b", "c", "d", "e", "f"], 240, timezone.now() - timedelta(hours=12), 3
    )
    outbox.online(touches)
    rules = [rule for *_, found in outbox.state(touches) for rule in found]
    assert {"radius", "again", "device", "speed", "counter-order"} == set(rules)


def test_what_is_judged_again_from_what_is_kept_is_judged_the_same(
    make_box: Callable[..., PatrolBox],
) -> None:
    boxes = [make_box(0.02 * i) for i in range(5)]
    touches = outbox.night(boxes, ["a", "b", "c", "d"], 60, timezone.now() - timedelta(hours=6), 4)
    outbox.offline(touches, 4)
    rows = Proof.objects.filter(event__in=[t.sent.event for t in touches]).select_related(
        "signin__box", "tag"
    )
    for proof in rows:
        found = signing.again(proof)
        assert found.code == proof.signin.judgement
        assert {f.rule for f in found.findings} == {f["rule"] for f in proof.findings}
    strict = [
        signing.again(p, Rules(radius_m=0.0, blind_m=1.0, track_m=0.0, allowance_min=0.0)) for p in rows
    ]
    assert {v.code for v in strict} != {"normal"} and sum(v.code == "filed_late" for v in strict) > 0
