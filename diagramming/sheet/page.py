"""Draws a sheet as SVG in true millimetres: street, grid, scene, form, north, scale bar and the 100 mm bars.

Everything is escaped by the writer; no number depends on a transform, so what a PDF holds is what was reckoned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians, sin
from typing import Any

import svgwrite

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.document import Scene, digest
from diagramming.scene.drawing import draw
from diagramming.scene.shapes import Item, Shape, Words
from diagramming.sheet.paper import SIZES, Paper
from diagramming.sheet.street import under
from diagramming.sheet.template import FIELDS, Template, load
from diagramming.symbols.library import Library

FONT = "Noto Sans CJK TC"
THIN = 0.09
"""Millimetres: a thinner line may vanish in print."""
BAR = {100: 5, 200: 10, 250: 10, 500: 20}
"""Metres that the scale bar is long at each scale."""


@dataclass(frozen=True, slots=True)
class Row:
    """A party as the sheet lists it."""

    letter: str
    kind: str
    plate: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What the record says, as words; what is left out stays empty on the paper."""

    fields: Mapping[str, str] = field(default_factory=dict)
    parties: Sequence[Row] = ()
    version: int = 0


def paper_for(scene: Scene, template: Template) -> Paper:
    width, height = SIZES[scene.frame.paper]
    d = template.drawing
    frame = (_x(d.left, width), _x(d.top, height), _x(d.right, width), _x(d.bottom, height))
    return Paper(width, height, frame, scene.frame.scale, scene.frame.center, scene.frame.rotation)


def _x(value: float, size: float) -> float:
    return value if value >= 0 else size + value


