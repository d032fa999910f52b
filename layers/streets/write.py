"""Writes street objects: one function, `apply`, one transaction, nothing lost and nothing half done.

Every object that exists is written against the version that the writer saw. If it changed since, the two edits are
merged where they touch different values; otherwise nothing is written and the writer is shown both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, ExclusionViolation

from layers.registry.sql import Sql
from layers.streets import read
from layers.streets.craft.edit.merge import Conflict, merge
from layers.streets.craft.migrate import CURRENT, Unreadable
from layers.streets.craft.pieces import Json, bearer, checked, kind_of, needs
from layers.streets.craft.plane import between
from layers.streets.read import Found

METHODS = ("rtk", "tape", "imagery", "osm", "plan", "lines", "template", "undo")
TRIES = 4
"""Who meets another writer on the way begins again."""


class Unwritable(Exception):
    """The edit cannot be; the text says why."""


class Unseen(Exception):
    """The writer did not say which version of these objects was seen."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"Say which version you saw of {', '.join(names)}.")
        self.names = tuple(names)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two edits of one object that touch the same values."""

    object: str
    etag: int | None
    base: Json | None
    mine: Json | None
    theirs: Json | None
    proposal: Json | None
    conflicts: tuple[Conflict, ...]


class Stale(Exception):
    """Somebody else was faster and changed the same values; nothing was written."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(f"Changed by somebody else meanwhile: {', '.join(c.object for c in clashes)}.")
        self.clashes = tuple(clashes)


@dataclass(frozen=True, slots=True)
class Survey:
    """Who measured what how: the head of a changeset."""

    who: str
    method: str
    unit: str = ""
    accuracy: float | None = None
    crash_case: str = ""
    note: str = ""
    valid_from: datetime | None = None
    accepted: bool = False
    kind: str = "edit"
    undoes: int | None = None
    origin: str = "real"


@dataclass(frozen=True, slots=True)
class Edit:
    """The parameters that an object shall have, None for none. `seen` is the version that the writer started from;
    0 says that there was none. An edit that `follows` from another in the changeset need not say."""

    object: str
    params: Json | None
    seen: int | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    changeset: int
    at: datetime
    etags: dict[str, int]
    """Objects written with their new versions."""
    gone: tuple[str, ...]
    merged: tuple[str, ...]
    """Objects whose edit was merged with one of somebody else."""
    parents: list[tuple[str, str, float, float]] = field(default_factory=list)


def apply(
    survey: Survey, edits: Sequence[Edit], lineage: Sequence[tuple[str, str, float, float]] = ()
) -> Written:
    """Raises Unseen, Stale, Unwritable or Unreadable, and then nothing has been written."""
    if not edits:
        raise Unwritable("The edit changes nothing.")
    for _ in range(TRIES - 1):
        try:
            with transaction.atomic():
                return _apply(survey, edits, lineage)
        except (IntegrityError, OperationalError) as wrong:
            if not isinstance(wrong.__cause__, (ExclusionViolation, DeadlockDetected)):
                raise
    with transaction.atomic():
        return _apply(survey, edits, lineage)


def _apply(
    survey: Survey, edits: Sequence[Edit], lineage: Sequence[tuple[str, str, float, float]]
) -> Written:
    wanted = {edit.object: edit for edit in edits}
    if len(wanted) < len(edits):
        raise Unwritable("One object is written twice in one edit; put both together.")
    _lock(_concerned(wanted))
    there = read.objects(wanted)
    new, merged = _merged(wanted, there)
    new = {name: params for name, params in new.items() if params != _params(there, name)}
    new |= _following(new, there)
    _hang_together(new)
    there |= read.objects(name for name in new if name not in there)
    at = _moment(new)
    valid_from = survey.valid_from or at
    if valid_from > at:
        raise Unwritable(
            "The edit would hold from a day that has not come yet; leave “valid_from” out, or set it back."
        )
    changeset = _changeset(survey, at, valid_from)
    etags = _versions(new, at, valid_from, changeset)
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO streets_lineage (parent, child, start, "end", changeset_id) VALUES (%s, %s, %s, %s, %s)',
            [(*row, changeset) for row in lineage],
        )
    gone = tuple(sorted(name for name, params in new.items() if params is None))
    return Written(changeset, at, etags, gone, merged, list(lineage))


def _params(there: Mapping[str, Found], name: str) -> Json | None:
    found = there.get(name)
    return found.params if found else None


