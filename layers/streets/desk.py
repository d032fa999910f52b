"""From operations as they are asked for to a changeset that is written, checked and drawn."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from layers.registry.sql import Sql
from layers.streets import read
from layers.streets.craft.check import Finding, about
from layers.streets.craft.edit import cut
from layers.streets.craft.edit import operations as do
from layers.streets.craft.edit.merge import merge
from layers.streets.craft.edit.paper import Desk, Impossible
from layers.streets.craft.edit.say import Change, changes
from layers.streets.craft.pieces import Json, kind_of
from layers.streets.draw import Sight, live, redraw, sight
from layers.streets.write import Clash, Edit, Stale, Survey, Unwritable, Written, apply

logger = logging.getLogger(__name__)
Name = Annotated[str, Field(min_length=3, max_length=400, description="Such as segment/w12.0 or arm/w12.0/a")]
Dot = tuple[float, float]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Value(Part):
    path: str = Field(
        description="Such as sections/0/strips/3/width; members of a list by their id or number"
    )
    value: Any = None


class Set(Part):
    """Sets values of an object."""

    op: Literal["set"]
    object: Name
    values: list[Value] = Field(min_length=1)


class Put(Part):
    """All parameters of an object at once; a new object if there is none."""

    op: Literal["put"]
    object: Name
    params: dict[str, Any]


class Remove(Part):
    op: Literal["remove"]
    object: Name
    with_standing: bool = Field(False, description="Also what stands on it: arms, signs, movements")


class InsertStrip(Part):
    op: Literal["insert_strip"]
    object: Name
    section: int = 0
    at: int = Field(description="How many strips are left of it")
    strip: dict[str, Any]


class RemoveStrip(Part):
    op: Literal["remove_strip"]
    object: Name
    section: int = 0
    strip: str


class ReorderStrips(Part):
    op: Literal["reorder_strips"]
    object: Name
    section: int = 0
    order: list[str]


class RetypeStrip(Part):
    op: Literal["retype_strip"]
    object: Name
    section: int = 0
    strip: str
    kind: str
    dir: Literal[-1, 0, 1] | None = None


class Split(Part):
    """Cuts a segment; what stands on its far end goes with the second part."""

    op: Literal["split"]
    object: Name
    s: float = Field(description="Metres from end a")


class Merge(Part):
    op: Literal["merge"]
    object: Name
    second: Name


class CopySection(Part):
    """The cross-sections of another segment, or of a template."""

    op: Literal["copy_section"]
    object: Name
    source: Name | None = None
    template: int | None = None
    mirror: bool = False
    fit: bool = Field(False, description="Scaled to the carriageway that is there")
    keep_walks: bool = Field(False, description="The target keeps what is outside its kerbs")


class CopyArm(Part):
    op: Literal["copy_arm"]
    object: Name = Field(description="The arm that is to be furnished")
    source: Name | None = None
    template: int | None = None


class CopyJunction(Part):
    op: Literal["copy_junction"]
    object: Name
    source: Name | None = None
    template: int | None = None
    rotation: float | None = Field(None, description="Degrees anticlockwise; found when left out")
    sections: bool = True


Operation = Annotated[
    Set | Put | Remove | InsertStrip | RemoveStrip | ReorderStrips | RetypeStrip | Split | Merge | CopySection | CopyArm
    | CopyJunction,
    Field(discriminator="op"),
]  # fmt: skip


class Broken(Exception):
    """The street would not be right any more; each finding says where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{f.object}: {f.en}" for f in findings[:5]))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Done:
    written: Written
    changes: dict[str, list[Change]]
    warnings: list[Finding]
    redrawn: int | None
    """How many shapes; None if the picture comes later."""
    notes: dict[str, Any] = field(default_factory=dict)
    sight: Sight | None = None


def open_desk() -> Desk:
    def look(name: str) -> Json | None:
        found = read.objects([name]).get(name)
        return found.params if found else None

    def standing(name: str) -> Mapping[str, Json]:
        found = {n: f.params for n, f in read.bearing([name]).items()}
        if name.startswith("node/"):
            id_ = name.partition("/")[2]
            ends = Sql("v.kind = 'segment' AND (v.params->>'a' = %s OR v.params->>'b' = %s)", (id_, id_))
            found |= {n: f.params for n, f in read.fetch(ends).items()}
        if name.startswith("segment/"):
            piece = look(name)
            if piece:
                found |= {
                    n: f.params for n, f in read.bearing([f"node/{piece['a']}", f"node/{piece['b']}"]).items()
                }
        return found

    return Desk({}, look, standing)


