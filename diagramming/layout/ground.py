"""Marks laid out on the ground around a junction, for a map: blocks of cells grow outwards from where they belong.

No two marks overlap and none is left out; the junction itself stays free. The same crashes give the same cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from diagramming.layout.place import Group, Point

CELL = (13.0, 8.2)
FREE = 11.0
"""Metres around the middle in which nothing is put."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a mark stands, in metres from the junction, and the end of its block's leader."""

    at: Point
    leader: tuple[Point, Point] | None = None


def spread(groups: Sequence[Group], free: float = FREE) -> dict[str, Spot]:
    """Targets are metres from the middle, y to the north. Larger blocks choose first."""
    taken: set[tuple[int, int]] = set()
    out: dict[str, Spot] = {}
    cells = _cells(sum(len(g.ids) for g in groups), free)
    for group in sorted(groups, key=lambda g: (-len(g.ids), g.key)):
        mine: list[tuple[int, int]] = []
        for id in group.ids:
            pull = group.target if not mine else _middle(mine)
            cell = min(
                (c for c in cells if c not in taken),
                key=lambda c: (round(_far(c, pull), 6), round(_far(c, (0.0, 0.0)), 6), c),
            )
            taken.add(cell)
            mine.append(cell)
            leader = None
            if len(mine) == 1:
                leader = (_at(cell), group.target)
            out[id] = Spot(_at(cell), leader)
    return out


def _cells(n: int, free: float) -> list[tuple[int, int]]:
    """More than enough cells, as a ring around the free middle."""
    reach = 2
    while True:
        found = [
            (i, j)
            for i in range(-reach, reach + 1)
            for j in range(-reach - 1, reach + 2)
            if hypot(*_at((i, j))) >= free + 4.0
        ]
        if len(found) >= n + 8:
            return found
        reach += 1


def _at(cell: tuple[int, int]) -> Point:
    return cell[0] * CELL[0], cell[1] * CELL[1]


def _far(cell: tuple[int, int], to: Point) -> float:
    x, y = _at(cell)
    return hypot(x - to[0], y - to[1])


def _middle(cells: Sequence[tuple[int, int]]) -> Point:
    return sum(c[0] for c in cells) / len(cells) * CELL[0], sum(c[1] for c in cells) / len(cells) * CELL[1]
