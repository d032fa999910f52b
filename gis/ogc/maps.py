"""Maps as pictures: of one collection, or of several put together as the portal does.

What a map may cost is bounded: its pixels, the rows and the time of its statements, and how many are drawn
at once in this process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlencode

from PIL import ImageColor

from gis.ogc.call import Call, Json
from gis.ogc.core import Core, visible
from gis.ogc.crs import Crs
from gis.ogc.drawing import rows
from gis.ogc.drawing.canvas import CLEAR, Colour
from gis.ogc.drawing.compose import Sheet, asked_of, compose
from gis.ogc.drawing.frame import Box, Frame, moved
from gis.ogc.drawing.rows import Drawn, Wish
from gis.ogc.problem import OgcProblem
from gis.ogc.request import numbers, read_crs, read_filter, read_interval
from gis.ogc.styles import find
from layers.registry.extent import Extent
from layers.registry.layer import Layer
from layers.registry.palette import THEMES, Theme
from layers.registry.register import register
from layers.registry.sql import Interval, Sql
from tilesrv import raster

PNG = "image/png"
MOST_SIDE, MOST_LAYERS, AT_ONCE = 4096, 24, 2
USUAL = 1024
WORLD = {
    4326: (-180.0, -90.0, 180.0, 90.0),
    3857: (-20037508.35, -20048966.11, 20037508.35, 20048966.11),
    3826: (-300_000.0, 2_000_000.0, 800_000.0, 3_200_000.0),
    3825: (-300_000.0, 2_000_000.0, 800_000.0, 3_200_000.0),
}
PARAMETERS = (
    "bbox", "bbox-crs", "crs", "width", "height", "datetime", "filter", "filter-lang", "filter-crs",
    "bgcolor", "transparent", "style",
)  # fmt: skip
MAP_REL = "http://www.opengis.net/def/rel/ogc/1.0/map"


@dataclass(frozen=True)
class MapRequest:
    layers: tuple[Layer, ...]
    frame: Frame
    theme: Theme
    background: Colour
    interval: Interval | None
    condition: Sql | None


class Maps:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def whole(self, call: Call) -> None:
        """`/ogc/map`: the collections named, or those that the portal shows at first."""
        call.reads()
        call.only("collections", *PARAMETERS)
        if (chosen := call.asked.get("collections")) is not None:
            ids = list(dict.fromkeys(chosen.split(",")))
            if len(ids) > MOST_LAYERS:
                raise OgcProblem(400, f"A map has at most {MOST_LAYERS} collections.")
            layers = [visible(id, call) for id in ids]
        else:
            layers = [layer for layer in register.seen_by(call.viewer) if layer.visible]
        await self._answer(call, layers)

    async def styled(self, call: Call, id: str) -> None:
        """The map of what a style draws."""
        call.reads()
        found = find(id, call.viewer)
        call.only(*(p for p in PARAMETERS if p != "style"))
        await self._answer(call, list(found.layers), found.theme)

    async def one(self, call: Call, layer: Layer, style: str | None = None) -> None:
        call.reads()
        call.only(*PARAMETERS)
        await self._answer(call, [layer], style)

    async def _answer(self, call: Call, layers: list[Layer], style: str | None = None) -> None:
        if (form := call.asked.get("f", "png")) != "png":
            raise OgcProblem(400, f"There is no format “{form[:20]}” for maps; there is png.")
        asked = await self._read(call, layers, style)
        picture, thinned = await self.draw(call, asked)
        more = {"content_crs": f"<{asked.frame.crs.uri}>", "content_bbox": _said(asked.frame)}
        if thinned:
            more["antu_thinned"] = ",".join(thinned)
        await call.give(picture, PNG, 200, **more)

    async def draw(self, call: Call, asked: MapRequest) -> tuple[bytes, list[str]]:
        """The picture, and the layers of which not every feature could be drawn apart."""
        clearance, frame = call.viewer.clearance, asked.frame
        for layer in asked.layers:
            await self.core.note(call, layer, f"map {_said(frame)} {urlencode(call.asked)}")
        async with self._turns:
            sheets, thinned = [], []
            for layer in asked.layers:
                if layer.raster:
                    sheets.append(Sheet(layer, Drawn(), raster.pick(layer, asked.interval)))
                    continue
                names = asked_of(layer, clearance, call.language == "en-US")
                wish = Wish(layer, clearance, names, asked.interval, asked.condition)
                drawn, thin = await self._features(wish, frame)
                sheets.append(Sheet(layer, drawn))
                thinned += [layer.id] if thin else []
            picture = await asyncio.to_thread(
                compose, frame, sheets, asked.theme, clearance, asked.background
            )
        return picture, thinned

    async def _features(self, wish: Wish, frame: Frame) -> tuple[Drawn, int]:
        for thin in range(rows.THINNEST):
            found = await self.core.fetch(rows.statement(wish, frame, thin))
            if len(found) <= rows.MOST_ROWS:
                return await asyncio.to_thread(rows.read, found, rows.names(wish, frame), frame), thin
        raise OgcProblem(
            413, f"There is too much of “{wish.layer.id}” for one map; ask for a smaller bbox or a filter."
        )

    async def _read(self, call: Call, layers: list[Layer], style: str | None) -> MapRequest:
        asked = call.asked
        condition = None
        if asked.get("filter"):
            if len(layers) != 1 or layers[0].raster:
                raise OgcProblem(400, "A filter is for the map of one collection of features.")
            condition = read_filter(asked["filter"], asked, layers[0], call.viewer)
        theme = read_theme(style or asked.get("style"), layers)
        crs = read_crs(asked.get("crs", "EPSG:3857"), "crs")
        found = read_box(asked, crs)
        box = found or await self._all(layers, crs, call)
        return MapRequest(
            tuple(layers),
            framed(crs, box, asked.get("width"), asked.get("height")),
            theme,
            read_background(asked),
            read_interval(asked.get("datetime")),
            condition,
        )

    async def _all(self, layers: list[Layer], crs: Crs, call: Call) -> Box:
        """Everything that there is of the layers, with a little room around it."""
        found = [await self.core.extents.of(self.core.pool, x, call.viewer.clearance) for x in layers]
        west, south, east, north = around([e for e in found if e.bounds])
        more = max(east - west, north - south, 0.002) * 0.04
        box = moved((west - more, south - more, east + more, north + more), 4326, crs.srid)
        if box is None:
            raise OgcProblem(400, "These collections lie outside of that coordinate system; give a bbox.")
        return box


def around(extents: list[Extent]) -> Box:
    boxes = [e.bounds for e in extents if e.bounds]
    if not boxes:
        raise OgcProblem(404, "There is nothing in these collections to draw; give a bbox.", "NoData")
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def read_box(asked: dict[str, str], crs: Crs) -> Box | None:
    """The bbox in the coordinate system of the map, or a refusal that says what is wrong with it."""
    given = read_crs(asked.get("bbox-crs"), "bbox-crs")
    if (text := asked.get("bbox")) is None:
        return None
    west, south, east, north = numbers(text)
    if given.flipped:
        west, south, east, north = south, west, north, east
    if west >= east or south >= north:
        raise OgcProblem(400, "bbox is empty or the wrong way round; the order is west,south,east,north.")
    low_x, low_y, high_x, high_y = WORLD[given.srid]
    if west < low_x or south < low_y or east > high_x or north > high_y:
        raise OgcProblem(400, f"bbox lies outside of what {given.uri} is made for: {WORLD[given.srid]}.")
    box = moved((west, south, east, north), given.srid, crs.srid)
    if box is None or box[0] < WORLD[crs.srid][0] * 1.5 or box[2] > WORLD[crs.srid][2] * 1.5:
        raise OgcProblem(400, f"bbox lies outside of what {crs.uri} is made for.")
    return box


def framed(crs: Crs, box: Box, width: str | None, height: str | None) -> Frame:
    """The paper: a side that is not given follows from the shape of the box."""
    shape = (box[2] - box[0]) / (box[3] - box[1])
    wide, high = side(width, "width"), side(height, "height")
    if not wide and not high:
        wide = USUAL if shape >= 1 else max(1, round(USUAL * shape))
    wide = wide or max(1, round((high or 1) * shape))
    high = high or max(1, round(wide / shape))
    if max(wide, high) > MOST_SIDE:
        raise OgcProblem(
            400, f"The map would measure {wide}×{high} pixels; at most {MOST_SIDE}×{MOST_SIDE} are drawn."
        )
    mercator = moved(box, crs.srid, 3857)
    if mercator is None or mercator[2] - mercator[0] < 1e-3 or mercator[3] - mercator[1] < 1e-3:
        raise OgcProblem(400, "bbox is too small to be drawn, or lies where no map is made.")
    return Frame(crs, box, mercator, wide, high)


def side(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= MOST_SIDE:
        raise OgcProblem(400, f"{name} is a whole number of pixels from 1 to {MOST_SIDE}, not “{text[:20]}”.")
    return int(text)


def read_theme(text: str | None, layers: list[Layer]) -> Theme:
    """`light` or `dark`, or the name of one of the styles that `/ogc/styles` lists."""
    if text is None:
        return "light"
    for theme in THEMES:
        own = [x.id if theme == "light" else f"{x.id}-dark" for x in layers] if len(layers) == 1 else []
        if text in (theme, "antu" if theme == "light" else "antu-dark", *own):
            return theme
    raise OgcProblem(400, f"There is no style “{text[:40]}” for this map; there are light and dark.")


def read_background(asked: dict[str, str]) -> Colour:
    """Clear unless a colour or `transparent=false` is given; that alone means white."""
    clear, text = asked.get("transparent"), asked.get("bgcolor")
    if clear not in (None, "true", "false"):
        raise OgcProblem(400, "transparent is true or false.")
    if clear == "true" or (clear is None and text is None):
        return CLEAR
    said = text or "white"
    if said.lower().startswith("0x"):
        said = "#" + said[2:]
    try:
        r, g, b, *_ = ImageColor.getrgb(said)
    except ValueError as wrong:
        raise OgcProblem(400, f"bgcolor “{said[:20]}” is no colour; write 0xRRGGBB or a name.") from wrong
    return r, g, b, 255


def _said(frame: Frame) -> str:
    west, south, east, north = frame.box
    first = (south, west, north, east) if frame.crs.flipped else (west, south, east, north)
    return ",".join(f"{v:.8g}" if frame.crs.degrees else f"{v:.3f}" for v in first)


def links(layer: Layer, call: Call) -> list[Json]:
    return [call.link(MAP_REL, f"/collections/{layer.id}/map", PNG, "PNG")]


def paths(layers: list[Layer]) -> Json:
    """The part of the OpenAPI document that says how maps are asked for."""
    shared = [_parameter(name, said, kind) for name, (kind, said) in _SAID.items()]
    answer = {
        "200": {
            "description": "The map.",
            "content": {PNG: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
    out: Json = {}
    for layer in layers:
        own = [p for p in shared if not (layer.raster and p["name"].startswith("filter"))]
        out[f"/collections/{layer.id}/map"] = {
            "get": {
                "summary": f"A map of {layer.title.en}",
                "tags": [layer.id],
                "operationId": f"map_{layer.id}",
                "parameters": own,
                "responses": answer,
            }
        }
    chosen = _parameter("collections", "Collections, by commas; the map of the portal without.", "string")
    out["/map"] = {
        "get": {
            "summary": "A map of several collections",
            "operationId": "map",
            "parameters": [chosen, *(p for p in shared if not p["name"].startswith("filter"))],
            "responses": answer,
        }
    }
    return out


_SAID: dict[str, tuple[str, str]] = {
    "bbox": ("string", "West, south, east, north; everything there is without."),
    "bbox-crs": ("string", "The coordinate system of bbox; CRS84 without."),
    "crs": ("string", "The coordinate system of the map; EPSG:3857 without."),
    "width": ("integer", f"Pixels, at most {MOST_SIDE}."),
    "height": ("integer", f"Pixels, at most {MOST_SIDE}."),
    "datetime": ("string", "A time or an interval."),
    "filter": ("string", "A condition in CQL2."),
    "filter-lang": ("string", "cql2-text (the default) or cql2-json."),
    "filter-crs": ("string", "The coordinate system of geometries in the filter."),
    "bgcolor": ("string", "The colour of the paper: 0xRRGGBB or a name."),
    "transparent": ("boolean", "Whether the paper is clear; true unless a colour is given."),
    "style": ("string", "light or dark."),
}


def _parameter(name: str, said: str, kind: str) -> Json:
    return {"name": name, "in": "query", "required": False, "description": said, "schema": {"type": kind}}
