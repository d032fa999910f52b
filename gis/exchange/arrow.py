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
    kinds = [*([pa.string()] if order.keyed else []), *(_KINDS[f.resolved] for f in order.chosen)]
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
    for rows in order.batches(f"q.id{order.values}, ST_AsBinary({order.place})"):
        values = zip(*rows, strict=True)
        arrays = [
            pa.array([_value(v, f.type) for v in vs], f.type) for vs, f in zip(values, wanted, strict=True)
        ]
        yield pa.record_batch(arrays, schema=wanted)


def _value(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind) and not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else json.dumps(value, ensure_ascii=False)
    return bytes(value) if pa.types.is_binary(kind) else value
