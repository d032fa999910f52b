"""Plans through the API on a small town of our own: made, edited within a second, varied, published, driven, missed."""

from __future__ import annotations

import functools
import io
import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, Point
from django.test import Client
from django.utils import timezone

from layers.areas.models import Station
from layers.patrol import jobs, keys
from layers.patrol.models import (
    PatrolBox,
    PatrolCar,
    PatrolRoute,
    PlanStop,
    Position,
    ShiftPlan,
    SignIn,
    Tag,
    TurnBan,
)  # fmt: skip
from layers.streets.models import Road
from tests.patrol.conftest import PLACE, claim, post, touch

As = Callable[[str], Client]
Boxes = Callable[..., PatrolBox]
STEP = 0.002  # some 200 m


@pytest.fixture
def town(db: None) -> list[Road]:
    """Seven by seven streets around the station."""
    Road.objects.all().delete()
    rows = []
    for i in range(-3, 4):
        for j in range(-3, 3):
            for kind, a, b in (("h", (j, i), (j + 1, i)), ("v", (i, j), (i, j + 1))):
                line = LineString(
                    *(((PLACE[0] + x * STEP), (PLACE[1] + y * STEP)) for x, y in (a, b)), srid=4326
                )
                rows.append(Road(key=f"pt-{kind}{i}.{j}", geom=line, kind="local", speed_limit=50))
    return Road.objects.bulk_create(rows)


@pytest.fixture
def boxes(make_box: Boxes) -> list[PatrolBox]:
    return [
        make_box(x * STEP, y * STEP)
        for x, y in ((1, 1), (2, -1), (-2, 2), (-1, -2), (3, 3), (0.5, -3), (-3, 0))
    ]


def shift(station: Station, **said: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "station": station.pk, "name": "夜間", "begin": now.isoformat(), "finish": (now + timedelta(hours=1)).isoformat(),
        "units": [{"name": "一線"}, {"name": "二線", "mode": "motorcycle"}], "seconds": 0.4,
    } | said  # fmt: skip


def made(as_: As, body: dict[str, Any]) -> dict[str, Any]:
    planner = as_("patrol_planner")
    asked = post(planner, "plans", body)
    assert asked.status_code == 202, asked.content
    row = ShiftPlan.objects.get(pk=asked.json()["id"])
    assert row.status == "making"
    jobs.make(row)
    found: dict[str, Any] = planner.get(f"/api/patrol/plans/{row.pk}").json()
    return found


def orders(plan: dict[str, Any]) -> list[list[int]]:
    return [[s["stop"] for s in u["stops"]] for u in plan["units"]]


