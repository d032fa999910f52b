"""Crashes of several junctions in one frame: legs laid onto legs, points moved with them (事故疊合).

Only rotations are tried, never mirror images, since priority and turning are not the same the other way round.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from diagramming.movement.key import wrap


@dataclass(frozen=True, slots=True)
class Fit:
    """`legs[i]` is the leg of the frame onto which leg i is laid; `residual` in degrees, root mean square."""

    legs: tuple[int, ...]
    residual: float


def lay(bearings: Sequence[float], frame: Sequence[float], most: float = 35.0) -> Fit | None:
    """None when the legs do not fit: another number of them, or too far apart even after turning the whole."""
    n = len(bearings)
    if n != len(frame) or n < 2:
        return None
    mine, theirs = (
        sorted(range(n), key=lambda i: bearings[i] % 360),
        sorted(range(n), key=lambda i: frame[i] % 360),
    )
    best: Fit | None = None
    best_turn = 0.0
    for shift in range(n):
        pairs = [(mine[k], theirs[(k + shift) % n]) for k in range(n)]
        apart = [wrap(frame[j] - bearings[i]) for i, j in pairs]
        middle = apart[0] + sum(wrap(a - apart[0]) for a in apart) / n
        residual = (sum(wrap(a - middle) ** 2 for a in apart) / n) ** 0.5
        turned = abs(wrap(middle))
        if best is None or (round(residual, 6), turned) < (round(best.residual, 6), best_turn):
            best, best_turn = Fit(tuple(j for _, j in sorted(pairs)), residual), turned
    return best if best is not None and best.residual <= most else None


def carry(
    point: tuple[float, float], bearings: Sequence[float], frame: Sequence[float], fit: Fit
) -> tuple[float, float]:
    """A point in polar form (bearing, metres): between two legs it stays at the same share of the angle."""
    order = sorted(range(len(bearings)), key=lambda i: bearings[i] % 360)
    sorted_ = [bearings[i] % 360 for i in order]
    k = (bisect_right(sorted_, point[0] % 360) - 1) % len(order)
    a, b = order[k], order[(k + 1) % len(order)]
    gap = (bearings[b] - bearings[a]) % 360 or 360.0
    share = ((point[0] - bearings[a]) % 360) / gap
    span = (frame[fit.legs[b]] - frame[fit.legs[a]]) % 360 or 360.0
    return (frame[fit.legs[a]] + share * span) % 360, point[1]
