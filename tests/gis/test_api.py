"""`/api`: summaries that equal counting by hand, a search that hides what it must, guarded actions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from gis.api import search
from layers.registry.register import Register, register
from tests.factories import CENTER, hideout, spot, way
from tests.gis.people import person, signed_in
from tests.sample.models import Spot

pytestmark = pytest.mark.django_db
TAIPEI = ZoneInfo("Asia/Taipei")
SUMMARY = "/api/layers/spots/summary"


def ask(path: str, client: Client | None = None, **query: Any) -> Any:
    return (client or Client()).get(path, query)


@pytest.fixture
def spots() -> list[Spot]:
    """Around midnight at Greenwich and in Taipei, some hidden from the public, some without a time."""
    made = []
    for number in range(60):
        when = datetime(2024, 1 + number % 3, 1 + number % 28, (number * 5) % 24, 30, tzinfo=UTC)
        made.append(
            spot(
                CENTER[0] + number / 1000,
                kind="abc"[number % 3],
                grade=number % 10,
                open=number % 4 == 0,
                happened_at=when if number % 10 else None,
            )
        )
    return made


def local(row: Spot) -> datetime | None:
    return row.happened_at.astimezone(TAIPEI) if row.happened_at else None


DIMENSIONS = {
    "kind": lambda s: s.kind,
    "grade": lambda s: s.grade,
    "open": lambda s: s.open,
    "year": lambda s: local(s) and f"{local(s):%Y}",
    "month": lambda s: local(s) and f"{local(s):%Y-%m}",
    "day": lambda s: local(s) and f"{local(s):%Y-%m-%d}",
    "hour": lambda s: local(s) and local(s).hour,
    "weekday": lambda s: local(s) and local(s).isoweekday(),
}


@pytest.mark.parametrize(
    "by",
    [
        ["kind"],
        ["month", "hour"],
        ["weekday*hour"],
        ["kind*grade", "grade*kind"],
        [*DIMENSIONS],
        ["open*kind*month"],
    ],
)
def test_a_summary_equals_counting_by_hand(spots: list[Spot], by: list[str]) -> None:
    answer = ask(SUMMARY, by=by).json()
    seen = [s for s in spots if s.grade < 9]
    assert answer["total"] == len(seen)
    for name in by:
        parts = [DIMENSIONS[p] for p in name.split("*")]
        expected = Counter(tuple(part(s) for part in parts) for s in seen)
        assert Counter({tuple(values): n for *values, n in answer["by"][name]}) == expected


def test_a_summary_counts_what_the_conditions_leave(spots: list[Spot]) -> None:
    west, south, east, north = CENTER[0] - 0.001, CENTER[1] - 0.001, CENTER[0] + 0.0205, CENTER[1] + 0.001
    answer = ask(
        SUMMARY,
        by="kind",
        bbox=f"{west},{south},{east},{north}",
        datetime="2024-01-01/2024-02-29",
        filter="kind IN ('a', 'b') AND grade > 2",
    )
    expected = [
        s
        for number, s in enumerate(spots)
        if number <= 20 and s.kind in "ab" and 2 < s.grade < 9 and s.happened_at and s.happened_at.month < 3
    ]
    assert expected
    assert answer.json()["total"] == len(expected)


def test_rows_and_fields_above_ones_clearance_count_for_nothing(spots: list[Spot]) -> None:
    police = signed_in(person("officer"))
    assert ask(SUMMARY).json()["total"] == 54
    assert ask(SUMMARY, police).json()["total"] == 60
    assert ask(SUMMARY, by="informant").status_code == 400
    assert ask(SUMMARY, police, by="informant").json()["by"] == {"informant": [["", 60]]}
    assert ask(SUMMARY, filter="informant = ''").json()["detail"] == ask(
        SUMMARY, filter="nosuch = ''"
    ).json()["detail"].replace("nosuch", "informant")


def test_a_secret_layer_and_none_answer_alike() -> None:
    hideout()
    for what in ("summary", "bounds"):
        secret, none = ask(f"/api/layers/hideouts/{what}"), ask(f"/api/layers/nothing/{what}")
        assert (secret.status_code, secret.content) == (404, none.content)


@pytest.mark.parametrize(
    "query",
    [
        {"by": "nosuch"},
        {"by": "kind*"},
        {"by": ["kind"] * 9},
        {"bbox": "1,2,3"},
        {"bbox": "nan,0,1,1"},
        {"bbox": "200,0,201,1"},
        {"datetime": "yesterday"},
        {"datetime": "2024-02-01/2024-01-01"},
        {"filter": "kind = "},
        {"filter": "'; DROP TABLE sample_spot; --"},
        {"filtre": "kind = 'a'"},
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(query: dict[str, Any]) -> None:
    spot()
    answer = ask(SUMMARY, **query)
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail", "code"} and len(answer.json()["detail"]) > 10


def test_too_many_groups_are_refused_not_cut() -> None:
    Spot.objects.bulk_create(
        Spot(key=f"m{i}", name=f"name {i}", geom="SRID=4326;POINT(120 23)", origin="test")
        for i in range(2001)
    )
    assert "2,000" in ask(SUMMARY, by="name").json()["detail"]


def test_bounds_are_of_what_one_may_see() -> None:
    spot(120.1, 23.1)
    spot(120.2, 23.2, grade=9)
    assert ask("/api/layers/spots/bounds").json()["bounds"] == [120.1, 23.1, 120.1, 23.1]
    police = signed_in(person("officer"))
    assert ask("/api/layers/spots/bounds", police).json()["bounds"] == [120.1, 23.1, 120.2, 23.2]
    assert ask("/api/layers/zones/bounds").json()["bounds"] is None


# search


def titles(q: str, client: Client | None = None) -> list[str]:
    return [hit["title"] for hit in ask("/api/search", client, q=q).json()["results"]]


def test_search_puts_the_whole_name_first_among_many() -> None:
    for number in range(60):
        spot(name=f"東測試道{number}段")
    spot(name="測試道口")
    spot(name="測試道")
    assert titles("測試道")[:2] == ["測試道", "測試道口"]
    assert len(titles("測試道")) == 12


def test_search_wants_every_part_in_any_order() -> None:
    spot(name="測山路/測族路口")
    assert titles("測族路 測山") == titles("測山路/測族") == ["測山路/測族路口"]


def test_search_names_a_road_once_however_many_pieces_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = register.get("ways")
    assert ways is not None
    monkeypatch.setattr("gis.api.search.register", Register())
    search.register.swap([replace(ways, search=True)])
    for _ in range(3):
        way(name="測山路")
    assert titles("測山路") == ["測山路"]


def test_search_leads_to_the_place() -> None:
    row = spot(120.5, 23.5, name="temple")
    (hit,) = ask("/api/search", q="TEMPLE", lang="en").json()["results"]
    assert hit == {
        "title": "temple",
        "subtitle": "Spots",
        "layer": "spots",
        "id": row.pk,
        "center": [120.5, 23.5],
        "zoom": 17.0,
    }


def test_search_hides_layers_rows_and_what_is_not_searched() -> None:
    hideout(name="needle in a cellar")
    spot(name="needle of grade nine", grade=9)
    spot(name="haystack", informant="needle")
    way(name="needle street")
    assert titles("needle") == []
    assert titles("needle", signed_in(person("officer"))) == ["needle in a cellar", "needle of grade nine"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "' OR true --", "\x00", " ", "/", "%s", "a" * 5000])
def test_search_takes_signs_as_signs(q: str) -> None:
    spot(name="plain")
    assert titles(q) == []


@pytest.mark.parametrize(
    ("q", "read_as"),
    [
        ("120.4473, 23.4795", "WGS 84"),
        ("23.4795 120.4473", "WGS 84"),
        ("N 23.4795°, E 120.4473°", "WGS 84"),
        ("193,564.6 2,597,433.5", "TWD97 TM2-121"),
        ("TWD97 193564.6/2597433.5", "TWD97 TM2-121"),
        ("X=193564.6，Y=2597433.5", "TWD97 TM2-121"),
    ],
)
def test_search_reads_coordinates(q: str, read_as: str) -> None:
    (hit,) = ask("/api/search", q=q).json()["results"]
    assert hit["subtitle"] == read_as
    assert hit["center"] == pytest.approx([120.4473, 23.4795], abs=2e-3)


def test_search_reads_the_zone_of_the_islands() -> None:
    (hit,) = ask("/api/search", q="TWD97 TM2-119 305600 2606800").json()["results"]
    assert hit["subtitle"] == "TWD97 TM2-119"
    assert hit["center"] == pytest.approx([119.544, 23.563], abs=2e-2)


@pytest.mark.parametrize("q", ["中山路 119 號 23", "120 23 5", "12 40", "no. 120.4 23.4"])
def test_search_does_not_take_an_address_for_a_coordinate(q: str) -> None:
    assert ask("/api/search", q=q).json()["results"] == []


# the rest


def test_the_language_is_kept_in_a_cookie() -> None:
    client = Client()
    assert client.post("/api/language", {"lang": "en-GB"}, "application/json").json() == {"lang": "en"}
    assert "Sign in" in client.get("/accounts/sign-in/").content.decode()


def test_a_browser_must_come_from_our_pages_and_a_program_need_not() -> None:
    from gis.accounts.models import Token

    user = person("council")
    browser = signed_in(user, enforce_csrf_checks=True)
    refused = browser.post("/api/language", {"lang": "en"}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    mark = browser.get("/api/catalogue").json()["viewer"]["csrf"]
    headers = {"x-csrftoken": mark}
    assert (
        browser.post("/api/language", {"lang": "en"}, "application/json", headers=headers).status_code == 200
    )
    _, secret = Token.make(user, "program")
    program = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {secret}"})
    assert program.post("/api/language", {"lang": "en"}, "application/json").status_code == 200


def test_the_documentation_needs_nothing_from_elsewhere() -> None:
    page = Client().get("/api/docs").content.decode()
    assert "http" not in page.replace("http://127.0.0.1", "")
    described = Client().get("/api/openapi.json").json()
    for path in described["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert all("content" in said for code, said in operation["responses"].items() if code != "204")
    assert {"token", "session"} <= set(described["components"]["securitySchemes"])
    assert {} in described["security"]


def test_metrics_are_not_for_strangers() -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/metrics").status_code == 403
    assert Client(headers={"x-forwarded-for": "203.0.113.9"}).get("/metrics").status_code == 403
    administrator = signed_in(person("administrator"))
    assert administrator.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 200
