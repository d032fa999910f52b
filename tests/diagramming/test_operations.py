"""Edits: they apply and invert, and whatever is done offline by several is neither lost nor doubled."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from pydantic import TypeAdapter

from diagramming.scene.document import Scene, dump, read
from diagramming.scene.operations import AnyOp, Merged, Past, merge
from tests.diagramming.scenes import EVERYTHING, everything, raw

PARSE: TypeAdapter[Any] = TypeAdapter(AnyOp)


def op(id: str = "operation-1", client: str = "a", base: int = 0, **said: Any) -> AnyOp:
    made: AnyOp = PARSE.validate_python({"id": id, "client": client, "base": base, **said})
    return made


@pytest.mark.parametrize(
    "said",
    [
        {"op": "add", "body": {"id": "new", "type": "note", "at": [0, 0], "text": "x"}},
        {"op": "set", "target": "v1", "fields": {"pose": {"x": 9, "y": 9, "heading": 9}, "label": "x"}},
        {"op": "set", "target": "scene", "fields": {"summary": "x", "north": "compass"}},
        {"op": "set", "where": "parties", "target": "A", "fields": {"moved": True}},
        {"op": "remove", "target": "v3"},
        {"op": "remove", "target": "n1"},
    ],
)
def test_an_edit_and_its_inverse_leave_the_scene_as_it_was(said: dict[str, Any]) -> None:
    before = everything()
    done = merge(before, op(**said), "a")
    assert done.outcome == "applied" and done.scene != before and done.inverse
    assert merge(done.scene, op("operation-2", **done.inverse), "a").scene == before


def test_what_others_hang_on_is_not_removed() -> None:
    done = merge(everything(), op(op="remove", target="RP1"), "a")
    assert done.outcome == "refused" and "BL" in " ".join(done.sentences) and done.scene == everything()


def test_a_removal_of_what_somebody_else_changed_waits() -> None:
    scene = everything()
    theirs = op("operation-b", "b", op="set", target="v3", fields={"label": "新"})
    scene = merge(scene, theirs, "b").scene
    done = merge(scene, op(op="remove", target="v3"), "a", [Past(theirs, "applied")])
    assert done.outcome == "rival" and done.scene.element("v3") and done.scene.rivals[0].field == "*"
    taken = merge(done.scene, op("operation-3", op="settle", rival="operation-1", field="*", take=True), "a")
    assert taken.scene.element("v3") is None and not taken.scene.rivals


def test_a_rival_that_could_never_stand_is_refused_at_once() -> None:
    theirs = op("operation-b", "b", op="set", target="v1", fields={"kind": "taxi"})
    scene = merge(everything(), theirs, "b").scene
    done = merge(scene, op(op="set", target="v1", fields={"kind": "ufo"}), "a", [Past(theirs, "applied")])
    assert done.outcome == "refused" and not done.scene.rivals


class Server:
    """The log, as the house keeps it: an order, each edit once."""

    def __init__(self) -> None:
        self.scene = read(raw(*EVERYTHING[:3]))
        self.log: list[tuple[AnyOp, Merged]] = []
        self.seen: dict[str, int] = {}

    def take(self, ops: list[AnyOp]) -> None:
        for one in ops:
            if one.id in self.seen:
                continue
            past = [
                Past(old, done.outcome, (done.inverse or {}).get("body") if old.op == "remove" else None)
                for old, done in self.log[one.base :]
            ]
            done = merge(self.scene, one, one.client, past)
            self.scene = done.scene
            self.log.append((one, done))
            self.seen[one.id] = len(self.log)


class Tablet:
    """An editor with an outbox that outlives a reload; its connection drops answers and requests."""

    def __init__(self, name: str, server: Server, dice: random.Random) -> None:
        self.name, self.server, self.dice = name, server, dice
        self.version, self.base = 0, server.scene
        self.outbox: list[AnyOp] = []
        self.made: list[AnyOp] = []

    @property
    def view(self) -> Scene:
        scene = self.base
        for one in self.outbox:
            scene = merge(scene, one, self.name).scene
        return scene

    def edit(self) -> None:
        view, dice = self.view, self.dice
        way = dice.choice(["add", "set", "set", "set", "remove", "settle", "scene"])
        said: dict[str, Any]
        if way == "add" or not view.elements:
            id = f"{self.name}{len(self.made)}"
            said = {"op": "add", "body": {"id": id, "type": "note", "at": [dice.random(), 1], "text": id}}
        elif way == "set":
            target = dice.choice(view.elements)
            said = {"op": "set", "target": target.id, "fields": {"label": f"{self.name} {len(self.made)}"}}
        elif way == "remove":
            said = {"op": "remove", "target": dice.choice(view.elements).id}
        elif way == "settle" and view.rivals:
            rival = dice.choice(view.rivals)
            said = {"op": "settle", "rival": rival.op, "field": rival.field, "take": dice.random() < 0.5}
        else:
            said = {"op": "set", "target": "scene", "fields": {"summary": f"{self.name} {len(self.made)}"}}
        made = op(f"{self.name}-{len(self.made):06d}", self.name, self.version, **said)
        self.made.append(made)
        self.outbox.append(made)

    def sync(self) -> None:
        """Any prefix of the outbox may arrive, and its answer may not."""
        sent = (
            self.outbox[: self.dice.randint(0, len(self.outbox))] if self.dice.random() < 0.3 else self.outbox
        )
        if self.dice.random() < 0.2:
            return
        self.server.take(list(sent))
        if self.dice.random() < 0.3:
            return
        self.answered({one.id for one in sent})

    def answered(self, done: set[str]) -> None:
        self.version, self.base = len(self.server.log), self.server.scene
        self.outbox = [one for one in self.outbox if one.id not in done]

    def reload(self) -> None:
        """What memory held is gone; the outbox and what the server said last were written down."""
        self.outbox = [PARSE.validate_json(one.model_dump_json()) for one in self.outbox]
        self.base = read(dump(self.base))


@pytest.mark.parametrize("seed", range(200))
def test_edits_disconnects_and_reloads_lose_and_double_nothing(seed: int) -> None:
    dice = random.Random(seed)
    server = Server()
    tablets = [Tablet(name, server, dice) for name in ("amy", "bob", "cho")]
    for _ in range(25):
        tablet = dice.choice(tablets)
        dice.choice([tablet.edit, tablet.edit, tablet.edit, tablet.sync, tablet.reload])()
    for tablet in tablets:
        server.take(tablet.outbox)
    for tablet in tablets:
        tablet.answered({one.id for one in tablet.outbox})
    made = [one.id for tablet in tablets for one in tablet.made]
    assert Counter(one.id for one, _ in server.log) == Counter(made), "each edit is in the log once"
    assert all(tablet.view == server.scene for tablet in tablets), "all see the same in the end"

    document = server.scene
    ids = [e.id for e in document.elements]
    assert len(ids) == len(set(ids))
    rivals = {(r.op, r.field) for r in document.rivals}
    settled = {(o.rival, o.field) for o, _ in server.log if o.op == "settle"}
    for place, (one, done) in enumerate(server.log):
        if done.outcome == "refused":
            # only what its author could no longer have meant: the thing was gone and they had seen it go
            assert done.sentences
            assert one.op == "set" and one.target not in {e.id for e in _before(server, place).elements}, one
        if done.outcome == "rival":
            fields = {"*"} if one.op == "remove" else set(one.fields)  # type: ignore[union-attr]
            kept = {f for f in fields if (one.id, f) in rivals | settled}
            standing = _after(server, place)
            assert kept, "what met another edit stands beside it"
            if one.op == "set" and one.target != "scene":
                assert all(
                    getattr(standing.element(one.target), f) == v
                    for f, v in one.fields.items()
                    if f not in kept
                )
    for tablet in tablets:
        for one in tablet.made:
            if one.op == "add":
                later = [o for o, d in server.log if o.op in ("remove", "settle")]
                gone = any(o.op == "settle" or o.target == one.body["id"] for o in later)
                assert one.body["id"] in ids or gone, "what was added is there unless somebody took it away"


def _before(server: Server, place: int) -> Scene:
    return server.log[place - 1][1].scene if place else read(raw(*EVERYTHING[:3]))


def _after(server: Server, place: int) -> Scene:
    return server.log[place][1].scene


def test_nobody_replaces_a_value_that_they_had_not_seen() -> None:
    """For any two edits of one field, made without knowledge of each other, both values can be found."""
    for mine in ("x", "y"):
        scene = everything()
        theirs = op("operation-b", "b", op="set", target="v1", fields={"label": "x"})
        scene = merge(scene, theirs, "b").scene
        done = merge(scene, op(op="set", target="v1", fields={"label": mine}), "a", [Past(theirs, "applied")])
        element = done.scene.element("v1")
        assert element and element.label == "x"
        assert [r.value for r in done.scene.rivals] == ([] if mine == "x" else ["y"])
