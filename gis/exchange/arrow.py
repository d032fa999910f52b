"""Rows of a layer as Arrow batches, which GeoParquet and GDAL's drivers take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from pyproj import CRS

from gis.exchange.export import Export

GEOMETRY_TYPES = {"point": "Point", "line": "LineString", "polygon": "MultiPolygon"}
_KINDS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}


def schema(order: Export, names: Sequence[str], plain_times: bool = False, geo: bool = False) -> pa.Schema:
    """`plain_times` writes moments as text, for formats that know none; `geo` adds what GeoParquet says."""
    kinds = [_KINDS[kind] for kind in order.kinds]
    if plain_times:
        kinds = [pa.string() if pa.types.is_temporal(k) else k for k in kinds]
    out = pa.schema([("id", pa.int64()), *zip(names, kinds, strict=True), ("geometry", pa.binary())])
    return out.with_metadata({"geo": json.dumps(_about(order))}) if geo else out


def _about(order: Export) -> dict[str, Any]:
    geometry = {
        "encoding": "WKB",
        "geometry_types": [GEOMETRY_TYPES[order.layer.geometry or "point"]],
        "crs": json.loads(CRS.from_epsg(order.srid).to_json()),
    }
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}


def batches(order: Export, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    kinds = ["integer", *order.kinds, "geometry"]
    for rows in order.batches(f"q.id{order.values}, ST_AsBinary({order.place})"):
        values = zip(*rows, strict=True)
        arrays = [_array(vs, f.type, kind) for vs, f, kind in zip(values, wanted, kinds, strict=True)]
        yield pa.record_batch(arrays, schema=wanted)


def _array(values: tuple[Any, ...], kind: pa.DataType, declared: str) -> pa.Array:
    """Values as psycopg read them; moments and JSON become text where the format knows neither."""
    if pa.types.is_string(kind) and declared != "string":
        return pa.array([None if v is None else _text(v) for v in values], kind)
    return pa.array(values, kind)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value  # JSON, as Django's connections read it
    return str(value.isoformat()) if hasattr(value, "isoformat") else json.dumps(value, ensure_ascii=False)
