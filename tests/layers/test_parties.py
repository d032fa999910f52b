"""Parties of a crash are for police; to everybody else there is no such thing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from layers.crashes.models import Crash, Party
from layers.streets.models import Junction

pytestmark = pytest.mark.django_db


def client_of(role: str) -> Client:
    user = User.objects.create_user(f"a-{role}")
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def crash(hamlet: None) -> Crash:
    found = Party.objects.filter(number=2).select_related("crash").order_by("pk").first()
    assert found
    return found.crash


def test_police_read_the_parties_in_words(crash: Crash) -> None:
    answer = client_of("investigator").get(f"/api/crashes/{crash.pk}/parties")
    assert answer.status_code == 200
    parties = answer.json()
    assert [party["number"] for party in parties] == list(range(1, len(parties) + 1))
    assert all(party["vehicle"]["zh"] and party["vehicle"]["en"] for party in parties)


@pytest.mark.parametrize("role", ["council", "planner"])
def test_others_find_nothing(crash: Crash, role: str) -> None:
    assert client_of(role).get(f"/api/crashes/{crash.pk}/parties").status_code == 404


def test_the_public_finds_nothing_and_cannot_tell_which_crashes_there_are(crash: Crash) -> None:
    here, nowhere = (Client().get(f"/api/crashes/{id}/parties") for id in (crash.pk, 999_999_999))
    assert here.status_code == nowhere.status_code == 404
    assert here.content == nowhere.content


def test_the_collision_diagram_is_for_police(crash: Crash) -> None:
    Crash.objects.filter(pk=crash.pk).update(junction=Junction.objects.order_by("pk").first())
    crash.refresh_from_db()
    path = f"/api/crashes/junctions/{crash.junction_id}/diagram"
    police = client_of("investigator")
    drawn = police.get(f"{path}.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert f'data-crash="{crash.pk}"' in drawn.content.decode()
    assert police.get(f"{path}.pdf").content.startswith(b"%PDF")
    assert Client().get(f"{path}.svg").status_code == 404
