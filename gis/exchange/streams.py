"""The formats that are written from beginning to end, so that the first bytes leave before the last row is read.

Features are written by PostgreSQL as text; what a spreadsheet would run as a formula is quoted.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gis.exchange.export import Export
from gis.exchange.guard import guarded
from layers.registry.geojson import feature, fg_feature, fg_head

ROW_GROUPS = (2_000, 16_000)
"""The first group of a GeoParquet file is small, so that it leaves at once; the rest pack better when larger."""
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
    ways = [None, *(None for _ in places), *map(_way, order.kinds)]
    for rows in parts:
        columns = [
            v if way is None else map(way, v) for way, v in zip(ways, zip(*rows, strict=True), strict=True)
        ]
        yield _lines(zip(*columns, strict=True))


def _way(kind: str) -> Callable[[Any], Any] | None:
    """How values of a type become cells; numbers are as they are."""
    return None if kind in ("integer", "number", "boolean") else cell


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
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
    import pyarrow as pa  # 40 MB that only this format needs
    import pyarrow.parquet as pq

    from gis.exchange.arrow import batches, schema

    written = _Drain()
    wanted = schema(order, order.names, geo=True)
    with pq.ParquetWriter(written, wanted, compression="zstd") as out:
        waiting, count, enough = [], 0, ROW_GROUPS[0]
        for batch in batches(order, wanted):
            waiting.append(batch)
            count += batch.num_rows
            if count >= enough:
                out.write_table(pa.Table.from_batches(waiting))
                waiting, count, enough = [], 0, ROW_GROUPS[1]
                yield written.drained()
        if waiting:
            out.write_table(pa.Table.from_batches(waiting))
    yield written.drained()


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
