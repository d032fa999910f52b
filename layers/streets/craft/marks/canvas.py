"""Where markings are collected: four-cornered pieces by the thousand, outlines one by one, all made polygons at the end.

A mark is one line, crosswalk or symbol; its pieces are its dashes or stripes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.ribbon import Dot, Floats
from layers.streets.craft.marks.rules import Rule

Shapes = NDArray[Any]
Quad = tuple[Dot, Dot, Dot, Dot]


@dataclass(slots=True)
class Mark:
    rule: Rule
    owner: str
    """The segment or junction it belongs to."""
    part: str
    colour: str
    text: str = ""
    shapes: list[BaseGeometry] = field(default_factory=list)
    _quads: Floats | list[Quad] | None = None
    _outlines: list[Floats] = field(default_factory=list)
    _within: BaseGeometry | None = None
    _whole: bool = False


@dataclass(slots=True)
class Canvas:
    marks: list[Mark] = field(default_factory=list)

    def add(
        self,
        rule: Rule,
        owner: str,
        part: str,
        *,
        quads: Floats | list[Quad] | None = None,
        outlines: list[Floats] | None = None,
        shapes: list[BaseGeometry] | None = None,
        colour: str = "",
        text: str = "",
        within: BaseGeometry | None = None,
        whole: bool = False,
    ) -> None:
        """`quads` is n × 4 × 2; nothing is added when there is nothing. Only quads that lie `within` are kept, and
        of a `whole` mark all or none."""
        if (quads is None or not len(quads)) and not outlines and not shapes:
            return
        self.marks.append(
            Mark(
                rule,
                owner,
                part,
                colour or rule.colour,
                text,
                list(shapes or []),
                quads,
                list(outlines or []),
                within,
                whole,
            )
        )

    def finish(self) -> list[Mark]:
        """Makes all shapes, in the order in which they were drawn."""
        quads = [mark._quads for mark in self.marks if mark._quads is not None and len(mark._quads)]
        made: list[BaseGeometry | None] = []
        if quads:
            corners = np.round(np.concatenate([np.asarray(each) for each in quads]), 3)
            pieces = shapely.polygons(np.concatenate((corners, corners[:, :1]), axis=1))
            made = self._kept(pieces)
        outlines = [np.round(outline, 3) for mark in self.marks for outline in mark._outlines]
        drawn: list[BaseGeometry] = []
        if outlines:
            closed = [np.concatenate((outline, outline[:1])) for outline in outlines]
            numbers = np.repeat(np.arange(len(closed)), [len(outline) for outline in closed])
            drawn = shapely.polygons(shapely.linearrings(np.concatenate(closed), indices=numbers)).tolist()
        q = o = 0
        for mark in self.marks:
            count = 0 if mark._quads is None else len(mark._quads)
            kept = [piece for piece in made[q : q + count] if piece is not None]
            mark.shapes += kept if len(kept) == count or not mark._whole else []
            mark.shapes += drawn[o : o + len(mark._outlines)]
            q, o = q + count, o + len(mark._outlines)
            mark._quads, mark._outlines, mark._within = None, [], None
        self._mend()
        return self.marks

    def _kept(self, pieces: Shapes) -> list[BaseGeometry | None]:
        """The pieces in order, None for those outside the area they are bound to."""
        at = 0
        areas: list[BaseGeometry] = []
        numbers: list[int] = []
        for mark in self.marks:
            count = 0 if mark._quads is None else len(mark._quads)
            if mark._within is not None:
                shapely.prepare(mark._within)
                areas += [mark._within] * count
                numbers += range(at, at + count)
            at += count
        found: list[BaseGeometry | None] = pieces.tolist()
        if numbers:
            inside = shapely.covers(np.array(areas, dtype=object), pieces[numbers])
            for number in np.asarray(numbers)[~inside].tolist():
                found[number] = None
        return found

    def _mend(self) -> None:
        """A line around a hairpin may cross itself; it is mended, and what has no area left is dropped."""
        flat = list(chain.from_iterable(mark.shapes for mark in self.marks))
        good = iter((shapely.is_valid(flat) & (shapely.area(flat) > 1e-4)).tolist() if flat else [])
        for mark in self.marks:
            kept = []
            for shape in mark.shapes:
                if next(good):
                    kept.append(shape)
                else:
                    kept += [
                        p
                        for p in shapely.get_parts(shapely.make_valid(shape)).tolist()
                        if p.geom_type == "Polygon" and p.area > 1e-3
                    ]
            mark.shapes = kept
        self.marks = [mark for mark in self.marks if mark.shapes]
