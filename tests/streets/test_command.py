"""`antu streets derive`: needs neither Django nor a database, and says what is wrong with a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from tests.realdata.folder import real
from tests.streets.city import junction

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from gis.cli import main
try:
    main()
finally:
    print([name for name in sys.modules if name.partition(".")[0] in ("django", "psycopg")], file=sys.stderr)
"""


def antu(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=120,
    )


def test_a_document_becomes_files_without_django(tmp_path: Path) -> None:
    given = tmp_path / "streets.json"
    given.write_text(junction([0, 70, 180, 250], [2, 1, 2, 1]).model_dump_json(), "utf-8")
    done = antu("streets", "derive", str(given), "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().endswith("[]"), "nothing of Django or the database is loaded"
    said = json.loads(done.stdout)
    assert (said["junctions"], said["review"]) == (1, 0) and said["markings"] > 100
    for name in ("junctions", "lanes", "carriageway", "markings", "control_zones", "blocks", "verges"):
        assert json.loads((tmp_path / "out" / f"{name}.geojson").read_bytes())["type"] == "FeatureCollection"
    again = antu(
        "streets", "derive", str(tmp_path / "out" / "document.json"), "--out", str(tmp_path / "twice")
    )
    assert again.returncode == 0, again.stderr
    marking = json.loads((tmp_path / "out" / "markings.geojson").read_bytes())["features"][0]["properties"]
    assert marking["kind"] and marking["article"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.osm", b"", "a.osm is empty"),
        ("b.osm", b"<osm><node id='1' lat='23' lon='120'/>", "cut off"),
        ("c.json", b"{", "cannot be read"),
        ("d.json", b'{"version": 99}', "version 99; this program reads versions up to 3"),
    ],
)
def test_a_bad_file_ends_with_a_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    done = antu("streets", "derive", str(tmp_path / name), "--out", str(tmp_path / "out"))
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.realdata
def test_taipei_comes_out_whole(tmp_path: Path) -> None:
    done = antu(
        "streets", "derive", str(real("osm_taipei_extract/taipei_input.osm.gz")), "--out", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    layers = {path.stem: json.loads(path.read_bytes())["features"] for path in tmp_path.glob("*.geojson")}
    for name, features in layers.items():
        shapes = [shape(feature["geometry"]) for feature in features]
        assert shapely.is_valid(shapes).all() and not shapely.is_empty(shapes).any(), name
    nanjing = next(
        f["properties"]
        for f in layers["junctions"]
        if "中山北路二段" in f["properties"]["name"] and f["properties"]["arms"] > 8
    )
    assert nanjing["control"] == "signal" and len(nanjing["osm_node_ids"]) == 8
    ground = [shape(f["geometry"]) for name in ("junctions", "lanes", "verges") for f in layers[name]]
    assert sum(g.area for g in ground) / shapely.union_all(ground).area - 1 < 1e-3
