"""The solver against enumeration on small cases, and against a checker that shares no code with it."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gis.cli.patrol import patrol_
from gis.trouble import Trouble
from layers.patrol.craft.demand import Stop, Unit, ask, explain
from layers.patrol.craft.diverse import fairer, jain, nights
from layers.patrol.craft.instances import Unreadable, distances, parse
from layers.patrol.craft.problem import NEVER, Problem, faults, value_of
from layers.patrol.craft.solve import Impossible, solve


def town(n: int, seed: int, *, units: int = 1, limit: float = 150.0, windows: bool = False) -> Problem:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 100, n), rng.uniform(0, 100, n)
    prize = rng.integers(1, 30, n).astype(float)
    prize[0] = 0
    opens = rng.uniform(0, limit * 0.6, n) if windows else None
    closes = opens + rng.uniform(10, 50, n) if opens is not None else None
    return Problem.of(
        distances(list(x), list(y), None),
        prize,
        units=units,
        limit=limit,
        service=np.full(n, 2.0),
        opens=opens,
        closes=closes,
    )


def enumerated(problem: Problem) -> float:
    """The best value of one unit, by trying every order."""
    best = 0.0
    for size in range(1, problem.nodes):
        for order in permutations(range(1, problem.nodes), size):
            route = [0, *order, 0]
            if not faults(problem, [route]):
                best = max(best, value_of(problem, [route]))
    return best


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_small_cases_are_solved_to_the_end(seed: int, windows: bool) -> None:
    problem = town(7, seed, windows=windows)
    plan = solve(problem, iterations=1500, seed=seed)
    assert plan.value == enumerated(problem) > 0
    assert faults(problem, plan.routes) == []


@pytest.mark.parametrize("windows", [False, True])
def test_large_plans_hold_all_rules_and_the_checker_sees_every_change(windows: bool) -> None:
    problem = town(60, 4, units=3, limit=120, windows=windows)
    problem.must[np.argsort(problem.travel[0, 0])[1:3]] = True
    plan = solve(problem, iterations=1500)
    assert faults(problem, plan.routes) == [] and not plan.missing
    fullest = max(range(3), key=lambda u: len(plan.routes[u]))
    route = plan.routes[fullest]

    def changed(mine: list[int]) -> list[list[int]]:
        return [mine if u == fullest else r for u, r in enumerate(plan.routes)]

    unvisited = [v for v in range(1, 60) if all(v not in r for r in plan.routes)]
    for mutant in (
        changed([route[0], *unvisited, *route[1:]]),  # too long
        changed([*route[:2], route[1], *route[2:]]),  # twice
        changed(route[:-1]),  # does not come home
        changed([route[0], 0, *route[1:]]),  # the start is no stop
        [
            [v for v in r if v != np.argsort(problem.travel[0, 0])[1]] for r in plan.routes
        ],  # a must-visit is gone
        plan.routes[:2],
    ):
        assert faults(problem, mutant)


def test_the_same_seed_gives_the_same_plan_and_another_may_not() -> None:
    problem = town(50, 5, units=2, limit=110)
    assert solve(problem, iterations=800, seed=3).routes == solve(problem, iterations=800, seed=3).routes
    assert solve(problem, iterations=800, seed=3).routes != solve(problem, iterations=800, seed=4).routes


def test_a_warm_start_is_never_worse_and_what_no_longer_fits_is_left_out() -> None:
    problem = town(60, 6, units=2, limit=140)
    cold = solve(problem, iterations=2000)
    assert solve(problem, iterations=1, warm=cold.routes).value >= cold.value
    tighter = town(60, 6, units=2, limit=100)
    warm = solve(tighter, iterations=300, warm=cold.routes)
    assert faults(tighter, warm.routes) == []


def test_start_and_end_may_differ_and_no_stop_is_no_fault() -> None:
    travel = distances([0, 1, 2, 3], [0, 0, 0, 0], None)
    problem = Problem.of(travel, [0, 5, 5, 0], limit=3.0, start=0, end=3)
    assert solve(problem, iterations=50).routes == [[0, 1, 2, 3]]
    alone = Problem.of(travel, [0, 0, 0, 0], limit=3.0, start=0, end=3)
    assert solve(alone, iterations=50).routes == [[0, 3]]
    with pytest.raises(Impossible):
        solve(Problem.of(travel, [0, 5, 5, 0], limit=2.0, start=0, end=3), iterations=50)


LINE = np.abs(np.arange(12.0)[:, None] - np.arange(12.0)[None, :])[None] * 5


def one(**said: float) -> Unit:
    return Unit("u", 0, 0, 0.0, **({"finish": 120.0} | said))  # type: ignore[arg-type]


def test_visits_are_apart_and_windows_hold() -> None:
    stops = [Stop(1, 3, visits=3, apart=30, must=True), Stop(2, 5, windows=((10, 30), (80, 90)), must=True)]
    asked = ask(stops, [one()], LINE)
    plan = solve(asked.problem, iterations=500)
    assert not plan.missing and faults(asked.problem, plan.routes) == []
    at = [t for stop, t in asked.visits(plan)[0] if stop.id == 1]
    assert len(at) == 3 and min(np.diff(at)) >= 30
    (t,) = [t for stop, t in asked.visits(plan)[0] if stop.id == 2]
    assert 10 <= t <= 30 or 80 <= t <= 90


def test_locked_stops_open_the_route_and_pinned_ones_keep_their_order() -> None:
    stops = [Stop(i, i, prize=1.0, service=0) for i in range(1, 10)]
    unit = Unit("u", 0, 0, 0.0, 300.0, locked=(7, 2), pinned=(9, 4))
    asked = ask(stops, [unit], LINE)
    plan = solve(asked.problem, iterations=400)
    order = [stop.id for stop, _ in asked.visits(plan)[0]]
    assert order[:2] == [7, 2]
    assert order.index(9) < order.index(4)
    assert sorted(order) == list(range(1, 10))
    with pytest.raises(Impossible, match="unit 1"):
        solve(ask(stops, [Unit("u", 0, 0, 0.0, 60.0, locked=(9, 1))], LINE).problem, iterations=5)


@pytest.mark.parametrize(
    ("stop", "unit", "rule"),
    [
        (Stop(1, 11, must=True), one(finish=60.0), "shift"),
        (Stop(1, 10, windows=((0, 20),), must=True), one(), "window"),
        (Stop(1, 3, visits=5, apart=60, must=True), one(), "visits"),
        (Stop(1, 3, must=True, units=frozenset({9})), one(), "unit"),
        (Stop(1, 3, windows=((500, 600),), must=True), one(), "window"),
    ],
)
def test_what_can_never_be_met_is_said_before_any_search(stop: Stop, unit: Unit, rule: str) -> None:
    asked = ask([stop], [unit], LINE)
    assert [b.rule for b in asked.blocked][:1] == [rule]
    assert asked.blocked[0].zh and asked.blocked[0].en


def test_no_way_is_said() -> None:
    cut = LINE.copy()
    cut[0, :, 4] = cut[0, 4, :] = NEVER
    assert [b.rule for b in ask([Stop(1, 4, must=True)], [one()], cut).blocked] == ["reach"]


def test_must_visits_that_clash_are_explained_by_the_least_that_helps() -> None:
    stops = [Stop(i, i, service=20, must=True) for i in (8, 9, 10, 11)]
    asked = ask(stops, [one(finish=180.0)], LINE)
    plan = solve(asked.problem, iterations=500)
    (block,) = explain(asked, plan, LINE)
    assert (block.rule, block.minutes) == ("shift", 15.0)  # 110 driving and 80 standing do not fit into 180


def test_units_go_only_where_they_may() -> None:
    stops = [Stop(i, i, units=frozenset({i % 2})) for i in range(1, 9)]
    asked = ask(stops, [one(), one()], LINE)
    plan = solve(asked.problem, iterations=300)
    for unit, visits in enumerate(asked.visits(plan)):
        assert visits and {stop.id % 2 for stop, _ in visits} == {unit}


def test_nights_differ_and_are_nearly_as_good() -> None:
    problem = town(60, 8, units=2, limit=130)
    best = solve(problem, iterations=6000)
    found = nights(problem, 5, iterations=3000, best=best)
    assert all(faults(problem, n.plan.routes) == [] for n in found.nights)
    assert min(n.share for n in found.nights) >= 0.97
    assert found.overlap <= 0.5


def test_loads_are_made_alike_where_it_costs_nothing() -> None:
    problem = town(20, 9, units=2, limit=1000)
    plan = solve(problem, iterations=500)
    fair = fairer(problem, plan, iterations=1500)
    assert jain(problem, fair) >= 0.95
    assert fair.value == plan.value


CHAO = "n 5\nm 2\ntmax 10\n0 0 0\n1 1 10\n2 0 5\n-1 -1 4\n0 1 0\n"
TOPTW = "1 2 3 1\n0 0\n0 40 50 0 0 0 0 0 1236\n1 45 68 90 10 1 2 1 2 912 967\n2 45.0 70 90 30 1 1 1 825 870\n3 42 66 90 10 1 1 1 65 146\n"
SOLOMON = """C101

