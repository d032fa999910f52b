"""Surfaces on disk: Cloud-Optimised GeoTIFFs, one a period, named `<start>_<end>.tif` in a folder a layer.

A file appears whole or not at all, so that a reader never meets half a surface.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds

from layers.registry.cards import folder

NODATA = -9999.0


@dataclass(frozen=True, slots=True, order=True)
class Period:
    start: date
    end: date
    path: Path

    @property
    def stamp(self) -> str:
        told = self.path.stat()
        return f"{told.st_mtime_ns}-{told.st_size}"


def periods(layer_id: str) -> list[Period]:
    """All surfaces of a layer, oldest first; a file whose name is no period is left alone."""
    found = []
    for path in folder(layer_id).glob("*_*.tif"):
        try:
            start, end = (date.fromisoformat(part) for part in path.stem.split("_"))
        except ValueError:
            continue
        found.append(Period(start, end, path))
    return sorted(found)


def write(
    layer_id: str,
    start: date,
    end: date,
    values: np.ndarray,
    transform: Any,
    crs: str,
    tags: dict[str, str] | None = None,
) -> Path:
    """Writes a surface as a COG with overviews; rows run from north to south, NaN means outside."""
    target = folder(layer_id)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{start.isoformat()}_{end.isoformat()}.tif"
    with tempfile.TemporaryDirectory(dir=target) as room:
        draft = Path(room) / "surface.tif"
        draw(draft, values, transform, crs, tags)
        draft.replace(path)
    bounds_of.cache_clear()
    return path


def draw(
    path: Path, values: np.ndarray, transform: Any, crs: str, tags: dict[str, str] | None = None
) -> None:
    """A surface into any file, with what is to be known of it wherever the file goes."""
    from rio_cogeo.cogeo import cog_translate  # half a second at the start of every worker that only reads
    from rio_cogeo.profiles import cog_profiles

    height, width = values.shape
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "width": width,
        "height": height,
        "crs": crs,
        "transform": transform,
        "nodata": NODATA,
    }
    filled = np.where(np.isnan(values), NODATA, values).astype("float32")
    with MemoryFile() as memory:
        with memory.open(**profile) as plain:
            plain.write(filled, 1)
            plain.update_tags(**(tags or {}))
        with memory.open() as plain:
            cog_translate(
                plain, str(path), cog_profiles["deflate"], nodata=NODATA, quiet=True, in_memory=True
            )


def values(period: Period) -> np.ndarray:
    """The cells of a surface, NaN where nothing is told."""
    with rasterio.open(period.path) as source:
        return np.asarray(source.read(1, masked=True).astype("float64").filled(np.nan))


def forget(layer_id: str) -> None:
    """All surfaces of a layer and what is known of them."""
    for path in [*folder(layer_id).glob("*_*.tif"), *folder(layer_id).glob("*_*.json")]:
        path.unlink(missing_ok=True)
    bounds_of.cache_clear()


@lru_cache(maxsize=256)
def bounds_of(path: Path, stamp: str) -> tuple[float, float, float, float]:
    """The box of a surface in WGS 84."""
    with rasterio.open(path) as source:
        west, south, east, north = transform_bounds(source.crs, "EPSG:4326", *source.bounds)
    return west, south, east, north
