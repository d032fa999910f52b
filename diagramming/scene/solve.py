"""Where things stood, from what was measured: least squares for a rigid body, one vehicle at a time.

Readings are never changed. One that contradicts the others is flagged and left out of the pose, but stays in the
report with its residual; each reading also says how large an error would have to be for it to be noticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import atan2, cos, degrees, hypot, pi, radians, sin, sqrt

import numpy as np

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.classes import CLASSES, ahead
from diagramming.scene.document import Scene

ODD = 2.60
"""A reading whose normalised residual is larger contradicts the rest: about one right one in fifty does by chance."""
GROSS = 3.5
"""A flagged reading that is further off than this is left out of the pose; nearer ones still say more than nothing."""
POWER = ODD + 0.84
"""Standard deviations of an error that is noticed four times in five."""
WEAK_ANGLE = 30.0
WIDE = 0.5
"""Metres: an ellipse longer than this is warned of."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Residual:
    """`off` is what was read less what the pose says; `normal` the same in its own standard deviations."""

    reading: str
    part: str
    off: float
    normal: float
    flagged: bool
    seen: float | None
    """The smallest error that would be noticed four times in five; None where nothing checks the reading."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Standard deviations are of one sigma; the ellipse is long axis, short axis, azimuth of the long one."""

    element: str
    x: float
    y: float
    heading: float | None
    ellipse: tuple[float, float, float]
    heading_sigma: float | None
    rms: float
    redundancy: int
    residuals: tuple[Residual, ...]
    warnings: tuple[str, ...]

    @property
    def flagged(self) -> list[str]:
        return sorted({r.reading for r in self.residuals if r.flagged})


@dataclass(frozen=True, slots=True)
class _Row:
    """One number that was read: of a point (ahead, right), along a direction or from a place."""

    reading: str
    part: str
    f: float
    r: float
    value: float
    sigma: float
    start: Point
    along: Point | None
    """Unit vector of the coordinate; None for a distance from `start`."""


def solve(scene: Scene) -> list[Fit]:
    """A fit for everything that has readings, in the order of the scene."""
    bodies: dict[str, list[_Row]] = defaultdict(list)
    constant: dict[str, list[Residual]] = defaultdict(list)
    for reading in scene.readings:
        _rows(scene, reading, bodies, constant)
    order = {e.id: n for n, e in enumerate(scene.elements)}
    keys = sorted({*bodies, *constant}, key=lambda key: (order.get(key.partition(".")[0], 0), key))
    return [_fit(scene, key, bodies[key], constant[key]) for key in keys]


def _rows(
    scene: Scene, reading: object, bodies: dict[str, list[_Row]], constant: dict[str, list[Residual]]
) -> None:
    assert isinstance(reading, E.Offset | E.Range | E.Span)
    key, (f, r) = _body(scene, reading.of)
    sigma = reading.accuracy
    if isinstance(reading, E.Offset):
        line = scene.element(reading.line)
        if not isinstance(line, E.BaseLine):
            return
        a, b = scene.place(line.start), scene.place(line.end)
        if a is None or b is None or a == b:
            return
        far = hypot(b[0] - a[0], b[1] - a[1])
        u = ((b[0] - a[0]) / far, (b[1] - a[1]) / far)
        bodies[key].append(_Row(reading.id, "s", f, r, reading.s, sigma, a, u))
        bodies[key].append(_Row(reading.id, "d", f, r, reading.d, sigma, a, (-u[1], u[0])))
        return
    other, (of, other_r) = _body(scene, reading.to)
    if other == key:  # from bumper to bumper: says nothing of the pose, something of the size
        off = reading.r - hypot(f - of, r - other_r)
        constant[key].append(
            Residual(
                reading.id,
                "r",
                round(off, 4),
                round(off / sigma, 3),
                abs(off / sigma) > ODD,
                round(POWER * sigma, 3),
            )
        )
        return
    there = scene.place(reading.to)
    if there is not None:
        bodies[key].append(_Row(reading.id, "r", f, r, reading.r, sigma, there, None))


def _body(scene: Scene, anchor: str) -> tuple[str, Point]:
    """What moves as one with a measured point, and where in it the point is."""
    id, _, point = anchor.partition(".")
    element = scene.element(id)
    if isinstance(element, E.Vehicle):
        return id, ahead(CLASSES[element.kind], point or "C", element.posture, element.length, element.width)
    if isinstance(element, E.Pedestrian):
        return id, ahead(CLASSES["pedestrian"], point or "C", "upright", None, None)
    return anchor, (0.0, 0.0)


