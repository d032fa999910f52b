"""What is stored of the streets: one document of parameters, validated and versioned; every shape is derived from it.

Lengths are metres, coordinates those of `crs` (TWD97 / TM2-121 unless said). Strips run from left to right as
seen from a segment's end `a` to its end `b`. A document that validates can be derived.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from math import hypot
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from layers.streets.craft.migrate import CURRENT, Unreadable, upgraded

StripKind = Literal[
    "drive", "slow", "moto", "bus", "bike", "mixed", "park_car", "park_moto", "shoulder", "gutter", "median",
    "buffer", "barrier", "sidewalk", "marked_walk", "verge", "arcade", "rail",
]  # fmt: skip
TRAVEL = frozenset({"drive", "slow", "moto", "bus", "bike", "mixed", "rail"})
"""Strips on which something moves from one junction to the next."""
ASIDE = frozenset({"sidewalk", "arcade", "verge", "barrier"})
"""Strips that lie outside the kerb when they are the outermost."""
Turn = Literal["left", "through", "right", "uturn"]
Origin = Literal["survey", "plan", "osm-tag", "osm-default", "reported", "derived"]
NodeKind = Literal["junction", "dead_end", "width_change", "map_edge", "merge"]
End = Literal["a", "b"]
Edge = Literal["auto", "white", "red", "yellow", "none"]
Metres = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Width = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Number, Number]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Origins(Part):
    """Where values come from, by name of the value; a value that is not named was stated by whoever wrote it."""

    origin: dict[str, Origin] = {}
    xref: dict[str, list[str]] = {}


class Strip(Part):
    id: Name
    kind: StripKind
    width: Width | tuple[Width, Width]
    dir: Literal[-1, 0, 1] = 0
    turns: tuple[Turn, ...] = ()
    use: tuple[str, ...] = ()
    surface: str = ""
    line: str = ""
    """The marking on its left boundary where it is not what the rules would put there; `none` for none."""

    @property
    def widths(self) -> tuple[float, float]:
        return self.width if isinstance(self.width, tuple) else (self.width, self.width)

    @model_validator(mode="after")
    def _has_width(self) -> Self:
        if max(self.widths) <= 0:
            raise ValueError(f"strip {self.id} has no width")
        return self


class Section(Part):
    """A cross-section, from where it begins to where the next one does."""

    end: End = "a"
    s: Metres = 0
    strips: Annotated[tuple[Strip, ...], Field(min_length=1)]
    taper: Metres = 0
    edges: tuple[Edge, Edge] = ("auto", "auto")
    """The line along the left and the right kerb."""

    @model_validator(mode="after")
    def _strips_differ(self) -> Self:
        if len({strip.id for strip in self.strips}) < len(self.strips):
            raise ValueError("two strips of one section have the same id")
        if all(strip.kind in ASIDE for strip in self.strips):
            raise ValueError("a section has no carriageway")
        return self


class CornerRule(Part):
    """The corner between the left kerb of one arm and the right kerb of the next, anticlockwise."""

    after: Name
    before: Name
    radius: Width


class Node(Origins):
    id: Name
    at: Point
    kind: NodeKind = "junction"
    control: Literal["none", "stop", "yield", "flash", "signal"] = "none"
    radius: Width | None = None
    corners: tuple[CornerRule, ...] = ()
    members: tuple[Name, ...] = ()
    """Nodes that form one junction with this one, whatever the distance."""
    layer: int = 0
    name: str = ""


class Segment(Origins):
    id: Name
    a: Name
    b: Name
    via: tuple[Point, ...] = ()
    ref: Number | None = None
    """How far right of the left kerb the line lies; without it, in the middle between the kerbs."""
    road_class: str = "residential"
    name: str = ""
    speed: Annotated[float, Field(gt=0, le=130)] | None = None
    layer: int = 0
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _begins(self) -> Self:
        first = self.sections[0]
        if (first.end, first.s) != ("a", 0):
            raise ValueError(f"segment {self.id}: the first section must begin at its end a")
        return self


class Crosswalk(Part):
    setback: Metres = 3.0
    """From the edge of the crossing carriageway to the nearer side of the stripes."""
    depth: Annotated[float, Field(ge=2, le=8)] = 3.0
    pattern: Literal["sleeper", "zebra"] = "sleeper"


class StopLine(Part):
    gap: Metres = 2.0
    """Between crosswalk and stop line; without a crosswalk, from the crossing carriageway's edge."""
    width: Annotated[float, Field(ge=0.3, le=0.4)] = 0.3


class Box(Part):
    """A two-stage turn box in front of this arm, for those who come along arm `serves` and turn."""

    width: Annotated[float, Field(ge=1, le=12)] = 3.0
    depth: Annotated[float, Field(ge=0.8, le=6)] = 1.8
    serves: str = ""


class Arm(Origins):
    """What is painted where a segment meets a junction."""

    segment: Name
    end: End
    crosswalk: Crosswalk | None = None
    stop: StopLine | None = None
    waiting: Annotated[float, Field(ge=2.5, le=6)] | None = None
    """Depth of the waiting zone for motorcycles behind the stop line."""
    box: Box | None = None
    left_wait: Annotated[float, Field(ge=3, le=40)] | None = None
    """Length of a left-turn waiting area into the junction."""
    arrows: bool = True
    give_way: bool = False


