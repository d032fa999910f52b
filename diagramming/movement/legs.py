"""A junction as inference sees it: legs by their bearing outwards, and what turn leads from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagramming.movement.key import wrap


@dataclass(frozen=True, slots=True)
class Leg:
    """`bearing` looks from the centre outwards, in degrees clockwise from north."""

    bearing: float
    name: str = ""
    inbound: bool = True
    outbound: bool = True

    @property
    def heading_in(self) -> float:
        return (self.bearing + 180.0) % 360.0


@dataclass(frozen=True, slots=True)
class Junction:
    legs: tuple[Leg, ...]

    def turn(self, approach: int, exit: int) -> str:
        """S, L, R or U. Straight is the exit that bends least, as long as it bends less than 50°."""
        if approach == exit:
            return "U"
        bends = self._bends(approach)
        straight = min(bends, key=lambda leg: abs(bends[leg]))
        if exit == straight and abs(bends[exit]) <= 50.0:
            return "S"
        if abs(bends[exit]) <= 20.0:
            return "S"
        return "R" if bends[exit] > 0 else "L"

    def _bends(self, approach: int) -> dict[int, float]:
        inbound = self.legs[approach].heading_in
        return {j: wrap(leg.bearing - inbound) for j, leg in enumerate(self.legs) if j != approach}

    def relation(self, first: int, second: int) -> str:
        """As `key.relation`, but two parties run the same way only when they come by the same leg."""
        if first == second:
            return "same"
        apart = wrap(self.legs[second].heading_in - self.legs[first].heading_in)
        if abs(apart) >= 140.0:
            return "opposing"
        return "from-left" if apart > 0 else "from-right"

    def named(self, name: str) -> tuple[int, ...]:
        return tuple(i for i, leg in enumerate(self.legs) if name and leg.name == name)


def junction(bearings: Sequence[float], names: Sequence[str] = ()) -> Junction:
    return Junction(tuple(Leg(b % 360.0, names[i] if i < len(names) else "") for i, b in enumerate(bearings)))
