"""Marks as SVG, in millimetres, drawn from the paths of both parties with their true bearings.

Vehicle symbols are files in `symbols/` (or a folder that replaces them): 10×10 units, heading north. Severity is told by
shape first (A1 filled diamond, A2 filled dot, A3 ring) and by colour second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sin
from pathlib import Path
from xml.sax.saxutils import escape

LIBRARY = Path(__file__).parent / "symbols"
COLORS = {1: "#8c0d3a", 2: "#dd6b10", 3: "#6b7280"}
INK = "#1f2933"
BOX = (15.0, 9.0)
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Path2:
    """One party's path: headings at its beginning and end, what it did, and the symbol of its vehicle."""

    heading: float
    out: float
    turn: str = "S"
    symbol: str = "car"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn of one crash."""

    first: Path2
    second: Path2 | None
    severity: int = 3
    label: str = ""
    night: bool = False
    wet: bool = False
    unsure: bool = False
    extra: int = 0


def number(value: float) -> str:
    """Millimetres to a thousandth, always written the same way."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-0", "-0") if abs(value) >= 0.0005 else "0"


@cache
def symbols(folder: Path = LIBRARY) -> str:
    """All symbols of a library as definitions."""
    found = []
    for path in sorted(folder.glob("*.svg")):
        inside = _INSIDE.search(path.read_text("utf-8"))
        if inside is None:
            raise ValueError(f"{path} is no SVG symbol.")
        found.append(f'<symbol id="v-{path.stem}" viewBox="0 0 10 10">{inside.group(1).strip()}</symbol>')
    return "<defs>" + "".join(found) + "</defs>"


def draw(mark: Mark, x: float, y: float, scale: float = 1.0) -> str:
    """With its upper left corner at x, y."""
    w, h = BOX
    cx, cy = w * 0.42, h * 0.5
    parts = [_path(mark.first, cx, cy, 0.62, "first")]
    if mark.second is not None:
        parts.append(_path(mark.second, cx, cy, 0.36, "second"))
    parts.append(severity(mark.severity, cx, cy, 0.95))
    if mark.label:
        parts.append(
            f'<text x="{number(w - 0.3)}" y="2.3" font-size="2.1" text-anchor="end">{escape(mark.label)}</text>'
        )
    if mark.night:
        parts.append(
            f'<path d="M{number(w - 1.6)} 3.4a1.1 1.1 0 1 0 1.1 1.5a.95 .95 0 0 1-1.1-1.5z" fill="{INK}"/>'
        )
    if mark.wet:
        parts.append(
            f'<path d="M{number(w - 3.2)} 7.6q.45-.8 .9 0t.9 0t.9 0" fill="none" stroke="{INK}" stroke-width=".25"/>'
        )
    if mark.unsure:
        parts.append(f'<text x="{number(w - 3.9)}" y="5.4" font-size="2.4" font-weight="bold">?</text>')
    if mark.extra:
        parts.append(f'<text x=".3" y="8.6" font-size="1.9">+{mark.extra}</text>')
    return f'<g transform="translate({number(x)} {number(y)}) scale({number(scale)})">{"".join(parts)}</g>'


def severity(level: int, x: float, y: float, r: float) -> str:
    color = COLORS.get(level, COLORS[3])
    if level == 1:
        d = f"M{number(x)} {number(y - 1.35 * r)}l{number(1.35 * r)} {number(1.35 * r)}l{number(-1.35 * r)} {number(1.35 * r)}l{number(-1.35 * r)} {number(-1.35 * r)}z"
        return f'<path d="{d}" fill="{color}" stroke="#fff" stroke-width=".2"/>'
    fill = color if level == 2 else "#fff"
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" fill="{fill}" stroke="{color}" stroke-width=".45"/>'


def _unit(heading: float) -> tuple[float, float]:
    return sin(radians(heading)), -cos(radians(heading))


def _path(p: Path2, cx: float, cy: float, width: float, role: str) -> str:
    """From the edge of the box to the middle; a turn begins on the old heading and arrives on the new one."""
    ux, uy = _unit(p.heading)
    reach = min(5.6 / abs(ux) if ux else 99.0, 4.1 / abs(uy) if uy else 99.0)
    sx, sy = cx - ux * reach, cy - uy * reach
    ox, oy = _unit(p.out)
    ex, ey = cx - ox * 1.1, cy - oy * 1.1
    pen = f'fill="none" stroke="{INK}" stroke-width="{number(width)}"'
    if p.symbol == "pedestrian":
        pen += ' stroke-dasharray="1 .6"'
    if p.turn in ("P",):
        return _symbol(p.symbol, cx - ux * 2.4, cy - uy * 2.4, p.heading)
    if p.turn == "X":
        nx, ny = -uy, ux
        d = f"M{number(sx)} {number(sy)}" + "".join(
            f"Q{number(sx + ux * reach * (k + 0.5) / 5 + nx * s)} {number(sy + uy * reach * (k + 0.5) / 5 + ny * s)} "
            f"{number(sx + ux * reach * (k + 1) / 5)} {number(sy + uy * reach * (k + 1) / 5)}"
            for k, s in ((0, 1.1), (1, -1.1), (2, 1.1), (3, -1.1))
        )
        ex, ey, ox, oy = sx + ux * reach * 0.8, sy + uy * reach * 0.8, ux, uy
    elif p.turn in ("L", "R", "U", "CL", "CR"):
        kx, ky = cx - ux * reach * 0.12, cy - uy * reach * 0.12
        d = f"M{number(sx)} {number(sy)}Q{number(kx)} {number(ky)} {number(cx + ox * 2.6)} {number(cy + oy * 2.6)}"
        ex, ey = cx + ox * 2.6, cy + oy * 2.6
    else:
        d = f"M{number(sx)} {number(sy)}L{number(ex)} {number(ey)}"
    head = 1.5 if role == "first" else 1.2
    hx, hy = -oy, ox
    arrow = (
        f"M{number(ex + ox * head)} {number(ey + oy * head)}L{number(ex + hx * head * 0.5)} {number(ey + hy * head * 0.5)}"
        f"L{number(ex - hx * head * 0.5)} {number(ey - hy * head * 0.5)}z"
    )
    twice = (
        f'<path d="{arrow}" transform="translate({number(-ox * 1.3)} {number(-oy * 1.3)})" fill="{INK}"/>'
        if p.turn == "B"
        else ""
    )
    return (
        f'<path d="{d}" {pen}/><path d="{arrow}" fill="{INK}"/>{twice}'
        + _symbol(p.symbol, sx + ux * 1.2, sy + uy * 1.2, p.heading)
    )  # fmt: skip


def _symbol(name: str, x: float, y: float, heading: float) -> str:
    return (
        f'<use href="#v-{name}" x="-1.3" y="-1.3" width="2.6" height="2.6" '
        f'transform="translate({number(x)} {number(y)}) rotate({number(heading)})"/>'
    )