def _fit(scene: Scene, key: str, rows: list[_Row], constant: list[Residual]) -> Fit:
    element = scene.element(key.partition(".")[0])
    turns = isinstance(element, E.Vehicle | E.Pedestrian)
    at = scene.place(key if not turns else f"{key}.C") or (0.0, 0.0)
    heading = element.pose.heading if turns and element else 0.0
    pose = np.array([at[0], at[1], radians(heading)])
    warnings: list[str] = []
    free = 3 if turns else 2
    if turns and len({(row.f, row.r) for row in rows}) < 2:
        free = 2
        warnings.append("只量測一點，方向取自圖上。 One point was measured; the heading is the drawn one.")
    if len(rows) < free:
        if rows:
            warnings.append(
                "量測不足以定位，位置取自圖上。 Too few readings to place it; it stands as drawn."
            )
        left = [_told(row, pose, None, None) for row in rows]
        return Fit(
            key,
            pose[0],
            pose[1],
            heading if turns else None,
            (0.0, 0.0, 0.0),
            None,
            0.0,
            0,
            (*left, *constant),
            tuple(warnings),
        )
    kept = list(range(len(rows)))
    pose, cov, normal = _adjusted(rows, kept, _start(rows, pose, free), free)
    while len(kept) > free + 1:
        worst = max(kept, key=lambda n: abs(normal[n]))
        if abs(normal[worst]) <= ODD:
            break
        kept.remove(worst)
        pose, cov, normal = _adjusted(rows, kept, pose, free)
    odd = {n for n in range(len(rows)) if n not in kept and abs(normal[n]) > ODD}
    kept = [n for n in range(len(rows)) if n not in odd or abs(normal[n]) <= GROSS]
    pose, cov, _ = _adjusted(rows, kept, pose, free)
    redundancy = len(kept) - free
    seen = _seen(rows, kept, pose, free)
    told = [_told(row, pose, normal[n], seen[n], n in odd) for n, row in enumerate(rows)]
    warnings += _weak(element, rows, redundancy)
    ellipse = _ellipse(cov)
    if ellipse[0] > WIDE:
        warnings.append(
            f"位置不確定：標準差達 {ellipse[0]:.2f} 公尺。 The place is uncertain: {ellipse[0]:.2f} m (one sigma)."
        )
    off = [_off(rows[n], pose) for n in kept]
    return Fit(
        key,
        round(float(pose[0]), 4),
        round(float(pose[1]), 4),
        round(degrees(float(pose[2])) % 360, 3) % 360 if turns else None,
        ellipse,
        round(degrees(sqrt(max(0.0, cov[2, 2]))), 3) if free == 3 else None,
        round(sqrt(sum(v * v for v in off) / len(off)), 4),
        redundancy,
        (*told, *constant),
        tuple(warnings),
    )


def _point(row: _Row, pose: np.ndarray) -> Point:
    c, s = cos(pose[2]), sin(pose[2])
    return float(pose[0] + row.f * s + row.r * c), float(pose[1] + row.f * c - row.r * s)


def _off(row: _Row, pose: np.ndarray) -> float:
    x, y = _point(row, pose)
    dx, dy = x - row.start[0], y - row.start[1]
    return row.value - (dx * row.along[0] + dy * row.along[1] if row.along else hypot(dx, dy))


def _slope(row: _Row, pose: np.ndarray) -> list[float]:
    x, y = _point(row, pose)
    if row.along:
        u = row.along
    else:
        dx, dy = x - row.start[0], y - row.start[1]
        far = hypot(dx, dy) or 1.0
        u = (dx / far, dy / far)
    c, s = cos(pose[2]), sin(pose[2])
    return [u[0], u[1], u[0] * (row.f * c - row.r * s) + u[1] * (-row.f * s - row.r * c)]


