"""Small street maps of every kind that OpenDRIVE is written from, and how far what was written is from them."""

from __future__ import annotations

from math import dist
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from shapely import LineString, Point

from layers.streets.craft.derive import derive
from layers.streets.craft.document import Anchor, Document, Head, Node, Section, Segment, Sign, Strip
from layers.streets.craft.xodr import xodr
from tests.streets.city import DAY, furniture, grid, junction
from tests.streets.opendrive import Road, roads, said

EAST, NORTH = 250_000.0, 2_650_000.0


def placed(document: Document) -> Document:
    """Moved to where the plane is meant to be used."""
    nodes = tuple(n.model_copy(update={"at": (n.at[0] + EAST, n.at[1] + NORTH)}) for n in document.nodes)
    segments = tuple(
        s.model_copy(update={"via": tuple((x + EAST, y + NORTH) for x, y in s.via)})
        for s in document.segments
    )
    return document.model_copy(update={"nodes": nodes, "segments": segments})


def strips(*rows: tuple[str, float | tuple[float, float], int]) -> tuple[Strip, ...]:
    return tuple(Strip(id=f"{k}{n}", kind=k, width=w, dir=d) for n, (k, w, d) in enumerate(rows))  # type: ignore[arg-type]


def one_way() -> Document:
    """Two one-way streets that cross, one of them bent, with parking."""
    section = Section(
        strips=strips(("park_car", 2.2, 0), ("drive", 3.1, 1), ("drive", 3.1, 1), ("sidewalk", 2.0, 0))
    )
    at = {"c": (0.0, 0.0), "w": (-90.0, 0.0), "e": (90.0, 12.0), "s": (5.0, -90.0), "n": (0.0, 90.0)}
    ways = (
        ("w", "c", ()),
        ("c", "e", ((30.0, 0.0), (60.0, 4.0))),
        ("s", "c", ()),
        ("c", "n", ((0.0, 40.0), (3.0, 70.0))),
    )
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
    rows = (
        ("in", "a", "c", there, ((-40.0, -8.0),)),
        ("out", "c", "b", back, ((-40.0, 8.0),)),
        ("rest", "c", "e", both, ()),
    )
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
    return base.model_copy(
        update={"segments": (*base.segments[:2], west), "arms": (*arms, furniture("s2", "b"))}
    )


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


def made(name: str) -> Document:
    document = placed(MAPS[name]())
    if name == "left-hand":
        turned = [
            s.model_copy(
                update={
                    "sections": tuple(
                        c.model_copy(
                            update={"strips": tuple(t.model_copy(update={"dir": -t.dir}) for t in c.strips)}
                        )
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
        for k, piece in enumerate(stretch.pieces)
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
    for way in (line, line[::-1]):
        p, q = way[0], next((x for x in way if float(np.hypot(*(x - way[0]))) > 0.5), way[-1])
        away = (p - q) / max(float(np.hypot(*(p - q))), 1e-9)
        ends.append(p + away * 10.0)
    return np.concatenate((ends[:1], line, ends[1:]))
