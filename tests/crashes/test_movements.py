"""From a crash's scene to its movement through the database and the API; what a person decides stands, on record."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client

from layers.crashes.models import Crash, CrashMovement, Party, Scene
from layers.crashes.movements import infer
from layers.streets.models import Junction, Road
from tests.diagramming.scenes import raw

pytestmark = pytest.mark.django_db
LON, LAT = 120.4473, 23.4795


@pytest.fixture
def crossing(crash: Crash) -> Crash:
    """The crash at a crossing of four streets, A turning left against B who comes the other way."""
    junction = Junction.objects.create(
        key="m-j",
        name="東光路／力行路",
        form="1",
        signal="1",
        legs=4,
        rank=2,
        geom=Point(LON, LAT, srid=4326),
    )
    for n, bearing in enumerate((0, 90, 180, 270)):
        far = (LON + 0.001 * math.sin(math.radians(bearing)), LAT + 0.001 * math.cos(math.radians(bearing)))
        Road.objects.create(
            key=f"m-r{n}", name="東光路" if n % 2 == 0 else "力行路", kind="collector", rank=2,
            from_junction=junction, geom=LineString((LON, LAT), far, srid=4326),
        )  # fmt: skip
    crash.junction, crash.type = junction, "16"
    crash.save()
    Party.objects.filter(crash=crash, number=1).update(action="05")
    Party.objects.filter(crash=crash, number=2).update(action="09")
    Party.objects.filter(crash=crash, number=3).delete()
    return crash


def draw(crash: Crash, *elements: dict[str, Any], version: int = 1) -> Scene:
    made, _ = Scene.objects.update_or_create(
        crash=crash, defaults={"document": raw(*elements), "version": version}
    )
    return made


ARROWS = (
    {"id": "t1", "type": "travel", "party": "A", "source": "video", "approach": [[-2, 30], [-2, 3]], "exit": [[0, 0], [20, 2]]},
    {"id": "t2", "type": "travel", "party": "B", "source": "video", "approach": [[2, -30], [2, -3]], "exit": [[2, 3], [2, 30]]},
    {"id": "i1", "type": "impact", "at": [1.5, -1.0], "parties": ["A", "B"]},
)  # fmt: skip


def test_arrows_of_a_scene_give_legs_and_the_key(crossing: Crash) -> None:
    draw(crossing, *ARROWS)
    row = infer.renew(crossing)
    assert row is not None
    assert row.key == "TO(L,S,opposing)"
    assert [(p["approach"], p["exit"], p["turn"]) for p in row.parties] == [(0, 1, "L"), (2, 0, "S")]
    assert row.grade == "accept"
    assert [leg["name"] for leg in row.legs] == ["東光路", "力行路", "東光路", "力行路"]
    hypotheses = row.explain["parties"]["A"]["hypotheses"]
    assert len(hypotheses) == 3
    assert any("行向箭頭" in says for says in hypotheses[0]["evidence"])
    assert row.explain["parties"]["A"]["without"]


def test_without_arrows_no_leg_is_said(crossing: Crash) -> None:
    draw(crossing)
    row = infer.renew(crossing)
    assert row is not None
    assert [p["approach"] for p in row.parties] == [None, None]
    assert row.grade == "review"


def test_the_api_tells_it_to_police_and_keeps_what_they_decide(
    crossing: Crash, sign_in: Callable[..., Client], client: Client
) -> None:
    at, reviewer = f"/api/crashes/{crossing.pk}/movement", sign_in("reviewer")
    assert client.get(at).status_code == 404
    form = reviewer.get(at).json()
    assert form["parties"] == []
    assert form["key"].startswith("TO")
    draw(crossing, *ARROWS)
    assert reviewer.get(at).json()["grade"] == "accept"
    said = {
        "parties": [{"party": "A", "approach": 1, "exit": 2}, {"party": "B", "approach": 3, "exit": 1}],
        "why": "監視器影像顯示",
    }
    decided = reviewer.put(at, said, "application/json")
    assert decided.status_code == 200, decided.content
    answer = decided.json()
    assert answer["key"] == "TO(L,S,opposing)"
    assert [p["approach"] for p in answer["parties"]] == [1, 3]
    assert answer["explain"]["inferred"]["parties"][0]["approach"] == 0
    assert answer["decisions"][0]["why"] == "監視器影像顯示"
    assert "a-reviewer" in answer["decisions"][0]["who"]

    draw(crossing, *ARROWS, version=2)
    assert [p["approach"] for p in reviewer.get(at).json()["parties"]] == [1, 3]

    back = reviewer.delete(f"{at}?why=看錯了影像").json()
    assert [p["approach"] for p in back["parties"]] == [0, 2]
    assert len(back["decisions"]) == 2
    assert sign_in("officer", "b").put(at, said, "application/json").status_code == 403


def test_what_cannot_be_is_refused_in_a_sentence(crossing: Crash, sign_in: Callable[..., Client]) -> None:
    at, reviewer = f"/api/crashes/{crossing.pk}/movement", sign_in("reviewer")
    for said in (
        {"why": "沒有內容"},
        {"why": "這裡沒有", "parties": [{"party": "A", "approach": 9}]},
        {"why": "不是型態", "key": "LEFT"},
    ):
        answer = reviewer.put(at, said, "application/json")
        assert answer.status_code == 422, said
    assert not CrashMovement.objects.exists()


def test_the_diagram_draws_what_is_known_without_a_question_mark(crossing: Crash) -> None:
    from layers.crashes.diagrams import of_junction

    assert crossing.junction_id is not None
    assert ">?</text>" in of_junction(crossing.junction_id).svg
    infer.changed()  # whatever other crashes were drawn before
    draw(crossing, *ARROWS)
    assert infer.changed() == 1
    assert infer.changed() == 0
    made = of_junction(crossing.junction_id)
    assert ">?</text>" not in made.svg
    assert "現場圖或人工確認 1 件" in made.svg


def test_overlay_lays_legs_onto_legs(crossing: Crash) -> None:
    from tests.crashes.test_screening import POLICE, run

    draw(crossing, *ARROWS)
    infer.renew(crossing)
    found = run(POLICE, "overlay-junctions", junctions=[crossing.junction_id])
    (feature,) = found["features"]
    assert feature["properties"]["legs"] == [0, 2]
