"""PMTiles archives in the data folder, served tile by tile with small reads: the file is never in memory.

An archive says itself for whose eyes it was built; a file `<name>.json` beside it may say otherwise:
`{"clearance": "police", "name": "…", "attribution": "…"}`. What says nothing is public; what cannot be read is
served to nobody. A file that is replaced is seen at the next request.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import re
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from pmtiles.tile import (
    Compression,
    Entry,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from layers.access import Clearance, Viewer
from tilesrv.answer import Problem
from tilesrv.grid import Tile

log = logging.getLogger(__name__)
Json = dict[str, Any]
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
MOST_DIRECTORY = 2**20
MOST_METADATA = 2**22
MOST_TILE = 2**24
KEPT_DIRECTORIES = 24
KINDS = {
    TileType.MVT: ("application/vnd.mapbox-vector-tile", ("mvt", "pbf")),
    TileType.PNG: ("image/png", ("png",)),
    TileType.JPEG: ("image/jpeg", ("jpg", "jpeg")),
    TileType.WEBP: ("image/webp", ("webp",)),
    TileType.AVIF: ("image/avif", ("avif",)),
}


class Damaged(Exception):
    """The file is no archive that can be served; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A tile as it lies in the file: its bytes, and whether they are gzipped."""

    body: bytes
    gzipped: bool


class Archive:
    def __init__(self, path: Path, stamp: str) -> None:
        self.name, self.stamp = path.stem, stamp
        self.file = path.open("rb")
        self._directories: OrderedDict[int, list[Entry]] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self.header = deserialize_header(self._read(0, 127, 127))
        except Exception as broken:
            raise Damaged("its header is none of PMTiles version 3") from broken
        if self.header["internal_compression"] not in (Compression.GZIP, Compression.NONE):
            raise Damaged("its directories are packed in a way that is not read here")
        if self.header["tile_type"] not in KINDS:
            raise Damaged("its tiles are of a kind that is not served")
        if self.header["tile_compression"] not in (Compression.GZIP, Compression.NONE):
            raise Damaged("its tiles are packed with something else than gzip")
        self.content_type, self.endings = KINDS[self.header["tile_type"]]
        try:
            raw = self._read(self.header["metadata_offset"], self.header["metadata_length"], MOST_METADATA)
            told = json.loads(self._plain(raw, MOST_METADATA) or b"{}")
            beside = path.with_suffix(".json")
            self.said: Json = told | (json.loads(beside.read_text("utf-8")) if beside.exists() else {})
            word = self.said.get("clearance", self.said.get("antu:clearance", "public"))
            self.clearance = Clearance[str(word).upper()]
        except (ValueError, TypeError, KeyError) as broken:
            raise Damaged("what is said about it cannot be read, or names no clearance") from broken

    def _read(self, offset: int, length: int, most: int) -> bytes:
        if length > most:
            raise Damaged("a part of it is larger than it may be")
        found = os.pread(self.file.fileno(), length, offset)
        if len(found) != length:
            raise Damaged("it ends before it should")
        return found

    def _plain(self, packed: bytes, most: int) -> bytes:
        if self.header["internal_compression"] is Compression.NONE or not packed:
            return packed
        return unzipped(packed, most)

    def _directory(self, offset: int, length: int) -> list[Entry]:
        with self._lock:
            if offset in self._directories:
                self._directories.move_to_end(offset)
                return self._directories[offset]
        packed = self._read(offset, length, MOST_DIRECTORY)
        plain = self._plain(packed, MOST_DIRECTORY)
        try:
            found: list[Entry] = deserialize_directory(gzip.compress(plain, 0))
        except (EOFError, IndexError) as broken:
            raise Damaged("a directory in it is cut off") from broken
        with self._lock:
            self._directories[offset] = found
            while len(self._directories) > KEPT_DIRECTORIES:
                self._directories.popitem(last=False)
        return found

    def tile(self, tile: Tile) -> Stored | None:
        """Reads the disk, so it belongs in a thread."""
        if not self.header["min_zoom"] <= tile.z <= self.header["max_zoom"]:
            return None
        id = zxy_to_tileid(tile.z, tile.x, tile.y)
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(4):
            entry = find_tile(self._directory(offset, length), id)
            if entry is None:
                return None
            if entry.run_length:
                body = self._read(self.header["tile_data_offset"] + entry.offset, entry.length, MOST_TILE)
                return Stored(body, self.header["tile_compression"] is Compression.GZIP)
            offset, length = self.header["leaf_directory_offset"] + entry.offset, entry.length
        raise Damaged("its directories go deeper than they may")

    def etag(self, tile: Tile) -> str:
        seed = f"{self.name}/{self.stamp}/{tile}"
        return f'W/"{hashlib.blake2b(seed.encode(), digest_size=12).hexdigest()}"'

    def tilejson(self, base: str) -> Json:
        head = self.header
        out: Json = {
            "tilejson": "3.0.0",
            "id": self.name,
            "name": str(self.said.get("name") or self.name),
            "scheme": "xyz",
            "tiles": [f"{base}/tiles/archive/{self.name}/{{z}}/{{x}}/{{y}}.{self.endings[0]}"],
            "minzoom": head["min_zoom"],
            "maxzoom": head["max_zoom"],
            "bounds": [head[k] / 1e7 for k in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")],
            "center": [head["center_lon_e7"] / 1e7, head["center_lat_e7"] / 1e7, head["center_zoom"]],
        }
        out |= {k: self.said[k] for k in ("description", "attribution", "version") if k in self.said}
        if head["tile_type"] is TileType.MVT:
            out["vector_layers"] = self.said.get("vector_layers", [])
        return out


def unzipped(packed: bytes, most: int) -> bytes:
    opened = zlib.decompressobj(wbits=31)
    try:
        plain = opened.decompress(packed, most + 1)
    except zlib.error as broken:
        raise Damaged("a part of it cannot be unpacked") from broken
    if len(plain) > most or not opened.eof:
        raise Damaged("a part of it unpacks to more than it may, or to less")
    return plain


class Archives:
    """What lies in the folder at this moment; an archive stays open as long as its file stays the same."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.DATA_DIR) / "archives"
        self._open: dict[str, Archive] = {}
        self._bad: dict[str, str] = {}

    def find(self, name: str, viewer: Viewer) -> Archive:
        """The archive, or 404 both where there is none and where it is not for this viewer."""
        archive = self._find(name) if _NAME.match(name) else None
        if archive is None or viewer.clearance < archive.clearance:
            raise Problem(404, "There is no such archive.")
        return archive

    def _find(self, name: str) -> Archive | None:
        path = self.folder / f"{name}.pmtiles"
        try:
            stamp = _stamp(path)
        except OSError:
            self._open.pop(name, None)
            return None
        kept = self._open.get(name)
        if kept and kept.stamp == stamp:
            return kept
        if self._bad.get(name) == stamp:
            return None
        try:
            self._open[name] = Archive(path, stamp)
        except (Damaged, OSError) as problem:
            log.warning("the archive %s is not served: %s", path.name, problem)
            self._open.pop(name, None)
            self._bad[name] = stamp
            return None
        return self._open[name]

    def seen_by(self, viewer: Viewer) -> list[Archive]:
        names = sorted(p.stem for p in self.folder.glob("*.pmtiles") if _NAME.match(p.stem))
        found = [archive for name in names if (archive := self._find(name))]
        return [a for a in found if a.clearance <= viewer.clearance]


def _stamp(path: Path) -> str:
    told = path.stat()
    beside = path.with_suffix(".json")
    more = beside.stat().st_mtime_ns if beside.exists() else 0
    return f"{told.st_ino}-{told.st_mtime_ns}-{told.st_size}-{more}"
