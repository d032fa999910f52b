"""Printing: the browser hands in the map as a picture of exactly the sheet's frame, the server sets title, legend, scale,
north, date and sources around it and makes the PDF.

The legend is put together here from the register, so that no sheet explains what its reader may not see.
"""

from __future__ import annotations

import io
from datetime import datetime
from math import ceil
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from PIL import Image, UnidentifiedImageError
from pydantic import Field, StringConstraints, ValidationError

from gis.api.problem import ApiProblem, Problem
from gis.audit.note import note, note_read
from gis.sharing import sheet as layout
from gis.sharing.press import PICTURE, Unprintable, press
from gis.sharing.state import Id, Lat, Lon
from layers.access import Viewer
from layers.access.asking import viewer_of
from layers.registry.catalogue import safe
from layers.registry.layer import Layer
from layers.registry.maplibre import legend
from layers.registry.palette import colour
from layers.registry.register import register
from layers.registry.text import Text
from portal.swatch import swatch

router = Router(tags=["sharing"])
MOST_BYTES = 60_000_000
LOWEST_DPI, HIGHEST_DPI = 70, 420
_room = BoundedSemaphore(2)
"""Sheets that this worker has in the press at once."""
PATIENCE = 45

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class Shown(Schema):
    """A layer as it is on the map: what it is held to in words, and which values of its legend are left."""

    id: Id
    words: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)
    held: list[str | int | float | bool] | None = None


class ToPrint(Schema):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    subtitle: Line = ""
    paper: Literal["A4", "A3"] = "A4"
    turn: Literal["portrait", "landscape"] = "landscape"
    scale: Annotated[float, Field(ge=layout.LOWEST, le=1_000_000)]
    lon: Lon
    lat: Lat
    layers: Annotated[list[Shown], Field(max_length=60)] = Field(default_factory=list)
    held: Annotated[list[Line], Field(max_length=12)] = Field(
        default_factory=list, description="Period, hours and area in words"
    )
    as_of: datetime | None = None
    grid: bool = False
    lang: Literal["zh", "en"] = "zh"


@router.post(
    "print",
    response={400: Problem, 403: Problem, 413: Problem, 422: Problem, 503: Problem},
    summary="A sheet of paper with the map on it, as PDF",
)
def printed(
    request: HttpRequest,
    sheet: Form[Annotated[str, StringConstraints(max_length=200_000)]],
    picture: File[UploadedFile],
) -> HttpResponse:
    """`sheet` is JSON (see ToPrint); `picture` a PNG of the map for exactly the frame of that paper."""
    try:
        wanted = ToPrint.model_validate_json(sheet)
    except ValidationError as wrong:
        said = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors())
        raise ApiProblem(f"{said}.", "invalid", 422) from wrong
    viewer = viewer_of(request)
    image = _picture(wanted, picture)
    page = compose(wanted, viewer)
    if viewer.known:
        note(viewer.actor, "print", f"{wanted.paper} 1:{wanted.scale:.0f}", wanted.title)
    if not _room.acquire(timeout=PATIENCE):
        raise ApiProblem("印表排隊中，請稍後再試。 Others are printing; try again shortly.", "busy", 503)
    try:
        pdf = press(page, image)
    except Unprintable as why:
        raise ApiProblem(
            "無法製作 PDF，請縮小紙張再試。 The PDF could not be made; try a smaller sheet.", "press", 503
        ) from why
    finally:
        _room.release()
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="antu.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _picture(wanted: ToPrint, file: UploadedFile) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise ApiProblem("地圖影像太大。 The picture of the map is too large.", "too-large", 413)
    data: bytes = file.read()
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as wrong:
        raise ApiProblem("地圖影像不是 PNG。 The picture of the map is no PNG.") from wrong
    frame = layout.Sheet(wanted.paper, wanted.turn).map
    dpi = width / (frame.width / 25.4)
    if (
        abs((width / height) / (frame.width / frame.height) - 1) > 0.004
        or not LOWEST_DPI <= dpi <= HIGHEST_DPI
    ):
        raise ApiProblem(
            f"The picture is {width} × {height}; the frame of this sheet is {frame.width} × {frame.height} mm.",
            "wrong-frame",
        )
    return data