def test_a_plan_visits_all_that_fits_and_says_what_it_costs(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    plan = made(as_, shift(station, boxes=[{"box": boxes[4].pk, "visits": 2, "apart": 20}]))
    assert (plan["status"], plan["blocked"]) == ("draft", []), plan
    visited = [v for unit in orders(plan) for v in unit]
    assert {b.pk for b in boxes} <= set(visited)
    assert visited.count(boxes[4].pk) == 2
    at = sorted(s["at"] for u in plan["units"] for s in u["stops"] if s["stop"] == boxes[4].pk)
    assert timezone.datetime.fromisoformat(at[1]) - timezone.datetime.fromisoformat(at[0]) >= timedelta(
        minutes=20
    )
    assert plan["figures"]["km"] > 1 and 0.5 < plan["figures"]["fairness"] <= 1
    for unit in plan["units"]:
        assert unit["back"] <= unit["finish"]
        assert unit["line"]["coordinates"][0] == pytest.approx(list(PLACE), abs=1e-5)


def test_what_cannot_be_met_is_named(as_: As, town: Any, station: Station, boxes: list[PatrolBox]) -> None:
    now = timezone.now()
    tight = [[(now + timedelta(minutes=20)).isoformat(), (now + timedelta(minutes=20)).isoformat()]]
    demands = [{"box": b.pk, "minutes": 15, "windows": tight} for b in (boxes[0], boxes[2], boxes[4])]
    plan = made(as_, shift(station, units=[{"name": "一線"}], boxes=demands))
    assert {b["rule"] for b in plan["blocked"]} == {"window"}, plan["blocked"]
    assert len(plan["blocked"]) == 2
    assert all(b["zh"] and b["en"] and b["name"] for b in plan["blocked"])
    assert post(as_("patrol_planner"), f"plans/{plan['id']}/publish", {}).json()["code"] == "blocked"


def test_a_box_off_the_streets_that_must_be_visited_fails_with_its_name(
    as_: As, town: Any, station: Station, make_box: Boxes
) -> None:
    far = make_box(0.2, 0.2)
    plan = made(as_, shift(station, boxes=[{"box": far.pk}]))
    assert plan["status"] == "failed" and far.name in plan["message"]


def test_without_streets_a_plan_says_so(as_: As, station: Station, boxes: list[PatrolBox]) -> None:
    Road.objects.all().delete()
    plan = made(as_, shift(station))
    assert plan["status"] == "failed" and "路網" in plan["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"finish": "2020-01-01T00:00:00Z"},
        {"units": []},
        {"boxes": [{"box": 1}, {"box": 1}]},
        {"boxes": [{"box": 1, "units": [7]}]},
        {"units": [{"name": "x", "mode": "boat"}]},
        {"station": 0},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(as_: As, station: Station, wrong: dict[str, Any]) -> None:
    answer = post(as_("patrol_planner"), "plans", shift(station) | wrong)
    assert answer.status_code == 422 and answer.json()["detail"]
    assert not ShiftPlan.objects.exists()


def test_an_edit_keeps_what_is_locked_and_undo_brings_the_order_back(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    planner = as_("patrol_planner")
    plan = made(as_, shift(station))
    before = orders(plan)
    first = [boxes[5].pk, boxes[0].pk]
    edited = post(
        planner, f"plans/{plan['id']}/edit", {"order": before, "locked": [first], "seconds": 0.2}
    ).json()
    assert orders(edited)[0][:2] == first
    assert [s["locked"] for s in edited["units"][0]["stops"][:2]] == [True, True]
    assert edited["version"] == plan["version"]
    out = post(
        planner,
        f"plans/{plan['id']}/edit",
        {"order": orders(edited), "without": [boxes[1].pk], "seconds": 0.2},
    ).json()
    assert boxes[1].pk not in functools.reduce(operator.iadd, orders(out), [])
    by_hand = [before[0][::-1], before[1]]
    undone = post(planner, f"plans/{plan['id']}/edit", {"order": by_hand, "fill": False}).json()
    assert orders(undone) == by_hand  # whoever names a stop wants it back


def test_an_order_that_does_not_fit_is_refused_and_nothing_changes(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    planner = as_("patrol_planner")
    plan = made(as_, shift(station, boxes=[{"box": b.pk, "minutes": 12} for b in boxes]))
    everything = [[b.pk for b in boxes], []]
    refused = post(planner, f"plans/{plan['id']}/edit", {"order": everything, "fill": False})
    assert refused.status_code == 422 and "unit 1" in refused.json()["detail"]
    assert orders(planner.get(f"/api/patrol/plans/{plan['id']}").json()) == orders(plan)


def test_publishing_draws_the_routes_and_an_edit_makes_the_next_version(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    planner, officer = as_("patrol_planner"), as_("officer")
    name = User.objects.get(pk=officer.session["_auth_user_id"]).get_username()
    plan = made(as_, shift(station, units=[{"name": "一線", "officers": [name]}]))
    assert officer.get("/api/patrol/tonight").json() == []
    assert post(planner, f"plans/{plan['id']}/publish", {}).status_code == 200
    assert PatrolRoute.objects.filter(station=station, origin="plan").count() == 1
    mine = officer.get("/api/patrol/tonight").json()
    assert [s["stop"] for s in mine[0]["stops"]] == orders(plan)[0]
    # a visit of the round is ticked off
    box = next(b for b in boxes if b.pk == orders(plan)[0][0])
    tag = Tag.objects.create(box=box, how="sun", uid="04CCCCCCCCCCCC", key=keys.current())
    signed = post(officer, "signins", claim(**touch(tag, 1)) | {"lon": box.geom.x, "lat": box.geom.y}).json()
    assert signed["judgement"]["value"] == "normal", signed
    done = [s["done"] for s in officer.get("/api/patrol/tonight").json()[0]["stops"]]
    assert done[0]["judgement"] == "normal" and not any(done[1:])
    # changed afterwards: a new version, and the old one is replaced when that is published
    edited = post(planner, f"plans/{plan['id']}/edit", {"order": orders(plan), "seconds": 0.1}).json()
    assert (edited["version"], edited["status"]) == (2, "draft")
    assert post(planner, f"plans/{edited['id']}/publish", {}).status_code == 200
    assert ShiftPlan.objects.get(pk=plan["id"]).status == "replaced"
    assert post(planner, f"plans/{edited['id']}/publish", {}).status_code == 409
    assert PatrolRoute.objects.filter(station=station, origin="plan").count() == 1


def test_an_edit_keeps_the_car_of_each_unit_in_a_draft_and_in_the_next_version(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    planner = as_("patrol_planner")
    car = PatrolCar.objects.create(
        key="pt-kept", name="102", status="standing", at=timezone.now(), geom=Point(*PLACE, srid=4326)
    )
    plan = made(as_, shift(station))
    given = [u["car"] for u in plan["units"]]
    assert given == [None, None]
    post(planner, f"plans/{plan['id']}/units/1/car", {"car": car.key})
    again = {"order": orders(plan), "seconds": 0.1}
    edited = post(planner, f"plans/{plan['id']}/edit", again).json()
    assert [u["car"] for u in edited["units"]] == [None, car.key]
    post(planner, f"plans/{plan['id']}/publish", {})
    following = post(planner, f"plans/{plan['id']}/edit", again).json()
    assert (following["version"], [u["car"] for u in following["units"]]) == (2, [None, car.key])
    assert [u["mode"] for u in following["units"]] == ["car", "motorcycle"]
    assert [u["car"] for u in planner.get(f"/api/patrol/plans/{plan['id']}").json()["units"]] == [
        None,
        car.key,
    ]


def test_alternatives_are_nearly_as_good_and_compared(
    as_: As, town: Any, station: Station, boxes: list[PatrolBox]
) -> None:
    planner = as_("patrol_planner")
    plan = made(as_, shift(station))
    assert post(planner, f"plans/{plan['id']}/alternatives", {"count": 3, "seconds": 0.1}).status_code == 202
    jobs.vary(ShiftPlan.objects.get(pk=plan["id"]), 3, 0.1)
    found = planner.get(f"/api/patrol/plans/{plan['id']}/alternatives").json()
    assert len(found) == 3 and all(a["share"] >= 0.97 for a in found)
    taken = post(planner, f"plans/{plan['id']}/edit", {"order": found[2]["routes"], "fill": False}).json()
    assert orders(taken) == found[2]["routes"]
    other = made(as_, shift(station, without=[boxes[0].pk]))
    both = planner.get(f"/api/patrol/plans/compare?ids={plan['id']},{other['id']}").json()
    assert both[0]["overlap"] == 1 and both[1]["overlap"] < 1


def test_what_nobody_visited_is_missed(as_: As, town: Any, station: Station, boxes: list[PatrolBox]) -> None:
    planner = as_("patrol_planner")
    plan = made(as_, shift(station))
    post(planner, f"plans/{plan['id']}/publish", {})
    assert planner.get("/api/patrol/missed").json() == []
    PlanStop.objects.filter(unit__plan_id=plan["id"]).update(closes=timezone.now() - timedelta(hours=2))
    found = planner.get(f"/api/patrol/missed?station={station.pk}").json()
    assert {m["box"] for m in found} == {b.pk for b in boxes}
    assert as_("officer").get("/api/patrol/missed").status_code == 403


def test_a_workbook_counts_what_was_signed(as_: As, station: Station, boxes: list[PatrolBox]) -> None:
    from openpyxl import load_workbook

    now = timezone.now()
    for i, verdict in enumerate(("normal", "normal", "late")):
        SignIn.objects.create(
            key=f"pt-x{i}",
            box=boxes[0],
            station=station,
            at=now,
            judgement=verdict,
            officer="=A1",
            geom=boxes[0].geom,
        )
    said = {"begin": (now - timedelta(days=1)).isoformat(), "end": (now + timedelta(days=1)).isoformat()}
    answer = as_("patrol_planner").get("/api/patrol/reports/signins.xlsx", {**said, "station": station.pk})
    book = load_workbook(io.BytesIO(answer.content))
    assert [[c.value for c in row] for row in book["員警"].rows] == [
        ["員警", "簽到", "正常", "逾時"],
        ["'=A1", 3, 2, 1],
    ]
    assert (
        as_("patrol_planner")
        .get("/api/patrol/reports/signins.xlsx", {**said, "end": said["begin"]})
        .status_code
        == 422
    )


def test_the_printed_report_says_the_figures_of_the_workbook(
    as_: As, station: Station, boxes: list[PatrolBox]
) -> None:
    import gis.api  # noqa: F401  the routers are mounted there
    from gis.sharing import duty as paper
    from layers.patrol import duty

    now = timezone.now()
    signed = [("甲", "normal")] * 3 + [("甲", "late"), ("<b>乙</b>", "proxy")]
    for i, (officer, verdict) in enumerate(signed):
        SignIn.objects.create(
            key=f"pt-p{i}", box=boxes[i], station=station, at=now, judgement=verdict, officer=officer, geom=boxes[i].geom,
        )  # fmt: skip
    read = duty.read(now - timedelta(days=1), now + timedelta(hours=1), station.pk)
    assert [(r.of, r.all, r.normal) for r in read.by("officer")] == [("<b>乙</b>", 1, 0), ("甲", 4, 3)]
    pages = {lang: paper.page(read, station.pk, lang) for lang in ("zh", "en")}
    assert "督導日報" in pages["zh"] and "daily report" in pages["en"]
    for page in pages.values():
        assert "60.0 %" in page and "75.0 %" in page and station.name in page
        assert "<b>乙" not in page and "&lt;b&gt;乙" in page
        assert page.count("<rect") == 3  # one bar of three parts
    assert "逾時" in pages["zh"] and ">late<" in pages["en"]
    assert "沒有簽到" in paper.page(duty.read(now - timedelta(days=9), now - timedelta(days=8)), None, "zh")
    said = {"begin": (now - timedelta(days=1)).isoformat(), "end": now.isoformat(), "station": station.pk}
    made = as_("patrol_planner").get("/api/patrol/reports/signins.pdf", {**said, "lang": "en"})
    assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")
    assert as_("officer").get("/api/patrol/reports/signins.pdf", said).status_code == 403
    wrong = {**said, "begin": said["end"]}
    assert as_("patrol_planner").get("/api/patrol/reports/signins.pdf", wrong).status_code == 422


def test_positions_move_cars_once_and_wrong_ones_are_named(as_: As, station: Station) -> None:
    now = timezone.now()
    car = PatrolCar.objects.create(
        key="pt-c1",
        name="101",
        status="patrolling",
        at=now - timedelta(hours=1),
        geom=Point(*PLACE, srid=4326),
    )
    good = [
        {
            "car": "pt-c1",
            "at": (now - timedelta(seconds=10 * i)).isoformat(),
            "lon": PLACE[0] + i * 1e-4,
            "lat": PLACE[1],
        }
        for i in range(3)
    ]
    wrong = [
        {"car": "nobody", "at": now.isoformat(), "lon": 1, "lat": 1},
        {"car": "pt-c1", "at": now.isoformat(), "lon": 0, "lat": 0},
        {"car": "pt-c1", "at": (now + timedelta(days=1)).isoformat(), "lon": 120, "lat": 23},
    ]
    said = post(as_("officer"), "positions", {"positions": [*good, *wrong, good[0]]}).json()
    assert (said["accepted"], said["repeated"], [r["index"] for r in said["refused"]]) == (3, 1, [3, 4, 5])
    assert post(as_("officer"), "positions", {"positions": good}).json()["repeated"] == 3
    car.refresh_from_db()
    assert car.geom.x == pytest.approx(PLACE[0]) and Position.objects.filter(car=car).count() == 3
    Position.objects.create(car=car, at=now - timedelta(days=400), point=Point(*PLACE, srid=4326))
    assert jobs.forget_positions(timestamp=0) == 1


def test_the_nearest_car_comes_by_street_and_the_reach_is_a_polygon(as_: As, town: list[Road]) -> None:
    now = timezone.now()
    for name, x in (("near", 1), ("far", 3), ("stale", 0)):
        at = now - timedelta(hours=5) if name == "stale" else now
        PatrolCar.objects.create(
            key=f"pt-{name}",
            name=name,
            status="patrolling",
            at=at,
            geom=Point(PLACE[0] + x * STEP, PLACE[1], srid=4326),
        )
    planner = as_("patrol_planner")
    found = planner.get("/api/patrol/nearest", {"lon": PLACE[0], "lat": PLACE[1]}).json()["cars"]
    assert [c["name"] for c in found] == ["near", "far"]
    assert 0 < found[0]["minutes"] < found[1]["minutes"]
    assert planner.get("/api/patrol/nearest", {"lon": 0, "lat": 0}).status_code == 422
    ground = planner.get("/api/patrol/reach", {"lon": PLACE[0], "lat": PLACE[1], "minutes": 1}).json()
    assert ground["geometry"]["type"] in ("Polygon", "MultiPolygon")
    # the direct street is forbidden from where the near car stands: it goes round
    at = {r.key: r for r in town}
    TurnBan.objects.create(origin=at["pt-h0.1"], to=at["pt-h0.0"])
    PatrolCar.objects.filter(key="pt-near").update(geom=Point(PLACE[0] + 1.5 * STEP, PLACE[1], srid=4326))
    Road.objects.filter(key="pt-h0.1").update(oneway=True)
    again = planner.get("/api/patrol/nearest", {"lon": PLACE[0] + 0.5 * STEP, "lat": PLACE[1]}).json()["cars"]
    assert again[0]["minutes"] > found[0]["minutes"]
