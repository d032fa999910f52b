"""Vector files (SHP, GPKG, GeoJSON, KML, FlatGeobuf, DXF, GeoParquet) as batches, by GDAL and Arrow.

A file of any size is read in the memory of one batch; what is inside keeps its types.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gis.exchange.batch import SIZE, Batch
from gis.exchange.delimited import encoding_of
from layers.registry.importer import Cells, Wrong

FORMATS = (
    ".shp",
    ".gpkg",
    ".geojson",
    ".json",
    ".kml",
    ".kmz",
    ".fgb",
    ".dxf",
    ".gml",
    ".parquet",
    ".geoparquet",
)


@dataclass(slots=True)
class Vector:
    """One layer of one file."""

    path: Path
    sublayer: str | None = None
    encoding: str | None = None
    hint: str = ""
    """The layer of ours that is wanted: where a file has several, the one of that name is taken."""
    geometry: bool = True
    crs: str | None = None
    columns: list[str] = field(default_factory=list)
    first: Cells = field(default_factory=dict)
    notes: int = 0

    def __post_init__(self) -> None:
        self.sublayer = self.sublayer or only_layer(self.path, self.hint)
        self.encoding = self.encoding or self._dbf_encoding()
        with reading(self.path):
            info = pyogrio.read_info(self.path, layer=self.sublayer, encoding=self.encoding)
        self.geometry = info["geometry_type"] is not None
        self.crs = info["crs"]
        self.columns = [str(name) for name in info["fields"]]
        head = next(self._read(1), None)
        self.first = head.row(0) if head is not None and len(head) else {}

    def _dbf_encoding(self) -> str | None:
        """Shapefiles without .cpg mostly come from Windows in Big5, and do not say so."""
        dbf = self.path.with_suffix(".dbf")
        if self.path.suffix.lower() != ".shp" or not dbf.exists() or self.path.with_suffix(".cpg").exists():
            return None
        with dbf.open("rb") as file:
            header = int.from_bytes(file.read(12)[8:10], "little")
        return "CP950" if encoding_of(dbf, header) == "cp950" else "UTF-8"

    def batches(self) -> Iterator[Batch]:
        yield from self._read(SIZE)

    def _read(self, size: int) -> Iterator[Batch]:
        number = 0
        with reading(self.path), pyogrio.open_arrow(
            self.path, layer=self.sublayer, encoding=self.encoding, batch_size=size, use_pyarrow=True,
            datetime_as_string=True,
        ) as (meta, reader):  # fmt: skip
            place = meta["geometry_name"] or "wkb_geometry"
            for part in reader:
                yield as_batch(part, place, number, set(self.columns))
                number += len(part)


@dataclass(slots=True)
class Parquet:
    """GeoParquet, or a Parquet table with a column of WKB."""

    path: Path
    geometry: bool = True
    crs: str | None = None
    columns: list[str] = field(default_factory=list)
    first: Cells = field(default_factory=dict)
    notes: int = 0
    _place: str = "geometry"

    def __post_init__(self) -> None:
        with reading(self.path):
            schema = pq.read_schema(self.path)
        self._place, self.crs = geo_column(schema)
        self.geometry = self._place in schema.names
        self.columns = [name for name in schema.names if name != self._place]
        head = next(self.batches(), None)
        self.first = head.row(0) if head is not None and len(head) else {}

    def batches(self) -> Iterator[Batch]:
        number = 0
        with reading(self.path):
            for part in pq.ParquetFile(self.path).iter_batches(SIZE):
                yield as_batch(part, self._place, number, set(self.columns))
                number += len(part)


def only_layer(path: Path, hint: str) -> str:
    """The one layer of a file; of several, the one called like the layer of ours that is wanted."""
    with reading(path):
        found = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    names = [name for name, _ in found]
    placed = [name for name, kind in found if kind is not None]
    if len(placed) == 1 or len(names) == 1:
        return (placed or names)[0]
    if hint in names:
        return hint
    if not names:
        raise Wrong(f"{path.name} 內沒有圖層。", f"{path.name} holds no layer.")
    listed = ", ".join(names[:20])
    raise Wrong(
        f"{path.name} 有多個圖層，請以 --sublayer 指定其一：{listed}。",
        f"{path.name} holds several layers; choose one with --sublayer: {listed}.",
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A file that is damaged, at its head or in its middle, is told so instead of in GDAL's words."""
    try:
        yield
    except (DataSourceError, DataLayerError, pa.ArrowException, OSError) as wrong:
        raise unreadable(path) from wrong


def geo_column(schema: pa.Schema) -> tuple[str, str | None]:
    """The column of places and its system, as the `geo` metadata say; without them, `geometry` in WGS 84."""
    import orjson

    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        name = next((n for n in ("geometry", "geom", "wkb_geometry") if n in schema.names), "")
        return name, None
    said = orjson.loads(raw)
    name = said["primary_column"]
    crs = said["columns"][name].get("crs", "OGC:CRS84")
    return name, orjson.dumps(crs).decode() if isinstance(crs, dict) else crs


def as_batch(part: pa.RecordBatch, place: str, number: int, wanted: set[str]) -> Batch:
    names = part.schema.names
    columns: dict[str, Sequence[Any]] = {n: part.column(n).to_pylist() for n in names if n in wanted}
    shapes, problems = None, {}
    if place in names:
        raw = np.array(part.column(place).to_pylist(), dtype=object)
        shapes = shapely.from_wkb(raw, on_invalid="ignore")
        for at in np.flatnonzero(shapely.is_missing(shapes)):
            if raw[at] is not None:
                problems[int(at)] = Wrong("圖形無法解讀", "its geometry cannot be read")
    return Batch(list(range(number + 1, number + len(part) + 1)), columns, shapes, problems)


def unreadable(path: Path) -> Wrong:
    return Wrong(
        f"無法讀取 {path.name}：不是 CSV、XLSX、SHP、GPKG、GeoJSON、KML、FlatGeobuf、DXF 或 GeoParquet，或已損壞。",
        f"{path.name} cannot be read: it is no CSV, XLSX, SHP, GPKG, GeoJSON, KML, FlatGeobuf, DXF or GeoParquet, "
        "or it is damaged.",
    )
