"""Vector tiles as a client decodes them: what is in them, for whom, and that nothing is cut or lost."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest

from layers.access import Clearance
from tests.asgi import VIEWERS, client, running, tile_of
from tests.factories import CENTER, hideout, spot, way, zone
from tilesrv.app import TileServer

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("committed")]
LON, LAT = CENTER


def decoded(answer: Any) -> dict[str, list[dict[str, Any]]]:
    assert answer.status_code in (200, 204), answer.text
    layers = mapbox_vector_tile.decode(answer.content) if answer.content else {}
    return {name: layer["features"] for name, layer in layers.items()}


async def get(path: str, clearance: Clearance = Clearance.PUBLIC) -> Any:
    async with running(TileServer()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path)


async def features(path: str, clearance: Clearance = Clearance.PUBLIC) -> list[dict[str, Any]]:
    return next(iter(decoded(await get(path, clearance)).values()), [])


@pytest.fixture
def one_spot(committed: None) -> int:
    return spot(
        LON, LAT, name="here", kind="b", grade=3, informant="mole", happened_at="2024-03-05T23:30+08:00"
    ).pk


async def test_a_feature_keeps_its_id_and_travels_with_the_fields_of_its_zoom(one_spot: int) -> None:
    (near,) = await features(f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt")
    assert near["id"] == one_spot
    days = 19787  # 2024-03-05 in the city's zone, though it is still the 5th in UTC as well
    assert near["properties"] == {"name": "here", "kind": "b", "grade": 3, "open": True, "happened_at": days}
    (far,) = await features(f"/tiles/spots/{tile_of(LON, LAT, 13)}.mvt")
    assert far["properties"] == {"kind": "b", "grade": 3}


async def test_a_field_above_ones_clearance_is_not_in_the_tile(one_spot: int) -> None:
    (seen,) = await features(f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt", Clearance.POLICE)
    assert seen["properties"]["informant"] == "mole"
    (hidden,) = await features(f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt", Clearance.COUNCIL)
    assert "informant" not in hidden["properties"]


@pytest.fixture
def many_spots(committed: None) -> None:
    for n in range(60):
        spot(LON + n * 0.0004, LAT + (n % 7) * 0.0004, grade=n % 10, weight=2.0, kind="abc"[n % 3])


@pytest.mark.usefixtures("many_spots")
async def test_the_cells_of_a_grid_count_everything_that_the_viewer_may_see_and_nothing_else() -> None:
    path = f"/tiles/spots/{tile_of(LON, LAT, 8)}.mvt"
    cells = await features(path)
    assert sum(c["properties"]["n"] for c in cells) == 54, (
        "six of sixty have grade 9, which the public may not see"
    )
    assert sum(c["properties"]["weight"] for c in cells) == 108.0
    assert all("kind" not in c["properties"] for c in cells)
    everything = await features(path, Clearance.COUNCIL)
    assert sum(c["properties"]["n"] for c in everything) == 60


@pytest.mark.usefixtures("many_spots")
async def test_a_filter_holds_before_cells_are_counted() -> None:
    cells = await features(f"/tiles/spots/{tile_of(LON, LAT, 8)}.mvt?filter=kind%3D'a'%20AND%20grade%3C9")
    assert sum(c["properties"]["n"] for c in cells) == 18


@pytest.fixture
def dated(committed: None) -> None:
    spot(happened_at="2023-12-31T23:59+08:00", name="old")
    spot(happened_at="2024-01-01T00:01+08:00", name="new")


@pytest.mark.usefixtures("dated")
async def test_datetime_chooses_rows_by_the_layers_time() -> None:
    found = await features(
        f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt?datetime=2024-01-01T00:00:00%2B08:00/.."
    )
    assert [f["properties"]["name"] for f in found] == ["new"]


@pytest.fixture
def two_layers(committed: None) -> None:
    spot()
    zone()


@pytest.mark.usefixtures("two_layers")
async def test_several_layers_come_in_one_tile() -> None:
    answer = await get(f"/tiles/spots,zones/{tile_of(LON, LAT, 15)}.mvt")
    assert {"spots", "zones"} <= set(decoded(answer))


@pytest.fixture
def at_the_edge(committed: None) -> None:
    # a tile of zoom 15 is 1,223 m wide; 5 m beyond its eastern edge lies within the buffer
    from math import atan, degrees, pi, sinh

    x = int((LON + 180) / 360 * 2**15) + 1
    _, _, y = tile_of(LON, LAT, 15).split("/")
    lat = degrees(atan(sinh(pi * (1 - 2 * (int(y) + 0.5) / 2**15))))
    spot(x / 2**15 * 360 - 180 + 5 / 111_320, lat, name="over the edge")


@pytest.mark.usefixtures("at_the_edge")
async def test_what_lies_just_beyond_the_edge_is_drawn_in_both_tiles() -> None:
    z, x, y = tile_of(LON, LAT, 15).split("/")
    here = await features(f"/tiles/spots/{z}/{x}/{y}.mvt")
    there = await features(f"/tiles/spots/{z}/{int(x) + 1}/{y}.mvt")
    assert [f["properties"]["name"] for f in here] == ["over the edge"]
    assert here[0]["id"] == there[0]["id"]


@pytest.fixture
def ways(committed: None) -> None:
    way((LON, LAT), (LON + 0.001, LAT + 0.001), rank=1, name="main")
    way((LON, LAT), (LON + 0.001, LAT - 0.001), rank=4, name="lane")


@pytest.mark.usefixtures("ways")
async def test_small_streets_wait_for_their_zoom() -> None:
    far = await features(f"/tiles/ways/{tile_of(LON, LAT, 11)}.mvt")
    near = await features(f"/tiles/ways/{tile_of(LON, LAT, 15)}.mvt")
    assert [f["properties"]["name"] for f in far] == ["main"]
    assert sorted(f["properties"]["name"] for f in near) == ["lane", "main"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/tiles/spots/99/0/0.mvt", "zoom 99"),
        ("/tiles/spots/3/8/0.mvt", "x and y are within 0–7"),
        ("/tiles/spots/a/b/c.mvt", "whole numbers"),
        ("/tiles/spots/1/1/1.mvt?filter=grade%3D", "no valid CQL2"),
        ("/tiles/spots/1/1/1.mvt?filter=informant%3D'x'", "no property “informant”"),
        (f"/tiles/spots/{tile_of(LON, LAT, 15)}.mvt?filter=grade^99^99%3E1", "out of range"),
        ("/tiles/spots/1/1/1.mvt?fields=informant", "no property “informant”"),
        ("/tiles/spots/1/1/1.mvt?datetime=yesterday", "no date or interval"),
        ("/tiles/spots/1/1/1.mvt?filtr=1", "no parameter “filtr”"),
    ],
)
@pytest.mark.usefixtures("one_spot")
async def test_a_wrong_request_is_answered_with_a_sentence(path: str, sentence: str) -> None:
    answer = await get(path)
    assert answer.status_code == 400, answer.text
    assert sentence in answer.json()["detail"]


@pytest.fixture
def secret(committed: None) -> None:
    hideout(name="cellar")


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("form", ["{tile}.mvt", "json"])
async def test_a_hidden_layer_is_answered_exactly_like_one_that_does_not_exist(form: str) -> None:
    def path(layer: str) -> str:
        if form == "json":
            return f"/tiles/{layer}.json"
        return f"/tiles/{layer}/{form.format(tile=tile_of(LON, LAT, 14))}"

    hidden, absent = (
        await get(path("hideouts"), Clearance.COUNCIL),
        await get(path("nosuch"), Clearance.COUNCIL),
    )
    mixed = await get(path("spots,hideouts"), Clearance.COUNCIL)
    assert hidden.status_code == absent.status_code == mixed.status_code == 404
    assert hidden.content == absent.content == mixed.content
    assert (await get(path("hideouts"), Clearance.POLICE)).status_code == 200


@pytest.mark.usefixtures("two_layers", "secret")
async def test_tilejson_tells_each_clearance_its_own_extent_and_fields() -> None:
    public = (await get("/tiles/spots.json")).json()
    police = (await get("/tiles/spots.json", Clearance.POLICE)).json()
    assert "informant" not in public["vector_layers"][0]["fields"]
    assert "informant" in police["vector_layers"][0]["fields"]
    assert public["bounds"] == pytest.approx([LON, LAT, LON, LAT], abs=1e-6)
    assert public["tiles"] == ["http://antu.test/tiles/spots/{z}/{x}/{y}.mvt"]
