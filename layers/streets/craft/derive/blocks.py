"""What the streets enclose: blocks, and the islands between carriageways that are too narrow to be one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

NARROW = 3.0
"""Half the width under which enclosed ground is an island, not a block."""
SEAM = 0.01


@dataclass(slots=True)
class Block:
    shape: Polygon
    kind: str
    """block or island"""


def blocks(grounds: list[BaseGeometry]) -> list[Block]:
    """The holes of the street ground, ordered by place. Seams of up to a centimetre do not count."""
    if not grounds:
        return []
    whole = shapely.union_all(np.array(grounds, dtype=object))
    holes: list[Polygon] = []
    for part in shapely.get_parts(whole):
        if part.geom_type == "Polygon":
            holes += [Polygon(ring) for ring in part.interiors]
    holes = [hole for hole in holes if hole.area > SEAM * hole.length and hole.area > 0.5]
    holes.sort(key=lambda hole: (hole.bounds, hole.wkb))
    cores = shapely.is_empty(shapely.buffer(np.array(holes, dtype=object), -NARROW, quad_segs=2))
    return [
        Block(hole, "island" if core else "block") for hole, core in zip(holes, cores.tolist(), strict=True)
    ]
