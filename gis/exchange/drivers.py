"""The formats that GDAL writes, fed batch by batch: GeoPackage, FlatGeobuf, Shapefile, KML."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pyarrow as pa
import pyogrio

from gis.exchange.arrow import GEOMETRY_TYPES, batches, schema
from gis.exchange.export import Export
from gis.exchange.names import shortened
from gis.exchange.unpack import LEGEND


def draw(order: Export, room: Path, driver: str, ending: str) -> Path:
    """The file, made in an empty folder."""
    path = room / f"{order.layer.id}.{ending}"
    if driver == "ESRI Shapefile":
        _shapefile(order, room, path)
    else:
        _write(order, path, driver, order.names)
    return path


def _write(order: Export, path: Path, driver: str, names: list[str]) -> None:
    wanted = schema(order, names, plain_times=driver in ("ESRI Shapefile", "KML"))
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(wanted, batches(order, wanted)),
        path,
        driver=driver,
        layer=order.layer.id,
        geometry_name="geometry",
        geometry_type=GEOMETRY_TYPES[order.layer.geometry or "point"],
        crs=f"EPSG:{order.srid}",
        encoding="UTF-8",
    )


def _shapefile(order: Export, room: Path, path: Path) -> None:
    """A zip of the files; names longer than ten letters are cut, and a table beside them says what they were."""
    names = list(shortened(order.names).values())
    folder = room / "shp"
    folder.mkdir()
    _write(order, folder / f"{order.layer.id}.shp", "ESRI Shapefile", names)
    with (folder / LEGEND).open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["column", "field", "中文", "English", "unit"])
        for name, f in zip(names[-len(order.chosen) :], order.chosen, strict=True):
            writer.writerow([name, f.name, f.title.zh, f.title.en, f.unit or ""])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out_zip:
        for file in sorted(folder.iterdir()):
            out_zip.write(file, file.name)
