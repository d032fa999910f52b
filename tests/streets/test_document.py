"""The street document: what it refuses, and that older ones are brought up to date."""

from __future__ import annotations

import json
from typing import Any

import pytest

from layers.streets.craft.derive import derive
from layers.streets.craft.document import Document, read
from layers.streets.craft.migrate import CURRENT, Unreadable
from tests.streets.city import junction


def first_version() -> dict[str, Any]:
    """As streets were written down at first: strips as short lists."""
    strips = [["sw", 2], ["slow", 2.2, -1], ["drv", 3.2, -1, "LT"], ["med", 1.2], ["drv", 3.2, 1], ["sw", 2]]
    return {
        "version": 1,
        "rules_on": "2026-01-01",
        "nodes": [
            {"id": "n", "at": [0, 0]},
            *({"id": f"e{k}", "at": [x, y]} for k, (x, y) in enumerate(ENDS)),
        ],
        "segments": [
            {"id": f"s{k}", "a": "n", "b": f"e{k}", "sections": [{"from": ["a", 0], "strips": strips}]}
            for k in range(len(ENDS))
        ],
        "arms": [{"segment": "s0", "end": "a", "crosswalk": True, "stop_line": True}],
    }


ENDS = ((90, 0), (0, 90), (-90, 4), (0, -90))


def test_the_first_version_is_read_step_by_step() -> None:
    document = read(first_version())
    assert document.version == CURRENT
    strip = document.segments[0].sections[0].strips[2]
    assert (strip.kind, strip.width, strip.dir, strip.turns) == ("drive", 3.2, -1, ("left", "through"))
    arm = document.arms[0]
    assert arm.crosswalk is not None and arm.crosswalk.setback == 3.0
    assert arm.stop is not None and arm.stop.width == 0.3
    assert derive(document).junctions[0].legs == 4


def test_a_document_is_read_back_as_it_was_written() -> None:
    document = junction([0, 80, 170, 260], [2, 1, 2, 1])
    assert read(json.loads(document.model_dump_json())) == document
    assert Document.model_validate_json(document.model_dump_json(exclude_defaults=False)) == document


def test_a_newer_version_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(Unreadable, match=rf"version {CURRENT + 1}.*up to {CURRENT}.*Update the program"):
        read({**first_version(), "version": CURRENT + 1})


@pytest.mark.parametrize("version", [None, 0, -1, "3", True, 2.5])
def test_a_version_that_is_none_is_refused(version: object) -> None:
    with pytest.raises(Unreadable, match="does not say its version"):
        read({**first_version(), "version": version})


def test_an_old_document_that_is_not_made_like_one_is_refused() -> None:
    given = first_version()
    del given["segments"][0]["sections"][0]["strips"]
    with pytest.raises(Unreadable, match="says version 1 but is not made like one"):
        read(given)


def current() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(junction([0, 90, 180, 270], [1, 1, 1, 1]).model_dump_json())
    return made


def wrong_end(given: dict[str, Any]) -> None:
    given["segments"][0]["b"] = "nowhere"


def doubled(given: dict[str, Any]) -> None:
    given["nodes"].append(given["nodes"][0])


def too_wide(given: dict[str, Any]) -> None:
    given["segments"][0]["sections"][0]["strips"][1]["width"] = 75


def no_width(given: dict[str, Any]) -> None:
    given["segments"][0]["sections"][0]["strips"][1]["width"] = 0


def no_carriageway(given: dict[str, Any]) -> None:
    given["segments"][0]["sections"][0]["strips"] = [{"id": "1", "kind": "sidewalk", "width": 2}]


def on_one_point(given: dict[str, Any]) -> None:
    given["segments"][0]["via"] = [given["nodes"][0]["at"]]


def late_section(given: dict[str, Any]) -> None:
    given["segments"][0]["sections"][0]["s"] = 3


def not_a_number(given: dict[str, Any]) -> None:
    given["nodes"][1]["at"] = [float("nan"), 0]


def unknown_word(given: dict[str, Any]) -> None:
    given["segments"][0]["colour"] = "red"


def arm_twice(given: dict[str, Any]) -> None:
    given["arms"].append(given["arms"][0])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (wrong_end, "segment s0 ends at node nowhere, which is not there"),
        (doubled, "two nodes have the same id"),
        (too_wide, "less than or equal to 60"),
        (no_width, "strip 1 has no width"),
        (no_carriageway, "a section has no carriageway"),
        (on_one_point, "segment s0 has two points less than 1 cm apart"),
        (late_section, "segment s0: the first section must begin at its end a"),
        (not_a_number, "finite number"),
        (unknown_word, "colour"),
        (arm_twice, "two arms stand on the same end"),
    ],
)
def test_what_is_wrong_is_said(spoil: Any, said: str) -> None:
    given = current()
    spoil(given)
    with pytest.raises(Unreadable, match="The street document is wrong") as wrong:
        read(given)
    assert said in str(wrong.value)
