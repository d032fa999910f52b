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
