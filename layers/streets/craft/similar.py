"""Junctions alike in their parameters, whichever way they lie: turned, or seen in a mirror.

A junction is a ring of arms with what matters about each; the distance of two is the least over all turns. Every hit
says by what it differs most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, hypot, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.streets.craft.derive.ribbon import kerbs_of
from layers.streets.craft.document import TRAVEL, Arm, Document, Segment

Floats = NDArray[np.float64]
ARM: tuple[tuple[str, str, str, float], ...] = (
    ("gap", "夾角", "angle to the next arm", 1 / 12),
    ("in", "進入車道", "lanes in", 1.0),
    ("out", "駛出車道", "lanes out", 0.8),
    ("slow", "慢車與機車道", "slow and motorcycle lanes", 0.6),
    ("width", "路面寬", "width", 1 / 20),
    ("median", "分隔島", "median", 0.7),
    ("walk", "人行道", "sidewalk", 0.3),
    ("crosswalk", "行人穿越道", "crosswalk", 0.5),
    ("stop", "停止線", "stop line", 0.4),
    ("box", "待轉區", "two-stage box", 0.4),
    ("speed", "速限", "speed limit", 1 / 20),
)
WHOLE: tuple[tuple[str, str, str, float], ...] = (
    ("signal", "號誌", "signal", 1.5),
    ("layer", "層", "level", 1.0),
)
WEIGHTS = np.array([weight for *_, weight in ARM])
WHOLE_WEIGHTS = np.array([weight for *_, weight in WHOLE])
MIRROR, LEG = 0.1, 2.5
"""What a mirrored and what a missing arm costs."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One junction; `arms` has a row an arm, anticlockwise."""

    id: str
    arms: Floats
    whole: Floats


@dataclass(frozen=True, slots=True)
class Hit:
    id: str
    distance: float
    mirrored: bool
    rotation: int
    """By how many arms it is turned."""
    differs: tuple[tuple[str, str, float, float], ...]
    """(in Chinese, in English, there, here): at most three, the largest first."""


@dataclass(frozen=True, slots=True)
class Group:
    """The junctions of so many arms, one behind the other; `flat` is weighted."""

    ids: list[str]
    arms: Floats
    whole: Floats
    flat: Floats
    squares: Floats


@dataclass(slots=True)
class Index:
    shapes: dict[str, Shape]
    groups: dict[int, Group] = field(default_factory=dict)

    @classmethod
    def of(cls, shapes: Sequence[Shape]) -> Index:
        made = cls({shape.id: shape for shape in shapes})
        for legs in sorted({len(s.arms) for s in shapes}):
            rows = [s for s in shapes if len(s.arms) == legs]
            arms = np.stack([s.arms for s in rows])
            flat = (arms * WEIGHTS).reshape(len(rows), -1)
            whole = np.stack([s.whole for s in rows])
            made.groups[legs] = Group([s.id for s in rows], arms, whole, flat, (flat**2).sum(axis=1))
        return made

    def like(self, shape: Shape, limit: int = 10, *, mirror: bool = True) -> list[Hit]:
        found: list[Hit] = []
        for asked, cost in ((shape, 0.0), *((s, LEG) for s in _without_smallest(shape))):
            group = self.groups.get(len(asked.arms))
            if group is not None:
                found += _nearest(asked, group, limit + 1, mirror, cost)
        best: dict[str, Hit] = {}
        for hit in sorted(found, key=lambda h: (h.distance, h.id)):
            if hit.id != shape.id:
                best.setdefault(hit.id, hit)
        return list(best.values())[:limit]


def _without_smallest(shape: Shape) -> list[Shape]:
    if len(shape.arms) <= 3:
        return []
    least = int(np.argmin(shape.arms[:, 4]))
    arms = np.delete(shape.arms, least, axis=0)
    arms[least - 1, 0] += shape.arms[least, 0]
    return [Shape(shape.id, arms, shape.whole)]


def _turns(arms: Floats, mirror: bool) -> list[tuple[Floats, bool, int]]:
    found = [(np.roll(arms, -k, axis=0), False, k) for k in range(len(arms))]
    if mirror:
        seen = arms[::-1].copy()
        seen[:, 0] = np.roll(seen[:, 0], -1)
        found += [(np.roll(seen, -k, axis=0), True, k) for k in range(len(arms))]
    return found


