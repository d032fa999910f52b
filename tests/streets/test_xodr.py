"""OpenDRIVE: lanes where the map has them, links that hold from both sides, the same bytes each time, and a checker's word."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from math import cos, dist, hypot, sin
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from shapely import LineString

from layers.streets.craft.derive import derive
from layers.streets.craft.derive.turns import inbound
from layers.streets.craft.document import Document
from layers.streets.craft.osm import draft, read
from layers.streets.craft.xodr import MINORS, network, xodr
from tests.realdata.folder import real
from tests.streets.networks import MAPS, deviations, links, made, parsed
from tests.streets.opendrive import CHECKER, check, roads, said

KINDS = pytest.mark.parametrize("name", sorted(MAPS))


def taipei() -> Document:
    file = real("osm_taipei_extract/taipei_input.osm.gz")
    return draft(read(file), traffic="right", rules_on=date(2026, 1, 1), name="Taipei").document


@KINDS
def test_the_same_document_gives_the_same_bytes_in_any_order(name: str) -> None:
    document = made(name)
    shuffled = document.model_copy(update={"segments": document.segments[::-1], "arms": document.arms[::-1]})
    for minor in MINORS:
        data, counts = xodr(document, minor)
        assert data == xodr(shuffled, minor)[0]
        assert counts["junctions"] and counts["connecting roads"] >= counts["junctions"]
        header = ElementTree.fromstring(data).find("header")
        assert header is not None and header.attrib["revMinor"] == str(minor)
        assert header.attrib["date"] == "2026-01-01T00:00:00" and header.attrib["vendor"] == "Antu"
        told = header.findtext("geoReference") or ""
        assert "+proj=tmerc" in told and "+lon_0=121" in told and said(header, "crs") == "EPSG:3826"


@KINDS
def test_lengths_are_those_of_the_geometry_and_nothing_jumps(name: str) -> None:
    for road in roads(parsed(made(name))):
        assert sum(float(g.attrib["length"]) for g in road.geometry) == pytest.approx(road.length, abs=1e-6)
        for g in road.geometry:
            start, long = float(g.attrib["s"]), float(g.attrib["length"])
            path = np.array([road.at(s, g)[:2] for s in np.linspace(start, start + long, 4001)])
            assert float(np.hypot(*np.diff(path, axis=0).T).sum()) == pytest.approx(long, abs=1e-4)
        for one, other in pairwise(road.geometry):
            s = float(other.attrib["s"])
            assert dist(road.at(s, one)[:2], road.at(s, other)[:2]) < 1e-6
            assert (
                hypot(
                    cos(road.at(s, one)[2]) - cos(road.at(s, other)[2]),
                    sin(road.at(s, one)[2]) - sin(road.at(s, other)[2]),
                )
                < 1e-6
            )


@KINDS
def test_lanes_follow_one_another_and_their_links_are_returned(name: str) -> None:
    for road in roads(parsed(made(name))):
        for number in range(len(road.sections)):
            ids = [int(lane.attrib["id"]) for lane in road.lanes(number)]
            assert [i for i in ids if i > 0] == list(range(sum(i > 0 for i in ids), 0, -1))
            assert [i for i in ids if i < 0] == list(range(-1, -sum(i < 0 for i in ids) - 1, -1))
            low, high = road.bounds(number)
            for s in np.linspace(low, high, 15):
                for left, right in road.edges(number, float(s)).values():
                    assert left - right > -1e-6
        for number in range(len(road.sections) - 1):
            here, there = road.bounds(number)[1], number + 1
            on = links(road, number, "successor")
            assert {b: a for a, b in on.items()} == links(road, there, "predecessor")
            before, after = road.edges(number, here), road.edges(there, here)
            for a, b in on.items():
                assert before[a] == pytest.approx(after[b], abs=2e-3)


@KINDS
def test_lane_edges_are_where_the_map_has_them(name: str) -> None:
    along, inside = deviations(made(name))
    assert len(along) > 100 and max(along) < 0.02
    assert inside and max(inside) < 0.05


@pytest.mark.realdata
def test_lane_edges_of_taipei_are_where_the_map_has_them() -> None:
    along, inside = deviations(taipei())
    assert len(along) > 5000 and max(along) < 0.02 and max(inside) < 0.05


@KINDS
def test_every_lane_that_comes_in_goes_on_and_junctions_hold_together(name: str) -> None:
    document = made(name)
    root = parsed(document)
    by_id = {road.id: road for road in roads(root)}
    ids = [e.attrib["id"] for e in (*root.findall("road"), *root.findall("junction"))]
    assert len(ids) == len(set(ids))
    going: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for node in root.findall("junction"):
        for connection in node.findall("connection"):
            connecting = by_id[connection.attrib["connectingRoad"]]
            assert connecting.element.attrib["junction"] == node.attrib["id"]
            first = connecting.element.find("link/predecessor")
            assert first is not None and first.attrib["elementId"] == connection.attrib["incomingRoad"]
            for side in ("predecessor", "successor"):
                link = connecting.element.find(f"link/{side}")
                assert link is not None
                back = by_id[link.attrib["elementId"]].element.find(
                    "link/successor" if link.attrib["contactPoint"] == "end" else "link/predecessor"
                )
                assert back is not None and back.attrib["elementId"] == node.attrib["id"]
            pair = connection.find("laneLink")
            assert pair is not None and links(connecting, 0, "predecessor") == {
                int(pair.attrib["to"]): int(pair.attrib["from"])
            }
            source = said(connecting.element, "source").split("/")
            lanes = by_id[connection.attrib["incomingRoad"]].lanes(-1 if source[1] == "b" else 0)
            name_of = {int(lane.attrib["id"]): said(lane, "strip") for lane in lanes}
            assert name_of[int(pair.attrib["from"])] == source[2]
            going[said(node, "node")].add(("/".join(source), 0))
    plan = derive(document, enclose=False)
    for one in plan.junctions:
        wanted = {"/".join((*arm.key, strip.id)) for arm in one.hub.arms for strip in inbound(arm)}
        ways = {move.source for move in one.moves}
        assert {"/".join(w) for w in ways} == {g for g, _ in going[one.hub.key]}
        assert wanted == {"/".join(w) for w in ways}


def test_marks_follow_the_rules_and_furniture_is_there() -> None:
    root = parsed(made("one-way"))
    kinds = [o.attrib["type"] for o in root.iter("object")]
    assert kinds.count("crosswalk") == 2 and kinds.count("roadMark") == 2
    signals = {s.attrib["id"]: s for s in root.iter("signal")}
    assert set(signals) == {"head/h1", "sign/n1"}
    assert signals["sign/n1"].attrib["type"] == "禁19" and signals["head/h1"].attrib["dynamic"] == "yes"
    where = signals["head/h1"].find("positionInertial")
    assert where is not None and float(where.attrib["x"]) == 9.0
    t = parsed(made("t"))
    centre = [
        m.attrib for r in t.findall("road") for m in r.findall("lanes/laneSection/center/lane/roadMark")
    ]
    painted = [m for m in centre if m["type"] != "none"]
    assert painted and all(m["color"] == "yellow" for m in painted)
    lane_lines = [m for m in t.iter("roadMark") if said(m, "rule") == "lane_line"]
    assert lane_lines and all(m.attrib["type"] == "broken" for m in lane_lines)
    assert all(
        (line.attrib["length"], line.attrib["space"]) == ("4", "6")
        for m in lane_lines
        for line in m.iter("line")
    )


def test_a_crosswalk_is_where_it_is_painted() -> None:
    from layers.streets.craft.marks import paint

    document = made("skewed")
    painted = {m.owner: m for m in paint(derive(document, enclose=False)) if m.part == "a/crosswalk"}
    for road in roads(parsed(document)):
        for thing in road.element.iter("object"):
            if thing.attrib["type"] != "crosswalk":
                continue
            s, t = float(thing.attrib["s"]), float(thing.attrib["t"])
            (x, y), h = road.point(s, t), road.at(s)[2]
            corners = [(float(c.attrib["u"]), float(c.attrib["v"])) for c in thing.iter("cornerLocal")]
            ring = [(x + u * cos(h) - v * sin(h), y + u * sin(h) + v * cos(h)) for u, v in corners]
            around = LineString([*ring, ring[0]]).convex_hull.buffer(1e-2)
            assert all(around.covers(shape) for shape in painted[said(road.element, "segment")].shapes)


def test_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.9 is not written"):
        xodr(made("t"), 9)


# the checker of ASAM, where it is at hand

WITH_CHECKER = pytest.mark.skipif(
    not CHECKER.exists(),
    reason=f"qc_opendrive is not at {CHECKER}; set ANTU_OPENDRIVE_CHECKER to the program",
)


@WITH_CHECKER
@pytest.mark.parametrize("minor", MINORS)
@KINDS
def test_the_checker_finds_nothing(name: str, minor: int) -> None:
    verdict = check(xodr(made(name), minor)[0])
    assert verdict.clean(minor), verdict


@WITH_CHECKER
@pytest.mark.realdata
@pytest.mark.parametrize("minor", MINORS)
def test_the_checker_finds_nothing_in_taipei(minor: int) -> None:
    verdict = check(xodr(taipei(), minor)[0])
    assert verdict.clean(minor), verdict


def _shifted(root: Element) -> None:
    where = next(r for r in root.findall("road") if r.attrib["junction"] != "-1").find("planView/geometry")
    assert where is not None
    where.set("x", str(float(where.attrib["x"]) + 0.5))


def _wrong_length(root: Element) -> None:
    road = next(r for r in root.findall("road") if r.attrib["junction"] != "-1")
    where = road.find("planView/geometry")
    assert where is not None
    for one in (road, where):
        one.set("length", str(float(one.attrib["length"]) + 0.5))


def _missing(root: Element) -> None:
    del next(root.iter("lane")).attrib["type"]


def _no_such_lane(root: Element) -> None:
    next(root.iter("laneLink")).set("to", "-7")


@WITH_CHECKER
@pytest.mark.parametrize("fault", [_shifted, _wrong_length, _missing, _no_such_lane])
def test_the_checker_catches_what_is_planted(fault: object) -> None:
    root = parsed(made("t"))
    assert callable(fault)
    fault(root)
    assert not check(ElementTree.tostring(root)).clean(7)


def test_planted_faults_are_caught_here_too() -> None:
    """The reader sees a shift without the checker."""
    document = made("t")
    assert network(document).crossings
    root = parsed(document)
    _shifted(root)
    connecting = next(r for r in roads(root) if r.element.attrib["junction"] != "-1")
    link = connecting.element.find("link/predecessor")
    assert link is not None
    other = next(r for r in roads(root) if r.id == link.attrib["elementId"])
    at = other.length if link.attrib["contactPoint"] == "end" else 0.0
    ((lane, theirs),) = links(connecting, 0, "predecessor").items()
    middle = sum(connecting.edges(0, 0.0)[lane]) / 2
    wanted = sum(other.edges(-1 if at else 0, at)[theirs]) / 2
    assert dist(connecting.point(0.0, middle), other.point(at, wanted)) == pytest.approx(0.5, abs=1e-3)


def test_the_writer_needs_no_django() -> None:
    import subprocess
    import sys

    code = "import sys, layers.streets.craft.xodr; sys.exit(any(n.partition('.')[0] in ('django', 'psycopg') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0
