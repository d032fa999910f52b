"""The hour of a crash is the city's, whatever zone its time was written in; it is filtered and counted like any field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import Point

from layers.access import Clearance
from layers.crashes.models import Crash
from layers.registry import cql
from layers.registry.register import register
from layers.registry.sql import where

pytestmark = pytest.mark.django_db
HERE = Point(120.44, 23.48, srid=4326)


@pytest.mark.parametrize(("utc", "hour"), [(0, 8), (15, 23), (16, 0), (23, 7)])
def test_the_hour_is_the_citys(utc: int, hour: int) -> None:
    when = datetime(2024, 5, 1, utc, 59, tzinfo=UTC)
    crash = Crash.objects.create(key="1", severity=2, occurred_at=when, geom=HERE)
    crash.refresh_from_db()
    assert crash.hour == hour
    crash.occurred_at = when.replace(hour=4)
    crash.save()
    crash.refresh_from_db()
    assert crash.hour == 12


def test_hours_are_a_condition() -> None:
    layer = register.get("crashes")
    assert layer
    made = set()
    for hour in (5, 15, 16, 17):
        when = datetime(2024, 5, 1, hour - 8 if hour >= 8 else hour + 16, tzinfo=UTC)
        made.add(Crash.objects.create(key=str(hour), severity=2, occurred_at=when, geom=HERE).pk)
    condition = where(
        layer, Clearance.PUBLIC, condition=cql.compile("hour BETWEEN 15 AND 16", layer, Clearance.PUBLIC)
    )
    found = Crash.objects.raw(f"SELECT q.* FROM crashes_crash q WHERE {condition.text}", condition.params)
    assert sorted(crash.hour for crash in found if crash.pk in made) == [15, 16]
