"""What stands or lies on a scene: classes with the true sizes of vehicles on Taiwan's roads, in metres.

The sizes are ordinary ones of each class; an officer who measured writes the measured length and width instead.
`codes` are the police form's (當事者區分), by which a party gets its class.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Literal

Family = Literal["four", "two", "person"]
Posture = Literal["upright", "left", "right", "roof"]


@dataclass(frozen=True, slots=True)
class Class:
    id: str
    zh: str
    en: str
    length: float
    width: float
    height: float
    family: Family
    codes: tuple[str, ...] = ()

    def size(
        self, posture: Posture, length: float | None = None, width: float | None = None
    ) -> tuple[float, float]:
        """Length and width of the ground it covers: what lies on its side is as wide as it was high."""
        return length or self.length, (width or self.width) if posture in ("upright", "roof") else self.height


_ALL = (
    Class("car", "小客車", "Car", 4.50, 1.80, 1.50, "four", ("B02", "B03", "D03")),
    Class("taxi", "計程車", "Taxi", 4.62, 1.78, 1.50, "four", ("B01",)),
    Class("suv", "休旅車", "SUV", 4.70, 1.86, 1.70, "four"),
    Class("van", "小貨車（廂式）", "Van", 4.80, 1.70, 1.97, "four", ("B12", "B13")),
    Class("pickup", "小貨車（框式）", "Pickup truck", 5.00, 1.75, 1.95, "four", ("B11",)),
    Class("truck", "大貨車", "Truck", 8.20, 2.45, 3.10, "four", ("A11", "A12", "D02", "E04")),
    Class("tractor", "曳引車", "Tractor unit", 6.20, 2.50, 3.30, "four", ("A41", "A42")),
    Class("trailer", "半拖車", "Semi-trailer", 12.20, 2.50, 3.80, "four", ("G04",)),
    Class("semi", "半聯結車", "Articulated truck", 16.50, 2.50, 3.80, "four", ("A21", "A22", "A31", "A32")),
    Class("bus", "大客車", "Bus", 12.00, 2.50, 3.30, "four", ("A01", "A02", "A03", "A04", "A05", "A06", "D01")),
    Class("ambulance", "救護車", "Ambulance", 5.40, 2.00, 2.50, "four", ("E01",)),
    Class("police", "警備車", "Police car", 4.62, 1.80, 1.55, "four", ("E03",)),
    Class("fire", "消防車", "Fire engine", 8.00, 2.50, 3.20, "four", ("E02",)),
    Class("farm", "農用或動力機械", "Farm or works machine", 3.20, 1.60, 2.20, "four", ("G01", "G02", "G03")),
    Class("other", "其他車輛", "Other vehicle", 5.00, 2.00, 2.20, "four", ("E05", "G05", "G06", "G07")),
    Class("motorcycle-heavy", "大型重型機車", "Large motorcycle", 2.15, 0.80, 1.15, "two", ("C01", "C02")),
    Class("motorcycle", "普通重型機車", "Motorcycle", 1.86, 0.69, 1.12, "two", ("C03",)),
    Class("motorcycle-light", "輕型機車", "Light motorcycle", 1.70, 0.65, 1.05, "two", ("C04", "C05")),
    Class("bicycle", "腳踏自行車", "Bicycle", 1.75, 0.60, 1.05, "two", ("F01",)),
    Class("e-bike", "電動自行車", "Electric bicycle", 1.68, 0.66, 1.05, "two", ("F02", "F03")),
    Class("scooter", "個人行動運具", "Kick scooter", 1.15, 0.48, 1.15, "two", ("F07",)),
    Class("cart", "人力車", "Hand cart", 1.90, 1.00, 1.00, "four", ("F04", "F05", "F06")),
    Class("wheelchair", "輔助代步器材", "Mobility aid", 1.20, 0.66, 1.00, "four", ("H04",)),
    Class("pedestrian", "行人", "Pedestrian", 0.32, 0.52, 1.70, "person", ("H01", "H02", "H03")),
)  # fmt: skip

CLASSES: dict[str, Class] = {one.id: one for one in _ALL}
BY_CODE: dict[str, str] = {code: one.id for one in _ALL for code in one.codes}

_CORNERS = {"LF": (1, -1), "RF": (1, 1), "LR": (-1, -1), "RR": (-1, 1)}
_AXLES = {"four": 0.30, "two": 0.36, "person": 0.0}
"""Where the axles are, as part of the length ahead of and behind the middle."""
POINTS: dict[Family, tuple[str, ...]] = {
    "four": ("C", "LF", "RF", "LR", "RR", "LFW", "RFW", "LRW", "RRW"),
    "two": ("C", "FW", "RW", "HB"),
    "person": ("C", "HEAD", "FEET"),
}
"""The points of each family that can be measured to: middle, corners, wheels, handlebar, head and feet."""


def ahead(
    kind: Class, point: str, posture: Posture, length: float | None, width: float | None
) -> tuple[float, float]:
    """Where a point of a vehicle is, in metres ahead and to the right of its middle."""
    long, wide = kind.size(posture, length, width)
    axle = _AXLES[kind.family] * long
    if point in _CORNERS:
        f, r = _CORNERS[point]
        return f * long / 2, r * wide / 2
    if len(point) == 3 and point[:2] in _CORNERS and point.endswith("W"):
        f, r = _CORNERS[point[:2]]
        return f * axle, r * (wide / 2 - min(0.1, wide / 8))
    flat = {"C": 0.0, "FW": axle, "RW": -axle, "HB": axle * 0.7, "HEAD": 0.85, "FEET": -0.85}
    return flat[point], 0.0


def placed(x: float, y: float, heading: float, f: float, r: float) -> tuple[float, float]:
    """A point given ahead and to the right of a pose. Headings are degrees from grid north, clockwise."""
    turn = radians(heading)
    return x + f * sin(turn) + r * cos(turn), y + f * cos(turn) - r * sin(turn)
