"""Downloads are whole, in every format, for one clearance; they stop when nobody listens."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyogrio
import pytest

from gis.exchange import export
from gis.exchange.files import FORMATS
from gis.ogc.app import Ogc
from gis.ogc.downloads import Reading
from layers.access import ANONYMOUS, Clearance
from tests.asgi import VIEWERS, client, running
from tests.factories import CENTER, hideout, spot

pytestmark = pytest.mark.anyio
LON, LAT = CENTER
HERE = "/ogc/collections/spots/download"


async def get(path: str, clearance: Clearance = Clearance.PUBLIC) -> Any:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path)


@pytest.fixture
def spots(committed: None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(export, "BATCH", 2)  # so that a few rows are several batches
    for n in range(5):
        spot(LON + n / 1000, LAT, name=f"=1+{n}", grade=n % 3 + 1, informant="mole")
    return 5


@pytest.mark.usefixtures("spots")
@pytest.mark.parametrize("form", FORMATS)
async def test_every_format_holds_every_row(form: str, tmp_path: Path) -> None:
    answer = await get(f"{HERE}?f={form}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == FORMATS[form].media
    assert f"spots.{FORMATS[form].ending}" in answer.headers["content-disposition"]
    path = tmp_path / f"spots.{FORMATS[form].ending}"
    path.write_bytes(answer.content)
    if form == "parquet":  # the GDAL in pyogrio's wheel reads no Parquet
        table = pq.read_table(io.BytesIO(answer.content))
        assert table.num_rows == 5
        assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
        return
    said = pyogrio.read_info(f"/vsizip/{path}" if form == "shp" else path)
    assert said["features"] == 5
    assert "informant" not in set(said["fields"])


@pytest.mark.usefixtures("spots")
async def test_filters_fields_and_systems_hold_for_downloads() -> None:
    answer = await get(f"{HERE}?f=csv&filter=grade=2&properties=name&crs=EPSG:3826")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "id,x,y,name"
    assert len(lines) == 3
    _, x, y, name = lines[1].split(",")
    assert 100_000 < float(x) < 400_000
    assert 2_400_000 < float(y) < 2_900_000
    assert name.startswith("'=1+"), "a formula must not run in a spreadsheet"


@pytest.fixture
def late(spots: int) -> None:
    spot(LON, LAT, name="late", happened_at="2024-06-01T12:00+08:00")


@pytest.fixture
def hidden(committed: None) -> None:
    hideout(LON, LAT)


@pytest.mark.usefixtures("late")
async def test_json_fg_says_when_and_where() -> None:
    whole = (await get(f"{HERE}?f=jsonfg&crs=EPSG:3826&filter=name='late'")).json()
    assert whole["coordRefSys"].endswith("/3826")
    (one,) = whole["features"]
    assert one["time"] == {"timestamp": "2024-06-01T04:00:00Z"}
    assert one["place"]["coordinates"][0] > 100_000
    assert one["geometry"]["coordinates"] == pytest.approx([LON, LAT])
    page = (await get(f"/ogc/collections/spots/items/{one['id']}?f=jsonfg")).json()
    assert page["place"] is None
    assert page["time"] == one["time"]
    listed = await get("/ogc/collections/spots/items?f=jsonfg&filter=name='late'")
    assert listed.headers["content-type"] == "application/vnd.ogc.fg+json"
    assert listed.json()["features"][0]["time"] == one["time"]
    assert listed.json()["featureType"] == "spots"


@pytest.mark.usefixtures("spots")
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("f=exe", "no format"),
        ("limit=3", "whole"),
        ("f=kml&crs=EPSG:3826", "always in WGS 84"),
        ("filter=nonsense(", ""),
        ("filter=grade^99^99%3E1", "out of range"),
        ("bbox=NaN,1,2,3", "finite"),
    ],
)
async def test_what_cannot_be_downloaded_is_said_before_it_begins(query: str, sentence: str) -> None:
    answer = await get(f"{HERE}?{query}")
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["description"]


async def test_a_collection_links_to_its_downloads() -> None:
    said = (await get("/ogc/collections/spots")).json()
    links = {link["type"]: link["href"] for link in said["links"] if link["rel"] == "enclosure"}
    assert links.keys() == {f.media for f in FORMATS.values()}
    assert links["application/geopackage+sqlite3"].endswith("/ogc/collections/spots/download?f=gpkg")


@pytest.mark.usefixtures("hidden")
async def test_what_is_hidden_does_not_exist() -> None:
    there, absent = (
        await get("/ogc/collections/hideouts/download"),
        await get("/ogc/collections/none/download"),
    )
    assert (there.status_code, there.content) == (404, absent.content)
    assert (await get("/ogc/collections/hideouts/download", Clearance.POLICE)).status_code == 200


async def test_reading_ends_when_nobody_listens() -> None:
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless() -> Any:
        try:
            while True:
                yield b"x" * 1000
        finally:
            loop.call_soon_threadsafe(closed.set)

    reading = Reading(endless())
    assert await reading.first() == b"x" * 1000
    reading.stop()
    await asyncio.wait_for(closed.wait(), 10)


@pytest.mark.usefixtures("spots")
async def test_a_failure_in_the_middle_cuts_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        yield b"half"
        raise OSError("the disk is full")

    monkeypatch.setattr("gis.ogc.downloads.chunks", broken)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {
        "type": "http",
        "method": "GET",
        "path": HERE,
        "query_string": b"f=csv",
        "headers": [],
        "viewer": ANONYMOUS,
    }
    async with running(Ogc()) as app:
        with pytest.raises(Exception, match="broke off"):
            await app(scope, receive, send)
    assert [m["type"] for m in sent] == ["http.response.start", "http.response.body"]
    assert sent[-1]["more_body"]
