"""What may speak for a movement: arrows, poses, marks, statements, codes. Each gives every hypothesis (approach, exit)
a log likelihood against knowing nothing, so that contributions can be compared and added."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, exp, log, radians
from typing import Protocol

from scipy.special import i0e

from diagramming.movement.key import wrap
from diagramming.movement.legs import Junction

DOUBT = 0.004
"""The share of every kind of evidence that is simply about something else."""
ACTION = {  # 行動狀態: what turn it tells
    "05": ("L", 0.94), "06": ("R", 0.94), "11": ("U", 0.94), "09": ("S", 0.92), "04": ("S", 0.80),
    "07": ("S", 0.80), "08": ("S", 0.80), "10": ("S", 0.70),
}  # fmt: skip


class Evidence(Protocol):
    @property
    def says(self) -> str: ...

    def weigh(self, at: Junction, approach: int, exit: int) -> float: ...


def bearing(seen: float, expected: float, sigma: float) -> float:
    """von Mises against the uniform, with a floor for doubt."""
    kappa = 1.0 / radians(sigma) ** 2
    ratio = exp(kappa * (cos(radians(wrap(seen - expected))) - 1.0)) / float(i0e(kappa))
    return log(DOUBT + (1.0 - DOUBT) * ratio)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A drawn travel arrow: its heading where it begins and, if it turns, where it ends."""

    start: float
    end: float | None = None
    source: str = "statement"
    sigma: float = 16.0
    end_sigma: float = 16.0

    @property
    def says(self) -> str:
        return f"行向箭頭 {self.start:.0f}°" + ("" if self.end is None else f"→{self.end:.0f}°")

    def weigh(self, at: Junction, approach: int, exit: int) -> float:
        told = bearing(self.start, at.legs[approach].heading_in, self.sigma)
        if self.end is not None:
            told += bearing(self.end, at.legs[exit].bearing, self.end_sigma)
        return told


@dataclass(frozen=True, slots=True)
class Mark:
    """A skid or yaw mark: somewhere along the first 60 % of the turn."""

    heading: float
    kind: str = "skid"
    sigma: float = 8.5

    @property
    def says(self) -> str:
        return f"煞車痕 {self.heading:.0f}°"

    def weigh(self, at: Junction, approach: int, exit: int) -> float:
        inbound = at.legs[approach].heading_in
        bend = 0.0 if approach == exit else wrap(at.legs[exit].bearing - inbound)
        along = [exp(bearing(self.heading, inbound + f * bend, self.sigma)) for f in (0.0, 0.2, 0.4, 0.6)]
        return log(sum(along) / len(along))


@dataclass(frozen=True, slots=True)
class Pose:
    """A vehicle's heading before the crash, at it, or where it came to rest (which tells little)."""

    heading: float
    role: str = "final"

    @property
    def says(self) -> str:
        return f"{'終止' if self.role == 'final' else '碰撞'}位置車頭 {self.heading:.0f}°"

    def weigh(self, at: Junction, approach: int, exit: int) -> float:
        sigma = 58.0 if self.role == "final" else 20.0
        inbound = at.legs[approach].heading_in
        bend = 0.0 if approach == exit else wrap(at.legs[exit].bearing - inbound)
        return bearing(self.heading, inbound + 0.5 * bend, sigma)


@dataclass(frozen=True, slots=True)
class Action:
    """行動狀態 of the form: which turn, seldom wrong."""

    code: str

    @property
    def says(self) -> str:
        return f"行動狀態 {self.code}"

    def weigh(self, at: Junction, approach: int, exit: int) -> float:
        if self.code not in ACTION:
            return 0.0
        turn, sure = ACTION[self.code]
        return log(sure if at.turn(approach, exit) == turn else (1.0 - sure) / 3.0) - log(0.25)


@dataclass(frozen=True, slots=True)
class Statement:
    """由東往西, 沿A路往B方向: a heading, or the names of the streets of approach and exit."""

    heading: float | None = None
    approach: str = ""
    exit: str = ""
    sure: float = 0.92

    @property
    def says(self) -> str:
        if self.heading is not None:
            return f"筆錄行向 {self.heading:.0f}°"
        return f"筆錄 {self.approach}→{self.exit}"

    def weigh(self, at: Junction, approach: int, exit: int) -> float:
        told = 0.0
        if self.heading is not None:
            told += bearing(self.heading, at.legs[approach].heading_in, 24.0)
        for name, leg in ((self.approach, approach), (self.exit, exit)):
            meant = at.named(name)
            if meant:
                n = len(at.legs)
                share = self.sure / len(meant) if leg in meant else (1 - self.sure) / max(n - len(meant), 1)
                told += log(share * n)
        return told
