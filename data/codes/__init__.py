"""Code lists with validity dates, one file of tab-separated lines a theme; forms are renumbered, so nothing is an enum.

from data.codes import table
table("crash.type").at(date(2024, 1, 1)).get("16")

A value that begins with X is on no form: it is what a public file says where the form tells finer things
apart. `wordings/` holds what public files say in other words than the form, `titles/` what lists are called.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    zh: str
    en: str
    group: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def valid(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class CodeTable:
    id: str
    entries: tuple[Code, ...]

    def at(self, day: date) -> CodeTable:
        """The list as it was in force on a day."""
        return CodeTable(self.id, tuple(c for c in self.entries if c.valid(day)))

    def get(self, value: str) -> Code | None:
        """The newest entry of that value."""
        return next((c for c in reversed(self.entries) if c.value == value), None)

    def by_label(self, zh: str) -> Code | None:
        """The entry that a published file means by its words; None when no entry or several could be meant."""
        found = {c.value: c for c in self.entries if c.zh == zh}
        return next(iter(found.values())) if len(found) == 1 else None


def _lines() -> Iterator[tuple[str, Code]]:
    for path in sorted(_HERE.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t"):
                if not row or row[0].startswith("#"):
                    continue
                id, value, zh, en, group, start, end = [*row, "", "", "", "", ""][:7]
                dates = [date.fromisoformat(d) if d else None for d in (start, end)]
                yield id, Code(value, zh, en, group, dates[0], dates[1])


@cache
def load() -> dict[str, CodeTable]:
    found: dict[str, list[Code]] = {}
    for id, code in _lines():
        found.setdefault(id, []).append(code)
    return {id: CodeTable(id, tuple(codes)) for id, codes in found.items()}


@cache
def wordings(id: str) -> dict[str, str]:
    """What public files say instead of the form's words, `heading/words` or `words`, and the value that is meant."""
    found = {}
    for path in sorted((_HERE / "wordings").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t"):
                if row and row[0] == id:
                    _, heading, words, value = row
                    found[f"{heading}/{words}" if heading else words] = value
    return found


@dataclass(frozen=True, slots=True)
class Title:
    """What a list is called, and which item of the form it is."""

    item: str
    zh: str
    en: str


@cache
def titles() -> dict[str, Title]:
    """The lists that have a name of their own, in the order of the form."""
    found = {}
    for path in sorted((_HERE / "titles").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t"):
                if row and not row[0].startswith("#"):
                    found[row[0]] = Title(*row[1:4])
    return found


def table(id: str) -> CodeTable:
    return load()[id]
