"""Reads symbols: a small, safe part of SVG whose units are metres, made into outlines that every output can draw.

A file holds paths, rectangles, circles and ellipses with plain colours; anything else (script, images, links,
text, transforms) is refused by name. `Library` looks in the city's folder first and then among its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path
from xml.etree import ElementTree

OWN = Path(__file__).with_name("library")
SVG = "{http://www.w3.org/2000/svg}"
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,39}$")
_COLOR = re.compile(r"^(none|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6})$")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ALLOWED = {
    "path": {"d"},
    "rect": {"x", "y", "width", "height", "rx", "ry"},
    "circle": {"cx", "cy", "r"},
    "ellipse": {"cx", "cy", "rx", "ry"},
}
_INK = {"fill", "stroke", "stroke-width", "stroke-linejoin", "stroke-linecap"}
LARGEST = 200_000
Ring = tuple[tuple[float, float], ...]


class BadSymbol(Exception):
    """The sentence names the file and what it must not hold."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Metres to the right and ahead of the symbol's middle; `width` of the stroke in metres."""

    rings: tuple[Ring, ...]
    closed: bool
    fill: str
    stroke: str
    width: float


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str
    width: float
    length: float
    outlines: tuple[Outline, ...]
    source: str


class Library:
    def __init__(self, *folders: Path) -> None:
        self.folders = (*folders, OWN)

    def names(self) -> list[str]:
        return sorted({file.stem for folder in self.folders for file in folder.glob("*.svg")})

    def get(self, name: str) -> Symbol:
        if not _NAME.match(name):
            raise BadSymbol(f"圖例名稱不合規定：{name[:40]!r}。 {name[:40]!r} is no name of a symbol.")
        for folder in self.folders:
            if (file := folder / f"{name}.svg").is_file():
                return _read(file, file.stat().st_mtime_ns)
        raise BadSymbol(f"沒有圖例「{name}」。 There is no symbol {name!r}.")


@lru_cache(maxsize=256)
def _read(file: Path, changed: int) -> Symbol:
    return parse(file.stem, file.read_text("utf-8"))


def parse(name: str, text: str) -> Symbol:
    def wrong(zh: str, en: str) -> BadSymbol:
        return BadSymbol(f"圖例 {name}：{zh}。 Symbol {name}: {en}.")

    if len(text) > LARGEST:
        raise wrong("檔案過大", "the file is too large")
    if (
        "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.S)
        or "<?" in text.removeprefix('<?xml version="1.0"')[1:]
    ):
        raise wrong("不可含有宣告", "declarations and instructions are refused")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  (neither doctype nor entities get here)
    except ElementTree.ParseError as problem:
        raise wrong("不是有效的 SVG", f"this is no SVG ({problem})") from problem
    view = [float(n) for n in _NUMBER.findall(root.get("viewBox", ""))]
    if root.tag != f"{SVG}svg" or len(view) != 4 or not (0 < view[2] <= 40 and 0 < view[3] <= 40):
        raise wrong("viewBox 須以公尺為單位", "the viewBox must give metres, at most 40")
    left, top, width, length = view
    middle = (left + width / 2, top + length / 2)
    outlines: list[Outline] = []
    for node in root:
        tag = str(node.tag).removeprefix(SVG)
        if tag == "title":
            continue
        if tag not in _ALLOWED or len(node):
            raise wrong(f"不可使用 <{tag[:20]}>", f"<{tag[:20]}> is refused; use {', '.join(_ALLOWED)}")
        if strange := sorted(set(node.attrib) - _ALLOWED[tag] - _INK):
            raise wrong(f"不可使用屬性 {strange[0][:30]}", f"the attribute {strange[0][:30]} is refused")
        fill, stroke = node.get("fill", "#000000"), node.get("stroke", "none")
        if not (_COLOR.match(fill) and _COLOR.match(stroke)):
            raise wrong("顏色須為 #rrggbb 或 none", "colours are #rrggbb or none")
        try:
            runs = list(_runs(tag, node.attrib))
        except (ValueError, IndexError, KeyError) as problem:
            raise wrong(f"<{tag}> 的數值有誤", f"the numbers of a <{tag}> are wrong ({problem})") from problem
        for closed in (True, False):
            rings = tuple(
                tuple((x - middle[0], middle[1] - y) for x, y in ring)
                for ring, shut in runs
                if shut == closed
            )
            if rings:
                outlines.append(
                    Outline(
                        rings,
                        closed,
                        fill if closed else "none",
                        stroke,
                        float(node.get("stroke-width", 0.02)),
                    )
                )
    return Symbol(name, width, length, tuple(outlines), text)


