"""The file of rows that could not be imported: where, why (in both languages), and the row as it was.

Mended in a spreadsheet it can be imported again as it is: the added columns are not those of any layer.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any, TextIO

import shapely

from gis.exchange.batch import Batch
from gis.exchange.guard import guarded
from gis.exchange.values import text
from layers.registry.importer import Wrong

ADDED = ("file", "line", "原因", "reason")


class Rejects:
    """Opens the file at the first rejected row; `reasons` counts what was wrong."""

    def __init__(self, path: Path, columns: list[str]) -> None:
        self.path = path
        self.columns = [c for c in columns if c not in ADDED]
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self._file: TextIO | None = None
        self._writer: Any = None

    def add(self, source: Path, batch: Batch, at: int, wrong: Wrong) -> None:
        if self._writer is None:
            self._open()
        row = batch.row(at)
        cells: list[str] = [text(row.get(name)) for name in self.columns]
        if batch.shapes is not None and "wkt" in self.columns:
            shape = batch.shapes[at]
            cells[self.columns.index("wkt")] = shapely.to_wkt(shape, trim=True) if shape is not None else ""
        self._writer.writerow([*map(guarded, (source.name, str(batch.lines[at]), *wrong.text, *cells))])
        self.count += 1
        self.reasons[str(wrong)] += 1

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # rows may name people: nobody but the owner reads them
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*ADDED, *map(guarded, self.columns)])

    def close(self) -> Path | None:
        if self._file is None:
            return None
        self._file.close()
        return self.path
