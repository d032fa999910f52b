"""From one coordinate system to another: a change is worked out once a process, for working it out takes longer than
what it is used for."""

from __future__ import annotations

from functools import cache

from pyproj import Transformer


@cache
def between(source: int, target: int) -> Transformer:
    """May be used by several threads."""
    return Transformer.from_crs(source, target, always_xy=True)
