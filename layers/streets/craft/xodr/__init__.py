"""The street map as OpenDRIVE 1.7 or 1.8: `write_xodr(document, path)`. The same document gives the same bytes.

Segments become roads, strips lanes, junctions junctions with a connecting road a movement; `userData` says what the map
calls each. Heights are not known and are 0.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from warnings import catch_warnings, simplefilter
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import indent, tostring

from layers.streets.craft.derive import Plan, derive
from layers.streets.craft.document import Document
from layers.streets.craft.marks import paint
from layers.streets.craft.marks.rules import rules_on
from layers.streets.craft.xodr.road import Road, road
from layers.streets.craft.xodr.things import objects, signals
from layers.streets.craft.xodr.tree import of_crossing, of_road, of_turn, ours, put
from layers.streets.craft.xodr.turn import Crossing, crossings

MINORS = (7, 8)

__all__ = ["MINORS", "Network", "network", "write_xodr", "xodr"]


class Network:
    """The roads and junctions before they are written."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        traffic = plan.web.document.traffic
        self.roads: dict[str, Road] = {}
        for k, stretch in enumerate(plan.stretches):
            if stretch is not None:
                self.roads[stretch.ribbon.segment.id] = road(len(self.roads) + 1, k, stretch, traffic)
        self.crossings: list[Crossing] = crossings(plan, self.roads, len(self.roads) + 1)
        for crossing in self.crossings:
            for turn in crossing.turns:
                turn.source.links[turn.ends[0]] = crossing.id
                turn.target.links[turn.ends[1]] = crossing.id


def network(document: Document) -> Network:
    return Network(derive(document, enclose=False))


def write_xodr(document: Document, path: Path, minor: int = 7) -> dict[str, int]:
    """How many roads, connecting roads and junctions there are."""
    data, counts = xodr(document, minor)
    path.write_bytes(data)
    return counts


def xodr(document: Document, minor: int = 7) -> tuple[bytes, dict[str, int]]:
    if minor not in MINORS:
        raise ValueError(f"OpenDRIVE 1.{minor} is not written; there are 1.7 and 1.8.")
    made = network(document)
    hand = "RHT" if document.traffic == "right" else "LHT"
    root = Xml("OpenDRIVE")
    _header(root, document, made, minor)
    rules = rules_on(document.rules_on)
    homes = {name: of_road(root, made.plan, one, rules, minor, hand) for name, one in made.roads.items()}
    objects(paint(made.plan, rules), made.roads, homes)
    signals(made.plan, made.roads, homes)
    for home in homes.values():
        for tag in ("objects", "signals"):
            if (empty := home.find(tag)) is not None and len(empty) == 0:
                home.remove(empty)
    for crossing in made.crossings:
        for turn in crossing.turns:
            of_turn(root, crossing, turn, minor, hand)
    for crossing in made.crossings:
        of_crossing(root, made.plan, crossing, hand)
    indent(root, " ")
    data = b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8") + b"\n"
    turns = sum(len(crossing.turns) for crossing in made.crossings)
    return data, {"roads": len(made.roads), "connecting roads": turns, "junctions": len(made.crossings)}


def _header(root: Xml, document: Document, made: Network, minor: int) -> None:
    points = [p for one in made.roads.values() for p in one.ribbon.line] or [(0.0, 0.0)]
    xs, ys = [float(p[0]) for p in points], [float(p[1]) for p in points]
    header = put(
        root, "header", revMajor=1, revMinor=minor, name=document.name or "streets", version="1.00",
        date=f"{document.rules_on.isoformat()}T00:00:00", north=max(ys), south=min(ys), east=max(xs),
        west=min(xs), vendor="Antu",
    )  # fmt: skip
    put(header, "geoReference").text = projection(document.crs)
    ours(header, crs=f"EPSG:{document.crs}", rules_on=document.rules_on.isoformat())


@cache
def projection(crs: int) -> str:
    """As PROJ writes it: the readers of the format know no other way."""
    from pyproj import CRS

    with catch_warnings():
        simplefilter("ignore", UserWarning)
        text = CRS.from_epsg(crs).to_proj4()
    return " ".join(word for word in text.split() if word != "+type=crs")
