"""Times in a filter: moments, intervals, and the relations between two spans of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from layers.registry.cql.reading import BadFilter, Json
from layers.registry.sql import Sql, instant


def moment(text: Json) -> datetime:
    try:
        when = instant(str(text))
    except (ValueError, OverflowError) as wrong:
        raise BadFilter(f"“{str(text)[:40]}” is no date or time.") from wrong
    if not date(1, 1, 2) < when.date() < date(9999, 12, 30):
        raise BadFilter(f"“{str(text)[:40]}” is too far from now.")
    return when


def interval(ends: Json) -> tuple[Json, Json]:
    if not isinstance(ends, list) or len(ends) != 2:
        raise BadFilter("An interval has two ends.")
    out: list[Json] = []
    for end, open_end in zip(ends, ("-infinity", "infinity"), strict=True):
        if isinstance(end, dict) and "property" in end:
            out.append(end)
        elif end in ("..", "", None):
            out.append(open_end)
        else:
            out.append(moment(end))
    return out[0], out[1]


def _relation(text: str) -> Callable[[Sql, Sql, Sql, Sql], Sql]:
    """SQL of a relation between two spans; a, b are the ends of the left one, c, d of the right one."""

    def build(a: Sql, b: Sql, c: Sql, d: Sql) -> Sql:
        ends = {"a": a, "b": b, "c": c, "d": d}
        out = Sql("(")
        for piece in re.split(r"([abcd])\b", text):
            out = out + ends.get(piece, piece)
        return out + ")"

    return build


TEMPORAL = {
    "t_after": _relation("a > d"),
    "t_before": _relation("b < c"),
    "t_contains": _relation("a < c AND b > d"),
    "t_disjoint": _relation("b < c OR a > d"),
    "t_during": _relation("a > c AND b < d"),
    "t_equals": _relation("a = c AND b = d"),
    "t_finishedby": _relation("a < c AND b = d"),
    "t_finishes": _relation("a > c AND b = d"),
    "t_intersects": _relation("a <= d AND b >= c"),
    "t_meets": _relation("b = c"),
    "t_metby": _relation("a = d"),
    "t_overlappedby": _relation("a > c AND a < d AND b > d"),
    "t_overlaps": _relation("a < c AND b > c AND b < d"),
    "t_startedby": _relation("a = c AND b > d"),
    "t_starts": _relation("a = c AND b < d"),
    "anyinteracts": _relation("a <= d AND b >= c"),
}
