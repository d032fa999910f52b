"""Draws a scene: from its document to shapes and words in metres, layer by layer from the bottom up.

Sizes of things are true; sizes of what only points at things (letters, arrow heads, crosses) are the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import atan2, degrees, hypot
from typing import Any

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.classes import CLASSES, Posture
from diagramming.scene.document import Scene
from diagramming.scene.shapes import BLUE, INK, ORANGE, RED, Item, Point, Shape, Turned, Words, circle
from diagramming.symbols.library import Library

PARTY = ("#0b5a8e", "#b9530c", "#2a7a4b", "#7a3f98", "#8a6d00", "#a02c2c")
"""The colour of each party's letter and arrow, in the order of the form."""
MARK = {
    "skid": ("煞車痕", (2.4, 0.7), 0.55),
    "yaw": ("側滑痕", (3.6, 0.5, 0.6, 0.5), 0.5),
    "scratch": ("刮地痕", (), 0.3),
    "drag": ("拖痕", (0.8, 0.5), 0.5),
}
"""Words, dashes and width of the marks on the ground."""
FLUID = {
    "oil": ("油漬", "#4d4436"),
    "coolant": ("水箱水", "#4f8f8a"),
    "fuel": ("燃油", "#8a7440"),
    "blood": ("血跡", "#9c2f2f"),
    "water": ("積水", "#5f8fb8"),
}
DEBRIS = {"glass": "碎玻璃", "parts": "散落物", "soil": "落土", "load": "掉落物"}
PAINT = {"white": "#ffffff", "yellow": "#e0a21c", "red": "#c8322b"}
_OF_FAMILY = {
    "tractor": "truck",
    "trailer": "truck",
    "semi": "truck",
    "truck": "truck",
    "fire": "truck",
    "bus": "bus",
}
_PEDAL = ("bicycle", "e-bike", "scooter")


def draw(scene: Scene, library: Library | None = None, hide: Sequence[str] = ()) -> list[Item]:
    """Every shape of the scene, from the bottom up. `hide` names layers that are not wanted."""
    pen = Pen(scene, library or Library())
    order = {layer: n for n, layer in enumerate(E.LAYERS)}
    shown = [e for e in scene.elements if not e.hidden and e.layer not in hide]
    return [item for e in sorted(shown, key=lambda e: order[e.layer]) for item in pen.draw(e)]


