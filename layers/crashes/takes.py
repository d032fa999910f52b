"""How cells of crash records are read: codes and labels of the form, the toll, times that lost their zeros."""

from __future__ import annotations

import re
from typing import Any

from data.codes import table, wordings
from layers.registry.importer import Cells, Take, Wrong

REPUBLIC = 1911
SEVERITY = {"A1": "1", "A2": "2", "A3": "3"}
_TOLL = re.compile(r"死亡\s*(\d+)\s*[;；,，]?\s*受傷\s*(\d+)")
_DAY = re.compile(r"^(\d{3,4})(\d{2})(\d{2})$|^(\d{2,4})\D+(\d{1,2})\D+(\d{1,2})\D?$")


def toll(which: int) -> Take:
    """The number of dead (1) or hurt (2) out of «死亡0;受傷1»."""

    def read(cells: Cells) -> str:
        text = str(cells.get("死亡受傷人數", ""))
        found = _TOLL.search(text)
        if found is None:
            raise Wrong(f"「{text[:40]}」不是死亡受傷人數", f"“{text[:40]}” is no number of dead and injured")
        return found.group(which)

    return Take(columns=("死亡受傷人數",), read=read)


def coded(columns: str | tuple[str, ...], codes: str, heading: str | None = None, **values: str) -> Take:
    """A code or its label; a code of two digits may have lost its zero in a spreadsheet."""
    entries = table(codes)
    said = {e.value[1:]: e.value for e in entries.entries if re.fullmatch(r"0\d", e.value)}
    return Take(
        columns=(columns,) if isinstance(columns, str) else columns,
        codes=entries,
        group=(heading,) if heading else (),
        values=said | wordings(codes) | values,
    )


def first(cells: Cells, *columns: str) -> str:
    """What stands in the first of these columns that says anything."""
    return next((said for c in columns if (said := str(cells.get(c) or "").strip())), "")


def when(days: tuple[str, ...], clocks: tuple[str, ...]) -> Take:
    """Day and time in two columns. Bare digits of a time are hours, minutes and seconds that lost their zeros, so 500
    is five minutes past midnight; a day of seven digits has a year of the Republic."""

    def read(cells: Cells) -> str:
        day, clock = first(cells, *days), first(cells, *clocks)
        found = _DAY.match(day)
        if not found:
            raise Wrong(f"「{day[:20]}」不是日期", f"“{day[:20]}” is no date")
        year, month, number = (found.group(i) or found.group(i + 3) for i in (1, 2, 3))
        full = int(year) + (REPUBLIC if int(year) < 1000 else 0)
        if clock.isdigit() and len(clock) <= 6:
            padded = clock.zfill(6)
            clock = f"{padded[:2]}:{padded[2:4]}:{padded[4:]}"
        return f"{full:04d}-{int(month):02d}-{int(number):02d} {clock}".strip()

    return Take(columns=days, read=read)


def yes(*columns: str, **more: Any) -> Take:
    """否 and 是, or the form's 1 and 2."""
    return Take(columns=columns, values={"是": "true", "否": "false", "2": "true", "1": "false"}, **more)
