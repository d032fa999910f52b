"""Where an arm's transverse markings stand: crosswalk, stop line, waiting zone, each as a line across the arm.

A line follows the edge of the carriageway it crosses, so on a skewed arm it is skewed too, up to a limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.streets.craft.derive.arms import Arm as End
from layers.streets.craft.document import Arm

MOST_SKEW = 0.7
"""Metres along per metre across: 35°."""


@dataclass(slots=True, frozen=True)
class Across:
    """A line across the arm: its distance out at the left and at the right kerb."""

    left: float
    right: float

    def out(self, metres: float) -> Across:
        return Across(self.left + metres, self.right + metres)

    @property
    def far(self) -> float:
        return max(self.left, self.right)

    @property
    def near(self) -> float:
        return min(self.left, self.right)


@dataclass(slots=True, frozen=True)
class Places:
    arm: Arm
    edge: Across
    """The edge of the crossing carriageway."""
    walk: tuple[Across, Across] | None = None
    stop: tuple[Across, Across] | None = None
    waiting: tuple[Across, Across] | None = None

    @property
    def last(self) -> Across:
        """Where the lane lines begin."""
        for pair in (self.waiting, self.stop, self.walk):
            if pair is not None:
                return pair[1]
        return self.edge


def places(end: End, arm: Arm, stop_gap: float | None = None) -> Places:
    edge = crossing_edge(end)
    walk = stop = waiting = None
    last = edge
    if arm.crosswalk is not None:
        walk = (edge.out(arm.crosswalk.setback), edge.out(arm.crosswalk.setback + arm.crosswalk.depth))
        last = walk[1]
    if arm.stop is not None:
        gap = arm.stop.gap if stop_gap is None else stop_gap
        stop = (last.out(gap), last.out(gap + arm.stop.width))
        if arm.waiting is not None:
            waiting = (stop[0], stop[0].out(arm.waiting))
    room = end.length * 0.6
    if max((pair[1].far for pair in (walk, stop, waiting) if pair), default=0.0) > room:
        return Places(arm, edge)
    return Places(arm, edge, walk, stop, waiting)


def crossing_edge(end: End) -> Across:
    left, right = end.mouth
    if left is None and right is None:
        return Across(end.trim, end.trim)
    if left is None or right is None:
        only = left if left is not None else right
        assert only is not None
        return Across(only, only)
    most = MOST_SKEW * end.width
    if left - right > most:
        right = left - most
    elif right - left > most:
        left = right - most
    return Across(left, right)
