"""A surface as shapes: areas above levels, and chosen cells, for maps, overlays and files.

Promises: an area holds every centre at or above its level and no centre below it; higher areas lie within lower
ones; shapes are valid, in the grid's metres, and nothing is known beyond the grid or where the surface is NaN.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.hotspots.craft.grid import Floats, Grid, Mask

Shapes = NDArray[np.object_]
Place = TypeVar("Place", float, Floats)
# corners of a square of four centres, clockwise from the north-west: (row, column)
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))


def above(grid: Grid, surface: Floats, level: float) -> shapely.Geometry:
    """The ground at or above a level above nothing, its edge drawn straight between centres (marching squares)."""
    if not level > 0:
        raise ValueError("a level is above nothing")
    plane = np.pad(np.nan_to_num(surface, nan=0.0), 1)
    corners = np.stack([plane[r : r + plane.shape[0] - 1, c : c + plane.shape[1] - 1] for r, c in _CORNERS])
    high = corners >= level
    count = high.sum(axis=0)
    parts = [*_runs(grid, count == 4)]
    for row, column in np.argwhere((count > 0) & (count < 4)):
        parts += _pieces(corners[:, row, column], level, int(row), int(column), grid)
    return shapely.union_all(np.array(parts, dtype=object)) if parts else shapely.MultiPolygon()


def contours(grid: Grid, surface: Floats, levels: list[float]) -> list[tuple[float, shapely.Geometry]]:
    """The areas above each level, lowest first; a level that nothing reaches is left out."""
    drawn = [(level, above(grid, surface, level)) for level in sorted(set(levels))]
    return [(level, area) for level, area in drawn if not area.is_empty]


def cells(grid: Grid, chosen: Mask) -> Shapes:
    """The chosen cells as squares, row by row from the north-west."""
    row, column = np.nonzero(chosen)
    west, north = grid.west + column * grid.cell, grid.north - row * grid.cell
    return np.asarray(shapely.box(west, north - grid.cell, west + grid.cell, north), dtype=object)


def joined(grid: Grid, chosen: Mask) -> Shapes:
    """Chosen cells that touch along a side as one area each, largest first."""
    if not chosen.any():
        return np.array([], dtype=object)
    parts = shapely.get_parts(shapely.union_all(cells(grid, chosen)))
    return np.asarray(parts[np.argsort(-shapely.area(parts), kind="stable")], dtype=object)


def _place(grid: Grid, row: Place, column: Place) -> tuple[Place, Place]:
    """Centres of a padded plane: row 0 is one cell north of the grid."""
    return grid.west + (column - 0.5) * grid.cell, grid.north - (row - 0.5) * grid.cell


def _runs(grid: Grid, full: Mask) -> Shapes:
    """Squares wholly above, each row's neighbours as one rectangle."""
    edge = np.diff(np.pad(full.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, begin = np.nonzero(edge == 1)
    _, end = np.nonzero(edge == -1)
    top = row.astype(float)
    west, north = _place(grid, top, begin.astype(float))
    east, south = _place(grid, top + 1, end.astype(float))
    return np.asarray(shapely.box(west, south, east, north), dtype=object)


def _pieces(values: Floats, level: float, row: int, column: int, grid: Grid) -> list[shapely.Geometry]:
    """The part of one square above the level; at a saddle the middle decides whether the two parts meet."""
    ring: list[tuple[float, float]] = []
    cut: list[int] = []
    for n in range(4):
        (r, c), here = _CORNERS[n], values[n]
        (nr, nc), there = _CORNERS[(n + 1) % 4], values[(n + 1) % 4]
        if here >= level:
            ring.append(_place(grid, row + r, column + c))
        if (here >= level) != (there >= level):
            t = (level - here) / (there - here)
            cut.append(len(ring))
            ring.append(_place(grid, row + r + t * (nr - r), column + c + t * (nc - c)))
    if len(cut) == 4 and values.mean() < level:
        first = 0 if values[0] >= level else 1
        pairs = ((cut[3], cut[0]), (cut[1], cut[2])) if first == 0 else ((cut[0], cut[1]), (cut[2], cut[3]))
        rings = [_between(ring, begin, end) for begin, end in pairs]
    else:
        rings = [ring]
    return [area for r in rings if len(r) >= 3 and (area := shapely.Polygon(r)).area > 0]


def _between(ring: list[tuple[float, float]], begin: int, end: int) -> list[tuple[float, float]]:
    return ring[begin : end + 1] if begin <= end else ring[begin:] + ring[: end + 1]
