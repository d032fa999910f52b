"""OpenDRIVE: lanes where the map has them, links that hold from both sides, the same bytes each time, and a checker's word."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from math import cos, dist, hypot, sin
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from shapely import LineString, Point

from layers.streets.craft.derive import derive
from layers.streets.craft.derive.turns import inbound
from layers.streets.craft.document import Anchor, Document, Head, Node, Section, Segment, Sign, Strip
from layers.streets.craft.osm import draft, read
from layers.streets.craft.xodr import MINORS, network, xodr
from tests.realdata.folder import real
from tests.streets.city import DAY, furniture, grid, junction
from tests.streets.opendrive import CHECKER, Road, check, roads, said

EAST, NORTH = 250_000.0, 2_650_000.0


def placed(document: Document) -> Document:
    """Moved to where the plane is meant to be used."""
    nodes = tuple(n.model_copy(update={"at": (n.at[0] + EAST, n.at[1] + NORTH)}) for n in document.nodes)
    segments = tuple(
        s.model_copy(update={"via": tuple((x + EAST, y + NORTH) for x, y in s.via)}) for s in document.segments
    )
    return document.model_copy(update={"nodes": nodes, "segments": segments})


def strips(*rows: tuple[str, float | tuple[float, float], int]) -> tuple[Strip, ...]:
    return tuple(Strip(id=f"{k}{n}", kind=k, width=w, dir=d) for n, (k, w, d) in enumerate(rows))  # type: ignore[arg-type]


def one_way() -> Document:
    """Two one-way streets that cross, one of them bent, with parking."""
    section = Section(strips=strips(("park_car", 2.2, 0), ("drive", 3.1, 1), ("drive", 3.1, 1), ("sidewalk", 2.0, 0)))
    at = {"c": (0.0, 0.0), "w": (-90.0, 0.0), "e": (90.0, 12.0), "s": (5.0, -90.0), "n": (0.0, 90.0)}
    ways = (("w", "c", ()), ("c", "e", ((30.0, 0.0), (60.0, 4.0))), ("s", "c", ()), ("c", "n", ((0.0, 40.0), (3.0, 70.0))))
    nodes = tuple(Node(id=k, at=p, control="signal" if k == "c" else "none") for k, p in at.items())
    segments = tuple(
        Segment(id=f"{a}{b}", a=a, b=b, via=via, sections=(section,), speed=30, name="單行路")  # type: ignore[arg-type]
        for a, b, via in ways
    )
    return Document(
        rules_on=DAY, nodes=nodes, segments=segments, arms=(furniture("wc", "b"), furniture("sc", "b")),
        heads=(Head(id="h1", node="c", at=(9.0, -7.0), faces=("wc", "b")),),
        signs=(Sign(id="n1", code="禁19", anchor=Anchor(segment="wc", end="b", s=20.0, t=6.0)),),
    )  # fmt: skip


def merge() -> Document:
    """Two carriageways of an avenue become one street."""
    there = strips(("drive", 3.3, 1), ("drive", 3.3, 1), ("slow", 2.5, 1))
    back = strips(("drive", 3.3, 1), ("drive", 3.3, 1))
    both = strips(("drive", 3.2, -1), ("drive", 3.2, -1), ("drive", 3.2, 1), ("drive", 3.2, 1))
    at = {"c": (0.0, 0.0), "a": (-120.0, -9.0), "b": (-120.0, 9.0), "e": (130.0, 0.0)}
    rows = (("in", "a", "c", there, ((-40.0, -8.0),)), ("out", "c", "b", back, ((-40.0, 8.0),)), ("rest", "c", "e", both, ()))
    nodes = tuple(Node(id=k, at=p, kind="merge" if k == "c" else "dead_end") for k, p in at.items())
    segments = tuple(
        Segment(id=i, a=a, b=b, via=via, road_class="primary", name="大道", sections=(Section(strips=s),))  # type: ignore[arg-type]
        for i, a, b, s, via in rows
    )
    return Document(rules_on=DAY, nodes=nodes, segments=segments)


def changing() -> Document:
    """A turn bay that grows by a taper, and a street that loses a lane at once."""
    plain = strips(("drive", 3.2, -1), ("drive", 3.2, 1), ("sidewalk", 2.0, 0))
    bay = (plain[0], Strip(id="bay", kind="drive", width=3.0, dir=1, turns=("left",)), *plain[1:])
    narrow = (plain[0].model_copy(update={"width": 2.9}), plain[1])
    base = junction([0, 90, 180], [1, 1, 1], length=150.0)
    west = Segment(
        id="s2", a="e2", b="c", via=((-80.0, 5.0),), road_class="secondary",
        sections=(Section(strips=narrow), Section(s=50.0, strips=plain), Section(s=95.0, taper=15.0, strips=bay)),
    )  # fmt: skip
    arms = tuple(a for a in base.arms if a.segment != "s2")
    return base.model_copy(update={"segments": (*base.segments[:2], west), "arms": (*arms, furniture("s2", "b"))})


MAPS = {
    "t": lambda: junction([0, 90, 180], [2, 1, 2]),
    "skewed": lambda: junction([0, 65, 180, 250], [2, 1, 2, 1], slow=True, median=1.5),
    "five": lambda: junction([0, 60, 140, 200, 290], [2, 1, 2, 1, 1]),
    "one-way": one_way,
    "merge": merge,
    "changing": changing,
    "left-hand": lambda: junction([0, 90, 180], [2, 1, 2]).model_copy(update={"traffic": "left"}),
    "grid": lambda: grid(4, 4, seed=3),
}
KINDS = pytest.mark.parametrize("name", sorted(MAPS))


def made(name: str) -> Document:
    document = placed(MAPS[name]())
    if name == "left-hand":
        turned = [
            s.model_copy(
                update={
                    "sections": tuple(
                        c.model_copy(update={"strips": tuple(t.model_copy(update={"dir": -t.dir}) for t in c.strips)})
                        for c in s.sections
                    )
                }
            )
            for s in document.segments
        ]
        return document.model_copy(update={"segments": tuple(turned)})
    return document


def parsed(document: Document, minor: int = 7) -> Element:
    return ElementTree.fromstring(xodr(document, minor)[0])


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
        for one, other in zip(road.geometry, road.geometry[1:], strict=False):
            s = float(other.attrib["s"])
            assert dist(road.at(s, one)[:2], road.at(s, other)[:2]) < 1e-6
            assert hypot(cos(road.at(s, one)[2]) - cos(road.at(s, other)[2]), sin(road.at(s, one)[2]) - sin(road.at(s, other)[2])) < 1e-6


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


def links(road: Road, number: int, tag: str) -> dict[int, int]:
    found = {}
    for lane in road.lanes(number):
        if (link := lane.find(f"link/{tag}")) is not None:
            found[int(lane.attrib["id"])] = int(link.attrib["id"])
    return found


def deviations(document: Document) -> tuple[list[float], list[float]]:
    """How far lane edges are from the strips that were derived, and at junctions from the lanes they go on to."""
    plan = derive(document, enclose=False)
    pieces = {
        (stretch.ribbon.segment.id, str(k)): piece
        for stretch in plan.stretches
        if stretch is not None
        for k, piece in enumerate(stretch.ribbon.pieces)
    }
    root = parsed(document)
    by_id = {road.id: road for road in roads(root)}
    along, inside = [], []
    for road in by_id.values():
        if road.element.attrib["junction"] == "-1":
            segment = said(road.element, "segment")
            for number, section in enumerate(road.sections):
                piece = pieces[segment, said(section, "section")]
                strip_at = {strip.id: k for k, strip in enumerate(piece.strips)}
                names = {int(lane.attrib["id"]): strip_at[road.strip(lane)] for lane in road.lanes(number)}
                low, high = road.bounds(number)
                for s in np.linspace(low + min(0.1, (high - low) / 4), high - min(0.1, (high - low) / 4), 41):
                    for id_, edges in road.edges(number, float(s)).items():
                        for t, line in zip(edges, (names[id_], names[id_] + 1), strict=True):
                            drawn = LineString(stretched(piece.lines[line]))
                            along.append(drawn.distance(Point(road.point(float(s), t))))
            continue
        for tag, s in (("predecessor", 0.0), ("successor", road.length)):
            link = road.element.find(f"link/{tag}")
            assert link is not None
            other = by_id[link.attrib["elementId"]]
            end = link.attrib["contactPoint"] == "end"
            number = len(other.sections) - 1 if end else 0
            ((mine, theirs),) = links(road, 0, tag).items()
            here = sorted(road.point(s, t) for t in road.edges(0, s)[mine])
            at = other.length if end else 0.0
            there = sorted(other.point(at, t) for t in other.edges(number, at)[theirs])
            crossed = min(max(map(dist, here, there)), max(map(dist, here, there[::-1])))
            inside.append(crossed)
    return along, inside


def stretched(line: np.ndarray) -> np.ndarray:
    """A road ends square, a strip along its bisector: what lies beyond the strip's end is held against its straight run."""
    ends = []
    for p, q in ((line[0], line[1]), (line[-1], line[-2])):
        away = (p - q) / max(float(np.hypot(*(p - q))), 1e-9)
        ends.append(p + away * 10.0)
    return np.concatenate((ends[:1], line, ends[1:]))


