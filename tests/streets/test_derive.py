"""Junctions of two to seven arms at any angle: their ground is whole, shared out without loss, and rebuilt the same."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.streets.craft.derive import Plan, derive
from layers.streets.craft.derive.turns import inbound, outbound
from layers.streets.craft.document import CornerRule, Document, Movement, Node, Section, Segment, Strip
from layers.streets.craft.marks import paint
from tests.streets.city import DAY, grid, junction, section


@st.composite
def junctions(draw: st.DrawFn) -> Document:
    """Arms at least 20° apart, of unlike widths, with or without sidewalks, slow lanes and medians."""
    count = draw(st.integers(2, 7))
    free = 360 - 20 * count
    shares = draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))
    whole = sum(shares) or 1.0
    azimuths, at = [], draw(st.floats(0, 360))
    for share in shares:
        azimuths.append(at)
        at += 20 + free * share / whole
    lanes = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    return junction(
        azimuths,
        lanes,
        length=160,
        walk=draw(st.sampled_from([0, 1.5, 3.0])),
        slow=draw(st.booleans()),
        median=draw(st.sampled_from([0, 1.2])),
    )


def ground(plan: Plan) -> list[shapely.Geometry]:
    return [s.shape for s in plan.strips] + [g for j in plan.junctions for g in (j.kerb, *j.walks)]


def covered(parts: list[shapely.Geometry]) -> float:
    """The area of the union, reckoned on a grid of a tenth of a millimetre, where unions do not fail."""
    return float(shapely.union_all(parts, grid_size=1e-4).area)


def digest(plan: Plan) -> str:
    shapes = ground(plan) + [b.shape for b in plan.blocks] + [j.zone for j in plan.junctions]
    shapes += [piece for mark in paint(plan) for piece in mark.shapes]
    return hashlib.sha256(b"".join(shapely.to_wkb(shapes).tolist())).hexdigest()


@settings(max_examples=150, deadline=None)
@given(junctions())
def test_a_junction_of_any_form_is_whole(document: Document) -> None:
    plan = derive(document)
    parts = ground(plan)
    assert len(plan.junctions) == 1
    made = plan.junctions[0]
    assert shapely.is_valid(parts).all() and not shapely.is_empty(parts).any()
    assert made.kerb.geom_type == "Polygon" and made.zone.is_valid
    assert len(plan.strips) == sum(len(s.sections[0].strips) for s in document.segments), "no strip is lost"
    union = covered(parts)
    assert abs(sum(part.area for part in parts) / union - 1) <= 1e-6
    assert made.zone.area >= made.kerb.area * 0.99


@settings(max_examples=60, deadline=None)
@given(junctions())
def test_every_inbound_lane_leads_somewhere_and_touches_the_junction(document: Document) -> None:
    plan = derive(document)
    made = plan.junctions[0]
    sources = {move.source for move in made.moves}
    targets = {move.target for move in made.moves}
    for arm in made.hub.arms:
        for strip in inbound(arm):
            assert (*arm.key, strip.id) in sources
        assert {(*arm.key, strip.id) for strip in outbound(arm)} & targets, "each way out can be reached"
    for surface in plan.strips:
        if surface.paved:
            assert shapely.distance(surface.shape, made.kerb) <= 1e-3


@settings(max_examples=25, deadline=None)
@given(junctions())
def test_a_rebuild_gives_the_same_bytes(document: Document) -> None:
    again = Document.model_validate_json(document.model_dump_json())
    shuffled = document.model_copy(update={"segments": document.segments[::-1], "nodes": document.nodes})
    assert digest(derive(document)) == digest(derive(again)) == digest(derive(shuffled))


def test_a_city_is_whole() -> None:
    document = grid(14, 14, seed=7)
    plan = derive(document)
    parts = ground(plan)
    assert shapely.is_valid(parts).all() and not shapely.is_empty(parts).any()
    assert {len(j.hub.arms) for j in plan.junctions} >= {2, 3, 4, 5, 6}
    assert all(j.kerb.geom_type == "Polygon" for j in plan.junctions)
    assert abs(sum(part.area for part in parts) / covered(parts) - 1) <= 1e-6
    assert len(plan.blocks) > 120
    assert digest(plan) == digest(derive(grid(14, 14, seed=7)))


def test_undoing_an_edit_gives_the_same_bytes() -> None:
    document = junction([0, 85, 180, 265], [2, 1, 2, 1])
    before = digest(derive(document))
    node = document.nodes[0].model_copy(update={"radius": 9.0})
    edited = document.model_copy(update={"nodes": (node, *document.nodes[1:])})
    assert digest(derive(edited)) != before
    undone = edited.model_copy(update={"nodes": document.nodes})
    assert digest(derive(undone)) == before


def test_the_corner_has_the_radius_that_is_asked_for() -> None:
    document = junction([0, 90, 180, 270], [1, 1, 1, 1], walk=0)
    rule = CornerRule(after="s0", before="s1", radius=7.0)
    node = document.nodes[0].model_copy(update={"corners": (rule,), "radius": 0.0})
    kerb = derive(document.model_copy(update={"nodes": (node, *document.nodes[1:])})).junctions[0].kerb
    points = shapely.get_coordinates(kerb)
    centre = np.array([3.2 + 7, 3.2 + 7])
    arc = points[(points > 3.19).all(axis=1)]
    assert len(arc) > 5
    assert np.allclose(np.hypot(*(arc - centre).T), 7.0, atol=0.002)
    assert [-3.2, -3.2] in points.tolist(), "the others are sharp"


def test_a_skewed_crosswalk_follows_the_carriageway_it_crosses() -> None:
    plan = derive(junction([0, 60, 180, 240], [2, 1, 2, 1]))
    placed = plan.places["s1", "a"]
    assert placed.walk is not None and placed.stop is not None
    # 60° between the streets: along the arm the edge moves by the cotangent
    slope = (placed.edge.left - placed.edge.right) / 6.4
    assert slope == pytest.approx(1 / np.tan(np.radians(60)), abs=0.01) or slope == pytest.approx(
        -1 / np.tan(np.radians(60)), abs=0.01
    )
    straight = plan.places["s0", "a"]
    assert straight.stop is not None
    assert placed.stop[0].left - placed.stop[0].right == pytest.approx(placed.edge.left - placed.edge.right)


def oneway(number: int, a: str, b: str, *, lanes: int = 2, name: str = "") -> Segment:
    strips = tuple(Strip(id=str(n), kind="drive", width=3.25, dir=1) for n in range(lanes))
    return Segment(
        id=f"s{number}", a=a, b=b, name=name, road_class="primary", sections=(Section(strips=strips),)
    )


def dual_cross(gap: float) -> Document:
    """Two streets of two carriageways each, crossing."""
    h = gap / 2
    at = {
        "sw": (-h, -h), "se": (h, -h), "ne": (h, h), "nw": (-h, h),
        "w1": (-150, -h), "e1": (150, -h), "e2": (150, h), "w2": (-150, h),
        "s1": (h, -150), "n1": (h, 150), "n2": (-h, 150), "s2": (-h, -150),
    }  # fmt: skip
    ways = [
        ("w1", "sw"), ("sw", "se"), ("se", "e1"), ("e2", "ne"), ("ne", "nw"), ("nw", "w2"),
        ("s1", "se"), ("se", "ne"), ("ne", "n1"), ("n2", "nw"), ("nw", "sw"), ("sw", "s2"),
    ]  # fmt: skip
    segments = tuple(oneway(n, a, b, name="橫街" if n < 6 else "縱街") for n, (a, b) in enumerate(ways))
    return Document(rules_on=DAY, nodes=tuple(Node(id=k, at=p) for k, p in at.items()), segments=segments)


@pytest.mark.parametrize("gap", [7.0, 10.0, 16.0])
def test_dual_carriageways_cross_in_one_junction_of_four_legs(gap: float) -> None:
    plan = derive(dual_cross(gap))
    assert len(plan.junctions) == 1
    made = plan.junctions[0]
    assert (made.legs, len(made.hub.arms), len(made.hub.inside)) == (4, 8, 4)
    assert made.kerb.is_valid and made.kerb.geom_type == "Polygon" and not made.kerb.interiors
    west, south, east, north = made.kerb.bounds
    assert max(east - west, north - south) < gap + 6.5 + 2 * 8.5, "it does not creep along the street"
    parts = ground(plan)
    assert abs(sum(p.area for p in parts) / covered(parts) - 1) <= 1e-6


def test_a_median_ends_round_behind_the_crosswalk() -> None:
    plan = derive(junction([0, 90, 180, 270], [2, 2, 2, 2], median=1.2))
    (median,) = [s for s in plan.strips if s.strip.kind == "median" and s.ribbon == 0]
    walk = plan.places["s0", "a"].walk
    assert walk is not None
    assert median.shape.bounds[0] == pytest.approx(walk[1].far + 0.3, abs=0.02)
    corners = shapely.get_coordinates(median.shape)
    assert len(corners) > 15, "its end is round"
    parts = ground(plan)
    assert sum(p.area for p in parts) == pytest.approx(covered(parts), rel=1e-6)
    assert plan.junctions[0].kerb.geom_type == "Polygon"


def test_junctions_of_distant_carriageways_stay_apart() -> None:
    assert len(derive(dual_cross(90)).junctions) == 4


def test_a_short_link_is_taken_into_the_junction() -> None:
    """Two side streets of one main street, offset by less than their corners need."""
    lanes = section(1)
    at = {"a": (0, 0), "b": (6, 0), "w": (-100, 0), "e": (106, 0), "n": (0, 100), "s": (6, -100)}
    ends = [("w", "a"), ("a", "b"), ("b", "e"), ("a", "n"), ("b", "s")]
    document = Document(
        rules_on=DAY,
        nodes=tuple(Node(id=k, at=p) for k, p in at.items()),
        segments=tuple(Segment(id=f"s{n}", a=a, b=b, sections=(lanes,)) for n, (a, b) in enumerate(ends)),
    )
    plan = derive(document)
    assert len(plan.junctions) == 1
    assert plan.junctions[0].legs == 4 and plan.junctions[0].hub.inside == [1]
    moved = document.model_copy(
        update={
            "nodes": tuple(Node(id=k, at=(p[0] + (60 if k in "bes" else 0), p[1])) for k, p in at.items())
        }
    )
    assert len(derive(moved).junctions) == 2


def test_a_bend_too_tight_for_its_width_is_still_valid() -> None:
    nodes = (Node(id="a", at=(0, 0)), Node(id="b", at=(3, -40)))
    segment = Segment(
        id="s", a="a", b="b", via=((40, 0), (41, -1.5), (41.5, -3), (40, -5)), sections=(section(2),)
    )
    parts = ground(derive(Document(rules_on=DAY, nodes=nodes, segments=(segment,))))
    assert shapely.is_valid(parts).all() and not shapely.is_empty(parts).any()
    assert abs(sum(p.area for p in parts) / shapely.union_all(parts).area - 1) <= 1e-6


def test_widths_grow_along_a_taper() -> None:
    narrow = Section(strips=(Strip(id="1", kind="drive", width=3, dir=1),))
    wide = Section(
        end="b",
        s=40,
        taper=20,
        strips=(Strip(id="2", kind="drive", width=3, dir=1), Strip(id="1", kind="drive", width=3, dir=1)),
    )
    nodes = (Node(id="a", at=(0, 0)), Node(id="b", at=(100, 0)))
    plan = derive(
        Document(
            rules_on=DAY, nodes=nodes, segments=(Segment(id="s", a="a", b="b", sections=(narrow, wide)),)
        )
    )
    areas = [s.shape.area for s in plan.strips]
    assert areas == pytest.approx([60 * 3, 20 * 3 + 30, 40 * 3], abs=0.01)


def test_bridges_are_not_cut_by_what_passes_below() -> None:
    nodes = tuple(
        Node(id=k, at=p) for k, p in {"w": (-80, 0), "e": (80, 0), "s": (0, -80), "n": (0, 80)}.items()
    )
    over = Segment(id="over", a="w", b="e", layer=1, sections=(section(1),))
    under = Segment(id="under", a="s", b="n", sections=(section(1),))
    apart = derive(Document(rules_on=DAY, nodes=nodes, segments=(over, under)))
    assert sum(s.shape.area for s in apart.strips) == pytest.approx(2 * 160 * 10.4)
    level = derive(
        Document(rules_on=DAY, nodes=nodes, segments=(over.model_copy(update={"layer": 0}), under))
    )
    parts = ground(level)
    assert sum(p.area for p in parts) == pytest.approx(covered(parts), rel=1e-6)


def test_movements_that_are_written_down_are_kept() -> None:
    document = junction([0, 90, 180, 270], [1, 1, 1, 1])
    only = {"segment": "s0", "end": "a", "strip": "1"}
    right = {"segment": "s1", "end": "a", "strip": "2"}
    said = Movement.model_validate({"node": "c", "source": only, "target": right, "turn": "right"})
    plan = derive(document.model_copy(update={"movements": (said,)}))
    mine = [m for m in plan.junctions[0].moves if m.source.segment == "s0"]
    assert [(m.target.segment, m.turn) for m in mine] == [("s1", "right")]


def test_lanes_of_a_street_share_their_edges_exactly() -> None:
    plan = derive(junction([10, 130, 250], [2, 2, 2]))
    for one, other in pairwise(plan.strips):
        if one.ribbon == other.ribbon:
            assert shapely.intersection(one.shape, other.shape).length > 50
