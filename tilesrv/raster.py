"""Raster tiles: a window of a COG, warped to the tile and coloured along the risk ramp."""

from __future__ import annotations

import hashlib
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.warp import transform_bounds

from layers.registry import raster as store
from layers.registry.layer import Layer
from layers.registry.palette import Theme, colour
from layers.registry.raster import Period
from layers.registry.sql import Interval
from layers.registry.style import RISK
from tilesrv.grid import Tile


def pick(layer: Layer, interval: Interval | None) -> Period | None:
    """The newest surface, or the newest that meets the interval asked for."""
    found = store.periods(layer.id)
    if interval:
        start, end = (moment.date() if moment else None for moment in interval)
        found = [p for p in found if (end is None or p.start <= end) and (start is None or p.end >= start)]
    return found[-1] if found else None


def etag(source: Period, tile: Tile, theme: str) -> str:
    seed = f"{source.path.name}/{source.stamp}/{tile}/{theme}"
    return f'"{hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()}"'


@cache
def clear() -> bytes:
    """A tile on which nothing is drawn: browsers take no answer without a picture for a picture."""
    from PIL import Image

    body = BytesIO()
    Image.new("RGBA", (256, 256)).save(body, "PNG", optimize=True)
    return body.getvalue()


def draw(layer: Layer, source: Period, tile: Tile, theme: Theme) -> bytes | None:
    """A PNG of 256 pixels, or None where the surface has nothing."""
    # imported at the first raster tile: a worker that serves none need not wait for it
    from rio_tiler.io import Reader

    assert layer.raster is not None
    with Reader(str(Path(source.path))) as reader:
        image = read(reader, tile, 256)
    if image is None:
        return None
    image.rescale(((layer.raster.low, layer.raster.high),))
    drawn: bytes = image.render(img_format="PNG", colormap=ramp(theme), add_mask=True)
    return drawn


def read(reader: Any, tile: Tile, pixels: int, around: int = 0) -> Any:
    """A square of the surface in the system of the tile, with some pixels around it; None where it has nothing."""
    from rio_tiler.errors import RioTilerError

    west, south, east, north = tile.bounds
    more = tile.width / pixels * around
    box = west - more, south - more, east + more, north + more
    there = transform_bounds(reader.dataset.crs, f"EPSG:{tile.set.srid}", *reader.dataset.bounds)
    if there[0] >= east or there[2] <= west or there[1] >= north or there[3] <= south:
        return None
    size = pixels + 2 * around
    system = CRS.from_epsg(tile.set.srid)
    try:
        return reader.part(
            box, dst_crs=system, bounds_crs=system, width=size, height=size, resampling_method="bilinear",
            reproject_method="bilinear",
        )  # fmt: skip
    except RioTilerError:
        return None


@cache
def ramp(theme: Theme) -> dict[int, tuple[int, int, int, int]]:
    """256 colours: the lowest is clear, then the five of the risk ramp."""
    stops = np.linspace(0, 255, len(RISK))
    rgb = np.array([[int(colour(t, theme)[i : i + 2], 16) for i in (1, 3, 5)] for t in RISK])
    out = {}
    for value in range(256):
        r, g, b = (int(np.interp(value, stops, rgb[:, channel])) for channel in range(3))
        out[value] = (r, g, b, int(min(value / 40, 1) * 235))
    return out