class Pen:
    def __init__(self, scene: Scene, library: Library) -> None:
        self.scene = scene
        self.library = library
        self.colors = {p.id: PARTY[n % len(PARTY)] for n, p in enumerate(scene.parties)}

    def draw(self, element: Any) -> Iterator[Item]:
        return self._WAYS[element.type](self, element)

    # who and what moved

    def vehicle(self, e: E.Vehicle) -> Iterator[Item]:
        if e.role == "moved":
            return
        kind = CLASSES[e.kind]
        long, wide = kind.size(e.posture, e.length, e.width)
        symbol = self.library.get(symbol_of(e.kind, e.posture))
        put = Turned(e.pose.x, e.pose.y, e.pose.heading)
        across = wide / symbol.width * (-1 if e.posture == "left" else 1)
        for outline in symbol.outlines:
            yield Shape(
                "vehicles",
                tuple(put(ring, across, long / symbol.length) for ring in outline.rings),
                outline.closed,
                outline.fill,
                outline.stroke,
                outline.width * 5,  # millimetres at 1:200; a pen does not grow with the scale
                element=e.id,
                opacity=1.0 if e.role == "rest" else 0.45,
            )
        yield from self._letter(e, long, wide)

    def pedestrian(self, e: E.Pedestrian) -> Iterator[Item]:
        if e.role == "moved":
            return
        symbol = self.library.get("pedestrian-lying" if e.lying else "pedestrian")
        put = Turned(e.pose.x, e.pose.y, e.pose.heading)
        for outline in symbol.outlines:
            rings = tuple(put(ring) for ring in outline.rings)
            yield Shape(
                "vehicles",
                rings,
                outline.closed,
                outline.fill,
                outline.stroke,
                outline.width * 5,
                element=e.id,
            )
        yield from self._letter(e, symbol.length, symbol.width)

    def _letter(self, e: E.Vehicle | E.Pedestrian, long: float, wide: float) -> Iterator[Item]:
        """The party's letter beside it, on the side that is to the right of the heading."""
        if e.party is None and not e.label:
            return
        at = Turned(e.pose.x, e.pose.y, e.pose.heading)([(wide / 2 + 1.1, 0.0)])[0]
        if e.party:
            still = getattr(e, "still", False)
            yield Shape(
                "vehicles",
                (circle(2.1),),
                True,
                self.colors.get(e.party, INK),
                "#ffffff",
                0.35,
                at=at,
                element=e.id,
            )
            yield Words(
                "vehicles",
                e.party,
                at,
                2.9,
                color="#ffffff",
                halo=False,
                bold=True,
                shift=(0, -1.03),
                element=e.id,
            )
            if still:
                yield Words(
                    "vehicles", "靜止", at, 2.4, color="#c8102e", shift=(0, -4.9), bold=True, element=e.id
                )
        if e.label:
            yield Words(
                "vehicles",
                e.label,
                at,
                2.3,
                shift=(3.0 if e.party else 0.0, -0.8),
                anchor="start",
                element=e.id,
            )

    def travel(self, e: E.Travel) -> Iterator[Item]:
        color = self.colors.get(e.party, INK)
        yield Shape("movement", (e.approach,), stroke=color, width=0.5, element=e.id)
        yield self._head("movement", e.approach, color, e.id)
        if len(e.exit) > 1:
            yield Shape("movement", (e.exit,), stroke=color, width=0.4, dash=(2.2, 1.3), element=e.id)
            yield self._head("movement", e.exit, color, e.id)
        said = {"statement": "自述", "video": "影像", "marks": "痕跡", "officer": "研判"}[e.source]
        yield Words(
            "movement", f"{e.party} {said}行向", e.approach[0], 2.2, color=color, shift=(0, 1.6), element=e.id
        )

    @staticmethod
    def _head(layer: str, path: Sequence[Point], color: str, id: str, back: bool = False) -> Shape:
        """An arrow head in paper millimetres, turned as the path ends; its rings turn with the scene."""
        a, b = (path[1], path[0]) if back else (path[-2], path[-1])
        return arrow(layer, a, b, color, id)

    # what was found on the ground

    def impact(self, e: E.Impact) -> Iterator[Item]:
        if e.certainty == "estimated" and e.sigma:
            ring = tuple((e.at[0] + x, e.at[1] + y) for x, y in circle(e.sigma))
            yield Shape("evidence", (ring,), True, "none", RED, 0.18, (1.0, 0.8), element=e.id)
        for arm in (((-1.9, -1.9), (1.9, 1.9)), ((-1.9, 1.9), (1.9, -1.9))):
            yield Shape("evidence", (arm,), stroke="#ffffff", width=1.3, at=e.at, element=e.id)
            yield Shape("evidence", (arm,), stroke=RED, width=0.7, at=e.at, element=e.id)
        said = e.label or ("碰撞點" if e.certainty == "definite" else "碰撞點（推定）")
        yield Words(
            "evidence", said, e.at, 2.6, anchor="start", color=RED, shift=(2.8, -3.4), bold=True, element=e.id
        )

    def mark(self, e: E.Mark) -> Iterator[Item]:
        said, dash, width = MARK[e.kind]
        if e.kind == "skid" and not e.broken:
            dash = ()
        yield Shape("evidence", (e.path,), stroke=INK, width=width, dash=dash, element=e.id)
        if e.kind == "scratch":
            for (ax, ay), (bx, by) in pairwise(e.path):
                far = hypot(bx - ax, by - ay) or 1
                off = (-(by - ay) / far * 0.14, (bx - ax) / far * 0.14)
                beside = ((ax + off[0], ay + off[1]), (bx + off[0], by + off[1]))
                yield Shape("evidence", (beside,), stroke=INK, width=0.18, dash=(1.8, 0.9), element=e.id)
        length = sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(e.path))
        a, b = longest(e.path)
        text = " ".join(part for part in (e.party or "", e.label or said, f"{length:.2f} m") if part)
        yield Words("evidence", text, between(a, b), 2.2, angle=level(a, b), shift=(0, 1.1), element=e.id)

    def debris(self, e: E.Debris) -> Iterator[Item]:
        yield Shape("evidence", (e.area,), True, "none", INK, 0.2, (0.9, 0.7), element=e.id)
        for x, y in scattered(e.area):
            tri = tuple((x + dx, y + dy) for dx, dy in ((-0.09, -0.06), (0.1, -0.05), (0.0, 0.11)))
            yield Shape("evidence", (tri,), True, "#5a646d", INK, 0.1, element=e.id)
        yield Words("evidence", e.label or DEBRIS[e.kind], middle(e.area), 2.3, element=e.id)

    def fluid(self, e: E.Fluid) -> Iterator[Item]:
        said, color = FLUID[e.kind]
        yield Shape("evidence", (e.area,), True, color, color, 0.2, element=e.id, opacity=0.4)
        yield Words("evidence", e.label or said, middle(e.area), 2.3, color=color, element=e.id)

    # what was measured

    def fixed(self, e: E.Fixed) -> Iterator[Item]:
        yield Shape("fixed", (circle(1.5),), True, "#ffffff", INK, 0.3, at=e.at, element=e.id)
        yield Shape("fixed", (circle(0.6),), True, INK, "none", at=e.at, element=e.id)
        if e.kind in ("pole", "signal", "hydrant", "manhole"):
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                yield Shape(
                    "fixed",
                    (((x * 1.5, y * 1.5), (x * 2.3, y * 2.3)),),
                    stroke=INK,
                    width=0.3,
                    at=e.at,
                    element=e.id,
                )
        yield Words("fixed", e.label or e.id, e.at, 2.3, anchor="start", shift=(2.7, -0.8), element=e.id)

    def baseline(self, e: E.BaseLine) -> Iterator[Item]:
        a, b = self.scene.place(e.start), self.scene.place(e.end)
        if a is None or b is None or a == b:
            return
        yield Shape("measure", ((a, b),), stroke=BLUE, width=0.35, dash=(5, 1, 1, 1), element=e.id)
        yield arrow("measure", a, b, BLUE, e.id)
        yield Words(
            "measure",
            e.label or "基準線",
            between(a, b),
            2.3,
            angle=level(a, b),
            color=BLUE,
            shift=(0, 0.9),
            element=e.id,
        )

    def dimension(self, e: E.Dimension) -> Iterator[Item]:
        a, b = self.scene.place(e.a), self.scene.place(e.b)
        if a is None or b is None or a == b:
            return
        far = hypot(b[0] - a[0], b[1] - a[1])
        left = (-(b[1] - a[1]) / far * e.offset, (b[0] - a[0]) / far * e.offset)
        p, q = (a[0] + left[0], a[1] + left[1]), (b[0] + left[0], b[1] + left[1])
        if e.offset:
            for one, other in ((a, p), (b, q)):
                yield Shape("measure", ((one, other),), stroke=BLUE, width=0.13, element=e.id)
        yield Shape("measure", ((p, q),), stroke=BLUE, width=0.25, element=e.id)
        yield arrow("measure", p, q, BLUE, e.id)
        yield arrow("measure", q, p, BLUE, e.id)
        yield Words(
            "measure",
            e.label or f"{far:.2f}",
            between(p, q),
            2.4,
            angle=level(p, q),
            color=BLUE,
            shift=(0, 0.8),
            element=e.id,
        )

    # what was said

    def note(self, e: E.Note) -> Iterator[Item]:
        if e.to:
            yield Shape("notes", ((e.at, e.to),), stroke=INK, width=0.18, element=e.id)
        for n, line in enumerate(e.text.splitlines()[:20]):
            yield Words("notes", line, e.at, 2.4, anchor="start", shift=(0.6, 0.6 - 3.2 * n), element=e.id)

    def station(self, e: E.Station) -> Iterator[Item]:
        body = (
            (-1.7, -1.1),
            (1.7, -1.1),
            (1.7, 1.1),
            (0.8, 1.1),
            (0.5, 1.6),
            (-0.5, 1.6),
            (-0.8, 1.1),
            (-1.7, 1.1),
        )
        ahead = Turned(*e.at, e.heading)([(0, 0), (0, 1.4)])
        yield Shape("notes", (ahead,), stroke=ORANGE, width=0.3, element=e.id)
        yield Shape(
            "notes",
            (circle(1.9) if e.panorama else body,),
            True,
            ORANGE,
            "#ffffff",
            0.25,
            at=e.at,
            element=e.id,
        )
        yield Shape("notes", (circle(0.7),), True, "#ffffff", "none", at=e.at, element=e.id)
        if e.label:
            yield Words(
                "notes", e.label, e.at, 2.1, anchor="start", color=ORANGE, shift=(2.3, -0.7), element=e.id
            )

    def override(self, e: E.Override) -> Iterator[Item]:
        yield from feature(e.kind, e.path, PAINT[e.color], e.id)

    _WAYS: dict[str, Callable[[Pen, Any], Iterator[Item]]] = {
        "vehicle": vehicle, "pedestrian": pedestrian, "impact": impact, "travel": travel, "mark": mark,
        "debris": debris, "fluid": fluid, "fixed": fixed, "baseline": baseline, "dimension": dimension,
        "note": note, "station": station, "override": override,
    }  # fmt: skip


