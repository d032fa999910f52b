"""How a layer thins out as one zooms out. Each rule holds below a zoom; tiles apply the rules that hold.

`Grid` replaces features by counts, the others keep real features. Nothing is ever cut off by a bare limit:
a crash that silently misses from a police map is an error.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """Below the zoom, points become cells of 1/`cells` of a tile with `n` and the sums of the named fields.

    `kept`: the database keeps the counts as rows change, instead of counting for every tile. Worth it from a
    hundred thousand rows on; costs an edit a fraction of a millisecond. Filters are still counted when asked.
    """

    below: int
    cells: int = 64
    sums: tuple[str, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Top:
    """Below the zoom, only the most important feature of each cell stays: real, clickable, well spread."""

    below: int
    by: str
    cells: int = 128
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Simplify:
    """Below the zoom, lines and outlines lose what is smaller than `pixels`; areas below `area` px² vanish."""

    below: int
    pixels: float = 0.5
    area: float = 0.0


@dataclass(frozen=True, slots=True)
class Only:
    """Below the zoom, only rows for which the SQL condition holds (columns of the layer, no input) are drawn."""

    below: int
    where: str


Rule = Grid | Top | Simplify | Only