def _runs(tag: str, has: dict[str, str]) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    def n(key: str, other: float = 0.0) -> float:
        return float(has.get(key, other))

    if tag == "path":
        yield from _path(has["d"])
    elif tag == "rect":
        yield _rounded(n("x"), n("y"), n("width"), n("height"), n("rx", n("ry"))), True
    else:
        rx, ry = (n("r"), n("r")) if tag == "circle" else (n("rx"), n("ry"))
        steps = max(12, min(48, int(60 * max(rx, ry) ** 0.5)))
        turn = [2 * pi * k / steps for k in range(steps)]
        yield [(n("cx") + rx * cos(t), n("cy") + ry * sin(t)) for t in turn], True


def _rounded(x: float, y: float, w: float, h: float, r: float) -> list[tuple[float, float]]:
    r = min(r, w / 2, h / 2)
    if r <= 0:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    out = []
    for cx, cy, start in (
        (x + w - r, y + r, -pi / 2),
        (x + w - r, y + h - r, 0.0),
        (x + r, y + h - r, pi / 2),
        (x + r, y + r, pi),
    ):
        out += [(cx + r * cos(start + k * pi / 8), cy + r * sin(start + k * pi / 8)) for k in range(5)]
    return out


_TOKEN = re.compile(r"([A-Za-z])|(" + _NUMBER.pattern + r")|([\s,]+)|(.)", re.S)
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4}


def _path(d: str) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """Runs of points; curves become short straight pieces, finer than a sheet could show."""
    tokens: list[str | float] = []
    for letter, number, _, other in _TOKEN.findall(d):
        if other:
            raise ValueError(f"{other!r} in a path")
        if letter or number:
            tokens.append(letter or float(number))
    run: list[tuple[float, float]] = []
    command, at, k = "", (0.0, 0.0), 0
    while k < len(tokens):
        if isinstance(token := tokens[k], str):
            command, k = token, k + 1
            if command in "Zz":
                yield run, True
                at, run = (run[0] if run else at), []
                continue
        if command.upper() not in _TAKES:
            raise ValueError(f"the path command {command or 'missing'} is not taken; use M L H V C Q Z")
        size = _TAKES[command.upper()]
        numbers = [float(v) for v in tokens[k : k + size]]
        if len(numbers) < size:
            raise ValueError("a path that ends early")
        k += size
        at, more, starts = _step(command, numbers, at)
        if starts:
            if len(run) > 1:
                yield run, False
            run, command = [at], "l" if command == "m" else "L"
        else:
            run = (run or [more[0]]) + more[1:]
    if len(run) > 1:
        yield run, False


def _step(
    command: str, numbers: Sequence[float], at: tuple[float, float]
) -> tuple[tuple[float, float], list[tuple[float, float]], bool]:
    """(where the pen is then, the points from where it was, whether it only moved)."""
    ox, oy = at if command.islower() else (0.0, 0.0)
    kind = command.upper()
    if kind == "H":
        there = [(numbers[0] + ox, at[1])]
    elif kind == "V":
        there = [(at[0], numbers[0] + oy)]
    else:
        there = [(numbers[i] + ox, numbers[i + 1] + oy) for i in range(0, len(numbers), 2)]
    end = there[-1]
    if kind in "CQ":
        control = [at, *there] if kind == "C" else [
            at,
            (at[0] + 2 / 3 * (there[0][0] - at[0]), at[1] + 2 / 3 * (there[0][1] - at[1])),
            (end[0] + 2 / 3 * (there[0][0] - end[0]), end[1] + 2 / 3 * (there[0][1] - end[1])),
            end,
        ]  # fmt: skip
        return end, list(bent(control)), False
    return end, [at, end], kind == "M"


def bent(control: Sequence[tuple[float, float]], steps: int = 10) -> Iterator[tuple[float, float]]:
    """Points on a cubic curve, its ends among them."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = control
    for k in range(steps + 1):
        t = k / steps
        u = 1 - t
        p, q, r, s = u**3, 3 * u * u * t, 3 * u * t * t, t**3
        yield p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy
