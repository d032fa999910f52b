"""From drawn scenes to movements: how often right, how honest about it, and whether it can say why."""

import random

import pytest

from diagramming.movement import calibrate
from diagramming.movement.evidence import Action, Arrow, Pose, Statement
from diagramming.movement.infer import Override, infer, meet, posterior
from diagramming.movement.key import Key, of_pair, relation
from diagramming.movement.legs import Junction, Leg, junction
from tests.diagramming.noise import SHAPES, party

FOUR = SHAPES["4-leg square"]


@pytest.mark.parametrize("shape", SHAPES)
def test_synthetic_scenes(shape: str) -> None:
    rng, at = random.Random(7), SHAPES[shape]
    right, sure = [], []
    for _ in range(2000):
        truth, seen = party(rng, at)
        said = infer(at, seen, explain=False)
        right.append((said.approach, said.exit) == truth)
        sure.append(said.confidence)
    kept = [r for r, c in zip(right, sure, strict=True) if c >= 0.8]
    assert sum(right) / len(right) >= (0.90 if shape == "5-leg" else 0.94)
    assert calibrate.error(sure, right) <= 0.03
    assert sum(kept) / len(kept) >= 0.99
    assert len(kept) / len(right) >= 0.80


def test_without_arrows_it_abstains_and_stays_honest() -> None:
    rng, right, sure = random.Random(3), [], []
    for _ in range(1500):
        truth, seen = party(rng, FOUR, arrows=0.0)
        found = posterior(FOUR, seen)
        best = max(sorted(found), key=lambda pair: found[pair])
        right.append(best == truth)
        sure.append(found[best])
    assert sum(right) / len(right) < 0.75
    assert calibrate.error(sure, right) <= 0.06


def test_codes_alone_tell_the_turn_but_no_leg() -> None:
    said = infer(FOUR, [Action("05")])
    assert (said.approach, said.exit, said.turn) == (None, None, "L")
    assert said.grade == "review"


def test_the_record_tells_what_each_evidence_did() -> None:
    said = infer(FOUR, [Arrow(92, 4), Pose(40), Action("05")])
    assert (said.approach, said.exit, said.turn) == (3, 0, "L")
    assert len(said.explain["hypotheses"]) == 3
    assert set(said.explain["hypotheses"][0]["evidence"]) == {
        "行向箭頭 92°→4°",
        "終止位置車頭 40°",
        "行動狀態 05",
    }
    without = {w["without"]: w["confidence"] for w in said.explain["without"]}
    assert without["行向箭頭 92°→4°"] < said.confidence - 0.2


def test_a_person_wins_and_the_inference_is_kept() -> None:
    said = infer(FOUR, [Arrow(90, 90)], override=Override(0, 2, "reviewer", "video shows it"))
    assert (said.approach, said.exit, said.grade) == (0, 2, "accept")
    assert said.explain["inferred"]["approach"] == 3
    assert said.explain["override"] == {"who": "reviewer", "why": "video shows it"}


def test_street_names_and_one_way_legs() -> None:
    at = Junction((Leg(0, "A路"), Leg(90, "B街", inbound=False), Leg(180, "A路"), Leg(270, "B街")))
    assert all(i != 1 for i, _ in posterior(at, []))
    said = infer(at, [Statement(approach="B街", exit="A路"), Action("06")])
    assert (said.approach, said.exit) == (3, 2)


def test_left_turn_against_opposing() -> None:
    left, through = posterior(FOUR, [Arrow(180, 90)]), posterior(FOUR, [Arrow(0, 0)])
    met = meet(FOUR, left, through)
    assert str(met.key) == "TO(L,S,opposing)"
    assert met.confidence > 0.9
    assert meet(FOUR, through, left).key == met.key


def test_relations_and_order() -> None:
    assert relation(0, 90) == "from-left"
    assert relation(0, 270) == "from-right"
    assert of_pair("S", "L", "from-left") == Key("TA", "L", "S", "from-right")
    assert of_pair("S", "S", "same", sideswipe=True).family == "SS"


def test_turns_at_a_skewed_junction() -> None:
    at = junction((0, 150, 210))
    assert {at.turn(0, j) for j in (1, 2)} == {"S", "R"} or {at.turn(0, j) for j in (1, 2)} == {"S", "L"}


def test_isotonic_calibration_is_monotone() -> None:
    rng = random.Random(1)
    raw = [rng.random() for _ in range(500)]
    right = [rng.random() < c**2 for c in raw]
    fitted = calibrate.fit(raw, right)
    steps = [fitted(c / 20) for c in range(21)]
    assert steps == sorted(steps)
    assert calibrate.error([fitted(c) for c in raw], right) < calibrate.error(raw, right)
