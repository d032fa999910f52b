"""Editing from the map: all or nothing, once, only by who may; and a past that shows no more than the present."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from layers.registry.models import History
from tests.factories import CENTER, hideout, spot
from tests.gis.people import person, signed_in
from tests.sample.models import Spot, Way

pytestmark = pytest.mark.django_db
LON, LAT = CENTER


def send(client: Client, *changes: dict[str, Any], layer: str = "spots", key: str | None = None) -> Any:
    body = {"key": key or str(uuid.uuid4()), "changes": list(changes)}
    return client.post(f"/api/layers/{layer}/bulk", json.dumps(body), content_type="application/json")


def point(east: float = 0.0) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [LON + east, LAT]}


@pytest.fixture
def editor() -> Client:
    return signed_in(person("investigator", name="inv"))


def past(client: Client, fid: int, layer: str = "spots") -> Any:
    return client.get(f"/api/layers/{layer}/features/{fid}/history")


def test_several_changes_are_one(editor: Client) -> None:
    first, second = spot(LON, LAT, name="one"), spot(LON, LAT, name="two")
    done = send(
        editor,
        {"properties": {"name": "three", "kind": "b"}, "geometry": point(0.001)},
        {"id": first.pk, "version": 1, "properties": {"grade": 5}},
        {"id": second.pk, "version": 1, "delete": True},
    )
    assert done.status_code == 200, done.content
    made, changed, gone = done.json()["features"]
    assert Spot.objects.get(pk=made["id"]).name == "three"
    assert (changed, gone["version"]) == ({"id": first.pk, "version": 2}, None)
    assert Spot.objects.get(pk=first.pk).grade == 5
    assert not Spot.objects.filter(pk=second.pk).exists()


def test_one_that_somebody_changed_holds_up_all_and_is_shown(editor: Client) -> None:
    first, second = spot(LON, LAT, name="one"), spot(LON, LAT, name="two")
    assert send(editor, {"id": second.pk, "version": 1, "properties": {"name": "theirs"}}).status_code == 200
    done = send(
        editor,
        {"id": first.pk, "version": 1, "properties": {"grade": 5}},
        {"id": second.pk, "version": 1, "properties": {"grade": 5}},
    )
    assert (done.status_code, done.json()["code"]) == (412, "conflict")
    (conflict,) = done.json()["conflicts"]
    assert (conflict["index"], conflict["id"], conflict["version"]) == (1, second.pk, 2)
    assert conflict["current"]["properties"]["name"] == "theirs"
    assert Spot.objects.get(pk=first.pk).grade == 1


def test_one_that_is_gone_is_a_conflict_without_a_present(editor: Client) -> None:
    row = spot(LON, LAT)
    assert send(editor, {"id": row.pk, "version": 1, "delete": True}).status_code == 200
    done = send(editor, {"id": row.pk, "version": 1, "properties": {"grade": 2}})
    assert done.status_code == 412
    assert done.json()["conflicts"] == [{"index": 0, "id": row.pk, "current": None, "version": None}]


def test_what_is_sent_twice_is_done_once(editor: Client) -> None:
    row, key = spot(LON, LAT, grade=1), str(uuid.uuid4())
    changes = (
        {"properties": {"name": "new"}, "geometry": point()},
        {"id": row.pk, "version": 1, "properties": {"grade": 4}},
    )
    first, again = (send(editor, *changes, key=key) for _ in range(2))
    assert first.json() == again.json()
    assert Spot.objects.filter(name="new").count() == 1
    assert Spot.objects.get(pk=row.pk).version == 2
    other = signed_in(person("investigator"))
    assert send(other, *changes, key=key).json()["code"] == "key-used"


def test_a_wrong_value_is_said_at_its_field_and_nothing_is_done(editor: Client) -> None:
    row = spot(LON, LAT, grade=1)
    done = send(
        editor,
        {"id": row.pk, "version": 1, "properties": {"grade": 3}},
        {"properties": {"name": "", "kind": "a"}, "geometry": point()},
    )
    assert done.status_code == 400
    assert (done.json()["index"], list(done.json()["fields"])) == (1, ["name"])
    assert Spot.objects.get(pk=row.pk).grade == 1


def test_who_may_not_edit_is_told_so_and_who_may_not_see_learns_nothing(editor: Client) -> None:
    row, hidden = spot(LON, LAT), hideout()
    change = {"id": row.pk, "version": 1, "properties": {"grade": 3}}
    assert send(Client(), change).status_code == 401
    assert send(signed_in(person("council")), change).status_code == 403
    assert (
        send(signed_in(person("council")), {"id": hidden.pk, "delete": True}, layer="hideouts").status_code
        == 404
    )
    assert send(editor, {"id": row.pk, "version": 1, "properties": {"version": 7}}).status_code == 400
    assert Client().get(f"/api/layers/spots/editable?ids={row.pk}").status_code == 403
    assert editor.get(f"/api/layers/spots/editable?ids={row.pk},x").status_code == 400


def test_versions_are_read_for_many(editor: Client) -> None:
    rows = [spot(LON, LAT, name=str(n)) for n in range(3)]
    send(editor, {"id": rows[1].pk, "version": 1, "properties": {"grade": 3}})
    found = editor.get("/api/layers/spots/editable", {"ids": ",".join(str(r.pk) for r in rows)}).json()[
        "rows"
    ]
    assert {r["feature"]["id"]: r["version"] for r in found} == {r.pk: 2 if r is rows[1] else 1 for r in rows}


def test_the_past_says_who_made_what_of_it(editor: Client) -> None:
    made = send(editor, {"properties": {"name": "first"}, "geometry": point()}).json()["features"][0]["id"]
    other = signed_in(person("investigator", name="other"))
    send(other, {"id": made, "version": 1, "properties": {"name": "second"}, "geometry": point(0.001)})
    send(editor, {"id": made, "version": 2, "delete": True})
    send(editor, {"id": made, "restore": True, "properties": {"name": "third"}})
    states = past(editor, made).json()["states"]
    told = [(s["op"], s["version"], s["feature"] and s["feature"]["properties"]["name"]) for s in states]
    assert told == [
        ("insert", 3, "third"),
        ("delete", None, None),
        ("update", 2, "second"),
        ("insert", 1, "first"),
    ]
    assert ["inv" in s["actor"] for s in states] == [True, True, False, True]
    assert states[2]["feature"]["geometry"] == point(0.001)
    row = Spot.objects.get(pk=made)
    assert (row.name, row.version, row.geom.x) == ("third", 3, LON + 0.001)
    assert row.key.startswith("e-")


def test_what_changes_outside_of_the_map_is_kept_too(editor: Client) -> None:
    row = spot(LON, LAT, name="before")
    Spot.objects.filter(pk=row.pk).update(name="after", version=2)
    Spot.objects.filter(pk=row.pk).update(version=3)  # nothing that a layer tells of
    states = past(editor, row.pk).json()["states"]
    assert [s["feature"]["properties"]["name"] for s in states] == ["after", "before"]
    assert states[0]["actor"].startswith("database:")


def test_the_past_hides_what_the_present_hides() -> None:
    row = spot(LON, LAT, grade=9, informant="somebody")
    Spot.objects.filter(pk=row.pk).update(grade=2, informant="nobody")
    council, police = signed_in(person("council")), signed_in(person("investigator"))
    for client, sees in ((council, False), (police, True)):
        states = past(client, row.pk).json()["states"]
        assert ["informant" in s["feature"]["properties"] for s in states] == [sees] * len(states)
    Spot.objects.filter(pk=row.pk).update(grade=9)
    assert past(Client(), row.pk).status_code == 403
    assert past(council, hideout().pk, "hideouts").status_code == 404


def test_a_data_set_that_is_replaced_is_not_kept_row_by_row() -> None:
    before = History.objects.filter(table_name="sample_spot").count()
    Spot.objects.bulk_create(
        [Spot(key=f"k{n}", name="x", geom=f"SRID=4326;POINT({LON} {LAT})") for n in range(1001)]
    )
    Spot.objects.filter(key__startswith="k").delete()
    assert History.objects.filter(table_name="sample_spot").count() == before


def test_there_is_nothing_to_restore_where_nothing_was_deleted(editor: Client) -> None:
    row = spot(LON, LAT)
    for fid in (row.pk, row.pk + 1000):
        done = send(editor, {"id": fid, "restore": True, "properties": {}})
        assert (done.status_code, Spot.objects.count()) == (409, 1)


def test_a_line_that_was_merged_away_comes_back_with_its_cut() -> None:
    editor = signed_in(person("planner"))

    def line(*at: tuple[float, float]) -> dict[str, Any]:
        return {"type": "LineString", "coordinates": at}

    values = {"name": "way", "rank": 1, "built_on": "2020-01-01"}
    made = [
        send(editor, {"properties": values, "geometry": line((LON + n, LAT), (LON + n + 1, LAT))}, layer="ways").json()
        for n in range(2)
    ]  # fmt: skip
    first, second = (m["features"][0]["id"] for m in made)
    whole, half = line((LON, LAT), (LON + 2, LAT)), line((LON, LAT), (LON + 1, LAT))
    done = send(
        editor,
        {"id": first, "version": 1, "geometry": whole},
        {"id": second, "version": 1, "delete": True},
        layer="ways",
    )
    assert done.status_code == 200, done.content
    done = send(
        editor,
        {"id": second, "version": None, "restore": True, "properties": values, "geometry": whole},
        {"id": first, "version": 2, "properties": {}, "geometry": half},
        layer="ways",
    )
    assert [f["version"] for f in done.json()["features"]] == [2, 3]
    assert Way.objects.get(pk=second).built_on.isoformat() == "2020-01-01"
