"""The formats that are written from beginning to end, so that the first bytes leave before the last row is read.

Features are written by PostgreSQL as text; what a spreadsheet would run as a formula is quoted.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq

from gis.exchange.arrow import batches, schema
from gis.exchange.export import Export
from gis.exchange.guard import guarded
from layers.registry.geojson import feature, fg_feature, fg_head

ROW_GROUP = 20_000
DECIMALS = 9
"""Of a degree, as fine as an import compares places, so that a file read back changes nothing."""


def geojson(order: Export) -> Iterator[bytes]:
    layer = order.layer
    head = {"name": layer.id, "attribution": layer.attribution.en, "licence": layer.licence}
    return _collection(order, head, feature(layer, order.chosen, "q.geom", DECIMALS, order.keyed))


def jsonfg(order: Export) -> Iterator[bytes]:
    layer = order.layer
    head = fg_head(layer, order.srid) | {"attribution": layer.attribution.en, "licence": layer.licence}
    return _collection(order, head, fg_feature(layer, order.chosen, order.place, order.srid, order.keyed))


def _collection(order: Export, head: dict[str, Any], feature_sql: str) -> Iterator[bytes]:
    said = json.dumps(head, ensure_ascii=False)[1:-1]
    parts = order.batches(feature_sql)
    yield f'{{"type":"FeatureCollection",{said},"features":[\n'.encode()
    between = ""
    for rows in parts:
        yield (between + ",\n".join(text for (text,) in rows)).encode()
        between = ",\n"
    yield b"\n]}\n"


def as_csv(order: Export) -> Iterator[bytes]:
    point = order.layer.geometry == "point"
    place = f"ST_X({order.place}), ST_Y({order.place})" if point else f"ST_AsText({order.place}, {DECIMALS})"
    places = (("lon", "lat") if order.srid == 4326 else ("x", "y")) if point else ("wkt",)
    parts = order.batches(f"q.id, {place}{order.values}")
    yield b"\xef\xbb\xbf" + _lines([["id", *places, *order.names]])
    for rows in parts:
        yield _lines([[cell(v) for v in row] for row in rows])


def _lines(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def cell(value: Any) -> Any:
    """A value as a spreadsheet may have it: text that begins like a formula gets a quote before it."""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else value


def parquet(order: Export) -> Iterator[bytes]:
    written = _Drain()
    wanted = schema(order, order.names, geo=True)
    with pq.ParquetWriter(written, wanted, compression="zstd") as out:
        waiting, count = [], 0
        for batch in batches(order, wanted):
            waiting.append(batch)
            count += batch.num_rows
            if count >= ROW_GROUP:
                out.write_table(_table(waiting))
                waiting, count = [], 0
                yield written.drained()
        if waiting:
            out.write_table(_table(waiting))
    yield written.drained()


def _table(parts: list[Any]) -> Any:
    import pyarrow as pa

    return pa.Table.from_batches(parts)


class _Drain(io.RawIOBase):
    """What a writer has written since somebody last looked."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def drained(self) -> bytes:
        out = b"".join(self._parts)
        self._parts.clear()
        return out


BY_FORMAT: dict[str, Callable[[Export], Iterator[bytes]]] = {
    "geojson": geojson,
    "jsonfg": jsonfg,
    "csv": as_csv,
    "parquet": parquet,
}
