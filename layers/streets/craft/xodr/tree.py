"""The elements of an OpenDRIVE file, in the order that its schema asks for."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from layers.streets.craft.derive.plan import Plan, feature_id
from layers.streets.craft.document import Strip
from layers.streets.craft.marks.along import end_of
from layers.streets.craft.marks.rules import Rules
from layers.streets.craft.xodr.cubic import Cubic, tidy
from layers.streets.craft.xodr.lines import Run, runs, width_of
from layers.streets.craft.xodr.road import Lane, Part, Road
from layers.streets.craft.xodr.turn import Crossing, Turn

KINDS = {
    "drive": "driving", "slow": "driving", "moto": "driving", "bus": "driving", "bike": "biking", "mixed": "bidirectional",
    "park_car": "parking", "park_moto": "parking", "shoulder": "shoulder", "gutter": "border", "median": "median",
    "buffer": "none", "barrier": "none", "sidewalk": "sidewalk", "marked_walk": "sidewalk", "verge": "none",
    "arcade": "sidewalk", "rail": "tram",
}  # fmt: skip
ONLY = {"moto": ("motorcycle",), "bus": ("bus",), "slow": ("motorcycle", "bicycle")}
COLOURS = frozenset({"white", "yellow", "red", "green", "blue"})


def number(x: float) -> str:
    """Ten digits after the point at most, never an exponent that loses them."""
    text = f"{x:.15g}" if abs(x) < 1e-3 else f"{x:.10f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def put(parent: Xml, tag: str, **said: object) -> Xml:
    return SubElement(
        parent, tag, {k: number(v) if isinstance(v, float) else str(v) for k, v in said.items()}
    )


def ours(parent: Xml, **said: object) -> None:
    """What the map itself calls it."""
    for code, value in said.items():
        if value not in ("", None):
            put(parent, "userData", code=f"antu:{code}", value=value)


def of_road(root: Xml, plan: Plan, road: Road, rules: Rules, minor: int, hand: str) -> Xml:
    segment = road.ribbon.segment
    made = put(root, "road", name=segment.name, length=road.course.length, id=road.id, junction=-1, rule=hand)
    if any(link is not None for link in road.links):
        link = put(made, "link")
        for tag, junction in zip(("predecessor", "successor"), road.links, strict=True):
            if junction is not None:
                put(link, tag, elementType="junction", elementId=junction)
    if segment.speed:
        put(put(made, "type", s=0.0, type="town"), "speed", max=float(segment.speed), unit="km/h")
    view = put(made, "planView")
    for e in road.course.elements:
        where = put(view, "geometry", s=e.s, x=e.x, y=e.y, hdg=e.heading % (2 * pi), length=e.length)
        if e.curvature:
            put(where, "arc", curvature=e.curvature)
        else:
            put(where, "line")
    lanes = put(made, "lanes")
    for cubic in tidy(c for part in road.parts for c in part.offset):
        _cubic(lanes, "laneOffset", "s", cubic)
    arms = plan.web.arms[road.number]
    ends = (end_of(plan, arms[0]), end_of(plan, arms[1]))
    for part in road.parts:
        wide = width_of(part)
        lines = [runs(road, part, k, arms[0], ends, rules, wide) for k in range(len(part.piece.strips) + 1)]
        _section(lanes, part, lines, minor, hand, segment.id)
    put(made, "objects")
    put(made, "signals")
    ours(made, segment=segment.id, road_class=segment.road_class, layer=segment.layer)
    return made


def _section(lanes: Xml, part: Part, lines: list[list[Run]], minor: int, hand: str, segment: str) -> None:
    section = put(lanes, "laneSection", s=part.s)

    def feature(lane: Lane) -> str:
        return feature_id(segment, f"{part.number}/{lane.strip.id}")

    left = [lane for lane in part.lanes if lane.id > 0]
    right = [lane for lane in part.lanes if lane.id < 0]
    if left:
        side = put(section, "left")
        for lane in left:
            _lane(side, lane, lines[lane.number], minor, hand, feature(lane))
    middle = put(put(section, "center"), "lane", id=0, type="none", level="false")
    _marks(middle, lines[part.middle])
    if right:
        side = put(section, "right")
        for lane in right:
            _lane(side, lane, lines[lane.number + 1], minor, hand, feature(lane))
    ours(section, section=part.number)


def _lane(side: Xml, lane: Lane, lines: list[Run], minor: int, hand: str, feature: str) -> None:
    strip = lane.strip
    made = put(side, "lane", id=lane.id, type=kind_of(strip, minor), level="false")
    if minor >= 8 and (direction := _direction(strip, lane.id, hand)) != "standard":
        made.set("direction", direction)
    if lane.before is not None or lane.after is not None:
        link = put(made, "link")
        for tag, other in (("predecessor", lane.before), ("successor", lane.after)):
            if other is not None:
                put(link, tag, id=other)
    for cubic in lane.width:
        _cubic(made, "width", "sOffset", cubic)
    _marks(made, lines)
    _access(made, strip, minor)
    ours(
        made,
        strip=strip.id,
        feature=feature,
        kind=strip.kind,
        turns=" ".join(strip.turns),
        use=" ".join(strip.use),
    )


def kind_of(strip: Strip, minor: int) -> str:
    kind = KINDS[strip.kind]
    if minor >= 8:
        return {"sidewalk": "walking", "bidirectional": "driving"}.get(kind, kind)
    return kind


def _direction(strip: Strip, id_: int, hand: str) -> str:
    if strip.kind == "mixed" and strip.dir == 0:
        return "both"
    along = (id_ < 0) == (hand == "RHT")
    return "reversed" if strip.dir == (-1 if along else 1) else "standard"


def _access(lane: Xml, strip: Strip, minor: int) -> None:
    for who in ONLY.get(strip.kind, ()):
        if minor >= 8:
            put(put(lane, "access", sOffset=0.0, rule="allow"), "restriction", type=who)
        else:
            put(lane, "access", sOffset=0.0, rule="allow", restriction=who)


def _marks(lane: Xml, lines: Iterable[Run]) -> None:
    for run in lines:
        if run.rule is None:
            put(lane, "roadMark", sOffset=run.s, type="none", color="standard")
            continue
        colour = run.rule.colour if run.rule.colour in COLOURS else "white"
        double = run.kind == "solid solid"
        change = "none" if double else "both"
        mark = put(
            lane, "roadMark", sOffset=run.s, type=run.kind, weight="standard", color=colour,
            width=run.rule.width * (2 if double else 1) + (run.rule.apart if double else 0.0), laneChange=change,
        )  # fmt: skip
        if run.rule.dash or double:
            kind = put(mark, "type", name=run.rule.key, width=run.rule.width)
            out = (run.rule.width + run.rule.apart) / 2
            for t in (out, -out) if double else (0.0,):
                put(
                    kind, "line", length=run.rule.dash if run.rule.dash else 1.0, space=run.rule.gap,
                    tOffset=t, sOffset=0.0, width=run.rule.width,
                )  # fmt: skip
        ours(mark, rule=run.rule.key, article=run.rule.article)


def _cubic(parent: Xml, tag: str, where: str, cubic: Cubic) -> None:
    put(parent, tag, **{where: cubic.s}, a=cubic.a, b=cubic.b, c=cubic.c, d=cubic.d)


def of_turn(root: Xml, crossing: Crossing, turn: Turn, minor: int, hand: str) -> None:
    curve = turn.curve
    made = put(root, "road", name="", length=curve.length, id=turn.id, junction=crossing.id, rule=hand)
    link = put(made, "link")
    for tag, road, end in zip(
        ("predecessor", "successor"), (turn.source, turn.target), turn.ends, strict=True
    ):
        put(link, tag, elementType="road", elementId=road.id, contactPoint=("start", "end")[end])
    view = put(made, "planView")
    where = put(view, "geometry", s=0.0, x=curve.x, y=curve.y, hdg=curve.heading, length=curve.length)
    u, v = curve.u, curve.v
    put(
        where, "paramPoly3", aU=u[0], bU=u[1], cU=u[2], dU=u[3], aV=v[0], bV=v[1], cV=v[2], dV=v[3], pRange="normalized"
    )  # fmt: skip
    lanes = put(made, "lanes")
    right = hand == "RHT"
    half = Cubic(0.0, *((x / 2 if right else -x / 2) for x in turn.width[1:]))
    _cubic(lanes, "laneOffset", "s", half)
    section = put(lanes, "laneSection", s=0.0)
    strip = turn.lanes[0].strip

    def lane(side: Xml) -> None:
        one = put(side, "lane", id=-1 if right else 1, type=_through(turn, minor), level="false")
        link = put(one, "link")
        put(link, "predecessor", id=turn.lanes[0].id)
        put(link, "successor", id=turn.lanes[1].id)
        _cubic(one, "width", "sOffset", turn.width)
        put(one, "roadMark", sOffset=0.0, type="none", color="standard")
        _access(one, strip, minor)

    if not right:
        lane(put(section, "left"))
    middle = put(put(section, "center"), "lane", id=0, type="none", level="false")
    put(middle, "roadMark", sOffset=0.0, type="none", color="standard")
    if right:
        lane(put(section, "right"))
    source, target = turn.move.source, turn.move.target
    ours(
        made,
        turn=turn.move.turn,
        source="/".join(source),
        target="/".join(target),
        use=" ".join(turn.move.vehicles),
    )


def _through(turn: Turn, minor: int) -> str:
    return kind_of(turn.lanes[0].strip, minor)


def of_crossing(root: Xml, plan: Plan, crossing: Crossing, hand: str) -> None:
    junction = plan.junctions[crossing.number]
    names = sorted({arm.ribbon.segment.name for arm in junction.hub.arms} - {""})
    made = put(root, "junction", id=crossing.id, name="／".join(names), type="default")
    for turn in crossing.turns:
        connection = put(
            made,
            "connection",
            id=turn.id,
            incomingRoad=turn.source.id,
            connectingRoad=turn.id,
            contactPoint="start",
        )
        put(connection, "laneLink", **{"from": turn.lanes[0].id, "to": -1 if hand == "RHT" else 1})
    ours(made, node=junction.hub.key, feature=feature_id(junction.hub.key, "junction"))
