"""A painted line along a path: solid, or dashed with the first dash at the path's beginning."""

from __future__ import annotations

import numpy as np

from layers.streets.craft.derive.ribbon import SHARPEST, Floats


def lengths(path: Floats) -> Floats:
    steps = np.hypot(*np.diff(path, axis=0).T)
    return np.concatenate(([0.0], np.cumsum(steps)))


def normals(path: Floats) -> Floats:
    """To the left, mitred."""
    links = np.diff(path, axis=0)
    links = links / np.maximum(np.hypot(links[:, 0], links[:, 1]), 1e-9)[:, None]
    left = np.column_stack((-links[:, 1], links[:, 0]))
    if len(path) == 2:
        return np.concatenate((left, left))
    turn = 1 + np.sum(left[:-1] * left[1:], axis=1)
    middle = (left[:-1] + left[1:]) / np.maximum(turn, SHARPEST)[:, None]
    return np.concatenate((left[:1], middle, left[-1:]))


def beside(path: Floats, offset: float) -> Floats:
    """The path moved to its left."""
    return path + normals(path) * offset if offset else path


def solid(path: Floats, width: float) -> Floats:
    """The outline of a line painted along the path."""
    across = normals(path) * (width / 2)
    return np.concatenate((path + across, (path - across)[::-1]))


def dashed(path: Floats, width: float, dash: float, gap: float) -> tuple[Floats, list[Floats]]:
    """Dashes as quads where they are straight, as outlines where they bend. Half a dash is not painted."""
    along = lengths(path)
    count = int((along[-1] + gap + 1e-6) // (dash + gap))
    if count < 1:
        return np.empty((0, 4, 2)), []
    starts = np.arange(count, dtype=np.float64) * (dash + gap)
    ends: Floats = starts + dash
    first = np.clip(np.searchsorted(along, starts, side="right") - 1, 0, len(path) - 2)
    last = np.clip(np.searchsorted(along, ends, side="left") - 1, 0, len(path) - 2)
    straight = first == last
    begin, finish = points_at(path, along, starts), points_at(path, along, ends)
    way = (finish - begin)[straight] / dash
    left = np.column_stack((-way[:, 1], way[:, 0])) * (width / 2)
    b, f = begin[straight], finish[straight]
    quads = np.stack((b + left, f + left, f - left, b - left), axis=1)
    bent = [
        solid(np.concatenate((begin[k : k + 1], path[first[k] + 1 : last[k] + 1], finish[k : k + 1])), width)
        for k in np.flatnonzero(~straight)
    ]
    return quads, bent


def points_at(path: Floats, along: Floats, wanted: Floats) -> Floats:
    return np.column_stack((np.interp(wanted, along, path[:, 0]), np.interp(wanted, along, path[:, 1])))


def part(path: Floats, start: float, end: float) -> Floats | None:
    """The path between two lengths."""
    along = lengths(path)
    start, end = max(start, 0.0), min(end, float(along[-1]))
    if end - start < 0.05:
        return None
    inside = (along > start + 1e-6) & (along < end - 1e-6)
    ends = points_at(path, along, np.array([start, end]))
    return np.concatenate((ends[:1], path[inside], ends[1:]))
