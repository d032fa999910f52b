"""OGC API – Processes: what there is for whom, running at once, and what is said about bad requests."""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import Any

import anyio
import pytest

from gis.audit.models import Entry
from gis.ogc import processes as part
from gis.ogc.app import Ogc
from layers.access import ANONYMOUS, Clearance, Viewer
from tests.asgi import INVESTIGATOR, VIEWERS, client, running
from tests.factories import CENTER, hideout, spot, zone

pytestmark = pytest.mark.anyio
LON, LAT = CENTER
TOKEN = {"authorization": "Bearer checked-elsewhere"}


async def send(method: str, path: str, viewer: Viewer = ANONYMOUS, **more: Any) -> Any:
    async with running(Ogc()) as app, client(app, viewer) as http:
        headers = TOKEN | more.pop("headers", {})
        return await http.request(method, f"/ogc{path}", headers=headers, **more)


async def run(id: str, inputs: Any = None, viewer: Viewer = ANONYMOUS, **body: Any) -> Any:
    return await send("POST", f"/processes/{id}/execution", viewer, json={"inputs": inputs or {}} | body)


@pytest.mark.usefixtures("committed")
async def test_processes_are_listed_and_described_per_clearance() -> None:
    public = (await send("GET", "/processes")).json()
    police = (await send("GET", "/processes", VIEWERS[Clearance.POLICE])).json()
    ids = {p["id"] for p in public["processes"]}
    assert {"summarise", "within-distance", "density-surface", "echo"} <= ids
    assert "hideout-count" not in ids
    assert "hideout-count" in {p["id"] for p in police["processes"]}
    said = (await send("GET", "/processes/summarise?lang=en-US")).json()
    assert said["title"] == "Figures per area"
    assert said["inputs"]["layer"]["minOccurs"] == 1
    assert said["inputs"]["areas"]["minOccurs"] == 0
    assert "spots" in said["inputs"]["layer"]["schema"]["enum"]
    assert "hideouts" not in json.dumps(said)
    assert said["inputs"]["filter"]["schema"] == {"type": "string", "minLength": 1, "maxLength": 4096}
    media = [s.get("contentMediaType") for s in said["outputs"]["table"]["schema"]["oneOf"]]
    assert media == [None, "text/csv"]
    assert (await send("GET", "/processes/summarise")).json()["title"] == "分區統計"


@pytest.mark.usefixtures("committed")
async def test_what_is_not_for_one_is_not_there() -> None:
    for method, path in (("GET", ""), ("POST", "/execution")):
        hidden = await send(method, f"/processes/hideout-count{path}", json={})
        absent = await send(method, f"/processes/no-such-thing{path}", json={})
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
        assert hidden.json()["type"].endswith("/no-such-process")


