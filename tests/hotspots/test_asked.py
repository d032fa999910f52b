"""The processes hotspot and hot-hours: what they answer, and what they say of what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from django.db import connection

from gis.processes.asked import check
from gis.processes.run import Failed, Running, produce
from layers.access import ANONYMOUS, Clearance, Viewer
from layers.areas.models import Ward
from layers.hotspots.models import Withdrawal
from layers.registry.process import COG, GEOJSON, JSON, processes

POLICE = Viewer("tests", "tests", Clearance.POLICE)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city(hamlet: None) -> None:
    """All of this is asked of the hamlet."""


def run(
    id: str, viewer: Viewer = POLICE, wanted: Mapping[str, str] | None = None, **inputs: Any
) -> dict[str, bytes]:
    process = processes.find(id, viewer)
    assert process is not None
    wanted = wanted or {process.outputs[0].id: JSON}
    made = produce(process, check(process, viewer, inputs), Running(process, viewer, wanted, 60.0))
    return {one.output: one.body for one in made}


def told(id: str, viewer: Viewer = POLICE, **inputs: Any) -> dict[str, Any]:
    import json

    (body,) = run(id, viewer, **inputs).values()
    found: dict[str, Any] = json.loads(body)
    return found


def test_a_surface_comes_with_its_hit_rate_and_shapes() -> None:
    import json

    import rasterio

    wanted = {"scores": JSON, "surface": COG, "cells": GEOJSON, "contours": GEOJSON}
    found = run("hotspot", ANONYMOUS, wanted, layer="crashes", weight="epdo", cell=100)
    said = json.loads(found["scores"])
    assert said["scores"]["kind"] == "trial"
    assert {s["share"] for s in said["scores"]["maps"]["last_year"]} >= {0.01, 0.05}
    assert said["choices"]["weight"] == "epdo"
    with rasterio.MemoryFile(found["surface"]) as memory, memory.open() as file:
        assert "last year" in file.tags()["HIT_RATES"] or "Nothing" in file.tags()["HIT_RATES"]
        assert np.nanmean(file.read(1, masked=True).filled(np.nan)) == pytest.approx(1.0, abs=0.2)
    cells = json.loads(found["cells"])["features"]
    assert [c["properties"]["value"] for c in cells] == sorted(
        (c["properties"]["value"] for c in cells), reverse=True
    )
    shares = [c["properties"]["share"] for c in json.loads(found["contours"])["features"]]
    assert shares == sorted(shares)


@pytest.mark.parametrize("method", ["kde", "gistar", "repeat", "scan"])
def test_other_methods_of_chosen_hours(method: str) -> None:
    whole = told("hotspot", layer="calls_110", method=method, cell=100)
    night = told("hotspot", layer="calls_110", method=method, cell=100, weekdays=[5, 6], hours=[22, 4])
    assert 0 < night["data"]["events"] < whole["data"]["events"]


def test_clusters_are_told_with_their_days_and_p() -> None:
    import json

    wanted = {"scores": JSON, "clusters": GEOJSON}
    found = run("hotspot", POLICE, wanted, layer="calls_110", method="scan", cell=100)
    said = json.loads(found["scores"])["told"]
    assert 0 < said["p"] <= 1 and said["sentence"]["zh"] and said["sentence"]["en"]
    drawn = json.loads(found["clusters"])["features"]
    assert [d["properties"]["words"] for d in drawn] == [c["words"] for c in said["clusters"]]
    for one in said["clusters"]:
        assert one["start"] <= one["end"] and one["observed"] > one["expected"]
        assert one["end"] in one["words"]["zh"] and "p = " in one["words"]["en"]
        assert one["significant"] == (one["p"] <= 0.05)
    with pytest.raises(Failed, match="scan alone"):
        run("hotspot", POLICE, wanted, layer="calls_110", method="kde", cell=100)


def test_an_area_narrows_the_ground() -> None:
    ward = Ward.objects.order_by("id").first()
    assert ward is not None
    whole = told("hotspot", layer="citizen_reports", cell=50)
    part = told("hotspot", layer="citizen_reports", cell=50, area_layer="districts", area_id=ward.district_id)
    assert part["scores"].get("km2", 0) <= whole["scores"]["km2"]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"layer": "crashes", "hours": [3]}, "hours"),
        ({"layer": "crashes", "area_layer": "wards"}, "say which area"),
        ({"layer": "crashes", "area_layer": "wards", "area_id": 2_000_000_000}, "no such area"),
        ({"layer": "crashes", "area": {"type": "Point", "coordinates": [1, 2]}}, "polygon"),
        ({"layer": "crashes", "area": {"type": "Polygon", "coordinates": "x"}}, "area"),
        ({"layer": "crashes", "datetime": "2022-01-01/2022-01-02"}, "too few"),
        ({"layer": "crashes", "method": "kde", "cell": 1000, "bandwidth": 50}, "cells"),
        ({"layer": "atms"}, "no time"),
        ({"layer": "crashes", "method": "scan", "weight": "epdo"}, "counts events"),
        ({"layer": "crashes", "weight": "severity"}, "severity"),
    ],
)
def test_what_cannot_be_is_said(inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Failed, match=sentence) as wrong:
        told("hotspot", **inputs)
    assert wrong.value.status == 400


@pytest.mark.parametrize("process", ["hotspot", "hot-hours"])
def test_points_that_one_may_not_see_are_none(process: str) -> None:
    with pytest.raises(Failed, match="layer") as wrong:
        told(process, ANONYMOUS, layer="calls_110")
    assert wrong.value.status == 400


def test_hours_are_those_of_the_city() -> None:
    found = told("hot-hours", layer="crashes")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM crashes_crash WHERE extract(isodow FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 5 "
            "AND extract(hour FROM occurred_at AT TIME ZONE 'Asia/Taipei') = 17"
        )
        (expected,) = cursor.fetchone()
    assert found["counts"][4][17] == expected
    assert found["low"][4][17] < found["rate"][4][17] < found["high"][4][17]
    assert sum(map(sum, found["counts"])) == found["events"] == found["all"]


def test_a_place_with_few_leans_on_its_like() -> None:
    ward = Ward.objects.order_by("id").first()
    assert ward is not None
    found = told("hot-hours", layer="crashes", places="wards", place=ward.pk)
    assert found["place"] == ward.name
    assert 0 < found["events"] < found["all"]
    nothing = next((d, h) for d in range(7) for h in range(24) if found["counts"][d][h] == 0)
    assert found["rate"][nothing[0]][nothing[1]] > 0
    drawn = told("hot-hours", layer="crashes", area_layer="wards", area_id=ward.pk)
    assert drawn["counts"] == found["counts"]


def test_withdrawals_by_hour_of_one_machine() -> None:
    one = Withdrawal.objects.order_by("id").first()
    assert one is not None
    found = told("hot-hours", layer="withdrawals", places="atms", place=one.atm_id)
    assert found["events"] >= Withdrawal.objects.filter(atm_id=one.atm_id).count() > 0


def test_nothing_at_all_is_no_error() -> None:
    found = told("hot-hours", layer="crashes", filter="epdo > 100000")
    assert (found["events"], found["hot"]) == (0, [])


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"layer": "crashes", "places": "wards"}, "go together"),
        ({"layer": "crashes", "places": "wards", "place": 2_000_000_000}, "no such place"),
        ({"layer": "atms"}, "hour"),
    ],
)
def test_hours_that_cannot_be_are_said(inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Failed, match=sentence):
        told("hot-hours", **inputs)
