"""All surfaces anew from the points in the database, and the ground that they are drawn on."""

from __future__ import annotations

import numpy as np

from layers.hotspots.craft.grid import Grid
from layers.hotspots.making import city
from layers.hotspots.refresh import quarters, refresh

__all__ = ["draw", "ground", "quarters"]
CELL = 50.0


def draw() -> int:
    """Says how many were written. Nothing where the city has no boundary yet."""
    return refresh(anew=True)


def ground(cell: float = CELL) -> tuple[Grid, np.ndarray] | None:
    """The grid over the city and which of its cells are in it; None where the city has no boundary yet."""
    found = city(cell)
    return None if found is None else (found.grid, found.inside)
