"""What is asked each night: ages that go by, changesets that do not say enough, crashes where nobody has looked for long."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from layers.crashes import unsurveyed
from layers.crashes.models import Crash
from layers.streets import desk, draw, memory, read
from layers.streets.craft.document import Document
from layers.streets.write import Survey

NAME = "segment/s000003"


def warnings(rule: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT owner, said_en FROM streets_drawnwarning WHERE kind = %s", (rule,))
        return dict(cursor.fetchall())


def long_ago(days: int) -> None:
    """All that was surveyed was surveyed so long ago."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE streets_changeset SET valid_from = now() - %s * interval '1 day'", (days,))


def widened(accuracy: float | None) -> desk.Done:
    set_ = desk.Set(op="set", object=NAME, values=[desk.Value(path="sections/0/strips/1/width", value=3.7)])
    return desk.carry_out(
        Survey(who="t", method="tape", accuracy=accuracy), [set_], {NAME: read.objects([NAME])[NAME].id}
    )


def months(owner: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT months FROM streets_drawnline WHERE owner = %s", (owner,))
        return int(cursor.fetchone()[0])


def test_months_go_by_without_an_edit(streets: Document) -> None:
    memory.nightly()
    assert months(NAME) == 0
    long_ago(100)
    assert memory.nightly()["ages"] == len(streets.segments) and months(NAME) == 3
    assert memory.nightly()["ages"] == 0, "what stays the same is not written"


def test_a_measurement_that_does_not_say_how_exact_it_is(streets: Document) -> None:
    done = widened(None)
    assert memory.nightly()["V16"] == 1
    assert warnings("V16") == {NAME: f"changeset {done.written.changeset} does not say how exact it is"}
    draw.redraw_all()
    assert warnings("V16"), "drawing leaves what was asked at night"
    desk.undo(Survey(who="t", method="undo"), done.written.changeset)
    widened(0.02)
    assert memory.nightly()["V16"] == 0 and not warnings("V16")


def test_an_old_survey_at_a_junction_with_crashes_since(streets: Document) -> None:
    ends = [end for s in streets.segments for end in (s.a, s.b)]
    here, there = [f"node/{n.id}" for n in streets.nodes if ends.count(n.id) > 2][:2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(geom), ST_Y(geom) FROM streets_version WHERE object = %s", (here,))
        x, y = cursor.fetchone()
        place = Point(x, y, srid=4326)
    for n in range(2):
        Crash.objects.create(
            key=f"memory-{n}",
            origin="sample",
            geom=place,
            severity=2,
            occurred_at=timezone.now() - timedelta(days=9 + n),
        )
    memory.nightly()
    assert unsurveyed.ask() == 0
    long_ago(900)
    memory.nightly()
    assert unsurveyed.ask() == 1
    assert warnings("V17")[here].endswith("and 2 crashes since") and there not in warnings("V17")
    desk.confirm("officer", [here])
    assert unsurveyed.ask() == 0
