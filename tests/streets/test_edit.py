"""Merging, describing and the operations of the editor: pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from layers.streets.craft.document import Sign
from layers.streets.craft.edit import cut
from layers.streets.craft.edit import operations as do
from layers.streets.craft.edit.merge import merge
from layers.streets.craft.edit.paper import Desk, Impossible, line_of
from layers.streets.craft.edit.say import changes
from layers.streets.craft.picture import point_at
from layers.streets.craft.pieces import apart, kind_of, needs, together
from tests.streets.city import DAY, grid, junction

SECTION = {"sections": [{"strips": [{"id": "1", "width": 3.2}, {"id": "2", "width": 3.0}]}], "name": "中山路"}


def strips(*rows: tuple[str, float], name: str = "中山路") -> dict[str, object]:
    return {"sections": [{"strips": [{"id": i, "width": w} for i, w in rows]}], "name": name}


def test_edits_of_different_strips_merge() -> None:
    found = merge(SECTION, strips(("1", 3.5), ("2", 3.0)), strips(("1", 3.2), ("2", 2.8), name="民生路"))
    assert not found.conflicts
    assert found.value == strips(("1", 3.5), ("2", 2.8), name="民生路")


def test_an_inserted_strip_and_a_new_width_merge() -> None:
    found = merge(SECTION, strips(("1", 3.2), ("9", 2.0), ("2", 3.0)), strips(("1", 3.4), ("2", 3.0)))
    assert not found.conflicts
    assert found.value == strips(("1", 3.4), ("9", 2.0), ("2", 3.0))


def test_edits_of_one_value_conflict_and_mine_is_proposed() -> None:
    found = merge(SECTION, strips(("1", 3.5), ("2", 3.0)), strips(("1", 3.6), ("2", 2.9)))
    assert [c.path for c in found.conflicts] == ["/sections/0/strips/1/width"]
    assert found.value == strips(("1", 3.5), ("2", 2.9))


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers()),
    st.dictionaries(st.sampled_from("abcdef"), st.integers()),
    st.dictionaries(st.sampled_from("abcdef"), st.integers()),
)
def test_merging_loses_nothing(base: dict[str, int], mine: dict[str, int], theirs: dict[str, int]) -> None:
    found = merge(base, mine, theirs)
    clashing = {c.path.strip("/") for c in found.conflicts}
    for key in {*base, *mine, *theirs}:
        if key not in clashing and clashing != {""}:
            changed = mine.get(key) if mine.get(key) != base.get(key) else theirs.get(key)
            assert found.value.get(key) == changed


def test_a_difference_is_said_in_words() -> None:
    before = apart(junction([0, 90, 180, 270], [2, 2, 1, 1]))["segment/s0"]
    after = do_set(before, "sections/0/strips/3/width", 3.5)
    said = changes(before, after)
    assert [(c.en, c.zh) for c in said] == [("strip 3 width 3.2 → 3.5 m", "車道 3 寬 3.2 → 3.5 m")]


def do_set(piece: dict[str, object], path: str, value: object) -> dict[str, object]:
    desk = Desk({"segment/s0": piece})
    do.set_values(desk, "segment/s0", [(path, value)])
    made = desk.edits()["segment/s0"]
    assert made is not None
    return made


def desk_of(document: object) -> Desk:
    objects = apart(document)  # type: ignore[arg-type]

    def standing(name: str) -> dict[str, object]:
        return {n: p for n, p in objects.items() if name in needs(kind_of(n), p)}

    return Desk(dict(objects), objects.get, standing)  # type: ignore[arg-type]


def test_taking_apart_and_putting_together_gives_the_same_document() -> None:
    document = grid(4, 3)
    again = together(apart(document), rules_on=DAY)
    assert apart(again) == apart(document)


def test_a_segment_split_and_merged_is_what_it_was() -> None:
    desk = desk_of(junction([0, 90, 200], [2, 1, 1]))
    before = desk.get("segment/s0")
    _, second = cut.split(desk, "segment/s0", 40.0)
    assert desk.get("segment/s0")["b"] == desk.get(f"segment/{second}")["a"]
    assert [row[1] for row in desk.lineage] == ["segment/s0", f"segment/{second}"]
    cut.merge(desk, "segment/s0", f"segment/{second}")
    after = desk.get("segment/s0")
    assert (after["a"], after["b"], after["sections"]) == (before["a"], before["b"], before["sections"])
    assert after["via"] == [[40.0, 0.0]], "the place of the cut stays as a point of the line"


def with_signs() -> Desk:
    """A street with a sign in each half, measured from each of its ends."""
    desk = desk_of(junction([0, 90, 200], [2, 1, 1]))
    for n, (end, s) in enumerate((("a", 10.0), ("a", 60.0), ("b", 10.0), ("b", 60.0))):
        anchor = {"segment": "s0", "end": end, "s": s, "t": 3.0 + n}
        desk.put(f"sign/x{n}", {"id": f"x{n}", "code": "warning", "anchor": anchor, "face": 30.0})
    return desk


def signs(desk: Desk) -> dict[str, tuple[float, ...]]:
    """Where each stands, and where it faces."""
    found = {}
    for name in (f"sign/x{n}" for n in range(4)):
        sign = Sign.model_validate(desk.get(name))
        line = [(x, y) for x, y in line_of(desk, desk.get(f"segment/{sign.anchor.segment}"))]
        x, y, north = point_at(sign.anchor, line)
        found[name] = tuple(round(v, 3) for v in (x, y, (north + sign.face) % 360))
    return found


def test_a_sign_stays_where_it_is_when_its_street_is_cut_and_joined() -> None:
    desk = with_signs()
    before = signs(desk)
    _, second = cut.split(desk, "segment/s0", 40.0)
    assert signs(desk) == before
    assert {desk.get(f"sign/x{n}")["anchor"]["segment"] for n in (1, 2)} == {second}
    cut.merge(desk, "segment/s0", f"segment/{second}")
    assert signs(desk) == before
    assert {desk.get(name)["anchor"]["segment"] for name in before} == {"s0"}


@pytest.mark.parametrize("kept", ["s0", "second"])
def test_streets_that_run_against_each_other_are_joined(kept: str) -> None:
    desk = with_signs()
    do.set_values(desk, "segment/s0", [("sections/0/strips/2/line", "double_yellow")])
    street, standing = desk.get("segment/s0"), signs(desk)
    _, second = cut.split(desk, "segment/s0", 40.0)
    turn_around(desk, second)
    assert signs(desk) == standing
    names = ("segment/s0", f"segment/{second}")
    first, other = names if kept == "s0" else names[::-1]
    cut.merge(desk, first, other)
    made = desk.get(first)
    assert signs(desk) == standing
    if kept == "second":  # it runs from what was the far end
        turn_around(desk, second)
        made = desk.get(first)
    assert (made["a"], made["b"], made["sections"]) == (street["a"], street["b"], street["sections"])


def turn_around(desk: Desk, id: str) -> None:
    piece = desk.get(f"segment/{id}")
    long = LineString(line_of(desk, piece)).length
    there = [(name, found) for name, found in desk.on(f"segment/{id}").items() if name.startswith("sign/")]
    desk.put(f"segment/{id}", cut.turned_around(piece, long))
    for name, found in there:
        anchor = found["anchor"]
        along = anchor["s"] if anchor["end"] == "a" else long - anchor["s"]
        desk.put(name, cut.set_down(found, id, long - along, long, flipped=True))


def test_a_junction_with_other_streets_cannot_be_merged_away() -> None:
    desk = desk_of(junction([0, 90, 180], [2, 1, 1]))
    with pytest.raises(Impossible):
        cut.merge(desk, "segment/s0", "segment/s2")


def test_strips_are_inserted_removed_and_put_in_order() -> None:
    desk = desk_of(junction([0, 90, 180], [2, 1, 1]))
    do.insert_strip(desk, "segment/s0", 0, 1, {"kind": "moto", "width": 2.0, "dir": -1})
    ids = [s["id"] for s in desk.get("segment/s0")["sections"][0]["strips"]]
    assert len(ids) == len(set(ids)) == 7
    new = desk.get("segment/s0")["sections"][0]["strips"][1]["id"]
    do.reorder_strips(desk, "segment/s0", 0, sorted(ids))
    do.remove_strip(desk, "segment/s0", 0, new)
    assert new not in [s["id"] for s in desk.get("segment/s0")["sections"][0]["strips"]]
    with pytest.raises(Impossible, match="no strip 99"):
        do.remove_strip(desk, "segment/s0", 0, "99")


def test_a_junction_is_copied_with_the_turn_that_fits() -> None:
    desk = desk_of(junction([0, 80, 180, 270], [3, 1, 2, 1]))
    content = do.junction_of(desk, "c")
    other = desk_of(junction([30, 110, 210, 300], [1, 1, 1, 1]))
    told = do.copy_junction(other, content, "c")
    assert told["rotation"] == pytest.approx(30, abs=0.2)
    assert other.get("segment/s0")["sections"][0]["strips"] == desk.get("segment/s0")["sections"][0]["strips"]


def test_what_is_wrong_is_said_with_the_object() -> None:
    desk = desk_of(junction([0, 90, 180], [2, 1, 1]))
    with pytest.raises(Impossible, match="“sections/0/strips/88/width” names no value of segment/s0"):
        do.set_values(desk, "segment/s0", [("sections/0/strips/88/width", 3)])
    with pytest.raises(Impossible, match="There is no segment/zzz"):
        desk.get("segment/zzz")