class Marking(Origins):
    """A marking that stands for itself: a hatched area, a yellow grid, a text, bays."""

    id: Name
    kind: Literal["hatch", "grid", "text", "arrow", "bay", "line"]
    area: tuple[Point, ...] = ()
    node: str = ""
    segment: str = ""
    at: Point | None = None
    heading: Number = 0
    value: str = ""

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if self.kind in {"hatch", "bay", "line"} and len(self.area) < (2 if self.kind == "line" else 3):
            raise ValueError(f"marking {self.id} needs the points of its area")
        if self.kind in {"text", "arrow"} and self.at is None:
            raise ValueError(f"marking {self.id} needs the point it stands at")
        if self.kind == "grid" and not (self.node or len(self.area) >= 3):
            raise ValueError(f"marking {self.id} needs a junction or an area")
        return self


class Anchor(Part):
    """Measured from the nearer end, so that it stays when the other end moves."""

    segment: Name
    end: End
    s: Metres
    t: Number


class Sign(Origins):
    id: Name
    code: Name
    anchor: Anchor
    face: Number = 0
    height: Metres = 2.1
    surveyed: Point | None = None


class Head(Origins):
    """A signal head; `faces` is the arm (segment and end) that looks at it."""

    id: Name
    node: Name
    at: Point
    faces: tuple[Name, End] | None = None
    height: Metres = 4.6
    kind: Literal["vehicle", "pedestrian", "bicycle", "flash"] = "vehicle"


class LaneEnd(Part):
    segment: Name
    end: End
    strip: Name


class Movement(Part):
    node: Name
    source: LaneEnd
    target: LaneEnd
    turn: Turn
    vehicles: tuple[str, ...] = ()


class Document(Part):
    version: Literal[3] = CURRENT
    crs: int = 3826
    traffic: Literal["right", "left"] = "right"
    rules_on: date
    """The day whose marking rules hold."""
    name: str = ""
    nodes: tuple[Node, ...] = ()
    segments: tuple[Segment, ...] = ()
    arms: tuple[Arm, ...] = ()
    markings: tuple[Marking, ...] = ()
    signs: tuple[Sign, ...] = ()
    heads: tuple[Head, ...] = ()
    movements: tuple[Movement, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        problem = next(_problems(self), None)
        if problem:
            raise ValueError(problem)
        return self


def _problems(document: Document) -> Iterator[str]:
    nodes = {node.id: node for node in document.nodes}
    segments = {segment.id: segment for segment in document.segments}
    named: list[tuple[str, tuple[Node | Segment | Marking | Sign | Head, ...], int]] = [
        ("node", document.nodes, len(nodes)),
        ("segment", document.segments, len(segments)),
        ("marking", document.markings, len({m.id for m in document.markings})),
        ("sign", document.signs, len({s.id for s in document.signs})),
        ("head", document.heads, len({h.id for h in document.heads})),
    ]
    for what, rows, distinct in named:
        if distinct < len(rows):
            yield f"two {what}s have the same id"
    for segment in document.segments:
        for end in (segment.a, segment.b):
            if end not in nodes:
                yield f"segment {segment.id} ends at node {end}, which is not there"
                return
        line = [nodes[segment.a].at, *segment.via, nodes[segment.b].at]
        if any(hypot(x1 - x0, y1 - y0) < 0.01 for (x0, y0), (x1, y1) in pairwise(line)):
            yield f"segment {segment.id} has two points less than 1 cm apart"
    for node in document.nodes:
        for member in node.members:
            if member not in nodes:
                yield f"node {node.id} has the member {member}, which is not there"
    for arm in document.arms:
        if arm.segment not in segments:
            yield f"an arm stands on segment {arm.segment}, which is not there"
    if len({(arm.segment, arm.end) for arm in document.arms}) < len(document.arms):
        yield "two arms stand on the same end of a segment"
    for sign in document.signs:
        if sign.anchor.segment not in segments:
            yield f"sign {sign.id} stands on segment {sign.anchor.segment}, which is not there"
    for head in document.heads:
        if head.node not in nodes or (head.faces and head.faces[0] not in segments):
            yield f"signal head {head.id} belongs to something that is not there"
    for movement in document.movements:
        for lane in (movement.source, movement.target):
            found = segments.get(lane.segment)
            if found is None or not any(s.id == lane.strip for c in found.sections for s in c.strips):
                yield f"a movement at node {movement.node} uses strip {lane.strip} of segment {lane.segment}, which is not there"
            elif movement.node not in (found.a, found.b) and movement.node not in nodes:
                yield f"a movement leads through node {movement.node}, which is not there"


def as_text(document: Document) -> str:
    """As a file keeps it: what is usual is left out, the version never."""
    said = {"version": document.version} | document.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(said, ensure_ascii=False, indent=1)


def read(given: dict[str, Any]) -> Document:
    """A document of this or an older version. What cannot be read is said in a sentence: `Unreadable`."""
    try:
        return Document.model_validate(upgraded(given))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise Unreadable(f"The street document is wrong{f' at {where}' if where else ''}: {said}.") from wrong
