"""From centre lines with a class, a width and a number of lanes to a street document: a seed without OpenStreetMap.

Lines must meet at their ends. Each value says where it comes from: stated by the file, or assumed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import hypot

import numpy as np
from shapely import LineString

from layers.streets.craft.document import (
    Arm,
    Box,
    Crosswalk,
    Document,
    Head,
    Node,
    Origin,
    Section,
    Segment,
    StopLine,
    Strip,
)
from layers.streets.craft.osm.draft import Draft, Review
from layers.streets.craft.osm.read import BadFile

SNAP = 0.5
"""Ends nearer to each other than this are one node, in metres."""
BEYOND, BESIDE = 9.0, 7.0
USUAL = {1: (24.0, 4), 2: (15.0, 4), 3: (9.0, 2), 4: (5.5, 1)}
"""Carriageway and lanes of a street of a rank about which nothing is said."""


@dataclass(frozen=True, slots=True)
class Line:
    """A street as a file has it; coordinates in the plane."""

    key: str
    points: tuple[tuple[float, float], ...]
    road_class: str = "residential"
    rank: int = 4
    name: str = ""
    width: float | None = None
    lanes: int | None = None
    oneway: bool = False
    speed: float | None = None
    layer: int = 0


def draft(
    lines: Iterable[Line],
    *,
    crs: int,
    rules_on: date,
    signals: Iterable[tuple[float, float]] = (),
    traffic: str = "right",
    origin: Origin = "plan",
    heads_assumed: bool = False,
) -> Draft:
    """`signals` are points; the nodes nearest to them, within 5 m, have signals."""
    rows = sorted(lines, key=lambda line: line.key)
    review: list[Review] = []
    named: dict[tuple[int, int], str] = {}
    nodes: dict[str, tuple[float, float]] = {}
    kept: list[tuple[Line, str, str, tuple[tuple[float, float], ...]]] = []
    for line in rows:
        points = _clean(line.points)
        if len(points) < 2 or not LineString(points).is_simple:
            if len(points) >= 2:
                raise BadFile(f"line {line.key} crosses itself.")
            review.append(Review(f"line {line.key}", "left out: shorter than a centimetre"))
            continue
        a, b = (_node(point, named, nodes) for point in (points[0], points[-1]))
        if a == b and len(points) < 4:
            review.append(Review(f"line {line.key}", "left out: it ends where it begins"))
            continue
        kept.append((line, a, b, tuple(points[1:-1])))
    if not kept:
        raise BadFile("The file holds no lines that could be streets.")
    degree: Counter[str] = Counter(end for _, a, b, _ in kept for end in (a, b))
    lit = _lit(signals, nodes, degree)
    segments, arms = [], []
    for line, a, b, via in kept:
        section, said = cross_section(line)
        width, lanes = line.width, line.lanes
        origins: dict[str, Origin] = {
            "line": origin,
            "width": origin if width else "osm-default",
            "lanes": origin if lanes else "osm-default",
        }
        via = tuple(p for p in via if _far(p, nodes[a]) and _far(p, nodes[b]))
        segments.append(
            Segment(
                id=line.key, a=a, b=b, via=via, road_class=line.road_class, name=line.name, speed=line.speed,
                layer=line.layer, sections=(section,), origin=origins, xref={"line": [line.key]},
            )
        )  # fmt: skip
        for end, node in (("a", a), ("b", b)):
            if node in lit and (arm := _arm(line.key, end, section, line)) is not None:
                arms.append(arm)
        review += [Review(f"segment {line.key}", text) for text in said]
    made = tuple(
        Node(
            id=id_,
            at=at,
            kind="dead_end" if degree[id_] == 1 else "width_change" if degree[id_] == 2 else "junction",
            control="signal" if id_ in lit else "none",
            origin={"at": origin},
        )
        for id_, at in sorted(nodes.items())
        if degree[id_]
    )
    heads = tuple(_heads(segments, arms, nodes)) if heads_assumed else ()
    document = Document(
        heads=heads, crs=crs, traffic="left" if traffic == "left" else "right", rules_on=rules_on, nodes=made,
        segments=tuple(segments), arms=tuple(arms),
    )  # fmt: skip
    return Draft(document, review)


def _clean(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for x, y in points:
        point = (round(float(x), 3), round(float(y), 3))
        if not found or _far(point, found[-1]):
            found.append(point)
    return found


def _far(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) >= 0.02


def _node(
    point: tuple[float, float], named: dict[tuple[int, int], str], nodes: dict[str, tuple[float, float]]
) -> str:
    """The node at a point, or a new one; named by its place, so that the same file gives the same names."""
    column, row = int(point[0] // SNAP), int(point[1] // SNAP)
    near = [
        (hypot(point[0] - nodes[id_][0], point[1] - nodes[id_][1]), id_)
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (id_ := named.get((column + i, row + j)))
    ]
    if near and min(near)[0] < SNAP:
        return min(near)[1]
    id_ = f"n{round(point[0] * 100)}.{round(point[1] * 100)}"
    named[column, row] = id_
    nodes[id_] = point
    return id_


def _lit(
    signals: Iterable[tuple[float, float]], nodes: dict[str, tuple[float, float]], degree: Counter[str]
) -> set[str]:
    ids = [id_ for id_ in nodes if degree[id_] > 2]
    wanted = list(signals)
    if not ids or not wanted:
        return set()
    from scipy.spatial import KDTree

    apart, nearest = KDTree(np.array([nodes[id_] for id_ in ids])).query(np.array(wanted))
    return {ids[k] for far, k in zip(apart.tolist(), nearest.tolist(), strict=True) if far <= 5.0}


def cross_section(line: Line) -> tuple[Section, list[str]]:
    """A symmetrical cross-section of the width and lanes that are stated, or usual for the rank."""
    width, lanes = USUAL.get(line.rank, USUAL[4])
    said = []
    if line.width is not None:
        if not 2.0 <= line.width <= 120.0:
            raise BadFile(f"line {line.key} has a width of {line.width:g} m, which no street has.")
        width = line.width
    else:
        said.append("guessed: width")
    if line.lanes is not None:
        if not 1 <= line.lanes <= 16:
            raise BadFile(f"line {line.key} has {line.lanes} lanes, which no street has.")
        lanes = line.lanes
    else:
        said.append("guessed: lanes")
    walks = {1: 3.0, 2: 2.5}.get(line.rank, 0.0)
    rows: list[tuple[str, float, int]] = []
    if line.oneway or lanes == 1:
        each, slow, median = width / max(lanes, 1), 0.0, 0.0
        rows = [("drive" if line.oneway else "mixed", each, 1 if line.oneway else 0)] * max(lanes, 1)
    else:
        half = lanes // 2
        median = 1.6 if line.rank == 1 and width >= 20 else 0.0
        slow = 2.2 if (width - median) / 2 - half * 3.0 >= 2.0 else 0.0
        each = ((width - median) / 2 - slow) / half
        rows = [("slow", slow, -1)] if slow else []
        rows += [("drive", each, -1)] * half
        rows += [("median", median, 0)] if median else []
        rows += [("drive", each, 1)] * half
        rows += [("slow", slow, 1)] if slow else []
    if walks:
        rows = [("sidewalk", walks, 0), *rows, ("sidewalk", walks, 0)]
    strips = tuple(
        Strip(id=str(n), kind=kind, width=round(wide, 2), dir=way)  # type: ignore[arg-type]
        for n, (kind, wide, way) in enumerate(rows, 1)
    )
    return Section(strips=strips), said


def _heads(segments: list[Segment], arms: list[Arm], nodes: dict[str, tuple[float, float]]) -> Iterator[Head]:
    """For each stop line a signal head beyond the junction, to the right of those who look at it."""
    by_id = {segment.id: segment for segment in segments}
    for arm in arms:
        if arm.stop is None:
            continue
        segment = by_id[arm.segment]
        line = [nodes[segment.a], *segment.via, nodes[segment.b]]
        (x, y), (px, py) = (line[0], line[1]) if arm.end == "a" else (line[-1], line[-2])
        far = hypot(x - px, y - py)
        ux, uy = (x - px) / far, (y - py) / far
        at = (round(x + ux * BEYOND + uy * BESIDE, 3), round(y + uy * BEYOND - ux * BESIDE, 3))
        node = segment.a if arm.end == "a" else segment.b
        yield Head(
            id=f"{arm.segment}.{arm.end}",
            node=node,
            at=at,
            faces=(arm.segment, arm.end),
            origin={"at": "osm-default"},
        )


def _arm(segment: str, end: str, section: Section, line: Line) -> Arm | None:
    arriving = [s for s in section.strips if s.dir == (-1 if end == "a" else 1)]
    wide = sum(max(s.widths) for s in arriving)
    stops = bool(arriving)
    waits = stops and wide >= 3.0 and (line.speed or 50) <= 60
    origins: dict[str, Origin] = {"crosswalk": "osm-default", "stop": "osm-default"}
    return Arm(
        segment=segment,
        end="a" if end == "a" else "b",
        crosswalk=Crosswalk() if line.rank <= 3 else None,
        stop=StopLine() if stops else None,
        waiting=4.0 if waits else None,
        box=Box() if waits and wide >= 6.0 else None,
        origin=origins,
    )


def names_at(document: Document) -> dict[str, list[str]]:
    """The streets that meet at each node."""
    found: dict[str, list[str]] = defaultdict(list)
    for segment in document.segments:
        for end in (segment.a, segment.b):
            if segment.name and segment.name not in found[end]:
                found[end].append(segment.name)
    return found