def carry_out(survey: Survey, operations: Sequence[Any], seen: Mapping[str, int]) -> Done:
    """All operations as one changeset. `seen` gives the version of each object that the editor started from.

    Operations are done on what the editor saw; if it changed since, both edits are merged.
    """
    desk = open_desk()
    for name, etag in seen.items():
        then = read.version(etag)
        if then and then.object == name:
            desk.there[name] = then.params
    notes: dict[str, Any] = {}
    for operation in operations:
        notes.update(_do(desk, operation) or {})
    made = desk.edits()
    edits = [
        Edit(name, params, seen.get(name), follows=name in desk.follows) for name, params in made.items()
    ]
    with transaction.atomic():
        done = _write(survey, edits, desk.lineage)
    return Done(done.written, done.changes, done.warnings, _pictured(done.sight), notes)


def _pictured(seen: Sight | None) -> int | None:
    """The edit is saved: whatever happens to its picture must not make it look lost. What is stale stays marked so."""
    try:
        return redraw(seen)
    except Exception:
        logger.exception("An edit is saved, and could not be drawn; a job draws it.")
    from layers.streets.jobs import draw_later

    try:
        draw_later()
    except DatabaseError:
        logger.exception("No job draws it either: the next edit does, or the night.")
    return None


def _write(
    survey: Survey, edits: Sequence[Edit], lineage: Sequence[tuple[str, str, float, float]] = ()
) -> Done:
    before = read.objects(e.object for e in edits)
    written = apply(survey, edits, lineage)
    after = read.objects(written.etags)
    said = {
        e.object: changes(
            before[e.object].params if e.object in before else None,
            after[e.object].params if e.object in after else None,
        )
        for e in edits
    }
    seen = sight([*written.etags, *written.gone])
    findings = about(seen.document, seen.findings, {*written.etags, *written.gone}) if seen else []
    errors = [f for f in findings if f.error]
    if errors:
        raise Broken(errors)
    return Done(written, said, findings, 0, sight=seen)


def _do(desk: Desk, asked: Any) -> dict[str, Any] | None:
    name = asked.object
    match asked:
        case Set():
            do.set_values(desk, name, [(v.path, v.value) for v in asked.values])
        case Put():
            desk.put(name, asked.params)
        case Remove():
            desk.get(name)
            if asked.with_standing:
                for one in desk.on(name):
                    desk.put(one, None, follows=True)
            desk.put(name, None)
        case InsertStrip():
            do.insert_strip(desk, name, asked.section, asked.at, asked.strip)
        case RemoveStrip():
            do.remove_strip(desk, name, asked.section, asked.strip)
        case ReorderStrips():
            do.reorder_strips(desk, name, asked.section, asked.order)
        case RetypeStrip():
            do.retype_strip(desk, name, asked.section, asked.strip, asked.kind, asked.dir)
        case Split():
            node, second = cut.split(desk, name, asked.s)
            return {"node": f"node/{node}", "second": f"segment/{second}"}
        case Merge():
            cut.merge(desk, name, asked.second)
        case CopySection():
            sections = _content(desk, asked, "section")["sections"]
            do.copy_sections(
                desk, sections, name, mirror=asked.mirror, fit=asked.fit, keep_walks=asked.keep_walks
            )
        case CopyArm():
            _, segment, end = name.rsplit("/", 2) if name.count("/") == 2 else _arm(name)
            do.copy_arm(desk, _content(desk, asked, "arm"), segment, end)
        case CopyJunction():
            found = _content(desk, asked, "junction")
            return do.copy_junction(
                desk, found, name.partition("/")[2], rotation=asked.rotation, sections=asked.sections
            )
    return None


def _arm(name: str) -> tuple[str, str, str]:
    _, _, rest = name.partition("/")
    segment, _, end = rest.rpartition("/")
    if end not in ("a", "b"):
        raise Impossible(f"“{name}” is no arm; write arm/SEGMENT/a or arm/SEGMENT/b.")
    return "arm", segment, end


