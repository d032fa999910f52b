"""Layers of one's own: served like any other layer, to their owner and to whom they are shared with, and to nobody else."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from layers.areas.models import Station
from tests.asgi import tile_of
from tests.uploads.conftest import Somebody
from tests.uploads.test_bringing import LAT, LON, big5, zipped


def places(count: int, name: str = "name") -> bytes:
    rows = [f"{n},place {n},{LON + n / 10_000},{LAT},{n * 10},{'ab'[n % 2]}" for n in range(count)]
    return "\n".join([f"no,{name},lon,lat,amount,kind", *rows]).encode()


def kept(somebody: Somebody, count: int = 30, **wish: Any) -> dict[str, Any]:
    (layer,) = somebody.keep("places.csv", places(count), **wish)["layers"]
    found: dict[str, Any] = layer
    return found


def test_a_big5_file_becomes_a_layer_that_is_served_everywhere(ann: Somebody) -> None:
    (layer,) = ann.keep("事故.csv", big5(), name="我的事故")["layers"]
    id = layer["entry"]["id"]
    assert layer["entry"]["title"]["zh"] == "我的事故"
    items = ann.http.get(f"/ogc/collections/{id}/items", params={"f": "json", "sortby": "c1"}).json()
    named = {f["title"]["zh"]: f["name"] for f in layer["entry"]["fields"]}
    first = items["features"][0]
    assert first["properties"][named["發生日期"]] == "2024-01-01"
    assert first["properties"][named["死亡"]] == 0
    lon, lat = first["geometry"]["coordinates"]
    assert (abs(lon - LON) + abs(lat - LAT)) * 111_000 < 1
    tile = ann.http.get(f"/tiles/{id}/{tile_of(LON, LAT, 14)}.mvt")
    assert tile.status_code == 200
    assert "中山路民權路口0".encode() in tile.content
    assert tile.headers["cache-control"] == "private, no-cache"
    assert ann.http.get(f"/tiles/{id}.json").json()["bounds"]
    summary = ann.http.get(f"/api/layers/{id}/summary", params={"filter": f"{named['死亡']} = 1"})
    assert summary.json()["total"] == 1
    listed = ann.http.get("/api/catalogue").json()["layers"]
    assert listed[0]["id"] == id
    assert listed[0]["group"] == "own"


def test_to_others_there_is_no_such_layer_until_it_is_shared(
    ann: Somebody, bob: Somebody, address: str
) -> None:
    layer = kept(ann)
    id, number = layer["entry"]["id"], layer["number"]
    ways = (
        f"/tiles/{id}/{tile_of(LON, LAT, 14)}.mvt", f"/tiles/{id}.json", f"/styles/{id}.json",
        f"/ogc/collections/{id}/items", f"/ogc/collections/{id}/download?f=csv", f"/ogc/collections/{id}?f=json",
        f"/api/layers/{id}/summary", f"/layers/{id}",
    )  # fmt: skip
    missing = {way: bob.http.get(way.replace(id, "my_99999999")) for way in ways}
    for way in ways:
        assert ann.http.get(way).status_code == 200, way
        hidden = bob.http.get(way)
        assert hidden.status_code == 404, way
        if "json" in hidden.headers["content-type"]:
            assert hidden.text.replace(id, "") == missing[way].text.replace("my_99999999", ""), way
    assert bob.http.patch(f"/api/uploads/layers/{number}", json={"name": "mine now"}).status_code == 404
    assert id not in bob.http.get("/api/catalogue").text
    assert ann.http.patch(f"/api/uploads/layers/{number}", json={"roles": ["council"]}).status_code == 200
    for way in ways:
        assert until(bob, way, 200), way
    assert bob.http.patch(f"/api/uploads/layers/{number}", json={"name": "mine now"}).status_code == 404
    ann.http.patch(f"/api/uploads/layers/{number}", json={"roles": []})
    assert until(bob, ways[0], 404)


def until(somebody: Somebody, way: str, status: int) -> bool:
    """Rights reach a worker by a notification, so perhaps a moment after the answer."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if somebody.http.get(way).status_code == status:
            return True
    return False


