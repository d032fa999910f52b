"""How somebody's layer looks: one colour, or a field whose values or ranges become the classes of a legend.

Each row keeps the number of its class, so that tiles, legend and filter say the same.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from django.db import connection

from gis.uploads.models import OwnLayer
from layers.registry.importer import Wrong
from layers.registry.style import RISK

COLOURS = ("accent", "a2", "camera", "corridor", "a1", "route", "box", "a3")
MOST = 7
"""Values that get a class of their own; the rest share one."""
Json = dict[str, Any]
OTHER, NONE = {"zh": "其他", "en": "other"}, {"zh": "（空白）", "en": "(empty)"}


def dress(layer: OwnLayer, color: str | None, by: str | None) -> None:
    """Sets the style of a layer and the class of each of its rows, in the caller's transaction."""
    color = color or (layer.style or {}).get("color") or COLOURS[0]
    if color not in COLOURS:
        raise Wrong(f"沒有「{color[:20]}」這個顏色。", f"There is no colour “{color[:20]}”.")
    if not by:
        _plain(layer, color)
        return
    field = next((f for f in layer.fields if f["name"] == by), None)
    if field is None:
        raise Wrong(f"沒有「{by[:40]}」這個欄位。", f"There is no field “{by[:40]}”.")
    ranges = _ranges(layer, by) if field["type"] in ("integer", "number") else None
    classes = _graded(layer, by, ranges, field["type"]) if ranges else _valued(layer, by)
    layer.style = {"color": color, "by": by, "title": field["title"], "classes": classes}
    layer.save(update_fields=["style"])


def _plain(layer: OwnLayer, color: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE uploads_feature SET kind = 0 WHERE layer_id = %s AND kind <> 0", [layer.pk])
    layer.style = {"color": color}
    layer.save(update_fields=["style"])


def _ranges(layer: OwnLayer, by: str) -> list[float] | None:
    """Four breaks of a number that takes many values, the same number of rows between each; None of one with few."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT v), percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY v) "
            "FROM (SELECT (properties->>%s)::float8 AS v FROM uploads_feature WHERE layer_id = %s) AS s",
            [by, layer.pk],
        )
        several, breaks = cursor.fetchone()
    if several <= MOST or not breaks:
        return None
    return sorted(set(breaks))


def _graded(layer: OwnLayer, by: str, breaks: list[float], kind: str) -> list[Json]:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE uploads_feature SET kind = coalesce(width_bucket((properties->>%s)::float8, %s::float8[]), 99) "
            "WHERE layer_id = %s",
            [by, breaks, layer.pk],
        )
        cursor.execute("SELECT count(*) FROM uploads_feature WHERE layer_id = %s AND kind = 99", [layer.pk])
        (missing,) = cursor.fetchone()
    said = [_number(b) for b in breaks]
    labels = [f"< {said[0]}", *(f"{a} – {b}" for a, b in pairwise(said)), f"≥ {said[-1]}"]
    classes = [{"value": n, "label": label, "color": RISK[n]} for n, label in enumerate(labels)]
    return classes + ([_last(99, NONE)] if missing else [])


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,.3g}"


def _valued(layer: OwnLayer, by: str) -> list[Json]:
    """The most frequent values, then one class of all others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(properties->>%s, '') AS v, count(*) FROM uploads_feature WHERE layer_id = %s "
            "GROUP BY v ORDER BY count(*) DESC, v LIMIT %s",
            [by, layer.pk, MOST + 1],
        )
        found = [value for value, _ in cursor.fetchall()]
        rest = len(found) > MOST
        found = found[:MOST]
        cursor.execute(
            "UPDATE uploads_feature SET kind = coalesce((%s::jsonb->>coalesce(properties->>%s, ''))::smallint, 99) "
            "WHERE layer_id = %s",
            [json.dumps({v: n for n, v in enumerate(found)}), by, layer.pk],
        )
    classes = [
        {"value": n, "label": v[:60], "color": COLOURS[n % len(COLOURS)]} if v else _last(n, NONE)
        for n, v in enumerate(found)
    ]
    return classes + ([_last(99, OTHER)] if rest else [])


def _last(value: int, words: Json) -> Json:
    return {"value": value, "label": words["zh"], "label_en": words["en"], "color": "a3"}
