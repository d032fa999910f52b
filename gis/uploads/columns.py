"""What the columns of a file hold: numbers, days, moments or words, found by reading every cell and never by guessing.

A column is as narrow as all of its cells allow; 0912 is a telephone number and stays one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from gis.exchange import moments
from gis.exchange.batch import Batch
from gis.exchange.values import empty, moment, text
from layers.registry.importer import Wrong

_INTEGER = re.compile(r"^-?(0|[1-9]\d{0,14})$")
_NUMBER = re.compile(r"^[+-]?(0|[1-9]\d*|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][+-]?\d{1,3})?$")
_DAY = re.compile(r"^(?:(?:中華)?民國)?\s*\d{1,4}\s*[年/.\-]\s*\d{1,2}\s*[月/.\-]\s*\d{1,2}\s*日?$")
_MOMENT = re.compile(
    r"^(?:(?:中華)?民國)?\s*\d{1,4}\s*[年/.\-]\s*\d{1,2}\s*[月/.\-]\s*\d{1,2}\s*日?[\sT]+(上午|下午)?\s*\d{1,2}\s*[:時]"
)
RESERVED = {"id", "geom", "merc", "n", "key", "origin", "version", "style_class", "wkt", "geometry"}


class Typing:
    """Sees all cells, batch by batch; then `kinds` says what each column is."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._alive = {name: ["integer", "number", "date", "datetime", "boolean"] for name in columns}
        self._said = dict.fromkeys(columns, False)

    def see(self, batch: Batch) -> None:
        for name, cells in batch.columns.items():
            alive = self._alive.get(name)
            if alive:
                self._narrow(name, alive, cells)

    def _narrow(self, name: str, alive: list[str], cells: Iterable[Any]) -> None:
        for cell in cells:
            if empty(cell):
                continue
            self._said[name] = True
            fits = FITS
            alive[:] = [kind for kind in alive if fits[kind](cell)]
            if not alive:
                return

    @property
    def kinds(self) -> dict[str, str]:
        return {
            name: (alive[0] if alive and self._said[name] else "string")
            for name, alive in self._alive.items()
        }


def _fits_integer(cell: Any) -> bool:
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int):
        return abs(cell) < 2**53
    if isinstance(cell, float):
        return False
    return isinstance(cell, str) and bool(_INTEGER.match(cell.strip()))


def _fits_number(cell: Any) -> bool:
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return math.isfinite(cell)
    if not isinstance(cell, str):
        return False
    said = cell.strip()
    return (
        bool(said)
        and bool(_NUMBER.match(said))
        and any(c.isdigit() for c in said)
        and math.isfinite(float(said.replace(",", "")))
    )


def _fits_day(cell: Any) -> bool:
    if isinstance(cell, date):
        return not isinstance(cell, datetime)
    return (
        isinstance(cell, str)
        and bool(_DAY.match(unicodedata.normalize("NFKC", cell).strip()))
        and _reads(cell)
    )


def _fits_moment(cell: Any) -> bool:
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str):
        return False
    said = unicodedata.normalize("NFKC", cell).strip()
    return bool(_MOMENT.match(said) or _DAY.match(said)) and _reads(cell)


@lru_cache(maxsize=50_000)
def _reads(cell: str) -> bool:
    try:
        moment(cell)
    except (Wrong, ValueError, OverflowError):
        return False
    return True


def _fits_boolean(cell: Any) -> bool:
    return isinstance(cell, bool)


FITS = {
    "integer": _fits_integer, "number": _fits_number, "date": _fits_day, "datetime": _fits_moment,
    "boolean": _fits_boolean,
}  # fmt: skip


def value(kind: str, cell: Any) -> Any:
    """The cell as JSON keeps it; None where it is empty."""
    if empty(cell) or (isinstance(cell, str) and not cell.strip()):
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return float(cell.replace(",", "")) if isinstance(cell, str) else float(cell)
    if kind == "boolean":
        return bool(cell)
    if kind == "date":
        return (cell if isinstance(cell, date) else day_of(str(cell))).isoformat()
    if kind == "datetime":
        return when(cell).astimezone(UTC).isoformat()
    return _plain(cell)


@lru_cache(maxsize=50_000)
def day_of(cell: str) -> date:
    return moments.day(cell.strip())


@lru_cache(maxsize=50_000)
def when(cell: Any) -> datetime:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = cell.isoformat()
    return moment(cell)


def _plain(cell: Any) -> str:
    if isinstance(cell, bytes):
        return f"({len(cell)} bytes)"
    return text(cell).replace("\x00", "\ufffd")[:10_000]


def names(columns: Sequence[str]) -> dict[str, str]:
    """Column → the name of its field: lower-case ASCII, each once; a column of other letters is c1, c2, …"""
    out: dict[str, str] = {}
    taken = set(RESERVED)
    for number, column in enumerate(columns, 1):
        bare = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:36] if column.isascii() else ""
        name = bare if re.match(r"^[a-z]", bare) else f"c{number}"
        while name in taken:
            name = f"{name[:34]}_{number}"
        taken.add(name)
        out[column] = name
    return out
