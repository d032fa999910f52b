"""Contours run where the surface has their value, meet at the edges of tiles, and are as hidden as their surface."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin

from layers.access import Clearance
from layers.registry import raster
from layers.registry.layer import Raster
from tests.asgi import VIEWERS, client, running
from tilesrv import contours, metrics
from tilesrv.answer import Problem
from tilesrv.app import TileServer
from tilesrv.disk import Disk
from tilesrv.grid import HALF, TWD97, Tile

PUBLIC, COUNCIL = "crash_surface", "crime_surface"
PEAK = (195_000.0, 2_597_000.0)
STEP, SIZE = 50.0, 200
FIRST, SECOND = (date(2019, 1, 1), date(2019, 3, 31)), (date(2019, 4, 1), date(2019, 6, 30))


def cone(height: float = 500.0) -> np.ndarray:
    """A cone in TWD97 whose value falls by 0.1 a metre: its contours are circles of known radius."""
    side = (np.arange(SIZE) + 0.5) * STEP - SIZE * STEP / 2
    return np.asarray(height - 0.1 * np.hypot(side[None, :], side[:, None]))


def write(layer: str, values: np.ndarray, period: tuple[date, date] = FIRST) -> Path:
    west, north = PEAK[0] - SIZE * STEP / 2, PEAK[1] + SIZE * STEP / 2
    return raster.write(layer, *period, values, from_origin(west, north, STEP, STEP), "EPSG:3826")


@pytest.fixture
def surface(django_db_setup: None, tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.DATA_DIR = tmp_path
    raster.bounds_of.cache_clear()
    yield write(PUBLIC, cone())
    raster.bounds_of.cache_clear()


LON, LAT = Transformer.from_crs(3826, 4326, always_xy=True).transform(*PEAK)


def around(z: int) -> Tile:
    y = math.asinh(math.tan(math.radians(LAT)))
    return Tile(z, int((LON + 180) / 360 * 2**z), int((1 - y / math.pi) / 2 * 2**z))


async def lines(http: Any, tile: Tile, query: str = "") -> dict[float, Any]:
    """Value → its lines in the coordinates of the tile's system."""
    got = await http.get(f"/tiles/{PUBLIC}/contours/{tile}.mvt{query}")
    assert got.status_code in (200, 204), got.text
    if not got.content:
        return {}
    layer = mapbox_vector_tile.decode(got.content)["contours"]
    west, south, _, _ = tile.bounds
    out = {}
    for feature in layer["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        out[feature["properties"]["value"]] = shapely.transform(
            shape, lambda xy: xy * tile.unit + np.array([west, south])
        )
    return out


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
async def test_the_contours_of_a_cone_are_circles_of_the_right_size() -> None:
    back = Transformer.from_crs(3857, 3826, always_xy=True)
    async with running(TileServer()) as app, client(app) as http:
        for z, within in ((11, 40), (13, 20)):
            found = await lines(http, around(z), "?interval=25")
            assert found and all(value % 25 == 0 for value in found)
            for value, shape in found.items():
                if value >= 475:
                    continue  # near the tip the grid of the surface shows
                x, y = back.transform(*shapely.get_coordinates(shape).T)
                radius = np.hypot(x - PEAK[0], y - PEAK[1])
                assert radius == pytest.approx((500 - value) * 10, abs=within)


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
async def test_tiles_in_twd97_hold_them_too() -> None:
    tile = Tile(8, int((PEAK[0] + 250_000) // 4096), int((3_000_000 - PEAK[1]) // 4096), TWD97)
    async with running(TileServer()) as app, client(app) as http:
        found = await lines(http, tile, "?interval=50")
        assert found
        for value, shape in found.items():
            x, y = shapely.get_coordinates(shape).T
            assert np.hypot(x - PEAK[0], y - PEAK[1]) == pytest.approx((500 - value) * 10, abs=20)


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
async def test_lines_go_on_in_the_next_tile() -> None:
    tile = around(13)
    async with running(TileServer()) as app, client(app) as http:
        here = await lines(http, tile, "?interval=50")
        there = await lines(http, Tile(13, tile.x + 1, tile.y), "?interval=50")
    edge = -HALF + (tile.x + 1) * tile.width
    both = 0
    for value in here.keys() & there.keys():
        crossing = [
            sorted(
                p.y for p in shapely.get_parts(shapely.intersection(s, cut(edge))) if p.geom_type == "Point"
            )
            for s in (here[value], there[value])
        ]
        if crossing[0] and crossing[1]:
            both += 1
            assert crossing[0] == pytest.approx(crossing[1], abs=2 * tile.unit)
    assert both >= 2, "some lines cross the edge"


def cut(x: float) -> Any:
    return shapely.LineString([(x, 0), (x, 1e7)])


@pytest.mark.anyio
async def test_what_is_made_is_kept_until_the_surface_changes(surface: Path, tmp_path: Path) -> None:
    path = f"/tiles/{PUBLIC}/contours/{around(12)}.mvt"
    made = metrics.CACHE.labels("made")
    before = made._value.get()
    tags = []
    for _ in range(2):
        server = TileServer()
        server.maker.disk = Disk(tmp_path / "kept", 2**20)
        async with running(server) as app, client(app) as http:
            tags += [(await http.get(path)).headers["etag"] for _ in range(2)]
            assert (await http.get(path, headers={"if-none-match": tags[0]})).status_code == 304
    assert len(set(tags)) == 1 and made._value.get() == before + 1
    write(PUBLIC, cone(700.0))
    async with running(TileServer()) as app, client(app) as http:
        assert (await http.get(path)).headers["etag"] != tags[0]


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
async def test_the_period_asked_for_is_drawn() -> None:
    write(PUBLIC, cone(150.0), SECOND)
    async with running(TileServer()) as app, client(app) as http:
        newest = await lines(http, around(11), "?interval=50")
        older = await lines(http, around(11), "?interval=50&datetime=2019-02-01")
        assert max(newest) < 150 < max(older)
        assert await lines(http, around(11), "?datetime=1999-02-01") == {}


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
async def test_the_tilejson_says_what_is_in_them() -> None:
    async with running(TileServer()) as app, client(app) as http:
        told = (await http.get(f"/tiles/{PUBLIC}/contours.json?interval=20")).json()
        assert told["tiles"] == [
            f"http://antu.test/tiles/{PUBLIC}/contours/{{z}}/{{x}}/{{y}}.mvt?interval=20"
        ]
        assert told["vector_layers"][0]["id"] == "contours" and told["bounds"][0] < LON < told["bounds"][2]


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("contours/11/1/1.mvt?interval=0", 400, "is no interval"),
        ("contours/11/1/1.mvt?interval=nan", 400, "is no interval"),
        ("contours/11/1/1.mvt?interval=-5", 400, "is no interval"),
        ("contours/11/1/1.mvt?interval=much", 400, "is no interval"),
        ("contours/11/1/1.mvt?interval=0.001", 400, "too many contours"),
        ("contours.json?interval=0.001", 400, "too many contours"),
        ("contours/99/1/1.mvt", 400, "zoom 99"),
        ("contours/Nowhere/1/1/1.mvt", 404, "no tile matrix set"),
        ("contours/11/1/1.png", 404, "end in .mvt"),
        ("contours/11/1/1.mvt?datetime=soon", 400, "no date or interval"),
        ("contours/11/1/1.mvt?colour=red", 400, "no parameter “colour”"),
    ],
)
async def test_a_wrong_request_is_answered_with_a_sentence(path: str, status: int, sentence: str) -> None:
    async with running(TileServer()) as app, client(app) as http:
        got = await http.get(f"/tiles/{PUBLIC}/{path}")
        assert got.status_code == status and sentence in got.json()["detail"]