def _concerned(wanted: Mapping[str, Edit]) -> list[str]:
    """What is written, what that needs, and the segments that end at its nodes."""
    names = set(wanted)
    for name, edit in wanted.items():
        if edit.params is not None:
            names.update(needs(kind_of(name), checked(name, edit.params)))
    nodes = [name for name in wanted if name.startswith("node/")]
    return sorted(names | set(_ending_at(nodes) if nodes else ()))


def _lock(names: Sequence[str]) -> None:
    """One writer an object, in the order of names, until the end of the transaction. A lock of several seconds fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", read.WRITING)
        cursor.execute(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(name, 4713) AS k "
            "FROM unnest(%s::text[]) AS name ORDER BY k) AS keys",
            (list(names),),
        )


def _merged(
    wanted: Mapping[str, Edit], there: Mapping[str, Found]
) -> tuple[dict[str, Json | None], tuple[str, ...]]:
    unseen = [n for n, e in wanted.items() if e.seen is None and not e.follows and n in there]
    if unseen:
        raise Unseen(sorted(unseen))
    new: dict[str, Json | None] = {}
    merged, clashes = [], []
    for name, edit in wanted.items():
        mine = None if edit.params is None else checked(name, edit.params)
        now = there.get(name)
        if edit.seen is None or edit.seen == (now.id if now else 0):
            new[name] = mine
            continue
        base = read.version(edit.seen) if edit.seen else None
        if base and base.object != name:
            raise Unwritable(f"Version {edit.seen} is one of {base.object}, not of {name}.")
        theirs = now.params if now else None
        found = merge(base.params if base else None, mine, theirs)
        if found.conflicts:
            clashes.append(
                Clash(
                    name,
                    now.id if now else None,
                    base.params if base else None,
                    mine,
                    theirs,
                    found.value,
                    found.conflicts,
                )
            )
        else:
            new[name] = None if found.value is None else checked(name, found.value)
            merged.append(name)
    if clashes:
        raise Stale(clashes)
    return new, tuple(merged)


def _following(new: Mapping[str, Json | None], there: Mapping[str, Found]) -> dict[str, Json | None]:
    """Segments whose end moved lie elsewhere now: they get a version of their own with the same parameters."""
    moved = [
        name
        for name, params in new.items()
        if params and kind_of(name) == "node" and (was := _params(there, name)) and was["at"] != params["at"]
    ]
    if not moved:
        return {}
    found = _ending_at(moved)
    return {name: one.params for name, one in found.items() if name not in new}


def _ending_at(nodes: Sequence[str]) -> dict[str, Found]:
    ids = [name.partition("/")[2] for name in nodes]
    return read.fetch(
        Sql("v.kind = 'segment' AND (v.params->>'a' = ANY(%s) OR v.params->>'b' = ANY(%s))", (ids, ids))
    )


def _hang_together(new: Mapping[str, Json | None]) -> None:
    """What an object needs must be there, and nothing that is needed may go."""
    wanted = {n for name, params in new.items() if params for n in needs(kind_of(name), params)}
    there = read.objects(wanted - set(new))
    for name, params in sorted(new.items()):
        for needed in needs(kind_of(name), params) if params else ():
            if needed not in there and new.get(needed) is None:
                raise Unreadable(f"{name} needs {needed}, which is not there.")
    gone = [name for name, params in new.items() if params is None]
    if not gone:
        return
    left = {n: f for n, f in read.bearing(gone).items() if n not in new}
    nodes = [name for name in gone if name.startswith("node/")]
    if nodes:
        left |= {n: f for n, f in _ending_at(nodes).items() if n not in new}
    if left:
        first = min(left)
        raise Unwritable(f"{first} still stands on what would go; remove it in the same edit.")


def _moment(new: Mapping[str, Json | None]) -> datetime:
    """Now, and after all that was ever written about these objects."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(clock_timestamp(), max(lower(txn)) + interval '1 microsecond') "
            "FROM streets_version WHERE object = ANY(%s)",
            (sorted(new),),
        )
        at: datetime = cursor.fetchone()[0]
    return at


