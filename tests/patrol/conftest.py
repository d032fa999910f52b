"""People, a box and its tag, to sign in at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from layers.areas.models import Station
from layers.cases.models import Crime
from layers.hotspots.models import Call
from layers.patrol import keys
from layers.patrol.craft import tags
from layers.patrol.models import PatrolBox, Tag
from tests.crashes.empty import no_crashes
from tests.gis.people import person

_number = count(1)
PLACE = (120.4473, 23.4795)


@pytest.fixture
def station(db: None) -> Station:
    """Where nothing has happened yet: what a test counts is what it made."""
    no_crashes()
    Call.objects.all().delete()
    Crime.objects.all().delete()
    n = next(_number)
    return Station.objects.create(key=f"pt-st{n}", name=f"所{n}", geom=Point(*PLACE, srid=4326))


@pytest.fixture
def make_box(station: Station) -> Callable[..., PatrolBox]:
    def make(dx: float = 0.0, dy: float = 0.0, **fields: Any) -> PatrolBox:
        n = next(_number)
        place = Point(PLACE[0] + dx, PLACE[1] + dy, srid=4326)
        named = {"key": f"PT-{n:04}", "name": f"箱{n}", "kind": "bank", "tag": "nfc"} | fields
        return PatrolBox.objects.create(geom=place, station=station, **named)

    return make


@pytest.fixture
def box(make_box: Callable[..., PatrolBox]) -> PatrolBox:
    return make_box()


@pytest.fixture
def tag(box: PatrolBox) -> Tag:
    return Tag.objects.create(box=box, how="sun", uid=f"04{next(_number):012X}", key=keys.current())


@pytest.fixture
def as_() -> Callable[[str], Client]:
    """A browser of somebody with one role; the same role is the same person."""
    made: dict[str, Client] = {}

    def client(role: str) -> Client:
        if role not in made:
            made[role] = Client()
            made[role].force_login(person(role))
        return made[role]

    return client


def touch(tag: Tag, counter: int) -> dict[str, str]:
    e, c = tags.speak(keys.meta(tag.key), keys.file_key(tag), bytes.fromhex(tag.uid), counter)
    return {"how": "sun", "e": e, "c": c}


def claim(**said: Any) -> dict[str, Any]:
    return {"event": str(uuid4()), "lon": PLACE[0], "lat": PLACE[1], "accuracy_m": 8} | said


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/api/patrol/{path}", body, content_type="application/json")
