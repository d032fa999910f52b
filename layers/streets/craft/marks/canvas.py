"""Where markings are collected: four-cornered pieces by the thousand, outlines one by one, all made polygons at the end.

A mark is one line, crosswalk or symbol; its pieces are its dashes or stripes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.ribbon import Floats
from layers.streets.craft.marks.rules import Rule


@dataclass(slots=True)
class Mark:
    rule: Rule
    owner: str
    """The segment or junction it belongs to."""
    part: str
    colour: str
    text: str = ""
    shapes: list[BaseGeometry] = field(default_factory=list)
    _quads: Floats | None = None
    _outlines: list[Floats] = field(default_factory=list)


@dataclass(slots=True)
class Canvas:
    marks: list[Mark] = field(default_factory=list)

    def add(
        self,
        rule: Rule,
        owner: str,
        part: str,
        *,
        quads: Floats | None = None,
        outlines: list[Floats] | None = None,
        shapes: list[BaseGeometry] | None = None,
        colour: str = "",
        text: str = "",
    ) -> None:
        """`quads` is n × 4 × 2; nothing is added when there is nothing."""
        if (quads is None or not len(quads)) and not outlines and not shapes:
            return
        self.marks.append(
            Mark(
                rule, owner, part, colour or rule.colour, text, list(shapes or []), quads, list(outlines or [])
            )
        )

    def finish(self) -> list[Mark]:
        """Makes all shapes, in the order in which they were drawn."""
        quads = [mark._quads for mark in self.marks if mark._quads is not None and len(mark._quads)]
        made: list[BaseGeometry] = []
        if quads:
            corners = np.round(np.concatenate(quads), 3)
            made = shapely.polygons(np.concatenate((corners, corners[:, :1]), axis=1)).tolist()
        outlines = [np.round(outline, 3) for mark in self.marks for outline in mark._outlines]
        drawn: list[BaseGeometry] = []
        if outlines:
            closed = [np.concatenate((outline, outline[:1])) for outline in outlines]
            numbers = np.repeat(np.arange(len(closed)), [len(outline) for outline in closed])
            drawn = shapely.polygons(shapely.linearrings(np.concatenate(closed), indices=numbers)).tolist()
        q = o = 0
        for mark in self.marks:
            count = 0 if mark._quads is None else len(mark._quads)
            mark.shapes += made[q : q + count]
            mark.shapes += drawn[o : o + len(mark._outlines)]
            q, o = q + count, o + len(mark._outlines)
            mark._quads, mark._outlines = None, []
        self._mend()
        return self.marks

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
