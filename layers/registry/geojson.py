"""Rows as GeoJSON and JSON-FG, put together by PostgreSQL as text: no Python runs per feature."""

from __future__ import annotations

from collections.abc import Sequence

from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.sql import column

FG = "http://www.opengis.net/spec/json-fg-1/0.2/conf/"
FG_CLASSES = (FG + "core", FG + "types-schemas")


def properties(layer: Layer, fields: Sequence[Field], key: bool = False) -> str:
    """`key` puts the key of the row before its fields."""
    pairs = ["'key', q.key"] if key else []
    pairs += [f"'{f.name}', {column(layer, f.name)}" for f in fields]
    return f"json_build_object({', '.join(pairs)})"


def place(geometry: str, digits: int) -> str:
    return f"ST_AsGeoJSON({geometry}, {digits}, 0)::json"


def feature(
    layer: Layer, fields: Sequence[Field], geometry: str | None, digits: int = 8, key: bool = False
) -> str:
    """SQL of one GeoJSON feature as text; `geometry` is SQL of where it is, or None to leave it out."""
    where = place(geometry, digits) if geometry else "NULL::json"
    return (
        f"json_build_object('type', 'Feature', 'id', q.id, 'geometry', {where}, "
        f"'properties', {properties(layer, fields, key)})::text"
    )


def fg_feature(layer: Layer, fields: Sequence[Field], geometry: str, srid: int, key: bool = False) -> str:
    """SQL of one JSON-FG feature as text: when it was, and where it is in a system other than WGS 84."""
    parts = [
        "'type', 'Feature'",
        "'id', q.id",
        f"'time', {_time(layer, fields)}",
        f"'place', {place(geometry, 3) if srid != 4326 else 'NULL::json'}",
        f"'geometry', {place('q.geom', 9)}",
        f"'properties', {properties(layer, fields, key)}",
    ]
    return f"json_build_object({', '.join(parts)})::text"


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
