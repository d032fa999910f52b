"""Forecasts of real places: crashes of Tainan in 2024 and reports of its citizens in 2018, each on weeks to come.

The floors lie a little below what was measured; what was measured is in `antu bench hotspots`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from gis.cli import cli
from gis.exchange.events import boundary, read
from layers.hotspots.craft.gistar import gi_star
from layers.hotspots.craft.grid import Grid, binned
from layers.hotspots.craft.hours import hours_of, passed, place_counts, week
from tests.realdata.folder import real

pytestmark = pytest.mark.realdata
CRASHES = "tainan_accidents_2024_h1/1130106tainan.csv.gz"
REPORTS = "tainan_1999_traffic_reports/tainan_1999_traffic_reports_2018.csv.gz"
PARTIES = "npa_a2_2025_01_tainan_chiayi/NPA_TMA2_2025-01_tainan.csv"
AREAS = "boundaries/towns_tainan.geojson"


def evaluated(path: Path, *options: object) -> dict[str, dict[str, list[dict[str, float]]]]:
    command = ["hotspots", "evaluate", str(path), "--cell", "100", "--json", *map(str, options)]
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    found: dict[str, dict[str, list[dict[str, float]]]] = json.loads(result.stdout)
    return found


def pai(found: dict[str, dict[str, list[dict[str, float]]]], name: str, share: float) -> float:
    return next(s["pai"] for s in found["maps"][name] if s["share"] == share)


def test_crashes_of_tainan_are_foretold_better_than_by_counts() -> None:
    found = evaluated(real(CRASHES), "--train-to", "2024-06-02", "--weeks", 4)
    assert found["verdict"] == "better"
    assert pai(found, "forecast", 0.01) >= 37 and pai(found, "forecast", 0.05) >= 14
    assert pai(found, "forecast", 0.01) >= 1.5 * pai(found, "kernel 400 m", 0.01)
    assert found["test"]["events"] == 3540 and found["rows"]["read"] == 22_384


def test_the_boundary_of_the_city_is_an_area_too() -> None:
    found = evaluated(
        real(CRASHES), "--train-to", "2024-06-02", "--weeks", 4, "--cell", 200, "--area", real(AREAS)
    )
    shape = boundary(real(AREAS), "EPSG:3826")
    assert found["area"]["km2"] == pytest.approx(shape.area / 1e6, rel=0.002)
    assert pai(found, "forecast", 0.01) > pai(found, "kernel 400 m", 0.01)


def test_reports_of_tainan_are_foretold_no_worse_than_by_counts() -> None:
    found = evaluated(real(REPORTS), "--train-to", "2018-10-27", "--weeks", 4)
    assert found["verdict"] in ("better", "no better")
    assert pai(found, "forecast", 0.05) > pai(found, "same places as last year", 0.05)


def test_a_file_of_parties_counts_crashes() -> None:
    found = read(real(PARTIES))
    assert found.read == 9144 and len(found.x) == 4038
    assert found.left_out == {"a further party of the same crash": 9144 - 4038}


def test_busy_corners_and_the_evening_rush_are_found() -> None:
    events = read(real(CRASHES))
    grid = Grid.over((events.x.min(), events.y.min(), events.x.max(), events.y.max()), 100.0)
    found = gi_star(binned(grid, events.x, events.y), 2.5)
    crowded = binned(grid, events.x, events.y) >= 15
    assert crowded.sum() > 20 and found.hot[crowded].all() and found.hot.mean() < 0.05
    weekday = events.first.weekday()
    hours = hours_of(events.day, weekday)
    counts = place_counts(np.zeros(len(hours), dtype=int), hours, 1)[0]
    rush = week(counts, passed(0, events.number(events.last) + 1, weekday))
    assert rush.hot[:5, [7, 17]].all() and not rush.hot[:, 2:5].any()