def _changeset(survey: Survey, at: datetime, valid_from: datetime) -> int:
    if survey.method not in METHODS:
        raise Unwritable(f"“{survey.method[:40]}” is no method; there are {', '.join(METHODS)}.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO streets_changeset (at, valid_from, who, unit, method, accuracy, crash_case, note, kind, state, "
            "decided_by, decided_at, undoes_id, origin) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "RETURNING id",
            (
                at, valid_from, survey.who, survey.unit, survey.method, survey.accuracy, survey.crash_case, survey.note,
                survey.kind, "accepted" if survey.accepted else "reported", survey.who if survey.accepted else "",
                at if survey.accepted else None, survey.undoes, survey.origin,
            ),
        )  # fmt: skip
        number: int = cursor.fetchone()[0]
    return number


CLOSE = """
    UPDATE streets_version SET txn = tstzrange(lower(txn), %s)
    WHERE object = ANY(%s) AND upper_inf(txn) AND valid && tstzrange(%s, NULL)
    RETURNING id, lower(valid) < %s
"""
REMAIN = """
    INSERT INTO streets_version (object, kind, bearer, schema, params, geom, merc, valid, txn, changeset_id)
    SELECT object, kind, bearer, schema, params, geom, merc, tstzrange(lower(valid), %s), tstzrange(%s, NULL), changeset_id
    FROM streets_version WHERE id = ANY(%s)
"""
INSERT = """
    INSERT INTO streets_version (object, kind, bearer, schema, params, geom, merc, valid, txn, changeset_id)
    SELECT n.object, n.kind, n.bearer, %s, n.params, n.geom::geometry, ST_Transform(n.geom::geometry, 3857),
           tstzrange(%s, NULL), tstzrange(%s, NULL), %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[]) AS n (object, kind, bearer, params, geom)
    ORDER BY n.object
    RETURNING object, id
"""
STALE = """
    INSERT INTO streets_stale (object, geom)
    SELECT object, ST_Envelope(ST_Collect(geom)) FROM streets_version
    WHERE object = ANY(%s) AND (upper_inf(txn) OR upper(txn) = %s) GROUP BY object
"""


def _versions(
    new: Mapping[str, Json | None], at: datetime, valid_from: datetime, changeset: int
) -> dict[str, int]:
    rows = [(name, kind_of(name), params) for name, params in sorted(new.items()) if params is not None]
    shapes = places({name: params for name, _, params in rows})
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, (at, sorted(new), valid_from, valid_from))
        remain = [id_ for id_, before in cursor.fetchall() if before]
        if remain:
            cursor.execute(REMAIN, (valid_from, at, remain))
        cursor.execute(
            INSERT,
            (
                CURRENT, valid_from, at, changeset,
                [name for name, _, _ in rows], [kind for _, kind, _ in rows],
                [bearer(kind, params) for _, kind, params in rows],
                [json.dumps(params, ensure_ascii=False) for _, _, params in rows],
                [shapes.get(name) for name, _, _ in rows],
            ),
        )  # fmt: skip
        etags = dict(cursor.fetchall())
        cursor.execute(STALE, (sorted(new), at))
    return etags


def places(new: Mapping[str, Json]) -> dict[str, str]:
    """Where nodes, segments and free markings lie, in WGS 84, as the database reads it."""
    crs, _ = read.setting()
    there = between(crs, 4326)
    ends = {n for name, p in new.items() if kind_of(name) == "segment" for n in needs("segment", p)}
    nodes = {name: found.params for name, found in read.objects(ends - set(new)).items()}
    nodes |= {name: p for name, p in new.items() if kind_of(name) == "node"}
    names, shapes = [], []
    for name, piece in new.items():
        shape = shape_of(name, piece, nodes)
        if shape is not None:
            names.append(name)
            shapes.append(shape)

    def moved(points: Any) -> Any:
        import numpy as np

        return np.column_stack(there.transform(points[:, 0], points[:, 1]))

    if not shapes:
        return {}
    placed = shapely.set_srid(shapely.transform(shapes, moved), 4326)
    return dict(zip(names, shapely.to_wkb(placed, hex=True, include_srid=True).tolist(), strict=True))


def shape_of(name: str, piece: Json, nodes: Mapping[str, Json]) -> Any:
    kind = kind_of(name)
    if kind == "node":
        return shapely.Point(piece["at"])
    if kind == "segment":
        a, b = (nodes[f"node/{piece[end]}"]["at"] for end in ("a", "b"))
        return shapely.LineString([a, *piece["via"], b])
    if kind == "marking" and not bearer(kind, piece):
        points = piece["area"] or [piece["at"]]
        return shapely.Point(points[0]) if len(points) == 1 else shapely.LineString(points)
    return None
