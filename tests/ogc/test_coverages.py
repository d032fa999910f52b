"""Surfaces over OGC API – Coverages: the cells asked for, as GDAL and by hand read them; to whom; at what cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer
from pytest_django.fixtures import Settings
from rasterio.io import MemoryFile

from gis.ogc.app import Ogc
from layers.access import Clearance
from tests.asgi import VIEWERS, client, running
from tests.ogc import surfaces
from tests.ogc.surfaces import COLS, COUNCIL, FIRST, NORTH, PUBLIC, ROWS, SECOND, STEP, WEST

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("django_db_setup", "surface")]
HERE = f"/ogc/collections/{PUBLIC}"
COVERAGE = f"{HERE}/coverage"
NOT_THERE = "/ogc/collections/nosuch"


@pytest.fixture
def surface(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    surfaces.write()
    surfaces.write(period=SECOND, plus=1000)
    surfaces.write(COUNCIL)


async def get(path: str, clearance: Clearance = Clearance.PUBLIC, **headers: str) -> Any:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path, headers=headers)


def opened(answer: Any) -> tuple[Any, dict[str, Any]]:
    """The band as GDAL reads it, and what the file says of itself."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/tiff; application=geotiff"
    with MemoryFile(answer.content) as memory, memory.open() as file:
        told = {
            "box": tuple(file.bounds),
            "epsg": file.crs.to_epsg(),
            "layout": file.tags(ns="IMAGE_STRUCTURE"),
        }
        return file.read(1, masked=True), told | {"unit": file.units[0], "tags": file.tags()}


async def test_the_whole_coverage_is_the_file_as_it_is() -> None:
    band, told = opened(await get(f"{COVERAGE}?datetime=2024-02-01"))
    np.testing.assert_array_equal(band.filled(np.nan), surfaces.values().astype("float32"))
    assert told["epsg"] == 3826 and told["box"] == (WEST, NORTH - ROWS * STEP, WEST + COLS * STEP, NORTH)
    assert told["layout"]["LAYOUT"] == "COG" and told["unit"] == "EPDO/km²/a"


async def test_a_time_chooses_the_surface_in_force() -> None:
    for query, plus in (
        ("", 1000),
        ("?datetime=2024-03-31", 0),
        ("?datetime=2024-01-01/2024-12-31", 1000),
        ('?subset=time("2024-02-01")', 0),
        ('?subset=time("2024-01-01":"2024-03-01")', 0),
        ('?subset=time("2024-05-01":*)', 1000),
    ):
        band, _ = opened(await get(COVERAGE + query))
        assert band[1, 1] == 11 + plus, query
    refused = await get(f"{COVERAGE}?datetime=2020-01-01")
    assert refused.status_code == 404 and "2024-01-01 to 2024-06-30" in refused.json()["description"]


@pytest.mark.parametrize(
    "query",
    [
        f"subset=E({WEST + 100}:{WEST + 300}),N({NORTH - 250}:{NORTH - 50})&subset-crs=EPSG:3826",
        f"subset=E({WEST + 100}:{WEST + 300})&subset=N({NORTH - 250}:{NORTH - 50})&subset-crs=EPSG:3826",
        f"bbox={WEST + 100},{NORTH - 250},{WEST + 300},{NORTH - 50}&bbox-crs=EPSG:3826",
    ],
)
async def test_a_subset_is_the_cells_that_it_meets(query: str) -> None:
    band, told = opened(await get(f"{COVERAGE}?datetime=2024-02-01&{query}"))
    np.testing.assert_array_equal(band, surfaces.values()[1:5, 2:6])
    assert told["box"] == (WEST + 100, NORTH - 250, WEST + 300, NORTH - 50)


