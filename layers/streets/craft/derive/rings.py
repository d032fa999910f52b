"""The outline of a junction: once around its arms and corners; where that fails, the union of what it is made of.

The ends of the arms go into the outline point by point, so lanes and junction share those points exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm, Edge
from layers.streets.craft.derive.corners import Corner
from layers.streets.craft.derive.hubs import Hub, Web
from layers.streets.craft.derive.ribbon import Dot, Ribbon

CLOSING = 3.0
GRID = 1e-3
Depth = Callable[[Arm], float]


def trim_of(arm: Arm) -> float:
    return arm.trim


def rings(web: Web, hubs: Sequence[Hub], *, street: bool, depth: Depth = trim_of) -> list[Polygon]:
    """One polygon a hub, from kerb to kerb or from street edge to street edge; arms end at `depth`."""
    outlines = [ring(hub, street, depth) for hub in hubs]
    shapes = polygons(outlines)
    good = shapely.is_valid(shapes) & (shapely.area(shapes) > 0.05)
    return [
        shape if good[k] and trusted(web, hub, shape, street) else union(web, hub, shape, street, depth)
        for k, (hub, shape) in enumerate(zip(hubs, shapes, strict=True))
    ]


def polygons(outlines: Sequence[list[Dot]]) -> np.ndarray:
    """All polygons in one call, on the grid; an outline of fewer than three points gives an empty one."""
    usable = [k for k, outline in enumerate(outlines) if len(outline) >= 3]
    shapes = np.full(len(outlines), Polygon(), dtype=object)
    if usable:
        closed = [[*outlines[k], outlines[k][0]] for k in usable]
        numbers = np.repeat(np.arange(len(closed)), [len(outline) for outline in closed])
        made = shapely.linearrings(np.round(np.array(list(chain.from_iterable(closed))), 3), indices=numbers)
        shapes[usable] = shapely.polygons(made)
    return shapes


def ring(hub: Hub, street: bool, depth: Depth) -> list[Dot]:
    points: list[Dot] = []
    corners = hub.street_corners if street else hub.corners
    following = [*hub.arms[1:], hub.arms[0]]
    for arm, after, made in zip(hub.arms, following, corners, strict=True):
        points += end_points(arm, depth(arm), street)[::-1]
        left = arm.street_left if street else arm.left
        right = after.street_right if street else after.right
        points += way(left, right, made, depth(arm), depth(after))
    return points


def end_points(arm: Arm, depth: float, street: bool) -> list[Dot]:
    """Where the arm is cut: all strip boundaries from its left to its right."""
    across = arm.across(depth).tolist()
    if not street:
        first, last = arm.kerbs(depth)
        across = across[first : last + 1]
    return [(x, y) for x, y in across]


def way(left: Edge, right: Edge, made: Corner, start: float, end: float) -> list[Dot]:
    """From one arm's cut along its left edge, around the corner, out along the next arm's right edge."""
    if not made.path and made.first == 0 == made.second:
        return []
    inward = left.between(made.first, start)[::-1] if made.first <= start else []
    outward = right.between(made.second, end) if made.second <= end else []
    path = made.path if made.first <= start + 1e-6 and made.second <= end + 1e-6 else []
    return [*inward, *path, *outward]


def trusted(web: Web, hub: Hub, shape: Polygon, street: bool) -> bool:
    """The outline holds the links inside it and was not closed over kerbs that never met."""
    if not all(made.sure for made in (hub.street_corners if street else hub.corners)):
        return False
    if not hub.inside:
        return True
    inner = shapely.union_all(
        [strip_of(web.ribbons[k], 0, web.ribbons[k].length, street) for k in hub.inside]
    )
    return bool(shapely.area(shapely.difference(inner, shape)) < 0.02 * shapely.area(inner))


def union(web: Web, hub: Hub, outline: BaseGeometry, street: bool, depth: Depth) -> Polygon:
    """The arms' surfaces inside, the links and what lies between them, with the narrow gaps closed."""
    parts = [stretch_of(arm, 0.0, depth(arm), street) for arm in hub.arms]
    parts += [strip_of(web.ribbons[k], 0, web.ribbons[k].length, street) for k in hub.inside]
    starts: dict[int, list[Dot]] = {}
    for arm in hub.arms:
        starts.setdefault(arm.node, []).extend(end_points(arm, 0.0, street))
    for k in hub.inside:
        first, second = web.arms[k]
        for arm in (first, second):
            starts.setdefault(arm.node, []).extend(end_points(arm, 0.0, street))
    parts += [shapely.convex_hull(shapely.multipoints(np.round(points, 3))) for points in starts.values()]
    sure = all(made.sure for made in (hub.street_corners if street else hub.corners))
    if sure and shapely.is_valid(outline) and not outline.is_empty:
        parts.append(outline)
    whole = shapely.union_all([part for part in parts if part.geom_type in {"Polygon", "MultiPolygon"}])
    closed = whole
    if not sure or whole.geom_type != "Polygon":
        closed = shapely.buffer(shapely.buffer(whole, CLOSING, quad_segs=4), -CLOSING, quad_segs=4)
    beyond = [stretch_of(arm, depth(arm), min(depth(arm) + 40, arm.length), street) for arm in hub.arms]
    kept = shapely.difference(shapely.union(closed, whole), shapely.union_all(beyond))
    return largest(shapely.set_precision(without_holes(largest(kept)), GRID))


def stretch_of(arm: Arm, near: float, far: float, street: bool) -> BaseGeometry:
    """The surface of an arm between two distances out."""
    start, end = sorted((arm.station(near), arm.station(far)))
    return strip_of(arm.ribbon, start, end, street)


def strip_of(ribbon: Ribbon, start: float, end: float, street: bool) -> BaseGeometry:
    """The surface of a segment between two stations, from kerb to kerb or from street edge to street edge."""
    parts = []
    for piece in ribbon.cut(start, end):
        left, right = (0, len(piece.strips)) if street else piece.kerbs
        lines = piece.lines[left : right + 1]
        ends = (lines[0], lines[1:-1, -1], lines[-1][::-1], lines[1:-1, 0][::-1])
        outline = np.round(np.concatenate(ends), 3)
        shape = shapely.polygons(outline)
        parts.append(shape if shapely.is_valid(shape) else sound(shape))
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def sound(shape: BaseGeometry) -> BaseGeometry:
    """A valid area out of one that crosses itself; nothing of it that is only a line."""
    fixed = shapely.make_valid(shape)
    parts = [p for p in shapely.get_parts(fixed) if p.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else Polygon()


def largest(shape: BaseGeometry) -> Polygon:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return max(parts, key=lambda p: p.area) if parts else Polygon()


def without_holes(shape: Polygon) -> Polygon:
    return Polygon(shape.exterior) if not shape.is_empty else shape
