"""What a scene lacks before it can be handed in: rules, each with its element, in the order of work.

`must` keeps a scene from being submitted; the rest is advice that the reviewer also sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.document import Scene
from diagramming.scene.solve import report


@dataclass(frozen=True, slots=True)
class Check:
    rule: str
    zh: str
    en: str
    ok: bool
    must: bool = True
    element: str = ""


def checklist(scene: Scene, plates: Collection[str] = (), photos: int = 0) -> list[Check]:
    """`plates` are the letters of the parties whose plate is known."""
    return [*_ground(scene), *_parties(scene, plates), *_evidence(scene, photos), *_measured(scene)]


def ready(checks: Collection[Check]) -> bool:
    return all(check.ok for check in checks if check.must)


def _ground(scene: Scene) -> Iterator[Check]:
    yield Check("north", "方位已標示", "North is known", scene.north != "unknown")
    answered = scene.street.state is not None
    yield Check(
        "street", "已回答街道與圖資是否相符", "The street is said to be unchanged or changed", answered
    )
    if scene.street.state == "changed":
        told = bool(scene.street.note.strip() or scene.of(E.Override))
        yield Check("change", "街道變動已繪出或說明", "What changed on the street is drawn or told", told)
    yield Check("rivals", "沒有未決定的編輯衝突", "No edits wait to be settled", not scene.rivals)


def _parties(scene: Scene, plates: Collection[str]) -> Iterator[Check]:
    yield Check("parties", "有當事者", "There are parties", bool(scene.parties))
    placed = {e.party for e in scene.of(E.Vehicle, E.Pedestrian) if e.role in ("rest", "moved")}
    ways = {e.party for e in scene.of(E.Travel)}
    for party in scene.parties:
        if party.role == "passenger":
            continue
        p = party.id
        yield Check(
            "rest", f"{p} 的終止位置", f"Where {p} came to rest", p in placed or party.moved, element=p
        )
        yield Check("travel", f"{p} 的行向", f"The travel arrow of {p}", p in ways, element=p)
        if party.role == "driver":
            yield Check("plate", f"{p} 車號牌", f"The plate of {p}", p in plates, element=p)


def _evidence(scene: Scene, photos: int) -> Iterator[Check]:
    yield Check("impact", "碰撞點", "The point of impact", bool(scene.of(E.Impact)))
    if scene.short:
        return
    yield Check("summary", "現場處理摘要", "The summary", bool(scene.summary.strip()))
    yield Check("fixed", "基準點", "A fixed point", bool(scene.of(E.Fixed)))
    yield Check(
        "marks",
        "地面痕跡（無則免）",
        "Marks on the ground, if any",
        bool(scene.of(E.Mark, E.Debris, E.Fluid)),
        False,
    )
    yield Check("photos", f"現場照片 {photos} 張", f"Photographs: {photos}", photos > 0, False)


def _measured(scene: Scene) -> Iterator[Check]:
    fits = {fit.element: fit for fit in report(scene)}
    for e in scene.of(E.Vehicle, E.Pedestrian):
        if e.id not in fits:
            if e.party and e.role == "rest" and not scene.short:
                yield Check("measured", f"{e.id} 已量測", f"{e.id} is measured", False, False, e.id)
            continue
        fit = fits[e.id]
        odd = "、".join(fit.flagged)
        yield Check(
            "residual",
            f"{e.id} 的量測一致" if not odd else f"{e.id} 的量測互相矛盾：{odd}",
            f"The readings of {e.id} agree" if not odd else f"Readings of {e.id} contradict the rest: {odd}",
            not odd,
            False,
            e.id,
        )
        far = ((fit.x - e.pose.x) ** 2 + (fit.y - e.pose.y) ** 2) ** 0.5
        if e.how == "measured" and far > 0.05:
            yield Check(
                "pose",
                f"{e.id} 與量測相差 {far:.2f} 公尺",
                f"{e.id} is drawn {far:.2f} m from where it was measured",
                False,
                False,
                e.id,
            )
        for said in fit.warnings:
            zh, _, en = said.partition("。 ")
            yield Check("geometry", f"{e.id}：{zh}。", f"{e.id}: {en}", False, False, e.id)
