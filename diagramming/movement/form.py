"""A record of the Taiwanese form without a scene: item 15, actions and impact parts give relative geometry, never a leg.

`day` chooses the list, since the form was renumbered on 2023-07-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from diagramming.movement.headings import Said
from diagramming.movement.key import Key, of_pair

RENUMBERED = date(2023, 7, 1)
ACTIONS = {
    "01": "P",
    "02": "B",
    "03": "P",
    "05": "L",
    "06": "R",
    "07": "CL",
    "08": "CR",
    "11": "U",
    "13": "P",
}
DIRECT = {"10": "HO", "11": "SO", "12": "SS", "13": "RE", "14": "BK", "15": "AN"}
REL = {"HO": "opposing", "SO": "opposing", "SS": "same", "RE": "same", "LC": "same", "AN": "from-right"}
RIGHT, LEFT, REAR = ("02", "12"), ("04", "14"), ("03", "13")
FRONT = ("01", "11")
OBJECTS = {"19": "off-road", "20": "guardrail", "21": "pole", "23": "island", "24": "loose", "25": "building"}


@dataclass(frozen=True, slots=True)
class Person:
    """A party of the form: 當事者區分, 行動狀態, 最初撞擊部位."""

    vehicle: str = ""
    action: str = ""
    impact: str = ""


def classify(type: str, parties: Sequence[Person], day: date, side: str = "") -> Said:
    """`side` is 側撞時行車方向 where the police export gives it, such as 對向直行、左轉."""
    turns = [ACTIONS.get(p.action, "S") for p in parties] or ["S"]
    number = int(type) if type.isdigit() else 0
    first = turns[0]
    second = turns[1] if len(turns) > 1 else "S"
    if 1 <= number <= 9:
        driver = next((t for t, p in zip(turns, parties, strict=False) if not p.vehicle.startswith("H")), "S")
        return Said(Key("PD", driver), 0.9, f"型態 {type} 人與車")
    rail = 30 if day < RENUMBERED else 31
    if number >= rail:
        return Said(Key("RX", "S"), 0.9, f"型態 {type} 平交道")
    if number >= 18:
        return Said(Key("SV", "X", object=OBJECTS.get(type, "")), 0.9, f"型態 {type} 車輛本身")
    if type in DIRECT:
        return _direct(type, first, second, parties)
    if type == "16":
        return _side(first, second, parties, side)
    return Said(of_pair(first, second, "none"), 0.4, f"型態 {type or '未記'}；動態 {first}／{second}")


def _direct(type: str, first: str, second: str, parties: Sequence[Person]) -> Said:
    family = DIRECT[type]
    if family == "SS" and {first, second} & {"CL", "CR"}:
        family = "LC"
    if family == "BK":
        return Said(Key("BK", "B", "S", "none"), 0.85, "型態 14 倒車撞")
    rel = REL[family]
    if family == "AN":
        told = _from(parties)
        return Said(
            Key("AN", "S", "S", told or "none"), 0.8 if told else 0.6, "型態 15；撞擊部位" + (told or "不明")
        )
    if family == "LC":
        a, b = (first, second) if first in ("CL", "CR") else (second, first)
        return Said(Key("LC", a, b, rel), 0.8, "型態 12 且變換車道")
    return Said(Key(family, "S", "S", rel), 0.85, f"型態 {type}")


def _side(first: str, second: str, parties: Sequence[Person], side: str) -> Said:
    for word, rel in (
        ("對向", "opposing"),
        ("同向", "same"),
        ("橫向", ""),
        ("左方", "from-left"),
        ("右方", "from-right"),
    ):
        if word in side:
            found = rel or _from(parties) or "from-right"
            return Said(of_pair(first, second, found), 0.93, f"側撞時行車方向：{side}")
    if {first, second} & {"U", "B", "P", "CL", "CR"}:
        rel = "same" if {first, second} & {"CL", "CR"} else "none"
        return Said(of_pair(first, second, rel, sideswipe=True), 0.75, f"側撞；動態 {first}／{second}")
    told = _from(parties)
    if "L" in (first, second):
        return Said(of_pair(first, second, "opposing"), 0.66, "側撞且左轉，行車方向未記：以對向直行最常見")
    if "R" in (first, second):
        return Said(of_pair(first, second, "same"), 0.6, "側撞且右轉，行車方向未記")
    return Said(of_pair(first, second, told or "none"), 0.6 if told else 0.4, "側撞；撞擊部位")


def _from(parties: Sequence[Person]) -> str:
    """Where the second party came from, told by the sides that touched."""
    if len(parties) < 2:
        return ""
    a, b = parties[0].impact, parties[1].impact
    if b in FRONT:
        return "from-right" if a in RIGHT else "from-left" if a in LEFT else ""
    if a in FRONT:
        return "from-left" if b in RIGHT else "from-right" if b in LEFT else ""
    return ""