def feature(kind: str, path: Sequence[Point], color: str, id: str) -> Iterator[Item]:
    """A marking that an officer added by hand, of the width that the rules give it."""
    if kind == "none" or len(path) < 2:
        return
    wide = {"stop_line": 0.35, "lane_line": 0.10, "double_line": 0.32, "edge_line": 0.15}.get(kind)
    if wide is not None:
        yield Shape("street", (ribbon(path, wide),), True, color, "#7d868d", 0.08, element=id)
    elif kind == "crosswalk":
        yield from (Shape("street", (bar,), True, color, "#7d868d", 0.08, element=id) for bar in bars(path))
    elif kind == "island":
        yield Shape("street", (tuple(path),), len(path) > 2, "#f2efe6", INK, 0.3, element=id)
    else:
        yield Shape("street", (tuple(path),), stroke=INK, width=0.4, element=id)


def bars(path: Sequence[Point], wide: float = 3.0) -> Iterator[tuple[Point, ...]]:
    """The bars of a crosswalk along its middle line: 0.4 m of paint, 0.4 m of road."""
    (ax, ay), (bx, by) = path[0], path[-1]
    far = hypot(bx - ax, by - ay)
    if not far:
        return
    ux, uy = (bx - ax) / far, (by - ay) / far
    for k in range(int(far / 0.8)):
        s, t = 0.2 + k * 0.8, 0.6 + k * 0.8
        corners = ((s, -1), (t, -1), (t, 1), (s, 1))
        yield tuple((ax + ux * m - uy * n * wide / 2, ay + uy * m + ux * n * wide / 2) for m, n in corners)


