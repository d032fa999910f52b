"""Markings measured as a surveyor would: from the painted polygons, against the dated table."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.streets.craft.derive import Plan, derive
from layers.streets.craft.document import (
    Arm,
    Box,
    Crosswalk,
    Document,
    Marking,
    Node,
    Section,
    Segment,
    StopLine,
    Strip,
)
from layers.streets.craft.marks import Mark, paint
from layers.streets.craft.marks.across import stripes
from layers.streets.craft.marks.rules import TABLE, read, rules_on
from tests.streets.city import DAY, grid, junction, section

RULES = rules_on(DAY)
CM = 0.01


@pytest.fixture(scope="module")
def city() -> tuple[Plan, list[Mark]]:
    plan = derive(grid(10, 10, seed=3), enclose=False)
    return plan, paint(plan)


def of(marks: list[Mark], key: str) -> list[Mark]:
    found = [mark for mark in marks if mark.rule.key == key]
    assert found, f"no {key} was painted"
    return found


def sides(shape: shapely.Polygon) -> tuple[float, float]:
    """The shorter and the longer side of a bar."""
    points = shapely.get_coordinates(shape)
    assert len(points) == 5
    steps = np.hypot(*np.diff(points, axis=0).T)
    assert abs(steps[0] - steps[2]) < CM and abs(steps[1] - steps[3]) < CM
    assert abs(np.dot(points[1] - points[0], points[2] - points[1])) < CM * steps[0] * steps[1] + 0.002, (
        "not square"
    )
    return float(min(steps[:2])), float(max(steps[:2]))


def test_every_piece_is_a_valid_area(city: tuple[Plan, list[Mark]]) -> None:
    pieces = [piece for mark in city[1] for piece in mark.shapes]
    assert len(pieces) > 5000
    assert shapely.is_valid(pieces).all() and (shapely.area(pieces) > 0).all()


def test_dashes_are_as_long_and_as_wide_as_the_rule_says(city: tuple[Plan, list[Mark]]) -> None:
    checked = 0
    bent = {s.id for s in city[0].web.document.segments if s.via}
    for key in ("lane_line", "centre_line"):
        rule = RULES[key]
        for mark in of(city[1], key):
            straight = [piece for piece in mark.shapes if len(shapely.get_coordinates(piece)) == 5]
            for piece in straight:
                width, length = sides(piece)
                assert width == pytest.approx(rule.width, abs=CM) and length == pytest.approx(
                    rule.dash, abs=CM
                )
            for one, other in pairwise(straight):
                if mark.owner not in bent:
                    assert one.distance(other) == pytest.approx(rule.gap, abs=CM)
                    checked += 1
    assert checked > 50


def test_double_lines_are_two_of_ten_centimetres_ten_apart(city: tuple[Plan, list[Mark]]) -> None:
    for mark in of(city[1], "double_yellow"):
        one, other = mark.shapes
        assert one.distance(other) == pytest.approx(RULES["double_yellow"].apart, abs=CM)
        for line in (one, other):
            assert line.area / (line.length / 2) == pytest.approx(RULES["double_yellow"].width, abs=CM)


def test_crosswalks_have_equal_stripes_and_gaps(city: tuple[Plan, list[Mark]]) -> None:
    rule = RULES["crosswalk"]
    for mark in of(city[1], "crosswalk"):
        ys = []
        points = shapely.get_coordinates(mark.shapes[0])
        along = points[1] - points[0]
        along = along / np.hypot(*along)
        across = np.array([-along[1], along[0]])
        for stripe in mark.shapes:
            width, length = sides(stripe)
            assert width == pytest.approx(rule.width, abs=CM) and length == pytest.approx(3.0, abs=CM)
            ys.append(float(shapely.get_coordinates(stripe.centroid)[0] @ across))
        gaps = np.diff(sorted(ys)) - rule.width
        if len(gaps):
            whole = gaps[gaps < rule.most + CM]
            assert len(whole) >= len(gaps) - 1, "only what lies over a refuge is left out"
            assert np.all(whole >= rule.least - CM) and np.ptp(whole) < CM


def test_transverse_lines_stand_off_as_the_rules_say(city: tuple[Plan, list[Mark]]) -> None:
    stop, apart = RULES["stop_line"], {}
    walks = {mark.owner + mark.part[0]: mark for mark in of(city[1], "crosswalk")}
    for mark in of(city[1], "stop_line"):
        (bar,) = mark.shapes
        width, _ = sides(bar)
        assert stop.least - CM <= width <= stop.most + CM
        walk = walks.get(mark.owner + mark.part[0])
        if walk is not None:
            apart[mark.owner + mark.part[0]] = min(bar.distance(stripe) for stripe in walk.shapes)
    assert len(apart) > 200
    assert min(apart.values()) >= stop.apart - CM
    assert np.quantile(list(apart.values()), 0.95) <= stop.most_apart + CM


def test_waiting_zones_lie_behind_the_stop_line(city: tuple[Plan, list[Mark]]) -> None:
    stops = {mark.owner + mark.part[0]: mark.shapes[0] for mark in of(city[1], "stop_line")}
    depth = RULES["waiting_depth"]
    for mark in of(city[1], "waiting_front"):
        front, back = mark.shapes
        for bar in (front, back):
            assert sides(bar)[0] == pytest.approx(RULES["waiting_front"].width, abs=CM)
        # across both bars, square to them
        p = shapely.get_coordinates(front)
        way = (p[1] - p[0]) / np.hypot(*(p[1] - p[0]))
        square = np.array([way[1], -way[0]])
        reach = np.ptp(np.concatenate((p, shapely.get_coordinates(back))) @ square)
        assert depth.least - CM <= reach <= depth.most + CM and reach == pytest.approx(4.0, abs=2 * CM)
        assert front.distance(stops[mark.owner + mark.part[0]]) < CM
    for mark in of(city[1], "waiting_side"):
        for bar in mark.shapes:
            points = shapely.get_coordinates(bar)
            assert bar.area / bar.length * 2 == pytest.approx(0.1, abs=CM) and len(points) == 5


def test_two_stage_boxes_lie_on_the_junction_clear_of_crosswalk_and_crossing_edge(
    city: tuple[Plan, list[Mark]],
) -> None:
    plan, marks = city
    zones = {arm.key: j.zone for j in plan.junctions for arm in j.hub.arms}
    walks = {mark.owner + mark.part[0]: shapely.union_all(mark.shapes) for mark in of(marks, "crosswalk")}
    for mark in of(marks, "two_stage"):
        assert len(mark.shapes) == 4
        for bar in mark.shapes:
            assert min(sides(bar)) == pytest.approx(RULES["two_stage"].width, abs=CM)
        frame = shapely.union_all(shapely.buffer(mark.shapes, 0.002, join_style="mitre"))
        assert frame.geom_type == "Polygon" and len(frame.interiors) == 1
        assert zones[mark.owner, mark.part[0]].buffer(CM).covers(frame)
        assert frame.distance(walks[mark.owner + mark.part[0]]) >= 0.15


def test_crosswalks_stay_between_the_kerbs(city: tuple[Plan, list[Mark]]) -> None:
    plan, marks = city
    paved = shapely.union_all([s.shape for s in plan.strips if s.paved] + [j.kerb for j in plan.junctions])
    shapely.prepare(paved)
    for key in ("crosswalk", "stop_line", "two_stage"):
        for mark in of(marks, key):
            out = [piece.difference(paved).area for piece in mark.shapes]
            assert max(out) < 0.02, (mark.owner, mark.part)


@pytest.mark.parametrize("room", [3.0, 3.4, 4.9, 6.4, 7.7, 12.8, 25.0, 33.3])
def test_stripes_share_the_street_equally(room: float) -> None:
    middles = stripes(0, room, 0.4, 0.4, 0.8)
    gaps = np.diff(middles) - 0.4
    assert np.all(gaps >= 0.4 - 1e-9) and np.all(gaps <= 0.8 + 1e-9) and np.ptp(gaps) < 1e-9
    assert middles[0] - 0.2 >= -1e-9 and middles[-1] + 0.2 <= room + 1e-9
    assert room - (middles[-1] - middles[0] + 0.4) < 1.2, "no stripe is missing"


def two_way(lanes: list[Strip], edges: tuple[str, str] = ("auto", "auto")) -> list[Mark]:
    nodes = (Node(id="a", at=(0, 0)), Node(id="b", at=(100, 0)))
    segment = Segment(
        id="s", a="a", b="b", road_class="secondary", sections=(Section(strips=tuple(lanes), edges=edges),)
    )  # type: ignore[arg-type]
    return paint(derive(Document(rules_on=DAY, nodes=nodes, segments=(segment,))))


def test_what_lies_between_strips_decides_the_line() -> None:
    marks = two_way(
        [
            Strip(id="1", kind="slow", width=2.5, dir=-1),
            Strip(id="2", kind="drive", width=3.2, dir=-1),
            Strip(id="3", kind="median", width=1.5),
            Strip(id="4", kind="drive", width=3.2, dir=1),
            Strip(id="5", kind="drive", width=3.2, dir=1),
            Strip(id="6", kind="park_car", width=2.0),
        ],
        ("red", "yellow"),
    )
    assert sorted(mark.rule.key for mark in marks) == sorted(
        ["no_stopping", "fast_slow", "double_yellow", "double_yellow", "lane_line", "bay", "no_parking"]
    )
    red = of(marks, "no_stopping")[0]
    _west, south, _east, north = red.shapes[0].bounds
    kerb = 15.6 / 2
    assert (kerb - north, north - south) == pytest.approx((0.3, 0.1), abs=CM) and red.colour == "red"
    assert [len(mark.shapes) for mark in of(marks, "double_yellow")] == [1, 1], (
        "beside a median one line each"
    )


def test_beside_a_median_between_lanes_of_one_direction_nothing_is_yellow() -> None:
    marks = two_way(
        [
            Strip(id=str(n), kind=k, width=3, dir=d)
            for n, (k, d) in enumerate([("drive", 1), ("median", 0), ("slow", 1)])
        ]  # type: ignore[arg-type]
    )
    assert {mark.colour for mark in marks} == {"white"}


def test_a_line_may_be_overridden_and_an_unknown_one_is_refused() -> None:
    lanes = [
        Strip(id="1", kind="drive", width=3, dir=1),
        Strip(id="2", kind="drive", width=3, dir=1, line="no_lane_change"),
    ]
    assert len(of(two_way(lanes), "no_lane_change")) == 1
    with pytest.raises(LookupError, match="strip 2 asks for the line “zigzag”"):
        two_way([lanes[0], lanes[1].model_copy(update={"line": "zigzag"})])


def test_narrow_streets_have_no_centre_line() -> None:
    keys = {
        m.rule.key
        for m in two_way(
            [Strip(id="1", kind="drive", width=2.5, dir=-1), Strip(id="2", kind="drive", width=2.5, dir=1)]
        )
    }
    assert "centre_line" not in keys and "double_yellow" not in keys


def with_markings(*markings: Marking) -> list[Mark]:
    document = junction([0, 90, 180, 270], [1, 1, 1, 1])
    return paint(derive(document.model_copy(update={"markings": markings})))


def _leans_right(band: shapely.Polygon) -> bool:
    points = shapely.get_coordinates(band)
    steps = np.diff(points, axis=0)
    dx, dy = steps[np.argmax(np.hypot(*steps.T))]
    return bool(dx * dy > 0)


def test_a_yellow_grid_fills_the_junction() -> None:
    marks = with_markings(Marking(id="m", kind="grid", node="c"))
    kerb = derive(junction([0, 90, 180, 270], [1, 1, 1, 1])).junctions[0].kerb
    border, lines = of(marks, "box_border")[0], of(marks, "box_line")[0]
    assert shapely.union_all(border.shapes).area == pytest.approx(kerb.length * 0.2, rel=0.03)
    rule = RULES["box_line"]
    inner = kerb.buffer(-0.3)
    whole = [p for p in lines.shapes if p.centroid.within(inner) and p.length > 6]
    whole = [p for p in whole if _leans_right(p)]
    gaps = [a.distance(b) for a, b in combinations(whole, 2) if 0 < a.distance(b) < 3]
    assert gaps and all(rule.least - rule.width - CM <= gap <= rule.most + CM for gap in gaps)
    assert all(kerb.buffer(CM).covers(p) for p in lines.shapes) and {m.colour for m in (border, lines)} == {
        "yellow"
    }


def test_hatch_text_arrow_and_bay() -> None:
    area = ((20.0, -3.0), (32.0, -3.0), (32.0, -1.0))
    marks = with_markings(
        Marking(id="h", kind="hatch", area=area, value="yellow"),
        Marking(id="t", kind="text", at=(40, -1.6), heading=270, value="慢行"),
        Marking(id="a", kind="arrow", at=(50, -1.6), heading=270, value="left;through"),
        Marking(id="b", kind="bay", area=((60, -3), (65, -3), (65, -1), (60, -1))),
    )
    stripes_ = of(marks, "channel_stripe")[0]
    assert stripes_.colour == "yellow"
    long = [p for p in stripes_.shapes if p.length > 1.5]
    assert long and all(
        min(a.distance(b) for b in long if b is not a) == pytest.approx(RULES["channel_stripe"].gap, abs=CM)
        for a in long
    )
    text = of(marks, "text")[0]
    assert text.text == "慢行" and len(text.shapes) == 2
    assert any(m.owner == "a" for m in of(marks, "arrow"))
    assert of(marks, "bay")[0].shapes[0].area == pytest.approx(14 * 0.1 - 4 * 0.01, abs=0.01)


def test_a_left_turn_waiting_area_reaches_into_the_junction() -> None:
    document = junction([0, 90, 180, 270], [2, 2, 2, 2])
    arm = Arm(segment="s0", end="a", crosswalk=Crosswalk(), stop=StopLine(), left_wait=4.0, box=Box())
    marks = paint(derive(document.model_copy(update={"arms": (arm, *document.arms[1:])})))
    lines = of(marks, "left_wait")
    assert len(lines) == 2 and all(len(line.shapes) >= 4 for line in lines)
    for dash in (piece for line in lines for piece in line.shapes):
        assert sides(dash) == pytest.approx((0.1, 0.5), abs=CM)
        assert 0 < dash.centroid.x < 6.6 and 0 < dash.centroid.y < 3.2, (
            "in front of the innermost lane that arrives"
        )


def test_rules_go_by_their_day(tmp_path: Path) -> None:
    lines = TABLE.read_text("utf-8").splitlines()
    head = lines[0].split("\t")
    row = next(line for line in lines if "\tcrosswalk\t" in line).split("\t")
    row[head.index("width")], row[head.index("valid_from")] = "0.50", "2030-01-01"
    newer = tmp_path / "rules.tsv"
    newer.write_text("\n".join([*lines, "\t".join(row)]) + "\n", "utf-8")
    assert rules_on(date(2029, 12, 31), newer)["crosswalk"].width == 0.4
    assert rules_on(date(2030, 1, 1), newer)["crosswalk"].width == 0.5
    assert rules_on(date(1999, 1, 1), newer)["crosswalk"].width == 0.4
    plan = derive(junction([0, 90, 180, 270], [1, 1, 1, 1]))
    assert sides(of(paint(plan, rules_on(date(2031, 1, 1), newer)), "crosswalk")[0].shapes[0])[
        0
    ] == pytest.approx(0.5, abs=CM)


def test_the_table_is_complete_and_says_what_was_not_checked() -> None:
    rows = read(TABLE)
    assert len(rows) > 25 and all(rule.zh and rule.en and rule.article for rule in rows)
    assert {rule.article for rule in rows if not rule.checked} >= {"168", "170", "185", "191"}
    with pytest.raises(LookupError, match="no marking rule “zigzag” on 2026-01-01"):
        RULES["zigzag"]


def test_section_of_the_city_has_what_its_classes_need() -> None:
    assert [s.kind for s in section(1, slow=True, walk=2).strips] == [
        "sidewalk",
        "slow",
        "drive",
        "drive",
        "slow",
        "sidewalk",
    ]