@pytest.mark.usefixtures("committed")
async def test_one_output_comes_as_it_is_and_several_as_parts_or_a_document() -> None:
    raw = await run("echo", {"text": "café"})
    assert (raw.status_code, raw.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert raw.json() == {"said": "café"}
    text = await run("echo", {"text": "x"}, outputs={"said": {"format": {"mediaType": "text/csv"}}})
    assert (text.text, text.headers["content-type"]) == ("x", "text/csv; charset=utf-8")
    both = {"said": {"format": {"mediaType": "text/csv"}}, "length": {}}
    parts = await run("echo", {"text": "abc"}, outputs=both)
    head = f"Content-Type: {parts.headers['content-type']}\r\n\r\n".encode()
    found = message_from_bytes(head + parts.content).get_payload()
    assert [(p["Content-ID"], p.get_payload()) for p in found] == [("<said>", "abc"), ("<length>", "3")]
    whole = (await run("echo", {"text": "abc"}, outputs=both, response="document")).json()
    assert whole == {"said": {"value": "abc", "mediaType": "text/csv"}, "length": 3}


@pytest.mark.usefixtures("committed")
async def test_a_value_may_come_with_its_media_type() -> None:
    assert (await run("echo", {"text": {"value": "x", "mediaType": "text/plain"}})).json() == {"said": "x"}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "no valid JSON"),
        (b"[]", "must be an object"),
        (b"[" * 100_000, "no valid JSON"),
        (b'{"inputs": {"times": NaN}}', "NaN is no number"),
        (b'{"inputs": {"text": "\\ud800"}}', "no valid JSON"),
        (b'{"inputs": {"text": "a\\u0000"}}', "NUL"),
        (b'{"inputs": []}', "must be an object"),
        (b'{"inputs": {"times": "many"}}', "Input “times”: Input should be a valid integer"),
        (b'{"inputs": {"times": 0}}', "greater than or equal to 1, not 0"),
        (b'{"inputs": {"tims": 1}}', "There is no input “tims”; there are text, times, deed."),
        (b'{"inputs": {"text": {"href": "http://inside.example/"}}}', "not by address"),
        (b'{"inputs": {}, "outputs": {"x": {}}}', "There is no output “x”; there are said, length."),
        (b'{"inputs": {}, "outputs": {"said": {"format": {"mediaType": "image/png"}}}}', "not to be had as image/png"),
        (b'{"inputs": {}, "outputs": {"said": {"transmissionMode": "reference"}}}', "sent by value"),
        (b'{"inputs": {}, "outputs": {"said": 3}}', "Output “said”"),
        (b'{"inputs": {}, "outputs": [1]}', "must be an object"),
        (b'{"inputs": {}, "response": "other"}', "“raw” or “document”"),
        (b'{"inputs": {}, "subscriber": {"successUri": "http://inside.example/"}}', "Nobody is called back"),
        (b'{"input": {}}', "“input” is no part of a request"),
    ],
)  # fmt: skip
async def test_a_bad_request_is_told_what_is_wrong(body: bytes, sentence: str) -> None:
    answer = await send("POST", "/processes/echo/execution", content=body)
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]
    assert answer.json()["status"] == 400


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("inputs", "status", "sentence"),
    [
        ({"deed": "raise"}, 500, "“echo” failed inside"),
        ({"deed": "refuse"}, 400, "Input “text”: it is not nice."),
        ({"deed": "number", "times": 9}, 400, "out of range"),
        ({"deed": "hidden"}, 500, "failed inside"),
        ({"deed": "much"}, 413, "larger than 20,000,000 bytes"),
    ],
)
async def test_a_process_that_fails_says_why_and_no_more(inputs: Any, status: int, sentence: str) -> None:
    answer = await run("echo", inputs)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["description"]
    assert "secret" not in answer.text


@pytest.mark.usefixtures("committed")
async def test_a_run_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "SECONDS", 0.3)
    answer = await run("echo", {"deed": "sleep"})
    assert answer.status_code == 503
    assert "took longer than 0.3 seconds" in answer.json()["description"]
    assert "respond-async" in answer.json()["description"]


@pytest.mark.usefixtures("committed")
async def test_who_finds_no_place_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "PATIENCE", 0.05)
    monkeypatch.setattr(part, "GUESTS", 0)
    full = await run("echo")
    assert (full.status_code, "at once" in full.json()["description"]) == (503, True)
    assert (await run("echo", viewer=INVESTIGATOR)).status_code == 200, "guests do not take all places"


@pytest.mark.usefixtures("committed")
async def test_too_many_bytes_and_the_wrong_verb_are_refused() -> None:
    big = await send("POST", "/processes/echo/execution", content=b" " * 10_000_000)
    assert big.status_code == 413
    assert (await send("GET", "/processes/echo/execution")).status_code == 405
    assert (await send("PUT", "/processes/echo")).status_code == 405
    assert (await send("GET", "/processes?colour=red")).status_code == 400


