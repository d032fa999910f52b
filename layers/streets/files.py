"""The street map as a file: derived shapes as GeoJSON, GeoPackage or DXF, roads as OpenDRIVE. Loaded only by who exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from layers.streets.craft.derive import derive
from layers.streets.craft.document import Document
from layers.streets.craft.picture import areas, written


def write_file(document: Document, out: Path, opendrive: int = 7) -> dict[str, int]:
    """Written by the ending of its name; how many shapes each part has. `opendrive` is the minor version of a .xodr."""
    if out.suffix == ".xodr":
        from layers.streets.craft.xodr import write_xodr

        return write_xodr(document, out, opendrive)
    rows = list(areas(derive(document, enclose=False)))
    return _write(rows, written(rows), out, document.crs)


def _write(rows: list[Any], parts: dict[str, list[Any]], out: Path, crs: int) -> dict[str, int]:
    from layers.streets.craft.dxf import write_dxf
    from layers.streets.craft.write import geojson, in_degrees

    if out.suffix == ".dxf":
        return write_dxf(rows, out)
    if out.suffix == ".geojson":
        out.write_bytes(geojson([row for part in sorted(parts) for row in parts[part]], crs, "streets"))
    else:
        import numpy as np
        import pyogrio.raw
        import shapely

        out.unlink(missing_ok=True)
        for part, found in sorted(parts.items()):
            shapes = [
                s if s.geom_type == "MultiPolygon" else shapely.MultiPolygon([s])
                for s in in_degrees((r[1] for r in found), crs)
            ]
            names = list(dict.fromkeys(name for row in found for name in row[2]))
            values = [np.array([_cell(row[2].get(name)) for row in found], dtype=object) for name in names]
            pyogrio.raw.write(
                out, shapely.to_wkb(np.array(shapes, dtype=object)), [np.array([r[0] for r in found], dtype=object), *values],
                ["key", *names], layer=part, geometry_type="MultiPolygon", crs="EPSG:4326", driver="GPKG", append=out.exists(),
            )  # fmt: skip
    return {part: len(found) for part, found in sorted(parts.items())}


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
