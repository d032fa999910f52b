"""A CSV of coded crashes through a mapping of its columns and values, into movement keys; no database.

The mapping (TOML): `id`, `shape` = "long" (a row per party, in `order`) or "wide"; `[party]` or `[[parties]]` name the
columns heading, or from and to, manoeuvre, vehicle; `[headings]`, `[manoeuvres]`, `[vehicles]` turn values into ours;
`type` and `[types]` (our family, or one key of it, = their code) compare with a coded type; `[join]` adds the columns of a second file.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diagramming.movement.crosswalk import codes
from diagramming.movement.headings import PERSONS, Unit, classify, manoeuvre, wind

COLUMNS = (
    "id",
    "key",
    "family",
    "type",
    "confidence",
    "explanation",
    "coded_type",
    "agrees",
    "tw15",
    "nz",
    "dca",
)


PAIRS = ("RE", "SS", "LC", "HO", "SO", "AN", "TO", "TA", "TS", "UT")


class BadTable(ValueError):
    """What is wrong with the file or the mapping, in a sentence."""


@dataclass(slots=True)
class Outcome:
    """`pairs` is the confusion of what the rules are made for: two vehicles, nobody on foot, both headings known."""

    rows: list[dict[str, str]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    unanswered: int = 0
    """Coded crashes of which headings are missing, so that the rules say no type."""

    def agreement(self, types: set[str] | None = None) -> tuple[int, int]:
        """Of how many crashes with a coded type (of these types) the rules say the same."""
        return right({k: n for k, n in self.confusion.items() if types is None or k[0] in types})


def mapping(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadTable(f"The mapping {path} cannot be read: {wrong}.") from wrong


def run(path: Path, told: Mapping[str, Any]) -> Outcome:
    out = Outcome()
    types = {str(k): str(v) for k, v in told.get("types", {}).items()}
    pairs = {types[f] for f in PAIRS if f in types}
    for id, units, coded in _crashes(path, told):
        said = classify(units)
        type = types.get(str(said.key), types.get(said.key.family, said.key.family))
        row = dict(
            zip(
                COLUMNS,
                (id, str(said.key), said.key.family, type, f"{said.confidence:.2f}", said.why),
                strict=False,
            )
        )
        row["coded_type"] = coded
        if coded:
            row["agrees"] = "1" if coded == type else "0"
            out.confusion[coded, type] += 1
            out.unanswered += said.key.family == "OT"
            if coded in pairs and _two(units):
                out.pairs[coded, type] += 1
        out.rows.append({**row, **codes(said.key)})
    return out


def _two(units: Sequence[Unit]) -> bool:
    return len(units) == 2 and all(u.heading is not None and u.vehicle not in PERSONS for u in units)


def pairs_of(path: Path, told: Mapping[str, Any], types: set[str]) -> Iterator[tuple[list[Unit], str]]:
    """What the rules are measured on: two vehicles with headings, coded as one of these types."""
    for _, units, coded in _crashes(path, told):
        if coded in types and _two(units):
            yield units, coded


def right(counts: Mapping[tuple[str, str], int]) -> tuple[int, int]:
    return sum(n for (coded, said), n in counts.items() if coded == said), sum(counts.values())


def write(out: Outcome, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(out.rows)


def _read(path: Path, encoding: str) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding=encoding, newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise BadTable(f"The file {path} cannot be read: {wrong}.") from wrong


def _crashes(path: Path, told: Mapping[str, Any]) -> Iterator[tuple[str, list[Unit], str]]:
    encoding = str(told.get("encoding", "utf-8-sig"))
    rows = _read(path, encoding)
    if not rows:
        raise BadTable(f"The file {path} has no rows.")
    if "id" not in told:
        raise BadTable("The mapping does not say in “id” which column numbers the crashes.")
    id = str(told["id"])
    if join := told.get("join"):
        on = str(join.get("on", id))
        more = {r[on]: r for r in _read(path.parent / str(join["file"]), encoding)}
        rows = [{**more.get(r[on], {}), **r} for r in rows]
    shapes = [told["party"]] if "party" in told else list(told.get("parties", ()))
    wanted = [
        id,
        *(str(c) for s in shapes for c in s.values()),
        *(str(told[c]) for c in ("type", "order") if c in told),
    ]
    for column in wanted:
        if column not in rows[0]:
            raise BadTable(f"The file has no column “{column}”; it has {', '.join(list(rows[0])[:60])}.")
    if not shapes:
        raise BadTable("The mapping has neither [party] nor [[parties]].")
    if told.get("shape", "wide") == "wide":
        for row in rows:
            yield row[id], [u for s in shapes if (u := _unit(row, s, told))], _type(row, told)
        return
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(row[id], []).append(row)
    order = str(told.get("order", ""))
    for number, group in groups.items():
        if order:
            group.sort(key=lambda r: (len(r[order]), r[order]))
        yield number, [u for r in group if (u := _unit(r, shapes[0], told))], _type(group[0], told)


def _type(row: Mapping[str, str], told: Mapping[str, Any]) -> str:
    coded = row.get(str(told.get("type", "")), "").strip()
    return coded if not told.get("types") or coded in set(map(str, told["types"].values())) else ""


def _unit(row: Mapping[str, str], shape: Mapping[str, str], told: Mapping[str, Any]) -> Unit | None:
    value = {part: row.get(column, "").strip() for part, column in shape.items()}
    if not any(value.values()):
        return None
    doing = str(told.get("manoeuvres", {}).get(value.get("manoeuvre", ""), ""))
    heading = _heading(value.get("heading", ""), told)
    if value.get("from") or value.get("to"):
        source, target = _heading(value.get("from", ""), told), _heading(value.get("to", ""), told)
        heading = None if source is None else (source + 180.0) % 360.0
        if heading is not None and target is not None and not doing:
            doing = manoeuvre(heading, target)
    vehicles = told.get("vehicles", {})
    vehicle = str(vehicles.get(value.get("vehicle", ""), vehicles.get("*", "car")))
    return Unit(heading, doing, vehicle)


def _heading(said: str, told: Mapping[str, Any]) -> float | None:
    known = told.get("headings", {}).get(said, said)
    if isinstance(known, int | float):
        return float(known) % 360.0
    told_by_name = wind(str(known))
    if told_by_name is not None:
        return told_by_name
    try:
        return float(known) % 360.0
    except ValueError:
        return None
