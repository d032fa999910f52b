"""Contour lines of a surface as vector tiles: `/tiles/{raster}/contours/{z}/{x}/{y}.mvt`, made when asked for.

The surface is read once a tile, with some pixels around it, so that lines meet at the edges. Lines come from
marching squares in numpy and are joined by GEOS; the tile is written in Python, geometry never being in PostGIS.
"""

from __future__ import annotations

import hashlib
from functools import cache
from math import floor, isfinite, log10
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from layers.registry.layer import Layer, Raster
from layers.registry.raster import Period
from tilesrv import raster as drawing
from tilesrv.answer import Problem
from tilesrv.grid import BUFFER, EXTENT, Tile

Json = dict[str, Any]
NAME = "contours"
PARAMETERS = {"datetime", "interval", "v"}
PIXELS = 256
AROUND = 8
UNIT = EXTENT / PIXELS
MOST_LEVELS = 200
MAJOR = 5
"""Every so many lines one is a main line, drawn heavier and labelled."""


def parse_interval(text: str | None, surface: Raster) -> float:
    """Between two lines; without a word about it a round number that gives about ten."""
    span = surface.high - surface.low
    if text is None:
        return usual(span / 10)
    try:
        asked = float(text)
    except ValueError:
        asked = float("nan")
    if not (isfinite(asked) and asked > 0):
        raise Problem(400, f"“{text[:20]}” is no interval between contours; write a number above 0.")
    if span / asked > MOST_LEVELS:
        raise Problem(
            400, f"An interval of {asked:g} makes too many contours; the least is {span / MOST_LEVELS:g}."
        )
    return asked


def usual(about: float) -> float:
    """The nearest of 1, 2, 5, 10, … that is not below."""
    power = 10.0 ** floor(log10(about))
    return float(next(n * power for n in (1, 2, 5, 10) if n * power >= about * (1 - 1e-9)))


def etag(source: Period, tile: Tile, interval: float) -> str:
    seed = f"{_code()}/{source.path.parent.name}/{source.path.name}/{source.stamp}/{tile}/{interval!r}"
    return f'W/"{hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()}"'


@cache
def _code() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]


def draw(source: Period, tile: Tile, interval: float) -> bytes:
    """The tile; no bytes where no line crosses it. Reads a file and reckons, so it belongs in a thread."""
    from mapbox_vector_tile import encode
    from rio_tiler.io import Reader

    with Reader(str(source.path)) as reader:
        image = drawing.read(reader, tile, PIXELS, AROUND)
    if image is None:
        return b""
    values = image.array[0].astype("float64").filled(np.nan)
    if np.isnan(values).all():
        return b""
    first, last = (floor(float(v) / interval) for v in (np.nanmin(values), np.nanmax(values)))
    if last - first > 5 * MOST_LEVELS:
        raise Problem(413, "This tile would hold too many contours; ask for a wider interval.")
    features = []
    for step in range(first + 1, last + 1):
        line = shapely.clip_by_rect(
            contour(values, step * interval), -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER
        )
        line = shapely.simplify(line, 1.0)
        if not line.is_empty:
            said = {"value": round(step * interval, 9), "major": step % MAJOR == 0}
            features.append({"geometry": line, "properties": said})
    if not features:
        return b""
    tile_: bytes = encode(
        [{"name": NAME, "features": features}], default_options={"extents": EXTENT, "y_coord_down": True}
    )
    return tile_


def contour(values: np.ndarray, level: float) -> Any:
    """The lines at which the surface crosses the level, in units of the tile, north up at y = 0."""
    above = values >= level
    known = ~np.isnan(values)
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, :-1] & known[1:, 1:]
    nw, ne, sw, se = above[:-1, :-1], above[:-1, 1:], above[1:, :-1], above[1:, 1:]
    case = np.where(whole, nw * 8 + ne * 4 + se * 2 + sw * 1, 0)
    # at a saddle the mean of the four decides which corners belong together
    middle = (values[:-1, :-1] + values[:-1, 1:] + values[1:, :-1] + values[1:, 1:]) / 4 >= level
    case = np.where((case == 5) & middle, 16, np.where((case == 10) & middle, 17, case))
    across, down = _crossings(values, level)
    segments = []
    for number, edges in _CASES.items():
        rows, columns = np.nonzero(case == number)
        for start, end in edges:
            ends = [_point(edge, rows, columns, across, down) for edge in (start, end)]
            segments.append(np.stack(ends, axis=1))
    found = np.concatenate(segments) if segments else np.empty((0, 2, 2))
    found = found[(found[:, 0] != found[:, 1]).any(axis=1)]
    return shapely.line_merge(shapely.multilinestrings(shapely.linestrings(found)))


# Which edges of a square (north, east, south, west) a line joins, by the corners above the level: north-west 8,
# north-east 4, south-east 2, south-west 1. 16 and 17 are the saddles 5 and 10 whose middle is above.
_CASES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("w", "s"),), 2: (("s", "e"),), 3: (("w", "e"),), 4: (("n", "e"),), 5: (("n", "e"), ("w", "s")),
    6: (("n", "s"),), 7: (("w", "n"),), 8: (("w", "n"),), 9: (("n", "s"),), 10: (("w", "n"), ("s", "e")),
    11: (("n", "e"),), 12: (("w", "e"),), 13: (("s", "e"),), 14: (("w", "s"),),
    16: (("w", "n"), ("s", "e")), 17: (("n", "e"), ("w", "s")),
}  # fmt: skip


def _crossings(values: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """How far along each edge the level is met, for edges that run east and those that run south."""
    with np.errstate(divide="ignore", invalid="ignore"):
        across = (level - values[:, :-1]) / (values[:, 1:] - values[:, :-1])
        down = (level - values[:-1, :]) / (values[1:, :] - values[:-1, :])
    return across, down


def _point(
    edge: str, rows: np.ndarray, columns: np.ndarray, across: np.ndarray, down: np.ndarray
) -> np.ndarray:
    """Both squares beside an edge reckon its point from the same number, so that their lines can be joined."""
    if edge in "ns":
        row = rows + (edge == "s")
        x, y = columns + across[row, columns], row.astype("float64")
    else:
        column = columns + (edge == "e")
        x, y = column.astype("float64"), rows + down[rows, column]
    return np.stack([(x - AROUND + 0.5) * UNIT, (y - AROUND + 0.5) * UNIT], axis=1)


def tilejson(layer: Layer, bounds: tuple[float, float, float, float] | None, base: str, query: str) -> Json:
    out: Json = {
        "tilejson": "3.0.0",
        "id": f"{layer.id}/{NAME}",
        "name": layer.title.zh,
        "description": layer.description.zh,
        "scheme": "xyz",
        "tiles": [f"{base}/tiles/{layer.id}/{NAME}/{{z}}/{{x}}/{{y}}.mvt" + (f"?{query}" if query else "")],
        "minzoom": layer.zooms[0],
        "maxzoom": min(layer.zooms[1], 17),
        "attribution": layer.attribution.zh,
        "vector_layers": [
            {
                "id": NAME,
                "description": layer.title.en,
                "fields": {
                    "value": f"number, {layer.raster.unit}"
                    if layer.raster and layer.raster.unit
                    else "number",
                    "major": f"boolean, every {MAJOR}th line",
                },
            }
        ],
    }
    if bounds:
        out["bounds"] = [round(v, 6) for v in bounds]
    return out
