"""What an editor's program sees: ETags, refusals with sentences, roles, and the same bytes every time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from layers.streets import read
from layers.streets.craft.document import Document

NAME = "segment/s000003"
BASE = "/api/streets"


def signed_in(role: str) -> Client:
    user = get_user_model().objects.create_user(f"{role}-of-streets", password="not used here")
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(streets: Document) -> Client:
    return signed_in("investigator")


def patch(client: Client, width: float, etag: str | None, strip: str = "1") -> Any:
    body = {
        "method": "tape",
        "crash_case": "113-A2-0417",
        "operations": [
            {
                "op": "set",
                "object": NAME,
                "values": [{"path": f"sections/0/strips/{strip}/width", "value": width}],
            }
        ],
    }
    headers = {"If-Match": etag} if etag else {}
    return client.patch(
        f"{BASE}/objects/{NAME}", json.dumps(body), content_type="application/json", headers=headers
    )


def test_an_edit_goes_from_etag_to_etag(officer: Client) -> None:
    got = officer.get(f"{BASE}/objects/{NAME}")
    assert got.status_code == 200 and got["ETag"] == f'"{got.json()["etag"]}"'
    done = patch(officer, 3.9, got["ETag"])
    assert done.status_code == 200, done.content
    said = done.json()
    assert said["state"] == "reported" and said["changes"][NAME][0]["en"].endswith("→ 3.9 m")
    assert done["ETag"] == officer.get(f"{BASE}/objects/{NAME}")["ETag"] != got["ETag"]


def test_without_if_match_428_and_with_an_old_one_412_or_merged(officer: Client) -> None:
    etag = officer.get(f"{BASE}/objects/{NAME}")["ETag"]
    assert patch(officer, 3.9, None).status_code == 428
    assert patch(officer, 3.9, etag).status_code == 200
    assert patch(officer, 3.1, etag, strip="2").json()["merged"] == [NAME]
    refused = patch(officer, 2.9, etag)
    assert refused.status_code == 412
    (both,) = refused.json()["objects"]
    assert both["conflicts"][0]["path"] == "/sections/0/strips/1/width"
    assert both["base"] and both["mine"] and both["theirs"]
    assert patch(officer, 2.9, both["etag"]).status_code == 200, "with the new version it holds"


def test_history_undo_and_the_feed(officer: Client) -> None:
    etag = officer.get(f"{BASE}/objects/{NAME}")["ETag"]
    number = patch(officer, 3.9, etag).json()["changeset"]
    versions = officer.get(f"{BASE}/objects/{NAME}/history").json()["versions"]
    assert versions[0]["changes"][0]["en"].startswith("strip 1 width") and len(versions) == 2
    undone = officer.post(f"{BASE}/changesets/{number}/undo")
    assert undone.status_code == 200 and undone.json()["changes"][NAME][0]["en"].startswith(
        "strip 1 width 3.9 →"
    )
    feed = officer.get(f"{BASE}/changesets?after={number - 1}").json()
    assert [row["kind"] for row in feed] == ["edit", "undo"] and feed[0]["crash_case"] == "113-A2-0417"


def test_only_public_works_accept(officer: Client) -> None:
    number = patch(officer, 3.9, officer.get(f"{BASE}/objects/{NAME}")["ETag"]).json()["changeset"]
    assert officer.post(f"{BASE}/changesets/{number}/accept").status_code == 403
    done = signed_in("planner").post(f"{BASE}/changesets/{number}/accept")
    assert done.status_code == 200 and done.json()["state"] == "accepted"


def test_who_does_not_work_on_streets_reads_and_does_not_write(streets: Document) -> None:
    stranger = Client()
    got = stranger.get(f"{BASE}/objects/{NAME}")
    assert got.status_code == 200
    assert patch(stranger, 3.9, got["ETag"]).status_code == 403
    assert (
        signed_in("council")
        .post(f"{BASE}/confirm", json.dumps({"objects": [NAME]}), content_type="application/json")
        .status_code
        == 403
    )


def test_wrong_edits_are_refused_with_a_sentence(officer: Client) -> None:
    etag = officer.get(f"{BASE}/objects/{NAME}")["ETag"]
    refused = patch(officer, -1, etag)
    assert refused.status_code == 422 and NAME in refused.json()["detail"]
    assert officer.get(f"{BASE}/objects/segment/nowhere").status_code == 404
    assert officer.get(f"{BASE}/document?bbox=1,2,3").status_code == 422


def test_a_box_is_read_and_derived_as_of_any_time(officer: Client) -> None:
    found = read.objects([NAME])[NAME]
    node = read.fetch(read.Sql("v.object = %s", (f"node/{found.params['a']}",)))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(geom), ST_Y(geom) FROM streets_version WHERE object = %s", (next(iter(node)),)
        )
        x, y = cursor.fetchone()
    box = f"bbox={x - 0.0008},{y - 0.0008},{x + 0.0008},{y + 0.0008}"
    document = officer.get(f"{BASE}/document?{box}").json()
    assert NAME in document["etags"] and document["document"]["segments"]
    known = officer.get(f"{BASE}/stamp").json()["known"].replace("+", "%2B")
    url = f"{BASE}/plan?{box}&known={known}&as_of={known}"
    first = officer.get(url).content
    patch(officer, 4.0, officer.get(f"{BASE}/objects/{NAME}")["ETag"])
    assert officer.get(url).content == first and json.loads(first)["features"]
    assert officer.get(f"{BASE}/plan?{box}").content != first


def test_templates_are_kept_and_set_down(officer: Client) -> None:
    made = officer.post(
        f"{BASE}/templates",
        json.dumps({"name": "主幹道", "kind": "section", "source": NAME}),
        content_type="application/json",
    )
    assert made.status_code == 200, made.content
    other = "segment/s000010"
    body = {
        "operations": [{"op": "copy_section", "object": other, "template": made.json()["id"]}],
        "if_match": {other: officer.get(f"{BASE}/objects/{other}").json()["etag"]},
    }
    done = officer.post(f"{BASE}/changesets", json.dumps(body), content_type="application/json")
    assert done.status_code == 200, done.content
    assert (
        officer.get(f"{BASE}/objects/{other}").json()["params"]["sections"][0]["strips"]
        == (officer.get(f"{BASE}/objects/{NAME}").json()["params"]["sections"][0]["strips"])
    )


def test_a_box_is_taken_along_as_opendrive_and_as_a_document_that_is_read_again(officer: Client) -> None:
    from xml.etree import ElementTree

    from layers.streets.craft.document import read as read_document

    box = whole()
    for asked, minor in (("", "7"), ("&opendrive=1.8", "8")):
        told = officer.get(f"{BASE}/export?format=xodr&bbox={box}{asked}")
        assert told.status_code == 200 and told["Content-Disposition"].endswith('streets.xodr"')
        root = ElementTree.fromstring(told.content)
        header = root.find("header")
        assert header is not None and header.attrib["revMinor"] == minor
        assert root.findall("road") and root.findall("junction")
    assert officer.get(f"{BASE}/export?format=xodr&bbox={box}&opendrive=1.9").status_code == 422
    document = read_document(json.loads(officer.get(f"{BASE}/export?format=json&bbox={box}").content))
    assert document.segments


def whole() -> str:
    """A box around all the streets."""
    import shapely

    from layers.streets.craft.write import in_degrees

    found = read.document(read.everything(read.AsOf()), read.AsOf())
    around = shapely.MultiPoint([n.at for n in found.nodes]).envelope
    return ",".join(f"{v:.6f}" for v in in_degrees([around], found.crs)[0].buffer(1e-4).bounds)
