"""The search box: names of whatever may be searched and seen, and places typed as coordinates."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from gis.api.coordinates import place
from gis.api.layers import REFUSALS, fetch
from gis.audit.note import note_read
from layers.access import Viewer
from layers.access.asking import viewer_of
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import AND, Sql, column, relation, where

router = Router(tags=["portal"])
MOST = 12
MOST_LETTERS = 80
ZOOMS = {"point": 17.0, "line": 16.0, "polygon": 15.0}


class Hit(Schema):
    title: str
    subtitle: str
    layer: str | None
    id: int | None
    center: list[float]
    zoom: float


class Hits(Schema):
    results: list[Hit]


@router.get(
    "search", response={200: Hits, **REFUSALS}, summary="Find junctions, roads, wards, cases and coordinates"
)
def search(request: HttpRequest, q: str, lang: str = "zh") -> dict[str, Any]:
    text = q.replace("\x00", "").strip()[:MOST_LETTERS]
    if found := place(text):
        lon, lat, read_as = found
        one = {"title": f"{lat:.6f}, {lon:.6f}", "subtitle": read_as, "layer": None, "id": None}
        return {"results": [one | {"center": [lon, lat], "zoom": 17}]}
    viewer = viewer_of(request)
    layers = [layer for layer in register.seen_by(viewer) if layer.search and _label_seen(layer, viewer)]
    if not text or not layers:
        return {"results": []}
    for layer in layers:
        note_read(viewer, layer, f"search {text}")
    return {"results": _find(layers, viewer, text, lang)}


def _label_seen(layer: Layer, viewer: Viewer) -> bool:
    return layer.label is not None and layer.by_name[layer.label].clearance <= viewer.clearance


def _find(layers: list[Layer], viewer: Viewer, text: str, lang: str) -> list[dict[str, Any]]:
    """Names that hold every part of the text: whole ones first, then beginnings, then the shortest."""
    parts = [p for p in text.replace("/", " ").replace("／", " ").split() if p] or [text]
    best = Sql("ORDER BY name <> %s, NOT starts_with(name, %s), length(name), name", (text, text))
    selects = []
    for number, layer in enumerate(layers):
        name = f"{column(layer, layer.label or '')}::text"
        words = AND.join(Sql(f"{name} ILIKE %s", (f"%{_escaped(p)}%",)) for p in parts)
        columns = f"{number} AS layer, q.id, {name} AS name, ST_PointOnSurface(q.geom) AS p"
        once = f"DISTINCT ON ({name}) " if layer.geometry == "line" else ""  # a road has many pieces
        some = Sql(f"SELECT {once}{columns} FROM {relation(layer)} WHERE ")
        some += where(layer, viewer.clearance, condition=words)
        selects.append(Sql("(SELECT * FROM (") + some + ") AS s " + best + f" LIMIT {MOST})")
    union = Sql(" UNION ALL ").join(selects)
    sql = Sql("SELECT layer, id, name, ST_X(p), ST_Y(p) FROM (") + union + ") AS f " + best
    return [
        {
            "title": name,
            "subtitle": layers[number].title.get(lang),
            "layer": layers[number].id,
            "id": fid,
            "center": [round(x, 7), round(y, 7)],
            "zoom": ZOOMS.get(layers[number].geometry or "point", 16),
        }
        for number, fid, name, x, y in fetch(sql + f", layer, id LIMIT {MOST}")
    ]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