def compose(wanted: ToPrint, viewer: Viewer) -> str:
    """The page as HTML, for this viewer."""
    page = layout.Sheet(wanted.paper, wanted.turn)
    frame = page.map
    view = layout.View(wanted.lon, wanted.lat, wanted.scale, frame)
    layers = [(one, layer) for one in wanted.layers if (layer := register.find(one.id, viewer))]
    for _, layer in layers:
        note_read(viewer, layer, "print")
    blocks = [block for one, layer in layers if (block := _block(one, layer, viewer, wanted.lang))]
    metres, long = layout.bar(wanted.scale, 44)
    when = timezone.localtime(wanted.as_of)
    sources = dict.fromkeys(layer.attribution.get(wanted.lang) for _, layer in layers)
    rows = sum(_rows(block, page) for block in blocks)
    room = _capacity(page)
    overleaf: list[dict[str, Any]] = []
    while blocks and rows * DENSE > room:
        overleaf.insert(0, blocks.pop())
        rows = 1.5 + sum(_rows(block, page) for block in blocks)
    return render_to_string(
        "sharing/sheet.html",
        {
            "en": wanted.lang == "en",
            "lang": "en" if wanted.lang == "en" else "zh-Hant-TW",
            "page": page,
            "columns": layout.columns(page),
            "frame": frame,
            "legend": page.legend,
            "wanted": wanted,
            "city": Text(**settings.CITY["council"]).get(wanted.lang),
            "blocks": blocks,
            "overleaf": _pages(overleaf, page),
            "dense": room < rows <= room / DENSE,
            "scale": f"1 : {wanted.scale:,.0f}",
            "bar": {
                "long": round(long, 3),
                "half": round(long / 2, 3),
                "text": _length(metres),
                "mid": _length(metres / 2),
            },
            "grid": _grid(view) if wanted.grid else None,
            "center": f"{wanted.lat:.5f}°N {wanted.lon:.5f}°E",
            "when": date_format(when, "Y-m-d H:i"),
            "sources": [one for one in sources if one],
            "picture": PICTURE,
        },
    )


def _capacity(page: layout.Sheet) -> float:
    """How many lines of legend find room beside the map, with some to spare, since a block may break badly."""
    line = 4.4
    if page.turn == "portrait":
        columns = 3 if page.paper == "A4" else 5
        return 0.68 * columns * (page.legend.height - 12) / line
    return 0.95 * (page.legend.height - 45 - 12) / line


def _pages(blocks: list[dict[str, Any]], page: layout.Sheet) -> list[list[dict[str, Any]]]:
    """What goes overleaf, page by page."""
    room = 0.75 * layout.columns(page) * (page.size[1] - 62) / 4.4
    pages: list[list[dict[str, Any]]] = []
    left = 0.0
    for block in blocks:
        rows = _rows(block, page)
        if not pages or rows > left:
            pages.append([])
            left = room
        pages[-1].append(block)
        left -= rows
    return pages


DENSE = 0.8
"""A crowded legend is set in smaller type before it goes overleaf."""


def _rows(block: dict[str, Any], page: layout.Sheet) -> float:
    """About how many lines a layer takes. What lies on the ground stands one mark after another."""
    words = 0.8 * len(block["words"])
    if not block["inline"]:
        marks = sum(2.1 if entry["ramp"] else 1 for entry in block["entries"])
        return 0.25 + bool(block["title"]) + marks + words
    wide = 40.0 if page.turn == "portrait" else layout.LEGEND["landscape"] - 7
    labels = [entry["label"] for entry in block["entries"]] + [block["title"]]
    length = sum(8 + sum(1.6 if c.isascii() else 2.9 for c in label) for label in labels)
    return 0.25 + 0.9 * ceil(length / wide) + words


def _block(one: Shown, layer: Layer, viewer: Viewer, lang: str) -> dict[str, Any] | None:
    """What stands in the legend for a layer: its marks, those that are filtered away left out."""
    entries = []
    for entry in legend(safe(layer, viewer.clearance)):
        held = entry.get("filter")
        if held and one.held is not None and held["value"] not in one.held:
            continue
        ticks = [f"{at:,g}" for at in entry.get("breaks") or ()]
        ends = [Text(**entry[end]).get(lang) if entry.get(end) else "" for end in ("low", "high")]
        label = Text(**entry["label"]).get(lang)
        ramp = [colour(token, "light") for token in entry.get("ramp") or ()]
        entries.append(
            {
                "label": label,
                "swatch": None if ramp else swatch(entry),
                "ramp": ramp,
                "ticks": ticks or ends if ramp else [],
                "spread": bool(ticks),
            }
        )
    title = layer.title.get(lang)
    if not entries:
        return None
    alone = len(entries) == 1 and not entries[0]["ramp"]
    if alone:
        entries[0]["label"] = title
    ground = layer.group in ("base", "place") and not any(entry["ramp"] for entry in entries)
    return {
        "id": layer.id,
        "title": "" if alone else title,
        "entries": entries,
        "words": one.words,
        "inline": ground,
    }


def _length(metres: float) -> str:
    return f"{metres / 1000:,g} km" if metres >= 1000 else f"{metres:,g} m"


def _grid(view: layout.View) -> list[dict[str, Any]]:
    """Each line with its number at the edge of the frame: eastings at the foot, northings at the left."""
    out = []
    for line in layout.grid(view):
        x1, y1, x2, y2 = line.ends
        if line.axis == "E":
            share = (view.box.height - y1) / (y2 - y1) if y2 != y1 else 0
            at = (x1 + share * (x2 - x1), view.box.height)
        else:
            share = -x1 / (x2 - x1) if x2 != x1 else 0
            at = (0.0, y1 + share * (y2 - y1))
        room = (
            (view.box.width - 15, view.box.height + 0.01) if line.axis == "E" else (0.01, view.box.height - 7)
        )
        inside = -0.01 <= at[0] <= room[0] and -0.01 <= at[1] <= room[1]
        out.append({"line": line, "at": at if inside else None, "text": f"{line.metres:,.0f}"})
    return out
