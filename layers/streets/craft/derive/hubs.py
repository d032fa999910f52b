"""Which nodes make one junction. Links too short for the corners at both their ends are taken into the junction.

Merging goes on until nothing changes; it depends on parameters alone, so a rebuild ends where the last one did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import atan2, hypot, pi

from layers.streets.craft.derive.arms import Arm, Edge
from layers.streets.craft.derive.arms import arm as arm_of
from layers.streets.craft.derive.corners import Corner, corner
from layers.streets.craft.derive.ribbon import Dot, Ribbon
from layers.streets.craft.document import Document, Node

SHORTEST_LANE = 1.0
LONGEST_LINK = 60.0
"""A longer link is a street of its own, however wide its junctions are."""
WIDEST_HUB = 90.0
LEAST_TRIM = 0.5
STREET_RADIUS = 1.0
FARTHEST_STEP = 25.0
"""Further apart than this, carriageways side by side keep ends of their own."""
RADII = {"motorway": 12.0, "trunk": 8.0, "primary": 8.0, "secondary": 6.0, "tertiary": 5.0, "service": 2.0}
USUAL_RADIUS = 3.0


@dataclass(slots=True)
class Hub:
    """A junction in the making: its nodes, the arms around it anticlockwise, the links inside it."""

    nodes: list[int]
    arms: list[Arm] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    corners: list[Corner] = field(default_factory=list)
    street_corners: list[Corner] = field(default_factory=list)
    key: str = ""


@dataclass(slots=True)
class Web:
    document: Document
    ribbons: list[Ribbon]
    nodes: list[Node]
    arms: list[tuple[Arm, Arm]]
    hubs: list[Hub]
    radius: float | None = None


def weave(document: Document, ribbons: list[Ribbon], radius: float | None) -> Web:
    """All junctions with their arms, corners and trims."""
    index = {node.id: k for k, node in enumerate(document.nodes)}
    ends = [(index[r.segment.a], index[r.segment.b]) for r in ribbons]
    both = [
        (arm_of(k, 0, a, r), arm_of(k, 1, b, r))
        for k, (r, (a, b)) in enumerate(zip(ribbons, ends, strict=True))
    ]
    web = Web(document, ribbons, list(document.nodes), both, [], radius)
    root = list(range(len(web.nodes)))
    at: list[list[Arm]] = [[] for _ in web.nodes]
    for first, second in both:
        at[first.node].append(first)
        at[second.node].append(second)
    groups = {k: Hub([k], list(arms)) for k, arms in enumerate(at)}

    def join(a: int, b: int) -> int:
        a, b = sorted((find(root, a), find(root, b)))
        if a == b:
            return a
        other = groups.pop(b)
        root[b] = a
        groups[a].nodes = sorted(groups[a].nodes + other.nodes)
        groups[a].arms = groups[a].arms + other.arms
        groups[a].inside = sorted(groups[a].inside + other.inside)
        return a

    for k, node in enumerate(web.nodes):
        for member in node.members:
            join(k, index[member])
    dirty = list(groups)
    while dirty:
        for k in dirty:
            take_in(web, groups[k])
            shape(web, groups[k])
        changed: set[int] = set()
        for first, second in both:
            a, b = find(root, first.node), find(root, second.node)
            if a != b and too_short(web, first, second) and within(web, groups[a], groups[b]):
                kept = join(a, b)
                changed = {find(root, k) for k in changed} | {kept}
        dirty = sorted(k for k in changed if k in groups)
    web.hubs = [groups[k] for k in sorted(groups)]
    for hub in web.hubs:
        hub.key = web.nodes[hub.nodes[0]].id
    fit(web)
    return web


def find(root: list[int], k: int) -> int:
    while root[k] != k:
        root[k] = root[root[k]]
        k = root[k]
    return k


def too_short(web: Web, first: Arm, second: Arm) -> bool:
    return first.length <= LONGEST_LINK and first.trim + second.trim > first.length - SHORTEST_LANE


def within(web: Web, a: Hub, b: Hub) -> bool:
    """A dead end is not swallowed, and a junction does not creep along a street."""
    if len(a.arms) < 2 or len(b.arms) < 2:
        return False
    points = [web.nodes[k].at for k in a.nodes + b.nodes]
    wide = max(p[0] for p in points) - min(p[0] for p in points)
    tall = max(p[1] for p in points) - min(p[1] for p in points)
    return hypot(wide, tall) <= WIDEST_HUB


def take_in(web: Web, hub: Hub) -> None:
    """Links between the hub's own nodes become part of it, unless they go a long way round."""
    nodes = set(hub.nodes)
    size = diameter(web, hub)
    seen: dict[int, int] = {}
    for one in hub.arms:
        seen[one.number] = seen.get(one.number, 0) + 1
    inside = {
        k
        for k, times in seen.items()
        if times == 2 and len(nodes) > 1 and web.ribbons[k].length <= 1.6 * size + 8
    }
    hub.inside = sorted(set(hub.inside) | inside)
    hub.arms = [one for one in hub.arms if one.number not in inside]


def diameter(web: Web, hub: Hub) -> float:
    points = [web.nodes[k].at for k in hub.nodes]
    return max((hypot(p[0] - q[0], p[1] - q[1]) for p in points for q in points), default=0.0)


