"""OWSLib, as planners use it in notebooks."""

from __future__ import annotations

import pytest

owslib = pytest.importorskip("owslib.ogcapi.features")


def test_collections_schemas_and_filtered_items(server: str, crashes: dict[int, int]) -> None:
    api = owslib.Features(f"{server}/ogc")
    assert "crashes" in api.feature_collections()
    assert api.conformance()["conformsTo"]
    assert "severity" in api.collection_schema("crashes")["properties"]
    assert "severity" in api.collection_queryables("crashes")["properties"]
    found = api.collection_items("crashes", filter="severity=2", limit=10)
    assert found["numberMatched"] == crashes[2]
    assert found["numberReturned"] == min(10, crashes[2])
    one = api.collection_item("crashes", str(found["features"][0]["id"]))
    assert one["properties"]["severity"] == 2


def test_a_process_is_described_and_run(server: str, crashes: dict[int, int]) -> None:
    processes = pytest.importorskip("owslib.ogcapi.processes")
    api = processes.Processes(f"{server}/ogc")
    assert "summarise" in {p["id"] for p in api.processes()}
    assert "layer" in api.process("summarise")["inputs"]
    found = api.execute("summarise", {"layer": "crashes", "areas": "wards"})["table"]
    assert found["total"] == sum(crashes.values())
    assert sum(row["count"] for row in found["rows"]) + found["outside"] >= found["total"]


def test_the_catalogue_is_found_and_searched(server: str, crashes: dict[int, int]) -> None:
    records = pytest.importorskip("owslib.ogcapi.records")
    api = records.Records(f"{server}/ogc")
    assert api.records() == ["catalogue"]
    found = api.collection_items("catalogue", q="crashes")
    assert "crashes" in {r["id"] for r in found["features"]}
    assert api.collection_item("catalogue", "crashes")["properties"]["license"]