@pytest.mark.anyio
@pytest.mark.usefixtures("surface")
@pytest.mark.parametrize(
    "what", ["contours.json", "contours/11/1708/885.mvt", "contours/99/1/1.mvt?interval=0"]
)
async def test_contours_of_a_hidden_surface_look_like_none(what: str) -> None:
    write(COUNCIL, cone())
    async with running(TileServer()) as app, client(app) as http:
        answers = [await http.get(f"/tiles/{id}/{what}") for id in (COUNCIL, "nosuch", "districts")]
        assert {(a.status_code, a.content) for a in answers} == {(404, answers[0].content)}
        async with client(app, VIEWERS[Clearance.COUNCIL]) as theirs:
            assert (await theirs.get(f"/tiles/{COUNCIL}/contours.json")).status_code == 200


def test_lines_are_whole_and_a_saddle_is_decided_by_its_middle() -> None:
    plane = np.tile(np.arange(20.0), (20, 1))
    (line,) = shapely.get_parts(contours.contour(plane, 9.5))
    assert line.geom_type == "LineString" and len(line.coords) == 20
    saddle = np.array([[1.0, 0.0], [0.0, 1.0]])
    low, high = contours.contour(saddle, 0.6), contours.contour(saddle, 0.4)
    assert len(shapely.get_parts(low)) == len(shapely.get_parts(high)) == 2
    assert not shapely.equals(low, high)
    hole = plane.copy()
    hole[10, 9] = np.nan
    assert len(shapely.get_parts(contours.contour(hole, 9.5))) == 2
    assert shapely.is_empty(contours.contour(plane, 99))


@pytest.mark.parametrize(
    ("low", "high", "interval"), [(60, 520, 50), (0, 1, 0.1), (250, 3200, 500), (0, 10, 1)]
)
def test_the_usual_interval_is_a_round_number(low: float, high: float, interval: float) -> None:
    assert contours.parse_interval(None, Raster(low, high)) == pytest.approx(interval)
    with pytest.raises(Problem):
        contours.parse_interval("inf", Raster(low, high))