def shape(web: Web, hub: Hub) -> None:
    """Puts the arms in order and reckons corners and trims."""
    points = [web.nodes[k].at for k in hub.nodes]
    cx, cy = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    size = diameter(web, hub)

    def bearing(one: Arm) -> tuple[float, str, int]:
        if size == 0:
            return (one.heading % (2 * pi), *(one.ribbon.segment.id, one.end))
        x, y = one.point(min(size + 10, one.length))
        return (atan2(y - cy, x - cx) % (2 * pi), one.ribbon.segment.id, one.end)

    hub.arms.sort(key=bearing)
    for one in hub.arms:
        one.trim = LEAST_TRIM if len(hub.arms) > 1 else 0.0
        one.mouth = [None, None]
    hub.corners, hub.street_corners = [], []
    if len(hub.arms) < 2:
        return
    node = web.nodes[hub.nodes[0]]
    special = {(rule.after, rule.before): rule.radius for k in hub.nodes for rule in web.nodes[k].corners}
    for first, second in zip(hub.arms, [*hub.arms[1:], hub.arms[0]], strict=True):
        gap = (second.heading - first.heading) % (2 * pi)
        apart = first.node != second.node
        names = (first.ribbon.segment.id, second.ribbon.segment.id)
        radius = special.get(names, usual_radius(web, node, first, second))
        kerb = corner(first.left, second.right, gap, radius, apart=apart)
        street = kerb
        if first.left is not first.street_left or second.right is not second.street_right:
            beside = min(first.walks[0], second.walks[1])
            outer = max(radius - beside, min(radius, STREET_RADIUS))
            street = corner(first.street_left, second.street_right, gap, outer, apart=apart)
        hub.corners.append(kerb)
        hub.street_corners.append(street)
        for made in (kerb, street):
            first.trim = max(first.trim, made.first)
            second.trim = max(second.trim, made.second)
        if kerb.mouth is not None and gap < pi - 0.24:
            first.mouth[0], second.mouth[1] = max(kerb.mouth[0], 0.0), max(kerb.mouth[1], 0.0)
    align(hub)
    if len(hub.arms) == 2:
        narrows = abs(hub.arms[0].width - hub.arms[1].width)
        for one in hub.arms:
            one.trim = max(one.trim, min(1.5 * narrows, 8.0))


def align(hub: Hub) -> None:
    """Carriageways side by side end side by side, and what crosses one of them crosses all in one line."""
    following = [*hub.arms[1:], hub.arms[0]]
    joined = [not made.path and made.sure for made in hub.corners]
    pairs = [
        (first, second) for first, second, joint in zip(hub.arms, following, joined, strict=True) if joint
    ]
    for first, second in (*pairs, *pairs[::-1], *pairs):
        for one, edge, other in ((first, first.left, second), (second, second.right, first)):
            level = other.locate(edge.at(one.trim))
            if level - other.trim <= FARTHEST_STEP:
                other.trim = max(other.trim, min(level, other.length * 0.5))
    for arm, before, after in zip(hub.arms, [joined[-1], *joined[:-1]], joined, strict=True):
        arm.open = (not after, not before)
    if all(joined):
        return
    start = joined.index(False) + 1
    group: list[Arm] = []
    for k in range(start, start + len(hub.arms)):
        group.append(hub.arms[k % len(hub.arms)])
        if not joined[k % len(hub.arms)]:
            if len(group) > 1:
                cross(group)
            group = []


def cross(group: list[Arm]) -> None:
    """One line across arms side by side, from the rightmost's right mouth to the leftmost's left."""
    first, last = group[0], group[-1]
    right, left = first.mouth[1], last.mouth[0]
    if right is None and left is None:
        return
    if right is not None:
        p = first.right.at(right)
    if left is not None:
        q = last.left.at(left)
    if right is None:
        p = last.right.at(last.locate(q))
    if left is None:
        q = first.left.at(first.locate(p))
    if hypot(q[0] - p[0], q[1] - p[1]) < 0.5:
        return
    for arm in group:
        arm.mouth = [_crossed(arm.left, arm, p, q), _crossed(arm.right, arm, p, q)]


def _crossed(edge: Edge, arm: Arm, p: Dot, q: Dot) -> float:
    """The station where an edge, taken as straight there, meets the line through two points."""
    at = arm.locate(((p[0] + q[0]) / 2, (p[1] + q[1]) / 2))
    near, far = max(at - 2, 0.0), min(at + 2, arm.length)
    (x0, y0), (x1, y1) = edge.at(near), edge.at(far)
    dx, dy = q[0] - p[0], q[1] - p[1]
    slope = (x1 - x0) * dy - (y1 - y0) * dx
    if abs(slope) < 1e-6:
        return at
    share = ((p[0] - x0) * dy - (p[1] - y0) * dx) / slope
    return min(max(near + share * (far - near), 0.0), arm.length)


def usual_radius(web: Web, node: Node, first: Arm, second: Arm) -> float:
    if web.radius is not None:
        return web.radius
    if node.radius is not None:
        return node.radius
    classes = (first.ribbon.segment.road_class, second.ribbon.segment.road_class)
    return min(RADII.get(name.removesuffix("_link"), USUAL_RADIUS) for name in classes)


def fit(web: Web) -> None:
    """Where two junctions want more of a segment than there is and were not joined, both give way."""
    for first, second in web.arms:
        room = max(first.length - SHORTEST_LANE, first.length * 0.5)
        wanted = first.trim + second.trim
        if wanted > room:
            first.trim, second.trim = first.trim * room / wanted, second.trim * room / wanted
