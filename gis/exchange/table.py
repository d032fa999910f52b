"""A table of cells, wherever they come from, as batches of columns: where its header is, and which lines are no rows.

Finds out by itself: titles above the header, a second header in another language, a header repeated on each
page, and notes under the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from gis.exchange.batch import SIZE, Batch
from gis.exchange.guard import unguarded
from layers.registry.importer import Cells, Wrong

PEEK = 12
_NOTE = re.compile(
    r"^\W*(資料提供日期|資料來源|資料更新|事故類別|製表|備\s*註|附\s*註|註\s*[:：\d]|說\s*明|總計|合計|小計|note|source|total)",
    re.I,
)


class Table:
    """What a reader of cells has in common; it says `_rows` and calls `_find_header` at the end of its making."""

    path: Path
    columns: list[str]
    first: Cells
    notes: int
    geometry: Any = False
    crs: str | None = None
    foreign: Wrong | None = None
    """What is wrong with a line that holds letters which could not be read."""
    _header = 0
    """How many rows stand before the first row of data."""

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, each with the number of its last line."""
        raise NotImplementedError

    def _find_header(self) -> None:
        top = [row for _, row in islice(self._rows(), PEEK)]
        if not top:
            raise Wrong(f"{self.path.name} 是空檔案。", f"{self.path.name} is empty.")
        widest = max(sum(bool(c.strip()) for c in row) for row in top)
        at = next(i for i, row in enumerate(top) if sum(bool(c.strip()) for c in row) * 2 > widest)
        self.columns = distinct(titles(top[at]))
        self.first, self.notes = {}, 0
        if len(self.columns) < 2:
            raise Wrong(
                f"{self.path.name} 只有一欄，不像資料表。",
                f"{self.path.name} has a single column, so it does not look like a table.",
            )
        rest = top[at + 1 :]
        self._header = at + 1 + (1 if rest and _is_second_header(rest) else 0)
        if len(top) > self._header:
            cells, _ = self._cells(top[self._header])
            self.first = dict(zip(self.columns, cells, strict=True))

    def batches(self) -> Iterator[Batch]:
        lines: list[int] = []
        rows: list[list[str]] = []
        problems: dict[int, Wrong] = {}
        self.notes = 0
        for line, row in islice(self._rows(), self._header, None):
            if _is_note(row, len(self.columns)) or self._says_the_header(row):
                self.notes += 1
                continue
            cells, wrong = self._cells(row)
            if wrong:
                problems[len(rows)] = wrong
            lines.append(line)
            rows.append(cells)
            if len(rows) == SIZE:
                yield Batch.of_rows(lines, self.columns, rows, problems)
                lines, rows, problems = [], [], {}
        if rows:
            yield Batch.of_rows(lines, self.columns, rows, problems)

    def _says_the_header(self, row: list[str]) -> bool:
        return titles(row[:1]) == self.columns[:1] and distinct(titles(row)) == self.columns

    def _cells(self, row: list[str]) -> tuple[list[str], Wrong | None]:
        width = len(self.columns)
        cells = [c and unguarded(c.strip()) for c in row[:width]] + [""] * (width - len(row))
        if any(c.strip() for c in row[width:]):
            return cells, Wrong(
                f"有 {len(row)} 欄，標題只有 {width} 欄", f"has {len(row)} cells where the header has {width}"
            )
        if self.foreign and any("\ufffd" in c for c in cells):
            return cells, self.foreign
        return cells, None


def titles(row: list[str]) -> list[str]:
    """Header cells without the breaks that only fit them into narrow columns."""
    return [re.sub(r"\s*\n\s*", "", cell.strip()) for cell in row]


def distinct(names: list[str]) -> list[str]:
    """Column names, each once: a second “備註” becomes “備註 2”, a nameless column “column 7”."""
    seen: dict[str, int] = {}
    out = []
    for number, name in enumerate(names, 1):
        name = unguarded(name) or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return out


def _is_second_header(rows: list[list[str]]) -> bool:
    """The first row is all words, and at least two of its columns hold numbers in every row that follows."""
    first = rows[0]
    below = [row for row in rows[1:] if not _is_note(row, len(first))][:5]
    if not below or any(any(ch.isdigit() for ch in cell) for cell in first):
        return False
    numbers = [
        i for i, cell in enumerate(first)
        if cell.strip() and all(len(row) > i and _is_number(row[i]) for row in below)
    ]  # fmt: skip
    return len(numbers) >= 2


def _is_note(row: list[str], width: int) -> bool:
    said = [c for c in row if c.strip()]
    return width >= 4 and len(said) <= 2 and bool(row[0].strip()) and bool(_NOTE.match(row[0]))


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True
