"""Tiles where OGC clients look for them: described rightly, and the tile server's own bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import morecantile
import pytest
from pytest_django.fixtures import Settings

from gis.ogc.app import Ogc
from layers.access import Clearance
from tests.asgi import VIEWERS, client, running, tile_of
from tests.factories import CENTER, hideout, spot, zone
from tests.ogc import surfaces
from tilesrv.app import TileServer
from tilesrv.grid import SETS

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("committed")]
LON, LAT = CENTER
QUAD = "WebMercatorQuad"


@asynccontextmanager
async def both(clearance: Clearance = Clearance.PUBLIC) -> AsyncIterator[tuple[Any, Any]]:
    """Clients of `/ogc` and of the tile server behind it."""
    async with running(TileServer()) as tiles, running(Ogc(tiles=tiles)) as ogc:
        viewer = VIEWERS[clearance]
        async with client(ogc, viewer) as left, client(tiles, viewer) as right:
            yield left, right


def swapped(z_x_y: str) -> str:
    z, x, y = z_x_y.split("/")
    return f"{z}/{y}/{x}"


@pytest.fixture
def places(committed: None, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    surfaces.write()
    spot(LON, LAT, name="here", kind="a", happened_at="2024-01-01T12:00Z")
    zone()
    hideout()


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("layer", "query", "form"),
    [
        ("spots", "", "mvt"),
        ("spots", "filter=kind='b'", "mvt"),
        ("spots", "datetime=2024-01-01&fields=kind", "mvt"),
        ("zones", "", "mvt"),
        ("crash_surface", "", "png"),
        ("crash_surface", "datetime=2024-02-01", "png"),
    ],
)
async def test_a_tile_is_that_of_the_tile_server(layer: str, query: str, form: str) -> None:
    tile = tile_of(LON, LAT, 14)
    async with both() as (ogc, tiles):
        own = await tiles.get(f"/tiles/{layer}/{tile}.{form}?{query}")
        same = await ogc.get(f"/ogc/collections/{layer}/tiles/{QUAD}/{swapped(tile)}?{query}")
        asked = await ogc.get(f"/ogc/collections/{layer}/tiles/{QUAD}/{swapped(tile)}?f={form}&{query}")
        fresh = {"if-none-match": own.headers["etag"], "accept": "*/*"}
        kept = await ogc.get(f"/ogc/collections/{layer}/tiles/{QUAD}/{swapped(tile)}?{query}", headers=fresh)
    assert own.status_code in (200, 204)
    assert (
        (own.status_code, own.content)
        == (same.status_code, same.content)
        == (asked.status_code, asked.content)
    )
    assert own.headers == same.headers and kept.status_code == 304


@pytest.mark.usefixtures("places")
async def test_a_tile_holds_what_lies_there() -> None:
    async with both() as (ogc, _):
        answer = await ogc.get(f"/ogc/collections/spots/tiles/{QUAD}/{swapped(tile_of(LON, LAT, 14))}")
        far = await ogc.get(f"/ogc/collections/spots/tiles/{QUAD}/{swapped(tile_of(LON + 5, LAT, 14))}")
    (found,) = mapbox_vector_tile.decode(answer.content)["spots"]["features"]
    assert found["properties"]["name"] == "here" and "informant" not in found["properties"]
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile" and far.status_code == 204


async def test_the_tile_matrix_set_is_that_of_the_standard() -> None:
    async with both() as (ogc, _):
        listed = (await ogc.get("/ogc/tileMatrixSets")).json()["tileMatrixSets"]
        said = (await ogc.get(f"/ogc/tileMatrixSets/{QUAD}")).json()
    assert [s["id"] for s in listed] == list(SETS)
    assert listed[0]["links"][0]["href"].endswith(f"/tileMatrixSets/{QUAD}")
    standard = morecantile.tms.get(QUAD)
    assert len(said["tileMatrices"]) == 25
    for own, theirs in zip(said["tileMatrices"], standard.tileMatrices, strict=False):
        assert own["id"] == theirs.id and own["matrixWidth"] == theirs.matrixWidth
        assert own["scaleDenominator"] == pytest.approx(theirs.scaleDenominator, rel=1e-9)
        assert own["pointOfOrigin"] == pytest.approx(theirs.pointOfOrigin, rel=1e-9)
    assert morecantile.TileMatrixSet(**said).tile(LON, LAT, 14) == standard.tile(LON, LAT, 14)


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("layer", "where", "kind", "form"),
    [
        ("spots", "tiles", "vector", "application/vnd.mapbox-vector-tile"),
        ("spots", "map/tiles", "map", "image/png"),
        ("crash_surface", "tiles", "map", "image/png"),
        ("crash_surface", "map/tiles", "map", "image/png"),
    ],
)
@pytest.mark.parametrize("tms", SETS)
async def test_a_tileset_leads_to_its_tiles(tms: str, layer: str, where: str, kind: str, form: str) -> None:
    async with both() as (ogc, _):
        collection = (await ogc.get(f"/ogc/collections/{layer}")).json()
        assert any(link["href"].endswith(f"/{layer}/{where}") for link in collection["links"])
        listed = (await ogc.get(f"/ogc/collections/{layer}/{where}")).json()["tilesets"]
        one = next(o for o in listed if o["tileMatrixSetId"] == tms)
        said = (await ogc.get(one["links"][0]["href"])).json()
        assert one["dataType"] == said["dataType"] == kind
        item = next(link for link in said["links"] if link["rel"] == "item")
        assert item["type"] == form and item["templated"]
        matrices = morecantile.TileMatrixSet(**(await ogc.get(f"/ogc/tileMatrixSets/{tms}")).json())
        place = matrices.tile(LON, LAT, 14 - SETS[tms].shift)
        for name, value in (("tileMatrix", place.z), ("tileRow", place.y), ("tileCol", place.x)):
            item["href"] = item["href"].replace(f"{{{name}}}", str(value))
        tile = await ogc.get(item["href"])
    assert said["tileMatrixSetURI"].endswith(f"/{tms}") and said["layers"][0]["id"] == layer
    assert said["boundingBox"]["lowerLeft"][0] <= said["boundingBox"]["upperRight"][0]
    assert tile.status_code == (200 if layer == "spots" or where == "map/tiles" else tile.status_code)
    assert tile.status_code == 204 or tile.headers["content-type"] == form


@pytest.mark.usefixtures("places")
async def test_tiles_of_maps_fit_together() -> None:
    import io

    from PIL import Image

    z, row, col = (int(n) for n in swapped(tile_of(LON, LAT, 12)).split("/"))
    async with both() as (ogc, _):
        path = f"/ogc/collections/zones/map/tiles/{QUAD}"
        answer = await ogc.get(f"{path}/{z}/{row}/{col}?style=dark")
        picture = Image.open(io.BytesIO(answer.content))
        parts = [
            Image.open(
                io.BytesIO((await ogc.get(f"{path}/{z + 1}/{2 * row + i}/{2 * col + j}?style=dark")).content)
            )
            for i in (0, 1)
            for j in (0, 1)
        ]
    assert picture.size == (256, 256)
    inked = sum(p.getchannel("A").point(lambda a: a > 128 and 1).histogram()[1] for p in parts)
    assert inked / 4 == pytest.approx(
        picture.getchannel("A").point(lambda a: a > 128 and 1).histogram()[1], rel=0.1
    )


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        (f"tiles/{QUAD}/99/0/0", 400, "zoom 99"),
        (f"tiles/{QUAD}/3/0/8", 400, "no such tile"),
        (f"tiles/{QUAD}/z/0/0", 400, "whole numbers"),
        (f"tiles/{QUAD}/0/0/0?f=png", 400, "there is mvt"),
        (f"tiles/{QUAD}/0/0/0?nonsense=1", 400, "no parameter “nonsense”"),
        (f"tiles/{QUAD}/0/0/0?filter=informant='x'", 400, "no property"),
        ("tiles/Mars", 404, "no tile matrix set “Mars”"),
        ("tiles/Mars/0/0/0", 404, "no tile matrix set “Mars”"),
        (f"map/tiles/{QUAD}/3/0/8", 400, "no such tile"),
        (f"map/tiles/{QUAD}/3/-1/0", 400, "whole numbers"),
        (f"map/tiles/{QUAD}/0/0/0?f=jpeg", 400, "there is png"),
        ("map/nonsense", 404, "nothing here"),
        (f"tiles/{QUAD}/0/0/0/0", 404, "nothing here"),
    ],
)
async def test_a_wrong_question_is_refused_with_a_sentence(path: str, status: int, sentence: str) -> None:
    async with both() as (ogc, _):
        answer = await ogc.get(f"/ogc/collections/spots/{path}")
        unknown = await ogc.get("/ogc/tileMatrixSets/Mars")
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["description"] and unknown.status_code == 404


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    "tail",
    [
        "tiles",
        f"tiles/{QUAD}",
        "tiles/Mars",
        f"tiles/{QUAD}/0/0/0",
        f"tiles/{QUAD}/99/0/0",
        f"map/tiles/{QUAD}",
    ],
)
async def test_a_hidden_layer_looks_like_none(tail: str) -> None:
    async with both() as (ogc, _):
        hidden = await ogc.get(f"/ogc/collections/hideouts/{tail}")
        absent = await ogc.get(f"/ogc/collections/nosuch/{tail}")
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    async with both(Clearance.POLICE) as (ogc, _):
        assert (await ogc.get(f"/ogc/collections/hideouts/tiles/{QUAD}")).status_code == 200


@pytest.mark.usefixtures("places")
async def test_without_a_tile_server_no_tiles_are_promised() -> None:
    async with running(Ogc()) as app, client(app) as http:
        assert (await http.get("/ogc/collections/spots/tiles")).status_code == 404
        links = (await http.get("/ogc/collections/spots")).json()["links"]
    assert not [link for link in links if link["rel"].endswith("tilesets-vector")]
