"""The surfaces between the junctions: every strip of every segment as a polygon, built in one call.

Strips of one segment tile it. A bend too tight for its width folds the inner strips; these are rebuilt link by link.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.hubs import Web
from layers.streets.craft.derive.ribbon import Piece, Ribbon
from layers.streets.craft.derive.rings import GRID, sound
from layers.streets.craft.document import Strip


@dataclass(slots=True)
class Surface:
    """A strip between two junctions."""

    ribbon: int
    piece: int
    number: int
    """Of the strip, from the left."""
    strip: Strip
    shape: BaseGeometry
    paved: bool
    """Between the kerbs."""


@dataclass(slots=True)
class Stretch:
    """What is left of a ribbon between its junctions."""

    ribbon: Ribbon
    start: float
    end: float
    pieces: list[Piece]


def stretches(web: Web) -> list[Stretch | None]:
    """One a ribbon; None for links that a junction has taken in."""
    inside = {k for hub in web.hubs for k in hub.inside}
    found: list[Stretch | None] = []
    for k, (first, second) in enumerate(web.arms):
        start, end = first.trim, first.length - second.trim
        if k in inside or end - start < 1e-3:
            found.append(None)
            continue
        pieces = first.ribbon.cut(start, end)
        for piece in pieces:
            piece.lines = np.round(piece.lines, 3)
        found.append(Stretch(first.ribbon, start, end, pieces))
    return found


def surfaces(found: list[Stretch | None]) -> tuple[list[Surface], list[BaseGeometry | None]]:
    """The strips, and the whole footprint of each stretch."""
    strips: list[Surface] = []
    outlines: list[np.ndarray] = []
    whole: list[tuple[int, int]] = []
    for k, stretch in enumerate(found):
        for p, piece in enumerate(stretch.pieces if stretch else []):
            for n, strip in enumerate(piece.strips):
                strips.append(Surface(k, p, n, strip, Polygon(), piece.kerbs[0] <= n < piece.kerbs[1]))
                outlines.append(_outline(piece, n, n + 1))
            whole.append((k, len(outlines)))
            outlines.append(_around(piece))
    shapes = _polygons(outlines)
    bodies: list[BaseGeometry | None] = [None] * len(found)
    footprints = {at for _, at in whole}
    flat = [k for k in range(len(shapes)) if k not in footprints]
    valid = shapely.is_valid(shapes)
    for surface, at in zip(strips, flat, strict=True):
        surface.shape = shapes[at] if valid[at] else None
    _unfold(found, strips)
    for k, at in whole:
        body = shapes[at] if valid[at] else sound(shapes[at])
        bodies[k] = body if bodies[k] is None else shapely.union(bodies[k], body)
    return [s for s in strips if not s.shape.is_empty], bodies


def _outline(piece: Piece, left: int, right: int) -> np.ndarray:
    return np.concatenate((piece.lines[left], piece.lines[right][::-1], piece.lines[left][:1]))


def _around(piece: Piece) -> np.ndarray:
    """The footprint, with the points in which strips meet the junctions at both ends."""
    lines = piece.lines
    return np.concatenate((lines[0], lines[1:-1, -1], lines[-1][::-1], lines[1:-1, 0][::-1], lines[0][:1]))


def _polygons(outlines: list[np.ndarray]) -> np.ndarray:
    if not outlines:
        return np.empty(0, dtype=object)
    numbers = np.repeat(np.arange(len(outlines)), [len(outline) for outline in outlines])
    return np.asarray(shapely.polygons(shapely.linearrings(np.concatenate(outlines), indices=numbers)))


def _unfold(found: list[Stretch | None], strips: list[Surface]) -> None:
    """Rebuilds folded strips from their links, each less what the strips before it already cover."""
    broken = sorted({(s.ribbon, s.piece) for s in strips if s.shape is None})
    for k, p in broken:
        stretch = found[k]
        assert stretch is not None
        mine = [s for s in strips if (s.ribbon, s.piece) == (k, p)]
        covered: BaseGeometry = shapely.union_all([s.shape for s in mine if s.shape is not None])
        for surface in mine:
            if surface.shape is None:
                left, right = stretch.pieces[p].lines[surface.number : surface.number + 2]
                quads = [
                    sound(shapely.polygons(np.array([left[j], left[j + 1], right[j + 1], right[j]])))
                    for j in range(len(left) - 1)
                    if len({*map(tuple, (left[j], left[j + 1], right[j + 1], right[j]))}) > 2
                ]
                shape = shapely.union_all(quads, grid_size=GRID) if quads else Polygon()
                surface.shape = areas(shapely.difference(shape, covered))
                covered = shapely.union(covered, surface.shape)


def areas(shape: BaseGeometry, least: float = 0.05) -> BaseGeometry:
    """Only the areas of a shape worth keeping: one polygon, or several where none is nearly all of it."""
    parts = [
        p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > least and not thin(p)
    ]
    if not parts:
        return Polygon()
    parts.sort(key=lambda p: (-p.area, p.wkb))
    if len(parts) == 1 or parts[0].area > 0.9 * sum(p.area for p in parts):
        return parts[0]
    return shapely.MultiPolygon(parts)


def thin(shape: Polygon) -> bool:
    """A sliver: less than two centimetres wide on average."""
    return bool(shape.area < 0.01 * shape.length)
