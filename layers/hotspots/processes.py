"""Where a layer is dense: the surface of any points, of any period, drawn as those of the map are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
from affine import Affine
from django.db import connection
from pydantic import Field
from pyproj import Transformer

from layers.hotspots import asked as hotspot
from layers.hotspots import hourly
from layers.hotspots.craft.grid import Floats, Grid
from layers.registry import raster
from layers.registry.process import COG, GEOJSON, Among, BadInput, Inputs, Output, Process, Run, number, rows
from layers.registry.rows import TWD97
from layers.registry.sql import Sql, column, relation
from layers.registry.text import Text

MOST_CELLS, MOST_SHOWN = 4_000_000, 5_000


class Surface(Inputs):
    layer: Annotated[str, Text("點圖層", "A layer of points"), Among(("point",))]
    filter: Annotated[
        str | None, Text("條件（CQL2）", "A condition in CQL2"), Field(min_length=1, max_length=4096)
    ] = None
    datetime: Annotated[
        str | None, Text("時間或期間", "An instant or start/end"), Field(min_length=1, max_length=100)
    ] = None
    weight: Annotated[
        str | None, Text("每點權重的欄位", "The field that each point weighs"), Field(max_length=60)
    ] = None
    cell: Annotated[float, Text("網格（公尺）", "Side of a cell in metres"), Field(ge=25, le=1_000)] = 50
    bandwidth: Annotated[
        float,
        Text("高斯核帶寬（公尺）", "Bandwidth of the Gaussian kernel in metres"),
        Field(ge=50, le=2_000),
    ] = 150
    top: Annotated[
        int, Text("輸出最密的幾格", "How many of the densest cells to list"), Field(ge=1, le=MOST_SHOWN)
    ] = 200


def surface(asked: Surface, run: Run) -> Mapping[str, Any]:
    from layers.hotspots.craft.kernel import (
        density,  # brings scipy, which a worker that draws none does without
    )
    from layers.hotspots.drawing import ground

    layer = run.layer(asked.layer)
    weight = number(layer, run, asked.weight, "weight").name if asked.weight else None
    if asked.bandwidth < asked.cell:
        raise BadInput("bandwidth", "it must be at least as large as a cell.")
    found = rows(layer, run, asked.filter, asked.datetime)
    drawn = ground(asked.cell)
    if drawn is None:
        raise BadInput("layer", "the city has no boundary yet, over which a surface could be drawn.")
    grid, inside = drawn
    if grid.rows * grid.columns > MOST_CELLS:
        raise BadInput("cell", f"the city would have more than {MOST_CELLS:,} cells; choose larger ones.")
    run.progress(10, "reading points")
    sql = (
        Sql(
            f"SELECT ST_X(p), ST_Y(p), w FROM (SELECT ST_Transform(q.geom, {TWD97}) AS p, "
            f"{column(layer, weight) if weight else '1'} AS w FROM {relation(layer)} WHERE "
        )
        + found
        + ") AS t"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        points = np.array([(x, y, w or 0) for x, y, w in cursor], dtype=float).reshape(-1, 3)
    run.progress(50, "drawing")
    try:
        x, y, weights = points.T
        values = density(grid, x, y, weights, bandwidth=asked.bandwidth, inside=inside)
    except ValueError as wrong:
        raise BadInput("weight" if "weight" in str(wrong) else "bandwidth", f"{wrong}.") from wrong
    run.progress(80, "writing")
    out: dict[str, Any] = {}
    if "surface" in run.wanted:
        with TemporaryDirectory(prefix="antu-surface-") as room:
            path = Path(room) / "surface.tif"
            raster.draw(path, values, Affine(*grid.affine), f"EPSG:{TWD97}")
            out["surface"] = path.read_bytes()
    if "cells" in run.wanted:
        out["cells"] = {"type": "FeatureCollection", "features": cells(grid, values, asked.top)}
    return out


def cells(grid: Grid, values: Floats, most: int, what: str = "density") -> list[dict[str, Any]]:
    """The densest cells as squares in WGS 84, the densest first; empty ones are none."""
    flat = np.nan_to_num(values, nan=0.0).ravel()
    chosen = np.argsort(-flat, kind="stable")[:most]
    chosen = chosen[flat[chosen] > 1e-9]
    row, col = np.divmod(chosen, grid.columns)
    west, north = grid.west + col * grid.cell, grid.north - row * grid.cell
    to_world = Transformer.from_crs(TWD97, 4326, always_xy=True)
    corners = ((0, -1), (1, -1), (1, 0), (0, 0), (0, -1))
    rings = [
        np.round(np.column_stack(to_world.transform(west + x * grid.cell, north + y * grid.cell)), 7)
        for x, y in corners
    ]
    return [
        {
            "type": "Feature",
            "id": int(rank),
            "geometry": {"type": "Polygon", "coordinates": [[ring[i].tolist() for ring in rings]]},
            "properties": {"rank": int(rank), what: round(float(flat[chosen[i]]), 3)},
        }
        for i, rank in enumerate(range(1, len(chosen) + 1))
    ]


PROCESSES = [
    Process(
        id="density-surface",
        title=Text("密度網格", "Density surface"),
        description=Text(
            "以高斯核估計任一點圖層在任一期間的密度（每平方公里），邊界已修正；輸出 GeoTIFF 或最密的網格。",
            "The density of any layer of points in any period, by a Gaussian kernel, per square kilometre and corrected "
            "at the edge: as a GeoTIFF, or its densest cells.",
        ),
        inputs=Surface,
        outputs=(
            Output(
                "surface",
                Text("密度面", "Surface"),
                {COG: {"type": "string", "contentEncoding": "binary", "contentMediaType": COG}},
            ),
            Output(
                "cells",
                Text("最密的網格", "The densest cells"),
                {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
                asked=True,
            ),
        ),
        function=surface,
        keywords=(Text("熱點", "hotspots"), Text("核密度", "kernel density")),
        example={"layer": "crashes", "bandwidth": 200},
    ),
    hotspot.PROCESS,
    hourly.PROCESS,
]
