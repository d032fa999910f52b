"""Files on their way in: what is found out about them, and what is refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx
import openpyxl
import pytest
from django.conf import settings
from pyproj import Transformer

from tests.uploads.conftest import Somebody

LON, LAT = 120.4473, 23.4795


def metres(epsg: int = 3826) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(LON, LAT)
    return round(x, 2), round(y, 2)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def big5(rows: int = 3) -> bytes:
    x, y = metres()
    lines = ["案號,路口名稱,發生日期,TWD97_X,TWD97_Y,死亡"]
    lines += [f"A{n:03d},中山路民權路口{n},113/01/{n + 1:02d},{x + n},{y + n},{n % 2}" for n in range(rows)]
    return "\r\n".join(lines).encode("big5")


def test_a_big5_file_with_twd97_is_understood(ann: Somebody) -> None:
    seen = ann.look(ann.bring("事故.csv", big5()))
    assert (seen["encoding"], seen["place"]["crs"], seen["place"]["x"]) == ("cp950", "EPSG:3826", "TWD97_X")
    assert "121" in seen["place"]["how"]["zh"]
    assert {c["name"]: c["type"] for c in seen["columns"]} == {
        "案號": "string", "路口名稱": "string", "發生日期": "date", "TWD97_X": "number", "TWD97_Y": "number", "死亡": "integer",
    }  # fmt: skip
    lon, lat = seen["preview"]["features"][0]["geometry"]["coordinates"]
    assert (abs(lon - LON) + abs(lat - LAT)) * 111_000 < 1
    assert (seen["count"], seen["exact"], seen["rows"][0][1]) == (3, True, "中山路民權路口0")


def test_the_old_datum_is_moved_by_its_eight_hundred_metres(ann: Somebody) -> None:
    x, y = metres()
    # what the printed tables of the survey say of the middle of the island
    old = f"name,TWD67X,TWD67Y\na,{x - 828.5},{y + 206}\n".encode()
    seen = ann.look(ann.bring("old.csv", old))
    assert seen["place"]["crs"] == "EPSG:3828"
    lon, lat = seen["preview"]["features"][0]["geometry"]["coordinates"]
    assert (abs(lon - LON) + abs(lat - LAT)) * 111_000 < 5


def test_columns_that_stand_the_other_way_round_are_swapped(ann: Somebody) -> None:
    seen = ann.look(ann.bring("turned.csv", f"id_,經度,緯度\n1,{LAT},{LON}\n".encode()))
    assert (seen["place"]["x"], seen["place"]["swapped"]) == ("緯度", True)


def test_a_sheet_with_titles_and_two_parts(ann: Somebody) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("第二張")
    assert first is not None
    first.title = "第一張"
    for sheet, count in ((first, 2), (second, 5)):
        sheet.append(["名稱", "經度", "緯度"])
        for n in range(count):
            sheet.append([f"=點{n}" if n == 0 else f"點{n}", LON + n / 1000, LAT])
    out = io.BytesIO()
    book.save(out)
    id = ann.bring("表.xlsx", out.getvalue())
    seen = ann.look(id)
    assert [p["name"].split(" · ")[-1] for p in seen["parts"]] == ["第一張", "第二張"]
    assert ann.look(id, part=seen["parts"][1]["id"])["count"] == 5


def test_lines_that_cannot_come_in_are_listed_with_their_reason(ann: Somebody) -> None:
    body = f"n_,lon,lat\n1,{LON},{LAT}\n2,,\n3,nan,nan\n4,1e308,1e308\n5,inf,-inf\n6,0,0\n7,words,{LAT}\n"
    seen = ann.look(ann.bring("bad.csv", body.encode()))
    assert [r["line"] for r in seen["rejects"]] == [3, 4, 5, 6, 7, 8]
    assert all(r["zh"] and r["en"] for r in seen["rejects"])
    assert (seen["good"], seen["read"]) == (1, 7)


REFUSED = {
    "empty.csv": (b"", "0 bytes"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "PNG"),
    "report.pdf": (b"%PDF-1.7", "cannot be read"),
    "half.gpkg": (b"SQLite", "damaged"),
    "words.kml": (b"name,lon,lat\n1,2,3\n", "no KML"),
    "page.kml": (b"<!doctype html><html></html>", "HTML"),
    "cut.zip": (zipped(**{"a.csv": b"a,b\n" * 1000})[:-40], "damaged"),
    "program.xlsx": (b"MZ" + b"\x00" * 64, "EXE"),
    "alone.shp": (b"\x00\x00\x27\x0a", ".dbf"),
    "../../etc/passwd": (b"root:x", "cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_sentence(ann: Somebody, name: str) -> None:
    body, word = REFUSED[name]
    answer = ann.send(name, body)
    assert answer.status_code == 422, answer.text
    assert word in answer.json()["detail"]
    assert left(".part") == []


def left(ending: str) -> list[Path]:
    return list((Path(settings.DATA_DIR) / "uploads").glob(f"*{ending}"))


LATER = {
    "bomb.zip": (zipped(**{"a.csv": b"0" * (300 * 2**20)}), "200 times"),
    "bomb.xlsx": (zipped(**{"xl/workbook.xml": b"0" * (300 * 2**20)}), "200 times"),
    "nothing.zip": (zipped(**{"readme.md": b"#"}), "no file that can be imported"),
    "columns.csv": ((",".join(f"c{n}" for n in range(1_000_000)) + "\n" + "1," * 999_999 + "1\n").encode(), "1,000,000"),
    "one.csv": (b"a\n1\n", "single column"),
    "header.csv": (b"a,b\n", "no rows"),
    "torn.geojson": (b'{"type":"FeatureCollection","features":[{"type":"Fea', "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", LATER)
def test_what_proves_wrong_on_a_closer_look(ann: Somebody, name: str) -> None:
    body, word = LATER[name]
    answer = ann.http.post(f"/api/uploads/{ann.bring(name, body)}/look", json={})
    assert answer.status_code == 422, answer.text[:300]
    assert word in answer.json()["detail"]


def test_names_inside_an_archive_reach_no_disk(ann: Somebody) -> None:
    body = zipped(**{"../../../tmp/antu-escaped.csv": f"name,lon,lat\na,{LON},{LAT}\n".encode()})
    assert ann.look(ann.bring("tricky.zip", body))["count"] == 1
    assert not Path("/tmp/antu-escaped.csv").exists()


def test_without_places_the_person_is_asked_for_columns(ann: Somebody) -> None:
    id = ann.bring("words.csv", f"名稱,甲,乙\na,{LON},{LAT}\n".encode())
    assert ann.look(id)["place"]["x"] == "甲"  # the numbers tell
    id = ann.bring("words.csv", "名稱,甲,乙\na,x,y\n".encode())
    assert "X" in ann.look(id)["problem"]["zh"]


def test_half_a_gigabyte_is_refused_before_it_is_read(ann: Somebody, address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    import socket

    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(
            f"POST /uploads?name=big.csv HTTP/1.1\r\nHost: {host}\r\nAuthorization: {ann.http.headers['authorization']}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {500 * 2**20}\r\n\r\n".encode()
        )
        answer = line.recv(4096).decode()
    assert "413" in answer.split("\r\n")[0]
    assert "200 MB" in answer
    assert left(".part") == []


def test_only_people_bring_files_and_only_from_our_pages(address: str, ann: Somebody) -> None:
    kind = {"content-type": "application/octet-stream"}
    assert httpx.post(f"{address}/uploads?name=a.csv", content=b"a,b\n", headers=kind).status_code == 401
    plain = ann.http.post("/uploads?name=a.csv", content=b"a,b\n", headers={"content-type": "text/plain"})
    assert plain.status_code == 415


def test_files_of_others_do_not_exist(ann: Somebody, bob: Somebody) -> None:
    id = ann.bring("mine.csv", big5())
    for method, path in (
        ("GET", ""),
        ("POST", "/look"),
        ("POST", "/keep"),
        ("DELETE", ""),
        ("GET", "/rejects"),
    ):
        answer = bob.http.request(method, f"/api/uploads/{id}{path}", json={} if method == "POST" else None)
        assert answer.status_code == 404, (method, path, answer.text)
    assert ann.http.delete(f"/api/uploads/{id}").status_code == 200
    assert left(f"{id}.csv") == []


def test_what_a_dead_server_left_behind_is_swept(address: str) -> None:
    from gis.uploads.shelf import folder, sweep

    orphan = folder() / "11111111-1111-1111-1111-111111111111.part"
    orphan.write_bytes(b"half")
    assert sweep() >= 1
    assert not orphan.exists()


def test_geojson_says_its_place_itself(ann: Somebody) -> None:
    body = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"name": "<script>alert(1)</script>"}, "geometry": g}
            for g in (
                {"type": "Point", "coordinates": [LON, LAT]},
                {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.01, LAT]]},
            )
        ],
    }
    seen = ann.look(ann.bring("mixed.geojson", json.dumps(body).encode()))
    assert seen["kinds"] == {"point": 1, "line": 1}
    assert seen["geometry"] is True
