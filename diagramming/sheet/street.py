"""The street under a scene: GeoJSON features in EPSG:3826, drawn as kerbs, lanes and markings.

A feature says by `kind` what it is; what this file does not know is drawn as a thin line, never dropped. The
lengths of a drawing are of the grid: at 194 km from the meridian's zero a grid metre is 0.06 mm short.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from diagramming.scene.shapes import INK, Item, Point, Shape, Words

PAVED, PAPER = "#e4e7e8", "#faf8f2"
PENS: dict[str, tuple[str, str, float]] = {
    # kind: fill, stroke, millimetres of pen
    "block": (PAPER, "#8c959c", 0.18),
    "sidewalk": ("#f1eee5", "#9aa3a9", 0.14),
    "road": (PAVED, "none", 0),
    "junction": (PAVED, "none", 0),
    "island": ("#eef0e6", INK, 0.22),
    "median": ("#eef0e6", INK, 0.22),
    "green": ("#dfe8d6", "#93a585", 0.12),
    "building": ("#e9e4da", "#a49d90", 0.14),
    "water": ("#d4e5ee", "#8fb0c2", 0.14),
    "kerb": ("none", INK, 0.32),
    "edge": ("none", "#5c666d", 0.18),
    "centre": ("none", "#9aa3a9", 0.12),
}
PAINTS = {"white": "#ffffff", "yellow": "#e0a21c", "red": "#c8322b"}
ORDER = (
    "block",
    "water",
    "green",
    "sidewalk",
    "building",
    "road",
    "junction",
    "median",
    "island",
    "marking",
    "edge",
    "kerb",
    "centre",
)


def under(
    features: Iterable[Mapping[str, Any]],
    origin: Point,
    hidden: Collection[str] = (),
    center: Point = (0.0, 0.0),
    reach: float = 120.0,
) -> Iterator[Item]:
    """Shapes of what lies within `reach` metres of the middle, in the scene's own metres."""
    from shapely import box
    from shapely.affinity import translate
    from shapely.geometry import shape

    around = box(center[0] - reach, center[1] - reach, center[0] + reach, center[1] + reach)
    found: list[tuple[int, Any, Mapping[str, Any]]] = []
    for feature in features:
        said = feature.get("properties") or {}
        if str(feature.get("id", said.get("id", ""))) in hidden and hidden:
            continue
        whole = translate(shape(feature["geometry"]), -origin[0], -origin[1])
        if whole.geom_type.endswith("Polygon"):
            whole = whole.buffer(0)
        if whole.intersects(around):
            kind = str(said.get("kind", ""))
            found.append(
                (ORDER.index(kind) if kind in ORDER else len(ORDER), whole.intersection(around), said)
            )
    names: dict[str, Any] = {}
    for _, whole, said in sorted(found, key=lambda one: one[0]):
        if said.get("kind") == "name":
            text = str(said.get("name", ""))
            if text and whole.length > getattr(names.get(text), "length", 0):
                names[text] = whole
            continue
        yield from _drawn(whole, said)
    for text, line in names.items():
        yield from _named(text, line)


def _drawn(whole: Any, said: Mapping[str, Any]) -> Iterator[Item]:
    kind = str(said.get("kind", ""))
    fill, stroke, pen = PENS.get(kind, ("none", "#5c666d", 0.18))
    if kind == "marking":
        fill, stroke, pen = PAINTS.get(str(said.get("color", "white")), "#ffffff"), "#7d868d", 0.06
    for part in getattr(whole, "geoms", [whole]):
        if part.geom_type == "Polygon":
            rings = tuple(tuple(ring.coords)[:-1] for ring in (part.exterior, *part.interiors))
            yield Shape(
                "street", tuple(tuple((p[0], p[1]) for p in r) for r in rings), True, fill, stroke, pen
            )
        elif part.geom_type == "LineString":
            line = tuple((p[0], p[1]) for p in part.coords)
            yield Shape(
                "street", (line,), stroke=stroke if stroke != "none" else "#5c666d", width=pen or 0.18
            )


def _named(text: str, line: Any) -> Iterator[Item]:
    from math import atan2, degrees

    from shapely.ops import linemerge

    line = linemerge(line) if line.geom_type == "MultiLineString" else line
    longest = max(getattr(line, "geoms", [line]), key=lambda g: g.length)
    if longest.length < 8:
        return
    a, b = (longest.interpolate(f, normalized=True) for f in (0.72, 0.9))
    at = longest.interpolate(0.8, normalized=True)
    yield Words(
        "street",
        text,
        (at.x, at.y),
        4.0,
        angle=degrees(atan2(b.y - a.y, b.x - a.x)),
        color="#4a545c",
        shift=(0, -1.4),
    )
