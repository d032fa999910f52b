"""What stands on a road or is painted across it: crosswalks and stop lines as objects, signs and signal heads as signals."""

from __future__ import annotations

from itertools import pairwise
from math import atan2, cos, hypot, pi, radians, sin
from xml.etree.ElementTree import Element as Xml

import shapely

from layers.streets.craft.derive.plan import Plan, feature_id
from layers.streets.craft.document import Head, Sign
from layers.streets.craft.marks import Mark
from layers.streets.craft.picture import point_at
from layers.streets.craft.xodr.road import Road
from layers.streets.craft.xodr.tree import ours, put

HEADS = {"vehicle": "1000001", "pedestrian": "1000002", "bicycle": "1000013", "flash": "1000009"}
COUNTRY = "TW"


def objects(marks: list[Mark], roads: dict[str, Road], homes: dict[str, Xml]) -> None:
    for mark in marks:
        road = roads.get(mark.owner)
        what = mark.part.partition("/")[2]
        if road is None or what not in ("crosswalk", "stop") or not mark.shapes:
            continue
        around = shapely.minimum_rotated_rectangle(shapely.MultiPolygon(mark.shapes))
        if around.geom_type != "Polygon":
            continue
        outline = list(around.exterior.coords)[:-1]
        x, y = sum(p[0] for p in outline) / 4, sum(p[1] for p in outline) / 4
        s, t, heading = road.course.locate((x, y))
        at = road.course.at(s)
        c, n = cos(heading), sin(heading)
        # beyond the end of the road nothing but the corners says where it is
        ox, oy = at[0] - t * n, at[1] + t * c
        corners = [((p[0] - ox) * c + (p[1] - oy) * n, (p[1] - oy) * c - (p[0] - ox) * n) for p in outline]
        sides = sorted(hypot(q[0] - p[0], q[1] - p[1]) for p, q in pairwise(corners[:3]))
        key = feature_id(mark.owner, mark.part)
        kind = "crosswalk" if what == "crosswalk" else "roadMark"
        made = put(
            _list(homes[mark.owner], "objects"), "object", id=key, name=mark.rule.en, type=kind,
            subtype=mark.rule.key, s=s, t=t, zOffset=0.0, hdg=0.0, pitch=0.0, roll=0.0, orientation="none",
            length=sides[1], width=sides[0], height=0.0, dynamic="no",
        )  # fmt: skip
        ring = put(put(made, "outlines"), "outline", id=0, closed="true", outer="true")
        for k, (u, v) in enumerate(corners):
            put(ring, "cornerLocal", id=k, u=round(u, 4), v=round(v, 4), z=0.0, height=0.0)
        ours(
            made, marking=key, rule=mark.rule.key, article=mark.rule.article, arm=mark.part.partition("/")[0]
        )


def signals(plan: Plan, roads: dict[str, Road], homes: dict[str, Xml]) -> None:
    document = plan.web.document
    for sign in sorted(document.signs, key=lambda one: one.id):
        road = roads.get(sign.anchor.segment)
        if road is not None:
            _sign(road, homes[sign.anchor.segment], sign)
    for head in sorted(document.heads, key=lambda one: one.id):
        road = roads.get(head.faces[0]) if head.faces else None
        if head.faces and road is not None:
            _head(road, homes[head.faces[0]], head, head.faces[1])


def _sign(road: Road, home: Xml, sign: Sign) -> None:
    x, y, north = point_at(sign.anchor, road.ribbon.line)
    if sign.surveyed is not None:
        x, y = sign.surveyed
    s, t, heading = road.course.locate((x, y))
    looks = radians(90 - (north + sign.face))
    against = cos(looks - heading) > 0
    _signal(
        home, f"sign/{sign.id}", (x, y), (s, t), sign.height, "-" if against else "+", looks, dynamic="no",
        kind=sign.code, country=COUNTRY, sign=sign.id,
    )  # fmt: skip


def _head(road: Road, home: Xml, head: Head, end: str) -> None:
    s, t, _ = road.course.locate(head.at)
    x, y, _ = road.course.at(road.course.length if end == "b" else 0.0)
    looks = atan2(y - head.at[1], x - head.at[0])
    _signal(
        home, f"head/{head.id}", head.at, (s, t), head.height, "+" if end == "b" else "-", looks, dynamic="yes",
        kind=HEADS[head.kind], country="OpenDRIVE", head=head.id, node=head.node,
    )  # fmt: skip


def _signal(
    home: Xml, id_: str, at: tuple[float, float], where: tuple[float, float], height: float, side: str,
    looks: float, *, dynamic: str, kind: str, country: str, **said: str,
) -> None:  # fmt: skip
    made = put(
        _list(home, "signals"), "signal", id=id_, s=where[0], t=where[1], zOffset=float(height), orientation=side,
        dynamic=dynamic, country=country, type=kind, subtype="-1", height=0.0, width=0.0, name=id_,
    )  # fmt: skip
    put(made, "positionInertial", x=float(at[0]), y=float(at[1]), z=float(height), hdg=looks % (2 * pi))
    ours(made, **said)


def _list(home: Xml, tag: str) -> Xml:
    found = home.find(tag)
    assert found is not None, f"a road is made with its {tag}"
    return found
