"""Finished tiles in memory, forgotten the moment something under them changes.

A tile is kept under a key that holds the viewer's clearance. Tiles made while a change came in are not
kept: each table has a clock that ticks on every change, and a tile made under an older clock is refused.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tilesrv.encoding import LEAST, Coding, pack
from tilesrv.grid import Tile

Cells = Iterable[tuple[int, int]]
Key = tuple[str, int, str, Tile]


@dataclass(slots=True, eq=False)
class Made:
    """A finished tile: its bytes, its ETag, how often it was thinned; packed once for each coding asked for."""

    raw: bytes
    etag: str
    thinned: int = 0
    packed: dict[Coding, bytes] = field(default_factory=dict)

    def body(self, coding: Coding) -> tuple[bytes, Coding]:
        """The bytes in the coding, or plain where packing would not pay; and in which they are."""
        if coding == "identity" or len(self.raw) <= LEAST:
            return self.raw, "identity"
        if coding not in self.packed:
            self.packed[coding] = pack(self.raw, coding)
        return self.packed[coding], coding

    @property
    def size(self) -> int:
        return len(self.raw) + sum(len(p) for p in self.packed.values()) + 300


class TileCache:
    """Least recently used goes first. Not thread-safe: it lives in one event loop."""

    def __init__(self, most_bytes: int) -> None:
        self.most = most_bytes
        self.open = False
        self.size = 0
        self._tiles: OrderedDict[Key, Made] = OrderedDict()
        self._keys: dict[str, set[Key]] = defaultdict(set)
        self._tables: dict[Key, tuple[str, ...]] = {}
        self._sizes: dict[Key, int] = {}
        self._clock: dict[str, int] = defaultdict(int)

    def get(self, key: Key) -> Made | None:
        if not self.open:
            return None
        made = self._tiles.get(key)
        if made is not None:
            self._tiles.move_to_end(key)
        return made

    def clock(self, tables: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._clock[t] for t in sorted(tables))

    def put(self, key: Key, tables: tuple[str, ...], made: Made, clock: tuple[int, ...]) -> bool:
        """Keeps the tile unless one of its tables changed since `clock` was read."""
        if not self.open or made.size > self.most or clock != self.clock(tables):
            return False
        self.drop(key)
        self._tiles[key] = made
        self._tables[key] = tables
        for table in tables:
            self._keys[table].add(key)
        self.weigh(key)
        return True

    def weigh(self, key: Key) -> None:
        """Reckons a tile's size anew, for it grows when it is packed; the oldest tiles make room."""
        if made := self._tiles.get(key):
            self.size += made.size - self._sizes.get(key, 0)
            self._sizes[key] = made.size
        while self.size > self.most:
            self.drop(next(iter(self._tiles)))

    def drop(self, key: Key) -> None:
        made = self._tiles.pop(key, None)
        if made is None:
            return
        self.size -= self._sizes.pop(key)
        for table in self._tables.pop(key):
            self._keys[table].discard(key)

    def changed(self, table: str, cells: Cells, everywhere: bool) -> int:
        """Forgets what lies over the cells; returns how many tiles went."""
        self._clock[table] += 1
        places = list(cells)
        gone = [key for key in self._keys[table] if everywhere or _meets(key[3], places)]
        for key in gone:
            self.drop(key)
        return len(gone)

    def clear(self) -> None:
        self._tiles.clear()
        self._keys.clear()
        self._tables.clear()
        self._sizes.clear()
        self.size = 0
        for table in self._clock:
            self._clock[table] += 1


def _meets(tile: Tile, cells: Cells) -> bool:
    x0, x1, y0, y1 = tile.cells()
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x, y in cells)