VEHICLE
NUMBER     CAPACITY
  25         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      40         50          0          0       1236          0
    1      45         68         10        912        967         90
    2      45         70         30        825        870         90
"""


def test_public_forms_are_read() -> None:
    top = parse(CHAO, "p")
    assert (top.form, top.problem.units, top.problem.finish[0]) == ("top", 2, 10)
    assert (top.problem.start[0], top.problem.end[0]) == (0, 4)
    assert parse(CHAO, "p", units=3).problem.units == 3
    tw = parse(TOPTW, "c", units=2)
    assert tw.form == "toptw" and tw.decimals == 1
    assert tw.problem.opens.tolist() == [0, 912, 825, 65] and tw.problem.closes.tolist() == [
        1236,
        967,
        870,
        146,
    ]
    assert tw.problem.prize.tolist() == [0, 10, 30, 10] and tw.problem.service.tolist() == [0, 90, 90, 90]
    assert tw.problem.travel[0, 0, 1] == 18.6  # 18.68 cut, not rounded
    assert parse(TOPTW.replace("45.0", "45.125"), "pr").decimals == 2
    solomon = parse(SOLOMON, "c101")
    assert solomon.form == "solomon" and solomon.problem.closes.tolist() == [1236, 967, 870]
    op = parse("10 1\n0 0 0\n5 0 0\n1 0 7\n", "ts")
    assert op.form == "op" and (op.problem.start[0], op.problem.end[0]) == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "n 5\nm 2\ntmax 10\n0 0 0\n",
        CHAO.replace("10\n2", "x\n2"),
        CHAO.replace("tmax 10", ""),
        "1 2\n3",
        "a b c d\n1 2 3 4 5",
    ],
)
def test_what_is_no_instance_is_said(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text, "x")


def test_the_command_writes_routes_in_the_numbers_of_the_file(tmp_path: Path) -> None:
    path, out = tmp_path / "x.txt", tmp_path / "routes.json"
    path.write_text(CHAO)
    done = CliRunner().invoke(
        patrol_, ["solve", str(path), "--seconds", "0.1", "--out", str(out)], catch_exceptions=False
    )
    assert done.exit_code == 0
    found = json.loads(out.read_text())
    assert found["value"] == 19 and len(found["routes"]) == 2
    assert all(r[0] == 0 and r[-1] == 4 for r in found["routes"])
    path.write_text("nothing")
    with pytest.raises(Trouble):
        CliRunner().invoke(patrol_, ["solve", str(path)], catch_exceptions=False)
    with pytest.raises(Trouble):
        CliRunner().invoke(patrol_, ["solve", str(tmp_path / "none")], catch_exceptions=False)
