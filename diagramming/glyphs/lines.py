"""The mark of a crash as lines in metres, for a map: the same paths as on paper, without symbols.

x to the east, y to the north, about the middle of the mark; `size` is its width on the ground.
"""

from __future__ import annotations

from math import cos, radians, sin

from diagramming.glyphs.mark import BOX, Mark, Path2

Point = tuple[float, float]
Line = tuple[Point, ...]
TURNS = ("L", "R", "U", "CL", "CR")


def lines(mark: Mark, size: float = 12.0) -> list[tuple[str, Line]]:
    """(part, line): `first` and `second` are the parties' paths, each with its arrow head at the end."""
    k = size / BOX[0]
    out = [("first", _path(mark.first, k))]
    if mark.second is not None:
        out.append(("second", _path(mark.second, k)))
    return out


def _unit(heading: float) -> Point:
    return sin(radians(heading)), cos(radians(heading))


def _path(p: Path2, k: float) -> Line:
    ux, uy = _unit(p.heading)
    ox, oy = _unit(p.out)
    reach = min(5.6 / abs(ux) if ux else 99.0, 4.1 / abs(uy) if uy else 99.0)
    start = (-ux * reach, -uy * reach)
    if p.turn == "P":
        shape = [(-ux * 3.2, -uy * 3.2), (-ux * 1.4, -uy * 1.4)]
    elif p.turn == "X":
        nx, ny = uy, -ux
        shape = [
            (start[0] + ux * reach * f + nx * side, start[1] + uy * reach * f + ny * side)
            for f, side in ((0, 0), (0.15, 0.9), (0.3, -0.9), (0.45, 0.9), (0.6, -0.9), (0.8, 0))
        ]
    elif p.turn in TURNS:
        knee, end = (-ux * reach * 0.12, -uy * reach * 0.12), (ox * 2.6, oy * 2.6)
        shape = []
        for t in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            shape.append((a * start[0] + b * knee[0] + c * end[0], a * start[1] + b * knee[1] + c * end[1]))
    else:
        shape = [start, (-ox * 0.9, -oy * 0.9)]
    (ex, ey), (hx, hy) = shape[-1], (-oy, ox)
    if p.turn in ("P", "X"):
        return tuple((x * k, y * k) for x, y in shape)
    head = [
        (ex - ox * 1.5 + hx * 0.8, ey - oy * 1.5 + hy * 0.8),
        (ex, ey),
        (ex - ox * 1.5 - hx * 0.8, ey - oy * 1.5 - hy * 0.8),
        (ex, ey),
    ]
    return tuple((x * k, y * k) for x, y in (*shape, *head))
