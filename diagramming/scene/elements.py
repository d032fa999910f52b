"""The elements of a scene, one class a kind, told apart by `type`. Positions are metres from the scene's origin.

Nothing that is not declared here is taken, no number that is not finite, no text that a sheet could not print.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from diagramming.scene.classes import CLASSES, POINTS, Posture

FAR = 1000.0
"""Nothing on a scene is further from its origin, in metres."""
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)


def printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("文字含有無法列印的字元。 The text holds characters that cannot be printed.")
    return text


def known_class(name: str) -> str:
    if name not in CLASSES:
        raise ValueError(
            f"沒有「{name}」這種車輛。 There is no class {name!r}; there are {', '.join(CLASSES)}."
        )
    return name


Coordinate = Annotated[float, Field(ge=-FAR, le=FAR, allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]
Path = Annotated[tuple[Point, ...], Field(min_length=2, max_length=500)]
Ring = Annotated[tuple[Point, ...], Field(min_length=3, max_length=500)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
PartyId = Annotated[str, Field(pattern=r"^[A-Z]$")]
Anchor = Point | Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}(\.[A-Z]{1,4})?$")]
"""A place: itself, a fixed point by its id, or a point of a vehicle, as `v1.RF`."""
Line = Annotated[str, Field(max_length=120), AfterValidator(printable)]
Words = Annotated[str, Field(max_length=2000), AfterValidator(printable)]
ClassId = Annotated[str, Field(max_length=40), AfterValidator(known_class)]
Layer = Literal["street", "fixed", "measure", "evidence", "vehicles", "movement", "notes"]
LAYERS: tuple[Layer, ...] = ("street", "fixed", "evidence", "movement", "vehicles", "measure", "notes")
"""From the bottom up."""
How = Literal["drawn", "measured", "statement", "video", "imported"]
Metres = Annotated[float, Field(gt=0, le=40, allow_inf_nan=False)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pose(Part):
    x: Coordinate
    y: Coordinate
    heading: Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)]


class Element(Part):
    id: Id
    label: Line = ""
    remark: Words = ""
    hidden: bool = False
    locked: bool = False

    @property
    def layer(self) -> Layer:
        return LAYER_OF[self.type]  # type: ignore[attr-defined]


class Vehicle(Element):
    type: Literal["vehicle"]
    kind: ClassId
    party: PartyId | None = None
    role: Literal["rest", "impact", "before", "moved"] = "rest"
    """`moved`: it was moved before anybody measured; it is listed, not drawn (事後已移動故未測繪)."""
    posture: Posture = "upright"
    pose: Pose
    length: Metres | None = None
    width: Metres | None = None
    still: bool = False
    how: How = "drawn"

    @model_validator(mode="after")
    def _rides(self) -> Self:
        if CLASSES[self.kind].family == "person":
            raise ValueError("行人請用行人元素。 A pedestrian is an element of its own.")
        return self


class Pedestrian(Element):
    type: Literal["pedestrian"]
    party: PartyId | None = None
    pose: Pose
    lying: bool = False
    role: Literal["rest", "impact", "before", "moved"] = "rest"
    how: How = "drawn"


class Impact(Element):
    type: Literal["impact"]
    at: Point
    parties: Annotated[tuple[PartyId, ...], Field(max_length=12)] = ()
    certainty: Literal["definite", "estimated"] = "estimated"
    sigma: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] = 0.5


class Travel(Element):
    """How a party came, and whither it went or meant to go."""

    type: Literal["travel"]
    party: PartyId
    source: Literal["statement", "video", "marks", "officer"]
    approach: Path
    exit: Annotated[tuple[Point, ...], Field(max_length=500)] = ()


class Mark(Element):
    type: Literal["mark"]
    kind: Literal["skid", "yaw", "scratch", "drag"]
    path: Path
    party: PartyId | None = None
    wheel: Literal["LF", "RF", "LR", "RR", "F", "R"] | None = None
    broken: bool = False


class Debris(Element):
    type: Literal["debris"]
    kind: Literal["glass", "parts", "soil", "load"] = "parts"
    area: Ring


class Fluid(Element):
    type: Literal["fluid"]
    kind: Literal["oil", "coolant", "fuel", "blood", "water"]
    area: Ring


class Fixed(Element):
    """A point that will still be there next year: what everything else is measured from."""

    type: Literal["fixed"]
    kind: Literal["pole", "signal", "hydrant", "manhole", "kerb", "house", "tree", "sign", "other"]
    at: Point


class BaseLine(Element):
    type: Literal["baseline"]
    start: Anchor
    end: Anchor


class Dimension(Element):
    type: Literal["dimension"]
    a: Anchor
    b: Anchor
    offset: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)] = 0.0
    """How far to the left of a → b the line is drawn."""


class Note(Element):
    type: Literal["note"]
    at: Point
    text: Words
    to: Point | None = None


class Station(Element):
    """Where a photograph or a panorama was taken, and in which direction."""

    type: Literal["station"]
    at: Point
    heading: Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)] = 0.0
    panorama: bool = False
    photos: Annotated[tuple[Id, ...], Field(max_length=60)] = ()


class Override(Element):
    """Where the street differs from the map of that day: a feature taken away, a marking or a thing added."""

    type: Literal["override"]
    hides: Annotated[str, Field(max_length=80), AfterValidator(printable)] = ""
    kind: Literal[
        "none",
        "lane_line",
        "double_line",
        "stop_line",
        "crosswalk",
        "kerb",
        "island",
        "edge_line",
        "obstacle",
    ] = "none"
    path: Annotated[tuple[Point, ...], Field(max_length=500)] = ()
    color: Literal["white", "yellow", "red"] = "white"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.hides and (self.kind == "none" or len(self.path) < 2):
            raise ValueError("要移除圖徵或加上標線。 It must hide a feature or add one.")
        return self


Any_ = Annotated[
    Vehicle | Pedestrian | Impact | Travel | Mark | Debris | Fluid | Fixed | BaseLine | Dimension | Note
    | Station | Override,
    Field(discriminator="type"),
]  # fmt: skip
LAYER_OF: dict[str, Layer] = {
    "vehicle": "vehicles", "pedestrian": "vehicles", "impact": "evidence", "travel": "movement",
    "mark": "evidence", "debris": "evidence", "fluid": "evidence", "fixed": "fixed", "baseline": "measure",
    "dimension": "measure", "note": "notes", "station": "notes", "override": "street",
}  # fmt: skip
SIGMA = {"tape": 0.05, "wheel": 0.16, "laser": 0.01, "station": 0.01, "orthophoto": 0.033, "estimate": 0.5}
"""What a reading of each instrument is good for, in metres, where the officer says nothing else."""


class Reading(Part):
    """What somebody read off an instrument. It is kept as it was read, whatever the others say."""

    id: Id
    of: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}(\.[A-Z]{1,4})?$")]
    instrument: Literal["tape", "wheel", "laser", "station", "orthophoto", "estimate"] = "tape"
    sigma: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] | None = None

    @property
    def accuracy(self) -> float:
        return self.sigma or SIGMA[self.instrument]


Distance = Annotated[float, Field(ge=0, le=FAR, allow_inf_nan=False)]


class Offset(Reading):
    """直角坐標: so far along a base line, so far off it; to its left is positive."""

    type: Literal["offset"]
    line: Id
    s: Coordinate
    d: Coordinate


class Range(Reading):
    """三點定位: so far from a fixed point."""

    type: Literal["range"]
    to: Id
    r: Distance


class Span(Reading):
    """The distance between two measured points, such as from bumper to bumper."""

    type: Literal["span"]
    to: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}(\.[A-Z]{1,4})?$")]
    r: Distance


AnyReading = Annotated[Offset | Range | Span, Field(discriminator="type")]


def points_of(element: Any) -> tuple[str, ...]:
    """The points of an element that may be measured to."""
    if isinstance(element, Vehicle):
        return POINTS[CLASSES[element.kind].family]
    if isinstance(element, Pedestrian):
        return POINTS["person"]
    return ("C",) if isinstance(element, Fixed | Impact) else ("A", "Z") if isinstance(element, Mark) else ()
