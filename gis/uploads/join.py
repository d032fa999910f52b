"""Counting by place: how many rows of a layer lie in each ward, or within some metres of each junction.

The outcome is a layer of one's own, made by one statement.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from gis.uploads.dress import dress
from gis.uploads.models import OwnLayer
from gis.uploads.quota import room_for
from layers.access import Viewer
from layers.registry.importer import Wrong
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql, column, relation, where

MOST_METRES = 2_000.0
FIELDS: list[dict[str, Any]] = [
    {"name": "name", "title": "名稱", "type": "string"},
    {"name": "count", "title": "數量", "type": "integer"},
]


def join(counted: Layer, places: Layer, metres: float, name: str, viewer: Viewer, owner: User) -> OwnLayer:
    """A layer of the places, each with how many of the counted rows belong to it."""
    if not 0 < metres <= MOST_METRES:
        raise Wrong("距離須在 0 到 2000 公尺之間。", "The distance is between 0 and 2000 metres.")
    if places.raster or counted.raster or places.id == counted.id:
        raise Wrong("請選擇兩個不同的向量圖層。", "Choose two different vector layers.")
    with transaction.atomic():
        layer = OwnLayer.objects.create(
            owner=owner,
            name=(name.strip() or f"{counted.title.zh} × {places.title.zh}")[:80],
            geometry=places.geometry or "polygon",
            fields=FIELDS,
            label="name",
            source=f"{counted.title.zh} × {places.title.zh}"[:200],
            expires_at=timezone.now() + timedelta(days=settings.UPLOAD_DAYS),
        )
        sql = _statement(layer.pk, counted, places, metres, viewer)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 60000")
            cursor.execute(sql.text, sql.params)
            layer.rows = cursor.rowcount
        room_for(owner, layer.rows, 0)
        layer.save(update_fields=["rows"])
        dress(layer, None, "count")
    return layer


def _statement(made: int, counted: Layer, places: Layer, metres: float, viewer: Viewer) -> Sql:
    label = (
        f"{column(places, places.label)}::text" if places.label and _seen(places, viewer) else "q.id::text"
    )
    inside = where(counted, viewer.clearance)
    if places.geometry == "polygon":
        near = Sql("q.merc && t.merc AND ST_Intersects(q.merc, t.merc)")
    else:  # metres of the map are longer than those of the ground by 1 / cos(latitude)
        near = Sql(
            "q.merc && ST_Expand(t.merc, %s / cos(radians(ST_YMax(t.geom)))) "
            "AND ST_DWithin(q.geom::geography, t.geom::geography, %s)",
            (metres * 1.01, metres),
        )
    return (
        Sql(
            "INSERT INTO uploads_feature (layer_id, geom, properties, kind) "
            "SELECT %s, t.geom, jsonb_build_object('name', t.label, 'count', c.n), 0 "
            f"FROM (SELECT q.geom, q.merc, {label} AS label FROM {relation(places)} WHERE ",
            (made,),
        )
        + where(places, viewer.clearance)
        + f") AS t CROSS JOIN LATERAL (SELECT count(*) AS n FROM {relation(counted)} WHERE "
        + near
        + " AND "
        + inside
        + ") AS c"
    )


def _seen(layer: Layer, viewer: Viewer) -> bool:
    return layer.label is not None and layer.by_name[layer.label].clearance <= viewer.clearance


def find(id: str, viewer: Viewer) -> Layer:
    layer = register.find(id, viewer)
    if layer is None:
        raise Wrong("沒有這個圖層。", "There is no such layer.")
    return layer
