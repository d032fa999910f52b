"""Phones and cars on the live map, and what was driven against what was planned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, Point
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from layers.areas.models import Station
from layers.patrol import positions, tracks
from layers.patrol.models import PatrolBox, PatrolCar, PlanStop, PlanUnit, Position, ShiftPlan
from tests.gis.people import person, signed_in
from tests.patrol.conftest import PLACE, claim, post, touch

As = Callable[[str], Client]
EAST = 1 / 102_100  # degrees of a metre, here
pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return person("officer")


@pytest.fixture
def unit(station: Station, me: User, make_box: Callable[..., PatrolBox]) -> PlanUnit:
    """Two kilometres to the east; stops at 0, 500, 1,000 and 1,900 metres, one of them without a box."""
    now = timezone.now().replace(microsecond=0)
    plan = ShiftPlan.objects.create(
        name="夜班",
        station=station,
        begin=now - timedelta(hours=2),
        finish=now + timedelta(hours=1),
        status="published",
    )
    line = LineString((PLACE[0], PLACE[1]), (PLACE[0] + 2000 * EAST, PLACE[1]), srid=4326)
    made = PlanUnit.objects.create(
        plan=plan, order=0, name="一線", officers=[me.username], mode="car", begin=plan.begin, finish=plan.finish,
        km=2.0, line=line,
    )  # fmt: skip
    for i, (metres, boxed) in enumerate([(0, True), (500, False), (1000, True), (1900, True)]):
        box = make_box(metres * EAST) if boxed else None
        at = plan.begin + timedelta(minutes=20 * i)
        PlanStop.objects.create(
            unit=made, order=i, box=box, spot=None if boxed else 3, name=f"站{i}", minutes=1, at=at,
            point=Point(PLACE[0] + metres * EAST, PLACE[1], srid=4326), opens=at,
            closes=at + timedelta(minutes=15 if i < 3 else 170),
        )  # fmt: skip
    return made


def fix(unit: PlanUnit, seconds: float, metres: float, north: float = 0) -> dict[str, Any]:
    at = unit.begin + timedelta(seconds=seconds)
    return {"at": at.isoformat(), "lon": PLACE[0] + metres * EAST, "lat": PLACE[1] + north / 110_574}


def drive(unit: PlanUnit, me: User, to: int = 1100) -> Any:
    """Ten metres a second from the start, with a jitter of three metres while standing."""
    moving = [fix(unit, s, s * 10) for s in range(0, to // 10 + 1, 5)]
    standing = [fix(unit, to / 10 + s, to + s % 7 - 3) for s in range(5, 600, 5)]
    return post(signed_in(me), "positions", {"positions": moving + standing})


def test_the_way_its_kilometres_and_what_it_saw(as_: As, unit: PlanUnit, me: User) -> None:
    assert drive(unit, me).json()["refused"] == []
    [found] = as_("patrol_planner").get(f"/api/patrol/plans/{unit.plan_id}/track").json()
    assert found["km"] == pytest.approx(1.1, abs=0.03) and found["km_planned"] == 2.0
    assert found["share"] == pytest.approx(1150 / 2000, abs=0.01)
    assert len(found["lines"]) == 1 and len(found["lines"][0]) < found["fixes"]
    states = [s["state"] for s in found["stops"]]
    assert states == ["passed", "signed", "passed", "ahead"]
    assert found["count"] == {"signed": 1, "late": 0, "passed": 2, "missed": 0, "ahead": 1}


def test_stops_are_late_missed_and_ahead_by_their_time(unit: PlanUnit, me: User) -> None:
    late = [fix(unit, 3600 * 1.5 + s, s * 10) for s in range(0, 111, 5)]
    assert post(signed_in(me), "positions", {"positions": late}).json()["accepted"] == len(late)
    now = timezone.now()
    states = [s["state"] for s in tracks.tracks(unit.plan, now)[0]["stops"]]
    assert states == ["late", "late", "late", "ahead"]
    after = [s["state"] for s in tracks.tracks(unit.plan, now + timedelta(hours=3))[0]["stops"]]
    assert after == ["late", "late", "late", "missed"]


def test_a_sign_in_makes_the_stop(unit: PlanUnit, me: User) -> None:
    from layers.patrol import keys
    from layers.patrol.models import Tag

    last = unit.stops.get(order=3)
    assert last.box is not None
    tag = Tag.objects.create(box=last.box, how="sun", uid="04CCCCCCCCCC01", key=keys.current())
    there = {"lon": last.point.x, "lat": last.point.y}
    assert (
        post(signed_in(me), "signins", claim(**touch(tag, 1)) | there).json()["judgement"]["value"]
        == "normal"
    )
    stop = tracks.tracks(unit.plan, timezone.now())[0]["stops"][3]
    assert stop["state"] == "signed" and stop["at"] is not None


def test_leaps_and_holes() -> None:
    begin = timezone.now()

    def at(seconds: float, metres: float) -> tuple[datetime, float, float]:
        return begin + timedelta(seconds=seconds), PLACE[0] + metres * EAST, PLACE[1]

    there = [at(s, s * 10) for s in range(0, 60, 5)]
    leap = [*there[:6], at(29, 90_000), *there[6:]]
    assert tracks.parts(leap) == tracks.parts(there)
    hole = [*there, at(600, 5000), at(605, 5050)]
    assert [len(p) for p in tracks.parts(hole)] == [len(there), 2]
    assert tracks.length_km(tracks.parts(hole)) == pytest.approx(0.6, abs=0.01)


def test_a_phone_is_followed_only_on_duty_and_once(unit: PlanUnit, me: User) -> None:
    before = {**fix(unit, 0, 0), "at": (unit.begin - timedelta(hours=3)).isoformat()}
    zero = {**fix(unit, 5, 0), "lon": 0, "lat": 0}
    sent = {"positions": [fix(unit, 0, 0), before, zero, fix(unit, 0, 0)]}
    first = post(signed_in(me), "positions", sent).json()
    assert (first["accepted"], first["repeated"]) == (1, 1)
    assert [r["index"] for r in first["refused"]] == [1, 2]
    assert post(signed_in(me), "positions", sent).json()["accepted"] == 0
    other = post(signed_in(person("officer")), "positions", {"positions": [fix(unit, 0, 0)]}).json()
    assert (other["accepted"], len(other["refused"])) == (0, 1)
    assert Position.objects.filter(officer=me.username).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Position.objects.create(at=unit.begin, point=Point(*PLACE, srid=4326))


def test_the_cars_line_counts_before_the_phones(as_: As, unit: PlanUnit, me: User, station: Station) -> None:
    car = PatrolCar.objects.create(
        key="pt-car-1", name="101", station=station, status="patrolling", at=unit.begin - timedelta(hours=1),
        geom=Point(*PLACE, srid=4326),
    )  # fmt: skip
    drive(unit, me)
    path = f"plans/{unit.plan_id}/units/0/car"
    assert post(as_("patrol_planner"), path, {"car": "no-such"}).status_code == 422
    assert post(as_("patrol_planner"), path, {"car": car.key}).status_code == 200
    said = [{**fix(unit, s, s * 10), "car": car.key} for s in range(0, 31, 5)]
    assert post(as_("officer"), "positions", {"positions": said}).json()["accepted"] == 7
    [found] = as_("patrol_planner").get(f"/api/patrol/plans/{unit.plan_id}/track").json()
    assert found["fixes"] == 7


def test_the_live_line_tells_places_of_cars_and_units_and_no_names(
    as_: As, unit: PlanUnit, me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(positions, "announce", lambda kind, **said: told.append({"kind": kind} | said))
    now = timezone.now()
    post(
        signed_in(me),
        "positions",
        {"positions": [{**fix(unit, 0, 100), "at": now.isoformat(), "heading": 90}]},
    )
    [one] = [u for t in told if t["kind"] == "moved" for u in t["units"]]
    assert one == {
        "id": f"u{unit.pk}", "n": "一線", "x": round(PLACE[0] + 100 * EAST, 6), "y": round(PLACE[1], 6),
        "t": int(now.timestamp()), "h": 90,
    }  # fmt: skip
    assert me.username not in str(told)
    listed = as_("officer").get(f"/api/patrol/units?station={unit.plan.station_id}").json()
    assert listed == [one]
    assert as_("council").get("/api/patrol/units").status_code == 404


def test_a_batch_of_two_thousand_fits_into_notifications(station: Station) -> None:
    """A notification of the database holds 8,000 bytes; more would fail the whole batch."""
    at = timezone.now() - timedelta(hours=1)
    PatrolCar.objects.bulk_create(
        PatrolCar(
            key=f"many-{i}", name=f"巡邏車代號最長二十個字{i:04}", station=station, status="patrolling", at=at,
            geom=Point(*PLACE, srid=4326),
        )
        for i in range(2000)
    )  # fmt: skip
    said = [
        positions.Reported(car=f"many-{i}", at=timezone.now(), lon=PLACE[0], lat=PLACE[1], heading=359)
        for i in range(2000)
    ]
    assert positions.take(said)["accepted"] == 2000
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM patrol_position p JOIN patrol_patrolcar c ON c.id = p.car_id WHERE c.key LIKE 'many-%%'"
        )
        assert cursor.fetchone()[0] == 2000


def test_old_places_are_thinned_for_each_phone(unit: PlanUnit, me: User) -> None:
    from layers.patrol import jobs

    at = timezone.now() - timedelta(days=2)
    at = at.replace(second=0, microsecond=0)
    for name in (me.username, "another"):
        for s in (0, 10, 20):
            Position.objects.create(
                officer=name, at=at + timedelta(seconds=s), point=Point(*PLACE, srid=4326)
            )
    assert jobs.forget_positions(timestamp=0) == 4
    assert sorted(Position.objects.values_list("officer", flat=True)) == sorted([me.username, "another"])
