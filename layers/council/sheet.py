"""The council's pictures for paper: the diagram with its bundles, weekday by hour, and intervals, as SVG in plain colours."""

from __future__ import annotations

import re
from math import cos, hypot, log, radians, sin, sqrt
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db import connection

COLOURS = {
    "TO": "#B73A58", "TA": "#B73A58", "TS": "#B73A58", "UT": "#B73A58", "AN": "#E27D52", "HO": "#E27D52", "SO": "#E27D52",
    "PD": "#1D2530", "SV": "#27238F", "RX": "#27238F",
}  # fmt: skip
ALONG = "#5B6673"
GROUND = {"block": "#F6F6F2", "park": "#DCE8D2", "water": "#BFD6E2", "road": "#E9EBEB", "building": "#E6E5DF"}
FONT = "Noto Sans CJK TC, Noto Sans TC, Noto Sans, sans-serif"
DRAWN = 6
WEEK = """
    SELECT extract(isodow FROM at)::int, extract(hour FROM at)::int, count(*)::int
    FROM (SELECT occurred_at AT TIME ZONE %s AS at FROM crashes_crash WHERE junction_id = %s) AS c GROUP BY 1, 2
"""
RAMP = ("#F5B871", "#E27D52", "#B73A58", "#641049")
DAYS = "一二三四五六日"
LOW, HIGH = 0.25, 4.0


def diagram(about: dict[str, Any], lang: str) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -39 100 78" width="100%" font-family="{FONT}">',
        '<rect x="-50" y="-39" width="100" height="78" fill="#EEF0EE"/>',
    ]
    parts += [
        f'<path d="{about["ground"][kind]}" fill="{colour}" stroke="#D3D6D6" stroke-width=".2"/>'
        for kind, colour in GROUND.items()
        if kind in about["ground"]
    ]
    parts += [_name(leg, lang) for leg in about["legs"]]
    most = max((b["count"] for b in about["bundles"]), default=1)
    for one in reversed(about["bundles"][:DRAWN]):
        colour = COLOURS.get(one["family"], ALONG)
        wide = 0.9 + 3.1 * sqrt(one["count"] / most)
        parts.append(_arrow(one["first"], wide, colour))
        if one["second"]:
            parts.append(_arrow(one["second"], max(0.9, wide * 0.62), colour))
        x, y = one["badge"]
        parts.append(f'<circle cx="{x}" cy="{y}" r="4.3" fill="{colour}" stroke="#fff" stroke-width=".8"/>')
        parts.append(
            f'<text x="{x}" y="{y + 1.6:.2f}" font-size="4.6" font-weight="700" fill="#fff" text-anchor="middle">{one["count"]}</text>'
        )
    parts.append(
        '<path d="M43 -36l2.4 6.4-2.4-1.4-2.4 1.4z" fill="#1D2530"/><text x="43" y="-25.500" font-size="3.6" text-anchor="middle">N</text>'
    )
    parts.append(
        '<path d="M-46 33.500v1.500h20v-1.500" fill="none" stroke="#1D2530" stroke-width=".4"/><text x="-36" y="32.800" font-size="3.2" text-anchor="middle">20 m</text></svg>'
    )
    return "".join(parts)


def _name(leg: dict[str, Any], lang: str) -> str:
    turn = leg["bearing"] % 360
    u, v = sin(radians(turn)), -cos(radians(turn))
    reach = min(46 / max(abs(u), 0.01), 36 / max(abs(v), 0.01)) - 9
    side = leg["width"] / 2 + 3.4
    upright = turn + 90 if turn > 180 else turn - 90
    return (
        f'<text transform="translate({u * reach + v * side:.1f} {v * reach - u * side:.1f}) rotate({upright:.1f})" '
        f'font-size="4.2" fill="#3B444D" text-anchor="middle">{escape(leg["name"][lang])}</text>'
    )


def _arrow(path: str, wide: float, colour: str) -> str:
    bx, by, ex, ey = (float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", path)[-4:])
    far = hypot(ex - bx, ey - by) or 1.0
    u, v = (ex - bx) / far, (ey - by) / far
    half, long = wide * 0.9 + 1, wide * 1.25 + 1.6
    head = (
        f"M{ex + u * long:.2f} {ey + v * long:.2f}L{ex - v * half:.2f} {ey + u * half:.2f}"
        f"L{ex + v * half:.2f} {ey - u * half:.2f}Z"
    )
    return (
        f'<path d="{path}" fill="none" stroke="#fff" stroke-width="{wide + 1.3:.2f}"/>'
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{wide:.2f}"/><path d="{head}" fill="{colour}"/>'
    )


def matrix(junction: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(WEEK, (settings.TIME_ZONE, junction))
        found = {(day, hour): n for day, hour, n in cursor.fetchall()}
    most = max(found.values(), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-9 0 250 84" width="100%" font-family="{FONT}" font-size="6.5" fill="#5B6673">'
    ]
    for day in range(1, 8):
        parts.append(f'<text x="-8" y="{(day - 1) * 10 + 7.5:.1f}">{DAYS[day - 1]}</text>')
        for hour in range(24):
            n = found.get((day, hour), 0)
            fill = RAMP[max(0, -(-n * len(RAMP) // most) - 1)] if n else "#F1F4F5"
            parts.append(
                f'<rect x="{hour * 10 + 0.5}" y="{(day - 1) * 10 + 0.5}" width="9" height="9" rx="1.8" fill="{fill}"/>'
            )
    parts += [
        f'<text x="{hour * 10 + 5}" y="79" text-anchor="middle">{hour}</text>' for hour in (0, 6, 12, 18, 23)
    ]
    return "".join(parts) + "</svg>"


def whiskers(rows: list[dict[str, Any]], lang: str) -> str:
    def x(ratio: float) -> float:
        return 60 + 120 * log(min(HIGH, max(LOW, ratio)) / LOW) / log(HIGH / LOW)

    tall = 14 * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 {tall + 11}" width="100%" font-family="{FONT}" font-size="6.5">'
    ]
    parts.append(f'<path d="M{x(1):.1f} 0V{tall}" stroke="#8A949E" stroke-width=".6"/>')
    for n, row in enumerate(rows):
        y = n * 14 + 7
        colour = "#5B6673" if row["name"] == "comparison" else "#27238F"
        parts.append(f'<text x="0" y="{y + 2.2}" fill="#1D2530">{escape(row["title"][lang])}</text>')
        parts.append(
            f'<path d="M{x(row["low"]):.1f} {y}H{x(row["high"]):.1f}M{x(row["low"]):.1f} {y - 2.5}v5M{x(row["high"]):.1f} {y - 2.5}v5" stroke="{colour}" stroke-width="1.1" fill="none"/>'
        )
        parts.append(f'<circle cx="{x(row["theta"]):.1f}" cy="{y}" r="2.4" fill="{colour}"/>')
        change = f"{row['theta'] - 1:+.0%}".replace("-", "−")
        parts.append(
            f'<text x="208" y="{y + 2.2}" text-anchor="end" font-weight="700" fill="{colour}">{change}</text>'
        )
    parts += [
        f'<text x="{x(v):.1f}" y="{tall + 8}" text-anchor="middle" fill="#5B6673">{v:g}</text>'
        for v in (0.25, 0.5, 1, 2, 4)
    ]
    return "".join(parts) + "</svg>"
