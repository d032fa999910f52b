"""The marking rules by date: which measures a line had on a given day, from `rules.tsv`.

Regulations change, so no measure stands in code. `checked` says whether a row was compared with the text that is in
force; a day before the oldest text known gets that text.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parents[1] / "rules.tsv"


@dataclass(frozen=True, slots=True)
class Rule:
    article: str
    key: str
    zh: str
    en: str
    colour: str
    width: float
    dash: float
    gap: float
    apart: float
    least: float
    most: float
    most_apart: float
    valid_from: date
    valid_to: date | None
    text: date
    checked: bool
    note: str


@dataclass(frozen=True, slots=True)
class Rules:
    on: date
    rules: dict[str, Rule]

    def __getitem__(self, key: str) -> Rule:
        if key not in self.rules:
            raise LookupError(f"There is no marking rule “{key}” on {self.on.isoformat()}.")
        return self.rules[key]


def rules_on(day: date, table: Path = TABLE) -> Rules:
    found: dict[str, Rule] = {}
    for rule in read(table):
        if rule.valid_to is not None and rule.valid_to < day:
            continue
        if rule.key not in found or rule.valid_from <= day:
            found[rule.key] = rule
    return Rules(day, found)


@cache
def read(table: Path = TABLE) -> tuple[Rule, ...]:
    """All rows, the oldest first."""
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [_rule(row) for row in csv.DictReader(stream, delimiter="\t")]
    return tuple(sorted(rows, key=lambda rule: (rule.valid_from, rule.key)))


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        article=row["article"], key=row["key"], zh=row["zh"], en=row["en"], colour=row["colour"],
        width=_number(row["width"]), dash=_number(row["dash"]), gap=_number(row["gap"]),
        apart=_number(row["apart"]), least=_number(row["least"]), most=_number(row["most"]),
        most_apart=_number(row["most_apart"]), valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        text=date.fromisoformat(row["text"]), checked=row["checked"] == "yes", note=row["note"],
    )  # fmt: skip


def _number(cell: str) -> float:
    return float(cell) if cell else 0.0
