"""The judgement: each verdict by its own rule, the gravest first, and the figures in the reasons."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from layers.patrol.craft.judge import LEVELS, ORDER, Before, Evidence, Plan, Rules, Window, claimed, judge
from tests.patrol import oracle

T = 1_800_000_000.0
RULES = Rules(version=7)
PLAN = Plan((Window(T - 600, T + 600),), listed=True, known=True)
GOOD = Evidence(
    how="sun",
    box=1,
    officer="A",
    device="d1",
    low=T,
    high=T,
    received=T + 2,
    distance_m=10,
    accuracy_m=8,
    counter=40,
)
OTHER = Before(officer="B", device="d2", box=2, low=T - 3000, high=T - 3000, distance_m=900)


def test_what_is_right_is_normal() -> None:
    found = judge(GOOD, PLAN, [OTHER], RULES)
    assert (found.code, found.level, found.version, found.window) == ("normal", 1, 7, 0)


@pytest.mark.parametrize(
    ("changed", "plan", "before", "rule", "verdict"),
    [
        ({"replayed": True}, PLAN, [], "counter", "replay"),
        ({}, PLAN, [Before("B", "d2", 1, T + 900, T + 900, 0, 39)], "counter-order", "clone"),
        ({}, PLAN, [Before("B", "d2", 1, T - 900, T - 900, 0, 41)], "counter-order", "clone"),
        ({}, PLAN, [Before("B", "d1", 3, T - 300, T - 300, 500)], "device", "proxy"),
        ({}, PLAN, [Before("A", "d9", 3, T - 60, T - 60, 5000)], "speed", "proxy"),
        ({}, PLAN, [Before("A", "d1", 3, T - 200, T - 200, 2000, road_s=400)], "speed", "proxy"),
        ({}, replace(PLAN, listed=False), [], "route", "wrong_box"),
        ({"moved": True}, PLAN, [], "tag", "wrong_box"),
        ({"distance_m": 80}, PLAN, [], "radius", "out_of_range"),
        ({"low": T - 900, "high": T - 900, "received": T - 899}, PLAN, [], "window", "early"),
        ({"low": T + 1200, "high": T + 1200, "received": T + 1201}, PLAN, [], "window", "late"),
        ({"online": False, "received": T + 3600}, PLAN, [], "allowance", "filed_late"),
        ({"received": T + 200}, PLAN, [], "hoard", "review"),
        ({"received": T + 200, "online": False, "heard": True}, PLAN, [], "coverage", "review"),
        ({"away_m": 900}, PLAN, [], "track", "proxy"),
        ({"low": T - 700, "online": False}, PLAN, [], "clock", "review"),
        ({"how": "qr", "counter": None, "distance_m": None}, PLAN, [], "position", "review"),
        ({"how": "qr", "counter": None, "accuracy_m": 500}, PLAN, [], "position", "review"),
        ({"level": 2}, PLAN, [], "level", "review"),
        ({}, PLAN, [Before("A", "d1", 1, T - 30, T - 30, 0, 39)], "again", "duplicate"),
        ({"guard_s": 100}, PLAN, [], "guard", "short_guard"),
    ],
)  # fmt: skip
def test_each_rule_gives_its_verdict(
    changed: dict[str, object], plan: Plan, before: list[Before], rule: str, verdict: str
) -> None:
    rules = replace(RULES, guard_min=5) if rule == "guard" else RULES
    found = judge(replace(GOOD, **changed), plan, before, rules)  # type: ignore[arg-type]
    assert (found.findings[0].rule, found.code) == (rule, verdict)
    assert found.findings[0].zh and found.findings[0].en


def test_accuracy_is_to_the_officers_favour() -> None:
    assert judge(replace(GOOD, distance_m=80, accuracy_m=60), PLAN, [], RULES).code == "normal"
    assert judge(replace(GOOD, distance_m=80, radius_m=90), PLAN, [], RULES).code == "normal"


def test_the_gravest_finding_leads_and_all_are_kept() -> None:
    found = judge(replace(GOOD, replayed=True, distance_m=900), PLAN, [], RULES)
    assert [f.verdict for f in found.findings] == ["replay", "out_of_range"]


def test_without_a_plan_nothing_is_late() -> None:
    assert judge(GOOD, Plan(), [], RULES).code == "normal"


def test_a_hoarded_touch_through_another_phone_is_seen_by_the_counter() -> None:
    """Touched twice at T, the second kept; somebody touched in between; then the kept one is sent as new."""
    between = Before("B", "d2", 1, T + 3600, T + 3600, 0, 42)
    late = replace(GOOD, counter=41, low=T + 7200, high=T + 7200, received=T + 7201)
    assert judge(late, Plan(), [between], RULES).code == "clone"


def test_the_clock_of_a_device_is_never_trusted_alone() -> None:
    assert claimed(T, None, None, None) == (T, T)
    assert claimed(T, T - 86_400, None, None) == (T - 86_400, T)  # a day back: anywhere in between
    low, high = claimed(T, T + 86_400 - 600, None, 86_400.0)  # a day ahead, known by the last exchange
    assert low <= T - 600 <= high
    low, high = claimed(T, T + 999_999, 300.0, None)  # the steady clock decides
    assert low <= T - 300 <= high < T
    assert claimed(T, T + 500, None, None)[1] <= T


def test_rules_are_checked_when_they_are_written() -> None:
    assert Rules.of(3, {"radius_m": 50}).radius_m == 50
    for wrong in ({"radius": 5}, {"radius_m": -1}, {"radius_m": "5"}, {"radius_m": True}):
        with pytest.raises(ValueError):
            Rules.of(1, wrong)  # type: ignore[arg-type]


def test_every_verdict_has_its_code() -> None:
    from data.codes import table

    assert set(ORDER) <= {c.value for c in table("patrol.judgement").entries}
    assert max(LEVELS.values()) == 2


def test_generated_scenes_are_judged_as_the_table_has_it() -> None:
    """Every rule fires, alone and beside others, and nothing fires that the table does not know."""
    rng, seen = random.Random(8), set()
    for _ in range(2000):
        scene = oracle.scene(rng)
        verdict, fired, window = oracle.expected(scene)
        found = judge(*oracle.asked(scene))
        assert (found.code, {(f.rule, f.verdict) for f in found.findings}, found.window) == (
            verdict,
            fired,
            window,
        ), scene
        seen |= fired
    assert {rule for rule, *_ in oracle.TABLE} | {"all"} == {rule for rule, _ in seen}