async def test_a_subset_in_degrees_holds_the_place() -> None:
    lon, lat = Transformer.from_crs(3826, 4326, always_xy=True).transform(WEST + 525, NORTH - 525)
    band, _ = opened(await get(f"{COVERAGE}?datetime=2024-02-01&subset=Lat({lat}),Lon({lon})"))
    assert band.shape == (1, 1) and band[0, 0] == 110


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("scale-factor=2", (ROWS // 2, COLS // 2)),
        ("scale-axes=E(3),N(4)", (ROWS // 4, COLS // 3)),
        ("scale-size=E(30)", (20, 30)),
        ("scale-size=Lon(7),Lat(5)", (5, 7)),
        ("scale-factor=0.5", (ROWS * 2, COLS * 2)),
    ],
)
async def test_cells_come_as_fine_as_they_are_asked_for(query: str, shape: tuple[int, int]) -> None:
    band, told = opened(await get(f"{COVERAGE}?datetime=2024-02-01&{query}"))
    assert band.shape == shape
    assert told["box"] == pytest.approx((WEST, NORTH - ROWS * STEP, WEST + COLS * STEP, NORTH))
    assert band.mean() == pytest.approx(np.nanmean(surfaces.values()), rel=0.03)


async def test_coarser_cells_are_means() -> None:
    band, _ = opened(await get(f"{COVERAGE}?datetime=2024-02-01&scale-factor=2"))
    assert band[5, 5] == pytest.approx(surfaces.values()[10:12, 10:12].mean())


@pytest.mark.parametrize(("crs", "epsg"), [("OGC:CRS84", 4326), ("EPSG:4326", 4326), ("EPSG:3857", 3857)])
async def test_cells_come_in_the_coordinate_system_asked_for(crs: str, epsg: int) -> None:
    answer = await get(f"{COVERAGE}?datetime=2024-02-01&crs={crs}")
    band, told = opened(answer)
    assert told["epsg"] == epsg and crs.split(":")[1] in answer.headers["content-crs"]
    x, y = Transformer.from_crs(3826, epsg, always_xy=True).transform(WEST + 1525, NORTH - 1025)
    west, south, east, north = told["box"]
    row = int((north - y) / (north - south) * band.shape[0])
    col = int((x - west) / (east - west) * band.shape[1])
    assert band[row, col] == pytest.approx(surfaces.values()[20, 30], abs=12)


async def test_coverage_json_says_the_same_as_the_file() -> None:
    query = f"datetime=2024-02-01&bbox={WEST},{NORTH - 150},{WEST + 200},{NORTH}&bbox-crs=EPSG:3826"
    answer = await get(f"{COVERAGE}?{query}&f=covjson")
    assert answer.headers["content-type"].startswith("application/prs.coverage+json")
    said = answer.json()
    axes, range_ = said["domain"]["axes"], said["ranges"]["value"]
    assert (said["type"], said["domain"]["domainType"], range_["type"]) == ("Coverage", "Grid", "NdArray")
    assert axes["x"] == {"start": WEST + 25, "stop": WEST + 175, "num": 4}
    assert axes["y"] == {"start": NORTH - 25, "stop": NORTH - 125, "num": 3}
    assert axes["t"]["bounds"] == [day.isoformat() for day in FIRST]
    assert range_["axisNames"] == ["t", "y", "x"] and range_["shape"] == [1, 3, 4]
    assert range_["values"] == [None, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
    assert said["parameters"]["value"]["unit"]["symbol"] == "EPDO/km²/a"
    spatial = said["domain"]["referencing"][0]
    assert spatial["system"]["id"].endswith("EPSG/0/3826") and spatial["coordinates"] == ["x", "y"]


async def test_north_comes_first_where_the_coordinate_system_says_so() -> None:
    said = (await get(f"{COVERAGE}?f=covjson&crs=EPSG:4326")).json()
    assert said["domain"]["referencing"][0]["coordinates"] == ["y", "x"]
    assert 120 < said["domain"]["axes"]["x"]["start"] < 121


async def test_what_is_accepted_decides_the_form() -> None:
    for accept, begins in (
        ("*/*", "image/tiff"),
        ("image/tiff;application=geotiff", "image/tiff"),
        ("application/prs.coverage+json", "application/prs.coverage+json"),
    ):
        assert (await get(COVERAGE, accept=accept)).headers["content-type"].startswith(begins)


async def test_an_unchanged_file_is_not_read_again_and_a_changed_one_is() -> None:
    first = await get(COVERAGE)
    again = await get(COVERAGE, **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    other = await get(f"{COVERAGE}?scale-factor=2", **{"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    surfaces.write(period=SECOND, plus=2000)
    assert (await get(COVERAGE, **{"if-none-match": first.headers["etag"]})).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("bbox=1,2,nan,4", 400, "four finite numbers"),
        ("bbox=121,23,120,24", 400, "wrong way round"),
        ("bbox=500,23,600,24", 400, "lies outside"),
        ("bbox=0,0,1,1", 404, "nothing of this coverage"),
        ("subset=Lat(24:23)", 400, "wrong way round"),
        ("subset=Lat(nan)", 400, "lies outside"),
        ("subset=Lat(north)", 400, "is no number"),
        ("subset=Height(1)", 400, "no axis “Height”"),
        ("subset=Lat(1),Lat(2)", 400, "twice"),
        ("subset=Lat[1", 400, "is not understood"),
        ("subset=Lat(23:24)&bbox=120,23,121,24", 400, "either with bbox or with subset"),
        ("subset-crs=EPSG:9&subset=E(1)", 400, "is not known"),
        ("crs=EPSG:27700", 400, "is not known"),
        ("scale-factor=0", 400, "above nought"),
        ("scale-factor=inf", 400, "above nought"),
        ("scale-factor=-2", 400, "above nought"),
        ("scale-factor=two", 400, "is no number"),
        ("scale-factor=0.0001", 413, "at most 16,777,216"),
        ("scale-size=E(1000000000),N(1000000000)", 413, "1,000,000,000,000,000,000 cells"),
        ("scale-size=E(1.5)", 400, "whole cells"),
        ("scale-factor=2&scale-size=E(3)", 400, "Only one of"),
        ("scale-factor=0.02&f=covjson", 413, "at most 1,000,000"),
        ("properties=secret", 400, "no property “secret”"),
        ("datetime=yesterday", 400, "no date or interval"),
        ("f=netcdf", 400, "no format “netcdf”"),
        ("rangesubset=value", 400, "no parameter “rangesubset”"),
    ],
)
async def test_a_wrong_question_is_refused_with_a_sentence(query: str, status: int, sentence: str) -> None:
    answer = await get(f"{COVERAGE}?{query}")
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["description"]


async def test_a_surface_is_a_collection_with_its_field_and_its_times() -> None:
    async with running(Ogc()) as app, client(app) as http:
        listed = (await http.get("/ogc/collections")).json()["collections"]
        assert PUBLIC in [c["id"] for c in listed] and COUNCIL not in [c["id"] for c in listed]
        said = (await http.get(HERE)).json()
        assert next(c for c in listed if c["id"] == PUBLIC) == said
        schema = (await http.get(f"{HERE}/schema")).json()
        page = await http.get(HERE, headers={"accept": "text/html"})
    west, south, east, north = said["extent"]["spatial"]["bbox"][0]
    assert 120.4 < west < east < 120.6 and 23.4 < south < north < 23.6
    assert said["extent"]["spatial"]["grid"] == [
        {"cellsCount": COLS, "resolution": STEP},
        {"cellsCount": ROWS, "resolution": STEP},
    ]
    assert said["extent"]["temporal"]["interval"] == [["2024-01-01", "2024-06-30"]]
    assert said["extent"]["temporal"]["grid"]["coordinates"] == ["2024-01-01", "2024-04-01"]
    assert said["storageCrs"].endswith("/3826")
    rels = {link["rel"].rsplit("/", 1)[-1] for link in said["links"]}
    assert {"coverage", "map", "schema", "styles", "tilesets-map", "self"} <= rels
    assert schema["properties"]["value"]["x-ogc-unit"] == "EPDO/km²/a"
    assert page.status_code == 200 and f"/ogc/collections/{PUBLIC}/map?width=" in page.text


@pytest.mark.parametrize("tail", ["", "/schema", "/coverage", "/coverage?f=covjson", "/coverage?f=nonsense"])
async def test_a_hidden_surface_looks_like_none(tail: str) -> None:
    hidden = await get(f"/ogc/collections/{COUNCIL}{tail}")
    absent = await get(f"{NOT_THERE}{tail}")
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    if "nonsense" not in tail:
        assert (await get(f"/ogc/collections/{COUNCIL}{tail}", Clearance.COUNCIL)).status_code == 200


async def test_features_have_no_coverage_and_surfaces_no_features() -> None:
    for path in ("/ogc/collections/wards/coverage", f"{HERE}/items", f"{HERE}/queryables"):
        assert (await get(path)).status_code == 404
