"""Measures and what came of them: a change that is there is found, one that is not is not claimed, the before stays."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from PIL import Image

from layers.council.effect import freeze, told
from layers.council.models import Measure, Picture, Review
from layers.council.reviews import review
from layers.crashes.models import Crash
from layers.streets.models import Junction
from tests.council.test_meetings import post
from tests.crashes.empty import no_crashes
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
FIRST, DONE, LAST = date(2022, 1, 1), date(2023, 7, 1), date(2024, 12, 31)
PLACE = Point(121.9, 24.9, srid=4326)


def crashes(junction: Junction, n: int, first: date, last: date) -> None:
    step = (last - first) / max(n, 1)
    for i in range(n):
        day = first + step * i
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        Crash.objects.create(
            key=f"e{junction.pk}-{first}-{i}",
            severity=3,
            occurred_at=at,
            type="13",
            junction=junction,
            geom=PLACE,
        )


@pytest.fixture
def town(db: None) -> tuple[Junction, Measure]:
    """A treated junction that falls from 60 crashes to 12, and forty like it that stay as they are. Its form is its own."""
    no_crashes()

    def made(n: int) -> Junction:
        return Junction.objects.create(
            key=f"eff{n}", name=f"路口{n}", form="9x", signal="9", legs=9, rank=1, geom=PLACE
        )

    treated = made(0)
    crashes(treated, 60, FIRST, DONE - timedelta(days=1))
    crashes(treated, 12, DONE, LAST)
    for n in range(1, 41):
        like = made(n)
        crashes(like, 3 + n % 5, FIRST, DONE - timedelta(days=1))
        crashes(like, 3 + n % 5, DONE, LAST)
    measure = Measure.objects.create(
        key="eff", name="左轉時相", state="done", junction=treated, targets="RE", done_on=DONE, geom=PLACE
    )
    return treated, measure


def test_a_large_change_is_found_with_its_interval_and_method(town: tuple[Junction, Measure]) -> None:
    found = told(town[1])
    assert found is not None
    rows = {row["name"]: row for row in found["rows"]}
    whole = rows["all"]
    assert (whole["before"], whole["after"]) == (60, 12)
    assert whole["told"]
    assert 0.1 < whole["low"] < whole["theta"] < whole["high"] < 0.6
    assert found["naive"]["name"] == "naive"  # it stands beside the others, never alone
    assert abs(rows["comparison"]["theta"] - 1) < 0.1
    assert len(found["sites"]) == 40
    assert "40 處" in found["method"]["zh"]
    assert rows["target"]["before"] == 60


def test_no_change_is_not_claimed(town: tuple[Junction, Measure]) -> None:
    Measure.objects.all().delete()
    quiet = Junction.objects.get(key="eff7")
    measure = Measure.objects.create(
        key="q", name="宣導", state="done", junction=quiet, done_on=DONE, geom=PLACE
    )
    found = told(measure)
    assert found is not None
    assert not found["rows"][0]["told"]
    assert found["sentence"]["zh"].startswith("無法")


def test_other_measures_are_no_comparison(town: tuple[Junction, Measure]) -> None:
    other = Junction.objects.get(key="eff3")
    Measure.objects.create(key="o", name="測速", state="works", junction=other, geom=PLACE)
    found = told(town[1])
    assert found is not None
    assert other.pk not in {site["id"] for site in found["sites"]}


def test_reviews_come_by_themselves_and_the_before_is_frozen_once(town: tuple[Junction, Measure]) -> None:
    treated, measure = town
    assert freeze(measure)
    assert measure.frozen["count"] == 60
    assert measure.frozen["families"] == {"RE": 60}
    assert review(measure) == [6, 12]  # there are eighteen months after it
    assert review(measure) == []
    Crash.objects.filter(junction=treated, occurred_at__lt=datetime(2022, 6, 1, tzinfo=UTC)).delete()
    assert not freeze(measure)
    measure.refresh_from_db()
    assert measure.frozen["count"] == 60
    still = told(measure)
    assert still is not None and still["rows"][0]["before"] == 60  # what was taken away later changes nothing
    assert len(still["sites"]) == 40
    kept = Review.objects.get(measure=measure, months=6).result
    assert kept["periods"]["last"] == "2024-01-01"


def test_a_measure_is_put_on_a_junction_with_pictures(town: tuple[Junction, Measure]) -> None:
    member = signed_in(person("planner"))
    body: dict[str, Any] = {"name": "庇護島", "junction": town[0].pk, "targets": "PD", "state": "done"}
    assert post(member, "measures", body, 422)["code"] == "days"
    assert (
        post(member, "measures", body | {"targets": "ZZ", "done_on": "2024-01-01"}, 422)["code"] == "targets"
    )
    made = post(member, "measures", body | {"done_on": "2024-01-01"}, 201)
    assert made["frozen"]
    answer = member.patch(
        f"/api/council/measures/{made['id']}", {"done_on": "2023-01-01"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
    file = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(file, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    sent = member.post(
        f"/api/council/measures/{made['id']}/pictures?after=true", file.getvalue(), content_type="image/jpeg"
    )
    assert sent.status_code == 201, sent.content
    back = member.get(f"/api/council/pictures/{sent.json()['id']}.jpg")
    assert back["Content-Type"] == "image/jpeg"
    assert b"Exif" not in back.content
    assert Client().get(f"/api/council/pictures/{sent.json()['id']}.jpg").status_code == 404
    no = member.post(f"/api/council/measures/{made['id']}/pictures", b"<svg/>", content_type="image/png")
    assert (no.status_code, Picture.objects.count()) == (415, 1)


def test_the_panel_holds_the_bundles_to_the_filter(town: tuple[Junction, Measure]) -> None:
    member = signed_in(person("council"))
    at = f"/api/council/junctions/{town[0].pk}"
    assert member.get(at).json()["count"] == 72
    held = member.get(at, {"datetime": "2023-07-01/2024-12-31", "filter": "severity = 3"}).json()
    assert held["count"] == 12
    assert member.get(at, {"filter": "severity = 1"}).json()["bundles"] == []
    assert member.get(at, {"filter": "severity = = 1"}).status_code == 422
    assert held["standing"]["excess"]["low"] > 0
