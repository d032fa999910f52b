"""GDAL reads collections (OAPIF) and vector tiles (MVT), the one of Debian as well as the newer one in pyogrio."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from layers.crashes.models import Crash
from tests.asgi import tile_of

pytestmark = [
    pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="there is no ogrinfo (package gdal-bin)"),
]


def ogr(*arguments: str) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_every_public_collection_is_listed(server: str) -> None:
    said = ogr("ogrinfo", f"OAPIF:{server}/ogc")
    for name in ("crashes", "wards", "junction_risk", "enforcement_sites"):
        assert f" {name} " in said + " "
    assert " crimes " not in said, "a police layer is not listed to the public"


def test_all_features_are_read_page_by_page(server: str, crashes: dict[int, int], tmp_path: Path) -> None:
    out = tmp_path / "crashes.gpkg"
    ogr("ogr2ogr", "-oo", "PAGE_SIZE=100", str(out), f"OAPIF:{server}/ogc", "crashes")
    assert pyogrio.read_info(out)["features"] == sum(crashes.values()) > 200


def test_a_condition_is_left_to_the_server(server: str, crashes: dict[int, int], tmp_path: Path) -> None:
    out = tmp_path / "some.geojson"
    ogr("ogr2ogr", str(out), f"OAPIF:{server}/ogc", "crashes", "-where", "severity = 2")
    found = json.loads(out.read_text())["features"]
    assert {f["properties"]["severity"] for f in found} == {2}
    assert len(found) == crashes[2]


def test_a_box_in_twd97_is_understood(server: str) -> None:
    whole = pyogrio.read_arrow(f"OAPIF:{server}/ogc", layer="wards")[1].num_rows
    west, south, east, north = pyogrio.read_info(f"OAPIF:{server}/ogc", layer="wards")["total_bounds"]
    box = (west, south, (west + east) / 2, (south + north) / 2)
    part = pyogrio.read_arrow(f"OAPIF:{server}/ogc", layer="wards", bbox=box)[1].num_rows
    assert 0 < part < whole


@pytest.mark.django_db
def test_a_vector_tile_is_read(server: str) -> None:
    crash = Crash.objects.order_by("pk").first()
    assert crash is not None
    place = tile_of(crash.geom.x, crash.geom.y, 16)
    table: Any = pyogrio.read_arrow(f"MVT:{server}/tiles/crashes/{place}.mvt", layer="crashes")[1]
    assert table.num_rows >= 1
    assert {"severity"} <= set(table.column_names)


def test_a_download_is_read_over_the_network(server: str, crashes: dict[int, int]) -> None:
    said = pyogrio.read_info(f"/vsicurl_streaming/{server}/ogc/collections/crashes/download?f=geojson")
    assert said["features"] == sum(crashes.values())
