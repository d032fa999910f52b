"""Where handed-over files lie, and what they really are: told by their bytes, never by their names.

A file in the making is held by a lock of the process that writes it; one that nobody holds was left by a process
that died, and is removed. What reads files in earnest is in `files.py`: a web worker need not carry it.
"""

from __future__ import annotations

import fcntl
import zipfile
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from layers.registry.importer import Wrong

PART = ".part"
ENDINGS = (
    ".csv", ".tsv", ".txt", ".zip", ".gpkg", ".kml", ".kmz", ".geojson", ".json", ".xlsx", ".ods", ".fgb",
    ".parquet", ".gml", ".dxf", ".gz",
)  # fmt: skip
_OTHER = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"MZ", "EXE"), (b"\x7fELF", "ELF"),
    (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\xd0\xcf\x11\xe0", "XLS/DOC"),
)  # fmt: skip


def folder() -> Path:
    found = Path(settings.DATA_DIR) / "uploads"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def path_of(id: UUID, ending: str) -> Path:
    return folder() / f"{id}{ending}"


def by_its_name(wrong: Wrong, id: UUID, ending: str, name: str) -> Wrong:
    """The same trouble, told of the file as its owner calls it and not as it is called on our disk."""
    zh, en = (text.replace(f"{id}{ending}", name).replace(str(id), Path(name).stem) for text in wrong.text)
    return Wrong(zh, en)


def remove(id: UUID, ending: str) -> None:
    path_of(id, ending).unlink(missing_ok=True)
    (folder() / f"{id}.rejects.csv").unlink(missing_ok=True)


def sweep() -> int:
    """Removes files in the making that no living process holds."""
    gone = 0
    for path in folder().glob(f"*{PART}"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def safe_name(said: str) -> str:
    """The last part of what the browser calls the file; it is shown, and never names anything on the disk."""
    name = said.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable()).strip()[-200:] or "file"


def ending_of(name: str) -> str:
    """The ending, or Wrong when it is none that can be read."""
    ending = Path(name.lower()).suffix
    if ending in ENDINGS:
        return ending
    if ending in (".shp", ".dbf", ".shx", ".prj"):
        raise Wrong(
            "Shapefile 由多個檔案組成：請將 .shp、.dbf、.shx、.prj 一起壓縮成 .zip 再上傳。",
            "A shapefile is several files: put .shp, .dbf, .shx and .prj into one .zip and hand that over.",
        )
    listed = "、".join(e[1:].upper() for e in (".csv", ".xlsx", ".zip", ".gpkg", ".kml", ".kmz", ".geojson"))
    raise Wrong(
        f"無法讀取「{ending or name[:40]}」這種檔案；可用：{listed}（SHP 請壓縮成 ZIP）。",
        f"Files of the kind “{ending or name[:40]}” cannot be read; there are CSV, XLSX, GPKG, KML, KMZ, GeoJSON, and SHP "
        "in a ZIP.",
    )


def sniff(path: Path, name: str) -> str:
    """The ending that the content deserves, or Wrong: a picture called .csv is none."""
    said = ending_of(name)
    size = path.stat().st_size
    if size == 0:
        raise Wrong(f"「{name}」是空檔案（0 位元組）。", f"“{name}” is empty (0 bytes).")
    with path.open("rb") as file:
        start = file.read(2048)
    for magic, what in _OTHER:
        if start.startswith(magic):
            raise Wrong(
                f"「{name}」其實是 {what} 檔，無法讀取。",
                f"“{name}” is really a {what} file and cannot be read.",
            )
    real = _real(path, start, name)
    if real is None:
        return said if said in (".dxf", ".gml", ".fgb", ".parquet") else _text(start, said, name)
    if real != said and not ({real, said} <= {".zip", ".kmz"} and said == ".kmz"):
        if said in (".csv", ".tsv", ".txt") or real == ".gz":
            return real  # a spreadsheet saved under the wrong name is still a spreadsheet
        if said in (".zip", ".kmz", ".xlsx", ".ods", ".gpkg"):
            return real
        raise _other(name, said)
    return real


def _other(name: str, said: str) -> Wrong:
    return Wrong(
        f"「{name}」的內容不是 {said[1:].upper()}；可能副檔名錯誤或檔案已損壞。",
        f"What is in “{name}” is no {said[1:].upper()}: its name is wrong, or it is damaged.",
    )


def _text(start: bytes, said: str, name: str) -> str:
    if said in (".gpkg", ".xlsx", ".ods", ".zip", ".kmz", ".gz"):
        raise _other(name, said)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in start and not wide:
        raise _other(name, said)
    bare = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    if bare.startswith(b"{") or (bare.startswith(b"[") and said in (".json", ".geojson")):
        return ".geojson"
    if bare.startswith(b"<"):
        if b"<html" in bare.lower() or b"<!doctype html" in bare.lower():
            raise Wrong(
                f"「{name}」是網頁（HTML），不是資料檔。",
                f"“{name}” is a web page (HTML), not a file of data.",
            )
        return ".gml" if said == ".gml" else ".kml"
    if said in (".kml", ".geojson", ".json", ".gml"):
        raise _other(name, said)
    return ".csv" if said in (".csv", ".txt", ".tsv") else said


def _real(path: Path, start: bytes, name: str) -> str | None:
    if start.startswith(b"SQLite format 3\x00"):
        return ".gpkg"
    if start.startswith(b"\x1f\x8b"):
        return ".gz"
    if start.startswith(b"fgb"):
        return ".fgb"
    if start.startswith(b"PAR1"):
        return ".parquet"
    if not start.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as wrong:
        raise Wrong(
            f"「{name}」的壓縮檔已損壞或不完整。", f"“{name}” is a damaged or incomplete archive."
        ) from wrong
    if any(n.startswith("xl/") for n in names):
        return ".xlsx"
    if "content.xml" in names and "mimetype" in names:
        return ".ods"
    if "doc.kml" in names or (
        len([n for n in names if n.lower().endswith(".kml")]) == 1 and name.lower().endswith(".kmz")
    ):
        return ".kmz"
    return ".zip"
