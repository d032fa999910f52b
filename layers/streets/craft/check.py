"""The rules that a street map must keep: errors block an edit, warnings show on the map.

Rules are named as in the study (V1–V20). V16 and V17 are about the ledger and crashes and are asked there each night (`memory`); V20, that two
rebuilds give the same bytes, is `same_twice`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

import numpy as np
import shapely

from layers.streets.craft.derive import Plan, derive
from layers.streets.craft.derive.ribbon import kerbs_of
from layers.streets.craft.document import TRAVEL, Document, Node, Segment, Strip
from layers.streets.craft.marks.rules import rules_on

PARTS = ("median", "buffer", "barrier", "shoulder", "verge")
LEAST_WIDTH = {"drive": 2.8, "slow": 2.0, "moto": 1.5, "bus": 3.0, "bike": 1.2, "mixed": 2.5, "sidewalk": 0.9}
MOTORWAY_LANE = 3.25
OVERLAP, CONSERVED, GAP = 0.05, 1e-6, 0.01
JUMP, NEAR_END, LEAST_TURN = 0.5, 3.0, 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    error: bool
    object: str
    zh: str
    en: str
    at: tuple[float, float] | None = field(default=None, compare=False)

    @property
    def severity(self) -> str:
        return "error" if self.error else "warning"


def check(
    document: Document, only: Collection[str] | None = None, *, shapes: bool = True, plan: Plan | None = None
) -> list[Finding]:
    """All that is wrong or doubtful; with `only`, about these objects and the junctions that they touch. Without
    `shapes`, only what the parameters alone tell; a plan that was derived already is taken."""
    held = None if only is None else _neighbours(document, only)
    found = list(_parameters(document, held))
    if shapes:
        plan = plan or derive(document, enclose=False)
        found += _geometry(plan, held)
        found += _movements(plan, held)
    if held is not None:
        found = [f for f in found if f.object in held]
    return sorted(set(found), key=lambda f: (not f.error, f.rule, f.object, f.en))


def about(document: Document, found: Iterable[Finding], only: Collection[str]) -> list[Finding]:
    """Those of the findings that are about these objects and the junctions that they touch."""
    held = _neighbours(document, only)
    return [one for one in found if one.object in held]


def _neighbours(document: Document, only: Collection[str]) -> set[str]:
    held = set(only)
    for arm in document.arms:
        if f"arm/{arm.segment}/{arm.end}" in held:
            held.add(f"segment/{arm.segment}")
    for segment in document.segments:
        if f"segment/{segment.id}" in held:
            held |= {f"node/{segment.a}", f"node/{segment.b}"}
    for segment in document.segments:
        if {f"node/{segment.a}", f"node/{segment.b}"} & set(only):
            held.add(f"segment/{segment.id}")
    return held


# parameters


def _parameters(document: Document, held: set[str] | None) -> Iterator[Finding]:
    at = {node.id: node for node in document.nodes}
    segments = {s.id: s for s in document.segments}
    lines = {s.id: shapely.LineString([at[s.a].at, *s.via, at[s.b].at]) for s in document.segments}
    for segment in document.segments:
        if held is None or f"segment/{segment.id}" in held:
            yield from _segment(segment, lines[segment.id])
    yield from _crossing(document, lines)
    yield from _near(document, lines)
    yield from _arms(document, at, segments)
    yield from _posts(document, segments, lines)
    for marking in document.markings:
        node = at.get(marking.node)
        if marking.kind == "grid" and node and node.control == "signal":
            yield Finding(
                "V13",
                False,
                f"node/{node.id}",
                "號誌路口不繪網狀線",
                "a yellow grid at a junction with signals",
                node.at,
            )


def _segment(segment: Segment, line: shapely.LineString) -> Iterator[Finding]:
    name = f"segment/{segment.id}"
    middle = line.interpolate(0.5, normalized=True)
    here = (middle.x, middle.y)
    wide = _carriageway(segment.sections[0].strips)
    if not line.is_simple:
        yield Finding("V1", True, name, "中心線自我交叉", "its line crosses itself", here)
    if segment.a == segment.b and line.length <= 3 * wide:
        yield Finding("V1", True, name, "環狀路段過短", "a loop shorter than three times its width", here)
    starts = [s.s if s.end == "a" else line.length - s.s for s in segment.sections]
    if any(after <= before for before, after in pairwise(starts)) or starts[-1] >= line.length:
        yield Finding(
            "V2", True, name, "橫斷面起點未依序遞增", "its sections do not begin one behind the other", here
        )
    for number, section in enumerate(segment.sections, 1):
        if not _ordered(section.strips):
            yield Finding(
                "V2",
                True,
                name,
                f"第 {number} 斷面之對向車道交錯而無分隔",
                f"section {number}: lanes of opposite directions mixed",
                here,
            )
        for strip in section.strips:
            least = LEAST_WIDTH.get(strip.kind, 0.0)
            if segment.road_class in {"motorway", "trunk"} and strip.kind == "drive":
                least = MOTORWAY_LANE
            if min(strip.widths) < least and min(strip.widths) == max(strip.widths):
                yield Finding(
                    "V14", False, name, f"車道 {strip.id} 寬 {min(strip.widths):g} m，小於 {least:g} m",
                    f"strip {strip.id} is {min(strip.widths):g} m wide, less than {least:g} m", here,
                )  # fmt: skip
    for before, after in pairwise(segment.sections):
        change = abs(_carriageway(after.strips) - _carriageway(before.strips))
        need = taper_length(segment.speed or 50.0, change)
        if change > JUMP and not after.taper:
            yield Finding("V14", False, name, "路寬突變而無漸變段", "its width jumps without a taper", here)
        elif after.taper and after.taper < need - 0.01:
            yield Finding(
                "V14", False, name, f"漸變段 {after.taper:g} m 短於 {need:.0f} m",
                f"a taper of {after.taper:g} m; the rule asks for {need:.0f} m", here,
            )  # fmt: skip
    yield from _folds(segment, line, name)


def taper_length(speed: float, change: float) -> float:
    """Articles 155 and 156."""
    return speed * speed * change / 155 if speed <= 60 else 0.625 * speed * change


def _carriageway(strips: tuple[Strip, ...]) -> float:
    left, right = kerbs_of(strips)
    return sum(max(s.widths) for s in strips[left:right])


def _ordered(strips: tuple[Strip, ...]) -> bool:
    """Whether lanes of one direction lie together, or apart behind something that parts them."""
    runs: list[list[int]] = [[]]
    for strip in strips:
        if strip.kind in PARTS:
            runs.append([])
        elif strip.kind in TRAVEL and strip.dir:
            runs[-1].append(strip.dir)
    return all(sum(p != q for p, q in pairwise(run)) <= 1 for run in runs)


def _folds(segment: Segment, line: shapely.LineString, name: str) -> Iterator[Finding]:
    half = _carriageway(segment.sections[0].strips) / 2
    points = list(line.coords)
    for p, q, r in zip(points, points[1:], points[2:], strict=False):
        before, after = hypot(q[0] - p[0], q[1] - p[1]), hypot(r[0] - q[0], r[1] - q[1])
        cross = (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0])
        dot = (q[0] - p[0]) * (r[0] - q[0]) + (q[1] - p[1]) * (r[1] - q[1])
        bend = abs(np.arctan2(cross, dot))
        if bend > 0.35 and min(before, after) < half * np.tan(bend / 2):
            yield Finding(
                "V15",
                False,
                name,
                "彎道半徑小於半路寬",
                "a bend tighter than half its width: an edge folds",
                (q[0], q[1]),
            )
            return


def _crossing(document: Document, lines: dict[str, shapely.LineString]) -> Iterator[Finding]:
    rows = list(document.segments)
    if len(rows) < 2:
        return
    shapes = [lines[s.id] for s in rows]
    tree = shapely.STRtree(shapes)
    for i, j in zip(*tree.query(shapes, predicate="crosses"), strict=True):
        one, other = rows[i], rows[j]
        if i < j and one.layer == other.layer:
            place = shapely.intersection(shapes[i], shapes[j]).representative_point()
            ends = [lines[s.id].boundary for s in (one, other)]
            if {one.a, one.b} & {other.a, other.b} and all(place.distance(e) < 0.05 for e in ends):
                continue
            for first, second in ((one, other), (other, one)):
                yield Finding(
                    "V7", True, f"segment/{first.id}", f"與 {second.id} 同層交叉而無節點",
                    f"crosses {second.id} on the same layer without a node", (place.x, place.y),
                )  # fmt: skip


def _near(document: Document, lines: dict[str, shapely.LineString]) -> Iterator[Finding]:
    degree = Counter(end for s in document.segments for end in (s.a, s.b))
    loose = [n for n in document.nodes if degree[n.id] == 1 and n.kind not in ("map_edge",)]
    rows = list(document.segments)
    if not loose or not rows:
        return
    tree = shapely.STRtree([lines[s.id] for s in rows])
    ends = [shapely.Point(n.at) for n in loose]
    for i, j in zip(*tree.query(ends, predicate="dwithin", distance=NEAR_END), strict=True):
        node, segment = loose[i], rows[j]
        if node.id not in (segment.a, segment.b) and node.layer == segment.layer:
            yield Finding(
                "V8", False, f"node/{node.id}", f"端點距 {segment.id} 不到 {NEAR_END:g} m",
                f"a loose end within {NEAR_END:g} m of {segment.id}", node.at,
            )  # fmt: skip


def _arms(document: Document, at: dict[str, Node], segments: dict[str, Segment]) -> Iterator[Finding]:
    for arm in document.arms:
        segment = segments[arm.segment]
        name, node = f"arm/{arm.segment}/{arm.end}", at[segment.a if arm.end == "a" else segment.b]
        section = segment.sections[0 if arm.end == "a" else -1]
        arriving = [s for s in section.strips if s.dir == (-1 if arm.end == "a" else 1)]
        both = [s for s in section.strips if s.kind in TRAVEL and s.dir == 0]
        if arm.stop and not arriving and not both:
            yield Finding(
                "V9", True, name, "無進入車道卻有停止線", "a stop line where nobody arrives", node.at
            )
        if arm.stop and arm.crosswalk and not 1 <= arm.stop.gap <= 3:
            yield Finding(
                "V9", False, name, f"停止線距行人穿越道 {arm.stop.gap:g} m，應為 1–3 m",
                f"the stop line is {arm.stop.gap:g} m from the crosswalk; the rule says 1 to 3 m", node.at,
            )  # fmt: skip
        if arm.crosswalk:
            outer = (section.strips[0].kind, section.strips[-1].kind)
            if not all(kind in {"sidewalk", "arcade", "marked_walk"} for kind in outer):
                yield Finding(
                    "V10",
                    False,
                    name,
                    "行人穿越道兩端未接人行道",
                    "a crosswalk without a sidewalk on both sides",
                    node.at,
                )
        if arm.box:
            if node.control != "signal":
                yield Finding(
                    "V11",
                    True,
                    name,
                    "無號誌路口不得設待轉區",
                    "a two-stage box where there is no signal",
                    node.at,
                )
            if arm.crosswalk and arm.box.depth > arm.crosswalk.setback + 0.01:
                yield Finding(
                    "V11", True, name, "待轉區深度超過行人穿越道與橫向車道間的空間",
                    "its box is deeper than the room between crosswalk and crossing carriageway", node.at,
                )  # fmt: skip
        if arm.waiting is not None:
            if arm.stop is None or node.control != "signal":
                yield Finding(
                    "V12",
                    True,
                    name,
                    "停等區須在號誌路口停止線後",
                    "a waiting zone needs a stop line and a signal",
                    node.at,
                )
            if (segment.speed or 0) > 60:
                yield Finding(
                    "V12",
                    True,
                    name,
                    "速限逾 60 公里不得設停等區",
                    "a waiting zone where the limit is above 60 km/h",
                    node.at,
                )
    for node in document.nodes:
        radii = [node.radius, *(corner.radius for corner in node.corners)]
        if any(r is not None and r < LEAST_TURN for r in radii):
            yield Finding(
                "V15", False, f"node/{node.id}", "轉彎半徑小於 3 m", "a turning radius below 3 m", node.at
            )


def _posts(
    document: Document, segments: dict[str, Segment], lines: dict[str, shapely.LineString]
) -> Iterator[Finding]:
    for sign in document.signs:
        length = lines[sign.anchor.segment].length
        if sign.anchor.s > length:
            yield Finding(
                "V18",
                True,
                f"sign/{sign.id}",
                "標誌位置超出路段",
                f"it stands {sign.anchor.s:g} m along a segment of {length:.1f} m",
            )
    for head in document.heads:
        if not head.faces:
            continue
        segment, end = segments[head.faces[0]], head.faces[1]
        if (segment.a if end == "a" else segment.b) != head.node:
            yield Finding(
                "V18",
                True,
                f"head/{head.id}",
                "號誌面向之路段不在本路口",
                "it faces an arm of another junction",
                head.at,
            )
            continue
        section = segment.sections[0 if end == "a" else -1]
        arrives = -1 if end == "a" else 1
        if head.kind == "vehicle" and not any(
            s.kind in TRAVEL and s.dir in (arrives, 0) for s in section.strips
        ):
            yield Finding(
                "V18",
                True,
                f"head/{head.id}",
                "號誌面向無進入車道之路段",
                "it faces an arm on which nobody arrives",
                head.at,
            )


# shapes


def _geometry(plan: Plan, held: set[str] | None) -> Iterator[Finding]:
    names = [f"segment/{r.segment.id}" for r in plan.web.ribbons]
    rows: list[tuple[str, int, shapely.Geometry]] = [
        (names[surface.ribbon], plan.web.ribbons[surface.ribbon].segment.layer, surface.shape)
        for surface in plan.strips
    ]
    for junction in plan.junctions:
        owner = f"node/{junction.hub.key}"
        rows += [(owner, junction.layer, shape) for shape in (junction.kerb, *junction.walks)]
        if junction.kerb.geom_type != "Polygon":
            yield Finding(
                "V3", False, owner, "路口面分成數塊", "its area is in several parts", _centre(junction.kerb)
            )
    shapes = np.array([shape for _, _, shape in rows], dtype=object)
    bad = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
    for k in np.flatnonzero(bad):
        yield Finding("V3", True, rows[k][0], "圖形無效或為空", "a shape that is empty or not valid")
    drawn = {rows[k][0] for k in range(len(rows))} | {names[k] for hub in plan.web.hubs for k in hub.inside}
    for name in names:
        if name not in drawn and (held is None or name in held):
            yield Finding(
                "V3", False, name, "路口間沒有剩餘路面", "nothing of it is left between its junctions"
            )
    mine = [k for k, row in enumerate(rows) if held is None or row[0] in held]
    if not mine:
        return
    tree = shapely.STRtree(shapes)
    pairs = tree.query(shapes[mine], predicate="intersects")
    first, second = np.asarray(mine)[pairs[0]], pairs[1]
    keep = first != second
    first, second = first[keep], second[keep]
    if not len(first):
        return
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    for i, j, area in zip(first.tolist(), second.tolist(), shared.tolist(), strict=True):
        (one, level, shape), (other, same, _) = rows[i], rows[j]
        if level == same and area > (1e-6 if one == other else OVERLAP):
            yield Finding(
                "V4", one != other or area > OVERLAP, one, f"與 {other} 重疊 {area:.2f} m²",
                f"overlaps {other} by {area:.2f} m²", _centre(shape),
            )  # fmt: skip


def _centre(shape: shapely.Geometry) -> tuple[float, float]:
    point = shape.representative_point()
    return (point.x, point.y)


def conserved(plan: Plan) -> list[Finding]:
    """V5 and V19, over a whole map: the parts add up to the whole, and blocks have no gaps at their edges."""
    ground = [s.shape for s in plan.strips] + [g for j in plan.junctions for g in (j.kerb, *j.walks)]
    levels = {r.segment.layer for r in plan.web.ribbons}
    found = []
    if ground and len(levels) == 1:
        whole = shapely.union_all(np.array(ground, dtype=object)).area
        lost = abs(sum(g.area for g in ground) / whole - 1)
        if lost > CONSERVED:
            found.append(
                Finding(
                    "V5",
                    True,
                    "map",
                    f"面積不守恆 {lost:.1e}",
                    f"area counted twice or lost: {lost:.1e} of all",
                )
            )
        for block in plan.blocks:
            seam = block.shape.area < GAP * block.shape.length
            if seam:
                found.append(
                    Finding(
                        "V19",
                        True,
                        "map",
                        "街廓邊界有縫隙",
                        "a gap at the edge of a block",
                        _centre(block.shape),
                    )
                )
    return found


def _movements(plan: Plan, held: set[str] | None) -> Iterator[Finding]:
    for junction in plan.junctions:
        hub = junction.hub
        if len(hub.arms) < 2 or (held is not None and not _touches(plan, junction.hub.nodes, held)):
            continue
        left = {(m.source.segment, m.source.end, m.source.strip) for m in junction.moves}
        reached = {(m.target.segment, m.target.end) for m in junction.moves}
        for arm in hub.arms:
            segment, end = arm.key
            strips = arm.ribbon.pieces[0 if arm.end == 0 else -1].strips
            inbound, outbound = (-1, 1) if end == "a" else (1, -1)
            at = arm.origin
            exits = any(
                s.kind in TRAVEL and s.dir in (0, 1 if o.end == 0 else -1)
                for o in hub.arms
                if o is not arm
                for s in o.ribbon.pieces[0 if o.end == 0 else -1].strips
            )
            for strip in strips:
                if (
                    strip.kind in TRAVEL
                    and strip.dir == inbound
                    and exits
                    and (segment, end, strip.id) not in left
                ):
                    yield Finding(
                        "V6", True, f"segment/{segment}", f"車道 {strip.id} 進入路口後無處可去",
                        f"strip {strip.id} leads into a junction and nowhere out of it", at,
                    )  # fmt: skip
            entries = any(
                s.kind in TRAVEL and s.dir in (0, -1 if o.end == 0 else 1)
                for o in hub.arms
                if o is not arm
                for s in o.ribbon.pieces[0 if o.end == 0 else -1].strips
            )
            leaves = any(s.kind in TRAVEL and s.dir == outbound for s in strips)
            if leaves and entries and (segment, end) not in reached:
                yield Finding(
                    "V6",
                    True,
                    f"segment/{segment}",
                    "沒有車道通往此路段",
                    "no lane of the junction leads into it",
                    at,
                )


def _touches(plan: Plan, nodes: list[int], held: set[str]) -> bool:
    return any(f"node/{plan.web.nodes[k].id}" in held for k in nodes)


def same_twice(document: Document) -> list[Finding]:
    """V20."""
    one, other = fingerprint(derive(document)), fingerprint(derive(document))
    return [] if one == other else [Finding("V20", True, "map", "兩次推導不一致", "two rebuilds differ")]


def fingerprint(plan: Plan) -> str:
    """Of all shapes, at a millimetre."""
    shapes = [s.shape for s in plan.strips] + [g for j in plan.junctions for g in (j.kerb, j.zone, *j.walks)]
    shapes += [b.shape for b in plan.blocks]
    whole = hashlib.sha256()
    for raw in shapely.to_wkb(np.array(shapes, dtype=object)):
        whole.update(raw)
    return whole.hexdigest()


def stripe_gaps(document: Document) -> tuple[float, float]:
    """The least and the most gap of crosswalk stripes under the rules of the document's day (V10)."""
    rule = rules_on(document.rules_on)["crosswalk"]
    return float(rule.least), float(rule.most)
