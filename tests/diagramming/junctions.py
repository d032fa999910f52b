"""Random junctions with random crashes, in the proportions of a city."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from diagramming.layout.diagram import Crash
from diagramming.movement.key import Key, of_pair
from diagramming.movement.legs import Junction, junction

VEHICLES = ("car", "motorcycle", "motorcycle", "motorcycle", "heavy", "bicycle")


def at_random(rng: random.Random) -> Junction:
    legs = rng.randint(3, 6)
    while True:
        bearings = sorted(rng.uniform(0, 360) for _ in range(legs))
        gaps = [(b - a) % 360 for a, b in zip(bearings, bearings[1:] + bearings[:1], strict=True)]
        if min(gaps) > 30:
            return junction(bearings)


def crash(rng: random.Random, at: Junction, number: int) -> Crash:
    n = len(at.legs)
    a = rng.choices(range(n), [3, 3, 2, 2, 1, 1][:n])[0]
    kind = rng.choices(("pair", "same", "single", "person"), (5, 3, 1, 1))[0]
    b = a if kind == "same" else rng.randrange(n)
    exits = [rng.choice([j for j in range(n) if j != leg]) for leg in (a, b)]
    turns = at.turn(a, exits[0]), at.turn(b, exits[1])
    if kind == "single":
        key = Key("SV", "X")
    elif kind == "person":
        key = Key("PD", turns[0])
    else:
        key = of_pair(*turns, at.relation(a, b), sideswipe=rng.random() < 0.4)
    return Crash(
        id=f"{number:05d}", key=key, legs=((a, exits[0]), None if kind == "single" else (b, exits[1])),
        vehicles=(rng.choice(VEHICLES), "pedestrian" if kind == "person" else rng.choice(VEHICLES)),
        severity=rng.choices((1, 2, 3), (1, 45, 54))[0], night=rng.random() < 0.3, wet=rng.random() < 0.2,
        at=datetime(2024, 1, 1) + timedelta(hours=rng.randrange(8760)), unsure=rng.random() < 0.1,
    )  # fmt: skip
