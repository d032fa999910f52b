"""Delimited text (CSV) as batches of columns, whatever its encoding, delimiter and habits.

Finds out by itself: byte-order marks, UTF-8 or Big5, the delimiter, where the header is, a second header in
another language, and notes under the table. Reads a file of any size in the memory of one batch.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from gis.exchange.batch import SIZE, Batch
from gis.exchange.guard import unguarded
from layers.registry.importer import Cells, Wrong

MOST_CELL = 32 * 1024**2
PEEK = 12
_NOTE = re.compile(
    r"^\W*(資料提供日期|資料來源|資料更新|事故類別|製表|備\s*註|附\s*註|註\s*[:：\d]|說\s*明|總計|合計|小計|note|source|total)",
    re.I,
)
_DELIMITERS = ",\t;|"
csv.field_size_limit(MOST_CELL)


@dataclass(slots=True)
class Delimited:
    """One file of delimited text."""

    path: Path
    encoding: str | None = None
    geometry = False
    crs: str | None = None
    columns: list[str] = field(default_factory=list)
    first: Cells = field(default_factory=dict)
    notes: int = 0
    _delimiter: str = ","
    _header: int = 0
    """How many rows stand before the first row of data."""

    def __post_init__(self) -> None:
        self.encoding = self.encoding or encoding_of(self.path)
        try:
            codecs.lookup(self.encoding)
        except LookupError as wrong:
            raise Wrong(
                f"沒有「{self.encoding}」這種編碼。", f"There is no encoding “{self.encoding}”."
            ) from wrong
        with self._open() as file:
            start = file.read(65_536)
        if "\x00" in start:
            raise Wrong(f"{self.path.name} 不是文字檔。", f"{self.path.name} is not a text file.")
        self._delimiter = delimiter_of(start)
        self._find_header()

    def _open(self) -> Any:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that are not blank, with the number of their last line."""
        with self._open() as file:
            reader = csv.reader((line.replace("\x00", "\ufffd") for line in file), delimiter=self._delimiter)
            try:
                for row in reader:
                    if any(cell.strip() for cell in row):
                        yield reader.line_num, row
            except csv.Error as wrong:
                raise Wrong(
                    f"{self.path.name} 第 {reader.line_num} 行有未關閉的引號。",
                    f"{self.path.name}: a quotation mark is never closed before line {reader.line_num}.",
                ) from wrong

    def _find_header(self) -> None:
        top = [row for _, row in islice(self._rows(), PEEK)]
        if not top:
            raise Wrong(f"{self.path.name} 是空檔案。", f"{self.path.name} is empty.")
        widest = max(sum(bool(c.strip()) for c in row) for row in top)
        at = next(i for i, row in enumerate(top) if sum(bool(c.strip()) for c in row) * 2 > widest)
        self.columns = distinct([cell.strip() for cell in top[at]])
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
            if _is_note(row, len(self.columns)):
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

    def _cells(self, row: list[str]) -> tuple[list[str], Wrong | None]:
        width = len(self.columns)
        cells = [unguarded(c.strip()) for c in row[:width]] + [""] * (width - len(row))
        if any(c.strip() for c in row[width:]):
            return cells, Wrong(
                f"有 {len(row)} 欄，標題只有 {width} 欄", f"has {len(row)} cells where the header has {width}"
            )
        if any("\ufffd" in c for c in cells):
            return cells, Wrong(
                f"含有無法以 {self.encoding} 解讀的字元", f"holds characters that are not {self.encoding}"
            )
        return cells, None


def encoding_of(path: Path, start: int = 0) -> str:
    """UTF-8 if every byte from `start` agrees, else Big5 as Windows writes it; byte-order marks go first."""
    with path.open("rb") as file:
        mark = file.read(4)
        for bom, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if mark.startswith(bom):
                return name
        file.seek(start)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(1024 * 1024):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp950"
    return "utf-8"


def delimiter_of(start: str) -> str:
    bare = re.sub(r'"[^"]*"', "", "\n".join(start.splitlines()[:PEEK]))
    return max(_DELIMITERS, key=lambda d: (bare.count(d), -_DELIMITERS.index(d)))


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
