"""How a layer looks, in words of cartography: heat, points, lines, fills, labels, a coloured surface.

A `Style` is a tuple of marks, drawn in order. Each mark knows its legend; `maplibre.py` turns marks into a
MapLibre style for the light and the dark map. Colours and icons are names, never values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layers.registry import palette
from layers.registry.text import Text

RISK = ("risk0", "risk1", "risk2", "risk3", "risk4")
LOW, HIGH = Text("低", "low"), Text("高", "high")
Zooms = tuple[float, float]
ALL: Zooms = (0, 24)
Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Class:
    """One value of the field that a mark is classed by: its words, colour, and for points its icon."""

    value: Value
    label: Text
    color: str
    icon: str = "dot"
    size: float = 5.0
    width: float | None = None
    zooms: Zooms = ALL
    dash: bool = False


@dataclass(frozen=True, slots=True)
class Heat:
    """A heat map of points; `weight` names a field or a sum of the grid. Give it the zooms below the points."""

    label: Text
    weight: str | None = None
    zooms: Zooms = (0, 15)
    full: float = 60.0
    """The weight that, in one place of a map of the whole city, counts as hottest."""
    opacity: float = 0.8


@dataclass(frozen=True, slots=True)
class Points:
    """Points as icons: one kind, or classed by a field. Plain `dot` and `ring` are drawn as circles."""

    label: Text | None = None
    color: str = "accent"
    icon: str = "dot"
    size: float = 5.0
    by: str | None = None
    classes: tuple[Class, ...] = ()
    breaks: tuple[float, ...] = ()
    """With `by`: discs that grow and darken along the risk ramp, see-through so that what lies under stays seen."""
    turn: str | None = None
    """A field of degrees from north by which the icon is turned."""
    zooms: Zooms = ALL


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one look, classed by a field, or graduated along a ramp by `breaks` of a number."""

    label: Text | None = None
    color: str = "accent"
    width: float = 2.0
    casing: str | None = None
    dash: bool = False
    double: bool = False
    by: str | None = None
    classes: tuple[Class, ...] = ()
    breaks: tuple[float, ...] = ()
    metres: bool = False
    """Widths are metres on the ground instead of pixels."""
    width_by: str | None = None
    """A field that holds each line's own width; `width` is for lines that have none."""
    zooms: Zooms = ALL


@dataclass(frozen=True, slots=True)
class Fills:
    """Areas of one look, classed by a field, or graduated along the risk ramp by `breaks` of a number."""

    label: Text | None = None
    color: str = "place"
    outline: str | None = None
    outline_dash: bool = False
    opacity: float = 1.0
    by: str | None = None
    classes: tuple[Class, ...] = ()
    breaks: tuple[float, ...] = ()
    zooms: Zooms = ALL


@dataclass(frozen=True, slots=True)
class Labels:
    """Names on the map, along the line for lines; `halo` keeps them readable."""

    field: str
    size: float = 12.0
    color: str = "label"
    weight: str = "Regular"
    spacing: float = 0.0
    priority: str | None = None
    """A number field: lower is placed first."""
    most: float | None = None
    """With `priority`: only features up to this number are named."""
    where: tuple[str, tuple[Value, ...]] | None = None
    zooms: Zooms = ALL


@dataclass(frozen=True, slots=True)
class Surface:
    """A raster coloured along the risk ramp."""

    label: Text
    opacity: float = 0.75
    zooms: Zooms = ALL


Mark = Heat | Points | Lines | Fills | Labels | Surface
_FITS: dict[type, set[str | None]] = {
    Heat: {"point"},
    Points: {"point"},
    Lines: {"line", "polygon"},
    Fills: {"polygon"},
    Labels: {"point", "line", "polygon"},
    Surface: {None},
}


@dataclass(frozen=True, slots=True)
class Style:
    marks: tuple[Mark, ...]

    def __init__(self, *marks: Mark) -> None:
        object.__setattr__(self, "marks", marks)

    def problems(self, fields: set[str], geometry: str | None) -> Iterator[str]:
        if not self.marks:
            yield "it draws nothing."
        for mark in self.marks:
            kind = type(mark).__name__
            if geometry not in _FITS[type(mark)]:
                yield f"{kind} cannot draw {geometry or 'a raster'}."
            for name in named(mark):
                if name not in fields:
                    yield f"{kind} names “{name}”, which is no field of the layer."
            for token in _colours(mark):
                if not palette.has_colour(token):
                    yield f"{kind} uses colour “{token}”, which is not in the palette."
            for icon in _icons(mark):
                if icon not in palette.icons():
                    yield f"{kind} uses icon “{icon}”, which is not in layers/registry/icons."
            breaks = getattr(mark, "breaks", ())
            if breaks and (len(breaks) != len(RISK) - 1 or list(breaks) != sorted(breaks)):
                yield f"{kind} needs {len(RISK) - 1} rising breaks for {len(RISK)} colours."


def named(mark: Mark) -> Iterator[str]:
    """The fields that a mark draws from."""
    names = (getattr(mark, a, None) for a in ("weight", "by", "field", "priority", "turn", "width_by"))
    for name in names:
        if isinstance(mark, Labels) and name == mark.weight:
            continue
        if name:
            yield name
    if isinstance(mark, Labels) and mark.where:
        yield mark.where[0]


def _colours(mark: Mark) -> Iterator[str]:
    for attribute in ("color", "outline", "casing"):
        if token := getattr(mark, attribute, None):
            yield token
    yield from (c.color for c in getattr(mark, "classes", ()))


def _icons(mark: Mark) -> Iterator[str]:
    if isinstance(mark, Points) and not mark.breaks:
        yield from {c.icon for c in mark.classes} or {mark.icon}
