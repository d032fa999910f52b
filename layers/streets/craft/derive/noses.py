"""Median noses: a median ends round and behind the crosswalk; what lies before its end is the junction's carriageway.

An arm without a crosswalk keeps its median to the end of the lanes.
"""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.hubs import Hub
from layers.streets.craft.derive.places import Places
from layers.streets.craft.derive.rings import largest, stretch_of
from layers.streets.craft.derive.surfaces import Surface
from layers.streets.craft.derive.tidy import Ground

BEHIND = 0.3
NARROWEST = 0.3
ISLANDS = frozenset({"median", "buffer", "barrier", "verge"})


def round_off(
    hubs: list[Hub], grounds: list[Ground], strips: list[Surface], standing: dict[tuple[str, str], Places]
) -> None:
    """Changes medians and junctions in place; no ground is lost between them."""
    islands: dict[int, list[Surface]] = {}
    for surface in strips:
        if surface.paved and surface.strip.kind in ISLANDS:
            islands.setdefault(surface.ribbon, []).append(surface)
    if not islands:
        return
    for hub, ground in zip(hubs, grounds, strict=True):
        for arm in hub.arms:
            placed = standing.get(arm.key)
            if placed is None or placed.walk is None:
                continue
            last = len(arm.ribbon.pieces) - 1
            for surface in islands.get(arm.number, []):
                if surface.piece == (0 if arm.end == 0 else last):
                    _round(arm, ground, surface, placed)


def _round(arm: Arm, ground: Ground, surface: Surface, placed: Places) -> None:
    assert placed.walk is not None
    across = arm.across(arm.trim)
    n = surface.number if arm.end == 0 else len(surface_strips(arm)) - 1 - surface.number
    first, last = arm.kerbs(arm.trim)
    share = (n + 0.5 - first) / max(last - first, 1)
    far = placed.walk[1]
    end = far.left + (far.right - far.left) * share + BEHIND
    width = float(shapely.Point(across[n]).distance(shapely.Point(across[n + 1])))
    centre = end + width / 2
    if width < NARROWEST or end <= arm.trim or centre + 1 > arm.length / 2:
        return
    points = arm.across(centre)
    middle = shapely.Point((points[n] + points[n + 1]) / 2)
    reach = stretch_of(arm, arm.trim, centre, True)
    before = shapely.intersection(surface.shape, shapely.buffer(reach, 1e-6))
    opening = largest(shapely.difference(before, middle.buffer(width / 2, quad_segs=8)))
    joined: BaseGeometry = shapely.union(ground.kerb, opening)
    if joined.geom_type == "Polygon":
        surface.shape = largest(shapely.difference(surface.shape, opening))
        ground.kerb = joined


def surface_strips(arm: Arm) -> tuple[object, ...]:
    return arm.ribbon.piece_at(arm.station(arm.trim)).strips
