"""A crash of which headings and manoeuvres are coded, but no scene is drawn: rules, open to reading, give the key.

Headings that are missing lower the confidence; nothing is put in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagramming.movement.key import Key, of_pair, relation, wrap

WINDS = {w: i * 45.0 for i, w in enumerate(("N", "NE", "E", "SE", "S", "SW", "W", "NW"))}
SPELT = {
    "NORTH": "N", "NORTHEAST": "NE", "EAST": "E", "SOUTHEAST": "SE", "SOUTH": "S", "SOUTHWEST": "SW", "WEST": "W",
    "NORTHWEST": "NW", "北": "N", "東北": "NE", "東": "E", "東南": "SE", "南": "S", "西南": "SW", "西": "W", "西北": "NW",
}  # fmt: skip
TURN_OF = {
    "straight": "S", "left": "L", "right": "R", "u-turn": "U", "lane-left": "CL", "lane-right": "CR",
    "overtaking": "CL", "merging": "CL", "backing": "B", "parked": "P", "parking": "P", "starting": "P",
    "stopped": "S", "slowing": "S", "out-of-control": "X", "wrong-way": "S", "entering": "R", "other": "S", "": "S",
}  # fmt: skip
WAITING = ("stopped", "slowing")
SIDE = ("lane-left", "lane-right", "overtaking", "merging")
SURE = {"RE": 0.87, "SS": 0.7, "LC": 0.7, "HO": 0.9, "AN": 0.97, "TO": 0.97, "TA": 0.97, "TS": 0.8}
"""Of each family how often such a rule was right on public files of coded crashes."""
CYCLED = {
    "SS": 0.5,
    "RE": 0.4,
    "TS": 0.5,
    "LC": 0.4,
    "AN": 0.89,
    "TA": 0.89,
    "TO": 0.82,
    "HO": 0.55,
    "BK": 0.3,
}
"""The same where one of the two is a bicycle: who passes one at its side, and who hooks it, is coded now as one type, now
as another, by the side that touched and not by the way they went."""
PERSONS = ("pedestrian",)
PASSED = ("bicycle",)
"""Too narrow for a lane of their own: what moves the same way mostly meets them at the side, not from behind."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One party as coded: `heading` in degrees, manoeuvre and vehicle in our words."""

    heading: float | None
    manoeuvre: str = ""
    vehicle: str = "car"


@dataclass(frozen=True, slots=True)
class Said:
    key: Key
    confidence: float
    why: str


def wind(said: str) -> float | None:
    """A point of the compass as files write it: N, north, Northbound, NB, 北."""
    word = said.strip().upper().replace("-", "").replace(" ", "")
    word = word.removesuffix("BOUND").removesuffix("向")
    word = SPELT.get(word, word)
    if word not in WINDS and word.endswith("B"):
        word = word[:-1]
    return WINDS.get(word)


def manoeuvre(source: float, target: float) -> str:
    """From where one comes and where one goes, both as headings of travel."""
    bend = wrap(target - source)
    if abs(bend) > 150.0:
        return "u-turn"
    return "straight" if abs(bend) <= 35.0 else ("right" if bend > 0 else "left")


def classify(units: Sequence[Unit]) -> Said:
    people = [u for u in units if u.vehicle in PERSONS]
    vehicles = [u for u in units if u.vehicle not in PERSONS]
    if people and vehicles:
        turn = TURN_OF.get(vehicles[0].manoeuvre, "S")
        rel = "none"
        if vehicles[0].heading is not None and people[0].heading is not None:
            rel = relation(vehicles[0].heading, people[0].heading)
        return Said(Key("PD", turn, "S", rel), 0.97, f"行人；駕駛人動態 {vehicles[0].manoeuvre or '未記'}")
    if len(vehicles) < 2:
        turn = TURN_OF.get(vehicles[0].manoeuvre, "X") if vehicles else "X"
        return Said(Key("SV", turn), 0.95 if vehicles else 0.0, "僅一輛車" if vehicles else "沒有車輛")
    a, b = vehicles[:2]
    turns = TURN_OF.get(a.manoeuvre, "S"), TURN_OF.get(b.manoeuvre, "S")
    if a.heading is None or b.heading is None:
        key = of_pair(*turns, "none")
        sure = 0.8 if key.family in ("BK", "PK", "UT") else 0.4
        return Said(key, sure, f"缺行向；動態 {a.manoeuvre or '未記'}／{b.manoeuvre or '未記'}")
    rel = relation(a.heading, b.heading)
    cycled = a.vehicle in PASSED or b.vehicle in PASSED
    passing = (a.vehicle in PASSED) != (b.vehicle in PASSED) and not {a.manoeuvre, b.manoeuvre} & set(WAITING)
    beside = any(u.manoeuvre in SIDE for u in (a, b)) or (rel == "same" and passing)
    key = of_pair(*turns, rel, sideswipe=beside)
    why = f"行向 {a.heading:.0f}°／{b.heading:.0f}° → {rel}；動態 {a.manoeuvre or '未記'}／{b.manoeuvre or '未記'}"
    if key.family == "SS" and passing:
        why += "；自行車與同向車輛並行"
    return Said(key, (CYCLED if cycled else SURE).get(key.family, 0.8 if not cycled else 0.6), why)
