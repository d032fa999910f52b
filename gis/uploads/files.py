"""Opens what was handed over: the tables and layers inside a file, under limits, each as a source of rows."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gis.exchange.batch import Source
from gis.exchange.sheet import SHEETS
from gis.exchange.source import TEXT, source
from gis.exchange.unpack import CHUNK, DATA, FREE_BYTES, LEGEND, MOST_BYTES, MOST_RATIO, unpacked
from gis.exchange.vector import FORMATS, reading
from layers.registry.importer import Wrong

MOST_COLUMNS = 500


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
