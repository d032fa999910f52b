"""A layer's features by what happens near them, as PostGIS itself would order them; and only to whoever may know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from layers.access import Viewer
from layers.registry.catalogue import catalogue
from tests.gis.people import person, signed_in

ADDRESS = "/api/layers/camera_sets/nearby"


@pytest.fixture
def city(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connection.close()


def ask(client: Client, status: int = 200, address: str = ADDRESS, **asked: Any) -> dict[str, Any]:
    answer = client.get(address, asked)
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def by_hand(cameras: str = "true", crashes: str = "true") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, count(c.id), coalesce(sum(c.epdo), 0) FROM cameras_cameraset s LEFT JOIN crashes_crash c ON "
            f"ST_DWithin(s.geom::geography, c.geom::geography, 100) AND {crashes} WHERE {cameras} "
            "GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1"
        )
        return list(cursor.fetchall())


def test_cameras_come_in_the_order_of_the_crashes_near_them(city: None, client: Client) -> None:
    found = ask(client, limit=500)
    wanted = by_hand()
    assert [(r["id"], r["count"], r["weight"]) for r in found["rows"]] == wanted[:500]
    assert found["of"] == "camera_sets" and found["places"] == len(wanted)
    assert wanted[0][2] > wanted[-1][2]
    assert all(sum(r["parts"].values()) == r["count"] for r in found["rows"])
    assert all(r["name"] and 20 < r["center"][1] < 26 for r in found["rows"])


def test_both_sides_can_be_filtered(city: None, client: Client) -> None:
    found = ask(
        client,
        by="count",
        filter="lens_count > 3",
        other_filter="severity = 2",
        other_datetime="2023-01-01/2023-12-31",
        limit=500,
    )
    wanted = by_hand(
        "lens_count > 3",
        "severity = 2 AND extract(year FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 2023",
    )
    assert wanted and {r["id"]: r["count"] for r in found["rows"]} == {id: n for id, n, _ in wanted}
    counts = [r["count"] for r in found["rows"]]
    assert counts == sorted(counts, reverse=True)


def test_what_one_may_not_see_orders_nothing(city: None, client: Client) -> None:
    ask(client, 400, filter="status = 'fault'")
    police = signed_in(person("camera_operator"))
    faulty = ask(police, filter="status = 'fault'", limit=500)
    assert [r["id"] for r in faulty["rows"]] == [id for id, *_ in by_hand("status = 'fault'")]
    assert faulty["rows"]


def test_questions_are_offered_to_whoever_may_ask_them(city: None) -> None:
    def asked(viewer: Viewer) -> list[str]:
        (cameras,) = (one for one in catalogue(viewer)["layers"] if one["id"] == "camera_sets")
        assert cameras["nearby"]["of"] == "crashes" and cameras["nearby"]["weight"] == "epdo"
        return [one["id"] for one in cameras["questions"]]

    assert asked(Viewer()) == []
    assert asked(Viewer.of("x", "x", ["camera_operator"])) == ["faulty"]


@pytest.mark.parametrize("asked", [{"by": "name"}, {"limit": 501}])
def test_what_cannot_be_meant_is_refused(city: None, client: Client, asked: dict[str, Any]) -> None:
    ask(client, 422, **asked)


def test_a_layer_that_declares_nothing_has_no_such_order(city: None, client: Client) -> None:
    ask(client, 404, "/api/layers/junctions/nearby")
    ask(client, 400, nearest="1")