@pytest.mark.usefixtures("committed")
async def test_another_site_runs_nothing_with_somebodys_cookie() -> None:
    async with running(Ogc()) as app, client(app, INVESTIGATOR) as http:
        there = {"origin": "https://evil.example"}
        stolen = await http.post("/ogc/processes/echo/execution", json={"inputs": {}}, headers=there)
        assert stolen.status_code == 403
    async with running(Ogc()) as app, client(app) as http:  # nothing is stolen from somebody unknown
        answer = await http.post("/ogc/processes/echo/execution", json={"inputs": {}}, headers=there)
        assert answer.status_code == 200


def test_what_was_run_and_what_it_read_is_on_record(committed: None) -> None:
    hideout()
    police = Viewer(actor="record-test", clearance=Clearance.POLICE)
    answer = anyio.run(run, "hideout-count", {}, police)
    assert answer.json() == 1
    written = Entry.objects.filter(actor="record-test").order_by("seq").values_list("action", "subject")
    assert list(written)[-2:] == [("process", "hideout-count"), ("read", "hideouts")]


# the processes that exist because layers exist


@pytest.fixture
def town(committed: None) -> None:
    zone(LON - 0.01, LAT - 0.01, LON, LAT + 0.01, name="=west")
    zone(LON, LAT - 0.01, LON + 0.01, LAT + 0.01, name="east")
    spot(LON - 0.005, LAT, name="a", grade=1, weight=2.5, happened_at="2024-01-01T00:00Z")
    spot(LON - 0.006, LAT, name="b", grade=2, weight=1.5, happened_at="2024-02-01T00:00Z")
    spot(LON + 0.005, LAT, name="c", grade=9, weight=4.0, informant="mole", happened_at="2024-03-01T00:00Z")
    spot(LON + 0.5, LAT, name="far", grade=1, happened_at="2024-03-01T00:00Z")


SUMMARY = {"layer": "spots", "areas": "zones"}


@pytest.mark.usefixtures("town")
async def test_a_summary_counts_what_the_viewer_may_see() -> None:
    public = (await run("summarise", SUMMARY | {"sums": ["weight"]})).json()
    assert (public["total"], public["outside"]) == (3, 1)
    assert [(r["name"], r["count"], r["sum_weight"]) for r in public["rows"]] == [
        ("=west", 2, 4),
        ("east", 0, 0),
    ]
    police = (await run("summarise", SUMMARY, VIEWERS[Clearance.POLICE])).json()
    assert [(r["name"], r["count"]) for r in police["rows"]] == [("=west", 2), ("east", 1)]
    some = SUMMARY | {"filter": "grade > 1", "datetime": "2024-02-01/.."}
    assert [r["count"] for r in (await run("summarise", some)).json()["rows"]] == [1, 0]


@pytest.mark.usefixtures("town")
async def test_a_summary_is_a_spreadsheet_and_a_map_too() -> None:
    csv = await run("summarise", SUMMARY, outputs={"table": {"format": {"mediaType": "text/csv"}}})
    assert csv.content.decode("utf-8-sig").splitlines()[0] == "id,name,count"
    assert "'=west,2" in csv.text
    drawn = (await run("summarise", SUMMARY, outputs={"areas": {}})).json()
    assert drawn["features"][0]["properties"]["count"] == 2
    assert drawn["features"][0]["geometry"]["type"] == "MultiPolygon"


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({}, "Input “layer” is missing."),
        ({"layer": "hideouts"}, "there is no layer “hideouts”"),
        ({"layer": "spots", "areas": "ways"}, "does not hold polygons"),
        (SUMMARY | {"sums": ["informant"]}, "no field “informant” that can be added up; there are"),
        (SUMMARY | {"sums": ["kind"]}, "no field “kind”"),
        (SUMMARY | {"filter": "informant = 'mole'"}, "Input “filter”: There is no property “informant”"),
        (SUMMARY | {"filter": "grade >"}, "Input “filter”"),
        (SUMMARY | {"datetime": "yesterday"}, "Input “datetime”"),
        ({"layer": "zones", "areas": "zones", "datetime": "2024-01-01"}, "has no time"),
        ({"layer": "crash_surface", "areas": "zones"}, "does not hold"),
    ],
)
async def test_a_summary_says_what_is_wrong(inputs: Any, sentence: str) -> None:
    answer = await run("summarise", inputs)
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]


