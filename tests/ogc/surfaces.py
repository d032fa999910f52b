"""Surfaces on disk whose every cell is known: value = 10 × row + column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from rasterio.transform import from_origin

from layers.registry import raster

PUBLIC, COUNCIL = "crash_surface", "crime_surface"
WEST, NORTH, STEP, COLS, ROWS = 190_000.0, 2_600_000.0, 50.0, 60, 40
FIRST, SECOND = (date(2024, 1, 1), date(2024, 3, 31)), (date(2024, 4, 1), date(2024, 6, 30))


def values() -> np.ndarray:
    out = (10.0 * np.arange(ROWS)[:, None] + np.arange(COLS)[None, :]).astype(float)
    out[0, 0] = np.nan
    return out


def write(layer: str = PUBLIC, period: tuple[date, date] = FIRST, plus: float = 0.0) -> Path:
    return raster.write(layer, *period, values() + plus, from_origin(WEST, NORTH, STEP, STEP), "EPSG:3826")