def test_classes_are_in_legend_tiles_and_counts(ann: Somebody) -> None:
    layer = kept(ann, by="kind")
    legend = layer["entry"]["legend"]
    assert [e["label"]["zh"] for e in legend] == ["a", "b"]
    assert legend[0]["filter"] == {"field": "style_class", "value": 0}
    id, number = layer["entry"]["id"], layer["number"]
    counted = ann.http.get(f"/api/layers/{id}/summary", params={"by": "style_class"}).json()["by"][
        "style_class"
    ]
    assert counted == [[0, 15], [1, 15]]
    changed = ann.http.patch(f"/api/uploads/layers/{number}", json={"by": "amount"}).json()
    assert [e["label"]["zh"] for e in changed["entry"]["legend"]] == [
        "< 50",
        "50 – 110",
        "110 – 170",
        "170 – 230",
        "≥ 230",
    ]
    plain = ann.http.patch(f"/api/uploads/layers/{number}", json={"by": "", "color": "camera"}).json()
    assert len(plain["entry"]["legend"]) == 1
    assert plain["color"] == "camera"
    assert ann.http.patch(f"/api/uploads/layers/{number}", json={"by": "nothing"}).status_code == 422


def test_more_values_than_colours_share_one_class(ann: Somebody) -> None:
    layer = kept(ann, count=20, by="name")
    assert [e["label"]["zh"] for e in layer["entry"]["legend"]][-1] == "其他"
    assert len(layer["entry"]["legend"]) == 8


@pytest.mark.parametrize("form", ["geojson", "csv", "gpkg", "kml", "shp", "fgb", "parquet"])
def test_it_can_be_taken_along_again(ann: Somebody, form: str) -> None:
    id = kept(ann)["entry"]["id"]
    answer = ann.http.get(f"/ogc/collections/{id}/download", params={"f": form, "filter": "amount >= 100"})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) > 100
    if form == "geojson":
        assert len(answer.json()["features"]) == 20


def test_formulas_are_not_run_by_a_spreadsheet(ann: Somebody) -> None:
    body = (
        f'name,lon,lat\n"=HYPERLINK(""http://x"")",{LON},{LAT}\n@cmd,{LON},{LAT}\n-5,{LON},{LAT}\n'.encode()
    )
    id = ann.keep("evil.csv", body)["layers"][0]["entry"]["id"]
    text = ann.http.get(f"/ogc/collections/{id}/download", params={"f": "csv"}).content.decode("utf-8-sig")
    cells = [row["name"] for row in csv.DictReader(io.StringIO(text))]
    assert sorted(cells) == ['\'=HYPERLINK("http://x")', "'@cmd", "-5"]


def test_deleted_and_brought_back(ann: Somebody) -> None:
    layer = kept(ann)
    id, number = layer["entry"]["id"], layer["number"]
    assert ann.http.delete(f"/api/uploads/layers/{number}").status_code == 200
    assert until(ann, f"/tiles/{id}.json", 404)
    assert number in [d["number"] for d in ann.http.get("/api/uploads/layers").json()["deleted"]]
    assert ann.http.post(f"/api/uploads/layers/{number}/restore").status_code == 200
    assert until(ann, f"/tiles/{id}.json", 200)


def test_kinds_of_geometry_become_layers_of_their_own(ann: Somebody) -> None:
    kml = f"""<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <Placemark><name>p</name><Point><coordinates>{LON},{LAT}</coordinates></Point></Placemark>
    <Placemark><name>l</name><LineString><coordinates>{LON},{LAT} {LON + 0.01},{LAT}</coordinates></LineString></Placemark>
    </Document></kml>""".encode()
    made = ann.keep("路線.kmz", zipped(**{"doc.kml": kml}))["layers"]
    assert [one["entry"]["geometry"] for one in made] == ["line", "point"]
    assert made[0]["entry"]["title"]["zh"].endswith("（線）")


def test_counting_by_place_equals_counting_by_hand(ann: Somebody, django_db_blocker: DjangoDbBlocker) -> None:
    layer = kept(ann, count=200)
    id = layer["entry"]["id"]
    made = ann.http.post("/api/uploads/layers/join", params={"of": id}, json={"to": "wards"}).json()
    items = ann.http.get(f"/ogc/collections/{made['entry']['id']}/items", params={"limit": 1000}).json()[
        "features"
    ]
    counted = {f["properties"]["name"]: f["properties"]["count"] for f in items}
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.name, count(f.id) FROM areas_ward w LEFT JOIN uploads_feature f "
            "ON f.layer_id = %s AND ST_Covers(w.geom, f.geom) GROUP BY w.id, w.name",
            [layer["number"]],
        )
        by_hand = dict(cursor.fetchall())
        connection.close()
    assert counted == by_hand
    assert sum(counted.values()) > 100
    near = ann.http.post(
        "/api/uploads/layers/join", params={"of": id}, json={"to": "junctions", "metres": 30}
    )
    assert near.status_code == 200, near.text
    assert near.json()["entry"]["geometry"] == "point"


