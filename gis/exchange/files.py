"""A layer in any format, as a file or as a stream of bytes, however many rows there are.

What can be written from its beginning to its end is streamed (GeoJSON, JSON-FG, CSV, GeoParquet); GPKG,
FlatGeobuf, Shapefile and KML are files that GDAL writes first. What writes them is loaded when it is first
needed: a worker that only answers maps need not carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from gis.exchange.export import Export
from gis.trouble import Trouble
from layers.registry.layer import Layer

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    title: str
    media: str
    ending: str
    crs: bool = True
    """Whether it may be in another coordinate system than WGS 84."""
    driver: str | None = None
    """The GDAL driver that writes it, or None where it is streamed."""


FORMATS = {
    "geojson": Format("GeoJSON", "application/geo+json", "geojson", crs=False),
    "jsonfg": Format("JSON-FG", "application/vnd.ogc.fg+json", "fg.json"),
    "csv": Format("CSV", "text/csv; charset=utf-8", "csv"),
    "parquet": Format("GeoParquet", "application/vnd.apache.parquet", "parquet"),
    "fgb": Format("FlatGeobuf", "application/vnd.flatgeobuf", "fgb", driver="FlatGeobuf"),
    "gpkg": Format("GeoPackage", "application/geopackage+sqlite3", "gpkg", driver="GPKG"),
    "shp": Format("Shapefile", "application/zip", "shp.zip", driver="ESRI Shapefile"),
    "kml": Format("KML", "application/vnd.google-earth.kml+xml", "kml", crs=False, driver="KML"),
}


def chunks(order: Export, form: str) -> Iterator[bytes]:
    """The bytes of the file, in order."""
    wanted = _format(order, form)
    if wanted.driver is None:
        yield from _stream(order, form)
        return
    with TemporaryDirectory(prefix="antu-export-") as room:
        path = _drawn(order, Path(room), wanted)
        with path.open("rb") as made:
            while chunk := made.read(CHUNK):
                yield chunk


def write(order: Export, form: str, path: Path) -> int:
    """Writes a file, which is complete or not there at all, and says how many rows it has."""
    wanted = _format(order, form)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".export-") as room:
        if wanted.driver:
            draft = _drawn(order, Path(room), wanted)
        else:
            draft = Path(room) / path.name
            with draft.open("wb") as out:
                out.writelines(_stream(order, form))
        draft.replace(path)
    return order.rows


def _stream(order: Export, form: str) -> Iterator[bytes]:
    from gis.exchange.streams import BY_FORMAT

    return BY_FORMAT[form](order)


def _drawn(order: Export, room: Path, wanted: Format) -> Path:
    from gis.exchange.drivers import draw

    assert wanted.driver is not None
    return draw(order, room, wanted.driver, wanted.ending)


def _format(order: Export, form: str) -> Format:
    if form not in FORMATS:
        raise Trouble(f"There is no format “{form}”.", f"There are {', '.join(FORMATS)}.", code=2)
    if not FORMATS[form].crs and order.srid != 4326:
        said = f"{FORMATS[form].title} is always in WGS 84."
        raise Trouble(said, "Leave the coordinate system out, or choose another format.", code=2)
    return FORMATS[form]


def default_path(layer: Layer, form: str) -> Path:
    return Path(settings.DATA_DIR) / "exports" / f"{layer.id}.{FORMATS[form].ending}"
