"""Puts the city together: one seed, one order, one result."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from data.city import cases, crashes, enforcement, people, police
from data.city.areas import settle
from data.city.ground import lay
from data.city.network import Plan, build
from data.city.records import Table, to_wgs84

SCALES: dict[str, Plan] = {
    "hamlet": Plan(900, 800, 75, wards=8, stations=3, events=0.06, river_gap=110),
    "chiayi": Plan(4_150, 4_000, 71, wards=84, stations=15, events=1.0),
    "tainan": Plan(12_000, 11_500, 92, wards=649, stations=162, events=7.0),
    "x10": Plan(4_150, 4_000, 71, wards=84, stations=15, events=10.0),
}
CRASHES = 12_800
City = dict[str, Table]
Say = Callable[[str], None]


def generate(scale: str = "chiayi", seed: int = 1, say: Say = lambda _: None) -> City:
    """The tables of the city by name, in the order in which they refer to each other."""
    if scale not in SCALES:
        raise ValueError(f"There is no scale “{scale}”; there are {', '.join(SCALES)}.")
    return {table.name: table for table in _tables(SCALES[scale], seed, say)}


def _tables(plan: Plan, seed: int, say: Say) -> Iterator[Table]:
    """Each part draws from a stream of its own, so that changing one leaves the others as they are."""
    streams = iter(np.random.SeedSequence(seed).spawn(16))

    def rng() -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(next(streams)))

    say("streets")
    ground = lay(build(plan, rng()), rng())
    say("wards and stations")
    areas = settle(ground, plan, rng())
    fixed = min(plan.events, 7.0) if plan.wards > 100 else min(plan.events, 1.0)
    say("crashes")
    crashed = crashes.happen(ground, areas, round(CRASHES * plan.events), rng())
    say("cameras and patrols")
    tables = [*areas.tables, *ground.tables, people.landmarks(ground, areas, fixed, rng()), *crashed]
    tables += police.cameras(ground, areas, fixed, rng())
    tables += police.patrol(ground, areas, fixed, rng())
    say("calls, crimes, reports")
    tables += cases.report(ground, areas, plan.events, rng())
    tables += enforcement.enforce(ground, areas, crashed[0], min(plan.events, 10.0), rng())
    tables += people.complain(ground, areas, plan.events, rng())
    tables += people.missing(ground, fixed, rng())
    for table in tables:
        if table.geometry is not None:
            table.geometry = to_wgs84(table.geometry)
        yield table
