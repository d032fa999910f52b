"""Rows as GeoJSON and JSON-FG, put together by PostgreSQL as text: no Python runs per feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.sql import column

FG = "http://www.opengis.net/spec/json-fg-1/0.2/conf/"
FG_CLASSES = (FG + "core", FG + "types-schemas")


def properties(layer: Layer, fields: Sequence[Field], key: bool = False) -> str:
    """`key` puts the key of the row before its fields."""
    values = {"key": _text("q.key")} if key else {}
    return _object(values | {f.name: _text(column(layer, f.name), f.resolved) for f in fields})


def _object(values: Mapping[str, str]) -> str:
    """SQL of a JSON object as text, from SQL of its values as text. Joined, not built: that costs half."""
    if not values:
        return "'{}'"
    members = " || ',' || ".join(f"'\"{name}\":' || {value}" for name, value in values.items())
    return f"('{{' || {members} || '}}')"


def _text(value: str, kind: str = "string") -> str:
    said = f"({value})::text" if kind in ("integer", "boolean") else f"to_json({value})::text"
    return f"coalesce({said}, 'null')"


def place(geometry: str, digits: int) -> str:
    return f"coalesce(ST_AsGeoJSON({geometry}, {digits}, 0), 'null')"


def feature(
    layer: Layer, fields: Sequence[Field], geometry: str | None, digits: int = 8, key: bool = False
) -> str:
    """SQL of one GeoJSON feature as text; `geometry` is SQL of where it is, or None to leave it out."""
    return _object(
        {
            "type": "'\"Feature\"'",
            "id": "q.id",
            "geometry": place(geometry, digits) if geometry else "'null'",
            "properties": properties(layer, fields, key),
        }
    )


def fg_feature(layer: Layer, fields: Sequence[Field], geometry: str, srid: int, key: bool = False) -> str:
    """SQL of one JSON-FG feature as text: when it was, and where it is in a system other than WGS 84."""
    return _object(
        {
            "type": "'\"Feature\"'",
            "id": "q.id",
            "time": _text(_time(layer, fields)),
            "place": place(geometry, 3) if srid != 4326 else "'null'",
            "geometry": place("q.geom", 9),
            "properties": properties(layer, fields, key),
        }
    )


def _time(layer: Layer, fields: Sequence[Field]) -> str:
    if layer.time is None or layer.time not in {f.name for f in fields}:
        return "NULL::json"
    name = column(layer, layer.time)
    if layer.by_name[layer.time].resolved == "date":
        said = f"json_build_object('date', {name})"
    else:
        stamp = f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        said = f"json_build_object('timestamp', {stamp})"
    return f"CASE WHEN {name} IS NOT NULL THEN {said} END"


def fg_head(layer: Layer, srid: int) -> dict[str, object]:
    """What stands once over a collection of JSON-FG features."""
    system = f"http://www.opengis.net/def/crs/EPSG/0/{srid}"
    if srid == 4326:
        system = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    dimension = {"point": 0, "line": 1, "polygon": 2}[layer.geometry or "point"]
    return {
        "conformsTo": list(FG_CLASSES),
        "featureType": layer.id,
        "geometryDimension": dimension,
        "coordRefSys": system,
    }
