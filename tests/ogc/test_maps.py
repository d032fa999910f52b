"""Maps drawn on the server: the right colours in the right places, for whom, and within bounds."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pyproj import Transformer
from pytest_django.fixtures import Settings

from gis.ogc import maps
from gis.ogc.app import Ogc
from gis.ogc.drawing import rows
from layers.access import Clearance, Viewer
from layers.registry.layer import Layer
from layers.registry.palette import colour
from layers.registry.register import register
from tests.asgi import VIEWERS, client, running
from tests.factories import CENTER, hideout, spot, way, zone
from tests.ogc import surfaces

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("committed")]
LON, LAT = CENTER
BOX = f"{LON - 0.02},{LAT - 0.02},{LON + 0.02},{LAT + 0.02}"
Pixel = tuple[int, ...]


async def get(path: str, clearance: Clearance = Clearance.PUBLIC, **headers: str) -> Any:
    async with running(Ogc()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path, headers=headers)


async def drawn(path: str, clearance: Clearance = Clearance.PUBLIC) -> Image.Image:
    answer = await get(path, clearance)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(answer.content))


def rgb(token: str, theme: Any = "light") -> Pixel:
    return tuple(bytes.fromhex(colour(token, theme)[1:]))


def near(seen: Any, wanted: Pixel, most: int = 3) -> bool:
    return all(abs(a - b) <= most for a, b in zip(seen[:3], wanted, strict=True))


@pytest.fixture
def square(committed: None) -> None:
    zone(name="")


@pytest.mark.usefixtures("square")
@pytest.mark.parametrize("crs", ["EPSG:3857", "OGC:CRS84", "EPSG:4326", "EPSG:3826"])
async def test_an_area_is_filled_where_it_lies_and_clear_elsewhere(crs: str) -> None:
    picture = await drawn(f"/ogc/collections/zones/map?bbox={BOX}&width=200&height=200&crs={crs}")
    assert picture.mode == "RGBA" and picture.size == (200, 200)
    assert near(picture.getpixel((100, 100)), rgb("park"))
    assert picture.getpixel((100, 100))[3] == 255 and picture.getpixel((10, 10))[3] == 0  # type: ignore[index]
    inked = picture.getchannel("A").point(lambda a: 255 if a > 128 else 0).getbbox()
    assert inked == pytest.approx((50, 50, 150, 150), abs=4)


@pytest.mark.usefixtures("square")
async def test_light_and_dark_are_the_colours_of_the_palette() -> None:
    here = "/ogc/collections/zones"
    themes: list[tuple[str, Any]] = [
        ("light", "light"),
        ("dark", "dark"),
        ("zones", "light"),
        ("zones-dark", "dark"),
    ]
    paths = [(f"{here}/map?style={style}&", theme) for style, theme in themes]
    for style, theme in themes[2:]:
        paths += [(f"{here}/styles/{style}/map?", theme), (f"/ogc/styles/{style}/map?", theme)]
    for path, theme in paths:
        picture = await drawn(f"{path}bbox={BOX}&width=50")
        assert near(picture.getpixel((25, 25)), rgb("park", theme)), path


@pytest.mark.usefixtures("square")
async def test_the_paper_has_the_colour_asked_for() -> None:
    here = f"/ogc/collections/zones/map?bbox={BOX}&width=40"
    for query, wanted in (
        ("bgcolor=0x123456", (0x12, 0x34, 0x56)),
        ("bgcolor=%23123456", (0x12, 0x34, 0x56)),
        ("bgcolor=navy", (0, 0, 128)),
        ("transparent=false", (255, 255, 255)),
    ):
        picture = await drawn(f"{here}&{query}")
        assert picture.mode == "RGB" and picture.getpixel((1, 1)) == wanted
    assert (await drawn(f"{here}&bgcolor=navy&transparent=true")).getpixel((1, 1)) == (0, 0, 0, 0)


@pytest.fixture
def hole(committed: None) -> None:
    from django.contrib.gis.geos import MultiPolygon, Polygon

    made = zone(name="")
    shell = Polygon.from_bbox((LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01))
    gap = Polygon.from_bbox((LON - 0.004, LAT - 0.004, LON + 0.004, LAT + 0.004))
    made.geom = MultiPolygon(shell.difference(gap), srid=4326)
    made.save()


@pytest.mark.usefixtures("hole")
async def test_a_hole_stays_open() -> None:
    picture = await drawn(f"/ogc/collections/zones/map?bbox={BOX}&width=200")
    assert picture.getpixel((100, 100))[3] == 0  # type: ignore[index]
    assert near(picture.getpixel((65, 100)), rgb("park"))


@pytest.fixture
def street(committed: None) -> None:
    way((LON - 0.05, LAT), (LON + 0.05, LAT), name="", rank=1, built_on="2020-01-01")


@pytest.mark.usefixtures("street")
async def test_a_line_has_its_casing_and_lies_over_both_edges() -> None:
    picture = await drawn(
        f"/ogc/collections/ways/map?bbox={LON - 0.002},{LAT - 0.002},{LON + 0.002},{LAT + 0.002}&width=300&height=300"
    )
    column = [picture.getpixel((150, y)) for y in range(picture.height)]
    assert near(column[150], rgb("road"))
    assert any(near(p, rgb("casing"), 20) and p[3] > 100 for p in column)  # type: ignore[index]
    assert picture.getpixel((0, 150))[3] == picture.getpixel((299, 150))[3] == 255  # type: ignore[index]


@pytest.fixture
def three(committed: None) -> None:
    spot(LON, LAT, kind="a", informant="mole", happened_at="2024-01-01T12:00Z")
    spot(LON + 0.01, LAT, kind="a", happened_at="2020-01-01T12:00Z")
    spot(LON - 0.01, LAT, kind="a", grade=9, happened_at="2024-01-01T12:00Z")


SPOTS = f"/ogc/collections/spots/map?bbox={BOX}&width=400"


def spots_seen(picture: Image.Image) -> list[bool]:
    return [near(picture.getpixel((x, 200)), rgb("a1")) for x in (100, 200, 300)]


@pytest.mark.usefixtures("three")
async def test_points_are_symbols_by_clearance_time_and_filter() -> None:
    nearer = SPOTS.replace("width=400", "width=400&height=400")
    assert spots_seen(await drawn(nearer)) == [False, True, True]
    assert spots_seen(await drawn(nearer, Clearance.COUNCIL)) == [True, True, True]
    assert spots_seen(await drawn(f"{nearer}&datetime=2024-01-01/..")) == [False, True, False]
    assert spots_seen(await drawn(f"{nearer}&filter=happened_at<TIMESTAMP('2021-01-01T00:00:00Z')")) == [
        False,
        False,
        True,
    ]


@pytest.fixture
def heavy(committed: None) -> None:
    spot(LON, LAT, weight=1000)


@pytest.mark.usefixtures("heavy")
async def test_far_away_points_are_a_heat_map() -> None:
    picture = await drawn(
        f"/ogc/collections/spots/map?bbox={LON - 0.06},{LAT - 0.06},{LON + 0.06},{LAT + 0.06}&width=300&height=300"
    )
    middle = picture.crop((140, 140, 160, 160)).getchannel("A").getextrema()
    assert middle[1] > 20 and picture.getpixel((20, 20))[3] == 0  # type: ignore[index, operator]


@pytest.mark.usefixtures("three")
async def test_too_many_features_are_thinned_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    near_by = SPOTS.replace("width=400", "width=1000")
    for n in range(6):
        await in_thread(n)
    monkeypatch.setattr(rows, "MOST_ROWS", 9)
    assert "antu-thinned" not in (await get(near_by, Clearance.COUNCIL)).headers
    monkeypatch.setattr(rows, "MOST_ROWS", 4)
    assert (await get(near_by, Clearance.COUNCIL)).headers["antu-thinned"] == "spots"
    monkeypatch.setattr(rows, "MOST_ROWS", 2)
    answer = await get(near_by, Clearance.COUNCIL)
    assert answer.status_code == 413 and "smaller bbox" in answer.json()["description"]


async def in_thread(n: int) -> None:
    from asgiref.sync import sync_to_async

    await sync_to_async(spot, thread_sensitive=True)(LON + n * 1e-6, LAT, kind="a")


@pytest.fixture
def city(committed: None, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    surfaces.write(plus=60)
    surfaces.write(surfaces.COUNCIL)


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("crs", [3857, 3826])
async def test_a_surface_has_the_colours_of_the_ramp(crs: int) -> None:
    west, south = surfaces.WEST, surfaces.NORTH - surfaces.ROWS * surfaces.STEP
    box = f"{west},{south},{west + 3000},{surfaces.NORTH}"
    picture = await drawn(
        f"/ogc/collections/crash_surface/map?bbox={box}&bbox-crs=EPSG:3826&crs=EPSG:{crs}&width=600&datetime=2024-02-01"
    )
    assert near(picture.getpixel((550, picture.height - 15)), rgb("risk4"), 24)
    low = picture.getpixel((300, 15))
    assert low[3] < picture.getpixel((300, picture.height - 15))[3]  # type: ignore[index, operator]


@pytest.mark.usefixtures("city", "square")
async def test_several_collections_lie_on_one_map() -> None:
    spot_ = await drawn(f"/ogc/map?collections=zones,spots&bbox={BOX}&width=200")
    assert near(spot_.getpixel((100, 100)), rgb("park"))
    assert (await get(f"/ogc/map?bbox={BOX}&width=200")).status_code == 200


@pytest.fixture
def names(committed: None) -> None:
    zone(name="安圖里")


@pytest.mark.usefixtures("names")
async def test_names_are_written_in_chinese() -> None:
    with_name = await drawn(f"/ogc/collections/zones/map?bbox={BOX}&width=300&height=300&bgcolor=white")
    around = [with_name.getpixel((x, y)) for x in range(110, 190) for y in range(135, 165)]
    assert sum(near(p, rgb("label"), 60) for p in around) > 60, "three characters have more ink than this"


@pytest.mark.usefixtures("square")
async def test_a_side_that_is_not_given_follows_from_the_box() -> None:
    for query, size in (
        ("bbox=120.4,23.4,120.6,23.5&crs=OGC:CRS84&width=100", (100, 50)),
        ("bbox=120.4,23.4,120.6,23.5&crs=OGC:CRS84&height=100", (200, 100)),
        ("bbox=120.4,23.4,120.6,23.5&crs=OGC:CRS84", (1024, 512)),
        ("bbox=23.4,120.4,23.5,120.6&bbox-crs=EPSG:4326&crs=OGC:CRS84&width=100", (100, 50)),
    ):
        assert (await drawn(f"/ogc/collections/zones/map?{query}")).size == size


@pytest.mark.usefixtures("square")
async def test_where_the_map_lies_is_said_in_the_order_of_its_axes() -> None:
    answer = await get(f"/ogc/collections/zones/map?bbox={BOX}&crs=EPSG:4326&width=10")
    assert answer.headers["content-crs"].endswith("EPSG/0/4326>")
    south, west, _, _ = map(float, answer.headers["content-bbox"].split(","))
    assert (south, west) == pytest.approx((LAT - 0.02, LON - 0.02), abs=1e-4)
    box = (await get(f"/ogc/collections/zones/map?bbox={BOX}&width=10")).headers["content-bbox"]
    wanted = Transformer.from_crs(4326, 3857, always_xy=True).transform(LON - 0.02, LAT - 0.02)
    assert [float(v) for v in box.split(",")[:2]] == pytest.approx(wanted, abs=0.01)


@pytest.mark.usefixtures("square")
async def test_without_a_box_everything_is_shown() -> None:
    picture = await drawn("/ogc/collections/zones/map?width=200")
    inked = picture.getchannel("A").point(lambda a: 255 if a > 128 else 0).getbbox()
    assert inked is not None and inked[0] in range(3, 20) and inked[2] in range(181, 198)


@pytest.mark.usefixtures("square")
async def test_an_unchanged_map_is_not_sent_again() -> None:
    here = f"/ogc/collections/zones/map?bbox={BOX}&width=50"
    first = await get(here)
    assert (await get(here, **{"if-none-match": first.headers["etag"]})).status_code == 304


@pytest.mark.usefixtures("square")
@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("bbox=1,2,nan,4", 400, "four finite numbers"),
        ("bbox=1,2,3", 400, "four finite numbers"),
        ("bbox=121,23,120,24", 400, "wrong way round"),
        ("bbox=120,24,121,23", 400, "wrong way round"),
        ("bbox=120,23,120,23", 400, "empty"),
        ("bbox=120,23,1e308,24", 400, "lies outside"),
        ("bbox=0,0,1e9,1e9&bbox-crs=EPSG:3857", 400, "lies outside"),
        ("bbox=-170,-80,170,80&crs=EPSG:3826", 400, "lies outside"),
        ("bbox=120,23,120.000000000001,23.000000000001", 400, "too small"),
        ("bbox=120,23,121,24&width=1000000000", 400, "from 1 to 4096"),
        ("bbox=120,23,121,24&width=0", 400, "from 1 to 4096"),
        ("bbox=120,23,121,24&width=-5", 400, "from 1 to 4096"),
        ("bbox=120,23,120.0001,24&width=1000", 400, "at most 4096×4096"),
        ("crs=EPSG:27700", 400, "is not known"),
        ("bbox-crs=EPSG:27700&bbox=1,1,2,2", 400, "is not known"),
        ("datetime=never", 400, "no date or interval"),
        ("filter=informant='mole'", 400, "no property “informant”"),
        ("bgcolor=nocolour", 400, "is no colour"),
        ("transparent=maybe", 400, "true or false"),
        ("style=hideouts", 400, "no style “hideouts”"),
        ("f=jpeg", 400, "no format “jpeg”"),
        ("layers=zones", 400, "no parameter “layers”"),
    ],
)
async def test_a_wrong_question_is_refused_with_a_sentence(query: str, status: int, sentence: str) -> None:
    answer = await get(f"/ogc/collections/zones/map?{query}")
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["description"]


@pytest.fixture
def secrets(committed: None) -> None:
    hideout(name="LAYER-SECRET")
    zone(name="")


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/{}/map",
        "/ogc/collections/{}/map?bbox=nonsense",
        "/ogc/collections/{}/styles/{}/map",
        "/ogc/map?collections={}",
        "/ogc/styles/{}/map",
        "/ogc/map?collections=zones,{}",
        "/ogc/collections/{}/map/tiles",
        "/ogc/collections/{}/map/tiles/WebMercatorQuad/0/0/0",
    ],
)
async def test_a_hidden_layer_looks_like_none(path: str) -> None:
    hidden, absent = await get(path.replace("{}", "hideouts")), await get(path.replace("{}", "nosuch"))
    assert (hidden.status_code, hidden.content) == (404, absent.content)


@pytest.mark.usefixtures("secrets")
async def test_the_reading_of_an_audited_layer_is_on_record_before_it_is_drawn() -> None:
    noted: list[tuple[str, str]] = []

    async def on_read(viewer: Viewer, layer: Layer, what: str) -> None:
        noted.append((layer.id, what))

    async with running(Ogc(on_read)) as app, client(app, VIEWERS[Clearance.POLICE]) as http:
        here = f"bbox={BOX}&width=20"
        assert (await http.get(f"/ogc/collections/hideouts/map?{here}")).status_code == 200
        assert (await http.get(f"/ogc/map?collections=zones,hideouts&{here}")).status_code == 200
        assert (
            await http.get("/ogc/collections/hideouts/map/tiles/WebMercatorQuad/0/0/0")
        ).status_code == 200
    assert [layer for layer, _ in noted] == ["hideouts"] * 3 and all(w.startswith("map") for _, w in noted)


@pytest.mark.usefixtures("hamlet")
async def test_every_layer_can_be_drawn_light_and_dark() -> None:
    """Whatever a theme declares, the renderer knows how to draw; a style that it does not know would raise."""
    viewer = VIEWERS[Clearance.RESTRICTED]
    async with running(Ogc()) as app, client(app, viewer) as http:
        for layer in register.seen_by(viewer):
            for query in (
                "width=200&style=dark",
                f"width=300&bbox={LON - 0.004},{LAT - 0.004},{LON + 0.004},{LAT + 0.004}",
            ):
                answer = await http.get(f"/ogc/collections/{layer.id}/map?{query}")
                empty = answer.status_code == 404 and "nothing in these collections" in answer.text
                assert answer.status_code == 200 or empty, f"{layer.id}: {answer.text}"


def test_a_map_at_its_largest_is_drawn_in_blocks() -> None:
    """Blocks meet without a seam."""
    import numpy as np
    import shapely

    from gis.ogc.drawing.canvas import BLOCK, CLEAR, Canvas

    canvas = Canvas(BLOCK + 100, BLOCK + 100, CLEAR)
    canvas.shapes(
        np.array([shapely.box(BLOCK - 50, BLOCK - 50, BLOCK + 50, BLOCK + 50)]), [1], [(10, 20, 30, 255)]
    )
    inside = np.asarray(canvas.picture)[BLOCK - 49 : BLOCK + 49, BLOCK - 49 : BLOCK + 49]
    assert (inside == (10, 20, 30, 255)).all()


def test_the_side_of_a_map_is_a_number() -> None:
    assert maps.side("4096", "width") == 4096 and maps.side(None, "width") is None
