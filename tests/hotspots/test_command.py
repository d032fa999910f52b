"""`antu hotspots evaluate` works on any file of points, and says in a sentence why it does not."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from pyproj import Transformer

from gis.cli import cli
from gis.trouble import Trouble
from tests.hotspots.clouds import city

EAST, NORTH, FIRST = 168_000.0, 2_541_000.0, date(2023, 3, 1)


def written(path: Path, header: str, form: str = "degrees", days: str = "{}", events: int = 900) -> Path:
    """The made-up city laid on Tainan, with one row too many: a place that is no number."""
    x, y, day = city(np.random.default_rng(9), events)
    x, y = x + EAST, y + NORTH
    if form == "degrees":
        x, y = Transformer.from_crs(3826, 4326, always_xy=True).transform(x, y)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(header.split(","))
        for east, north, after in zip(x, y, day, strict=True):
            on = FIRST + timedelta(days=int(after))
            out.writerow([east, north, days.format(on, roc=on.year - 1911, on=on)])
        out.writerow(["?", "?", days.format(FIRST, roc=112, on=FIRST)])
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["hotspots", "evaluate", *map(str, arguments)], catch_exceptions=True)


def document(*arguments: object) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.exception
    found: dict[str, object] = json.loads(result.stdout)
    return found


def trouble(*arguments: object) -> Trouble:
    result = run(*arguments)
    assert isinstance(result.exception, Trouble), result.exception
    return result.exception


def test_degrees_and_metres_and_years_of_the_republic_give_the_same(tmp_path: Path) -> None:
    degrees = written(tmp_path / "a.csv", "經度,緯度,發生日期")
    metres = written(tmp_path / "b.csv", "X,Y,日期", "metres", "{roc}/{on.month}/{on.day}")
    one, other = (document(path, "--train-to", "2024-01-20", "--cell", 100) for path in (degrees, metres))
    assert one["test"] == other["test"] and one["area"] == other["area"]
    assert one["rows"]["read"] == 901 and one["rows"]["left_out"] == {"its coordinates are no numbers": 1}  # type: ignore[index]
    assert one["test"]["events"] > 20 and one["verdict"] in ("better", "no better")  # type: ignore[index]
    (at_one,) = [s for s in one["maps"]["forecast"] if s["share"] == 0.01]  # type: ignore[index]
    assert at_one["pai"] == pytest.approx(at_one["hit_rate"] * 100, rel=1e-3)


def test_columns_can_be_named_and_an_area_given(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "e,n,d")
    area = tmp_path / "area.geojson"
    ring = [[120.2, 22.96], [120.23, 22.96], [120.23, 23.0], [120.2, 23.0], [120.2, 22.96]]
    area.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}},
    ]}))  # fmt: skip
    named = ("--lon", "e", "--lat", "N", "--time", "d", "--train-to", "2024-01-20", "--cell", 100)
    whole, part = document(path, *named), document(path, *named, "--area", area)
    assert part["area"]["km2"] == pytest.approx(13.6, rel=0.02)  # type: ignore[index]
    assert whole["test"]["events"] == part["test"]["events"]  # type: ignore[index]


def test_days_that_can_be_read_in_two_ways_need_a_format(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "lon,lat,date", days="{on.month}/{on.day}/{on.year}")
    assert "--format" in trouble(path, "--train-to", "2024-01-20").sentence
    found = document(path, "--train-to", "2024-01-20", "--cell", 100, "--format", "%m/%d/%Y")
    plain = document(written(tmp_path / "b.csv", "lon,lat,date"), "--train-to", "2024-01-20", "--cell", 100)
    assert found["test"] == plain["test"] and found["maps"] == plain["maps"]


def test_the_table_says_the_verdict(tmp_path: Path) -> None:
    result = run(written(tmp_path / "a.csv", "lon,lat,date"), "--train-to", "2024-01-20", "--cell", 100)
    assert "same places as last year" in result.output.splitlines()[-1]
    assert "PAI" in result.output and "1.0%" in result.output


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "lon,lat,date")
    empty, header = tmp_path / "empty.csv", tmp_path / "header.csv"
    empty.write_text("")
    header.write_text("lon,lat,date\n")
    feet = tmp_path / "feet.csv"
    feet.write_text("x,y,date\n7650000,680000,2020-01-01\n7650100,680000,2020-02-01\n")
    strange = tmp_path / "strange.csv"
    strange.write_text("a,b\n1,2\n")
    train = ("--train-to", "2024-01-20")
    assert "is empty" in trouble(empty, *train).sentence
    assert "no rows" in trouble(header, *train).sentence
    assert "There are: a, b" in trouble(strange, *train).sentence
    assert "no column “longitude”" in trouble(path, "--lon", "longitude", *train).sentence
    assert "--crs" in trouble(feet, *train).sentence
    assert "There is no file" in trouble(tmp_path / "nowhere.csv", *train).sentence
    assert "is not a day" in trouble(path, "--train-to", "last May").sentence
    assert "nothing to test" in trouble(path, "--train-to", "2025-01-01").sentence
    assert "nothing to learn from" in trouble(path, "--train-to", "2020-01-01").sentence
    assert "too few" in trouble(path, "--train-to", "2023-03-05").sentence
    assert "cells" in trouble(path, *train, "--cell", "10", "--area", _world(tmp_path)).sentence


def _world(folder: Path) -> Path:
    path = folder / "world.geojson"
    ring = [[119, 22], [122, 22], [122, 25], [119, 25], [119, 22]]
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    return path


def test_other_countries_have_their_own_metres(tmp_path: Path) -> None:
    x, y, day = city(np.random.default_rng(9), 600)
    lon, lat = Transformer.from_crs(32610, 4326, always_xy=True).transform(x + 520_000, y + 5_040_000)
    path = tmp_path / "calls.csv"
    rows = [f"{a},{b},{FIRST + timedelta(days=int(d))}" for a, b, d in zip(lon, lat, day, strict=True)]
    path.write_text("\n".join(["longitude,latitude,occ_date", *rows]))
    found = document(path, "--train-to", "2024-01-20", "--cell", 100)
    assert found["area"]["crs"] == "EPSG:32610"  # type: ignore[index]
