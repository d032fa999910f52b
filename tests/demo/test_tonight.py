"""Tonight's patrol of the demonstration: planned for the hours of now, driven by the plan, and gone with the city."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gis.demo import loading
from gis.demo.tonight import OWN, _begin, clear_tonight, keep_tonight
from layers.patrol.models import PatrolBox, PatrolRoute, PlanStop, Position, Proof, ShiftPlan, SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(hamlet: None) -> None:
    """The smallest demonstration, that brings no rounds of its own."""


def test_rounds_are_of_the_hours_of_now_and_are_driven_until_somebody_signs_in_himself(city: None) -> None:
    before = SignIn.objects.count(), PatrolRoute.objects.count(), Position.objects.count()
    shift = _begin(timezone.now()) - timedelta(hours=4)  # wholly past, so that positions may be kept
    early, later = shift + timedelta(minutes=20), shift + timedelta(minutes=70)
    first = keep_tonight(early)
    rounds = ShiftPlan.objects.order_by("pk")
    assert [(r.status, r.begin, r.blocked) for r in rounds] == [("published", shift, [])] * 2, [
        r.message for r in rounds
    ]
    assert rounds[0].units.all()[0].officers == [OWN] and rounds[0].units.all()[0].car is not None
    assert set(PatrolRoute.objects.filter(key__startswith="plan-").values_list("origin", flat=True)) == {
        "synthetic"
    }
    assert loading._real() is None
    assert keep_tonight(early) == 0 and ShiftPlan.objects.count() == 2
    second = keep_tonight(later)
    assert second > 0
    assert Proof.objects.filter(stop__unit__plan__in=rounds).count() == first + second
    assert not PlanStop.objects.filter(proofs__isnull=False, at__gt=later).exists()
    unit = rounds[0].units.all()[0]
    driven = Position.objects.filter(car=unit.car, at__range=(unit.begin, later)).order_by("at")
    assert driven.count() > 30
    stop = unit.stops.filter(at__gte=unit.begin, at__lte=later).exclude(box=None)[0]
    near = min(
        p.point.distance(stop.point)
        for p in driven.filter(at__gte=stop.at - timedelta(minutes=1), at__lte=stop.at + timedelta(minutes=2))
    )
    assert near < 0.002
    # the officer's own sign-in ends the play for that unit
    own = Proof.objects.filter(stop__unit=unit).first()
    assert own is not None
    SignIn.objects.filter(pk=own.pk).update(origin="phone")
    held = Proof.objects.filter(stop__unit=unit).count()
    keep_tonight(shift + timedelta(minutes=110))
    assert Proof.objects.filter(stop__unit=unit).count() == held
    SignIn.objects.filter(pk=own.pk).update(origin="synthetic")
    # days later: rounds of then, and those long past are gone
    keep_tonight(early + timedelta(days=12))
    assert {r.begin for r in ShiftPlan.objects.all()} == {shift + timedelta(days=12)}
    clear_tonight()
    assert not ShiftPlan.objects.exists()
    assert (SignIn.objects.count(), PatrolRoute.objects.count(), Position.objects.count()) == before


def test_rounds_of_hot_spots_alone_are_signed_nowhere(city: None) -> None:
    PatrolBox.objects.update(station=None)
    assert keep_tonight(timezone.now()) == 0
    assert not PlanStop.objects.exclude(box=None).exists()
    assert not SignIn.objects.filter(proof__isnull=False).exists()
