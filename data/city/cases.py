"""What is reported to the police: calls to 110, crimes, cash machines and the fraud money drawn from them."""

from __future__ import annotations

import numpy as np
import shapely

from data.city import names
from data.city.areas import Areas
from data.city.clock import DAYTIME, FRAUD, NIGHT, moments
from data.city.ground import Ground
from data.city.police import _along_roads
from data.city.records import Table

CALLS = (
    ("traffic", 0.34),
    ("noise", 0.17),
    ("dispute", 0.14),
    ("theft", 0.08),
    ("suspicious", 0.09),
    ("service", 0.12),
    ("violence", 0.06),
)
CRIMES = (
    ("theft", 0.42),
    ("fraud", 0.31),
    ("burglary", 0.07),
    ("drugs", 0.11),
    ("assault", 0.06),
    ("robbery", 0.015),
    ("snatching", 0.015),
)


def report(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> list[Table]:
    return [
        _calls(ground, areas, round(30_000 * scale), rng),
        _crimes(ground, areas, round(6_900 * scale), rng),
        *_fraud(ground, areas, scale, rng),
    ]


def _gathered(ground: Ground, count: int, rng: np.random.Generator, share: float) -> np.ndarray:
    """Places along streets, a share of them drawn to a few lasting hot spots."""
    places = _along_roads(ground, count, rng, 8.0, (0, 2, 2, 1.2, 0.8))
    hot = _along_roads(ground, 24, rng, 20.0, (0, 1, 2, 2, 1))
    pull = rng.zipf(1.6, size=24).clip(max=12).astype(float)
    drawn = rng.random(count) < share
    which = rng.choice(24, size=count, p=pull / pull.sum())
    places[drawn] = hot[which[drawn]] + rng.normal(0, 90, size=(int(drawn.sum()), 2))
    return np.round(places, 2)


def _calls(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> Table:
    places = _gathered(ground, count, rng, 0.35)
    kinds = rng.choice([k for k, _ in CALLS], size=count, p=[s for _, s in CALLS])
    return Table(
        "calls",
        {
            "key": [f"K{n:06d}" for n in range(1, count + 1)],
            "kind": kinds.tolist(),
            "at": moments(count, rng, NIGHT + DAYTIME, "night", last_days=366),
            "minutes": np.round(rng.gamma(5.5, 1.0, count) + 0.8, 1).tolist(),
            "ward_key": [areas.wards[w] for w in areas.ward_index(places)],
        },
        shapely.points(places),
    )


def _crimes(ground: Ground, areas: Areas, count: int, rng: np.random.Generator) -> Table:
    places = _gathered(ground, count, rng, 0.45)
    kinds = rng.choice([k for k, _ in CRIMES], size=count, p=[s for _, s in CRIMES])
    loss = np.where(
        np.isin(kinds, ("theft", "fraud", "burglary", "robbery", "snatching")),
        rng.lognormal(9.4, 1.3, count),
        0,
    )
    return Table(
        "crimes",
        {
            "key": [f"CR{n:06d}" for n in range(1, count + 1)],
            "kind": kinds.tolist(),
            "at": moments(count, rng, NIGHT, "night"),
            "cleared": (rng.random(count) < np.where(kinds == "fraud", 0.55, 0.86)).tolist(),
            "loss": np.round(loss, -2).astype(int).tolist(),
            "ward_key": [areas.wards[w] for w in areas.ward_index(places)],
        },
        shapely.points(places),
    )


def _fraud(ground: Ground, areas: Areas, scale: float, rng: np.random.Generator) -> list[Table]:
    machines, drawn = max(round(210 * scale), 6), round(3_600 * scale)
    places = _along_roads(ground, machines, rng, 6.0, (0, 4, 3, 0.6, 0.1))
    keys = [f"ATM{n:04d}" for n in range(1, machines + 1)]
    banks = [str(b) for b in rng.choice(names.BANKS, size=machines)]
    atms = Table(
        "atms", {"key": keys, "name": [f"{b}提款機" for b in banks], "bank": banks}, shapely.points(places)
    )
    pull = rng.zipf(1.8, size=machines).clip(max=30).astype(float)
    which = rng.choice(machines, size=drawn, p=pull / pull.sum())
    withdrawals = Table(
        "withdrawals",
        {
            "key": [f"WD{n:06d}" for n in range(1, drawn + 1)],
            "atm_key": [keys[w] for w in which],
            "at": moments(drawn, rng, FRAUD, "night"),
            "amount": (rng.integers(1, 21, drawn) * 1000).tolist(),
            "stopped": (rng.random(drawn) < 0.11).tolist(),
        },
        shapely.points(places[which]),
    )
    return [atms, withdrawals]
