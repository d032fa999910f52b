"""Three-way merging of two edits of one object: what they changed in different places both hold.

Lists whose members have an id are merged member by member, so that one may widen strip 3 while another retypes
strip 5. Where both changed the same value there is a conflict; the proposal then takes mine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = Any
GONE = object()
"""Stands for a value that is not there, which is not the same as null."""


@dataclass(frozen=True, slots=True)
class Conflict:
    path: str
    base: Json
    mine: Json
    theirs: Json


@dataclass(frozen=True, slots=True)
class Merged:
    value: Json
    conflicts: tuple[Conflict, ...]


def merge(base: Json, mine: Json, theirs: Json) -> Merged:
    """The three versions as plain JSON; None stands for an object that does not exist."""
    conflicts: list[Conflict] = []
    value = _merge(base, mine, theirs, "", conflicts)
    return Merged(None if value is GONE else value, tuple(conflicts))


def _merge(base: Json, mine: Json, theirs: Json, path: str, conflicts: list[Conflict]) -> Json:
    if _same(mine, theirs) or _same(theirs, base):
        return mine
    if _same(mine, base):
        return theirs
    if isinstance(mine, dict) and isinstance(theirs, dict) and isinstance(base, dict):
        return _objects(base, mine, theirs, path, conflicts)
    if isinstance(mine, list) and isinstance(theirs, list) and isinstance(base, list):
        if all(named(rows) for rows in (base, mine, theirs)):
            return _members(base, mine, theirs, path, conflicts)
        if len(base) == len(mine) == len(theirs) and all(
            isinstance(v, dict) for v in (*base, *mine, *theirs)
        ):
            return [
                _merge(b, m, t, f"{path}/{n}", conflicts)
                for n, (b, m, t) in enumerate(zip(base, mine, theirs, strict=True))
            ]
    conflicts.append(Conflict(path or "/", *(None if v is GONE else v for v in (base, mine, theirs))))
    return mine


def _same(one: Json, other: Json) -> bool:
    if one is GONE or other is GONE:
        return one is other
    return bool(one == other)


def _objects(base: Json, mine: Json, theirs: Json, path: str, conflicts: list[Conflict]) -> dict[str, Json]:
    found = {}
    for key in dict.fromkeys((*base, *theirs, *mine)):
        was, here, there = (v.get(key, GONE) for v in (base, mine, theirs))
        value = _merge(was, here, there, f"{path}/{key}", conflicts)
        if value is not GONE:
            found[key] = value
    return found


def named(rows: list[Json]) -> bool:
    """Whether the members of a list can be told apart by their ids."""
    ids = [row.get("id") for row in rows if isinstance(row, dict)]
    return len(ids) == len(rows) and None not in ids and len(set(ids)) == len(ids)


def _members(base: Json, mine: Json, theirs: Json, path: str, conflicts: list[Conflict]) -> list[Json]:
    was, here, there = ({row["id"]: row for row in rows} for rows in (base, mine, theirs))
    order = _order([*was], [*here], [*there], path, conflicts)
    found = []
    for id_ in order:
        value = _merge(
            was.get(id_, GONE), here.get(id_, GONE), there.get(id_, GONE), f"{path}/{id_}", conflicts
        )
        if value is not GONE:
            found.append(value)
    return found


def _order(
    base: list[str], mine: list[str], theirs: list[str], path: str, conflicts: list[Conflict]
) -> list[str]:
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    conflicts.append(Conflict(f"{path}/order", base, mine, theirs))
    return [*mine, *(id_ for id_ in theirs if id_ not in mine and id_ not in base)]


def differences(before: Json, after: Json, path: str = "") -> Iterator[tuple[str, Json, Json]]:
    """(path, before, after) of every value that differs; None for what is not there."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key), after.get(key), f"{path}/{key}")
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and before
        and after
        and named(before)
        and named(after)
    ):
        was, now = ({row["id"]: row for row in rows} for rows in (before, after))
        for id_ in dict.fromkeys((*was, *now)):
            yield from differences(was.get(id_), now.get(id_), f"{path}/{id_}")
        kept = [id_ for id_ in was if id_ in now]
        if kept != [id_ for id_ in now if id_ in was]:
            yield f"{path}/order", [*was], [*now]
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and all(isinstance(v, dict) for v in (*before, *after))
    ):
        for n, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{path}/{n}")
    else:
        yield path or "/", before, after
