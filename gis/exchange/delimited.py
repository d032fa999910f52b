"""Delimited text (CSV) as batches of columns, whatever its encoding, delimiter and habits.

Finds out by itself: byte-order marks, UTF-8 or Big5, and the delimiter. Reads a file of any size in the memory
of one batch.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis.exchange.table import PEEK, Table
from layers.registry.importer import Cells, Wrong

MOST_CELL = 32 * 1024**2
_DELIMITERS = ",\t;|@"
csv.field_size_limit(MOST_CELL)


@dataclass
class Delimited(Table):
    """One file of delimited text."""

    path: Path
    encoding: str | None = None
    columns: list[str] = field(default_factory=list)
    first: Cells = field(default_factory=dict)
    notes: int = 0
    _delimiter: str = ","

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
        self.foreign = Wrong(
            f"含有無法以 {self.encoding} 解讀的字元", f"holds characters that are not {self.encoding}"
        )
        self._delimiter = delimiter_of(start)
        self._find_header()

    def _open(self) -> Any:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
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
