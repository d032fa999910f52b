"""Confidence that means what it says: isotonic regression of reviewed answers, and the error that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Calibration:
    """Steps from raw confidence to the share that proved right; straight lines between."""

    raw: tuple[float, ...] = (0.0, 1.0)
    right: tuple[float, ...] = (0.0, 1.0)

    def __call__(self, confidence: float) -> float:
        return float(np.interp(confidence, self.raw, self.right))


def fit(confidence: Sequence[float], right: Sequence[bool]) -> Calibration:
    """Pool adjacent violators; needs some dozens of reviewed answers to be worth anything."""
    order = np.argsort(np.asarray(confidence), kind="stable")
    blocks: list[list[float]] = []  # sum of x, sum of y, n
    for k in order:
        blocks.append([float(confidence[k]), float(right[k]), 1.0])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            x, y, n = blocks.pop()
            blocks[-1][0] += x
            blocks[-1][1] += y
            blocks[-1][2] += n
    return Calibration(tuple(b[0] / b[2] for b in blocks), tuple(b[1] / b[2] for b in blocks))


def error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over equal bins."""
    c, r = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    which = np.minimum((c * bins).astype(int), bins - 1)
    gaps = [
        (which == b).mean() * abs(c[which == b].mean() - r[which == b].mean()) for b in set(which.tolist())
    ]
    return float(sum(gaps))
