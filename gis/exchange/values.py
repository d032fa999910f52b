"""Cells become values of the type that a column of the model has, or a sentence that says why not."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models

from gis.exchange import moments
from layers.registry.field import type_of
from layers.registry.importer import Wrong

Read = Callable[[Any], Any]
TRUE = {"true", "t", "yes", "y", "1", "1.0", "是", "有", "真", "v", "○"}
FALSE = {"false", "f", "no", "n", "0", "0.0", "否", "無", "假", "x", "╳"}


def empty(cell: Any) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell))


def text(cell: Any) -> str:
    """What a person would read in the cell; a whole number that a program made a fraction loses its .0."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def reader(column: models.Field[Any, Any]) -> Read:
    """The function that reads a cell, which is not empty, for a column."""
    kind = type_of(column)
    if kind == "integer":
        low, high = connection.ops.integer_field_range(column.get_internal_type())
        return lambda cell: _integer(cell, low, high)
    if kind == "string":
        return lambda cell: _string(cell, column.max_length)
    plain: dict[Any, Read] = {
        "number": _number,
        "boolean": _boolean,
        "date": _day,
        "datetime": moment,
        "json": _json,
    }
    return plain[kind]


def for_nothing(column: models.Field[Any, Any]) -> Any:
    """What an empty cell becomes: NULL, '' or the default; Wrong where there must be something."""
    if column.null:
        return None
    if column.has_default():
        return column.get_default()
    if column.empty_strings_allowed and column.blank:
        return ""
    raise Wrong(f"「{column.verbose_name}」不可空白", f"“{column.name}” must not be empty")


def moment(cell: Any, clock: Any = "", pattern: str | None = None) -> datetime:
    """A moment in time; without a zone it is the city's."""
    if isinstance(cell, datetime):
        when = cell
    elif pattern:
        when = moments.by_format(text(cell), text(clock), pattern)
    else:
        when = moments.moment(text(cell), text(clock))
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    return when.astimezone(UTC)


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, date) else moments.day(text(cell))


def _string(cell: Any, longest: int | None) -> str:
    said = text(cell)
    if longest is not None and len(said) > longest:
        raise Wrong(
            f"「{said[:20]}…」有 {len(said)} 字，最多 {longest} 字",
            f"“{said[:20]}…” has {len(said)} letters where {longest} are allowed",
        )
    return said


def _number(cell: Any) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    said = unicodedata.normalize("NFKC", text(cell)).replace(",", "")
    try:
        number = float(said)
    except ValueError as wrong:
        raise Wrong(f"「{said[:40]}」不是數字", f"“{said[:40]}” is no number") from wrong
    if not math.isfinite(number):
        raise Wrong(f"「{said[:40]}」不是數字", f"“{said[:40]}” is no number")
    return number


def _integer(cell: Any, low: int | None, high: int | None) -> int:
    number = _number(cell)
    if not number.is_integer():
        raise Wrong(f"「{text(cell)[:40]}」不是整數", f"“{text(cell)[:40]}” is no whole number")
    whole = int(cell) if isinstance(cell, int) else int(number)
    if (low is not None and whole < low) or (high is not None and whole > high):
        raise Wrong(f"{whole} 超出範圍 {low}～{high}", f"{whole} is outside of {low} to {high}")
    return whole


def _boolean(cell: Any) -> bool:
    said = text(cell).casefold()
    if said in TRUE:
        return True
    if said in FALSE:
        return False
    raise Wrong(f"「{said[:20]}」不是「是」或「否」", f"“{said[:20]}” is neither yes nor no")


def _json(cell: Any) -> str:
    if not isinstance(cell, str):
        return json.dumps(cell, ensure_ascii=False, default=str)
    try:
        return json.dumps(json.loads(cell), ensure_ascii=False)
    except ValueError as wrong:
        raise Wrong("不是 JSON", "is no JSON") from wrong
