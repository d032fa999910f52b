"""Small edits of a scene, each with a name of its own: they apply, invert, and merge with those of others.

One log orders all edits. `merge` promises that whatever a person did is in the document, or stands in
`rivals` beside what it met, or is there already; an edit that is sent twice is applied once (the caller knows
the names it has seen). Nobody's value is ever replaced unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from diagramming.scene.document import BadScene, Scene, dump, read
from diagramming.scene.elements import Id, Part

Where = Literal["elements", "parties", "readings"]
SCENE = "scene"
"""The target of edits to what is the scene's own: frame, street, summary, north."""
OWN = frozenset({"north", "short", "street", "frame", "summary"})
OpId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$")]


class Op(Part):
    id: OpId
    client: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    """The device that made it: what one device did in a row is no conflict with itself."""
    base: Annotated[int, Field(ge=0)]
    """The version of the scene that the device had from the server when the edit was made."""


class Add(Op):
    op: Literal["add"]
    where: Where = "elements"
    body: dict[str, Any]
    at: Annotated[int, Field(ge=0)] | None = None


class Set(Op):
    op: Literal["set"]
    where: Where = "elements"
    target: Id
    fields: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Any], Field(min_length=1, max_length=30)
    ]


class Remove(Op):
    op: Literal["remove"]
    where: Where = "elements"
    target: Id


class Settle(Op):
    """Ends a rivalry: `take` the rival's value, or keep what stands."""

    op: Literal["settle"]
    rival: OpId
    field: Annotated[str, Field(pattern=r"^([a-z_]{1,40}|[*+])$")]
    take: bool


AnyOp = Annotated[Add | Set | Remove | Settle, Field(discriminator="op")]
OPS: dict[str, type[Add] | type[Set] | type[Remove] | type[Settle]] = {
    "add": Add,
    "set": Set,
    "remove": Remove,
    "settle": Settle,
}
Outcome = Literal["applied", "rival", "revived", "refused"]


@dataclass(frozen=True, slots=True)
class Merged:
    scene: Scene
    outcome: Outcome
    sentences: tuple[str, ...] = ()
    inverse: dict[str, Any] | None = None
    """What takes it back, without name and base: whoever undoes gives it those."""


@dataclass(frozen=True, slots=True)
class Past:
    """An edit of the log, as far as later ones need to know: `gone` is what a removal took away."""

    op: AnyOp
    outcome: Outcome
    gone: dict[str, Any] | None = None


def touched(op: AnyOp) -> dict[tuple[str, str], Any]:
    """(target, field) → value of what an edit writes; a removal writes the field `*`."""
    if isinstance(op, Set):
        return {(op.target, name): value for name, value in op.fields.items()}
    if isinstance(op, Remove):
        return {(op.target, "*"): None}
    return {}


def merge(scene: Scene, op: AnyOp, by: str, since: Iterable[Past] = ()) -> Merged:
    """The scene after an edit. `since` are the edits that its device had not seen, oldest first."""
    others = [past for past in since if past.op.client != op.client and past.outcome != "refused"]
    raw = dump(scene)
    try:
        done: Merged = _WAYS[op.op](raw, op, by, others)  # type: ignore[operator]
        return done
    except BadScene as problem:
        return Merged(scene, "refused", tuple(problem.sentences))


def _add(raw: dict[str, Any], op: Add, by: str, others: list[Past]) -> Merged:
    many = raw[op.where]
    id = op.body.get("id")
    if any(one["id"] == id for one in many):
        if op.where != "parties":
            raise BadScene([f"{str(id)[:40]}：代號重複。 This id is taken."])
        # Two stations each drew a party A: the later one's account is kept beside the first.
        return _kept(raw, op, by, str(id), {"+": op.body})
    at = len(many) if op.at is None else min(op.at, len(many))
    many.insert(at, op.body)
    return Merged(read(raw), "applied", inverse={"op": "remove", "where": op.where, "target": id})