@KINDS
def test_lane_edges_are_where_the_map_has_them(name: str) -> None:
    along, inside = deviations(made(name))
    assert len(along) > 100 and max(along) < 0.02
    assert inside and max(inside) < 0.05


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
            assert pair is not None and links(connecting, 0, "predecessor") == {int(pair.attrib["to"]): int(pair.attrib["from"])}
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
    centre = [m.attrib for r in t.findall("road") for m in r.findall("lanes/laneSection/center/lane/roadMark")]
    painted = [m for m in centre if m["type"] != "none"]
    assert painted and all(m["color"] == "yellow" for m in painted)
    lane_lines = [m for m in t.iter("roadMark") if said(m, "rule") == "lane_line"]
    assert lane_lines and all(m.attrib["type"] == "broken" for m in lane_lines)
    assert all(
        (line.attrib["length"], line.attrib["space"]) == ("4", "6") for m in lane_lines for line in m.iter("line")
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
    not CHECKER.exists(), reason=f"qc_opendrive is not at {CHECKER}; set ANTU_OPENDRIVE_CHECKER to the program"
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
    document = draft(
        read(real("osm_taipei_extract/taipei_input.osm.gz")), traffic="right", rules_on=date(2026, 1, 1), name="Taipei"
    ).document
    verdict = check(xodr(document, minor)[0])
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
    (lane, theirs), = links(connecting, 0, "predecessor").items()
    middle = sum(connecting.edges(0, 0.0)[lane]) / 2
    wanted = sum(other.edges(-1 if at else 0, at)[theirs]) / 2
    assert dist(connecting.point(0.0, middle), other.point(at, wanted)) == pytest.approx(0.5, abs=1e-3)


def test_the_writer_needs_no_django() -> None:
    import subprocess
    import sys

    code = "import sys, layers.streets.craft.xodr; sys.exit(any(n.partition('.')[0] in ('django', 'psycopg') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0
