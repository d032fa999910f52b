"""Screening of a network made by hand, and marks laid out on the ground."""

import random
from datetime import date, timedelta

import pytest
from scipy.stats import spearmanr

from diagramming.glyphs.lines import lines
from diagramming.layout.diagram import mark
from diagramming.layout.ground import CELL, FREE, spread
from diagramming.layout.place import Group
from diagramming.movement.key import Key, parse
from diagramming.movement.legs import junction
from diagramming.statistics import rank
from diagramming.statistics.screen import Happened, Place, grouped, peaks, screen
from tests.diagramming.junctions import crash

START, END = date(2022, 1, 1), date(2025, 1, 1)


def network(rng: random.Random, n: int = 400) -> tuple[list[Place], list[Happened], dict[int, float]]:
    """Half the places are signals with three times the crashes of the others; each has a rate of its own besides."""
    places, crashes, rates = [], [], {}
    for id in range(n):
        usual = 6.0 if id % 2 else 2.0
        rates[id] = usual * rng.gammavariate(1.5, 1 / 1.5)
        places.append(Place(id, (f"control {id % 2}",)))
        count = sum(rng.random() < rates[id] / 400 for _ in range(400))
        for _ in range(count):
            day = START + timedelta(days=rng.randrange(1096))
            crashes.append(
                Happened(
                    id, day, rng.choices((1, 2, 3), (1, 40, 59))[0], rng.random() < 0.6, rng.choice("ABC")
                )
            )
    return places, crashes, rates


def test_the_excess_is_nearer_the_truth_than_the_count() -> None:
    places, crashes, rates = network(random.Random(2))
    found = screen(places, crashes, START, END)
    usual = {0: 2.0, 1: 6.0}
    truth = [rates[f.place] - usual[f.place % 2] for f in found]
    by_excess = sum((f.excess.excess - t) ** 2 for f, t in zip(found, truth, strict=True))
    by_count = sum((f.crashes - usual[f.place % 2] - t) ** 2 for f, t in zip(found, truth, strict=True))
    assert by_excess < by_count
    inside = [f.excess.low <= t <= f.excess.high for f, t in zip(found, truth, strict=True)]
    assert 0.9 <= sum(inside) / len(inside) <= 0.99
    assert [f.rank for f in found] == list(range(1, len(found) + 1))
    assert spearmanr([f.grade.value for f in found], [f.excess.excess for f in found]).statistic >= 0.8


def test_days_outside_do_not_count_and_weights_follow_the_last_day() -> None:
    places = [Place(1, ("x",)), Place(2, ("x",))]
    crashes = [Happened(1, START, 1), Happened(1, END, 1), Happened(2, END - timedelta(days=1), 3)]
    found = {f.place: f for f in screen(places, crashes, START, END)}
    assert found[1].counts == {1: 1}
    assert found[1].harm.counted == 9.5
    assert found[2].harm.counted == 1.0
    with pytest.raises(ValueError, match="before it begins"):
        screen(places, crashes, END, START)


def test_small_groups_join_the_wider_one() -> None:
    few = [Place(k, ("4 legs, roundabout", "4 legs")) for k in range(3)]
    many = [Place(k, ("4 legs, signal", "4 legs")) for k in range(10, 40)]
    groups = grouped([*few, *many])
    assert groups[0] == "4 legs"
    assert groups[-1] == "4 legs, signal"


def test_long_sections_are_expected_to_have_more() -> None:
    found = rank.excess([10, 10], ["x", "x"], [1.0, 3.0])
    assert found[0].like == pytest.approx(5)
    assert found[1].like == pytest.approx(15)
    assert found[0].excess > found[1].excess


def test_a_cluster_along_a_street_is_found_where_it_is() -> None:
    rng = random.Random(8)
    places = [Place(k, ("rank 2",), 1.0) for k in range(40)]
    crashes = [Happened(k, START, 3, along=rng.uniform(0, 1000)) for k in range(40) for _ in range(3)]
    crashes += [Happened(7, START, 2, along=600 + 4 * n) for n in range(15)]
    found = peaks(places, crashes, START, END, size=200)
    assert found[0].place == 7
    assert found[0].start <= 600
    assert found[0].end >= 656
    assert found[0].excess.low > 0


@pytest.mark.parametrize("seed", range(12))
def test_on_the_ground_nothing_overlaps_and_the_middle_stays_free(seed: int) -> None:
    rng = random.Random(seed)
    groups = [
        Group(f"g{k}", tuple(f"{k}-{n}" for n in range(rng.randint(1, 20))), (rng.uniform(-30, 30), rng.uniform(-30, 30)))
        for k in range(rng.randint(1, 12))
    ]  # fmt: skip
    spots = spread(groups)
    assert len(spots) == sum(len(g.ids) for g in groups)
    places = [s.at for s in spots.values()]
    assert len(set(places)) == len(places)
    assert all((x * x + y * y) ** 0.5 >= FREE for x, y in places)
    rng.shuffle(groups)
    assert spread(groups) == spots
    assert sum(s.leader is not None for s in spots.values()) == len(groups)


def test_lines_stay_in_their_cell() -> None:
    rng, at = random.Random(3), junction((0, 90, 180, 270))
    for n in range(200):
        for _, line in lines(mark(at, crash(rng, at, n), "1")):
            assert all(abs(x) <= CELL[0] / 2 and abs(y) <= CELL[1] / 2 for x, y in line)


def test_a_key_is_read_as_it_was_written() -> None:
    for key in (Key("TO", "L", "S", "opposing"), Key("SV", "X", object="pole"), Key("PD", "R", "S", "none")):
        assert parse(str(key)) == key
    for wrong in ("", "TO", "XX(L,S,same)", "TO(L,S)", "TO(Q,S,same)"):
        with pytest.raises(ValueError, match="movement key"):
            parse(wrong)