def _content(desk: Desk, asked: Any, kind: str) -> Json:
    if (asked.source is None) == (asked.template is None):
        raise Impossible("Give either a source or a template, and not both.")
    if asked.template is not None:
        from layers.streets.models import Template

        found = Template.objects.filter(pk=asked.template, kind=kind).first()
        if found is None:
            raise Impossible(f"There is no template {asked.template} for a {kind}.")
        content: Json = found.content
        return content
    return content_of(desk, asked.source, kind)


def content_of(desk: Desk, name: str, kind: str) -> Json:
    """What is copied from an object: its cross-sections, its arm, its whole junction."""
    wanted = {"section": "segment", "arm": "arm", "junction": "node"}[kind]
    if kind_of(name) != wanted:
        raise Impossible(f"A {kind} is copied from a {wanted}; “{name}” is none.")
    if kind == "junction":
        return do.junction_of(desk, name.partition("/")[2])
    piece = desk.get(name)
    return {"sections": piece["sections"]} if kind == "section" else piece


# what happens to a changeset afterwards


def undo(survey: Survey, changeset: int) -> Done:
    """Every object of a changeset gets back the parameters that it had before; later edits of others stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, valid_from FROM streets_changeset WHERE id = %s AND kind <> 'import'", (changeset,)
        )
        row = cursor.fetchone()
        if row is None:
            raise Unwritable(f"There is no changeset {changeset} that could be undone.")
        at, valid_from = row
        cursor.execute(
            "SELECT object FROM streets_version WHERE (changeset_id = %s AND lower(txn) = %s) OR upper(txn) = %s "
            "GROUP BY object ORDER BY object",
            (changeset, at, at),
        )
        names = [name for (name,) in cursor.fetchall()]
    survey = replace(survey, valid_from=valid_from, undoes=changeset, kind="undo")
    with transaction.atomic():
        was, made, now = _before(names, at), _then(names, at), read.objects(names)
        edits, clashes = [], []
        for name in names:
            found = merge(made.get(name), was.get(name), now[name].params if name in now else None)
            if found.conflicts:
                theirs = now[name].params if name in now else None
                clashes.append(
                    Clash(
                        name,
                        now[name].id if name in now else None,
                        made.get(name),
                        was.get(name),
                        theirs,
                        found.value,
                        found.conflicts,
                    )
                )
            edits.append(Edit(name, found.value, now[name].id if name in now else 0))
        if clashes:
            raise Stale(clashes)
        done = _write(survey, edits)
    return Done(done.written, done.changes, done.warnings, _pictured(done.sight))


def _before(names: Sequence[str], at: datetime) -> dict[str, Json]:
    """What was known of today just before a moment."""
    condition = Sql(
        "v.object = ANY(%s) AND upper_inf(v.valid) AND lower(v.txn) < %s AND (upper_inf(v.txn) OR upper(v.txn) >= %s)",
        (list(names), at, at),
    )
    return read.params(_any_time(condition))


def _then(names: Sequence[str], at: datetime) -> dict[str, Json]:
    return read.params(
        _any_time(Sql("v.object = ANY(%s) AND upper_inf(v.valid) AND v.txn @> %s", (list(names), at)))
    )


def _any_time(condition: Sql) -> dict[str, read.Found]:
    return read.fetch(condition, None)


def accept(who: str, changeset: int) -> bool:
    """Public works have looked at it. False when there is nothing to accept."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE streets_changeset SET state = 'accepted', decided_by = %s, decided_at = %s "
            "WHERE id = %s AND state = 'reported'",
            (who, timezone.now(), changeset),
        )
        done = bool(cursor.rowcount > 0)
        cursor.execute(
            "SELECT object FROM streets_version WHERE changeset_id = %s AND kind = 'segment'", (changeset,)
        )
        live([name for (name,) in cursor.fetchall()])
    return done


def confirm(who: str, names: Sequence[str], unit: str = "", crash_case: str = "", note: str = "") -> int:
    """Somebody found these objects as they are in the map."""
    there = read.objects(names)
    if missing := sorted(set(names) - set(there)):
        raise Unwritable(f"There is no {missing[0]}.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO streets_confirmation (object, at, who, unit, crash_case, note) VALUES (%s, now(), %s, %s, %s, %s)",
            [(name, who, unit, crash_case, note) for name in sorted(there)],
        )
        live([n for n in there if n.startswith("segment/")])
    return len(there)
