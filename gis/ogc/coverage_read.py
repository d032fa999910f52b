"""Reads cells of a surface and writes them as GeoTIFF or CoverageJSON. Runs in a thread; knows no request.

Cells of the file's own grid come out as they are; another grid or size is reckoned from them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from rasterio import Affine
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform

from gis.ogc.coverage_request import BAND, CoverageRequest, Form, Range
from gis.ogc.crs import BY_NAME, Crs
from gis.ogc.drawing.frame import Box, moved
from gis.ogc.problem import OgcProblem
from layers.registry.layer import Layer
from layers.registry.raster import NODATA, Period

MOST_CELLS: dict[Form, int] = {"geotiff": 4096 * 4096, "covjson": 1_000_000}


@dataclass(frozen=True)
class Grid:
    """Cells from the upper left, rows running east; `transform` leads from cells to places."""

    crs: Crs
    transform: Affine
    width: int
    height: int

    @property
    def box(self) -> Box:
        t = self.transform
        return t.c, t.f + t.e * self.height, t.c + t.a * self.width, t.f


def native(source: Any) -> Grid:
    """The grid of a file. Its coordinate system must be one that we can name."""
    code = source.crs.to_epsg() if source.crs else None
    crs = BY_NAME["OGC:CRS84"] if code == 4326 else BY_NAME.get(f"EPSG:{code}")
    if crs is None:
        raise OgcProblem(
            500, "The file of this surface has a coordinate system that cannot be named.", "Broken"
        )
    return Grid(crs, source.transform, source.width, source.height)


def described(source: Period) -> Grid:
    with rasterio.open(source.path) as file:
        return native(file)


def extract(layer: Layer, source: Period, asked: CoverageRequest) -> tuple[bytes, Grid]:
    with rasterio.open(source.path) as file:
        own = native(file)
        grid = _grid(file, own, asked)
        plain = grid.crs.srid == own.crs.srid and math.isclose(abs(grid.transform.a), abs(own.transform.a))
        plain = plain and math.isclose(abs(grid.transform.e), abs(own.transform.e))
        coarser = grid.transform.a > own.transform.a * 1.5 and grid.crs.srid == own.crs.srid
        how = Resampling.nearest if plain else Resampling.average if coarser else Resampling.bilinear
        with WarpedVRT(
            file,
            crs=f"EPSG:{grid.crs.srid}",
            transform=grid.transform,
            width=grid.width,
            height=grid.height,
            resampling=how,
            nodata=NODATA,
            src_nodata=file.nodata,
        ) as warped:
            values = warped.read(1)
    write = _geotiff if asked.form == "geotiff" else _covjson
    return write(layer, source, grid, values), grid


def _grid(file: Any, own: Grid, asked: CoverageRequest) -> Grid:
    """The cells asked for: whole cells of the grid that meet the subset, then as fine as wanted."""
    crs = asked.crs or own.crs
    base = own
    if crs.srid != own.crs.srid:
        transform, width, height = calculate_default_transform(
            file.crs, f"EPSG:{crs.srid}", file.width, file.height, *file.bounds
        )
        base = Grid(crs, transform, width, height)
    base = Grid(crs, base.transform, base.width, base.height)  # EPSG:4326 and CRS84 differ in name alone
    west, south, east, north = _place(base, asked)
    left, right = _cells(west, east, base.transform.c, base.transform.a, base.width)
    top, bottom = _cells(north, south, base.transform.f, base.transform.e, base.height)
    if left >= right or top >= bottom:
        raise OgcProblem(404, "There is nothing of this coverage at that place.", "NoData")
    width, height = right - left, bottom - top
    wide, high = float(width), float(height)
    if asked.scale:
        kind, x, y = asked.scale
        wide, high = (width / x, height / y) if kind == "factor" else _sized(x, y, width, height)
    if wide * high > MOST_CELLS[asked.form]:
        raise OgcProblem(
            413,
            f"That would be {wide * high:,.0f} cells; at most {MOST_CELLS[asked.form]:,} are given as "
            f"{asked.form}. Ask for a smaller subset, or with scale-factor.",
            "TooLarge",
        )
    cols, rows = max(1, round(wide)), max(1, round(high))
    t = base.transform
    transform = Affine(t.a * width / cols, 0.0, t.c + left * t.a, 0.0, t.e * height / rows, t.f + top * t.e)
    return Grid(crs, transform, cols, rows)


def _sized(x: float, y: float, width: int, height: int) -> tuple[float, float]:
    """A size that is not given follows from the other."""
    if not x and not y:
        raise OgcProblem(400, "scale-size needs at least one cell.")
    return x or max(1, y * width / height), y or max(1, x * height / width)


def _place(base: Grid, asked: CoverageRequest) -> Box:
    """The subset in the grid's coordinate system; open ends reach as far as the grid."""
    if asked.east == asked.north == (None, None):
        return base.box
    whole = moved(base.box, base.crs.srid, asked.within.srid)
    if whole is None:
        raise OgcProblem(400, f"This coverage cannot be cut in {asked.within.uri}.")
    west, east = _open(asked.east, whole[0], whole[2])
    south, north = _open(asked.north, whole[1], whole[3])
    if west > whole[2] or east < whole[0] or south > whole[3] or north < whole[1]:
        raise OgcProblem(404, "There is nothing of this coverage at that place.", "NoData")
    if asked.within.srid == base.crs.srid:
        return west, south, east, north
    least = 1e-9 if asked.within.degrees else 1e-3
    box = moved((west, south, east + least, north + least), asked.within.srid, base.crs.srid)
    if box is None:
        raise OgcProblem(400, "That subset cannot be told in the coordinate system of the coverage.")
    return box


