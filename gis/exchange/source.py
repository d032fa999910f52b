"""Which reader a file wants: by its name, and where the name says nothing, by its first bytes."""

from __future__ import annotations

from pathlib import Path

from gis.exchange.batch import Source
from gis.exchange.delimited import Delimited
from gis.exchange.sheet import SHEETS, Sheet
from gis.exchange.vector import FORMATS, Parquet, Vector, unreadable

TEXT = (".csv", ".tsv", ".txt")
_MAGIC = (
    (b"SQLite format 3", ".gpkg"),
    (b"fgb", ".fgb"),
    (b"PAR1", ".parquet"),
    (b"\x00\x00\x27\x0a", ".shp"),
)


def source(path: Path, *, encoding: str | None = None, sublayer: str | None = None, hint: str = "") -> Source:
    kind = path.suffix.lower()
    if kind not in (*TEXT, *SHEETS, *FORMATS):
        kind = _kind_inside(path)
    if kind in TEXT:
        return Delimited(path, encoding)
    if kind in SHEETS:
        return Sheet(path, sublayer, hint)
    if kind in (".parquet", ".geoparquet"):
        return Parquet(path)
    return Vector(path, sublayer, encoding, hint)


def _kind_inside(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(1024)
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text.startswith(b"{"):
        return ".geojson"
    if text.startswith(b"<"):
        return ".kml"
    if b"\x00" in start:
        raise unreadable(path)
    return ".csv"
