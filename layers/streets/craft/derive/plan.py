"""The derived plan: junctions, strips, blocks and movements of a document. The same document gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import pi
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.blocks import Block, blocks
from layers.streets.craft.derive.hubs import Hub, Web, weave
from layers.streets.craft.derive.noses import round_off
from layers.streets.craft.derive.places import Places, places
from layers.streets.craft.derive.ribbon import ribbon
from layers.streets.craft.derive.rings import rings
from layers.streets.craft.derive.surfaces import Stretch, Surface, areas, stretches, surfaces
from layers.streets.craft.derive.tidy import Ground, rank_of, tidy
from layers.streets.craft.derive.turns import Move, movements
from layers.streets.craft.document import Arm as DrawnArm
from layers.streets.craft.document import Document, Movement

SPACE = UUID("6a0c2a9e-2f53-5d0a-9d62-0d6f3c7d7b11")

BEHIND_WALK = 0.5
"""The zone ends so far behind a crosswalk without a stop line."""


@dataclass(slots=True)
class Junction:
    id: str
    hub: Hub
    kerb: BaseGeometry
    """The carriageway of the junction, from lane end to lane end."""
    zone: BaseGeometry
    """From stop line to stop line, crosswalks included: what counts as at the junction."""
    walks: list[BaseGeometry]
    legs: int
    layer: int
    moves: list[Move] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    web: Web
    junctions: list[Junction]
    strips: list[Surface]
    stretches: list[Stretch | None]
    places: dict[tuple[str, str], Places]
    blocks: list[Block]
    cut: set[int]
    """Ribbons that had to give carriageway to others they lay on: their widths are wrong, or their place."""

    def id_of(self, surface: Surface) -> str:
        segment = self.web.ribbons[surface.ribbon].segment
        return feature_id(segment.id, f"{surface.piece}/{surface.strip.id}")


def feature_id(source: str, part: str) -> str:
    return str(uuid5(SPACE, f"{source}\n{part}"))


def derive(document: Document, *, radius: float | None = None, enclose: bool = True) -> Plan:
    """All shapes of a document. `radius` overrides that of every corner; `enclose` asks for blocks too."""
    nodes = {node.id: node.at for node in document.nodes}
    ribbons = [ribbon(s, nodes[s.a], nodes[s.b]) for s in sorted(document.segments, key=lambda s: s.id)]
    web = weave(document, ribbons, radius)
    found = stretches(web)
    strips, bodies = surfaces(found)
    hubs = [hub for hub in web.hubs if len(hub.arms) >= 2]
    kerbs = rings(web, hubs, street=False)
    grounds = [
        Ground(
            kerb,
            walks,
            _layer(hub),
            min(rank_of(a.ribbon.segment.road_class) for a in hub.arms),
            hub.key,
            body,
        )
        for hub, kerb, (walks, body) in zip(hubs, kerbs, _walks(web, hubs, kerbs), strict=True)
    ]
    cut = tidy(
        grounds,
        strips,
        bodies,
        [r.segment.layer for r in ribbons],
        [rank_of(r.segment.road_class) for r in ribbons],
        [r.segment.id for r in ribbons],
    )
    strips = [s for s in strips if not s.shape.is_empty]
    standing = _places(web, document)
    round_off(hubs, grounds, strips, standing)
    zones = _zones(web, hubs, [g.kerb for g in grounds], standing)
    said: dict[str, list[Movement]] = {}
    for movement in document.movements:
        said.setdefault(movement.node, []).append(movement)
    junctions = [
        Junction(
            feature_id(hub.key, "junction"),
            hub,
            ground.kerb,
            zone,
            [walk for walk in ground.walks if not walk.is_empty],
            legs(hub),
            ground.layer,
            movements(web, hub, said),
        )
        for hub, ground, zone in zip(hubs, grounds, zones, strict=True)
        if not ground.kerb.is_empty
    ]
    enclosed: list[Block] = []
    if enclose:
        ground_level = [s.shape for s in strips]
        ground_level += [shape for j in junctions for shape in (j.kerb, *j.walks)]
        enclosed = blocks(ground_level)
    return Plan(web, junctions, strips, found, standing, enclosed, cut)


def legs(hub: Hub) -> int:
    """Streets that meet: the two carriageways of one street are one leg."""
    count = len(hub.arms)
    if count < 3:
        return count
    for first, second in zip(hub.arms, [*hub.arms[1:], hub.arms[0]], strict=True):
        if _one_street(first, second):
            count -= 1
    return max(count, 2)


def _one_street(first: Arm, second: Arm) -> bool:
    apart = abs((second.heading - first.heading + pi) % (2 * pi) - pi)
    one, other = first.ribbon.segment, second.ribbon.segment
    directions = [
        {s.dir * (1 if arm.end == 0 else -1) for s in arm.ribbon.pieces[0].strips if s.dir}
        for arm in (first, second)
    ]
    opposite = directions in ([{1}, {-1}], [{-1}, {1}])
    return apart < 0.5 and opposite and one.name == other.name


def _layer(hub: Hub) -> int:
    levels = sorted(arm.ribbon.segment.layer for arm in hub.arms)
    return min(levels, key=lambda level: (-levels.count(level), abs(level), level))


def _walks(
    web: Web, hubs: list[Hub], kerbs: list[BaseGeometry]
) -> list[tuple[list[BaseGeometry], BaseGeometry]]:
    """The ground between the kerb and the street edge around each corner, and the whole within street edges."""
    with_walks = [
        k
        for k, hub in enumerate(hubs)
        if any(a.left is not a.street_left or a.right is not a.street_right for a in hub.arms)
    ]
    streets = rings(web, [hubs[k] for k in with_walks], street=True)
    found: list[tuple[list[BaseGeometry], BaseGeometry]] = [([], kerb) for kerb in kerbs]
    inner = np.array([kerbs[k] for k in with_walks], dtype=object)
    around = shapely.difference(np.array(streets, dtype=object), inner)
    for k, street, rest in zip(with_walks, streets, around.tolist(), strict=True):
        parts = [part for part in map(areas, shapely.get_parts(rest).tolist()) if not part.is_empty]
        parts.sort(key=lambda part: (part.bounds, part.wkb))
        body = street if bool(shapely.covers(street, kerbs[k])) else shapely.union(street, kerbs[k])
        found[k] = (parts, body)
    return found


def _places(web: Web, document: Document) -> dict[tuple[str, str], Places]:
    said: dict[tuple[str, str], DrawnArm] = {(arm.segment, arm.end): arm for arm in document.arms}
    found: dict[tuple[str, str], Places] = {}
    for hub in web.hubs:
        if len(hub.arms) < 2:
            continue
        for end in hub.arms:
            arm = said.get(end.key)
            if arm is not None:
                found[end.key] = places(end, arm)
    return found


def _zones(
    web: Web, hubs: list[Hub], kerbs: list[BaseGeometry], standing: dict[tuple[str, str], Places]
) -> list[BaseGeometry]:
    def depth(arm: Arm) -> float:
        placed = standing.get(arm.key)
        if placed is None:
            return arm.trim
        reach = (
            placed.stop[1].far if placed.stop else placed.walk[1].far + BEHIND_WALK if placed.walk else 0.0
        )
        return min(max(arm.trim, reach), arm.length * 0.8)

    wider = [k for k, hub in enumerate(hubs) if any(depth(arm) > arm.trim for arm in hub.arms)]
    zones = list(kerbs)
    for k, zone in zip(wider, rings(web, [hubs[k] for k in wider], street=False, depth=depth), strict=True):
        zones[k] = zone
    return zones
