"""Scenes are edited by many without loss, served as files, and are police matters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from layers.crashes.models import Crash
from layers.crashes.scenes.models import EvidenceMark, ImpactPoint, Scene, SceneEdit, SceneOutline
from tests.crashes.conftest import CAR, MOTORCYCLE, REST, Pad

pytestmark = pytest.mark.django_db


def document_of(pad: Pad) -> dict[str, Any]:
    said: dict[str, Any] = pad.client.get(pad.at).json()["document"]
    return said


def test_a_new_scene_lies_at_the_crash_and_knows_its_drivers(officer: Pad) -> None:
    document = document_of(officer)
    assert [(p["id"], p["kind"]) for p in document["parties"]] == [("A", "car"), ("B", "motorcycle")]
    assert abs(document["origin"][0] - 193_566) < 200 and abs(document["origin"][1] - 2_597_400) < 500


def test_opening_again_opens_the_same(officer: Pad) -> None:
    officer.add(CAR)
    again = officer.client.post(officer.at, {}, "application/json").json()
    assert [e["id"] for e in again["document"]["elements"]] == ["v1"] and Scene.objects.count() == 1


def test_edits_are_applied_and_answered(officer: Pad) -> None:
    said = officer.add(CAR, MOTORCYCLE, *REST)
    assert [r["outcome"] for r in said["results"]] == ["applied"] * 7 and said["version"] == 7
    assert len(document_of(officer)["elements"]) == 7
    assert EvidenceMark.objects.get().kind == "skid" and ImpactPoint.objects.get().parties == "AB"
    assert SceneOutline.objects.get().geom.contains(ImpactPoint.objects.get().geom)


def test_an_edit_that_is_sent_again_is_applied_once(officer: Pad) -> None:
    op = officer.op(op="add", body=CAR)
    first, again = officer.send(op), officer.send(op, officer.op(op="add", body=MOTORCYCLE))
    assert again["results"][0] == first["results"][0]
    assert [e["id"] for e in document_of(officer)["elements"]] == ["v1", "v2"]


def test_two_editors_of_one_thing_both_keep_what_they_did(
    officer: Pad, sign_in: Callable[..., Client]
) -> None:
    officer.add(CAR)
    other = Pad(sign_in("officer"), officer.crash, "pad-2")
    other.version = officer.version
    officer.set("v1", pose={"x": 5, "y": 5, "heading": 10})
    said = other.set("v1", pose={"x": 7, "y": 7, "heading": 20}, label="計程車")
    assert said["results"][0]["outcome"] == "rival" and said["operations"][0]["client"] == "pad-1"
    car, rival = said["document"]["elements"][0], said["document"]["rivals"][0]
    assert car["pose"]["x"] == 5 and car["label"] == "計程車" and rival["value"]["x"] == 7
    settled = other.send(other.op(op="settle", rival=rival["op"], field="pose", take=True))
    assert settled["results"][0]["outcome"] == "applied"
    document = document_of(officer)
    assert document["rivals"] == [] and document["elements"][0]["pose"]["x"] == 7


def test_an_edit_outweighs_a_removal_that_its_author_had_not_seen(
    officer: Pad, sign_in: Callable[..., Client]
) -> None:
    officer.add(CAR)
    other = Pad(sign_in("officer"), officer.crash, "pad-2")
    other.version = officer.version
    officer.send(officer.op(op="remove", target="v1"))
    said = other.set("v1", label="仍在現場")
    assert said["results"][0]["outcome"] == "revived"
    assert said["document"]["elements"][0]["label"] == "仍在現場"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({**CAR, "kind": "hovercraft"}, "hovercraft"),
        ({**CAR, "pose": {"x": 5000, "y": 0, "heading": 0}}, "v1"),
        ({**CAR, "onload": "alert(1)"}, "onload"),
        ({**CAR, "party": "Z"}, "Z"),
        ({"id": "n1", "type": "note", "at": [0, 0], "text": "a\u0000b"}, "n1"),
        ({"id": "<b>", "type": "note", "at": [0, 0], "text": "x"}, "<b>"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_the_rest_is_kept(
    officer: Pad, body: dict[str, Any], word: str
) -> None:
    said = officer.add(MOTORCYCLE, body)
    assert [r["outcome"] for r in said["results"]] == ["applied", "refused"]
    assert word in " ".join(said["results"][1]["sentences"])
    assert [e["id"] for e in document_of(officer)["elements"]] == ["v2"]
    assert "body" not in SceneEdit.objects.get(outcome="refused").op


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"operations": [{"op": "drop"}]}', b'{"operations": [{"op": "add", "id": "x"}]}']
)
def test_a_malformed_request_is_refused_in_a_sentence(officer: Pad, body: bytes) -> None:
    answer = officer.client.post(f"{officer.at}/operations", body, "application/json")
    assert answer.status_code in (400, 422) and answer.json()["detail"]
    assert document_of(officer)["elements"] == []


@pytest.mark.parametrize("plate", ["<b>X</b>", "ABC 1234; DROP", "a" * 40, "‮ABC-1234"])
def test_a_plate_that_is_none_is_refused(officer: Pad, plate: str) -> None:
    answer = officer.client.put(f"{officer.at}/plates", {"plates": {"A": plate}}, "application/json")
    assert answer.status_code == 422 and Scene.objects.get().plates == {}


def test_words_are_words_on_the_sheet(finished: Pad) -> None:
    finished.add({"id": "n1", "type": "note", "at": [0, 0], "text": "<script>alert(1)</script>&"})
    svg = finished.client.get(f"/api/crashes/{finished.crash.pk}/scene.svg")
    text = svg.content.decode()
    assert "<script" not in text and "&lt;script&gt;" in text and "ABC-1234" in text
    assert "sandbox" in svg["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("kind", "starts"),
    [
        ("json", b"{"),
        ("svg", b"<svg"),
        ("pdf", b"%PDF"),
        ("png", b"\x89PNG"),
        ("dxf", b"  0"),
        ("geojson", b"{"),
    ],
)
def test_a_scene_is_served_as_files(finished: Pad, kind: str, starts: bytes) -> None:
    answer = finished.client.get(f"/api/crashes/{finished.crash.pk}/scene.{kind}")
    assert answer.status_code == 200 and answer.content.lstrip(b"\xef\xbb\xbf").startswith(starts)
    if kind == "geojson":
        found = json.loads(answer.content)["features"]
        assert len(found) == 7 and all(
            119 < f["geometry"]["coordinates"][0] < 122 for f in found if f["geometry"]["type"] == "Point"
        )


def test_the_other_form_and_scale_can_be_asked_for(finished: Pad) -> None:
    at = f"/api/crashes/{finished.crash.pk}/scene.svg"
    assert 'width="420mm"' in finished.client.get(f"{at}?paper=A3&template=plain&scale=500").content.decode()
    refused = finished.client.get(f"{at}?template=nothing")
    assert refused.status_code == 422 and "station" in refused.json()["detail"]
    assert finished.client.get(f"{at}?scale=123").status_code == 422


def test_the_schema_and_the_symbols_are_published(client: Client) -> None:
    schema = client.get("/api/crashes/scene.schema.json").json()
    assert schema["$schema"].endswith("2020-12/schema") and "Vehicle" in schema["$defs"]
    shelf = client.get("/api/crashes/scene.symbols.json").json()
    assert shelf["classes"]["bus"]["length"] == 12 and shelf["symbols"]["bus"]["svg"].startswith("<svg")


@pytest.mark.parametrize("role", ["council", "planner", ""])
def test_to_others_there_are_no_scenes(finished: Pad, sign_in: Callable[..., Client], role: str) -> None:
    client = sign_in(role) if role else Client()
    for path in ("scene", "scene.json", "scene.pdf", "scene/street", "scene/history"):
        assert client.get(f"/api/crashes/{finished.crash.pk}/{path}").status_code == 404
    answer = client.post(f"{finished.at}/operations", {"operations": []}, "application/json")
    assert answer.status_code == 404
    assert client.get("/ogc/collections/impact_points").status_code == 404


def test_who_only_looks_cannot_draw(finished: Pad, sign_in: Callable[..., Client]) -> None:
    client = sign_in("camera_operator")
    assert client.get(finished.at).status_code == 200
    assert client.post(f"{finished.at}/operations", {"operations": []}, "application/json").status_code == 403


def test_the_street_is_given_in_metres(finished: Pad, hamlet: None) -> None:
    junction = Crash.objects.exclude(pk=finished.crash.pk).exclude(junction=None).order_by("pk").first()
    assert junction
    finished.client.post(f"/api/crashes/{junction.pk}/scene", {}, "application/json")
    found = finished.client.get(f"/api/crashes/{junction.pk}/scene/street").json()["features"]
    kinds = {f["properties"]["kind"] for f in found}
    assert {"road", "kerb", "name"} <= kinds
    origin = finished.client.get(f"/api/crashes/{junction.pk}/scene").json()["document"]["origin"]
    road = next(f for f in found if f["properties"]["kind"] == "road")
    while isinstance(
        road := road["geometry"]["coordinates"] if isinstance(road, dict) else road[0], list
    ) and isinstance(road[0], list):
        pass
    assert abs(road[0] - origin[0]) < 2000 and abs(road[1] - origin[1]) < 2000


def test_cases_begin_with_what_is_being_drawn(
    officer: Pad, crash: Crash, sign_in: Callable[..., Client]
) -> None:
    (first, *_) = officer.client.get("/api/crashes/scenes").json()
    assert (first["id"], first["state"], first["place"]) == (crash.pk, "draft", "東光路與力行路口")
    assert officer.client.get("/api/crashes/scenes?q=no-such-case").json() == []
    assert sign_in("council").get("/api/crashes/scenes").status_code == 404


def test_an_answer_may_bring_the_whole_scene(officer: Pad) -> None:
    body = {"since": 0, "operations": [officer.op(op="add", body=CAR)], "whole": True}
    said = officer.client.post(f"{officer.at}/operations", body, "application/json").json()
    assert [e["id"] for e in said["scene"]["document"]["elements"]] == ["v1"]
    assert said["scene"]["version"] == 1 and said["scene"]["checklist"]


def test_middle_lines_are_for_the_editor_and_not_for_the_sheet(officer: Pad) -> None:
    from diagramming.scene.document import read
    from layers.crashes.scenes.store import street

    document = read(document_of(officer))
    assert "axis" not in {one["properties"]["kind"] for one in street(document)}
    assert officer.client.get(f"{officer.at}/street").status_code == 200
