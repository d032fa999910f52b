"""What a client asks of a collection's items, read and checked: nothing later looks at the query string."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from gis.ogc.crs import BY_NAME, CRS84, Crs
from gis.ogc.problem import OgcProblem
from layers.access import Viewer
from layers.registry import cql
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.sql import Interval, Sql, column, parse_interval, within

DEFAULT_LIMIT, MOST_LIMIT = 100, 10_000
KNOWN = {
    "f", "lang", "limit", "after", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs",
    "properties", "sortby", "resulttype", "skipGeometry", "q",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemsRequest:
    layer: Layer
    fields: tuple[Field, ...]
    limit: int
    crs: Crs
    conditions: tuple[Sql, ...]
    boxed: Sql | None
    interval: Interval | None
    order: tuple[tuple[str, bool], ...]
    """Field names with «descending»; the row id always comes last."""
    after: tuple[Any, ...] | None
    hits: bool
    geometry: bool
    params: dict[str, str]


def parameters(query_string: bytes) -> dict[str, str]:
    if len(query_string) > 8192:
        raise OgcProblem(414, "The query is longer than 8 kB; send a long filter with POST to /search.")
    return dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))


def read(layer: Layer, viewer: Viewer, asked: dict[str, str]) -> ItemsRequest:
    fields = layer.seen_by(viewer.clearance)
    by_name = {f.name: f for f in fields}
    filters = []
    for name, value in asked.items():
        if name in by_name:
            filters.append(_equal(layer, by_name[name], value))
        elif name not in KNOWN:
            raise OgcProblem(400, f"There is no parameter “{name[:40]}” here.")
    crs = read_crs(asked.get("crs"), "crs")
    if text := asked.get("filter"):
        filters.append(read_filter(text, asked, layer, viewer))
    if text := asked.get("q"):
        filters.append(_search(layer, by_name, text))
    order = _order(asked.get("sortby"), by_name)
    return ItemsRequest(
        layer=layer,
        fields=_chosen(asked.get("properties"), fields, by_name),
        limit=_limit(asked.get("limit")),
        crs=crs,
        conditions=tuple(filters),
        boxed=_bbox(asked.get("bbox"), read_crs(asked.get("bbox-crs"), "bbox-crs")),
        interval=read_interval(asked.get("datetime")),
        order=order,
        after=_after(asked.get("after"), len(order) + 1),
        hits=_resulttype(asked.get("resulttype")),
        geometry=asked.get("skipGeometry", "false").lower() != "true",
        params=asked,
    )


def read_crs(name: str | None, parameter: str) -> Crs:
    if name is None:
        return CRS84
    if name not in BY_NAME:
        known = ", ".join(dict.fromkeys(c.uri for c in BY_NAME.values()))
        raise OgcProblem(400, f"{parameter} “{name[:80]}” is not known; known are {known}.")
    return BY_NAME[name]


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdigit() or int(text[:12]) < 1:
        raise OgcProblem(400, f"limit is a whole number of at least 1, not “{text[:20]}”.")
    return min(int(text[:12]), MOST_LIMIT)


def _resulttype(text: str | None) -> bool:
    if text not in (None, "results", "hits"):
        raise OgcProblem(400, "resulttype is “results” or “hits”.")
    return text == "hits"


def numbers(text: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError as wrong:
        raise OgcProblem(400, f"bbox “{text[:80]}” is not four numbers: west,south,east,north.") from wrong
    if len(found) == 6:
        found = [found[0], found[1], found[3], found[4]]
    if len(found) != 4 or not all(math.isfinite(v) for v in found):
        raise OgcProblem(400, f"bbox “{text[:80]}” is not four finite numbers: west,south,east,north.")
    return found


def _bbox(text: str | None, crs: Crs) -> Sql | None:
    if text is None:
        return None
    west, south, east, north = numbers(text)
    if crs.flipped:
        west, south, east, north = south, west, north, east
    if south > north:
        raise OgcProblem(400, "bbox has its south above its north; the order is west,south,east,north.")
    if crs.degrees:
        if not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
            raise OgcProblem(
                400, "bbox lies outside of the world: longitudes within ±180, latitudes within ±90."
            )
        return within((west, south, east, north))
    if west > east or max(abs(west), abs(south), abs(east), abs(north)) > 3e7:
        raise OgcProblem(400, "bbox has its west behind its east, or lies outside of the world.")
    box = "q.merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, %s), 3857)"
    return Sql(box, (west, south, east, north, crs.srid))


def read_interval(text: str | None) -> Interval | None:
    try:
        return parse_interval(text) if text else None
    except ValueError as wrong:
        raise OgcProblem(400, str(wrong)) from wrong


def read_filter(text: str, asked: dict[str, str], layer: Layer, viewer: Viewer) -> Sql:
    language = asked.get("filter-lang", "cql2-text")
    if language not in ("cql2-text", "cql2-json"):
        raise OgcProblem(400, "filter-lang is “cql2-text” or “cql2-json”.")
    srid = read_crs(asked.get("filter-crs"), "filter-crs").srid
    try:
        return cql.compile(text, layer, viewer.clearance, srid)
    except cql.BadFilter as wrong:
        raise OgcProblem(400, str(wrong), "InvalidFilter") from wrong


def _equal(layer: Layer, field: Field, value: str) -> Sql:
    return Sql(f"{column(layer, field.name)}::text = %s", (value,))


def _search(layer: Layer, by_name: dict[str, Field], text: str) -> Sql:
    """Any of the words in any of the texts that the viewer may see."""
    texts = [f for f in by_name.values() if f.type == "string"]
    words = text.split(",")[:8]
    parts = [
        Sql(f"{column(layer, f.name)} ILIKE %s", (f"%{_escaped(word.strip())}%",))
        for f in texts
        for word in words
    ]
    return Sql(" OR ").join(parts) if parts else Sql("false")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _chosen(text: str | None, fields: tuple[Field, ...], by_name: dict[str, Field]) -> tuple[Field, ...]:
    if text is None:
        return fields
    names = [n for n in text.split(",") if n]
    if strange := next((n for n in names if n not in by_name), None):
        raise OgcProblem(400, f"There is no property “{strange[:60]}”.")
    return tuple(f for f in fields if f.name in names)


def _order(text: str | None, by_name: dict[str, Field]) -> tuple[tuple[str, bool], ...]:
    if not text:
        return ()
    order = []
    for part in text.split(",")[:4]:
        name = part.lstrip("+-").strip()
        if name not in by_name or by_name[name].type == "json":
            raise OgcProblem(400, f"One cannot sort by “{name[:60]}”.")
        order.append((name, part.startswith("-")))
    return tuple(order)


def token(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _after(text: str | None, length: int) -> tuple[Any, ...] | None:
    if text is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError) as wrong:
        raise OgcProblem(400, "after is not from a “next” link of this collection.") from wrong
    good = isinstance(values, list) and len(values) == length and type(values[-1]) is int
    if not good or not all(v is None or isinstance(v, str | int | float | bool) for v in values):
        raise OgcProblem(400, "after is not from a “next” link of this collection.")
    return tuple(values)
