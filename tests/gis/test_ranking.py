"""Places are ranked as PostgreSQL itself would, by way of the fields that refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture
def city(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connection.close()


def ask(client: Client, status: int = 200, **asked: Any) -> dict[str, Any]:
    answer = client.get("/api/layers/crashes/ranking", asked)
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_junctions_by_what_their_crashes_weigh(city: None, client: Client) -> None:
    found = ask(client, of="junction_id", by="weight", weight="epdo", split="severity", limit=20)
    wanted = rows(
        "SELECT junction_id, count(*), sum(epdo) FROM crashes_crash WHERE junction_id IS NOT NULL "
        "GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT 20"
    )
    assert [(r["id"], r["count"], r["weight"]) for r in found["rows"]] == wanted
    assert found["of"] == "junctions"
    assert found["places"] == rows("SELECT count(DISTINCT junction_id) FROM crashes_crash")[0][0]
    assert all(sum(r["parts"].values()) == r["count"] for r in found["rows"])
    assert all(r["name"] and r["center"][0] > 119 for r in found["rows"])


def test_sections_are_two_steps_away(city: None, client: Client) -> None:
    found = ask(client, of="road_id.section_id", limit=10, weight="epdo")
    wanted = rows(
        "SELECT r.section_id, count(*) FROM crashes_crash c JOIN streets_road r ON r.id = c.road_id "
        "WHERE r.section_id IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, sum(epdo) DESC, 1 LIMIT 10"
    )
    assert [(r["id"], r["count"]) for r in found["rows"]] == wanted
    assert found["of"] == "sections"


def test_only_what_is_filtered_counts(city: None, client: Client) -> None:
    ((district,),) = rows("SELECT id FROM areas_district ORDER BY id LIMIT 1")
    filter = (
        f"severity = 2 AND hour BETWEEN 7 AND 18 AND S_INTERSECTS(geom, feature('districts', {district}))"
    )
    found = ask(client, of="ward_id", filter=filter, datetime="2023-01-01/2023-12-31", limit=500)
    wanted = rows(
        f"SELECT ward_id, count(*) FROM crashes_crash c JOIN areas_district d ON d.id = {district} "
        "AND ST_Intersects(c.merc, d.merc) WHERE severity = 2 AND ward_id IS NOT NULL "
        "AND extract(hour FROM occurred_at AT TIME ZONE 'Asia/Taipei') BETWEEN 7 AND 18 "
        "AND extract(year FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 2023 GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    assert wanted
    assert [(r["id"], r["count"]) for r in found["rows"]] == wanted


def test_nothing_is_an_empty_ranking(city: None, client: Client) -> None:
    assert ask(client, of="ward_id", filter="severity = 99") == {"of": "wards", "places": 0, "rows": []}


@pytest.mark.parametrize(
    "asked",
    [
        {"of": "severity"},
        {"of": "junction_id.nothing"},
        {"of": "case_no"},
        {"of": "ward_id", "weight": "severity; DROP"},
        {"of": "ward_id", "weight": "address"},
        {"of": "ward_id", "split": "occurred_at"},
        {"of": "ward_id", "by": "weight"},
        {"of": "ward_id", "filter": "severty = 1"},
        {"of": "ward_id", "fliter": "severity = 1"},
    ],
)
def test_what_cannot_be_ranked_is_refused_with_a_sentence(
    asked: dict[str, str], city: None, client: Client
) -> None:
    assert ask(client, 400, **asked)["detail"].endswith(".")
