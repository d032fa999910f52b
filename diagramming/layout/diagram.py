"""A collision diagram as one SVG sheet: the plan in the middle, every crash beside it, told by block, pin or count.

The same crashes give the same bytes, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import cos, radians, sin
from typing import Literal
from xml.sax.saxutils import escape

from diagramming.glyphs.mark import INK, Mark, Path2, draw, number, severity, symbols
from diagramming.layout.place import Block, Group, Layout, Sheet, place
from diagramming.movement.key import FAMILIES, Key
from diagramming.movement.legs import Junction

Mode = Literal["blocks", "pins", "condensed"]
FONT = "'Noto Sans CJK TC','Noto Sans TC','Source Han Sans TC',sans-serif"
REACH = 62.0
Leg2 = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Crash:
    """`legs` are (approach, exit) of the first two parties; None where a leg is unknown. `place` is where it happened on
    the plan, in millimetres from its middle, where that is known."""

    id: str
    key: Key
    legs: tuple[Leg2, Leg2 | None] = ((None, None), None)
    vehicles: tuple[str, str] = ("car", "car")
    severity: int = 3
    night: bool = False
    wet: bool = False
    at: datetime | None = None
    unsure: bool = False
    parties: int = 2
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is written around the diagram. `plan` is an SVG fragment in millimetres about the middle of the plan."""

    title: str = ""
    subtitle: str = ""
    foot: str = ""
    plan: str = ""
    legs: tuple[str, ...] = ()


@dataclass(slots=True)
class Diagram:
    svg: str
    layout: Layout
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return sha256(self.svg.encode()).hexdigest()


def diagram(
    at: Junction,
    crashes: Sequence[Crash],
    words: Words | None = None,
    mode: Mode = "blocks",
    sheet: Sheet | None = None,
) -> Diagram:
    words, sheet = words or Words(), sheet or Sheet()
    ordered = sorted(crashes, key=lambda c: (c.severity, c.at or datetime.max, c.id))
    middle = ((sheet.plan[0] + sheet.plan[2]) / 2, (sheet.plan[1] + sheet.plan[3]) / 2)
    found = bundles(ordered, mode)
    numbers = {c.id: n for n, c in enumerate(sorted(ordered, key=lambda c: (c.at or datetime.max, c.id)), 1)}
    targets = _apart({name: target(at, several, middle) for name, several in found.items()})
    groups = [
        Group(name, tuple(c.id for c in (several[:1] if mode == "condensed" else several)), targets[name])
        for name, several in found.items()
    ]
    layout = place(groups, sheet)
    parts = [_head(words, sheet, ordered), _plan(at, words, sheet, middle)]
    for block in layout.blocks:
        several = found[block.group.key]
        width = min(0.2 + 0.08 * len(several), 1.4) if mode == "condensed" else 0.2
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in block.leader)
        x, y = block.group.target
        parts.append(f'<path d="{path}" fill="none" stroke="#64748b" stroke-width="{number(width)}"/>')
        parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r=".8" fill="{INK}"/>')
        if mode != "pins":
            parts.append(_label(several, block, mode))
        for crash in several:
            if crash.id in layout.cells:
                gx, gy = layout.cells[crash.id]
                glyph = draw(mark(at, crash, str(numbers[crash.id])), gx, gy, layout.scale)
                parts.append(f'<g data-crash="{escape(crash.id)}">{glyph}</g>')
    parts.append(_table(ordered, sheet))
    parts.append(_legend(sheet, words, layout))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(sheet.width)}mm" height="{number(sheet.height)}mm" '
        f'viewBox="0 0 {number(sheet.width)} {number(sheet.height)}" font-family="{FONT}" fill="{INK}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{symbols()}<g>{"".join(parts)}</g></svg>'
    )
    return Diagram(svg, layout, layout.metrics)


def bundles(crashes: Sequence[Crash], mode: Mode) -> dict[str, list[Crash]]:
    out: dict[str, list[Crash]] = {}
    for c in crashes:
        name = c.id if mode == "pins" else f"{c.key}|{_leg(c.legs[0])}|{_leg(c.legs[1])}"
        out.setdefault(name, []).append(c)
    return out


def _leg(leg: Leg2 | None) -> str:
    return "-" if leg is None or leg[0] is None else str(leg[0])


def target(at: Junction, crashes: Sequence[Crash], middle: tuple[float, float]) -> tuple[float, float]:
    """The mean place where it is known; else where the two paths meet in theory."""
    known = [c.place for c in crashes if c.place is not None]
    if known:
        return middle[0] + sum(p[0] for p in known) / len(known), middle[1] + sum(p[1] for p in known) / len(
            known
        )
    points = []
    for leg in crashes[0].legs:
        if leg is None or leg[0] is None:
            continue
        a = at.legs[leg[0]].bearing
        e = at.legs[leg[1]].bearing if leg[1] is not None else a + 180
        points.append(((8 * sin(radians(a)) + 3 * sin(radians(a + 90)) * -1 + 7 * sin(radians(e))) / 2,
                       (-8 * cos(radians(a)) + 3 * cos(radians(a + 90)) - 7 * cos(radians(e))) / 2))  # fmt: skip
    if not points:
        return middle
    spread = 16.0 if crashes[0].key.rel == "same" and len(set(points)) == 1 else 1.6
    return (
        (
            middle[0] + spread * sum(p[0] for p in points) / len(points),
            middle[1] + spread * sum(p[1] for p in points) / len(points),
        )
        if spread < 10
        else _upstream(at, crashes[0], middle)
    )