class Page:
    def __init__(
        self,
        scene: Scene,
        form: Form | None = None,
        template: Template | None = None,
        street: Iterable[Mapping[str, Any]] = (),
        library: Library | None = None,
    ) -> None:
        self.scene = scene
        self.form = form or Form()
        self.template = template or load("station")
        self.paper = paper_for(scene, self.template)
        self.library = library or Library()
        self.street = street
        w, h = self.paper.width, self.paper.height
        self.out = svgwrite.Drawing(size=(f"{w:g}mm", f"{h:g}mm"), viewBox=f"0 0 {w:g} {h:g}", debug=False)

    def svg(self) -> str:
        out = self.out
        out.set_desc(title="道路交通事故現場圖", desc=f"SHA-256 {digest(self.scene)}")
        out.add(out.rect((0, 0), (self.paper.width, self.paper.height), fill="#ffffff"))
        left, top, right, bottom = self.paper.field
        clip = out.defs.add(out.clipPath(id="field"))
        clip.add(out.rect((left, top), (right - left, bottom - top)))
        inside = out.add(out.g(id="drawing", clip_path="url(#field)"))
        hidden = {e.hides for e in self.scene.of(E.Override) if e.hides}
        ground = inside.add(out.g(id="street"))
        for item in under(self.street, self.scene.origin, hidden, self.paper.center, self.paper.reach):
            self.put(ground, item)
        self.grid(inside)
        groups: dict[str, Any] = {}
        for item in draw(self.scene, self.library):
            if item.layer not in groups:
                groups[item.layer] = inside.add(out.g(id=item.layer))
            self.put(groups[item.layer], item)
        frame = out.add(out.g(id="form"))
        frame.add(
            out.rect(
                (left, top),
                (right - left, bottom - top),
                fill="none",
                stroke="#17202a",
                stroke_width=self.template.drawing.border,
            )
        )
        self.blanks(frame)
        self.compass(out.add(out.g(id="north")))
        self.ruler(out.add(out.g(id="scale")))
        self.check(out.add(out.g(id="check")))
        return str(out.tostring())

    # the scene

    def put(self, group: Any, item: Item) -> None:
        if isinstance(item, Words):
            x, y = self.paper(item.at)
            self.words(
                group,
                item.text,
                x,
                y,
                item.size,
                item.anchor,
                item.color,
                item.bold,
                item.halo,
                self._level(item.angle),
                item.shift,
            )
            return
        style: dict[str, Any] = {"fill": item.fill if item.closed else "none", "stroke": item.stroke}
        if item.stroke != "none":
            pen = item.width * (200 / self.paper.scale if item.layer == "vehicles" and item.at is None else 1)
            style |= {"stroke_width": round(max(THIN, pen), 3), "stroke_linejoin": "round"}
            if item.at is None and not item.closed and not item.dash:
                style["stroke_linecap"] = "round" if item.layer == "vehicles" else "butt"
        if item.dash:
            style["stroke_dasharray"] = " ".join(f"{d:g}" for d in item.dash)
        if item.opacity < 1:
            style["opacity"] = item.opacity
        if item.fill != "none" and item.closed:
            style["fill_rule"] = "evenodd"
        path = "".join(self._ring(item, ring) for ring in item.rings if len(ring) > 1)
        if path:
            group.add(self.out.path(d=path, **style))

    def _ring(self, item: Shape, ring: Sequence[tuple[float, float]]) -> str:
        if item.at is None:
            points = self.paper.ring(ring)
        else:
            x, y = self.paper(item.at)
            points = [(round(x + dx, 3), round(y - dy, 3)) for dx, dy in ring]
        return (
            "M"
            + "L".join(f"{x:g},{y:g}" for x, y in ((_n(a), _n(b)) for a, b in points))
            + ("Z" if item.closed else "")
        )

    def _level(self, angle: float | None) -> float:
        """An angle on the paper at which words are not upside down."""
        if angle is None:
            return 0.0
        turned = (angle + self.paper.rotation + 90) % 180 - 90
        return 90.0 if turned == -90 else turned

    def words(
        self,
        group: Any,
        text: str,
        x: float,
        y: float,
        size: float = 3.0,
        anchor: str = "start",
        color: str = "#17202a",
        bold: bool = False,
        halo: bool = False,
        angle: float = 0.0,
        shift: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        if not text.strip():
            return
        c, s = cos(radians(angle)), sin(radians(angle))
        x, y = x + shift[0] * c - shift[1] * s, y - shift[0] * s - shift[1] * c
        how: dict[str, Any] = {"font_family": FONT, "font_size": round(size, 3), "text_anchor": anchor}
        if bold:
            how["font_weight"] = "bold"
        if angle:
            how["transform"] = f"rotate({-angle:.3f} {x:.3f} {y:.3f})"
        at = (round(x, 3), round(y, 3))
        if halo:
            group.add(
                self.out.text(
                    text,
                    at,
                    fill="#ffffff",
                    stroke="#ffffff",
                    stroke_width=round(size / 4, 3),
                    stroke_linejoin="round",
                    **how,
                )
            )
        group.add(self.out.text(text, at, fill=color, **how))

    def grid(self, group: Any) -> None:
        """Lines a centimetre apart: at 1:100 a metre, as on the ruled paper of the form."""
        step = self.template.drawing.grid
        if step <= 0:
            return
        left, top, right, bottom = self.paper.field
        lines = group.add(self.out.g(id="grid", stroke="#8fb3c9", stroke_width=0.09, opacity=0.55))
        k = 1
        while left + k * step < right:
            lines.add(self.out.line((left + k * step, top), (left + k * step, bottom)))
            k += 1
        k = 1
        while top + k * step < bottom:
            lines.add(self.out.line((left, top + k * step), (right, top + k * step)))
            k += 1

    # the form

    def blanks(self, group: Any) -> None:
        said = dict.fromkeys(FIELDS, "") | dict(self.form.fields) | self._own()
        t, w, h = self.template, self.paper.width, self.paper.height
        for box in t.box:
            x, y, x2, y2 = _x(box.x, w), _x(box.y, h), _x(box.x2, w), _x(box.y2, h)
            group.add(
                self.out.rect(
                    (x, y), (x2 - x, y2 - y), fill=box.fill, stroke="#17202a", stroke_width=box.width
                )
            )
        for rule in t.rule:
            ends = ((_x(rule.x, w), _x(rule.y, h)), (_x(rule.x2, w), _x(rule.y2, h)))
            group.add(self.out.line(*ends, stroke="#17202a", stroke_width=rule.width))
        for one in t.label:
            text = one.text.format_map(said)
            size = one.size
            if one.most and measure(text) * size > one.most:
                size = max(one.size * 0.72, one.most / measure(text))
                text = cut(text, one.most / size)
            x = w / 2 if one.anchor == "middle" and one.x == 0 else _x(one.x, w)
            self.words(group, text, x, _x(one.y, h), size, one.anchor, bold=one.bold)
        for tick in t.tick:
            x, y = _x(tick.x, w), _x(tick.y, h)
            side = tick.size
            group.add(
                self.out.rect(
                    (x, y - side * 0.86), (side, side), fill="none", stroke="#17202a", stroke_width=0.25
                )
            )
            if said[tick.field] == tick.value:
                path = f"M{x + 0.18 * side:.3f},{y - 0.42 * side:.3f}L{x + 0.42 * side:.3f},{y - 0.08 * side:.3f}L{x + 0.95 * side:.3f},{y - 0.95 * side:.3f}"
                group.add(self.out.path(d=path, fill="none", stroke="#17202a", stroke_width=0.5))
            self.words(group, tick.text, x + side + 1, y, tick.size)
        for p in t.paragraph:
            x, y, x2, y2 = _x(p.x, w), _x(p.y, h), _x(p.x2, w), _x(p.y2, h)
            for n, (line, size) in enumerate(fitted(said[p.field], x2 - x, y2 - y, p.size)):
                self.words(group, line, x, y + (n + 0.9) * size * 1.35, size)
        for many in t.listing:
            self._listing(group, many.x, many.y, many.x2, many.row, many.rows, many.size)

    def _listing(self, group: Any, x: float, y: float, x2: float, row: float, rows: int, size: float) -> None:
        left, right, top = _x(x, self.paper.width), _x(x2, self.paper.width), _x(y, self.paper.height)
        parties = list(self.form.parties)
        shown = parties if len(parties) <= rows else parties[: rows - 1]
        for n, party in enumerate(shown):
            base = top + (n + 0.78) * row
            self.words(group, party.letter, left, base, size, bold=True)
            room = right - left
            for at, text, most in (
                (5, party.kind, 0.30 * room),
                (0.36 * room, party.plate, 0.26 * room),
                (0.62 * room, party.note, 0.38 * room),
            ):
                self.words(group, cut(text, most / size), left + at, base, size)
            group.add(
                self.out.line(
                    (left, top + (n + 1) * row),
                    (right, top + (n + 1) * row),
                    stroke="#9aa5ae",
                    stroke_width=0.1,
                )
            )
        if len(parties) > rows:
            self.words(
                group,
                f"另 {len(parties) - len(shown)} 名當事者，詳見紀錄",
                left,
                top + (rows - 0.22) * row,
                size,
            )

    def _own(self) -> dict[str, str]:
        """What the scene itself says of the sheet."""
        s = self.scene
        return {
            "scale": str(s.frame.scale),
            "paper": s.frame.paper,
            "version": str(self.form.version),
            "digest": digest(s),
            "origin": f"E {s.origin[0]:.2f} N {s.origin[1]:.2f}",
            "as_of": s.street.as_of.isoformat() if s.street.as_of else "未記",
            "street": {"unchanged": "與圖資相符", "changed": "與圖資不符"}.get(
                s.street.state or "", "未確認"
            ),
            "summary": s.summary or self.form.fields.get("summary", ""),
            "north": {"map": "依圖資", "compass": "指北針", "unknown": "未定"}[s.north],
        }

    # what makes it a drawing to measure on

    def compass(self, group: Any) -> None:
        x, y = _x(self.template.north.x, self.paper.width), _x(self.template.north.y, self.paper.height)
        group.add(
            self.out.rect((x - 9.5, y - 14), (19, 24), fill="#ffffff", stroke="#17202a", stroke_width=0.25)
        )
        if self.scene.north == "unknown":
            return self.words(group, "北向未定", x, y + 1, 3, "middle", "#a02c2c")
        turn = radians(self.paper.north)

        def at(dx: float, dy: float) -> tuple[float, float]:
            return round(x + dx * cos(turn) - dy * sin(turn), 3), round(
                y + dx * sin(turn) + dy * cos(turn), 3
            )

        for side, fill in ((-1, "#17202a"), (1, "#ffffff")):
            ring = [at(0, -6.5), at(side * 2.6, 5.5), at(0, 3.2)]
            group.add(
                self.out.polygon(
                    ring, fill=fill, stroke="#17202a", stroke_width=0.25, stroke_linejoin="round"
                )
            )
        nx, ny = at(0, -9.4)
        self.words(group, "北", nx, ny + 1.1, 3.2, "middle", bold=True)
        self.words(group, "以箭頭標示北方", x, y + 8.9, 2.0, "middle")

    def ruler(self, group: Any) -> None:
        """The scale bar: so many metres in so many millimetres, in five parts."""
        x, y = (
            _x(self.template.scale_bar.x, self.paper.width),
            _x(self.template.scale_bar.y, self.paper.height),
        )
        metres = BAR[self.paper.scale]
        mm = metres * 1000 / self.paper.scale
        group.add(self.out.rect((x - 3, y - 5.5), (mm + 13, 11.5), fill="#ffffff", opacity=0.85))
        for k in range(5):
            fill = "#17202a" if k % 2 == 0 else "#ffffff"
            group.add(
                self.out.rect(
                    (round(x + k * mm / 5, 3), y),
                    (round(mm / 5, 3), 1.4),
                    fill=fill,
                    stroke="#17202a",
                    stroke_width=0.2,
                )
            )
        self.words(group, "0", x, y - 1, 2.3, "middle")
        self.words(group, f"{metres} 公尺", x + mm, y - 1, 2.3, "middle")
        self.words(group, f"比例尺 1:{self.paper.scale}", x, y + 4.6, 2.5)

    def check(self, group: Any) -> None:
        """Two bars of 100 mm. Whoever prints measures them: if they are not 100 mm, the print is not to scale."""
        x, y = _x(self.template.check.x, self.paper.width), _x(self.template.check.y, self.paper.height)
        how = {"stroke": "#17202a", "stroke_width": 0.18}
        for a, b in (((x, y), (x + 100, y)), ((x, y), (x, y - 100))):
            group.add(self.out.line(a, b, **how))
        for k in range(11):
            tick = 1.6 if k % 5 == 0 else 0.9
            group.add(self.out.line((x + 10 * k, y), (x + 10 * k, y + tick), **how))
            group.add(self.out.line((x, y - 10 * k), (x - tick, y - 10 * k), **how))
        self.words(group, "列印檢核 100 mm", x + 102, y + 1, 2.0)


def measure(text: str) -> float:
    """How wide words are, in sizes of the letter: Chinese a whole, the rest a little over half."""
    return sum(
        1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.66 if c.isupper() else 0.57 for c in text
    )


def cut(text: str, most: float) -> str:
    if measure(text) <= most:
        return text
    while text and measure(text) + 1 > most:
        text = text[:-1]
    return f"{text}…"


CLOSING = "，。、；：！？）」』,.;:!?)"
"""No line begins with these."""


def wrapped(text: str, most: float) -> Iterator[str]:
    for line in text.splitlines() or [""]:
        now = ""
        for c in line:
            if measure(now + c) > most and now and c not in CLOSING:
                yield now
                now = ""
            now += c
        yield now


def fitted(text: str, wide: float, high: float, size: float) -> list[tuple[str, float]]:
    """Lines that fit a box, set smaller if need be; what still does not fit is named as left out."""
    for smaller in (1, 0.9, 0.8, 0.7):
        now = size * smaller
        lines, most = list(wrapped(text, wide / now)), int(high / (now * 1.35))
        if len(lines) <= most:
            break
    else:
        lines = [*lines[: max(0, most - 1)], "（以下從略，全文見電子檔）"]
    return [(line, now) for line in lines]


def _n(value: float) -> float:
    return 0.0 if value == 0 else value
