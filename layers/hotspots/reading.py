"""What a surface says of one place: its value there, and how much of the area is at least as high."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import rasterio
from pyproj import Transformer

from layers.hotspots.craft.grid import Floats
from layers.registry.raster import Period, periods, values


def at(layer_id: str, start: date, end: date, lon: float, lat: float) -> tuple[float | None, float | None]:
    """Nothing where the surface tells nothing."""
    source = next((p for p in periods(layer_id) if (p.start, p.end) == (start, end)), None)
    if source is None:
        return None, None
    with rasterio.open(source.path) as file:
        x, y = Transformer.from_crs(4326, file.crs, always_xy=True).transform(lon, lat)
        ((value,),) = file.sample([(x, y)], masked=True)
    if np.ma.is_masked(value) or not np.isfinite(value):
        return None, None
    known = _sorted(source, source.stamp)
    above = known.size - int(np.searchsorted(known, np.float64(value), side="left"))
    return round(float(value), 3), round(above / known.size * 100, 2)


@lru_cache(maxsize=4)
def _sorted(source: Period, stamp: str) -> Floats:
    plane = values(source)
    return np.sort(plane[np.isfinite(plane)])
