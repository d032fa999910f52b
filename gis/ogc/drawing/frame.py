"""The paper a map is drawn on: a box in a coordinate system and its pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyproj import Transformer

from gis.ogc.crs import Crs
from tilesrv.grid import HALF

Box = tuple[float, float, float, float]
NORTHMOST = 85.05


@lru_cache(maxsize=32)
def _between(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def moved(box: Box, source: int, target: int) -> Box | None:
    """The box in another coordinate system, or None where that one does not reach."""
    if source == target:
        return box
    if source == 4326 and target == 3857:
        box = (box[0], max(box[1], -NORTHMOST), box[2], min(box[3], NORTHMOST))
    west, south, east, north = _between(source, target).transform_bounds(*box, densify_pts=11)
    if not all(map(math.isfinite, (west, south, east, north))) or west >= east or south >= north:
        return None
    return west, south, east, north


@dataclass(frozen=True)
class Frame:
    """`box` is west, south, east, north, whatever order the coordinate system's own axes have."""

    crs: Crs
    box: Box
    mercator: Box
    width: int
    height: int

    @cached_property
    def pixel(self) -> float:
        """Metres of Web Mercator that a pixel measures."""
        west, south, east, north = self.mercator
        return max((east - west) / self.width, (north - south) / self.height)

    @cached_property
    def zoom(self) -> float:
        """The zoom of a web map of this scale, tiles being drawn at 512 pixels."""
        return min(max(math.log2(2 * HALF / 512 / self.pixel), 0.0), 24.0)