def _adjusted(
    rows: Sequence[_Row], kept: Sequence[int], pose: np.ndarray, free: int
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Gauss-Newton with a bounded step; normalised residuals of all rows, also of those that took no part."""
    pose = pose.copy()
    weight = np.array([1 / rows[n].sigma for n in kept])
    for _ in range(40):
        slope = np.array([_slope(rows[n], pose)[:free] for n in kept]) * weight[:, None]
        off = np.array([_off(rows[n], pose) for n in kept]) * weight
        step, *_ = np.linalg.lstsq(slope, off, rcond=1e-9)
        far = float(np.hypot(step[0], step[1]))
        step *= min(1.0, 5.0 / far if far else 1.0, 0.5 / abs(step[2]) if free == 3 and step[2] else 1.0)
        pose[:free] += step
        if float(np.abs(step).max()) < 1e-8:
            break
    slope = np.array([_slope(rows[n], pose)[:free] for n in kept]) * weight[:, None]
    cov = np.zeros((3, 3))
    cov[:free, :free] = np.linalg.pinv(slope.T @ slope, rcond=1e-9)
    normal = []
    for n, row in enumerate(rows):
        g = np.array(_slope(row, pose))
        own = float(g @ cov @ g)
        spread = row.sigma**2 - own if n in kept else row.sigma**2 + own
        normal.append(_off(row, pose) / sqrt(spread) if spread > 1e-6 * row.sigma**2 else 0.0)
    return pose, cov, normal


def _start(rows: Sequence[_Row], pose: np.ndarray, free: int) -> np.ndarray:
    """The drawn pose, turned as the offsets say if there are two points of them: a good beginning ends well."""
    pairs: dict[str, dict[str, _Row]] = defaultdict(dict)
    for row in rows:
        if row.along:
            pairs[row.reading][row.part] = row
    found = []
    for both in pairs.values():
        if len(both) == 2:
            s, d = both["s"], both["d"]
            assert s.along and d.along
            found.append(
                (
                    s.f,
                    s.r,
                    s.start[0] + s.value * s.along[0] + d.value * d.along[0],
                    s.start[1] + s.value * s.along[1] + d.value * d.along[1],
                )
            )
    if free < 3 or len(found) < 2:
        return pose
    f0, r0, x0, y0 = (float(np.median([one[k] for one in found])) for k in range(4))
    along = across = 0.0
    for one in found:
        df, dr, dx, dy = one[0] - f0, one[1] - r0, one[2] - x0, one[3] - y0
        along += df * dy + dr * dx
        across += df * dx - dr * dy
    if hypot(along, across) < 1e-9:
        return pose
    turn = atan2(across, along)
    return np.array([x0 - f0 * sin(turn) - r0 * cos(turn), y0 - f0 * cos(turn) + r0 * sin(turn), turn])


def _seen(rows: Sequence[_Row], kept: Sequence[int], pose: np.ndarray, free: int) -> list[float | None]:
    weight = np.array([1 / rows[n].sigma for n in kept])
    slope = np.array([_slope(rows[n], pose)[:free] for n in kept]) * weight[:, None]
    inner = np.linalg.pinv(slope.T @ slope, rcond=1e-9)
    out: list[float | None] = []
    for row in rows:
        g = np.array(_slope(row, pose)[:free]) / row.sigma
        share = 1 - float(g @ inner @ g)
        out.append(round(POWER * row.sigma / sqrt(share), 3) if share > 1e-4 else None)
    return out


def _told(
    row: _Row, pose: np.ndarray, normal: float | None, seen: float | None, flagged: bool = False
) -> Residual:
    return Residual(row.reading, row.part, round(_off(row, pose), 4), round(normal or 0.0, 3), flagged, seen)


def _ellipse(cov: np.ndarray) -> tuple[float, float, float]:
    values, axes = np.linalg.eigh(cov[:2, :2])
    azimuth = degrees(atan2(axes[0, 1], axes[1, 1])) % 180
    return round(sqrt(max(0.0, values[1])), 4), round(sqrt(max(0.0, values[0])), 4), round(azimuth, 1)


def _weak(element: object, rows: Sequence[_Row], redundancy: int) -> list[str]:
    """What is wrong with the way it was measured, whatever the numbers."""
    out = []
    points = {(row.f, row.r) for row in rows}
    if (
        isinstance(element, E.Vehicle)
        and len(points) > 1
        and (all(f > 0 for f, _ in points) or all(f < 0 for f, _ in points))
    ):
        out.append(
            "只量測車輛一端，方向不可靠。 Only one end of the vehicle was measured; the heading is weak."
        )
    if redundancy == 0:
        out.append("沒有多餘量測，無法檢核。 There is no reading to spare, so nothing checks the others.")
    return out


def crossing(scene: Scene, fit: Fit) -> list[str]:
    """Warnings of ranges to one point that meet at less than 30° or more than 150°."""
    out = []
    meeting: dict[str, list[E.Range]] = defaultdict(list)
    for reading in scene.readings:
        if isinstance(reading, E.Range) and _body(scene, reading.of)[0] == fit.element:
            meeting[reading.of].append(reading)
    for anchor, many in meeting.items():
        here = scene.place(anchor)
        best = 0.0
        for one, other in combinations(many, 2):
            a, b = scene.place(one.to), scene.place(other.to)
            if here is None or a is None or b is None:
                continue
            turn = abs(atan2(a[1] - here[1], a[0] - here[0]) - atan2(b[1] - here[1], b[0] - here[0]))
            best = max(best, 90 - abs(90 - degrees(min(turn, 2 * pi - turn))))
        if len(many) > 1 and best < WEAK_ANGLE:
            out.append(
                f"{anchor}：測距線交角僅 {best:.0f}°。 The ranges to {anchor} meet at {best:.0f}° only."
            )
    return out


def report(scene: Scene) -> list[Fit]:
    """Fits with every warning that applies."""
    return [replace(fit, warnings=(*fit.warnings, *crossing(scene, fit))) for fit in solve(scene)]
