"""What of an archive is made already, on disk beside it: an interrupted build goes on where it stopped.

Each commit is a point to go on from, whatever ends the process. Equal tiles are kept once. Another order, or
data that changed meanwhile, begins anew: an archive shows one state of the city.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS said (about TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS bodies (digest BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tiles (id INTEGER PRIMARY KEY, alive INTEGER NOT NULL, digest BLOB);
"""
EVERY = 1.0


class Busy(Exception):
    """Another process is building the same archive."""


class Journal:
    def __init__(self, path: Path, order: str) -> None:
        """Opens what is there for just this order, or begins anew; `resumed` says which."""
        self.path = path
        try:
            found = self._open()
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise Busy(str(problem)) from problem
            raise OSError(0, str(problem)) from problem
        except sqlite3.DatabaseError:  # no journal, or one that the disk spoilt
            self.line.close()
            path.unlink()
            found = self._open()
        self.resumed = found == order
        if not self.resumed:
            self.line.executescript("DELETE FROM tiles; DELETE FROM bodies; DELETE FROM said;")
            self.line.execute("INSERT INTO said VALUES ('order', ?)", (order,))
        self.line.execute("BEGIN")
        self._committed = time.monotonic()

    def _open(self) -> str | None:
        """Takes the file for this process alone; the order that it was begun for, if it was begun."""
        self.line = sqlite3.connect(self.path, timeout=0.5, isolation_level=None)
        self.line.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.line.execute("BEGIN EXCLUSIVE")
        self.line.executescript(TABLES)
        found = self.line.execute("SELECT value FROM said WHERE about = 'order'").fetchone()
        return found[0] if found else None

    def state(self, tile: int) -> bool | None:
        """True where something lies under the tile, False where nothing does, None where it was not asked yet."""
        row = self.line.execute("SELECT alive FROM tiles WHERE id = ?", (tile,)).fetchone()
        return None if row is None else bool(row[0])

    def put(self, tile: int, alive: bool, body: bytes) -> None:
        digest = None
        if body:
            digest = hashlib.blake2b(body, digest_size=20).digest()
            self.line.execute("INSERT OR IGNORE INTO bodies VALUES (?, ?)", (digest, body))
        self.line.execute("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)", (tile, alive, digest))
        if time.monotonic() - self._committed > EVERY:
            self.commit()

    def commit(self) -> None:
        self.line.execute("COMMIT")
        self.line.execute("BEGIN")
        self._committed = time.monotonic()

    def tiles(self) -> Iterator[tuple[int, bytes]]:
        """All tiles that hold something, in the order of an archive."""
        yield from self.line.execute("SELECT id, body FROM tiles JOIN bodies USING (digest) ORDER BY id")

    def __len__(self) -> int:
        return int(self.line.execute("SELECT count(digest) FROM tiles").fetchone()[0])

    def close(self, done: bool = False) -> None:
        self.line.execute("COMMIT")
        self.line.close()
        if done:
            self.path.unlink()
