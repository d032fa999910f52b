"""QGIS opens a collection and vector tiles, filters them and draws them in the style of the layer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

PYTHON = Path("/usr/bin/python3")
pytestmark = pytest.mark.skipif(
    not Path("/usr/lib/python3/dist-packages/qgis").exists(), reason="there is no QGIS (package python3-qgis)"
)


@pytest.fixture
def box(hamlet: None, django_db_blocker: DjangoDbBlocker) -> tuple[float, ...]:
    """The lower left quarter of the crashes."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(e), ST_YMin(e), ST_XMin(e) + (ST_XMax(e) - ST_XMin(e)) / 2, "
            "ST_YMin(e) + (ST_YMax(e) - ST_YMin(e)) / 2 FROM (SELECT ST_Extent(geom) AS e FROM crashes_crash) b"
        )
        return tuple(cursor.fetchone())


def test_qgis_reads_filters_and_draws(
    server: str, crashes: dict[int, int], box: tuple[float, ...], tmp_path: Path
) -> None:
    script = Path(__file__).with_name("qgis_reads.py")
    command = [str(PYTHON), str(script), server, *map(repr, box), str(tmp_path / "map.png")]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=tmp_path,
        env={"HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["all"] == sum(crashes.values())
    assert said["injury"] == crashes[2]
    assert 0 < said["boxed"] < said["all"]
    assert "severity" in said["fields"]
    assert said["tiles"]
    assert said["styled"], said["said"]
    assert said["drawn"] > 50