def _set(raw: dict[str, Any], op: Set, by: str, others: list[Past]) -> Merged:
    if op.target == SCENE:
        if strange := sorted(set(op.fields) - OWN):
            raise BadScene([f"現場圖沒有可改的欄位 {strange[0]}。 A scene has no field {strange[0]} to set."])
        one, outcome = raw, "applied"
    else:
        if "id" in op.fields or "type" in op.fields:
            raise BadScene([f"{op.target}：代號與種類不能更改。 Neither id nor type can be changed."])
        found, outcome = _found(raw, op.where, op.target), "applied"
        if found is None:
            gone = next(
                (
                    p.gone
                    for p in reversed(others)
                    if isinstance(p.op, Remove) and p.op.target == op.target and p.gone
                ),
                None,
            )
            if gone is None:
                raise BadScene([f"{op.target}：不存在。 There is no {op.target}."])
            found, outcome = dict(gone), "revived"  # an edit outweighs a removal that its author had not seen
            raw[op.where].append(found)
        one = found
    written = {
        key: value
        for past in others
        if past.outcome in ("applied", "revived")
        for key, value in touched(past.op).items()
    }
    for past in others:
        if isinstance(past.op, Settle) and past.op.take:
            written[(past.op.rival, past.op.field)] = None
    met = {n: v for n, v in op.fields.items() if (op.target, n) in written and one.get(n) != v}
    before = {n: one.get(n) for n in op.fields if n not in met}
    one.update({n: v for n, v in op.fields.items() if n not in met})
    if met:
        kept = _kept(raw, op, by, op.target, met)
        return Merged(kept.scene, "rival", kept.sentences, _unset(op, before) if before else None)
    return Merged(read(raw), outcome, inverse=_unset(op, before))  # type: ignore[arg-type]


def _remove(raw: dict[str, Any], op: Remove, by: str, others: list[Past]) -> Merged:
    many = raw[op.where]
    at = next((n for n, one in enumerate(many) if one["id"] == op.target), None)
    if at is None:
        return Merged(read(raw), "applied")  # both removed it
    if any(target == op.target for past in others for target, _ in touched(past.op)):
        return _kept(raw, op, by, op.target, {"*": None})
    gone = many.pop(at)
    return Merged(read(raw), "applied", inverse={"op": "add", "where": op.where, "body": gone, "at": at})


def _settle(raw: dict[str, Any], op: Settle, by: str, others: list[Past]) -> Merged:
    rivals = raw["rivals"]
    at = next((n for n, r in enumerate(rivals) if r["op"] == op.rival and r["field"] == op.field), None)
    if at is None:
        return Merged(read(raw), "applied")  # settled already
    rival = rivals.pop(at)
    if op.take:
        _take(raw, rival)
    return Merged(read(raw), "applied")


def _take(raw: dict[str, Any], rival: Mapping[str, Any]) -> None:
    target, field = rival["target"], rival["field"]
    if target == SCENE:
        raw[field] = rival["value"]
        return
    for many in (raw["elements"], raw["parties"], raw["readings"]):
        for n, one in enumerate(many):
            if one["id"] == target:
                if field == "*":
                    many.pop(n)
                elif field == "+":
                    many[n] = rival["value"]
                else:
                    one[field] = rival["value"]
                return


def _kept(raw: dict[str, Any], op: Op, by: str, target: str, values: Mapping[str, Any]) -> Merged:
    """Validates what the rival wants, so that what cannot stand is refused now and not when it is settled."""
    for field, value in values.items():
        wish = {"op": op.id, "by": by, "target": target, "field": field, "value": value}
        if field != "*":
            trial = dump(read(raw))
            _take(trial, wish)
            read(trial)
        raw["rivals"].append(wish)
    said = f"{target}：他人已先修改，兩者並存待決定。 Somebody else changed {target} first; both are kept to choose from."
    return Merged(read(raw), "rival", (said,))


def _found(raw: dict[str, Any], where: Where, target: str) -> dict[str, Any] | None:
    return next((one for one in raw[where] if one["id"] == target), None)


def _unset(op: Set, before: Mapping[str, Any]) -> dict[str, Any]:
    return {"op": "set", "where": op.where, "target": op.target, "fields": dict(before)}


_WAYS = {"add": _add, "set": _set, "remove": _remove, "settle": _settle}
