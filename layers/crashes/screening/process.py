"""`screen-network`: junctions or sections ranked over any period and condition, with windows along sections."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from django.db import connection
from pydantic import Field

from layers.registry.process import CSV, GEOJSON, JSON, BadInput, Inputs, Output, Process, Run, rows
from layers.registry.sql import Sql, relation
from layers.registry.text import Text


class Screen(Inputs):
    what: Annotated[Literal["junctions", "sections"], Text("路口或路段", "Junctions or sections")] = (
        "junctions"
    )
    start: Annotated[
        date | None,
        Text("起日；未給則為最後一件事故前三年", "From; unless given, three years before the last crash"),
    ] = None
    until: Annotated[date | None, Text("迄日（不含）", "Until this day, which does not count")] = None
    filter: Annotated[
        str | None,
        Text("事故條件（CQL2）", "A condition on crashes, in CQL2"),
        Field(min_length=1, max_length=4096),
    ] = None
    window: Annotated[
        float,
        Text("視窗長度（公尺）", "Length of the window along sections, in metres"),
        Field(ge=50, le=2000),
    ] = 300
    step: Annotated[float, Text("滑動步距（公尺）", "How far it slides, in metres"), Field(ge=10, le=500)] = (
        50
    )
    limit: Annotated[int, Text("最多筆數", "At most this many"), Field(ge=1, le=10_000)] = 200


def screened(asked: Screen, run: Run) -> Mapping[str, Any]:
    from layers.crashes.screening import network

    layer = run.layer("crashes")
    only = None
    if asked.filter:
        only = Sql(f"SELECT q.id FROM {relation(layer)} WHERE ") + rows(layer, run, asked.filter)
    run.progress(5, "reading crashes")
    try:
        found = network.find(
            asked.what, asked.start, asked.until, only=only, window=asked.window, step=asked.step
        )
    except network.NothingToScreen as wrong:
        raise BadInput("start", str(wrong)) from wrong
    run.progress(80, "writing")
    shown = found.figures[: asked.limit]
    places = network.named(asked.what, [f.place for f in shown])
    table: list[dict[str, Any]] = [
        {
            "id": f.place, "name": places[f.place][0], **network.numbers(f),
            "trend": network.rounded(f.trend[0]) if f.trend else None,
            "trend_low": network.rounded(f.trend[1]) if f.trend else None,
            "trend_high": network.rounded(f.trend[2]) if f.trend else None,
            "rules": [{"rule": rule, "held": held} for rule, held in f.grade.rules],
        }
        for f in shown
    ]  # fmt: skip
    said = {
        "what": asked.what, "start": found.start.isoformat(), "until": found.until.isoformat(),
        "weights": {f"a{k}": v for k, v in found.weights.items()}, "total": len(found.figures), "rows": table,
    }  # fmt: skip
    out: dict[str, Any] = {}
    if media := run.wanted.get("table"):
        out["table"] = said if media == JSON else as_csv(table)
    if "places" in run.wanted:
        out["places"] = _collection((json.loads(places[r["id"]][1]), r["id"], r) for r in table)
    if "windows" in run.wanted:
        out["windows"] = _windows(found.peaks[: asked.limit])
    return out


def _windows(found: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.n, s.name, ST_AsGeoJSON(ST_LineSubstring(s.geom, greatest(w.a / s.length_m, 0), least(w.b / s.length_m, 1)), 6) "
            "FROM unnest(%s::bigint[], %s::float[], %s::float[]) WITH ORDINALITY AS w (s, a, b, n) "
            "JOIN streets_section s ON s.id = w.s",
            [[p.place for p in found], [p.start for p in found], [p.end for p in found]],
        )
        shapes = {n: (name, json.loads(shape)) for n, name, shape in cursor.fetchall()}
    return _collection(
        (
            shapes[n][1], n,
            {"rank": n, "name": shapes[n][0], "section": p.place, "from_m": round(p.start, 1), "to_m": round(p.end, 1),
             "crashes": p.crashes, "epdo": round(p.epdo, 1), "like": round(p.excess.like, 2),
             "excess": round(p.excess.excess, 2), "excess_low": round(p.excess.low, 2), "excess_high": round(p.excess.high, 2)},
        )
        for n, p in enumerate(found, 1)
    )  # fmt: skip


def _collection(found: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": id, "geometry": shape, "properties": said} for shape, id, said in found
        ],
    }


def as_csv(table: list[dict[str, Any]]) -> str:
    """With a mark that spreadsheets know UTF-8 by; text that they would run as a formula is quoted."""
    out = io.StringIO()
    if table:
        names = [n for n in table[0] if n != "rules"]
        writer = csv.writer(out)
        writer.writerow(names)
        for row in table:
            writer.writerow([_cell(row[n]) for n in names])
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


_COLLECTION = {GEOJSON: {"type": "object", "format": "geojson-feature-collection"}}
SCREEN = Process(
    id="screen-network",
    title=Text("路網篩選", "Screen the network"),
    description=Text(
        "將路口或路段依經驗貝氏超額排名，附件數、當量（分日生效之權重）、嚴重度、趨勢、弱勢用路人與 95% 區間；路段另以滑動視窗找集中處。",
        "Ranks junctions or sections by their Empirical-Bayes excess over places like them, with count, EPDO by dated "
        "weights, severity, trend, vulnerable users and 95 % intervals; along sections a window slides.",
    ),
    inputs=Screen,
    outputs=(
        Output("table", Text("排名表", "Table"), {JSON: {"type": "object"}, CSV: {"type": "string"}}),
        Output("places", Text("地點", "Places"), _COLLECTION, asked=True),
        Output("windows", Text("集中路段", "Windows along sections"), _COLLECTION, asked=True),
    ),
    function=screened,
    keywords=(Text("易肇事", "screening"), Text("排名", "rank")),
    example={"what": "junctions", "limit": 20},
)
