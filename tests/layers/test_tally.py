"""Running totals of crashes equal the crashes, however these are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from layers.crashes.models import Crash, JunctionTally
from layers.streets.models import Junction

pytestmark = pytest.mark.django_db
HERE = Point(120.44, 23.48, srid=4326)


def junction(key: str) -> Junction:
    return Junction.objects.create(key=key, name=key, form="04", signal="1", legs=4, geom=HERE)


def crash(key: str, at: Junction | None, severity: int = 2, year: int = 2024) -> Crash:
    when = datetime(year, 5, 1, 12, tzinfo=UTC)
    return Crash.objects.create(
        key=key, severity=severity, occurred_at=when, junction=at, injuries=int(severity == 2), geom=HERE
    )


def tally(at: Junction) -> dict[int, tuple[int, int, int, float]]:
    rows = JunctionTally.objects.filter(junction=at)
    return {t.year: (t.a1, t.a2, t.a3, t.epdo) for t in rows if t.a1 or t.a2 or t.a3}


def test_a_crash_counts_where_and_when_it_happened() -> None:
    here = junction("a")
    crash("1", here, severity=1)
    crash("2", here, severity=2)
    crash("3", here, severity=3, year=2023)
    assert tally(here) == {2024: (1, 1, 0, 13.0), 2023: (0, 0, 1, 1.0)}


def test_a_crash_that_is_corrected_moves() -> None:
    here, there = junction("a"), junction("b")
    moved = crash("1", here)
    moved.junction, moved.severity = there, 1
    moved.save()
    assert tally(here) == {}
    assert tally(there) == {2024: (1, 0, 0, 9.5)}


def test_a_crash_that_is_deleted_counts_no_more() -> None:
    here = junction("a")
    crash("1", here).delete()
    assert tally(here) == {}


def test_a_crash_away_from_junctions_counts_for_none() -> None:
    before = JunctionTally.objects.count()
    crash("1", None)
    assert JunctionTally.objects.count() == before


def test_the_year_is_the_citys() -> None:
    here = junction("a")
    made = crash("1", here)
    Crash.objects.filter(pk=made.pk).update(occurred_at=datetime(2023, 12, 31, 17, tzinfo=UTC))
    assert set(tally(here)) == {2024}


def test_the_demonstrations_totals_equal_a_count_from_the_crashes(hamlet: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*) FROM (
                SELECT junction_id, count(*) AS n, sum(epdo) AS w FROM crashes_crash
                WHERE junction_id IS NOT NULL GROUP BY 1
            ) c FULL JOIN (
                SELECT junction_id, sum(a1 + a2 + a3) AS n, sum(epdo) AS w FROM crashes_junctiontally GROUP BY 1
            ) t USING (junction_id) WHERE c.n IS DISTINCT FROM t.n OR abs(c.w - t.w) > 1e-6
        """)
        assert cursor.fetchone() == (0,)


def test_a_place_with_crashes_can_be_deleted() -> None:
    here = junction("a")
    made = [crash("1", here), crash("2", here, year=2023)]
    gone = here.pk
    here.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert set(Crash.objects.filter(pk__in=[c.pk for c in made]).values_list("junction", flat=True)) == {None}
    assert not JunctionTally.objects.filter(junction=gone).exists()
