"""The cells that a score is taken over: inside a boundary, or near enough to where anything ever happened.

Promises: the area is fixed by the past alone, before the score; a share of a larger area is a larger share.
"""

from __future__ import annotations

import numpy as np
import shapely
from scipy.ndimage import distance_transform_edt

from layers.hotspots.craft.grid import Floats, Grid, Mask

NEAR = 1000.0


def within(grid: Grid, boundary: shapely.Geometry) -> Mask:
    """Cells whose centre lies inside of the boundary."""
    shapely.prepare(boundary)
    east = grid.west + (np.arange(grid.columns) + 0.5) * grid.cell
    north = grid.north - (np.arange(grid.rows) + 0.5) * grid.cell
    return np.stack([np.asarray(shapely.contains_xy(boundary, east, np.full(len(east), y))) for y in north])


def near(grid: Grid, x: Floats, y: Floats, reach: float = NEAR) -> Mask:
    """Cells within reach of any point. Sea, forest and field, where nothing is found anyway, flatter no score."""
    cells = grid.cells(x, y)
    free = np.ones(grid.size, dtype=bool)
    free[cells[cells >= 0]] = False
    if free.all():
        return np.zeros(grid.shape, dtype=bool)
    far = distance_transform_edt(free.reshape(grid.shape)) * grid.cell
    return np.asarray(far <= reach)