def _nearest(shape: Shape, group: Group, limit: int, mirror: bool, cost: float) -> list[Hit]:
    ids, arms, whole, flat = group.ids, group.arms, group.whole, group.flat
    turns = _turns(shape.arms, mirror)
    asked = np.stack([(turn * WEIGHTS).ravel() for turn, _, _ in turns])
    squares = group.squares[:, None] + (asked**2).sum(axis=1)[None] - 2 * flat @ asked.T
    squares = np.maximum(squares, 0) + np.array([MIRROR**2 * seen for _, seen, _ in turns])[None]
    best = squares.argmin(axis=1)
    total = np.sqrt(
        squares[np.arange(len(ids)), best] / len(shape.arms)
        + (((whole - shape.whole) * WHOLE_WEIGHTS) ** 2).sum(axis=1)
        + cost**2
    )
    few = np.argsort(total, kind="stable")[:limit]
    return [
        Hit(
            ids[k], round(float(total[k]), 4), turns[best[k]][1], turns[best[k]][2],
            _differences(turns[best[k]][0], arms[k], shape.whole, whole[k]),
        )
        for k in few.tolist()
    ]  # fmt: skip


def _differences(
    here: Floats, there: Floats, whole: Floats, other: Floats
) -> tuple[tuple[str, str, float, float], ...]:
    found = []
    for n in range(len(here)):
        for k, (_, zh, en, weight) in enumerate(ARM):
            off = abs(here[n, k] - there[n, k]) * weight
            if off > 0.02:
                found.append(
                    (off, f"第 {n + 1} 支{zh}", f"arm {n + 1}: {en}", float(there[n, k]), float(here[n, k]))
                )
    for k, (_, zh, en, weight) in enumerate(WHOLE):
        off = abs(whole[k] - other[k]) * weight
        if off > 0.02:
            found.append((off, zh, en, float(other[k]), float(whole[k])))
    found.sort(key=lambda row: (-row[0], row[2]))
    return tuple((zh, en, round(a, 2), round(b, 2)) for _, zh, en, a, b in found[:3])


def shapes_of(document: Document) -> list[Shape]:
    """Every node at which three streets or more meet."""
    at = {node.id: node for node in document.nodes}
    arms: dict[tuple[str, str], Arm] = {(arm.segment, arm.end): arm for arm in document.arms}
    ends: dict[str, list[tuple[Segment, str]]] = {}
    for segment in document.segments:
        ends.setdefault(segment.a, []).append((segment, "a"))
        ends.setdefault(segment.b, []).append((segment, "b"))
    found = []
    for id_, meeting in sorted(ends.items()):
        if len(meeting) < 3:
            continue
        rows = sorted((_heading(s, e, at), s.id, e, s) for s, e in meeting)
        gaps = [b[0] - a[0] for a, b in pairwise(rows)] + [rows[0][0] + 2 * pi - rows[-1][0]]
        described = [
            [gap * 180 / pi, *_arm(segment, end, arms.get((segment.id, end)))]
            for gap, (_, _, end, segment) in zip(gaps, rows, strict=True)
        ]
        node = at[id_]
        found.append(
            Shape(
                f"node/{id_}",
                np.array(described),
                np.array([float(node.control == "signal"), float(node.layer)]),
            )
        )
    return found


def _heading(segment: Segment, end: str, at: Mapping[str, Any]) -> float:
    line = [at[segment.a].at, *segment.via, at[segment.b].at]
    points = line if end == "a" else line[::-1]
    x0, y0 = points[0]
    ahead = next((p for p in points[1:] if hypot(p[0] - x0, p[1] - y0) >= 6), points[-1])
    return float(atan2(ahead[1] - y0, ahead[0] - x0))


def _arm(segment: Segment, end: str, drawn: Arm | None) -> list[float]:
    strips = segment.sections[0 if end == "a" else -1].strips
    inbound = -1 if end == "a" else 1
    left, right = kerbs_of(strips)
    two = {"drive", "bus", "mixed", "rail"}
    return [
        float(sum(s.kind in two and s.dir in (inbound, 0) for s in strips)),
        float(sum(s.kind in two and s.dir in (-inbound, 0) for s in strips)),
        float(sum(s.kind in {"slow", "moto", "bike"} for s in strips)),
        sum(sum(s.widths) / 2 for s in strips[left:right] if s.kind in TRAVEL or s.kind == "median"),
        float(any(s.kind == "median" for s in strips)),
        float(sum(s.kind in {"sidewalk", "arcade", "marked_walk"} for s in strips)),
        float(bool(drawn and drawn.crosswalk)),
        float(bool(drawn and drawn.stop)),
        float(bool(drawn and drawn.box)),
        segment.speed or 50.0,
    ]
