"""Diagrams of random junctions: nothing overlaps, nothing is left out, no leader crosses; the same in any order."""

import random
from xml.etree import ElementTree

import pytest

from diagramming.glyphs.mark import symbols
from diagramming.layout.diagram import Crash, Mode, diagram
from diagramming.layout.place import Group, Sheet, place
from diagramming.movement.key import Key
from diagramming.movement.legs import junction
from tests.diagramming.junctions import at_random, crash


@pytest.mark.parametrize("seed", range(40))
def test_nothing_overlaps_and_nothing_is_lost(seed: int) -> None:
    rng = random.Random(seed)
    at = at_random(rng)
    crashes = [crash(rng, at, n) for n in range(rng.randint(20, 200))]
    said = diagram(at, crashes).metrics
    assert (said["overlaps"], said["unplaced"], said["crossings"], said["headers_cut"]) == (0, 0, 0, 0)
    assert said["cohesion"] >= 0.85
    assert said["glyph_width_mm"] >= 10 - 1e-9
    assert said["glyph_height_mm"] >= 6 - 1e-9


@pytest.mark.parametrize("mode", ["blocks", "pins", "condensed"])
def test_the_order_of_rows_does_not_matter(mode: Mode) -> None:
    rng = random.Random(5)
    at = at_random(rng)
    crashes = [crash(rng, at, n) for n in range(60)]
    once = diagram(at, crashes, mode=mode)
    rng.shuffle(crashes)
    assert diagram(at, crashes, mode=mode).digest == once.digest
    ElementTree.fromstring(once.svg)
    shown = once.svg.count("data-crash=")
    assert shown == 60 if mode != "condensed" else shown < 60


def test_obstacles_are_kept_free() -> None:
    note = (0.0, 60.0, 130.0, 120.0)
    groups = [Group(f"g{n}", (f"c{n}", f"d{n}"), (150.0 + n, 100.0 + 3 * n)) for n in range(20)]
    found = place(groups, Sheet(obstacles=(note,)))
    for block in found.blocks:
        x0, y0, x1, y1 = block.box
        assert x1 <= note[0] or x0 >= note[2] or y1 <= note[1] or y0 >= note[3]
    assert not found.unplaced


def test_a_crash_whose_leg_is_unknown_is_drawn_with_a_question_mark() -> None:
    said = diagram(junction((0, 90, 180, 270)), [Crash("7", Key("TO", "L", "S", "opposing"))])
    assert ">?</text>" in said.svg


def test_severity_is_told_by_shape() -> None:
    at, key = junction((0, 120, 240)), Key("RE", "S", "S", "same")
    drawn = [diagram(at, [Crash("7", key, ((0, 1), (0, 1)), severity=s)]).svg for s in (1, 2, 3)]
    plain = {
        svg.partition("data-crash")[2]
        .partition("<text")[0]
        .replace("#8c0d3a", "")
        .replace("#dd6b10", "")
        .replace("#6b7280", "")
        for svg in drawn
    }
    assert len(plain) == 3


def test_symbols_can_be_replaced(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "car.svg").write_text('<svg viewBox="0 0 10 10"><path d="M0 0"/></svg>', "utf-8")
    assert 'id="v-car"' in symbols(tmp_path)
    (tmp_path / "bad.svg").write_text("nothing", "utf-8")
    symbols.cache_clear()
    with pytest.raises(ValueError, match="no SVG symbol"):
        symbols(tmp_path)
