"""Cutting and joining: areas are halved without loss, what does not cut is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
SQUARE = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]]}
WAY = {"type": "LineString", "coordinates": [[0, 0], [4, 0]]}


def line(*at: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": at}


def ask(what: str, body: Any, client: Client | None = None) -> Any:
    client = client or signed_in(person("planner"))
    return client.post(f"/api/geometry/{what}", json.dumps(body), content_type="application/json")


def test_an_area_is_cut_and_joined_again() -> None:
    parts = ask("split", {"geometry": SQUARE, "line": line((0.5, -1), (0.5, 3))}).json()["parts"]
    assert [p["type"] for p in parts] == ["MultiPolygon", "MultiPolygon"]
    assert [GEOSGeometry(json.dumps(p)).area for p in parts] == pytest.approx([3, 1])
    whole = GEOSGeometry(json.dumps(ask("join", {"geometries": parts}).json()["geometry"]))
    assert whole.equals(GEOSGeometry(json.dumps(SQUARE)))
    assert whole.num_geom == 1


def test_a_line_is_cut_and_joined_again() -> None:
    parts = ask("split", {"geometry": WAY, "line": line((1, -1), (1, 1))}).json()["parts"]
    assert [p["coordinates"] for p in parts] == [[[1, 0], [4, 0]], [[0, 0], [1, 0]]]
    joined = ask("join", {"geometries": parts}).json()["geometry"]
    assert GEOSGeometry(json.dumps(joined)).length == pytest.approx(4)


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("split", {"geometry": SQUARE, "line": line((5, 5), (6, 6))}, "not-cut"),
        ("split", {"geometry": SQUARE, "line": line((1, 1), (1.5, 1.5))}, "not-cut"),
        ("split", {"geometry": {"type": "Point", "coordinates": [0, 0]}, "line": WAY}, "bad-request"),
        ("join", {"geometries": [WAY, line((8, 8), (9, 9))]}, "not-joined"),
        ("join", {"geometries": [WAY, SQUARE]}, "not-joined"),
    ],
)
def test_what_cannot_be_is_said(what: str, body: Any, code: str) -> None:
    answer = ask(what, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.content


def test_only_for_people_whom_we_know() -> None:
    assert ask("join", {"geometries": [WAY, WAY]}, Client()).status_code == 401
