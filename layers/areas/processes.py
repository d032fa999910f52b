"""What areas are for: figures per area. Counts and sums of any layer by districts, wards, beats or other areas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Annotated, Any

from django.db import connection
from pydantic import Field

from layers.registry.layer import Layer
from layers.registry.process import CSV, GEOJSON, JSON, Among, Inputs, Output, Process, Run, number, rows
from layers.registry.sql import Sql, column, relation, where
from layers.registry.text import Text

MOST_AREAS = 5_000


class Summarise(Inputs):
    layer: Annotated[str, Text("要統計的圖層", "The layer that is counted"), Among()]
    areas: Annotated[str, Text("分區的圖層", "The layer of the areas"), Among(("polygon",))] = "wards"
    filter: Annotated[
        str | None, Text("條件（CQL2）", "A condition in CQL2"), Field(min_length=1, max_length=4096)
    ] = None
    datetime: Annotated[
        str | None, Text("時間或期間", "An instant or start/end"), Field(min_length=1, max_length=100)
    ] = None
    sums: Annotated[
        list[Annotated[str, Field(max_length=60)]],
        Text("要加總的欄位", "Fields to add up"),
        Field(max_length=8),
    ] = []


def summarise(asked: Summarise, run: Run) -> Mapping[str, Any]:
    layer, areas = run.layer(asked.layer), run.layer(asked.areas)
    sums = [number(layer, run, name, "sums").name for name in dict.fromkeys(asked.sums)]
    inside = rows(layer, run, asked.filter, asked.datetime)
    run.progress(5, "counting")
    found, total, outside = _count(layer, areas, sums, inside, run)
    run.progress(90, "writing")
    out: dict[str, Any] = {}
    if media := run.wanted.get("table"):
        table = [row for row, _ in found]
        said = {"layer": layer.id, "areas": areas.id, "total": total, "outside": outside, "rows": table}
        out["table"] = said if media == JSON else _csv(table, ["id", "name", "count", *map(_sum, sums)])
    if "areas" in run.wanted:
        features = [
            {"type": "Feature", "id": row["id"], "geometry": json.loads(place), "properties": row}
            for row, place in found
        ]
        out["areas"] = {"type": "FeatureCollection", "features": features}
    return out


def _count(
    layer: Layer, areas: Layer, sums: list[str], inside: Sql, run: Run
) -> tuple[list[tuple[dict[str, Any], str]], int, int]:
    """(row, place) of each area; how many there are at all, and how many of them lie in none.

    A line or an area counts where its middle is, so that nothing counts twice where areas do not overlap.
    """
    place = "q.merc" if layer.geometry == "point" else "ST_PointOnSurface(q.merc)"
    values = "".join(f", {column(layer, name)} AS s{i}" for i, name in enumerate(sums))
    adding = "".join(f", sum(x.s{i})" for i in range(len(sums)))
    label = areas.label if areas.label in {f.name for f in areas.seen_by(run.clearance)} else None
    name = f"{column(areas, label)}::text" if label else "q.id::text"
    drawn = "ST_AsGeoJSON(a.geom, 7)" if "areas" in run.wanted else "NULL"
    head = (
        Sql(f"WITH a AS MATERIALIZED (SELECT q.id, {name} AS name, q.geom, q.merc FROM {relation(areas)} WHERE ")
        + where(areas, run.clearance)
        + Sql(f" LIMIT {MOST_AREAS}), x AS MATERIALIZED (SELECT q.id, {place} AS p{values} FROM {relation(layer)} WHERE ")
        + inside
        + ") "
    )  # fmt: skip
    per = head + (
        f"SELECT a.id, a.name, {drawn}, count(x.id){adding} FROM a LEFT JOIN x ON ST_Intersects(a.merc, x.p) "
        "GROUP BY a.id, a.name, a.geom ORDER BY count(x.id) DESC, a.id"
    )
    rest = head + (
        "SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM a WHERE ST_Intersects(a.merc, x.p))) FROM x"
    )
    with connection.cursor() as cursor:
        cursor.execute(per.text, per.params)
        counted = cursor.fetchall()
        run.progress(60, "looking for what lies outside")
        cursor.execute(rest.text, rest.params)
        total, outside = cursor.fetchone()
    named = [_sum(name) for name in sums]
    out = []
    for id, called, shape, count, *added in counted:
        row = {"id": id, "name": called, "count": count}
        row |= {n: (0 if v is None else _number(v)) for n, v in zip(named, added, strict=True)}
        out.append((row, shape))
    return out, total, outside


def _sum(name: str) -> str:
    return f"sum_{name}"


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


def _csv(table: list[dict[str, Any]], names: list[str]) -> str:
    """With a mark that spreadsheets know UTF-8 by; text that they would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in table:
        writer.writerow([_cell(row[n]) for n in names])
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


_ROW = {
    "type": "object",
    "required": ["id", "name", "count"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "count": {"type": "integer"}},
    "additionalProperties": {"type": "number"},
}
_TABLE = {
    "type": "object",
    "required": ["layer", "areas", "total", "outside", "rows"],
    "properties": {
        "layer": {"type": "string"},
        "areas": {"type": "string"},
        "total": {"type": "integer", "description": "All that were asked for."},
        "outside": {"type": "integer", "description": "Those of them that lie in no area."},
        "rows": {"type": "array", "items": _ROW},
    },
}

PROCESSES = [
    Process(
        id="summarise",
        title=Text("分區統計", "Figures per area"),
        description=Text(
            "依里、行政區、轄區等分區計算任一圖層的件數與欄位加總，可加條件與期間；線與面以其中點所在計。",
            "Counts a layer and adds up its fields per ward, district, beat or other area, with a condition and a "
            "period. Lines and areas count where their middle is.",
        ),
        inputs=Summarise,
        outputs=(
            Output("table", Text("統計表", "Table"), {JSON: _TABLE, CSV: {"type": "string"}}),
            Output(
                "areas",
                Text("各區與數字", "Areas with their figures"),
                {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}},
                asked=True,
            ),
        ),
        function=summarise,
        keywords=(Text("統計", "statistics"), Text("分區", "areas")),
        example={"layer": "crashes", "areas": "wards"},
    )
]
