"""Streets that lie on each other are made to lie beside each other: the weightier keeps the ground.

Junctions come before lanes, carriageway before sidewalk, the wider class before the narrower. Only streets of one
level are compared: a bridge lies above, not beside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.rings import largest
from layers.streets.craft.derive.surfaces import Surface, areas

NOTHING = 1e-4
RANKS = {
    name: rank
    for rank, name in enumerate(("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified"))
}


def rank_of(road_class: str) -> float:
    base = road_class.removesuffix("_link")
    return RANKS.get(base, 7 if base != "service" else 9) + (0.5 if base != road_class else 0)


@dataclass(slots=True)
class Ground:
    """The ground of a junction: from kerb to kerb, and the sidewalk around its corners."""

    kerb: BaseGeometry
    walks: list[BaseGeometry]
    layer: int
    rank: float
    key: str
    body: BaseGeometry
    """All of it, sidewalks included."""


@dataclass(slots=True)
class _Part:
    order: tuple[float, float, str, int]
    body: int
    shape: BaseGeometry
    put: tuple[int, int]
    """Where the result goes: a ground's (-1 kerb, n-th walk) or (-2, n-th surface)."""


def tidy(
    grounds: list[Ground],
    strips: list[Surface],
    bodies: list[BaseGeometry | None],
    layers: list[int],
    ranks: list[float],
    keys: list[str],
) -> set[int]:
    """Changes the shapes in place; which segments lost carriageway. `bodies`, `layers`, `ranks`, `keys` are theirs."""
    shapes = np.array([g.body for g in grounds] + [b or Polygon() for b in bodies], dtype=object)
    levels = np.array([g.layer for g in grounds] + layers)
    pairs = overlapping(shapes, levels)
    cut: set[int] = set()
    if not len(pairs):
        return cut
    rivals: dict[int, list[int]] = {}
    for a, b in pairs.tolist():
        rivals.setdefault(a, []).append(b)
        rivals.setdefault(b, []).append(a)
    parts = _parts(grounds, strips, ranks, keys, rivals)
    by_body: dict[int, list[_Part]] = {}
    for part in sorted(parts, key=lambda p: p.order):
        before = [w.shape for rival in rivals[part.body] for w in by_body.get(rival, [])]
        before = [w for w in before if not w.is_empty]
        if before:
            hits = shapely.intersects(before, part.shape)
            hitting = [w for w, hit in zip(before, hits, strict=True) if hit]
            if hitting and np.max(shapely.area(shapely.intersection(hitting, part.shape))) > NOTHING:
                for taken in hitting:
                    part.shape = shapely.difference(part.shape, taken)
                part.shape = areas(part.shape)
                if part.put[0] == -2 and strips[part.put[1]].paved:
                    cut.add(strips[part.put[1]].ribbon)
        by_body.setdefault(part.body, []).append(part)
        _put(grounds, strips, part)
    return cut


def overlapping(shapes: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Pairs of one level that share ground, not just an edge."""
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes)
    keep = (a < b) & (levels[a] == levels[b])
    a, b = a[keep], b[keep]
    keep = shapely.area(shapely.intersection(shapes[a], shapes[b])) > NOTHING
    return np.column_stack((a[keep], b[keep]))


def _parts(
    grounds: list[Ground],
    strips: list[Surface],
    ranks: list[float],
    keys: list[str],
    rivals: dict[int, list[int]],
) -> list[_Part]:
    parts = []
    for g, ground in enumerate(grounds):
        if g in rivals:
            parts.append(_Part((0, ground.rank, ground.key, 0), g, ground.kerb, (g, -1)))
            parts += [
                _Part((2, ground.rank, ground.key, n), g, walk, (g, n)) for n, walk in enumerate(ground.walks)
            ]
    for n, strip in enumerate(strips):
        body = len(grounds) + strip.ribbon
        if body in rivals:
            order = (1.0 if strip.paved else 3.0, ranks[strip.ribbon], keys[strip.ribbon], n)
            parts.append(_Part(order, body, strip.shape, (-2, n)))
    return parts


def _put(grounds: list[Ground], strips: list[Surface], part: _Part) -> None:
    where, n = part.put
    if where == -2:
        strips[n].shape = part.shape
    elif n == -1:
        part.shape = largest(part.shape)
        grounds[where].kerb = part.shape
    else:
        grounds[where].walks[n] = part.shape
