"""Synthetic parties at a junction, with the noise of drawn scenes: what was true, and what was left to see."""

from __future__ import annotations

import random

from diagramming.movement.evidence import Action, Arrow, Evidence, Mark, Pose
from diagramming.movement.key import wrap
from diagramming.movement.legs import Junction, junction

SHAPES = {
    "3-leg T": junction((0, 90, 180)),
    "3-leg Y": junction((0, 120, 240)),
    "4-leg square": junction((0, 90, 180, 270)),
    "4-leg skewed": junction((10, 75, 190, 255)),
    "5-leg": junction((0, 60, 130, 200, 280)),
}
CODES = {"S": "09", "L": "05", "R": "06", "U": "11"}


def party(rng: random.Random, at: Junction, arrows: float = 0.9) -> tuple[tuple[int, int], list[Evidence]]:
    approach = rng.randrange(len(at.legs))
    turn = rng.choices("SLRU", (0.58, 0.21, 0.18, 0.03))[0]
    exits = [j for j in range(len(at.legs)) if at.turn(approach, j) == turn]
    exit = rng.choice(exits) if exits else rng.choice([j for j in range(len(at.legs)) if j != approach])
    turn = at.turn(approach, exit)
    inbound, out = at.legs[approach].heading_in, at.legs[exit].bearing
    bend = 0.0 if turn == "U" else wrap(out - inbound)
    seen: list[Evidence] = []
    if rng.random() < arrows:
        seen.append(Arrow(inbound + rng.gauss(0, 15), out + rng.gauss(0, 15)))
    if rng.random() < 0.25:
        seen.append(Mark(inbound + rng.uniform(0, 0.6) * bend + rng.gauss(0, 8)))
    if rng.random() < 0.7:
        seen.append(Pose(inbound + 0.5 * bend + rng.gauss(0, 55)))
    code = CODES[turn] if rng.random() >= 0.05 else rng.choice([c for t, c in CODES.items() if t != turn])
    seen.append(Action(code))
    return (approach, exit), seen
