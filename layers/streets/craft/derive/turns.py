"""Movements through a junction: which lane leads to which. What the document says is kept; the rest is worked out.

Every lane that leads into a junction has a movement wherever a lane leads out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees
from typing import NamedTuple

from layers.streets.craft.derive.arms import Arm
from layers.streets.craft.derive.hubs import Hub, Web
from layers.streets.craft.document import TRAVEL, Movement, Strip, Turn


class Lane(NamedTuple):
    segment: str
    end: str
    strip: str


class Move(NamedTuple):
    """From the lane `source` leads to the lane `target`."""

    source: Lane
    target: Lane
    turn: Turn
    vehicles: tuple[str, ...] = ()


EITHER: tuple[Turn, ...] = ("through", "right", "left", "uturn")
"""Where no wanted turn is possible, the first of these that is."""


@dataclass(slots=True, frozen=True)
class _Way:
    arm: Arm
    strips: list[Strip]
    """From the driver's left to right."""


def strips_at(arm: Arm) -> list[Strip]:
    """Strips at the junction's end, from the arm's left to its right as seen outward."""
    strips = list(arm.ribbon.piece_at(arm.station(0)).strips)
    return strips if arm.end == 0 else strips[::-1]


def inbound(arm: Arm) -> list[Strip]:
    into = -1 if arm.end == 0 else 1
    return [s for s in strips_at(arm) if s.kind in TRAVEL and s.dir == into][::-1]


def outbound(arm: Arm) -> list[Strip]:
    away = 1 if arm.end == 0 else -1
    return [s for s in strips_at(arm) if s.kind in TRAVEL and s.dir == away]


def turn_of(source: Arm, target: Arm) -> Turn:
    if source.number == target.number and source.end == target.end:
        return "uturn"
    angle = (degrees(target.heading - source.heading) + 180 + 180) % 360 - 180
    if abs(angle) <= 40:
        return "through"
    if abs(angle) >= 165:
        return "uturn"
    return "left" if angle > 0 else "right"


def movements(web: Web, hub: Hub, said: dict[str, list[Movement]]) -> list[Move]:
    known = [_said(m) for k in hub.nodes for m in said.get(web.nodes[k].id, [])]
    done = {m.source for m in known}
    found = list(known)
    out = [_Way(arm, outbound(arm)) for arm in hub.arms]
    out = [way for way in out if way.strips]
    for arm in hub.arms:
        lanes = inbound(arm)
        targets: dict[Turn, list[_Way]] = {}
        for way in out:
            targets.setdefault(turn_of(arm, way.arm), []).append(way)
        for number, lane in enumerate(lanes):
            if Lane(*arm.key, lane.id) in done:
                continue
            found += _of_lane(arm, lanes, number, targets, web.document.traffic)
    return found


def _of_lane(
    arm: Arm, lanes: list[Strip], number: int, targets: dict[Turn, list[_Way]], side: str
) -> list[Move]:
    lane = lanes[number]
    wanted = lane.turns or usual(lane, number, len(lanes), targets, side)
    chosen = [turn for turn in wanted if turn in targets]
    if not chosen:
        chosen = [turn for turn in EITHER if turn in targets][:1]
    made = []
    for turn in chosen:
        for way in targets[turn]:
            fromright = max(len(way.strips) - (len(lanes) - number), 0)
            place = fromright if turn == "right" else min(number, len(way.strips) - 1)
            target = next((s for s in way.strips if s.kind == lane.kind != "drive"), way.strips[place])
            made.append(Move(Lane(*arm.key, lane.id), Lane(*way.arm.key, target.id), turn, lane.use))
    return made


def usual(
    lane: Strip, number: int, lanes: int, targets: dict[Turn, list[_Way]], side: str
) -> tuple[Turn, ...]:
    """What a lane without arrows is for: the outer ones turn, all go on."""
    turns: list[Turn] = ["through"] if "through" in targets else []
    near: Turn = "right" if side == "right" else "left"
    far: Turn = "left" if side == "right" else "right"
    near_lane = number == (lanes - 1 if side == "right" else 0)
    far_lane = number == (0 if side == "right" else lanes - 1)
    if near_lane or ("through" not in targets and far not in targets):
        turns.append(near)
    if (far_lane and lane.kind not in {"slow", "moto", "bike"}) or "through" not in targets:
        turns.append(far)
    return tuple(turns)


def _said(given: Movement) -> Move:
    source, target = given.source, given.target
    return Move(
        Lane(source.segment, source.end, source.strip),
        Lane(target.segment, target.end, target.strip),
        given.turn,
        given.vehicles,
    )
