"""The red team that keeps touches for later: believed only where nobody came by, and noticed where there was a network."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from layers.patrol.models import PatrolBox, Refusal
from tests.patrol import hoard

BEGIN = timedelta(hours=30)


def test_a_kept_touch_is_believed_only_where_nobody_else_came_by(box: PatrolBox) -> None:
    rng, begin = random.Random(5), timezone.now() - BEGIN
    found = [hoard.kept(rng, box, begin + timedelta(minutes=i), 6.0, 4.0) for i in range(24)]
    assert {k.verdict == "normal" for k in found} == {True, False}
    for one in found:
        assert (one.verdict == "normal") == (one.between == 0)
        assert one.between == 0 or "counter-order" in one.rules


@pytest.mark.parametrize(
    ("lie", "rules"), [("now", {"track"}), ("offline", {"coverage"}), ("less", {"coverage", "track"})]
)
def test_where_there_was_a_network_a_kept_touch_is_noticed(box: PatrolBox, lie: str, rules: set[str]) -> None:
    rng, begin = random.Random(6), timezone.now() - BEGIN
    for i in range(6):
        seconds = 150.0 * 2.2**i
        found = hoard.followed(rng, box, f"h{i}", begin, seconds, lie)
        assert found.rules & rules, (seconds, found)


def test_the_honest_are_not_noticed(box: PatrolBox) -> None:
    rng, begin = random.Random(7), timezone.now() - BEGIN
    for i in range(4):
        assert hoard.prompt(rng, box, f"p{i}", begin + timedelta(minutes=i)).verdict == "normal"
        away = hoard.followed(rng, box, f"q{i}", begin, 120.0 * 3**i, None)
        assert away.rules <= {"all", "allowance"}, away


def test_recorded_answers_prove_nothing_later(box: PatrolBox) -> None:
    assert hoard.answers(random.Random(8), box, "l2", 12, timezone.now()) == 0
    reasons = set(Refusal.objects.filter(actor="l2").values_list("reason", flat=True))
    assert {"answer", "slow"} <= reasons | {"expired"} and "answer" in reasons
