"""Who may do what, as a table: the decision is one function, so one table proves it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from layers.access import ANONYMOUS, ROLES, Clearance, Refused, Viewer, may, require


@dataclass(frozen=True)
class Thing:
    clearance: Clearance
    id: str = "thing"
    edit: tuple[str, ...] = field(default=())


@pytest.mark.parametrize("clearance", list(Clearance))
@pytest.mark.parametrize("asked", list(Clearance))
def test_seeing_needs_the_clearance_of_the_layer_and_of_the_field(
    clearance: Clearance, asked: Clearance
) -> None:
    viewer = Viewer(actor="x", clearance=clearance)
    assert may(viewer, "see", Thing(asked)) is (clearance >= asked)
    assert may(viewer, "see", Thing(Clearance.PUBLIC), Thing(asked)) is (clearance >= asked)
    assert may(viewer, "see", Thing(asked), Thing(Clearance.PUBLIC)) is (clearance >= asked)


def test_editing_needs_a_role_that_the_layer_names() -> None:
    investigator = Viewer.of("a", "A", ["investigator"])
    officer = Viewer.of("b", "B", ["officer"])
    layer = Thing(Clearance.POLICE, edit=("investigator",))
    assert may(investigator, "edit", layer)
    assert not may(officer, "edit", layer)
    assert not may(investigator, "edit", layer, Thing(Clearance.RESTRICTED))


def test_a_role_never_lifts_somebody_above_the_clearance_of_the_layer() -> None:
    council = Viewer.of("c", "C", ["council"])
    assert not may(council, "edit", Thing(Clearance.POLICE, edit=("council",)))


def test_an_administrator_edits_what_can_be_edited_and_nothing_else() -> None:
    administrator = Viewer.of("d", "D", ["administrator"])
    assert may(administrator, "edit", Thing(Clearance.POLICE, edit=("officer",)))
    assert not may(administrator, "edit", Thing(Clearance.POLICE))


def test_a_group_that_is_no_role_gives_nothing() -> None:
    assert Viewer.of("e", "E", ["friends of the mayor"]) == Viewer(actor="e", name="E")


def test_the_anonymous_viewer_has_no_rights_beyond_the_public() -> None:
    assert ANONYMOUS.clearance is Clearance.PUBLIC
    assert not ANONYMOUS.known
    with pytest.raises(Refused):
        require(ANONYMOUS, "edit", Thing(Clearance.PUBLIC, edit=("investigator",)))


def test_every_role_has_words_in_both_languages() -> None:
    assert all(role.zh and role.en and role.id == id for id, role in ROLES.items())
