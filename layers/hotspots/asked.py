"""The process `hotspot`: a surface of any points by any method, of chosen hours and area, with its hit rate.

It is made and judged exactly as the surfaces of the map are; nothing is kept but the result of the job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.db import connection
from pydantic import Field, field_validator
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.registry.process import (
    COG,
    GEOJSON,
    JSON,
    Among,
    BadInput,
    Inputs,
    Output,
    Process,
    Run,
    number,
    rows,
)
from layers.registry.rows import TWD97
from layers.registry.sql import Sql, relation, where
from layers.registry.text import Text

if TYPE_CHECKING:
    from layers.hotspots.making import Made, Place

MOST_CELLS, MOST_SHOWN, MOST_VERTICES = 4_000_000, 5_000, 5_000
SHARES = (0.01, 0.05, 0.1)
"""Contours are drawn around so much of the area, the highest of it."""


class Inside(Inputs):
    """Where a process looks: a drawn area, or one of a layer of areas."""

    area: Annotated[
        dict[str, Any] | None,
        Text("範圍（GeoJSON 多邊形，經度在前）", "An area as a GeoJSON polygon, longitude first"),
    ] = None
    area_layer: Annotated[str | None, Text("或：範圍的圖層", "Or: a layer of areas"), Among(("polygon",))] = (
        None
    )
    area_id: Annotated[int | None, Text("其中哪一個", "Which of them"), Field(ge=1)] = None


def area_of(asked: Inside, run: Run) -> str | None:
    """The area in metres, as GeoJSON; None is the whole city."""
    if asked.area is not None and asked.area_layer is not None:
        raise BadInput("area", "give either a polygon or an area of a layer, and not both.")
    if asked.area is not None:
        drawn = _polygon(asked.area)
        sql = Sql(
            "SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_GeomFromText(%s), 4326), %s))", (drawn.wkt, TWD97)
        )
    elif asked.area_layer is not None:
        if asked.area_id is None:
            raise BadInput("area_id", "say which area of the layer.")
        layer = run.layer(asked.area_layer)
        sql = (
            Sql(f"SELECT ST_AsGeoJSON(ST_Transform(q.geom, %s)) FROM {relation(layer)} WHERE ", (TWD97,))
            + where(layer, run.clearance)
            + Sql(" AND q.id = %s", (asked.area_id,))
        )
    else:
        return None
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        row = cursor.fetchone()
    if row is None:
        raise BadInput("area_id", "there is no such area.")
    return str(row[0])


def _polygon(said: dict[str, Any]) -> BaseGeometry:
    try:
        found = shape(said)
        box = found.bounds
    except Exception as wrong:
        raise BadInput("area", "it is no GeoJSON geometry.") from wrong
    if found.geom_type not in ("Polygon", "MultiPolygon") or found.is_empty or not found.is_valid:
        raise BadInput("area", "it must be a valid polygon.")
    if len(found.wkb) > 24 * MOST_VERTICES:
        raise BadInput("area", f"it has more than {MOST_VERTICES:,} corners; draw it more simply.")
    if not (box[0] >= -180 and box[2] <= 180 and box[1] >= -85 and box[3] <= 85):
        raise BadInput("area", "longitude comes first, in degrees, and latitude is within ±85.")
    return found


class Hotspot(Inside):
    layer: Annotated[str, Text("點圖層", "A layer of points"), Among(("point",))]
    method: Annotated[
        Literal["forecast", "kde", "gistar", "repeat", "scan"],
        Text("方法：預測、核密度、顯著熱區、鄰近重複、時空掃描", "forecast, kde, gistar, repeat or scan"),
    ] = "forecast"
    filter: Annotated[
        str | None, Text("條件（CQL2）", "A condition in CQL2"), Field(min_length=1, max_length=4096)
    ] = None
    datetime: Annotated[
        str | None,
        Text("資料期間", "The period that it is made of, start/end"),
        Field(min_length=1, max_length=100),
    ] = None
    weight: Annotated[
        str | None, Text("每點權重的欄位", "The field that each point weighs"), Field(max_length=60)
    ] = None
    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]],
        Text("星期幾（1 為週一），空白為全部", "Days of the week, 1 is Monday; none is all"),
        Field(max_length=7),
    ] = []
    hours: Annotated[
        list[Annotated[int, Field(ge=0, le=24)]],
        Text(
            "時段起迄，如 [22, 4]；空白為全日", "From which hour to which, such as [22, 4]; none is all day"
        ),
        Field(max_length=2),
    ] = []
    cell: Annotated[float, Text("網格（公尺）", "Side of a cell in metres"), Field(ge=25, le=1_000)] = 50
    bandwidth: Annotated[
        float,
        Text(
            "帶寬或鄰近距離（公尺）；預測時自行學得",
            "Bandwidth or distance in metres; a forecast learns its own",
        ),
        Field(ge=50, le=2_000),
    ] = 250
    days: Annotated[
        int,
        Text("預測天數，亦為檢驗天數", "Days that are foretold, and that it is judged on"),
        Field(ge=1, le=180),
    ] = 28
    top: Annotated[
        int, Text("輸出最高的幾格", "How many of the highest cells to list"), Field(ge=1, le=MOST_SHOWN)
    ] = 200

    @field_validator("hours")
    @classmethod
    def _two(cls, hours: list[int]) -> list[int]:
        if len(hours) == 1 or (hours and hours[0] == hours[1]):
            raise ValueError("give two different hours, from and to")
        return hours


def hotspot(asked: Hotspot, run: Run) -> Mapping[str, Any]:
    # brings scipy, which a worker that draws none does without
    from layers.hotspots import judging, points
    from layers.hotspots.craft.forecast import TooFew
    from layers.hotspots.making import Choices, city, make, within

    layer = run.layer(asked.layer)
    if layer.time is None:
        raise BadInput("layer", f"layer “{layer.id}” has no time, without which nothing can be judged.")
    if asked.method == "scan" and asked.weight:
        raise BadInput("weight", "the scan counts events; what each weighs has no place in it.")
    if "clusters" in run.wanted and asked.method != "scan":
        raise BadInput("method", "clusters come of the scan alone.")
    weight = number(layer, run, asked.weight, "weight").name if asked.weight else None
    condition = rows(layer, run, asked.filter, asked.datetime)
    bounds = area_of(asked, run)
    place = city(asked.cell)
    if place is None:
        raise BadInput("layer", "the city has no boundary yet, over which a surface could be drawn.")
    if place.grid.size > MOST_CELLS:
        raise BadInput("cell", f"the city would have more than {MOST_CELLS:,} cells; choose larger ones.")
    if bounds is not None:
        drawn = within(place.grid, json.loads(bounds))
        place = type(place)(place.grid, place.inside & drawn.inside)
        if not place.inside.any():
            raise BadInput("area", "it lies outside of the city.")
    run.progress(5, "reading points")
    found = points.read(layer, condition, weight)
    window = (asked.hours[0], asked.hours[1]) if asked.hours else None
    found = found.during(tuple(asked.weekdays), window)
    choices = Choices(asked.method, asked.cell, asked.bandwidth, None, float(asked.days))
    run.progress(30, "drawing")
    try:
        made = make(place, found, found.last, choices)
        run.progress(60, "judging")
        scores = judging.judge(place, found, found.last, choices)
    except TooFew as few:
        raise BadInput("layer", f"{few}.") from few
    except ValueError as wrong:
        raise BadInput("bandwidth", f"{wrong}.") from wrong
    run.progress(85, "writing")
    told = {
        "choices": asdict(choices) | {"layer": layer.id, "filter": asked.filter, "weight": weight}
        | {"weekdays": asked.weekdays, "hours": asked.hours, "datetime": asked.datetime},
        "data": {"events": len(found), "to": points.day_of(found.last - 1).isoformat()},
        "told": made.told,
        "scores": scores,
    }  # fmt: skip
    return _written(asked, run, place, made, told)


def _written(asked: Hotspot, run: Run, place: Place, made: Made, told: dict[str, Any]) -> dict[str, Any]:
    from affine import Affine

    from layers.hotspots.processes import cells
    from layers.registry import raster

    out: dict[str, Any] = {"scores": told}
    if "surface" in run.wanted:
        with TemporaryDirectory(prefix="antu-surface-") as room:
            path = Path(room) / "surface.tif"
            tags = {
                "HIT_RATES": told["scores"]["sentence"]["en"],
                "SCORES": json.dumps(told["scores"]["maps"]),
            }
            raster.draw(path, made.plane, Affine(*place.grid.affine), f"EPSG:{TWD97}", tags)
            out["surface"] = path.read_bytes()
    if "cells" in run.wanted:
        out["cells"] = {
            "type": "FeatureCollection",
            "features": cells(place.grid, made.plane, asked.top, "value"),
        }
    if "clusters" in run.wanted:
        from layers.hotspots.clusters import features

        out["clusters"] = features(made.told)
    if "contours" in run.wanted:
        out["contours"] = {"type": "FeatureCollection", "features": _contours(place, made)}
    return out


def _contours(place: Place, made: Made) -> list[dict[str, Any]]:
    """Around the highest 1, 5 and 10 % of the area, in WGS 84."""
    import numpy as np
    import shapely
    from pyproj import Transformer

    from layers.hotspots.craft.vectors import above

    to_world = Transformer.from_crs(TWD97, 4326, always_xy=True)
    known = np.sort(np.nan_to_num(made.plane[made.ground.inside]))[::-1]
    out = []
    for share in SHARES:
        level = float(known[min(int(share * known.size), known.size - 1)])
        if level <= 0:
            continue
        parts = shapely.get_parts(above(place.grid, made.plane, level))
        # at a plateau the line leaves crumbs, which are nothing that one could stand on
        area = shapely.multipolygons(parts[shapely.area(parts) > place.grid.cell**2 / 100])
        if area.is_empty:
            continue
        world = shapely.transform(area, lambda xy: np.round(np.column_stack(to_world.transform(*xy.T)), 6))
        told = {"share": share, "level": round(level, 4)}
        out.append({"type": "Feature", "geometry": json.loads(shapely.to_geojson(world)), "properties": told})
    return out


PROCESS = Process(
    id="hotspot",
    title=Text("熱區圖", "Hot spots"),
    description=Text(
        "以預測混合核、核密度、Gi*、鄰近重複或時空掃描統計，由任一點圖層繪製熱區，可選期間、星期與時段、範圍；"
        "一律附其命中率、PAI、PEI，並與「去年的地點」比較。",
        "Where it is hot: a forecast, a density, significant spots, near repeats or clusters of any layer of points, of a period, "
        "of hours of the week, of an area; always with its hit rate, PAI and PEI against the same places as last year.",
    ),
    inputs=Hotspot,
    outputs=(
        Output("scores", Text("選擇與命中率", "Choices and hit rates"), {JSON: {"type": "object"}}),
        Output(
            "surface",
            Text("熱區面", "Surface"),
            {COG: {"type": "string", "contentEncoding": "binary", "contentMediaType": COG}},
            asked=True,
        ),
        Output(
            "cells",
            Text("最高的網格", "The highest cells"),
            {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
            asked=True,
        ),
        Output(
            "contours",
            Text("最高 1、5、10 % 的範圍", "Around the highest 1, 5 and 10 % of the area"),
            {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
            asked=True,
        ),
        Output(
            "clusters",
            Text("聚集與其 p 值（時空掃描）", "Clusters with their p (scan)"),
            {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
            asked=True,
        ),
    ),
    function=hotspot,
    keywords=(Text("熱點", "hotspots"), Text("命中率", "hit rate")),
    example={"layer": "crashes", "weight": "epdo", "cell": 100},
)
