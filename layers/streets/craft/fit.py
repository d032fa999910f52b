"""Snaps surveyed points to the boundaries of a cross-section: one lateral offset each and a small turn of the whole.

Weights after Huber keep a gross error from moving anything. Nothing is applied here; residuals are shown.
"""

from __future__ import annotations

import itertools
from math import hypot
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from layers.streets.craft.derive.ribbon import ribbon
from layers.streets.craft.document import Segment

NEAR = 1.0
ROUNDS = 12
HUBER = 1.5


class Surveyed(BaseModel):
    """A point in the plane of the map; `code` says on which boundary, counted from the left edge of the street."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    x: Annotated[float, Field(allow_inf_nan=False)]
    y: Annotated[float, Field(allow_inf_nan=False)]
    code: Annotated[int, Field(ge=0, le=60)] | None = None


def fit(
    piece: dict[str, Any],
    line: list[tuple[float, float]],
    points: list[Surveyed],
    *,
    section: int = 0,
    accuracy: float = 0.02,
) -> dict[str, Any]:
    """Widths that the points give, where they give any, with residuals. `apply` is false where they do not agree."""
    segment = Segment.model_validate(piece)
    strips = segment.sections[section].strips
    made = ribbon(segment, line[0], line[-1])
    part = made.pieces[min(section, len(made.pieces) - 1)]
    chain = np.asarray(line)
    s, t = _located(chain, np.array([(p.x, p.y) for p in points]))
    middle = (part.stations[0] + part.stations[-1]) / 2
    _, offsets = _located(chain, part.across(float(middle)))
    codes = np.array([p.code if p.code is not None and p.code <= len(strips) else -1 for p in points])
    free = codes < 0
    if free.any():
        gaps = np.abs(t[free, None] - offsets[None])
        nearest = gaps.argmin(axis=1)
        codes[free] = np.where(gaps.min(axis=1) <= NEAR, nearest, -1)
    used = codes >= 0
    if used.sum() < 3:
        return {
            "apply": False,
            "why": "Fewer than three points lie on a boundary.",
            "widths": {},
            "residuals": [],
        }
    known = sorted(set(codes[used].tolist()))
    solved, residual, weights = _solved(s[used] - middle, t[used], codes[used], known, accuracy)
    at = dict(zip(known, solved[1:], strict=True))
    widths = {
        strips[k].id: round(float(at[k] - at[k + 1]), 3)
        for k in range(len(strips))
        if k in at and k + 1 in at
    }
    kept = weights > 0.3
    rms = float(np.sqrt(np.mean(residual[kept] ** 2))) if kept.any() else float("inf")
    all_residuals = np.full(len(points), np.nan)
    all_residuals[used] = residual
    return {
        "apply": bool(rms <= 3 * accuracy and min(widths.values(), default=1.0) > 0),
        "why": ""
        if rms <= 3 * accuracy
        else f"The points disagree by {rms:.3f} m, more than three times their accuracy.",
        "rms": round(rms, 4),
        "heading": round(float(np.degrees(solved[0])), 4),
        "widths": widths,
        "offsets": {str(k): round(float(v), 3) for k, v in at.items()},
        "residuals": [None if np.isnan(r) else round(float(r), 4) for r in all_residuals],
        "codes": codes.tolist(),
        "outliers": [int(i) for i, w in zip(np.flatnonzero(used), weights, strict=True) if w <= 0.3],
    }


def _located(line: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Station along the line and offset to its left, of each point."""
    s, t = np.zeros(len(points)), np.full(len(points), np.inf)
    along = 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        link = hypot(x1 - x0, y1 - y0)
        ux, uy = (x1 - x0) / link, (y1 - y0) / link
        dx, dy = points[:, 0] - x0, points[:, 1] - y0
        out = dx * ux + dy * uy
        share = np.clip(out, 0, link)
        left = -dx * uy + dy * ux
        far = np.hypot(out - share, left)
        better = far < np.abs(t) - 1e-9
        s[better], t[better] = along + share[better], left[better]
        along += link
    return s, t


def _solved(
    s: np.ndarray, t: np.ndarray, codes: np.ndarray, known: list[int], accuracy: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(turn, offset of each boundary), residuals, weights."""
    rows = np.zeros((len(s), 1 + len(known)))
    rows[:, 0] = s
    rows[np.arange(len(s)), [1 + known.index(int(c)) for c in codes]] = 1
    weights = np.ones(len(s))
    start = {c: float(np.median(t[codes == c])) for c in known}
    residual = t - np.array([start[int(c)] for c in codes])
    for round_ in range(ROUNDS):
        scale = max(float(np.median(np.abs(residual))) * 1.4826, accuracy / 2)
        weights = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(residual), 1e-12))
        if round_ > ROUNDS // 2:
            weights = np.where(np.abs(residual) > 4 * scale, 1e-6, weights)
        root = np.sqrt(weights)[:, None]
        solved = np.linalg.lstsq(
            np.vstack((rows * root, np.eye(1, rows.shape[1]) * 1e-3)),
            np.append(t * root[:, 0], 0),
            rcond=None,
        )[0]
        residual = t - rows @ solved
    return solved, residual, weights
