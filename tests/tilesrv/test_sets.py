"""Tiles in TWD97 lie where surveyors would look for them, are as fresh as the others, and are described as OGC asks."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import morecantile
import pytest
from pyproj import Transformer

from layers.access import ANONYMOUS, Clearance, Viewer
from layers.registry.register import register
from tests.asgi import VIEWERS, client, running, tile_of
from tests.factories import CENTER, spot, way, zone
from tests.sample.models import Spot
from tilesrv import answer, sets
from tilesrv.answer import Problem
from tilesrv.app import TileServer
from tilesrv.grid import TWD97, WEB, Tile

LON, LAT = CENTER
TO_TWD97 = Transformer.from_crs("EPSG:4326", "EPSG:3826", always_xy=True)
TO_WGS84 = Transformer.from_crs("EPSG:3826", "EPSG:4326", always_xy=True)


def at(lon: float, lat: float, z: int) -> tuple[Tile, float, float]:
    """The TWD97 tile around a place, and where in it from its south-west, in units of the tile."""
    east, north = TO_TWD97.transform(lon, lat)
    width = 1_048_576 / 2**z
    x, y = (east + 250_000) / width, (3_000_000 - north) / width
    return Tile(z, int(x), int(y), TWD97), x % 1 * 4096, (1 - y % 1) * 4096


async def features(http: Any, tile: Tile, layer: str = "spots") -> list[dict[str, Any]]:
    got = await http.get(f"/tiles/{layer}/{tile}.mvt")
    assert got.status_code in (200, 204), got.text
    found: list[dict[str, Any]] = (
        mapbox_vector_tile.decode(got.content)[layer]["features"] if got.content else []
    )
    return found


@pytest.fixture
def here(committed: None) -> None:
    spot(name="here")
    spot(LON + 0.5, name="far away")


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("z", [9, 11, 14, 17])
async def test_a_point_lies_in_its_tile_where_pyproj_says(z: int) -> None:
    tile, x, y = at(LON, LAT, z)
    async with running(TileServer()) as app, client(app) as http:
        (found,) = await features(http, tile)
        assert found["geometry"]["coordinates"] == pytest.approx([x, y], abs=1.01)
        assert found["properties"]["kind"] == "a"
        assert await features(http, Tile(z, tile.x + 1, tile.y + 1, TWD97)) == []


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_what_lies_just_beyond_the_edge_is_drawn_in_both_tiles() -> None:
    tile, _, _ = at(LON, LAT, 10)
    _, south, east, north = tile.bounds
    await _spot(*TO_WGS84.transform(east + 5, (south + north) / 2), name="over the edge")
    async with running(TileServer()) as app, client(app) as http:
        names = [f["properties"]["name"] for f in await features(http, tile)]
        assert "over the edge" in names
        (there,) = await features(http, Tile(10, tile.x + 1, tile.y, TWD97))
        assert there["properties"]["name"] == "over the edge"


async def _spot(lon: float, lat: float, **fields: Any) -> None:
    from asgiref.sync import sync_to_async

    await sync_to_async(spot)(lon, lat, **fields)


@pytest.fixture
def crowd(committed: None) -> None:
    for n in range(50):
        spot(LON + n * 0.003, LAT - n % 7 * 0.004, grade=n % 10)


@pytest.mark.anyio
@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(("clearance", "n"), [(Clearance.PUBLIC, 45), (Clearance.COUNCIL, 50)])
async def test_cells_count_all_that_may_be_seen_once(clearance: Clearance, n: int) -> None:
    async with running(TileServer()) as app, client(app, VIEWERS[clearance]) as http:
        cells = await features(http, at(LON, LAT, 0)[0])
        assert sum(c["properties"]["n"] for c in cells) == n


@pytest.fixture
def shapes(committed: None) -> None:
    way((LON, LAT), (LON + 0.01, LAT + 0.01), rank=1)
    zone()


@pytest.mark.anyio
@pytest.mark.usefixtures("shapes")
async def test_lines_and_areas_are_drawn_too() -> None:
    async with running(TileServer()) as app, client(app) as http:
        for layer in ("ways", "zones", "zone_counts"):
            assert len(await features(http, at(LON, LAT, 9)[0], layer)) == 1


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
async def test_an_edit_makes_the_tile_new_and_one_far_away_stays() -> None:
    near, far = at(LON, LAT, 12)[0], at(LON + 0.5, LAT, 12)[0]
    tags = []
    for _ in range(2):
        async with running(TileServer()) as app, client(app) as http:
            tags.append([(await http.get(f"/tiles/spots/{t}.mvt")).headers["etag"] for t in (near, far)])
        await Spot.objects.filter(name="here").aupdate(grade=2)
    assert tags[0][0] != tags[1][0] and tags[0][1] == tags[1][1]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("spots/NoSuchQuad/1/1/1.mvt", 404, "there are WebMercatorQuad, TWD97TM2Quad"),
        ("spots/TWD97TM2Quad/20/1/1.mvt", 400, "zoom 20 is not within 0–19"),
        ("spots/TWD97TM2Quad/2/4/0.mvt", 400, "x and y are within 0–3"),
        ("spots/TWD97TM2Quad/2/-1/0.mvt", 400, "x and y are within 0–3"),
        ("spots/WebMercatorQuad/99/0/0.mvt", 400, "zoom 99"),
        ("spots/TWD97TM2Quad/2/1_0/0.mvt", 400, "whole numbers"),
        (f"spots/1/1/1.mvt?filter=name='{'x' * 10_000_000}'", 414, "longer than 8 kB"),
    ],
)
async def test_a_wrong_place_is_answered_with_a_sentence(
    django_db_setup: None, path: str, status: int, sentence: str
) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    where, _, query = path.partition("?")  # a client of good manners would not send such a query
    scope = {
        "type": "http", "method": "GET", "path": f"/tiles/{where}", "query_string": query.encode(),
        "headers": [], "viewer": ANONYMOUS,
    }  # fmt: skip
    await TileServer()(scope, None, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == status and sentence in sent[1]["body"].decode()


@pytest.mark.anyio
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("tms", [WEB.id, TWD97.id])
async def test_another_route_answers_the_same_bytes_by_the_coroutine(tms: str) -> None:
    z, x, y = tile_of(LON, LAT, 14).split("/") if tms == WEB.id else str(at(LON, LAT, 9)[0]).split("/")[1:]
    layer = register.get("spots")
    assert layer
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with running(TileServer()) as app, client(app) as http:
        theirs = await http.get(f"/tiles/spots/{tms}/{z}/{x}/{y}.mvt?filter=grade%3C5")
        assert theirs.status_code == 200
        scope = {"method": "GET", "headers": [], "query_string": b"f=mvt"}
        asked = {"f": "mvt", "filter": "grade<5"}
        assert await app.tile([layer], tms, (z, x, y), asked, scope, ANONYMOUS, send) == 200
        assert sent[1]["body"] == theirs.content
        ours = dict(sent[0]["headers"])
        assert ours[b"etag"].decode() == theirs.headers["etag"]
        with pytest.raises(Problem):
            await app.tile([layer], "nosuch", (z, x, y), {}, scope, ANONYMOUS, answer.send_json)  # type: ignore[arg-type]


# descriptions


@pytest.mark.parametrize("set", [WEB, TWD97])
def test_a_definition_is_what_another_library_reads_out_of_it(set: Any) -> None:
    said = sets.tile_matrix_set(set.id)
    theirs = morecantile.TileMatrixSet.model_validate(said)
    assert (theirs.id, theirs.crs.to_epsg(), theirs.maxzoom) == (set.id, set.srid, set.most)
    for tile in (Tile(0, 0, 0, set), Tile(7, 60, 61, set), Tile(19, 300_000, 200_000, set)):
        assert tuple(theirs.xy_bounds(tile.x, tile.y, tile.z)) == pytest.approx(tile.bounds, abs=1e-6)


def test_pixels_in_twd97_are_whole_metres_and_halves_of_them() -> None:
    cells = [m["cellSize"] for m in sets.tile_matrix_set(TWD97.id)["tileMatrices"]]
    assert cells[:3] == [4096, 2048, 1024] and cells[12] == 1 and len(cells) == 20


def test_taiwan_and_its_islands_lie_within() -> None:
    places = {
        "金門": (118.2, 24.4),
        "東沙": (116.7, 20.7),
        "馬祖": (119.9, 26.4),
        "鵝鑾鼻": (120.9, 21.9),
        "釣魚臺": (123.6, 25.9),
    }
    west, south, east, north = TWD97.box
    for lon, lat in places.values():
        x, y = TO_TWD97.transform(lon, lat)
        assert west < x < east and south < y < north


def test_all_sets_are_listed_with_a_way_to_their_definition() -> None:
    listed = sets.tile_matrix_sets("https://antu.test")
    assert [s["id"] for s in listed] == ["WebMercatorQuad", "TWD97TM2Quad"]
    for one in listed:
        whole = sets.tile_matrix_set(one["id"])
        assert (whole["uri"], whole["crs"]) == (one["uri"], one["crs"])
        assert one["links"][0]["href"] == f"https://antu.test/ogc/tileMatrixSets/{one['id']}"
    with pytest.raises(Problem, match="no tile matrix set"):
        sets.tile_matrix_set("nosuch")


@pytest.mark.parametrize("tms", [WEB.id, TWD97.id])
@pytest.mark.parametrize("viewer", [ANONYMOUS, VIEWERS[Clearance.POLICE]])
def test_a_tileset_says_what_is_in_it_for_whom(tms: str, viewer: Viewer) -> None:
    layer = register.get("spots")
    assert layer
    said = sets.tileset(layer, tms, "https://antu.test", viewer, (120.4, 23.4, 120.5, 23.5))
    assert said["dataType"] == "vector"
    assert said["crs"].endswith("/3857" if tms == WEB.id else "/3826")
    assert {link["rel"].rpartition("/")[2] for link in said["links"]} >= {"self", "tiling-scheme", "item"}
    properties = said["layers"][0]["propertiesSchema"]["properties"]
    assert ("informant" in properties) == (viewer.clearance >= Clearance.POLICE)
    assert properties["happened_at"]["type"] == "integer"
    zooms = [int(limit["tileMatrix"]) for limit in said["tileMatrixSetLimits"]]
    assert zooms == (list(range(23)) if tms == WEB.id else list(range(18)))
    for limit in said["tileMatrixSetLimits"]:
        place = limit["tileMatrix"], limit["minTileCol"], limit["minTileRow"]
        assert limit["minTileRow"] <= limit["maxTileRow"] and limit["minTileCol"] <= limit["maxTileCol"], (
            place
        )
    deep = said["tileMatrixSetLimits"][10]
    inside = tile_of(120.45, 23.45, 10) if tms == WEB.id else str(at(120.45, 23.45, 10)[0]).partition("/")[2]
    _, x, y = (int(n) for n in inside.split("/"))
    assert deep["minTileCol"] <= x <= deep["maxTileCol"] and deep["minTileRow"] <= y <= deep["maxTileRow"]
