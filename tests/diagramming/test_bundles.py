"""Arrows of bundles: nothing is lost, nothing depends on order, and an unknown leg says so."""

from __future__ import annotations

from random import Random

from diagramming.layout.bundles import REACH, Case, bundle
from diagramming.movement.key import Key
from diagramming.movement.legs import junction

KEYS = (
    Key("TO", "L", "S", "opposing"), Key("RE", "S", "S", "same"), Key("AN", "S", "S", "from-left"),
    Key("PD", "R"), Key("SV", "X"), Key("UT", "U", "S", "same"), Key("OT", "S", "S", "none"),
)  # fmt: skip


def cases(n: int, seed: int = 1) -> list[Case]:
    rng = Random(seed)
    return [Case(str(i), rng.choice(KEYS), rng.choice((1, 2, 3))) for i in range(n)]


def test_every_case_is_in_one_bundle_and_the_thickest_comes_first() -> None:
    for bearings in ([0, 90, 180, 270], [10, 120, 240], [5, 75, 140, 210, 300]):
        found = bundle(junction(bearings), cases(120), most=4)
        assert sorted(int(c) for b in found for c in b.cases) == list(range(120))
        assert len(found) == 4
        assert all(sum(b.counts) == len(b.cases) for b in found)
    counts = [len(b.cases) for b in bundle(junction([0, 90, 180, 270]), cases(120))]
    assert counts == sorted(counts, reverse=True)


def test_order_of_the_records_changes_nothing() -> None:
    given = cases(80)
    shuffled = list(given)
    Random(7).shuffle(shuffled)
    at = junction([3, 88, 184, 271])
    assert bundle(at, given) == bundle(at, shuffled)


def test_a_left_turn_against_opposing_traffic_goes_where_it_can() -> None:
    (one,) = bundle(junction([0, 90, 180, 270]), [Case("1", KEYS[0])])
    assert one.first.startswith(
        f"M-{1.7:g} -{REACH:g}"
    )  # from the north, on the right of whoever drives south
    assert "Q" in one.first
    end = [float(v) for v in one.first.split()[-2:]]
    assert end[0] > 15 and abs(end[1]) < 5  # out by the east: a left turn
    assert one.second is not None
    assert not one.sure


def test_a_known_leg_is_used_and_said() -> None:
    (one,) = bundle(junction([0, 90, 180, 270]), [Case("1", KEYS[0], 2, ((2, 3), (0, 2)))])
    assert one.sure
    assert one.badge[1] > 20  # it came from the south


def test_a_junction_of_one_leg_breaks_nothing() -> None:
    assert sum(len(b.cases) for b in bundle(junction([45]), cases(20))) == 20
