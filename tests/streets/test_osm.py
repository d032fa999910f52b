"""Drafts from OpenStreetMap: what tags say is used, what is guessed is marked, what is wrong is refused by name."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from layers.streets.craft.derive import derive
from layers.streets.craft.osm import BadFile, Draft, draft, read
from layers.streets.craft.osm.lanes import metres, profile
from layers.streets.craft.write import write

DAY = date(2026, 1, 1)
Tags = dict[str, str]


def osm(
    folder: Path,
    ways: dict[int, tuple[list[int], Tags]],
    places: dict[int, tuple[float, float]],
    tags: dict[int, Tags] | None = None,
) -> Path:
    """A file with nodes at metres east and north of a place in Chiayi."""

    def tagged(given: Tags) -> str:
        return "".join(f'<tag k="{k}" v="{v}"/>' for k, v in given.items())

    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for number, (x, y) in places.items():
        lon, lat = 120.45 + x / 102_000, 23.48 + y / 110_750
        lines.append(
            f'<node id="{number}" lat="{lat:.8f}" lon="{lon:.8f}">{tagged((tags or {}).get(number, {}))}</node>'
        )
    for number, (refs, given) in ways.items():
        nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}">{nds}{tagged(given)}</way>')
    path = folder / "streets.osm"
    path.write_text("\n".join([*lines, "</osm>", ""]), "utf-8")
    return path


CROSS = {1: (0, 0), 2: (100, 0), 3: (0, 100), 4: (-100, 0), 5: (0, -100), 6: (15, 0)}
MAIN: Tags = {"highway": "secondary", "name": "中山路", "lanes": "4", "width": "14", "sidewalk": "both"}
SIDE: Tags = {"highway": "residential", "name": "民權路"}


def drafted(path: Path, **how: Any) -> Draft:
    return draft(read(path), rules_on=DAY, **how)


def test_a_cross_with_its_origins(tmp_path: Path) -> None:
    path = osm(
        tmp_path,
        {10: ([4, 1, 6, 2], MAIN), 11: ([5, 1, 3], SIDE)},
        CROSS,
        {1: {"highway": "traffic_signals"}, 6: {"highway": "crossing", "crossing": "marked"}},
    )
    made = drafted(path)
    document = made.document
    assert document.crs == 3826 and len(document.segments) == 4
    east = next(s for s in document.segments if s.id == "w10.1")
    assert sum(s.widths[0] for s in east.sections[0].strips if s.kind == "drive") == pytest.approx(
        14, abs=0.01
    )
    assert [s.kind for s in east.sections[0].strips] == ["sidewalk", *["drive"] * 4, "sidewalk"]
    assert (east.origin["width"], east.origin["lanes"], east.xref["osm_way"]) == (
        "osm-tag",
        "osm-tag",
        ["10"],
    )
    side = next(s for s in document.segments if s.id == "w11.0")
    assert (side.origin["width"], side.origin["lanes"]) == ("osm-default", "osm-default")
    centre = next(n for n in document.nodes if n.id == "n1")
    assert (centre.control, centre.origin["control"], centre.xref["osm_node"]) == ("signal", "osm-tag", ["1"])
    arms = {(a.segment, a.end): a for a in document.arms}
    assert arms["w10.1", "a"].origin["crosswalk"] == "osm-tag"
    assert arms["w11.0", "b"].origin["crosswalk"] == "osm-default"
    said = {row.object: row.what for row in made.review}
    assert said["segment w11.0"] == "guessed: lanes, width"
    (junction,) = derive(document).junctions
    assert junction.legs == 4


def test_ways_that_follow_each_other_unchanged_become_one_segment(tmp_path: Path) -> None:
    path = osm(tmp_path, {10: ([4, 1], MAIN), 11: ([1, 2], MAIN)}, CROSS)
    (segment,) = drafted(path).document.segments
    assert segment.xref["osm_way"] == ["10", "11"] and len(segment.via) == 1


def test_an_unmarked_crossing_gets_no_crosswalk(tmp_path: Path) -> None:
    path = osm(
        tmp_path,
        {10: ([4, 1, 6, 2], MAIN), 11: ([5, 1, 3], SIDE)},
        CROSS,
        {6: {"highway": "crossing", "crossing": "unmarked"}},
    )
    assert drafted(path).document.arms == ()


@pytest.mark.parametrize(
    ("tags", "strips"),
    [
        ({"highway": "residential"}, "drive-1 drive+1"),
        ({"highway": "residential", "oneway": "yes"}, "drive+1"),
        (
            {"highway": "secondary", "lanes": "3", "lanes:forward": "2", "sidewalk": "no"},
            "drive-1 drive+1 drive+1",
        ),
        (
            {"highway": "tertiary", "lanes": "3", "lanes:both_ways": "1", "sidewalk": "none"},
            "drive-1 drive+0 drive+1",
        ),
        ({"highway": "tertiary", "sidewalk": "right"}, "drive-1 drive+1 sidewalk+0"),
        ({"highway": "residential", "sidewalk:left": "yes"}, "sidewalk+0 drive-1 drive+1"),
        ({"highway": "residential", "cycleway:right": "lane"}, "drive-1 drive+1 bike+1"),
        ({"highway": "residential", "parking:both": "lane"}, "park_car+0 drive-1 drive+1 park_car+0"),
        ({"highway": "service"}, "mixed+0"),
        ({"highway": "residential", "lanes": "1"}, "mixed+0"),
        ({"highway": "residential", "width": "3.2"}, "mixed+0"),
        (
            {"highway": "trunk", "oneway": "yes", "lanes": "3", "bus:lanes": "yes|yes|designated"},
            "drive+1 drive+1 bus+1",
        ),
        (
            {"highway": "trunk", "oneway": "yes", "lanes": "3", "motorcycle:lanes": "no|yes|designated"},
            "drive+1 drive+1 moto+1",
        ),
        ({"highway": "motorway"}, "drive+1 drive+1"),
        ({"highway": "residential", "junction": "roundabout"}, "drive+1"),
    ],
)
def test_tags_make_strips(tags: Tags, strips: str) -> None:
    assert " ".join(f"{s.kind}{s.dir:+d}" for s in profile(1, tags, traffic="right").strips) == strips


def test_turn_lanes_are_read_from_the_drivers_left(tmp_path: Path) -> None:
    tags = {
        "highway": "primary", "lanes": "5", "lanes:forward": "2", "lanes:backward": "3", "sidewalk": "no",
        "turn:lanes:forward": "left|through;right", "turn:lanes:backward": "left||right",
    }  # fmt: skip
    strips = profile(1, tags, traffic="right").strips
    assert [s.turns for s in strips] == [("right",), (), ("left",), ("left",), ("through", "right")]
    left = profile(1, tags, traffic="left").strips
    assert [(s.dir, s.turns) for s in left][:2] == [(1, ("left",)), (1, ("through", "right"))]


def test_a_way_tagged_backwards_is_turned_round(tmp_path: Path) -> None:
    tags = {**MAIN, "oneway": "-1", "sidewalk": "left"}
    (segment,) = drafted(osm(tmp_path, {10: ([4, 1, 2], tags)}, CROSS)).document.segments
    assert (segment.a, segment.b) == ("n2", "n4")
    assert segment.sections[0].strips[-1].kind == "sidewalk" and segment.sections[0].strips[0].kind == "drive"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.5", 3.5),
        ("3,5 m", 3.5),
        ("12 metres", 12.0),
        ("11'6\"", 3.5052),
        ("narrow", None),
        ("", None),
        ("1e9", None),
    ],
)
def test_lengths_as_mappers_write_them(text: str, value: float | None) -> None:
    assert metres(text) == (None if value is None else pytest.approx(value))


def test_what_is_no_length_goes_to_review(tmp_path: Path) -> None:
    made = drafted(osm(tmp_path, {10: ([4, 1, 2], {**MAIN, "width": "narrow"})}, CROSS))
    assert ("way 10", "width=narrow is not a length") in [(r.object, r.what) for r in made.review]


def empty(folder: Path) -> Path:
    path = folder / "none.osm"
    path.write_bytes(b"")
    return path


def cut_off(folder: Path) -> Path:
    path = osm(folder, {10: ([4, 1, 2], MAIN)}, CROSS)
    path.write_bytes(path.read_bytes()[:-60])
    return path


def cut_off_packed(folder: Path) -> Path:
    path = folder / "streets.osm.gz"
    path.write_bytes(gzip.compress(osm(folder, {10: ([4, 1, 2], MAIN)}, CROSS).read_bytes())[:-40])
    return path


def no_osm(folder: Path) -> Path:
    path = folder / "page.osm"
    path.write_text("<html><body/></html>", "utf-8")
    return path


def missing_node(folder: Path) -> Path:
    return osm(folder, {10: ([4, 1, 99], MAIN)}, CROSS)


def crossing_itself(folder: Path) -> Path:
    return osm(folder, {10: ([2, 4, 3, 5], MAIN)}, {**CROSS, 3: (-50, 50)})


def absurd_width(folder: Path) -> Path:
    return osm(folder, {10: ([4, 1, 2], {**MAIN, "width": "900"})}, CROSS)


def negative_width(folder: Path) -> Path:
    return osm(folder, {10: ([4, 1, 2], {**MAIN, "width": "-3"})}, CROSS)


def absurd_lanes(folder: Path) -> Path:
    return osm(folder, {10: ([4, 1, 2], {**MAIN, "lanes": "40"})}, CROSS)


def one_node(folder: Path) -> Path:
    return osm(folder, {10: ([4], MAIN)}, CROSS)


def no_streets(folder: Path) -> Path:
    return osm(folder, {10: ([4, 1], {"highway": "footway"})}, CROSS)


def packed_binary(folder: Path) -> Path:
    path = folder / "city.osm.pbf"
    path.write_bytes(b"\x00\x00\x00\x0d")
    return path


def off_the_map(folder: Path) -> Path:
    path = osm(folder, {10: ([4, 1], MAIN)}, CROSS)
    path.write_text(path.read_text("utf-8").replace('lat="23.48000000"', 'lat="123.4"', 1), "utf-8")
    return path


BAD = [
    (empty, "none.osm is empty"),
    (cut_off, r"streets.osm is cut off.*after (way|node) \d+"),
    (cut_off_packed, "streets.osm.gz is cut off"),
    (no_osm, "begins with <html>"),
    (missing_node, r"way 10 \(中山路\) refers to node 99, which is not in the file"),
    (crossing_itself, r"way 10 \(中山路\) crosses itself between node 2 and node 5"),
    (absurd_width, "way 10 has width=900"),
    (negative_width, "way 10 has width=-3"),
    (absurd_lanes, "way 10 has lanes=40"),
    (one_node, r"way 10 \(中山路\) has fewer than two nodes"),
    (no_streets, "no streets for motor traffic"),
    (packed_binary, "PBF is not read; convert it"),
    (off_the_map, r"node 1 lies at 123.4"),
]


@pytest.mark.parametrize(("make", "said"), BAD)
def test_a_bad_file_is_refused_by_name(make: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=said):
        drafted(make(tmp_path))


def test_what_is_written_lies_where_it_was_drawn_and_is_the_same_every_time(tmp_path: Path) -> None:
    path = osm(
        tmp_path,
        {10: ([4, 1, 6, 2], MAIN), 11: ([5, 1, 3], SIDE)},
        CROSS,
        {1: {"highway": "traffic_signals"}},
    )
    contents = []
    for name in ("one", "two"):
        write(derive(drafted(path).document), tmp_path / name)
        contents.append({p.name: p.read_bytes() for p in sorted((tmp_path / name).iterdir())})
    assert contents[0] == contents[1]
    (junction,) = json.loads(contents[0]["junctions.geojson"])["features"]
    assert junction["properties"]["osm_node_ids"] == [1] and junction["properties"]["legs"] == 4
    assert shape(junction["geometry"]).contains(shapely.Point(120.45, 23.48))
    for text in contents[0].values():
        for feature in json.loads(text)["features"]:
            assert shape(feature["geometry"]).is_valid and feature["id"] == feature["properties"]["id"]


def test_elsewhere_the_plane_is_the_zone_of_the_place(tmp_path: Path) -> None:
    path = osm(tmp_path, {10: ([4, 1, 2], MAIN)}, CROSS)
    path.write_text(
        path.read_text("utf-8").replace('lon="120.', 'lon="13.').replace('lat="23.', 'lat="52.'), "utf-8"
    )
    assert drafted(path).document.crs == 32633