def ribbon(path: Sequence[Point], wide: float) -> tuple[Point, ...]:
    from shapely import LineString

    shape = LineString(path).buffer(wide / 2, cap_style="flat", join_style="mitre")
    return tuple(shape.exterior.coords[:-1]) if shape.geom_type == "Polygon" else tuple(path)


def arrow(layer: str, a: Point, b: Point, color: str, id: str) -> Shape:
    """An arrow head at b as it is come to from a, three millimetres long at 1:200: metres, so that it turns too."""
    far = hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    ux, uy = (b[0] - a[0]) / far, (b[1] - a[1]) / far
    long, wide = min(0.55, far / 3), min(0.19, far / 9)
    tail = (b[0] - ux * long, b[1] - uy * long)
    ring = (b, (tail[0] - uy * wide, tail[1] + ux * wide), (tail[0] + uy * wide, tail[1] - ux * wide))
    return Shape(layer, (ring,), True, color, "none", element=id)


def symbol_of(kind: str, posture: Posture) -> str:
    """The name of the symbol of a class as it lies."""
    if posture == "upright":
        return kind
    if CLASSES[kind].family == "two":
        return "bicycle-side" if kind in _PEDAL else "motorcycle-side"
    family = _OF_FAMILY.get(kind, "four")
    if posture == "roof":
        return "truck-roof" if family != "four" else "four-roof"
    return f"{family}-side"


def between(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def level(a: Point, b: Point) -> float:
    return degrees(atan2(b[1] - a[1], b[0] - a[0]))


def longest(path: Sequence[Point]) -> tuple[Point, Point]:
    return max(pairwise(path), key=lambda ab: hypot(ab[1][0] - ab[0][0], ab[1][1] - ab[0][1]))


def middle(ring: Sequence[Point]) -> Point:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def scattered(ring: Sequence[Point], most: int = 60) -> Iterator[Point]:
    """Some points inside a ring, the same ones every time."""
    from shapely import Point as Spot
    from shapely import Polygon

    inside = Polygon(ring).buffer(0)
    west, south, east, north = inside.bounds if not inside.is_empty else (0, 0, 0, 0)
    for k in range(most):
        x = west + (east - west) * ((k * 0.754877666) % 1)
        y = south + (north - south) * ((k * 0.569840291) % 1)
        if inside.contains(Spot(x, y)):
            yield x, y
