"""The first draft: from OpenStreetMap or from centre lines, wholly or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gis.cli.streets_import import import_streets
from gis.trouble import Trouble
from layers.streets import read
from tests.streets.conftest import empty

OSM = """<osm version="0.6">
<node id="1" lat="23.4800" lon="120.4400"/><node id="2" lat="23.4800" lon="120.4415"/>
<node id="3" lat="23.4800" lon="120.4430"/><node id="4" lat="23.4812" lon="120.4415"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/><tag k="name" v="中山路"/><tag k="lanes" v="4"/></way>
<way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way></osm>"""


def lines(*rows: tuple[list[list[float]], dict[str, Any]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": p, "geometry": {"type": "LineString", "coordinates": c}}
                for c, p in rows
            ],
        }
    )


def bring(file: Path, **more: Any) -> None:
    import_streets(
        file, **{"mapping": None, "crs": None, "dry_run": False, "review": None, "as_json": True, **more}
    )


@pytest.fixture
def nothing(db: None) -> None:
    empty()


def test_a_draft_from_openstreetmap_says_what_was_guessed(nothing: None, tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    bring(tmp_path / "a.osm", review=tmp_path / "review.json")
    found = read.objects(["segment/w10.0"])["segment/w10.0"].params
    assert found["origin"]["width"] == "osm-default" and found["origin"]["lanes"] == "osm-tag"
    assert any("guessed" in row["what"] for row in json.loads((tmp_path / "review.json").read_text("utf-8")))
    with pytest.raises(Trouble, match="are in the map already"):
        bring(tmp_path / "a.osm")


def test_centre_lines_come_in_with_a_mapping(nothing: None, tmp_path: Path) -> None:
    file, mapping = tmp_path / "a.geojson", tmp_path / "map.toml"
    file.write_text(
        lines(
            ([[120.44, 23.48], [120.441, 23.48]], {"no": 7, "w": 12.5, "street": "民生路"}),
            ([[120.441, 23.48], [120.442, 23.4804]], {"no": 8, "w": None, "street": "民生路"}),
        ),
        "utf-8",
    )
    mapping.write_text('[columns]\nkey = "no"\nwidth = "w"\nname = "street"\n', "utf-8")
    bring(file, mapping=mapping)
    found = read.objects(["segment/7", "segment/8"])
    assert found["segment/7"].params["b"] == found["segment/8"].params["a"]
    assert found["segment/7"].params["origin"]["width"] == "plan"
    assert found["segment/8"].params["origin"]["width"] == "osm-default"
    assert found["segment/7"].params["name"] == "民生路"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.osm", "", "a.osm is empty"),
        ("b.osm", OSM[:300], "cut off"),
        ("c.json", '{"version": 99}', "version 99"),
        ("d.geojson", lines(([[120.44, 23.48], [120.442, 23.48], [120.441, 23.481], [120.441, 23.479]], {"id": "x"})), "line x crosses itself"),
        ("e.geojson", lines(([[120.44, 23.48], [120.441, 23.48]], {"id": "x", "width": 900})), "line x has a width of 900 m"),
        ("f.geojson", lines(([[120.44, 23.48], [120.441, 23.48]], {"id": "x", "width": "wide"})), "“wide”, which is not a number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_comes_in(
    nothing: None, tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(Trouble, match=said):
        bring(tmp_path / name)
    assert not read.everything()


def test_a_dry_run_keeps_nothing(nothing: None, tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    bring(tmp_path / "a.osm", dry_run=True)
    assert not read.everything()