def _upstream(at: Junction, crash: Crash, middle: tuple[float, float]) -> tuple[float, float]:
    approach = crash.legs[0][0]
    assert approach is not None
    a = radians(at.legs[approach].bearing)
    return middle[0] + 30 * sin(a) - 3 * cos(a), middle[1] - 30 * cos(a) - 3 * sin(a)


def _apart(targets: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """No two at the same point: each next one at a place moves on along a spiral, so that leaders can be told apart."""
    out: dict[str, tuple[float, float]] = {}
    taken: set[tuple[int, int]] = set()
    for name in sorted(targets):
        x, y = targets[name]
        k = 0
        while True:
            r, turn = 0.9 * k**0.5, radians(137.5 * k)
            px, py = x + r * cos(turn), y + r * sin(turn)
            spot = (round(px / 1.3), round(py / 1.3))
            if spot not in taken:
                break
            k += 1
        taken.add(spot)
        out[name] = (round(px, 3), round(py, 3))
    return out


def mark(at: Junction, c: Crash, label: str) -> Mark:
    headings = {"same": 0.0, "opposing": 180.0, "from-left": 90.0, "from-right": 270.0, "none": 90.0}
    bends = {"L": -90.0, "R": 90.0, "U": 180.0, "CL": -25.0, "CR": 25.0}

    def path(leg: Leg2 | None, turn: str, symbol: str, otherwise: float) -> Path2:
        inbound = at.legs[leg[0]].heading_in if leg and leg[0] is not None else otherwise
        out = (
            at.legs[leg[1]].bearing
            if leg and leg[1] is not None and turn in "LRU"
            else inbound + bends.get(turn, 0.0)
        )
        return Path2(inbound, out, turn, symbol)

    first = path(c.legs[0], c.key.first, c.vehicles[0], 0.0)
    second = None
    if c.key.family not in ("SV", "RX"):
        second = path(c.legs[1], c.key.second, c.vehicles[1], first.heading + headings[c.key.rel])
    unsure = c.unsure or c.legs[0][0] is None
    return Mark(first, second, c.severity, label, c.night, c.wet, unsure, max(c.parties - 2, 0))


def _label(several: Sequence[Crash], block: Block, mode: Mode) -> str:
    counts = [sum(c.severity == s for c in several) for s in (1, 2, 3)]
    told = f"{FAMILIES[several[0].key.family][0]} ×{len(several)}"
    if mode == "condensed" or len(several) >= 4:
        told += f"（A1 {counts[0]}・A2 {counts[1]}・A3 {counts[2]}）"
    box, head = block.box, block.header
    size = min(2.3, (head[2] - head[0]) / (0.62 * sum(1.6 if ord(ch) > 255 else 1 for ch in told)))
    return (
        f'<rect x="{number(box[0])}" y="{number(box[1])}" width="{number(box[2] - box[0])}" '
        f'height="{number(box[3] - box[1])}" fill="none" stroke="#cbd5e1" stroke-width=".18"/>'
        f'<text x="{number(head[0])}" y="{number(box[1] - 0.6)}" font-size="{number(size)}">{escape(told)}</text>'
    )


def _plan(at: Junction, words: Words, sheet: Sheet, middle: tuple[float, float]) -> str:
    x, y = middle
    out = []
    if words.plan:
        x0, y0, x1, y1 = sheet.plan
        out.append(
            f'<clipPath id="plan"><rect x="{number(x0)}" y="{number(y0)}" width="{number(x1 - x0)}" '
            f'height="{number(y1 - y0)}"/></clipPath><g clip-path="url(#plan)">'
            f'<g transform="translate({number(x)} {number(y)})">{words.plan}</g></g>'
            f'<rect x="{number(x0)}" y="{number(y0)}" width="{number(x1 - x0)}" height="{number(y1 - y0)}" fill="none" '
            'stroke="#cbd5e1" stroke-width=".2"/>'
        )
    else:
        ends = [
            (x + REACH * sin(radians(leg.bearing)), y - REACH * cos(radians(leg.bearing))) for leg in at.legs
        ]
        for color, width in (("#b8c0cc", 17.0), ("#eef1f5", 16.4)):
            d = "".join(f"M{number(x)} {number(y)}L{number(a)} {number(b)}" for a, b in ends)
            out.append(
                f'<path d="{d}" stroke="{color}" stroke-width="{number(width)}" stroke-linejoin="round"/>'
            )
        for leg in at.legs:
            sx, sy = sin(radians(leg.bearing)), -cos(radians(leg.bearing))
            out.append(
                f'<path d="M{number(x + 15 * sx)} {number(y + 15 * sy)}L{number(x + REACH * sx)} {number(y + REACH * sy)}" '
                'stroke="#e0a100" stroke-width=".35" stroke-dasharray="2.5 1.8"/>'
            )
    for k, leg in enumerate(at.legs):
        name = words.legs[k] if k < len(words.legs) and words.legs[k] else leg.name
        a, b = x + (REACH + 4) * sin(radians(leg.bearing)), y - (REACH + 4) * cos(radians(leg.bearing))
        # twice, since not every reader of SVG paints a halo under the letters
        out += [
            f'<text x="{number(a)}" y="{number(b + 1)}" font-size="3.2" text-anchor="middle" {pen}>{escape(name)}</text>'
            for pen in ('stroke="#fff" stroke-width=".9" stroke-linejoin="round"', "")
        ]
    nx, ny = sheet.plan[2] - 6, sheet.plan[1] - 12
    out.append(f'<path d="M{number(nx)} {number(ny - 6)}l2.4 7-2.4-1.6-2.4 1.6z" fill="{INK}"/>')
    out.append(f'<text x="{number(nx)}" y="{number(ny + 5)}" font-size="3.2" text-anchor="middle">N</text>')
    return "".join(out)


def _head(words: Words, sheet: Sheet, crashes: Sequence[Crash]) -> str:
    counts = "　".join(f"A{s} {sum(c.severity == s for c in crashes)}" for s in (1, 2, 3))
    m = sheet.margin
    return (
        f'<text x="{number(m)}" y="13" font-size="6.4" font-weight="bold">{escape(words.title)}</text>'
        f'<text x="{number(m)}" y="19.5" font-size="3.4">{escape(words.subtitle)}</text>'
        f'<text x="{number(sheet.width - m)}" y="13" font-size="4.2" text-anchor="end">共 {len(crashes)} 件　{counts}</text>'
    )


def _table(crashes: Sequence[Crash], sheet: Sheet) -> str:
    """The commonest movements below the plan, with killed, injured and damage alone."""
    counts: dict[str, list[int]] = {}
    for c in crashes:
        row = counts.setdefault(c.key.words(), [0, 0, 0])
        row[min(max(c.severity, 1), 3) - 1] += 1
    rows = sorted(counts.items(), key=lambda r: (-sum(r[1]), r[0]))
    shown, rest = rows[:9], rows[9:]
    if rest:
        shown.append((f"其他 {len(rest)} 種", [sum(r[1][k] for r in rest) for k in range(3)]))
    x0, y0 = (sheet.plan[0] + sheet.plan[2]) / 2 - 55, sheet.plan[3] + 3
    out = [
        f'<rect x="{number(x0)}" y="{number(y0)}" width="110" height="22" fill="#fff" stroke="#cbd5e1" stroke-width=".2"/>'
    ]
    for column in (0, 1):
        left = x0 + 2 + column * 55
        for k, name in enumerate(("件", "A1", "A2", "A3")):
            out.append(
                f'<text x="{number(left + 30 + 6.5 * k)}" y="{number(y0 + 3.2)}" font-size="2.2" text-anchor="end" fill="#64748b">{name}</text>'
            )
        for n, (name, by) in enumerate(shown[column * 5 : column * 5 + 5]):
            y = y0 + 6.6 + 3.5 * n
            size = min(2.4, 23 / (0.64 * sum(1.6 if ord(ch) > 255 else 1 for ch in name)))
            out.append(
                f'<text x="{number(left)}" y="{number(y)}" font-size="{number(size)}">{escape(name)}</text>'
            )
            for k, value in enumerate((sum(by), *by)):
                out.append(
                    f'<text x="{number(left + 30 + 6.5 * k)}" y="{number(y)}" font-size="2.4" text-anchor="end">{value}</text>'
                )
    return "".join(out)


def _legend(sheet: Sheet, words: Words, layout: Layout) -> str:
    y = sheet.height - 7.5
    parts, x = [], sheet.margin + 1
    for level, told in ((1, "A1 死亡"), (2, "A2 受傷"), (3, "A3 財損")):
        parts.append(
            severity(level, x, y - 1, 1.2)
            + f'<text x="{number(x + 2.5)}" y="{number(y)}" font-size="2.8">{told}</text>'
        )
        x += 19
    for symbol, told in (
        ("car", "汽車"),
        ("motorcycle", "機車"),
        ("heavy", "大型車"),
        ("bicycle", "自行車"),
        ("pedestrian", "行人"),
    ):
        parts.append(f'<use href="#v-{symbol}" x="{number(x)}" y="{number(y - 3.4)}" width="4" height="4"/>')
        parts.append(f'<text x="{number(x + 4.5)}" y="{number(y)}" font-size="2.8">{told}</text>')
        x += 18
    parts.append(
        f'<text x="{number(x)}" y="{number(y)}" font-size="2.8">粗線：第一當事者（非指肇責）　月：夜間　波：濕　？：行向待確認</text>'
    )
    lost = f"　未能排入 {len(layout.unplaced)} 件" if layout.unplaced else ""
    parts.append(
        f'<text x="{number(sheet.margin)}" y="{number(sheet.height - 3)}" font-size="2.4">{escape(words.foot + lost)}</text>'
    )
    return "".join(parts)
