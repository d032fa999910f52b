"""The scene document: what it holds, what it refuses by name, and that older ones are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from data.codes import table
from diagramming.scene.classes import BY_CODE, CLASSES
from diagramming.scene.document import BadScene, digest, dump, read, schema
from diagramming.scene.drawing import symbol_of
from diagramming.scene.migrate import CURRENT, upgraded
from diagramming.symbols.library import Library
from tests.diagramming.scenes import EVERYTHING, everything, raw


def test_everything_is_read_back_as_it_was_written() -> None:
    scene = everything()
    again = read(json.loads(json.dumps(dump(scene))))
    assert again == scene and digest(again) == digest(scene)


def test_what_is_written_holds_by_the_published_schema() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(dump(everything()))


def test_the_digest_is_of_the_content_not_of_the_order_of_keys() -> None:
    one = raw(*EVERYTHING)
    assert digest(read(dict(reversed(one.items())))) == digest(read(one))
    assert digest(read({**one, "summary": "x"})) != digest(read(one))


CAR = EVERYTHING[0]
WRONG: list[tuple[dict[str, Any], str]] = [
    (raw(CAR, CAR), "v1"),
    (raw({**CAR, "party": "Q"}), "v1.*Q"),
    (raw({**CAR, "kind": "tank"}), "v1.*tank"),
    (raw({**CAR, "pose": {"x": 1e9, "y": 0, "heading": 0}}), "v1.*pose.x"),
    (raw({**CAR, "pose": {"x": 0, "y": 0, "heading": 400}}), "v1.*heading"),
    (raw({**CAR, "length": -4}), "v1.*length"),
    (raw({**CAR, "type": "spaceship"}), "v1.*spaceship"),
    (raw({**CAR, "style": "x"}), "v1.*style"),
    (raw({**CAR, "kind": "pedestrian"}), "v1"),
    (raw({"id": "BL", "type": "baseline", "start": "RP9", "end": [0, 0]}), "BL.*RP9"),
    (raw(CAR, {"id": "m", "type": "dimension", "a": "v1.FW", "b": [0, 0]}), "m.*FW"),
    (raw({"id": "s", "type": "mark", "kind": "skid", "path": [[0, 0]]}), "s.*path"),
    (raw({"id": "n", "type": "note", "at": [0, 0], "text": "\u202egnirts"}), "n.*text"),
    (raw({"id": "n", "type": "note", "at": [0, 0], "text": "x" * 2001}), "n.*text"),
    (raw(*({"id": f"n{k}", "type": "note", "at": [0, 0], "text": "x"} for k in range(501))), "elements"),
    (raw(EVERYTHING[6], {**EVERYTHING[6], "id": "t9"}), "A.*arrow"),
    (
        raw(CAR, readings=[{"id": "r", "type": "offset", "of": "v1.LF", "line": "BL", "s": 1, "d": 2}]),
        "r.*BL",
    ),
    (raw(CAR, origin=[0, 0]), "origin"),
    (raw(CAR, crs="EPSG:4326"), "crs"),
    ({"schema": "scene/99"}, "scene/99.*scene/2"),
    ({}, "None"),
]


@pytest.mark.parametrize(("document", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_said_by_the_name_of_the_element(document: dict[str, Any], said: str) -> None:
    with pytest.raises(BadScene, match=f"(?s){said}"):
        read(document)


@pytest.mark.parametrize(
    "junk", [None, [], "x", 3, {"schema": "scene/2", "elements": 7}, raw(CAR, origin=[float("nan"), 1])]
)
def test_junk_is_refused(junk: Any) -> None:
    with pytest.raises(BadScene):
        read(junk)


def test_a_deep_document_is_refused_and_does_not_break_the_reader() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(BadScene):
        read({**raw(), "summary": deep})


def test_the_first_version_is_read_step_by_step() -> None:
    old = raw(
        {
            "id": "t1",
            "type": "travel",
            "party": "A",
            "source": "video",
            "path": [[0, 0], [1, 1], [2, 5]],
            "impact": 1,
        }
    )
    scene = read({**old, "schema": "scene/1"})
    arrow = scene.elements[0]
    assert scene.schema_ == f"scene/{CURRENT}" == "scene/2"
    assert (arrow.approach, arrow.exit) == (((0, 0), (1, 1)), ((1, 1), (2, 5)))  # type: ignore[union-attr]
    assert "path" in old["elements"][0], "what was given is left as it was"
    assert upgraded(dump(scene)) == dump(scene)


def test_every_class_has_a_symbol_in_each_posture_and_every_code_a_class() -> None:
    names = set(Library().names())
    for kind in CLASSES:
        assert {symbol_of(kind, posture) for posture in ("upright", "left", "right", "roof")} <= names
    codes = {code.value for code in table("crash.vehicle").entries}
    assert {c for c in codes if len(c) == 3 and c[0] != "X"} <= set(BY_CODE)
