"""Finished tiles on disk, shared by all workers and kept over restarts; whether one is still good its ETag decides.

A file appears whole or not at all. What does not check out is as if it were not there. Which tile a file holds,
and for which clearance it was made, is in its name; room is made by taking away what was not asked for longest.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from tilesrv.cache import Key, Made
from tilesrv.encoding import pack, unpack

log = logging.getLogger(__name__)
FORM = b"antu-tile-1\n"
TOUCHED_AFTER = 600.0
"""Seconds after which a read is noted in the file's time: not at every read, for that would be a write each."""
LONGEST = 80


def disk_folder() -> Path:
    return Path(settings.DATA_DIR) / "cache" / "tiles"


class Disk:
    """`most_bytes` of 0 keeps nothing. Safe for any number of processes on one folder."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most = most_bytes
        self._written = 0

    def path(self, key: Key) -> Path:
        names, clearance, asked, tile = key
        digest = hashlib.blake2b(f"{names}/{clearance}/{asked}/{tile}".encode(), digest_size=16).hexdigest()
        return self.folder / _folder(names) / f"{clearance}-{tile.set.id}-{tile.z}" / digest[:2] / digest[2:]

    def tag(self, key: Key) -> str | None:
        """The ETag of what is kept, without the rest of it."""
        try:
            with self.path(key).open("rb") as file:
                return _head(file.read(400))[0]
        except (OSError, ValueError):
            return None

    def read(self, key: Key, tag: str) -> Made | None:
        """The tile, if what is kept has this ETag."""
        path = self.path(key)
        try:
            raw = path.read_bytes()
            found, size, thinned, at, check = _head(raw)
            body = raw[at:]
            if found != tag or hashlib.blake2b(body, digest_size=8).hexdigest() != check:
                return None
            made = Made(unpack(body, "zstd", size) if size else b"", tag, thinned, {"zstd": body})
            if time.time() - path.stat().st_mtime > TOUCHED_AFTER:
                os.utime(path)
        except (OSError, ValueError):
            return None
        return made

    def write(self, key: Key, made: Made) -> None:
        """Keeps the tile. A disk that is full or not ours is no reason to fail: it is said once in the log."""
        if not self.most:
            return
        body = made.packed.get("zstd") or (pack(made.raw, "zstd") if made.raw else b"")
        check = hashlib.blake2b(body, digest_size=8).hexdigest()
        head = json.dumps([made.etag, len(made.raw), made.thinned, check]).encode()
        path = self.path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(FORM + head + b"\n" + body)
                Path(draft).replace(path)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
        except OSError as problem:
            log.warning("a tile could not be kept on disk: %s", problem.strerror)
            return
        self._written += len(head) + len(body)
        if self._written > self.most / 16:
            self._written = 0
            self.tidy()

    def tidy(self) -> int:
        """Makes room if more is kept than may be; one process does it at a time. How many tiles went."""
        with self._alone() as alone:
            if not alone:
                return 0
            kept = sorted(self._files())
            size, gone = sum(s for _, s, _ in kept), 0
            if size <= self.most:
                return 0
            for _, taken, path in kept:
                path.unlink(missing_ok=True)
                size, gone = size - taken, gone + 1
                if size <= self.most * 0.8:
                    break
            return gone

    def size(self) -> tuple[int, int]:
        """How many tiles are kept, and in how many bytes on the disk."""
        sizes = [s for _, s, _ in self._files()]
        return len(sizes), sum(sizes)

    def purge(self, names: set[str] | None = None) -> int:
        """Takes away all tiles, or those in which any of the layers is; how many went."""
        before = self.size()[0]
        for folder in list(self.folder.iterdir()) if self.folder.is_dir() else []:
            # a name too long for a folder may hold any layer
            if folder.is_dir() and (
                not names or folder.name[0] == "~" or names & set(folder.name.split(","))
            ):
                shutil.rmtree(folder, ignore_errors=True)
        return before - self.size()[0]

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When last asked for, what it takes on the disk, where."""
        for root, _, names in os.walk(self.folder):
            for name in names:
                if not name.startswith("."):
                    with suppress(OSError):
                        told = (path := Path(root, name)).stat()
                        yield told.st_mtime, told.st_blocks * 512, path

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True


def _folder(names: str) -> str:
    return (
        names if len(names) <= LONGEST else "~" + hashlib.blake2b(names.encode(), digest_size=12).hexdigest()
    )


def _head(raw: bytes) -> tuple[str, int, int, int, str]:
    """ETag, plain size, how often thinned, where the body begins, its check; ValueError where it is no tile."""
    if not raw.startswith(FORM):
        raise ValueError("no tile of ours")
    end = raw.index(b"\n", len(FORM))
    tag, size, thinned, check = json.loads(raw[len(FORM) : end])
    return str(tag), int(size), int(thinned), end + 1, str(check)
