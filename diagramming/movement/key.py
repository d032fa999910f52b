"""The movement key: what met what, told without any country's list. Families, turns and the relation of the second
party to the first; `of_pair` is the one place that decides them."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = {
    "RE": ("追撞", "Rear end"),
    "SS": ("同向擦撞", "Sideswipe, same direction"),
    "LC": ("變換車道", "Lane change"),
    "HO": ("對撞", "Head on"),
    "SO": ("對向擦撞", "Sideswipe, opposite"),
    "AN": ("交岔撞", "Right angle"),
    "TO": ("轉彎×對向", "Turning × opposing"),
    "TA": ("轉彎×橫向", "Turning × adjacent"),
    "TS": ("轉彎×同向", "Turning × same direction"),
    "UT": ("迴轉", "U-turn"),
    "BK": ("倒車", "Backing"),
    "PK": ("停車、起步、開門", "Parking, starting, door"),
    "PD": ("行人", "Pedestrian"),
    "SV": ("自撞", "Single vehicle"),
    "RX": ("平交道", "Railway crossing"),
    "OT": ("其他", "Other"),
}
TURNS = {
    "S": "直行",
    "L": "左轉",
    "R": "右轉",
    "U": "迴轉",
    "CL": "左切",
    "CR": "右切",
    "B": "倒車",
    "P": "停",
    "X": "失控",
}
RELATIONS = {"same": "同向", "opposing": "對向", "from-left": "自左", "from-right": "自右", "none": ""}
TURNING = ("L", "R")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """`str(key)` is what is stored: TO(L,S,opposing)."""

    family: str
    first: str = "S"
    second: str = "S"
    rel: str = "none"
    object: str = ""

    def __str__(self) -> str:
        parts = (self.first,) if self.family in ("SV", "RX") else (self.first, self.second, self.rel)
        return f"{self.family}({','.join((*parts, self.object) if self.object else parts)})"

    def words(self) -> str:
        if self.family in ("SV", "RX", "PD"):
            return f"{FAMILIES[self.family][0]}（{TURNS[self.first]}）"
        return f"{TURNS[self.first]}×{RELATIONS[self.rel]}{TURNS[self.second]}・{FAMILIES[self.family][0]}"


def parse(text: str) -> Key:
    """What `str(key)` wrote. Raises ValueError with a sentence about what is no key."""
    family, _, rest = text.partition("(")
    parts = rest.removesuffix(")").split(",") if rest.endswith(")") else []
    if family not in FAMILIES or not parts:
        raise ValueError(
            f"「{text[:60]}」不是動態型態。 “{text[:60]}” is no movement key such as TO(L,S,opposing)."
        )
    if family in ("SV", "RX"):
        first, second, rel, object = parts[0], "S", "none", parts[1] if len(parts) > 1 else ""
    else:
        first, second, rel = [*parts, "", "", ""][:3]
        object = parts[3] if len(parts) > 3 else ""
    if first not in TURNS or second not in TURNS or rel not in RELATIONS:
        raise ValueError(
            f"「{text[:60]}」不是動態型態。 “{text[:60]}” is no movement key such as TO(L,S,opposing)."
        )
    return Key(family, first, second, rel, object)


def wrap(degrees: float) -> float:
    """Into −180 … 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def relation(first: float, second: float, same: float = 45.0) -> str:
    """Where the second party comes from, seen by the first, from the headings of both."""
    apart = wrap(second - first)
    if abs(apart) <= same:
        return "same"
    if abs(apart) >= 180.0 - same:
        return "opposing"
    return "from-left" if apart > 0 else "from-right"


def of_pair(first: str, second: str, rel: str, *, sideswipe: bool = False) -> Key:
    """The key of two vehicles; the one that does something other than going straight is named first, except that
    from-left and from-right then change places."""
    rank = {"B": 0, "P": 1, "U": 2, "CL": 3, "CR": 3, "L": 4, "R": 5, "X": 6, "S": 7}
    if rank[second] < rank[first]:
        first, second = second, first
        rel = {"from-left": "from-right", "from-right": "from-left"}.get(rel, rel)
    if first == "B":
        family = "BK"
    elif first == "P":
        family = "PK"
    elif first == "U":
        family = "UT"
    elif first in ("CL", "CR") and rel == "same":
        family = "LC"
    elif first in TURNING:
        family = {"same": "TS", "opposing": "TO", "none": "OT"}.get(rel, "TA")
    elif rel == "same":
        family = "SS" if sideswipe else "RE"
    elif rel == "opposing":
        family = "SO" if sideswipe else "HO"
    else:
        family = "OT" if rel == "none" else "AN"
    return Key(family, first, second, rel)
