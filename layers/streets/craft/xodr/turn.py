"""A movement through a junction as a road of one lane: a smooth curve from the middle of one lane to that of another."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np

from layers.streets.craft.derive.plan import Plan
from layers.streets.craft.derive.turns import Move
from layers.streets.craft.xodr.cubic import Cubic, through
from layers.streets.craft.xodr.road import Lane, Road

SHORTEST = 0.05
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)


@dataclass(frozen=True, slots=True)
class Curve:
    """`u` and `v` as cubics of a parameter from 0 to 1, seen from a point in a direction."""

    x: float
    y: float
    heading: float
    u: tuple[float, float, float, float]
    v: tuple[float, float, float, float]
    length: float

    def at(self, p: float) -> tuple[float, float, float]:
        u = self.u[0] + p * (self.u[1] + p * (self.u[2] + p * self.u[3]))
        v = self.v[0] + p * (self.v[1] + p * (self.v[2] + p * self.v[3]))
        du = self.u[1] + p * (2 * self.u[2] + p * 3 * self.u[3])
        dv = self.v[1] + p * (2 * self.v[2] + p * 3 * self.v[3])
        c, s = cos(self.heading), sin(self.heading)
        return self.x + u * c - v * s, self.y + u * s + v * c, self.heading + atan2(dv, du)


@dataclass(slots=True)
class Turn:
    """A connecting road; it always runs as its traffic does."""

    id: int
    move: Move
    source: Road
    target: Road
    ends: tuple[int, int]
    """The ends of the roads that it leads from and to."""
    lanes: tuple[Lane, Lane]
    curve: Curve
    width: Cubic


@dataclass(slots=True)
class Crossing:
    id: int
    number: int
    """Of the plan's junction."""
    turns: list[Turn]


def crossings(plan: Plan, roads: dict[str, Road], first: int) -> list[Crossing]:
    """The junctions through which something moves, with what moves; numbered on from `first`."""
    found = []
    for number, junction in enumerate(plan.junctions):
        turns: list[Turn] = []
        seen: set[tuple[object, object]] = set()
        id_ = first + 1
        for move in junction.moves:
            if (move.source, move.target) not in seen and (made := turn(id_, move, roads)) is not None:
                seen.add((move.source, move.target))
                turns.append(made)
                id_ += 1
        if turns:
            found.append(Crossing(first, number, turns))
            first = id_
    return found


def turn(id_: int, move: Move, roads: dict[str, Road]) -> Turn | None:
    source, target = roads.get(move.source.segment), roads.get(move.target.segment)
    if source is None or target is None:
        return None
    ends = ("ab".index(move.source.end), "ab".index(move.target.end))
    start = source.contact(ends[0], move.source.strip, into=True)
    end = target.contact(ends[1], move.target.strip, into=False)
    if start is None or end is None:
        return None
    curve = between(start[1], start[2], end[1], end[2])
    if curve is None:
        return None
    width = through(0.0, curve.length, (start[3], end[3]), (0.0, 0.0))
    return Turn(id_, move, source, target, ends, (start[0], end[0]), curve, width)


def between(p: tuple[float, float], h0: float, q: tuple[float, float], h1: float) -> Curve | None:
    dx, dy = q[0] - p[0], q[1] - p[1]
    chord = hypot(dx, dy)
    if chord < SHORTEST:
        return None
    c, s = cos(h0), sin(h0)
    along, left = dx * c + dy * s, dy * c - dx * s
    bend = (h1 - h0 + pi) % (2 * pi) - pi
    pull = chord / cos(bend / 4) ** 2
    u = (0.0, pull, 3 * along - pull * (2 + cos(bend)), pull * (1 + cos(bend)) - 2 * along)
    v = (0.0, 0.0, 3 * left - pull * sin(bend), pull * sin(bend) - 2 * left)
    return Curve(p[0], p[1], h0 % (2 * pi), u, v, _length(u, v))


def _length(u: tuple[float, ...], v: tuple[float, ...]) -> float:
    total = 0.0
    for k in range(8):
        p = (NODES + 1 + 2 * k) / 16
        du = u[1] + p * (2 * u[2] + p * 3 * u[3])
        dv = v[1] + p * (2 * v[2] + p * 3 * v[3])
        total += float(np.sum(WEIGHTS * np.hypot(du, dv))) / 16
    return total
