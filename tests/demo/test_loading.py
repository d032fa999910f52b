"""The demonstration is there wholly or not at all, once, and never hidden among real data."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from data.city.crashes import AT_JUNCTION
from gis.demo import empty, load, loaded
from gis.demo.loading import _clear
from gis.demo.models import Demonstration
from gis.demo.tables import TARGETS
from gis.trouble import Trouble
from layers.crashes.importers import NEAR
from layers.crashes.models import Crash
from layers.patrol.models import PatrolBox, PatrolCar, PlanStop, PlanUnit, ShiftPlan
from layers.streets.models import Landmark

pytestmark = pytest.mark.django_db


def test_every_table_is_filled(hamlet: None) -> None:
    assert loaded() and not empty()
    assert all(target.model._default_manager.exists() for target in TARGETS.values())


def test_a_second_load_of_the_same_city_does_nothing(hamlet: None) -> None:
    said: list[str] = []
    assert load("hamlet", 1, say=said.append) == {}
    assert said == ["hamlet 1 is loaded already"]


def test_another_city_asks_before_it_takes_the_place(hamlet: None) -> None:
    with pytest.raises(Trouble, match="Another demonstration is loaded: hamlet, seed 1"):
        load("hamlet", 2)


def test_real_data_is_not_mixed_with_a_made_up_city(hamlet: None) -> None:
    Demonstration.objects.all().delete()
    Landmark.objects.create(key="real", name="市政府", kind="office", geom=Point(120.45, 23.48, srid=4326))
    with pytest.raises(Trouble, match="There is real data in layer “landmarks”"):
        load("hamlet", 1)


def test_an_interrupted_load_leaves_what_was_there(hamlet: None) -> None:
    before = set(Crash.objects.values_list("pk", flat=True))

    def stop_at_crashes(line: str) -> None:
        if line.startswith("crashes "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load("hamlet", 2, replace=True, say=stop_at_crashes)
    assert set(Crash.objects.values_list("pk", flat=True)) == before
    assert Demonstration.objects.get().seed == 1


def test_what_people_made_of_the_city_does_not_keep_it_from_going(hamlet: None) -> None:
    box, car = PatrolBox.objects.exclude(station=None).first(), PatrolCar.objects.first()
    assert box and car and box.station
    now = timezone.now()
    plan = ShiftPlan.objects.create(name="夜間", station=box.station, begin=now, finish=now)
    unit = PlanUnit.objects.create(plan=plan, order=0, name="一線", car=car, begin=now, finish=now)
    PlanStop.objects.create(unit=unit, order=0, box=box, name=box.name, point=box.geom, at=now, minutes=2)
    own = PatrolBox.objects.create(
        key="own", name="自設", kind="bank", tag="qr", station=box.station, geom=box.geom
    )
    _clear(lambda _: None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit does
    own.refresh_from_db()
    assert own.station is None and not ShiftPlan.objects.filter(pk=plan.pk).exists() and empty() is False


def test_an_unknown_scale_is_named(hamlet: None) -> None:
    with pytest.raises(Trouble, match="There is no scale “atlantis”"):
        load("atlantis")


def test_a_crash_says_where_it_happened(hamlet: None) -> None:
    crash = Crash.objects.filter(junction__isnull=False).select_related("junction").first()
    assert crash and crash.junction
    assert crash.address == f"{crash.junction.name}口"
    assert crash.ward_id and crash.case_no


def test_a_crash_belongs_to_the_nearest_junction_within_thirty_metres(hamlet: None) -> None:
    assert NEAR["crashes"]["junction"] == AT_JUNCTION == 30
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE c.junction_id IS NULL), "
            "count(*) FILTER (WHERE c.junction_id IS DISTINCT FROM j.id) FROM crashes_crash c LEFT JOIN LATERAL ("
            "SELECT id FROM streets_junction s WHERE ST_DWithin(s.geom::geography, c.geom::geography, 30) "
            "ORDER BY s.geom::geography <-> c.geom::geography LIMIT 1) j ON true WHERE c.origin = 'synthetic'"
        )
        ((every, between, wrong),) = cursor.fetchall()
    assert 0 < between < every / 2
    assert wrong <= every / 1000  # two may be as near, to the centimetre that a place is rounded to
