"""What operations are written on: the objects as they are, as they will be, and what stands on what."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import atan2, hypot

from layers.streets.craft.pieces import Json, checked, kind_of, needs

Dot = tuple[float, float]


class Impossible(Exception):
    """The operation cannot be done; the text says why."""


@dataclass(slots=True)
class Desk:
    """`there` holds what the operations may read; `look` fetches what is missing."""

    there: dict[str, Json]
    look: Callable[[str], Json | None] = lambda name: None
    standing: Callable[[str], Mapping[str, Json]] = lambda name: {}
    now: dict[str, Json | None] = field(default_factory=dict)
    follows: set[str] = field(default_factory=set)
    """Objects written only because another that they stand on was: nobody named them."""
    lineage: list[tuple[str, str, float, float]] = field(default_factory=list)

    def get(self, name: str) -> Json:
        if name in self.now:
            found = self.now[name]
        else:
            if name not in self.there and (fetched := self.look(name)) is not None:
                self.there[name] = fetched
            found = self.there.get(name)
        if found is None:
            raise Impossible(f"There is no {name}.")
        return deepcopy(found)

    def has(self, name: str) -> bool:
        try:
            self.get(name)
        except Impossible:
            return False
        return True

    def put(self, name: str, piece: Json | None, *, follows: bool = False) -> None:
        self.now[name] = None if piece is None else checked(name, piece)
        if follows:
            self.follows.add(name)

    def on(self, name: str) -> dict[str, Json]:
        """What stands on an object, as it is on the desk now."""
        for one, piece in self.standing(name).items():
            self.there.setdefault(one, piece)
        here = {**self.there, **self.now}
        return {n: deepcopy(p) for n, p in here.items() if p is not None and name in needs(kind_of(n), p)}

    def edits(self) -> dict[str, Json | None]:
        return {name: piece for name, piece in self.now.items() if piece != self.there.get(name)}


def line_of(desk: Desk, piece: Json) -> list[Dot]:
    a, b = (desk.get(f"node/{piece[end]}")["at"] for end in ("a", "b"))
    return [(p[0], p[1]) for p in (a, *piece["via"], b)]


def heading(line: list[Dot], end: str) -> float:
    """The direction in which a street leaves its end, in degrees clockwise from north."""
    points = line if end == "a" else line[::-1]
    point = cut_at(points, min(6.0, length_of(points) / 2))[0]
    x, y = point[0] - points[0][0], point[1] - points[0][1]
    return float(round((90 - atan2(y, x) * 57.29577951308232) % 360, 3))


def length_of(line: Sequence[Dot]) -> float:
    return sum(hypot(q[0] - p[0], q[1] - p[1]) for p, q in itertools.pairwise(line))


def cut_at(line: Sequence[Dot], s: float) -> tuple[Dot, list[Dot], list[Dot]]:
    """The point s metres along, the inner points before it and those behind it."""
    left = s
    before: list[Dot] = []
    for k, (p, q) in enumerate(itertools.pairwise(line)):
        link = hypot(q[0] - p[0], q[1] - p[1])
        if left <= link:
            share = left / link
            point = (round(p[0] + (q[0] - p[0]) * share, 3), round(p[1] + (q[1] - p[1]) * share, 3))
            near = [v for v in before if hypot(v[0] - point[0], v[1] - point[1]) > 0.02]
            rest = [v for v in line[k + 1 : -1] if hypot(v[0] - point[0], v[1] - point[1]) > 0.02]
            return point, near, rest
        left -= link
        before.append((q[0], q[1]))
    return line[-1], list(line[1:-1]), []


def free_name(desk: Desk, kind: str, wanted: str) -> str:
    wanted = wanted[-60:]
    for n in range(1000):
        id_ = wanted if not n else f"{wanted}.{n}"
        if not desk.has(f"{kind}/{id_}"):
            return id_
    raise Impossible(f"There is no free name for a new {kind}.")
