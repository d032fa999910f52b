"""Lines as the areas that they cover on paper: widths, ends, dashes, double lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

MOST_DASHES = 60_000
FINEST = 1.3
"""Dashes are as long as those of a line of this width: shorter ones run together."""


def strokes(lines: Any, widths: Any, round_: bool) -> Any:
    """The area of each line. Half of a fine pixel is taken off, which the filling of polygons adds."""
    half = np.maximum(np.asarray(widths, dtype=float) / 2 - 1 / 6, 0.12)
    return shapely.buffer(
        lines, half, quad_segs=3, cap_style="round" if round_ else "flat", join_style="round"
    )


def outlines(places: Any) -> Any:
    """The lines of areas; lines as they are."""
    areas = np.isin(shapely.get_type_id(places), (3, 6))
    return np.where(areas, shapely.boundary(places), places)


def shared(lines: Any) -> Any:
    """A border that two areas share as one line, so that its dashes do not fill each other's gaps."""
    whole = shapely.line_merge(shapely.union_all(lines, grid_size=0.25))
    return shapely.get_parts(whole)


def dashed(lines: Any, pattern: Sequence[float], width: float) -> tuple[Any, Any]:
    """The dashes of lines, and for each the number of its line. Too many to be seen are drawn as whole lines."""
    parts, whose = shapely.get_parts(lines, return_index=True)
    on, off = (v * max(width, FINEST) for v in pattern)
    lengths = shapely.length(parts)
    if lengths.sum() / (on + off) > MOST_DASHES:
        return parts, whose
    out, owners = [], []
    for part, owner, length in zip(parts, whose, lengths, strict=True):
        if length <= on:
            out.append(part)
            owners.append(owner)
            continue
        xy = shapely.get_coordinates(part)
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
        for start in np.arange(0.0, along[-1], on + off):
            end = min(start + on, along[-1])
            inner = xy[(along > start) & (along < end)]
            ends = np.column_stack([np.interp((start, end), along, xy[:, i]) for i in (0, 1)])
            out.append(shapely.LineString(np.vstack([ends[:1], inner, ends[1:]])))
            owners.append(owner)
    return np.array(out, dtype=object), np.array(owners, dtype=int)
