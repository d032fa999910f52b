"""From an OpenStreetMap file to a street document, with the origin of every value and a list of what needs review.

Ways are split where they meet and joined where nothing changes. A draft shows where streets are and how they
connect; widths and markings are guesses until somebody has measured.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import hypot

import shapely
from pyproj import Transformer

from layers.streets.craft.document import (
    Arm,
    Box,
    Crosswalk,
    Document,
    Node,
    NodeKind,
    Origin,
    Section,
    Segment,
    StopLine,
    Strip,
)  # fmt: skip
from layers.streets.craft.osm.lanes import USUAL, Profile, is_oneway, metres, profile
from layers.streets.craft.osm.read import BadFile, OsmFile, Tags, Way

TAIWAN = (118.0, 21.5, 122.5, 26.5)
NOT_STREETS = {"parking_aisle", "driveway", "drive-through", "emergency_access"}
NEAR_SIGNAL, NEAR_CROSSING = 40.0, 30.0
"""How far from a junction a signal or a crossing on an arm still belongs to it."""
LINK = 30.0
"""Junctions closer than this share their signals."""
CLOSE = 0.02
FASTEST_WAITING = 60.0


@dataclass(frozen=True, slots=True)
class Review:
    object: str
    what: str


@dataclass(slots=True)
class Draft:
    document: Document
    review: list[Review]


@dataclass(slots=True)
class _Run:
    """A stretch of a way between two nodes where something begins or ends."""

    way: Way
    refs: list[int]
    profile: Profile
    tags: Tags
    ways: list[int]


def plane(osm: OsmFile) -> int:
    """EPSG:3826 in Taiwan; elsewhere the UTM zone in which the file lies."""
    used = [
        osm.nodes[ref] for way in osm.ways if "highway" in way.tags for ref in way.refs if ref in osm.nodes
    ]
    if not used:
        return 3826
    lon, lat = sum(p[0] for p in used) / len(used), sum(p[1] for p in used) / len(used)
    west, south, east, north = TAIWAN
    if west <= lon <= east and south <= lat <= north:
        return 3826
    return (32600 if lat >= 0 else 32700) + min(int((lon + 180) // 6) + 1, 60)


def draft(osm: OsmFile, *, traffic: str = "right", rules_on: date, name: str = "") -> Draft:
    review: list[Review] = []
    runs = _joined(_split(_streets(osm), traffic, review))
    if not runs:
        raise BadFile(f"{name or 'The file'} holds no streets for motor traffic.")
    crs = plane(osm)
    refs = sorted({ref for run in runs for ref in run.refs})
    to_plane = Transformer.from_crs(4326, crs, always_xy=True)
    xs, ys = to_plane.transform([osm.nodes[r][0] for r in refs], [osm.nodes[r][1] for r in refs])
    at = {r: (round(x, 3), round(y, 3)) for r, x, y in zip(refs, xs, ys, strict=True)}
    runs = [run for run in runs if _usable(run, at, review)]
    _refuse_crossing_itself(runs, at)
    segments = _segments(runs, at)
    nodes = _nodes(runs, at, osm)
    signals = _signals(runs, at, osm)
    arms = _arms(runs, segments, at, osm, signals, nodes)
    placed = tuple(
        node.model_copy(
            update={"control": "signal", "origin": {**node.origin, "control": "osm-tag"}}
            if int(node.id[1:]) in signals
            else {}
        )
        for node in nodes
    )
    review += _doubts(runs, segments)
    document = Document(
        crs=crs, traffic="left" if traffic == "left" else "right", rules_on=rules_on, name=name,
        nodes=placed, segments=tuple(segments), arms=tuple(arms),
    )  # fmt: skip
    return Draft(document, review)


def _streets(osm: OsmFile) -> list[Way]:
    found = []
    for way in osm.ways:
        tags = way.tags
        if (
            tags.get("highway") not in USUAL
            or tags.get("area") == "yes"
            or tags.get("service") in NOT_STREETS
        ):
            continue
        if len(way.refs) < 2:
            raise BadFile(f"way {way.id}{_called(tags)} has fewer than two nodes.")
        for ref in way.refs:
            if ref not in osm.nodes:
                raise BadFile(f"way {way.id}{_called(tags)} refers to node {ref}, which is not in the file.")
        refs = [ref for k, ref in enumerate(way.refs) if k == 0 or ref != way.refs[k - 1]]
        if tags.get("oneway") in {"-1", "reverse"}:
            refs, tags = refs[::-1], mirrored(tags)
        found.append(Way(way.id, refs, tags))
    return found


def _called(tags: Tags) -> str:
    return f" ({tags['name']})" if tags.get("name") else ""


def mirrored(tags: Tags) -> Tags:
    """Tags as seen by somebody who goes the other way along the nodes."""
    swap = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}

    def turned(key: str) -> str:
        return ":".join(swap.get(part, part) for part in key.split(":"))

    sides = {"sidewalk", "shoulder"}
    made = {turned(k): swap.get(v, v) if k in sides else v for k, v in tags.items() if k != "oneway"}
    return {**made, "oneway": "yes"}


def _split(ways: list[Way], traffic: str, review: list[Review]) -> list[_Run]:
    uses = Counter(ref for way in ways for ref in way.refs)
    runs = []
    for way in ways:
        made = profile(way.id, way.tags, traffic=traffic)
        review += [Review(f"way {way.id}", doubt) for doubt in made.doubts]
        cuts = [0, *(k for k in range(1, len(way.refs) - 1) if uses[way.refs[k]] > 1), len(way.refs) - 1]
        for start, end in pairwise(cuts):
            refs = way.refs[start : end + 1]
            halves = [refs]
            if refs[0] == refs[-1]:
                middle = len(refs) // 2
                halves = [refs[: middle + 1], refs[middle:]] if len(refs) > 3 else []
            runs += [_Run(way, half, made, way.tags, [way.id]) for half in halves]
    return runs


def _joined(runs: list[_Run]) -> list[_Run]:
    """Ways that follow each other with the same name and cross-section become one."""
    ends: dict[int, list[_Run]] = {}
    for run in runs:
        ends.setdefault(run.refs[0], []).append(run)
        ends.setdefault(run.refs[-1], []).append(run)
    gone: set[int] = set()
    for ref in sorted(ends):
        pair = ends[ref]
        if len(pair) != 2 or pair[0] is pair[1]:
            continue
        first, second = pair if pair[0].refs[-1] == ref else pair[::-1]
        if first.refs[-1] != ref or second.refs[0] != ref or not _alike(first, second):
            continue
        if second.refs[-1] == first.refs[0] or set(first.refs) & set(second.refs[1:]):
            continue
        first.refs = first.refs + second.refs[1:]
        first.ways = first.ways + [w for w in second.ways if w not in first.ways]
        gone.add(id(second))
        ends[first.refs[-1]] = [first if run is second else run for run in ends[first.refs[-1]]]
    return [run for run in runs if id(run) not in gone]


def _alike(first: _Run, second: _Run) -> bool:
    same = ("highway", "name", "layer", "maxspeed")
    return all(first.tags.get(key) == second.tags.get(key) for key in same) and [
        (s.kind, s.widths, s.dir, s.turns) for s in first.profile.strips
    ] == [(s.kind, s.widths, s.dir, s.turns) for s in second.profile.strips]


def _usable(run: _Run, at: dict[int, tuple[float, float]], review: list[Review]) -> bool:
    """Points on top of each other are dropped; a stretch of no length is left out and said."""
    refs = [run.refs[0]]
    for ref in run.refs[1:-1]:
        if _apart(at[ref], at[refs[-1]]) > CLOSE and _apart(at[ref], at[run.refs[-1]]) > CLOSE:
            refs.append(ref)
    refs.append(run.refs[-1])
    run.refs = refs
    if len(refs) == 2 and _apart(at[refs[0]], at[refs[1]]) <= CLOSE:
        review.append(Review(f"way {run.way.id}", f"has no length between node {refs[0]} and node {refs[1]}"))
        return False
    return True


def _apart(p: tuple[float, float], q: tuple[float, float]) -> float:
    return hypot(p[0] - q[0], p[1] - q[1])


def _refuse_crossing_itself(runs: list[_Run], at: dict[int, tuple[float, float]]) -> None:
    lines = [shapely.LineString([at[ref] for ref in run.refs]) for run in runs]
    for run, simple in zip(runs, shapely.is_simple(lines).tolist(), strict=True):
        if not simple:
            raise BadFile(
                f"way {run.way.id}{_called(run.tags)} crosses itself between node {run.refs[0]} and node {run.refs[-1]}."
            )


def _segments(runs: list[_Run], at: dict[int, tuple[float, float]]) -> list[Segment]:
    counts: Counter[int] = Counter()
    segments = []
    for run in runs:
        number = counts[run.way.id]
        counts[run.way.id] += 1
        origin: dict[str, Origin] = {**run.profile.origin, "line": "osm-tag"}
        speed = metres((run.tags.get("maxspeed") or "-").removesuffix("km/h"))
        segments.append(
            Segment(
                id=f"w{run.way.id}.{number}",
                a=f"n{run.refs[0]}",
                b=f"n{run.refs[-1]}",
                via=tuple(at[ref] for ref in run.refs[1:-1]),
                road_class=run.tags["highway"],
                name=run.tags.get("name", ""),
                speed=speed if speed and 5 <= speed <= 130 else None,
                layer=_level(run.tags),
                sections=(Section(strips=tuple(run.profile.strips)),),
                origin=origin,
                xref={"osm_way": [str(way) for way in run.ways]},
            )
        )
    return segments


def _level(tags: Tags) -> int:
    try:
        return int(tags.get("layer", ""))
    except ValueError:
        return 1 if tags.get("bridge", "no") != "no" else -1 if tags.get("tunnel", "no") == "yes" else 0


def _nodes(runs: list[_Run], at: dict[int, tuple[float, float]], osm: OsmFile) -> list[Node]:
    degree: Counter[int] = Counter()
    for run in runs:
        degree.update((run.refs[0], run.refs[-1]))
    kinds: dict[int, NodeKind] = {1: "dead_end", 2: "width_change"}
    return [
        Node(
            id=f"n{ref}",
            at=at[ref],
            kind=kinds.get(degree[ref], "junction"),
            name=osm.node_tags.get(ref, {}).get("name", ""),
            origin={"at": "osm-tag"},
            xref={"osm_node": [str(ref)]},
        )
        for ref in sorted(degree)
    ]


def _signals(runs: list[_Run], at: dict[int, tuple[float, float]], osm: OsmFile) -> set[int]:
    """Junctions with signals: tagged themselves, or on an arm shortly before them."""
    degree: Counter[int] = Counter()
    for run in runs:
        degree.update((run.refs[0], run.refs[-1]))
    lit = {ref for ref in degree if osm.node_tags.get(ref, {}).get("highway") == "traffic_signals"}
    for run in runs:
        for refs in (run.refs, run.refs[::-1]):
            along = 0.0
            for before, ref in pairwise(refs[:-1]):
                along += _apart(at[before], at[ref])
                if along > NEAR_SIGNAL:
                    break
                if osm.node_tags.get(ref, {}).get("highway") == "traffic_signals":
                    lit.add(refs[0])
    links = [
        (run.refs[0], run.refs[-1])
        for run in runs
        if sum(_apart(at[p], at[q]) for p, q in pairwise(run.refs)) < LINK
    ]
    for _ in range(3):
        lit |= {q for p, q in (*links, *((b, a) for a, b in links)) if p in lit and degree[q] > 2}
    return {ref for ref in lit if degree[ref] > 2}


def _arms(
    runs: list[_Run],
    segments: list[Segment],
    at: dict[int, tuple[float, float]],
    osm: OsmFile,
    signals: set[int],
    nodes: list[Node],
) -> list[Arm]:
    junctions = {int(node.id[1:]) for node in nodes if node.kind == "junction"}
    found = []
    for run, segment in zip(runs, segments, strict=True):
        for end, refs in (("a", run.refs), ("b", run.refs[::-1])):
            if refs[0] in junctions:
                arm = _arm(segment, end, refs, at, osm, refs[0] in signals)
                if arm is not None:
                    found.append(arm)
    return found


def _arm(
    segment: Segment, end: str, refs: list[int], at: dict[int, tuple[float, float]], osm: OsmFile, lit: bool
) -> Arm | None:
    crossing, stop = _tagged_before(refs, at, osm)
    arrives = [s for s in segment.sections[0].strips if s.dir == (-1 if end == "a" else 1)]
    if not (lit or crossing or stop):
        return None
    origin: dict[str, Origin] = {}
    walk = lit or crossing
    if walk:
        origin["crosswalk"] = "osm-tag" if crossing else "osm-default"
    must_stop = bool(arrives) and (lit or stop == "stop")
    if must_stop:
        origin["stop"] = "osm-tag" if stop == "stop" else "osm-default"
    slow = (segment.speed or 50) <= FASTEST_WAITING and segment.road_class not in {"motorway", "trunk"}
    waits = must_stop and lit and slow and _wide(arrives) >= 3.0
    boxed = waits and _wide(arrives) >= 6.0
    if waits:
        origin["waiting"] = "osm-default"
    if boxed:
        origin["box"] = "osm-default"
    return Arm(
        segment=segment.id,
        end="a" if end == "a" else "b",
        crosswalk=Crosswalk() if walk else None,
        stop=StopLine() if must_stop else None,
        waiting=4.0 if waits else None,
        box=Box() if boxed else None,
        give_way=stop == "give_way",
        origin=origin,
    )


def _wide(strips: list[Strip]) -> float:
    return sum(max(strip.widths) for strip in strips)


def _tagged_before(
    refs: list[int], at: dict[int, tuple[float, float]], osm: OsmFile
) -> tuple[bool, str | None]:
    """A marked crossing on this arm, and a stop or give-way sign, shortly before the junction."""
    crossing, stop, along = False, None, 0.0
    for before, ref in pairwise(refs[:-1]):
        along += _apart(at[before], at[ref])
        if along > NEAR_CROSSING:
            break
        tags = osm.node_tags.get(ref, {})
        if (
            tags.get("highway") == "crossing"
            and tags.get("crossing") != "unmarked"
            and tags.get("crossing:markings") != "no"
        ):
            crossing = True
        if tags.get("highway") in {"stop", "give_way"}:
            stop = tags["highway"]
    return crossing, stop


def _doubts(runs: list[_Run], segments: list[Segment]) -> list[Review]:
    """What somebody should look at: guessed widths of wide streets, carriageways that may be one street."""
    found = []
    named: dict[str, list[Segment]] = {}
    for run, segment in zip(runs, segments, strict=True):
        guessed = sorted(key for key, origin in segment.origin.items() if origin == "osm-default")
        if guessed:
            found.append(Review(f"segment {segment.id}", f"guessed: {', '.join(guessed)}"))
        if is_oneway(run.tags) and segment.name:
            named.setdefault(segment.name, []).append(segment)
    for name, rows in sorted(named.items()):
        if len(rows) > 1:
            ids = ", ".join(row.id for row in rows[:6])
            found.append(Review(f"street {name}", f"may be one street with a median: {ids}"))
    return found
