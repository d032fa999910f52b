"""The case list is for police: cases of one's own station that are not drawn and approved, or any by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.gis.geos import Point
from django.test import Client

from layers.areas.models import Station
from layers.crashes.models import Casualty, Crash, Party, Post, Scene

pytestmark = pytest.mark.django_db
HERE = Point(120.44, 23.48, srid=4326)
WHEN = datetime(2099, 5, 1, 4, tzinfo=UTC)


def person(role: str) -> tuple[User, Client]:
    user = User.objects.create_user(f"case-{role}")
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    client = Client()
    client.force_login(user)
    return user, client


def station(name: str) -> Station:
    return Station.objects.create(key=f"case-{name}", name=name, geom=HERE)


def crash(number: int, at: Station | None = None) -> Crash:
    when = WHEN + timedelta(minutes=number)
    return Crash.objects.create(
        key=f"case-{number}",
        case_no=f"19901ZZ{number:03d}A0001",
        severity=2,
        occurred_at=when,
        station=at,
        geom=HERE,
    )


def numbers(client: Client, **asked: Any) -> list[int]:
    answer = client.get("/api/crashes/cases", asked)
    assert answer.status_code == 200, answer.content
    return [
        int(one["case_no"][7:10]) for one in answer.json()["cases"] if one["case_no"].startswith("19901ZZ")
    ]


def test_my_cases_are_those_of_my_station_without_an_approved_scene() -> None:
    mine, other = station("甲"), station("乙")
    user, client = person("investigator")
    Post.objects.create(user=user).stations.add(mine)
    crash(1, mine), crash(2, other)
    Scene.objects.create(crash=crash(3, mine), state=Scene.State.SUBMITTED, document={})
    Scene.objects.create(crash=crash(4, mine), state=Scene.State.APPROVED, document={})
    assert numbers(client) == [3, 1]
    assert numbers(client, of="all") == [3, 2, 1]
    assert numbers(client, done=True) == [4, 3, 1]
    assert client.get("/api/crashes/cases").json()["unit"] == ["甲"]


def test_a_number_finds_any_case() -> None:
    user, client = person("officer")
    Post.objects.create(user=user).stations.add(station("甲"))
    Scene.objects.create(crash=crash(5, station("乙")), state=Scene.State.LOCKED, document={})
    assert numbers(client, q="19901zz005") == [5]
    assert numbers(client, q="005A0001") == [5]
    assert numbers(client, q="%") == []


def test_who_serves_nowhere_sees_all() -> None:
    crash(6, station("甲")), crash(7)
    _, client = person("reviewer")
    assert numbers(client) == [7, 6]


@pytest.mark.parametrize("role", ["council", "planner", None])
def test_to_others_there_are_no_cases_parties_or_casualties(role: str | None) -> None:
    one = crash(8)
    client = person(role)[1] if role else Client()
    for path in ("cases", f"{one.pk}/parties", f"{one.pk}/casualties"):
        assert client.get(f"/api/crashes/{path}").status_code == 404


def test_what_the_public_and_the_council_read_of_a_crash_names_nobody() -> None:
    one = crash(9)
    party = Party.objects.create(
        crash=one, number=1, vehicle="C03", age=77, sex="2", injury="2", platform="某外送"
    )
    Casualty.objects.create(crash=one, injury="2", age=78)
    for client in (Client(), person("council")[1]):
        said = client.get(f"/ogc/collections/crashes/items/{one.pk}?f=json")
        listed = client.get("/api/layers/crashes/summary", {"by": "case_no"})
        assert listed.status_code == 400
        text = said.content.decode() if said.status_code == 200 else ""
        assert not any(secret in text for secret in ("某外送", "19901ZZ009", '"age"', '"sex"'))
    assert party.pk


def test_words_of_a_code_are_those_of_its_day() -> None:
    _, client = person("investigator")
    old, new = crash(10), crash(11)
    Crash.objects.filter(pk=old.pk).update(occurred_at=datetime(2022, 1, 1, tzinfo=UTC))
    for one in (old, new):
        Party.objects.create(crash=one, number=1, vehicle="F03", licence="1", injury="1")
    said = [client.get(f"/api/crashes/{one.pk}/parties").json()[0] for one in (old, new)]
    assert [party["vehicle"]["zh"] for party in said] == ["電動自行車", "微型電動二輪車"]
    assert [party["licence"]["zh"] for party in said] == ["有適當之駕照", "有正常駕照"]
    dead = client.get(f"/api/crashes/{new.pk}/casualties").json()
    assert (dead[0]["party"], dead[0]["injury"]["en"]) == (1, "died within 24 h")


def test_a_code_page_shows_a_list_as_it_was() -> None:
    client = Client()
    assert "電動自行車" in client.get("/codes/crash.vehicle").content.decode()
    now = client.get("/codes/crash.vehicle", {"on": "2024-01-01"}).content.decode()
    assert "電動自行車" not in now and "微型電動二輪車" in now
    assert client.get("/codes/crash.vehicle", {"on": "yesterday"}).status_code == 400
    assert client.get("/codes/crash.nothing").status_code == 404
    assert client.get("/help/codes").content.decode().count("/codes/crash.") >= 30
