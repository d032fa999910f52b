"""The rules V1–V20: each finds what it is about, and a sound map has no errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layers.streets.craft.check import check, conserved, same_twice, taper_length
from layers.streets.craft.derive import derive
from layers.streets.craft.document import Arm, Document, Head, Marking, Node, Section, Segment, Strip
from layers.streets.craft.fit import Surveyed, fit
from layers.streets.craft.pieces import plain
from tests.streets.city import grid, junction


def changed(document: Document, kind: str, number: int, **values: Any) -> Document:
    rows = list(getattr(document, kind))
    rows[number] = rows[number].model_copy(update=values)
    return document.model_copy(update={kind: tuple(rows)})


SOUND = junction([0, 90, 180, 270], [2, 1, 2, 1])
CENTRE = changed(SOUND, "nodes", 0, control="none")
LONE = Strip(id="1", kind="drive", width=3.2, dir=1)
OTHER = Strip(id="2", kind="drive", width=3.2, dir=-1)


def strips(*rows: Strip) -> tuple[Section, ...]:
    return (Section(strips=rows),)


def crossed() -> Document:
    nodes = (*SOUND.nodes, Node(id="x", at=(50, -40)), Node(id="y", at=(50, 40)))
    return SOUND.model_copy(
        update={
            "nodes": nodes,
            "segments": (*SOUND.segments, Segment(id="z", a="x", b="y", sections=strips(LONE))),
        }
    )


CASES: list[tuple[str, bool, Document]] = [
    ("V1", True, changed(SOUND, "segments", 0, via=((60.0, 0.0), (60.0, 20.0), (40.0, -20.0), (80.0, 0.0)))),
    (
        "V2",
        True,
        changed(SOUND, "segments", 0, sections=strips(LONE, OTHER, LONE.model_copy(update={"id": "3"}))),
    ),
    ("V7", True, crossed()),
    ("V9", False, changed(SOUND, "arms", 0, stop=SOUND.arms[0].stop.model_copy(update={"gap": 4.0}))),  # type: ignore[union-attr]
    ("V10", False, junction([0, 90, 180], [1, 1, 1], walk=0)),
    ("V11", True, CENTRE),
    ("V12", True, changed(SOUND, "segments", 0, speed=70.0)),
    ("V13", False, SOUND.model_copy(update={"markings": (Marking(id="g", kind="grid", node="c"),)})),
    (
        "V14",
        False,
        changed(SOUND, "segments", 1, sections=strips(LONE.model_copy(update={"width": 2.2}), OTHER)),
    ),
    ("V15", False, changed(SOUND, "nodes", 0, radius=1.0)),
    (
        "V18",
        True,
        SOUND.model_copy(update={"heads": (Head(id="h", node="e1", at=(1, 1), faces=("s0", "a")),)}),
    ),
]


@pytest.mark.parametrize(("rule", "error", "document"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_finds_what_it_is_about(rule: str, error: bool, document: Document) -> None:
    assert (rule, error) in {(f.rule, f.error) for f in check(document)}


def test_a_sound_junction_has_no_errors() -> None:
    assert [f for f in check(SOUND) if f.error] == []


def test_a_loose_end_near_another_street_is_seen() -> None:
    nodes = (
        *SOUND.nodes,
        Node(id="x", at=(60, 2.5), kind="dead_end"),
        Node(id="y", at=(60, 60), kind="dead_end"),
    )
    extra = Segment(id="z", a="x", b="y", sections=strips(LONE))
    found = check(SOUND.model_copy(update={"nodes": nodes, "segments": (*SOUND.segments, extra)}))
    assert ("V8", "node/x") in {(f.rule, f.object) for f in found}


def test_a_city_is_conserved_and_the_same_twice() -> None:
    document = grid(5, 5)
    assert conserved(derive(document)) == [] and same_twice(document) == []


def test_a_taper_is_as_long_as_the_rule_says() -> None:
    assert taper_length(50, 3.1) == pytest.approx(50 * 50 * 3.1 / 155)
    assert taper_length(70, 3.0) == pytest.approx(0.625 * 70 * 3)


def test_only_what_was_asked_about_is_said() -> None:
    assert {f.object for f in check(CENTRE, only={"arm/s0/a"})} <= {
        "arm/s0/a",
        "segment/s0",
        "node/c",
        "node/e0",
    }


def test_surveyed_points_give_widths_in_spite_of_a_gross_error() -> None:
    rng = np.random.default_rng(1)
    off = []
    for _ in range(40):
        segment = Segment(id="s", a="a", b="b", sections=strips(OTHER, LONE))
        points = [
            Surveyed(x=float(x), y=float(y + rng.normal(0, 0.02)), code=code)
            for code, y in ((0, 3.4), (1, 0.0), (2, -3.3))
            for x in rng.uniform(5, 95, 8)
        ]
        points.append(Surveyed(x=50, y=4.6, code=0))
        found = fit(plain(segment), [(0.0, 0.0), (100.0, 0.0)], points)
        off += [abs(found["widths"]["2"] - 3.4), abs(found["widths"]["1"] - 3.3)]
        assert found["outliers"] == [24]
    assert np.mean(off) < 0.015 and np.quantile(off, 0.95) < 0.03


def test_arms_of_a_document_are_said_with_their_segment() -> None:
    arm = Arm(segment="s0", end="a", waiting=4.0)
    found = check(SOUND.model_copy(update={"arms": (arm,)}))
    assert ("V12", "arm/s0/a") in {(f.rule, f.object) for f in found}
