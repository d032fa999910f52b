"""Notes on sign-in: told by the planner's rules at the officer's clearance, kept in the words told, read and voted on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from layers.access import Viewer
from layers.cases.models import Crime
from layers.hotspots.models import Call
from layers.patrol.models import NoteRule, Notice, PatrolBox, PlanStop, PlanUnit, ShiftPlan, Sighting, Tag
from layers.patrol.notes import told, within
from tests.gis.people import person, signed_in
from tests.patrol.conftest import PLACE, claim, post, touch

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def quiet(db: None) -> None:
    NoteRule.objects.all().delete()
    Crime.objects.all().delete()


def call(minutes: float, dx: float = 0.001, n: int = 1, **fields: Any) -> None:
    for _ in range(n):
        Call.objects.create(
            key=f"c-{uuid4().hex[:20]}", kind="fight", at=timezone.now() - timedelta(minutes=minutes),
            geom=Point(PLACE[0] + dx, PLACE[1], srid=4326), **fields,
        )  # fmt: skip


def rule(**fields: Any) -> NoteRule:
    said = {
        "what": "calls_110",
        "zh": "{days} 天內 {radius} 公尺有 {n} 件",
        "en": "{n} calls",
        "days": 7,
    } | fields
    return NoteRule.objects.create(**said)


def notes(client: Client, tag: Tag, counter: int = 1) -> list[dict[str, Any]]:
    answer = post(client, "signins", claim(**touch(tag, counter)))
    assert answer.status_code == 201, answer.content
    found: list[dict[str, Any]] = answer.json()["notes"]
    return found


def test_a_rule_tells_how_many_and_what_is_far_or_old_is_left_out(as_: As, tag: Tag) -> None:
    rule()
    call(60, n=2)
    call(60, dx=0.01)
    call(60 * 24 * 8)
    found = notes(as_("officer"), tag)
    assert [(n["zh"], n["en"], n["urgent"]) for n in found] == [("7 天內 300 公尺有 2 件", "2 calls", False)]


def test_a_repeated_event_is_told_what_it_was_told(as_: As, tag: Tag) -> None:
    made = rule()
    call(5)
    body = claim(**touch(tag, 1))
    first = post(as_("officer"), "signins", body).json()
    call(1, n=5)
    made.zh = "別的話"
    made.save()
    assert post(as_("officer"), "signins", body).json()["notes"] == first["notes"]
    assert Notice.objects.filter(signin_id=first["id"]).count() == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"least": 2}, 0),
        ({"valid_from": timezone.localdate() + timedelta(days=1)}, 0),
        ({"valid_to": timezone.localdate() - timedelta(days=1), "valid_from": timezone.localdate() - timedelta(days=9)}, 0),
        ({"radius_m": 20}, 0),
        ({"days": 0.001}, 0),
        ({"clearance": 3}, 0),
        ({}, 1),
    ],
)  # fmt: skip
def test_each_condition_holds(as_: As, tag: Tag, fields: dict[str, Any], expected: int) -> None:
    rule(**fields)
    call(5)
    assert len(notes(as_("officer"), tag)) == expected


def test_a_rule_of_another_station_is_not_told(as_: As, tag: Tag) -> None:
    from layers.areas.models import Station

    other = Station.objects.create(key=uuid4().hex, name="他所", geom=Point(*PLACE, srid=4326))
    rule(station=other)
    rule(station=tag.box.station, en="ours")
    call(5)
    assert [n["en"] for n in notes(as_("officer"), tag)] == ["ours"]


@pytest.mark.parametrize("hour", range(24))
def test_hours_over_midnight_are_the_same_in_the_rule_and_in_the_database(box: PatrolBox, hour: int) -> None:
    """A call is counted at the hours at which it is told, and at no others."""
    at = timezone.localtime().replace(hour=hour, minute=30) - timedelta(days=1)
    Call.objects.create(key=uuid4().hex, kind="fight", at=at - timedelta(minutes=5), geom=box.geom)
    viewer = Viewer.of("x", "x", ["officer"])
    for begin, end in ((22, 6), (6, 22), (0, 24), (5, 5), (None, None)):
        NoteRule.objects.all().delete()
        rule(from_hour=begin, to_hour=end, valid_from=at.date())
        assert bool(told(viewer, box, at)) == within(hour, begin, end)


def test_within_of_hours() -> None:
    assert within(23, 22, 6) and within(0, 22, 6) and not within(6, 22, 6)
    assert within(6, 6, 22) and not within(22, 6, 22) and within(3, None, None)


def test_a_layer_above_the_officer_is_neither_counted_nor_named(
    box: PatrolBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from layers.access import Clearance
    from layers.patrol import notes as module

    rule(what="crimes", zh="{n} 件 {kind}")
    Crime.objects.create(key=uuid4().hex, kind="burglary", at=timezone.now(), geom=box.geom)
    viewer = Viewer.of("x", "x", ["officer"])
    assert len(told(viewer, box, timezone.now())) == 1
    layer = module.register.get("crimes")
    assert layer is not None
    fields = tuple(
        replace(f, clearance=Clearance.RESTRICTED) if f.name == "kind" else f for f in layer.fields
    )
    held = replace(layer, fields=fields)
    monkeypatch.setattr(module, "register", type("R", (), {"get": staticmethod(lambda _: held)}))
    assert [t.zh for t in told(viewer, box, timezone.now())] == ["1 件 "]
    restricted = replace(layer, clearance=Clearance.RESTRICTED)
    monkeypatch.setattr(module, "register", type("R", (), {"get": staticmethod(lambda _: restricted)}))
    assert told(viewer, box, timezone.now()) == []


def test_a_plate_is_for_those_with_special_leave(box: PatrolBox) -> None:
    rule(what="wanted", zh="{plate} {kind} {metres}", days=1)
    Sighting.objects.create(key="s1", at=timezone.now(), point=box.geom, plate="ABC-1234", why="贓車")
    police = Viewer.of("x", "x", ["officer"])
    above = Viewer.of("y", "y", ["analyst"])
    [low], [high] = told(police, box, timezone.now()), told(above, box, timezone.now())
    assert (low.zh, low.clearance) == ("（車號限特許人員） 贓車 0", 2)
    assert (high.zh, high.clearance) == ("ABC-1234 贓車 0", 3)


def test_the_remark_of_the_box_can_be_made_urgent(as_: As, tag: Tag) -> None:
    rule(what="remark", zh="注意：{remark}", urgent=True)
    assert notes(as_("officer"), tag, 1) == []
    PatrolBox.objects.filter(pk=tag.box_id).update(remark="後門常未鎖")
    [found] = notes(as_("officer"), tag, 2)
    assert (found["zh"], found["urgent"]) == ("注意：後門常未鎖", True)


def test_reading_and_voting_are_counted_for_the_rule(as_: As, tag: Tag) -> None:
    made = rule()
    call(5)
    signed = post(as_("officer"), "signins", claim(**touch(tag, 1))).json()
    assert Notice.objects.get(signin_id=signed["id"]).read_at is None
    assert post(as_("officer"), f"signins/{signed['id']}/read", {"useful": True}).status_code == 200
    [one] = as_("patrol_planner").get("/api/patrol/notes/rules").json()
    assert (one["id"], one["told"], one["read"], one["useful"], one["useless"]) == (made.pk, 1, 1, 1, 0)


def test_partners_of_the_round_hear_what_is_urgent_at_their_own_clearance(
    tag: Tag, django_capture_on_commit_callbacks: Any
) -> None:
    me, partner, clerk = person("officer"), person("officer"), person("council")
    now = timezone.now()
    plan = ShiftPlan.objects.create(
        name="n",
        station=tag.box.station,
        begin=now - timedelta(hours=1),
        finish=now + timedelta(hours=3),
        status="published",
    )
    names = [me.username, partner.username, clerk.username]
    unit = PlanUnit.objects.create(
        plan=plan, order=0, name="一線", officers=names, mode="car", begin=plan.begin, finish=plan.finish
    )
    PlanStop.objects.create(unit=unit, order=0, box=tag.box, name="x", point=tag.box.geom, at=now, minutes=1)
    rule(urgent=True, en="urgent")
    rule(en="calm")
    call(5)
    assert [n["en"] for n in notes(signed_in(me), tag)] == ["urgent", "calm"]
    theirs = signed_in(partner).get("/api/patrol/notices").json()
    assert [n["en"] for n in theirs] == ["urgent"]
    assert not Notice.objects.filter(officer=clerk.username).exists()
    assert post(signed_in(partner), f"notices/{theirs[0]['id']}/read", {}).json()["read_at"]
    assert post(signed_in(me), f"notices/{theirs[0]['id']}/read", {}).status_code == 404
    assert signed_in(partner).get("/api/patrol/notices?unread=true").json() == []


def test_a_planner_makes_and_ends_rules_and_nobody_else(as_: As) -> None:
    planner = as_("patrol_planner")
    body = {"what": "crimes", "zh": "{n} 件", "from_hour": 22, "to_hour": 6, "urgent": True}
    made = post(planner, "notes/rules", body)
    assert made.status_code == 201, made.content
    assert post(planner, "notes/rules", body | {"to_hour": None}).status_code == 422
    assert post(planner, "notes/rules", body | {"station": 999_999_999}).status_code == 422
    assert post(as_("officer"), "notes/rules", body).status_code == 403
    assert post(planner, f"notes/rules/{made.json()['id']}/end", {}).status_code == 200
    assert planner.get("/api/patrol/notes/rules").json() == []
    assert len(planner.get("/api/patrol/notes/rules?all=true").json()) == 1


def test_a_planner_edits_rules_in_the_admin(as_: As) -> None:
    made = rule()
    user = person("patrol_planner", is_staff=True)
    page = signed_in(user).get(f"/admin/patrol/noterule/{made.pk}/change/")
    assert page.status_code == 200 and "{radius}" in page.content.decode()


def test_a_sighting_sent_twice_is_there_once(as_: As) -> None:
    body = {
        "key": "lpr-1",
        "at": timezone.now().isoformat(),
        "lon": PLACE[0],
        "lat": PLACE[1],
        "plate": "ABC-1234",
    }
    assert post(as_("patrol_planner"), "sightings", body).status_code == 201
    assert post(as_("patrol_planner"), "sightings", body).status_code == 200
    assert (
        post(as_("patrol_planner"), "sightings", body | {"key": "2", "lon": 0, "lat": 0}).status_code == 422
    )
    assert post(as_("officer"), "sightings", body).status_code == 403
