"""The sprite of our symbols: drawn right, complete for a clearance and no more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from layers.access import Clearance
from layers.registry import palette
from layers.registry.palette import THEMES, colour
from tests.asgi import VIEWERS, client, running
from tilesrv import symbols
from tilesrv.app import TileServer
from tilesrv.symbols import symbol

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("committed")]


async def get(path: str, clearance: Clearance = Clearance.PUBLIC, **headers: str) -> Any:
    async with running(TileServer()) as app, client(app, VIEWERS[clearance]) as http:
        return await http.get(path, headers=headers)


def rgb(token: str, theme: Any) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour(token, theme)[1:]))


@pytest.mark.parametrize("theme", THEMES)
def test_every_symbol_can_be_drawn_in_its_colour(theme: Any) -> None:
    for icon in palette.icons():
        picture = symbol(f"{icon}/camera", theme, 48)
        assert picture is not None and picture.size == (48, 48)
        inked = [
            p
            for p in picture.convert("RGBA").get_flattened_data()
            if p[:3] == rgb("camera", theme) and p[3] == 255
        ]
        assert len(inked) > 60, icon


def test_a_symbol_is_where_its_drawing_says() -> None:
    square = symbol("square/a1", "light", 24)
    assert square is not None
    assert square.getchannel("A").getbbox() == pytest.approx((4, 4, 20, 20), abs=1)
    shield = symbol("missing/a1", "light", 96)
    assert shield is not None
    pin = shield.getpixel((48, 86)), shield.getpixel((8, 86))
    assert pin[0][3] == 255 and pin[1][3] == 0  # type: ignore[index]


def test_there_is_no_symbol_by_another_name() -> None:
    assert symbol("../palette/a1", "light", 24) is None and symbol("box/nosuch", "light", 24) is None


def test_arcs_may_be_written_without_gaps() -> None:
    spelt = list(symbols._path("M12 2a10 10 0 1020 0"))
    assert spelt[0][-1] == pytest.approx((32, 2)) and min(y for _, y in spelt[0]) < 3


def test_a_drawing_that_is_not_understood_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "text.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>')
    monkeypatch.setattr(symbols, "ICONS", tmp_path)
    with pytest.raises(ValueError, match="icon text: <text> is not drawn here"):
        symbols._drawing("text")


async def test_the_index_fits_the_sheet_of_both_densities() -> None:
    sheets = {}
    for density, ratio in (("", 2), ("@2x", 4)):
        index = (await get(f"/styles/sprite{density}.json")).json()
        answer = await get(f"/styles/sprite{density}.png")
        sheet = Image.open(io.BytesIO(answer.content))
        assert answer.headers["content-type"] == "image/png"
        for name, at in index.items():
            assert at["pixelRatio"] == ratio and at["width"] == at["height"] == 24 * ratio
            box = (at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])
            assert box[2] <= sheet.width and box[3] <= sheet.height
            own = symbol(name, "light", 24 * ratio)
            assert own is not None and sheet.crop(box).tobytes() == own.tobytes()
        sheets[density] = set(index)
    assert sheets[""] == sheets["@2x"] and "diamond/a1" in sheets[""]


async def test_a_style_finds_every_symbol_in_its_sprite() -> None:
    for name in ("antu", "antu-dark", "hideouts"):
        style = (await get(f"/styles/{name}.json", Clearance.POLICE)).json()
        path = style["sprite"].split("/", 3)[-1]
        index = (await get(f"/{path}.json", Clearance.POLICE)).json()
        wanted = {x["layout"]["icon-image"] for x in style["layers"] if "icon-image" in x.get("layout", {})}
        assert wanted <= set(index)
        assert path.endswith("-dark") == name.endswith("-dark")


async def test_the_symbol_of_a_hidden_layer_is_not_on_the_sheet() -> None:
    assert "square/a1" not in (await get("/styles/sprite.json")).json()
    assert "square/a1" in (await get("/styles/sprite.json", Clearance.POLICE)).json()


async def test_an_unchanged_sheet_is_not_sent_again() -> None:
    first = await get("/styles/sprite-dark.png")
    assert (
        await get("/styles/sprite-dark.png", **{"if-none-match": first.headers["etag"]})
    ).status_code == 304
    assert (await get("/styles/sprite-dark@3x.png")).status_code == 404
