"""Opens what a user hands over: plain files, .gz and .zip, told apart by their first bytes, not their names.

Packed files are unpacked into a temporary folder under limits, so that a small file cannot fill the disk.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from layers.registry.importer import Wrong

MOST_BYTES = 2 * 1024**3
MOST_RATIO = 200
FREE_BYTES = 16 * 1024**2
"""Below this size the ratio says nothing: a table of zeros packs well."""
MOST_MEMBERS = 2_000
DATA = {
    ".csv",
    ".tsv",
    ".txt",
    ".geojson",
    ".json",
    ".gpkg",
    ".kml",
    ".kmz",
    ".fgb",
    ".dxf",
    ".shp",
    ".parquet",
    ".gml",
    ".xlsx",
    ".ods",
}
SIDECARS = {".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx"}
LEGEND = "fields.csv"
"""The table of names that stands beside a shapefile of ours."""
CHUNK = 1024 * 1024


@contextmanager
def unpacked(path: Path) -> Iterator[list[Path]]:
    """The plain files inside, to be read while the block lasts."""
    if not path.exists():
        raise Wrong(f"找不到檔案 {path}。", f"There is no file {path}.")
    if path.is_dir():
        raise Wrong(f"{path} 是資料夾；請指定檔案。", f"{path} is a folder; name the files in it.")
    if path.stat().st_size == 0:
        raise Wrong(f"{path.name} 是空檔案。", f"{path.name} is empty.")
    with path.open("rb") as file:
        magic = file.read(4)
    if (magic[:2] != b"\x1f\x8b" and magic != b"PK\x03\x04") or path.suffix.lower() in (
        ".kmz",
        ".xlsx",
        ".ods",
    ):
        yield [path]
        return
    with tempfile.TemporaryDirectory(prefix="antu-import-") as folder:
        into = Path(folder)
        try:
            yield _gunzip(path, into) if magic[:2] == b"\x1f\x8b" else _unzip(path, into)
        except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, zlib.error) as wrong:
            raise Wrong(
                f"{path.name} 的壓縮檔已損壞。", f"{path.name} is a damaged archive: {wrong}."
            ) from wrong


def _gunzip(path: Path, into: Path) -> list[Path]:
    name = path.stem if path.suffix.lower() == ".gz" else path.name
    target = into / name
    with gzip.open(path) as packed, target.open("wb") as out:
        _pour(packed, out, path, path.stat().st_size)
    return [target]


def _unzip(path: Path, into: Path) -> list[Path]:
    found: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if len(members) > MOST_MEMBERS:
            raise Wrong(
                f"{path.name} 內含超過 {MOST_MEMBERS} 個檔案。",
                f"{path.name} holds more than {MOST_MEMBERS:,} files.",
            )
        shapes = any(m.filename.lower().endswith(".shp") for m in members)
        stems: dict[str, str] = {}
        left = MOST_BYTES
        for member in members:
            inner = Path(member.filename.replace("\\", "/"))
            suffix = inner.suffix.lower()
            if suffix not in DATA | SIDECARS or inner.name.startswith("."):
                continue
            if shapes and inner.name.lower() == LEGEND:
                continue
            if member.flag_bits & 1:
                raise Wrong(f"{path.name} 設有密碼，無法讀取。", f"{path.name} is locked with a password.")
            # parts of one shapefile keep one name; no name of the archive reaches the disk
            stem = stems.setdefault(str(inner.with_suffix("")).lower(), f"part{len(stems):04d}")
            target = into / f"{stem}{suffix}"
            with archive.open(member) as packed, target.open("wb") as out:
                left -= _pour(packed, out, path, member.compress_size, left)
            if suffix in DATA:
                found.append(target)
    if not found:
        raise Wrong(
            f"{path.name} 內沒有可匯入的檔案（{'、'.join(sorted(DATA))}）。",
            f"{path.name} holds no file that can be imported ({', '.join(sorted(DATA))}).",
        )
    return found


def _pour(
    packed: IO[bytes] | gzip.GzipFile, out: IO[bytes], path: Path, size: int, limit: int = MOST_BYTES
) -> int:
    count = 0
    while chunk := packed.read(CHUNK):
        count += len(chunk)
        if count > limit or (count > FREE_BYTES and count > size * MOST_RATIO):
            raise Wrong(
                f"{path.name} 解壓縮後過大（上限 2 GB、{MOST_RATIO} 倍），拒絕讀取。",
                f"{path.name} grows beyond 2 GB or {MOST_RATIO} times its size when unpacked, and is refused.",
            )
        out.write(chunk)
    return count
