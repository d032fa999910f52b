"""What of a drawn scene speaks for a movement, and that nothing else does."""

from diagramming.movement.evidence import Action, Arrow, Mark, Pose, Statement
from diagramming.movement.infer import infer
from diagramming.movement.legs import Junction, Leg
from diagramming.movement.scene import evidence, impact, standing
from diagramming.scene.document import read
from tests.diagramming.scenes import everything, raw

FOUR = Junction((Leg(0, "中山路"), Leg(90, "民生路"), Leg(180, "中山路"), Leg(270, "民生路")))


def test_arrows_marks_and_poses_become_evidence() -> None:
    seen = evidence(everything(), {"A": "09"})
    kinds = {letter: [type(e).__name__ for e in found] for letter, found in seen.items()}
    assert kinds["A"] == ["Pose", "Arrow", "Mark", "Action"]
    assert kinds["B"] == ["Pose", "Arrow"]
    arrow = next(e for e in seen["A"] if isinstance(e, Arrow))
    assert abs(arrow.start - 231.3) < 1
    assert arrow.end is not None
    assert isinstance(seen["A"][2], Mark)
    assert isinstance(seen["A"][3], Action)
    assert isinstance(seen["B"][0], Pose)
    assert impact(everything()) == (-2.5, -1.9)


def test_the_summary_speaks_for_headings_and_streets() -> None:
    scene = read(raw(summary="A車沿民生路由西往東直行，與B車由南往北左轉碰撞。"))
    seen = evidence(scene, at=FOUR)
    assert [e.heading for e in seen["A"] if isinstance(e, Statement) and e.heading is not None] == [90.0]
    assert [e.approach for e in seen["A"] if isinstance(e, Statement) and e.approach] == ["民生路"]
    assert [e.heading for e in seen["B"] if isinstance(e, Statement)] == [0.0]
    assert infer(FOUR, seen["A"]).approach == 3


def test_a_scene_without_arrows_tells_no_leg() -> None:
    seen = evidence(read(raw()))
    assert seen == {"A": [], "B": []}
    assert infer(FOUR, seen["A"]).approach is None


def test_what_is_hidden_or_was_moved_says_nothing() -> None:
    car = {
        "id": "v1",
        "type": "vehicle",
        "kind": "car",
        "party": "A",
        "pose": {"x": 0, "y": 0, "heading": 90},
    }
    assert evidence(read(raw({**car, "role": "moved"})))["A"] == []
    assert evidence(read(raw({**car, "hidden": True})))["A"] == []
    assert standing(read(raw({**car, "still": True}))) == {"A"}