@pytest.mark.usefixtures("town")
async def test_near_a_geometry_the_nearest_come_first_with_true_metres() -> None:
    here = {"type": "Point", "coordinates": [LON - 0.005, LAT]}
    found = (await run("within-distance", {"layer": "spots", "metres": 150, "geometry": here})).json()
    assert [f["properties"]["name"] for f in found["features"]] == ["a", "b"]
    assert found["features"][0]["properties"]["distance_m"] == 0
    assert 101 < found["features"][1]["properties"]["distance_m"] < 103
    assert "informant" not in found["features"][0]["properties"]
    less = (await run("within-distance", {"layer": "spots", "metres": 100, "geometry": here})).json()
    assert less["numberMatched"] == 1
    one = {"layer": "spots", "metres": 150, "geometry": here, "limit": 1}
    assert (await run("within-distance", one)).json()["numberMatched"] == 2
    assert (await run("within-distance", one, outputs={"count": {}})).json() == 2


@pytest.mark.usefixtures("town")
async def test_near_another_layer_obeys_what_may_be_seen_of_both() -> None:
    asked = {"layer": "zones", "near": "spots", "metres": 1}
    public = (await run("within-distance", asked)).json()
    assert [f["properties"]["name"] for f in public["features"]] == ["=west"]
    police = (await run("within-distance", asked, VIEWERS[Clearance.POLICE])).json()
    assert {f["properties"]["name"] for f in police["features"]} == {"=west", "east"}
    itself = {"layer": "spots", "near": "spots", "metres": 150, "near_filter": "name = 'a'"}
    found = (await run("within-distance", itself)).json()["features"]
    assert [f["properties"]["name"] for f in found] == ["b"]


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "either a geometry or the layer"),
        ({"near": "spots", "geometry": {"type": "Point", "coordinates": [1, 1]}}, "and not both"),
        ({"geometry": {"type": "Point", "coordinates": [1, 99]}}, "outside of the world"),
        ({"geometry": {"type": "Pint", "coordinates": [1, 9]}}, "cannot be read"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}}, "not valid"),
        ({"near": "hideouts"}, "there is no layer “hideouts”"),
        ({"near": "spots", "metres": 1e9}, "less than or equal to 5000"),
        ({"near": "spots", "metres": "1e400"}, "Input “metres”"),
    ],
)  # fmt: skip
async def test_near_says_what_is_wrong(more: Any, sentence: str) -> None:
    answer = await run("within-distance", {"layer": "spots", "metres": 10} | more)
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]


@pytest.mark.usefixtures("hamlet", "committed")
async def test_a_density_surface_is_a_geotiff_and_cells() -> None:
    from rasterio.io import MemoryFile

    raw = await run("density-surface", {"layer": "crashes", "cell": 100, "bandwidth": 200})
    assert raw.status_code == 200, raw.text
    assert raw.headers["content-type"].startswith("image/tiff")
    with MemoryFile(raw.content) as file, file.open() as image:
        assert image.crs.to_epsg() == 3826
        values = image.read(1, masked=True)
        assert values.max() > 0
    asked = {"layer": "crashes", "cell": 100, "bandwidth": 200, "top": 3}
    cells = (await run("density-surface", asked, outputs={"cells": {}})).json()["features"]
    found = [c["properties"]["density"] for c in cells]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(float(values.max()), rel=0.01)
    bad = await run("density-surface", {"layer": "crashes", "cell": 100, "bandwidth": 50})
    assert (bad.status_code, "at least as large" in bad.text) == (400, True)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", ["/processes", "/processes/summarise", "/processes/echo", "/jobs"])
async def test_people_read_pages(path: str) -> None:
    page = await send("GET", f"{path}?f=html&lang=en-US")
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>" in page.text
    if path.endswith("summarise"):
        assert "Fields to add up" in page.text
        assert "curl" in page.text
