"""Where handed-over files lie, what they really are, and how they are opened: told by their bytes, never their names.

A file in the making is held by a lock of the process that writes it; one that nobody holds was left by a process
that died, and is removed.
"""

from __future__ import annotations

import fcntl
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from gis.exchange.batch import Source
from gis.exchange.sheet import SHEETS
from gis.exchange.source import TEXT, source
from gis.exchange.unpack import CHUNK, DATA, FREE_BYTES, LEGEND, MOST_BYTES, MOST_RATIO, unpacked
from gis.exchange.vector import FORMATS, reading
from layers.registry.importer import Wrong

PART = ".part"
MOST_COLUMNS = 500
ENDINGS = (
    ".csv", ".tsv", ".txt", ".zip", ".gpkg", ".kml", ".kmz", ".geojson", ".json", ".xlsx", ".ods", ".fgb",
    ".parquet", ".gml", ".dxf", ".gz",
)  # fmt: skip
_PACKED = {".zip", ".kmz", ".xlsx", ".ods"}
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


def weigh(path: Path, ending: str) -> None:
    """Reads a packed file to its end under limits: neither a bomb nor one that was cut comes further."""
    if ending not in (".xlsx", ".ods", ".kmz"):
        return  # .zip and .gz are unpacked under the same limits
    size, count = path.stat().st_size, 0
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as packed:
                    while chunk := packed.read(CHUNK):
                        count += len(chunk)
                        if count > MOST_BYTES or (count > FREE_BYTES and count > size * MOST_RATIO):
                            raise Wrong(
                                f"檔案解壓縮後過大（超過 2 GB 或原檔的 {MOST_RATIO} 倍），拒絕讀取。",
                                f"The file grows beyond 2 GB or {MOST_RATIO} times its size when unpacked, and is refused.",
                            )
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as wrong:
        raise Wrong("檔案已損壞或設有密碼。", "The file is damaged or locked with a password.") from wrong


@dataclass(frozen=True, slots=True)
class Part:
    """One table or layer of a file. `id` is the number of the file in an archive, then the layer in it."""

    id: str
    name: str
    path: Path
    sublayer: str | None


@contextmanager
def parts(path: Path, name: str) -> Iterator[list[Part]]:
    """All tables and layers of a file, to be read while the block lasts."""
    weigh(path, path.suffix)
    with unpacked(path) as files:
        titles = _titles(path, files, name)
        found = [p for n, file in enumerate(files) for p in _inside(n, file, titles[n])]
        if not found:
            raise Wrong(f"「{name}」內沒有圖層。", f"“{name}” holds no layer.")
        yield found


def _titles(path: Path, files: list[Path], name: str) -> list[str]:
    """What files of an archive are called there: `unpacked` hands them over in the same order."""
    stem = Path(name).stem
    if path.suffix != ".zip":
        return [stem] * len(files)
    with zipfile.ZipFile(path) as archive:
        said = [Path(m.filename.replace("\\", "/")) for m in archive.infolist() if not m.is_dir()]
    wanted = [
        p.stem for p in said
        if p.suffix.lower() in DATA and not p.name.startswith(".") and p.name.lower() != LEGEND and "__MACOSX" not in p.parts
    ]  # fmt: skip
    return wanted if len(wanted) == len(files) else [f"{stem} {n + 1}" for n in range(len(files))]


def _inside(number: int, file: Path, title: str) -> list[Part]:
    import pyogrio

    kind = file.suffix.lower()
    if kind in TEXT or kind in (".parquet", ".geoparquet") or kind not in (*SHEETS, *FORMATS):
        return [Part(str(number), title, file, None)]
    with reading(file):
        layers = [(str(n), k) for n, k in pyogrio.list_layers(file)]
        if len(layers) > 1 and kind not in SHEETS:
            layers = [(n, k) for n, k in layers if k is not None] or layers
        full = [
            (n, pyogrio.read_info(file, layer=n)["features"]) for n, _ in layers[:50]
        ]  # folders of a KML without placemarks say nothing
    some = [n for n, count in full if count != 0] or [n for n, _ in full]
    alone = len(some) == 1
    return [Part(f"{number}/{n}", title if alone else f"{title} · {n}", file, n) for n in some]


def opened(found: list[Part], wanted: str | None, encoding: str | None) -> tuple[Part, Source]:
    """The part that is wanted, or the first, ready to be read."""
    part = next((p for p in found if p.id == wanted), found[0])
    reader = source(part.path, encoding=encoding or None, sublayer=part.sublayer)
    if len(reader.columns) > MOST_COLUMNS:
        raise Wrong(
            f"檔案有 {len(reader.columns):,} 欄，最多 {MOST_COLUMNS} 欄。",
            f"The file has {len(reader.columns):,} columns; {MOST_COLUMNS} are allowed.",
        )
    return part, reader