def _open(said: Range, low: float, high: float) -> tuple[float, float]:
    return (low if said[0] is None else said[0]), (high if said[1] is None else said[1])


def _cells(start: float, end: float, origin: float, step: float, count: int) -> tuple[int, int]:
    """From which to which cell: those that the range meets by more than a rounding error, at least one."""
    first, last = (start - origin) / step, (end - origin) / step
    low, high = math.floor(first + 1e-6), math.ceil(last - 1e-6)
    return max(low, 0), min(max(high, low + 1), count)


def _geotiff(layer: Layer, source: Period, grid: Grid, values: Any) -> bytes:
    assert layer.raster is not None
    profile = {
        "driver": "COG",
        "dtype": "float32",
        "count": 1,
        "width": grid.width,
        "height": grid.height,
        "crs": f"EPSG:{grid.crs.srid}",
        "transform": grid.transform,
        "nodata": NODATA,
        "compress": "deflate",
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(values.astype("float32"), 1)
            file.set_band_description(1, BAND)
            file.units = (layer.raster.unit or "",)
            file.update_tags(title=layer.title.en, start=source.start, end=source.end)
        return bytes(memory.read())


def _covjson(layer: Layer, source: Period, grid: Grid, values: Any) -> bytes:
    assert layer.raster is not None
    west, south, east, north = grid.box
    half_x, half_y = grid.transform.a / 2, grid.transform.e / 2
    digits = 8 if grid.crs.degrees else 3

    def axis(start: float, stop: float, num: int) -> dict[str, Any]:
        return {"start": round(start, digits), "stop": round(stop, digits), "num": num}

    kind = "GeographicCRS" if grid.crs.degrees else "ProjectedCRS"
    unit = layer.raster.unit or "1"
    days = [source.start.isoformat(), source.end.isoformat()]
    domain = {
        "type": "Domain",
        "domainType": "Grid",
        "axes": {
            "x": axis(west + half_x, east - half_x, grid.width),
            "y": axis(north + half_y, south - half_y, grid.height),
            "t": {"values": [days[0]], "bounds": days},
        },
        "referencing": [
            {
                "coordinates": ["y", "x"] if grid.crs.flipped else ["x", "y"],
                "system": {"type": kind, "id": grid.crs.uri},
            },
            {"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}},
        ],
    }
    flat = values.astype(float).ravel()
    told = [None if v == NODATA or not math.isfinite(v) else v for v in np.round(flat, 4).tolist()]
    said = {
        "type": "Coverage",
        "domain": domain,
        "parameters": {
            BAND: {
                "type": "Parameter",
                "description": layer.description.as_json(),
                "unit": {"label": {"en": unit}, "symbol": unit},
                "observedProperty": {"label": layer.title.as_json()},
            }
        },
        "ranges": {
            BAND: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": ["t", "y", "x"],
                "shape": [1, grid.height, grid.width],
                "values": told,
            }
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()
