"""The plan as a DXF drawing in metres, a layer a class of things; loaded only by who exports."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely

from layers.streets.craft.picture import Area

COLOURS = {"white": 7, "yellow": 2, "red": 1, "green": 3}
PARTS = {
    "carriageway": ("KERB", 8),
    "junction": ("JUNCTION", 9),
    "block": ("BLOCK", 252),
    "zone": ("ZONE", 5),
}


def layer_of(row: Area) -> tuple[str, int]:
    if row.part == "marking":
        return f"MARK_{row.info['article']}_{row.kind}".upper(), COLOURS.get(str(row.info.get("colour")), 7)
    if row.part == "lane":
        return f"LANE_{row.kind}".upper(), 8
    if row.part == "side":
        return ("SIDEWALK" if row.kind == "sidewalk" else f"SIDE_{row.kind}".upper()), 30
    return PARTS[row.part]


def write_dxf(rows: Iterable[Area], path: Path) -> dict[str, int]:
    """How many outlines each layer has."""
    from ezdxf import units
    from ezdxf.filemanagement import new

    drawing: Any = new("R2010", setup=True)
    drawing.units = units.M
    space = drawing.modelspace()
    counts: dict[str, int] = {}
    for row in sorted(rows, key=lambda r: (r.part, r.owner, r.key)):
        name, colour = layer_of(row)
        if name not in counts:
            drawing.layers.add(name, color=colour)
            counts[name] = 0
        for part in shapely.get_parts(row.shape):
            for ring in (part.exterior, *part.interiors):
                space.add_lwpolyline(list(ring.coords)[:-1], close=True, dxfattribs={"layer": name})
                counts[name] += 1
    drawing.saveas(path)
    return counts