def test_a_file_is_appended_to_a_layer_once(ann: Somebody, django_db_blocker: DjangoDbBlocker) -> None:
    body = f"編號,名稱,經度,緯度\n1,甲派出所,{LON},{LAT}\n2,乙派出所,{LON + 0.001},{LAT}\n3,丙,,\n".encode()
    id = ann.bring("派出所.csv", body)
    layers = {x["id"]: x for x in ann.http.get("/api/catalogue").json()["layers"]}
    to = layers["stations"]
    assert to["editable"]
    offered = ann.http.post(f"/api/uploads/{id}/suggest", json={"layer": to["id"]})
    assert offered.status_code == 200, offered.text
    mapping = {f["name"]: f["column"] for f in offered.json()["fields"] if f["column"]}
    assert mapping == {"name": "名稱"}
    wish = {"layer": to["id"], "mapping": mapping, "key": "編號"}
    rows = {}
    for dry_run in (True, False, False):
        answer = ann.http.post(f"/api/uploads/{id}/append", json=wish | {"dry_run": dry_run}).json()
        assert answer["state"] == "done", answer["message"]
        rows = answer["result"]
        assert (rows["read"], rows["rejected"], rows["dry_run"]) == (3, 1, dry_run)
    assert (rows["imported"], rows["unchanged"]) == (0, 2)
    rejected = ann.http.get(f"/api/uploads/{id}/rejects").content.decode("utf-8-sig")
    assert "has no place" in rejected
    with django_db_blocker.unblock():
        Station.objects.filter(name__in=("甲派出所", "乙派出所")).delete()
        connection.close()
    with_others = ann.http.post(f"/api/uploads/{id}/append", json=wish | {"layer": "crashes"})
    assert with_others.status_code in (403, 422)


def test_what_a_person_may_keep_is_bounded(ann: Somebody, django_db_blocker: DjangoDbBlocker) -> None:
    kept(ann)
    limits = ann.http.get("/api/uploads/layers").json()["limits"]
    assert limits["used"] > 0
    with django_db_blocker.unblock():
        from django.db import transaction

        from gis.uploads.quota import room_for
        from layers.registry.importer import Wrong

        with transaction.atomic(), pytest.raises(Wrong, match="may keep"):
            room_for(ann.user, limits["rows"], 1)
        connection.close()


def test_html_stays_text(ann: Somebody) -> None:
    evil = "<img src=x onerror=alert(1)>"
    body = json.dumps({
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {evil: evil, "name": evil}, "geometry": {"type": "Point", "coordinates": [LON, LAT]}}],
    }).encode()  # fmt: skip
    layer = ann.keep("evil.geojson", body, name=evil)["layers"][0]
    page = ann.http.get(f"/layers/{layer['entry']['id']}").text
    assert evil not in page
    assert "&lt;img" in page


def test_a_large_file_is_a_job(ann: Somebody, django_db_blocker: DjangoDbBlocker) -> None:
    body = places(90_000)
    id = ann.bring("large.csv", body)
    answer = ann.http.post(f"/api/uploads/{id}/keep", json={}).json()
    assert answer["state"] == "waiting"
    again = ann.http.post(f"/api/uploads/{id}/keep", json={})
    assert again.status_code == 409
    with django_db_blocker.unblock():
        from uuid import UUID

        from gis.uploads.work import work

        work(UUID(id))
        connection.close()
    done = ann.http.get(f"/api/uploads/{id}").json()
    assert (done["state"], done["result"]["imported"]) == ("done", 90_000)
    tile = ann.http.get(f"/tiles/{done['layers'][0]['entry']['id']}/{tile_of(LON, LAT, 10)}.mvt")
    assert tile.status_code == 200
    assert len(tile.content) < 500_000
