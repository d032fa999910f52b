"""Writes a layer into a file, as one clearance sees it: streamed from the database, however many rows there are.

GeoJSON and CSV are written by PostgreSQL's own text; GeoParquet by Arrow; GPKG, FlatGeobuf, Shapefile and KML
by GDAL, fed batch by batch. What a spreadsheet would run as a formula is quoted. Rows carry their key, so that
a file that was taken out and mended comes in again as the same rows.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from django.conf import settings
from django.db import connection, transaction
from pyproj import CRS

from gis.exchange.guard import guarded
from gis.exchange.names import shortened
from gis.exchange.unpack import LEGEND
from gis.trouble import Trouble
from layers.access import Clearance
from layers.registry import cql
from layers.registry.field import Field
from layers.registry.layer import Layer
from layers.registry.sql import Bbox, Sql, column, columns, parse_interval, relation, where

FORMATS = ("geojson", "gpkg", "fgb", "csv", "parquet", "shp", "kml")
DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile", "kml": "KML"}
BATCH = 2_000
_ARROW: dict[str, pa.DataType] = {
    "string": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}
DECIMALS = 9
"""Of a degree, as fine as an import compares places, so that a file read back changes nothing."""
_OGC = {"point": "Point", "line": "LineString", "polygon": "MultiPolygon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What is wanted of a layer. `run` says how many rows were written."""

    layer: Layer
    clearance: Clearance
    bbox: Bbox | None = None
    datetime: str | None = None
    filter: str | None = None
    fields: tuple[str, ...] = ()
    srid: int = 4326

    def run(self, form: str, path: Path) -> int:
        """The file is complete or not there at all."""
        if form not in FORMATS:
            raise Trouble(f"There is no format “{form}”.", f"There are {', '.join(FORMATS)}.", code=2)
        if form in ("geojson", "kml") and self.srid != 4326:
            raise Trouble(
                f"{form} is always in WGS 84.", "Leave --crs out, or choose another format.", code=2
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".export-") as room:
            draft = Path(room) / path.name
            write = {
                "geojson": self._geojson,
                "csv": self._csv,
                "parquet": self._parquet,
                "shp": self._shapefile,
            }
            count = write[form](draft) if form in write else self._gdal(draft, DRIVERS[form])
            draft.replace(path)
        return count

    # what is asked of the database

    @property
    def chosen(self) -> tuple[Field, ...]:
        seen = self.layer.seen_by(self.clearance)
        names = {f.name for f in seen}
        if strange := next((n for n in self.fields if n not in names), None):
            raise Trouble(f"There is no field “{strange}”.", f"There are {', '.join(sorted(names))}.", code=2)
        return tuple(f for f in seen if not self.fields or f.name in self.fields)

    @property
    def keyed(self) -> bool:
        """Whether the key goes along beside the chosen fields: not where it is a field for other eyes."""
        declared = self.layer.by_name.get("key")
        return (
            self.layer.model is not None
            and (declared is None or declared.clearance <= self.clearance)
            and "key" not in {f.name for f in self.chosen}
        )

    @property
    def _key(self) -> str:
        return ', q."key"' if self.keyed else ""

    def _conditions(self) -> Sql:
        try:
            return where(
                self.layer,
                self.clearance,
                bbox=self.bbox,
                interval=parse_interval(self.datetime) if self.datetime else None,
                condition=cql.compile(self.filter, self.layer, self.clearance) if self.filter else None,
            )
        except ValueError as wrong:
            raise Trouble(str(wrong), code=2) from wrong

    def _place(self) -> str:
        return "q.geom" if self.srid == 4326 else f"ST_Transform(q.geom, {self.srid})"

    def _rows(self, values: str) -> Iterator[list[tuple[Any, ...]]]:
        """Batches of rows, read through a cursor on the server so that memory stays where it is."""
        sql = (
            Sql(f"SELECT {values} FROM {relation(self.layer)} WHERE ") + self._conditions() + " ORDER BY q.id"
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            cursor.execute("DECLARE export NO SCROLL CURSOR FOR " + sql.text, sql.params)
            while True:
                cursor.execute(f"FETCH {BATCH} FROM export")
                rows = cursor.fetchall()
                if not rows:
                    break
                yield rows
            cursor.execute("CLOSE export")

    # formats

    def _geojson(self, path: Path) -> int:
        pairs = ", ".join(
            [*(["'key', q.key"] if self.keyed else []),
             *(f"'{f.name}', {column(self.layer, f.name)}" for f in self.chosen)]
        )  # fmt: skip
        feature = (
            f"json_build_object('type', 'Feature', 'id', q.id, 'geometry', ST_AsGeoJSON(q.geom, {DECIMALS}, 0)::json, "
            f"'properties', json_build_object({pairs}))::text"
        )
        count = 0
        head = {
            "name": self.layer.id,
            "attribution": self.layer.attribution.en,
            "licence": self.layer.licence,
        }
        with path.open("w", encoding="utf-8") as out:
            out.write(
                '{"type":"FeatureCollection",'
                + json.dumps(head, ensure_ascii=False)[1:-1]
                + ',"features":[\n'
            )
            for rows in self._rows(feature):
                for (text,) in rows:
                    out.write((",\n" if count else "") + text)
                    count += 1
            out.write("\n]}\n")
        return count

    def _csv(self, path: Path) -> int:
        point = self.layer.geometry == "point"
        place = (
            f"ST_X({self._place()}), ST_Y({self._place()})"
            if point
            else f"ST_AsText({self._place()}, {DECIMALS})"
        )
        head = ["id", *(("lon", "lat") if self.srid == 4326 else ("x", "y"))] if point else ["id", "wkt"]
        count = 0
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([*head, *(["key"] if self.keyed else []), *(f.name for f in self.chosen)])
            for rows in self._rows(f"q.id, {place}{self._key}{columns(self.layer, self.chosen)}"):
                writer.writerows([cell(v) for v in row] for row in rows)
                count += len(rows)
        return count

    def _schema(self, names: Sequence[str], plain_times: bool = False) -> pa.Schema:
        kinds = [_ARROW[f.resolved] for f in self.chosen]
        if plain_times:
            kinds = [pa.string() if pa.types.is_temporal(k) else k for k in kinds]
        key = [("key", pa.string())] if self.keyed else []
        return pa.schema(
            [("id", pa.int64()), *key, *zip(names, kinds, strict=True), ("geometry", pa.binary())]
        )

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for rows in self._rows(
            f"q.id{self._key}{columns(self.layer, self.chosen)}, ST_AsBinary({self._place()})"
        ):
            values = list(zip(*rows, strict=True))
            arrays = [
                pa.array([_arrow(v, f.type) for v in vs], f.type)
                for vs, f in zip(values, schema, strict=True)
            ]
            yield pa.record_batch(arrays, schema=schema)

    def _parquet(self, path: Path) -> int:
        schema = self._schema([f.name for f in self.chosen])
        about = {
            "version": "1.1.0",
            "primary_column": "geometry",
            "columns": {
                "geometry": {
                    "encoding": "WKB",
                    "geometry_types": [_OGC[self.layer.geometry or "point"]],
                    "crs": json.loads(CRS.from_epsg(self.srid).to_json()),
                }
            },
        }
        schema = schema.with_metadata({"geo": json.dumps(about)})
        count = 0
        with pq.ParquetWriter(path, schema, compression="zstd") as out:
            for batch in self._batches(schema):
                out.write_batch(batch)
                count += batch.num_rows
        return count

    def _gdal(self, path: Path, driver: str, names: Sequence[str] | None = None) -> int:
        plain = driver in ("ESRI Shapefile", "KML")
        schema = self._schema(names or [f.name for f in self.chosen], plain_times=plain)
        counted = _Counted(self._batches(schema))
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, counted),
            path,
            driver=driver,
            layer=self.layer.id,
            geometry_name="geometry",
            geometry_type=_OGC[self.layer.geometry or "point"],
            crs=f"EPSG:{self.srid}",
            encoding="UTF-8",
        )
        return counted.rows

    def _shapefile(self, path: Path) -> int:
        """A zip of the files; names longer than ten letters are cut, and a table beside them says what they were."""
        names = list(shortened(f.name for f in self.chosen).values())
        folder = path.parent / "shp"
        folder.mkdir()
        count = self._gdal(folder / f"{self.layer.id}.shp", DRIVERS["shp"], names)
        with (folder / LEGEND).open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["column", "field", "中文", "English", "unit"])
            for name, f in zip(names, self.chosen, strict=True):
                writer.writerow([name, f.name, f.title.zh, f.title.en, f.unit or ""])
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out_zip:
            for file in sorted(folder.iterdir()):
                out_zip.write(file, file.name)
        return count


class _Counted:
    """Passes batches on and counts their rows."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self.batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.rows += batch.num_rows
            yield batch


def _arrow(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_string(kind) and not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else json.dumps(value, ensure_ascii=False)
    return bytes(value) if pa.types.is_binary(kind) else value


def cell(value: Any) -> Any:
    """A value as a spreadsheet may have it: text that begins like a formula gets a quote before it."""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else value


def default_path(layer: Layer, form: str) -> Path:
    ending = {"shp": "shp.zip"}.get(form, form)
    return Path(settings.DATA_DIR) / "exports" / f"{layer.id}.{ending}"
