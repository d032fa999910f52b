"""Chains the pieces of a street into sections: same name, from one important junction to the next.

A node is important where a street of another name meets that is a collector or wider, where the street forks,
or where it ends. Every piece belongs to exactly one section.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

Place = tuple[float, float]
COLLECTOR = 2


@dataclass(frozen=True, slots=True)
class Piece:
    name: str
    rank: int
    places: Sequence[Place]

    @property
    def ends(self) -> tuple[Place, Place]:
        return self.places[0], self.places[-1]


@dataclass(frozen=True, slots=True)
class Section:
    """`pieces` are indices in the order in which one walks; `places` is the whole way."""

    pieces: tuple[int, ...]
    places: tuple[Place, ...]


def chain(pieces: Sequence[Piece]) -> list[Section]:
    at: dict[Hashable, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        for node in piece.ends:
            at[node].append(number)
    left = set(range(len(pieces)))
    out = []
    for number in range(len(pieces)):
        if number in left:
            out.append(_walk(number, pieces, at, left))
    return out


def _walk(start: int, pieces: Sequence[Piece], at: dict[Hashable, list[int]], left: set[int]) -> Section:
    left.discard(start)
    first, last = pieces[start].ends
    ahead = list(_onward(start, last, pieces, at, left))
    behind = list(_onward(start, first, pieces, at, left))
    way = [*((i, not forward) for i, forward in reversed(behind)), (start, True), *ahead]
    places: list[Place] = []
    for number, forward in way:
        step = list(pieces[number].places) if forward else list(reversed(pieces[number].places))
        places += step if not places else step[1:]
    return Section(tuple(number for number, _ in way), tuple(places))


def _onward(
    number: int, node: Place, pieces: Sequence[Piece], at: dict[Hashable, list[int]], left: set[int]
) -> Iterator[tuple[int, bool]]:
    """Piece after piece away from the start; True when a piece is walked as it was drawn."""
    name = pieces[number].name
    while True:
        same = [i for i in at[node] if pieces[i].name == name]
        crossed = any(pieces[i].name != name and pieces[i].rank <= COLLECTOR for i in at[node])
        following = [i for i in same if i in left]
        if crossed or len(same) != 2 or not following:
            return
        number = following[0]
        left.discard(number)
        begin, end = pieces[number].ends
        forward = begin == node
        yield number, forward
        node = end if forward else begin
