"""What the planner's page and the phone page ask beyond plans and sign-ins: places to pass, what is left out, what is
unsigned, what lies near, a box out of order."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from layers.areas.models import Station
from layers.hotspots.models import Call
from layers.patrol.models import BoxFault, PatrolBox, Receipt, SignIn, Tag
from tests.patrol.conftest import PLACE, claim, post, touch
from tests.patrol.test_planning import STEP, As, Boxes, boxes, made, orders, shift, town

__all__ = ["boxes", "town"]
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 a photo").decode()


def edited(as_: As, plan: dict[str, Any], **said: Any) -> dict[str, Any]:
    body = {"order": orders(plan), "fill": False} | said
    answer = post(as_("patrol_planner"), f"plans/{plan['id']}/edit", body)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def plan(as_: As, town: Any, station: Station, boxes: list[PatrolBox]) -> dict[str, Any]:
    return made(as_, shift(station, units=[{"name": "一線"}], spots=0))


def metres_from(plan: dict[str, Any], lon: float, lat: float) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Distance(line::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography)"
            " FROM patrol_planunit WHERE plan_id = %s",
            [lon, lat, plan["id"]],
        )
        return float(cursor.fetchone()[0])


def test_a_route_is_drawn_through_a_place_and_back_to_the_morning(as_: As, plan: dict[str, Any]) -> None:
    first = orders(plan)
    corner = (PLACE[0] - 3 * STEP, PLACE[1] - 3 * STEP)
    assert metres_from(plan, *corner) > 50
    via = [{"id": -1001, "unit": 0, "lon": corner[0], "lat": corner[1]}]
    drawn = edited(as_, plan, order=[[first[0][0], -1001, *first[0][1:]]], via=via)
    assert orders(drawn) == [[first[0][0], -1001, *first[0][1:]]]
    assert metres_from(drawn, *corner) < 1
    assert drawn["figures"]["km"] > plan["figures"]["km"]
    assert drawn["figures"]["stops"] == plan["figures"]["stops"]  # nobody stays there
    again = edited(as_, drawn, fill=True)
    assert -1001 in orders(again)[0] and metres_from(again, *corner) < 1
    back = edited(as_, again, order=plan["morning"], via=[])
    assert (orders(back), back["units"][0]["line"]) == (first, plan["units"][0]["line"])


def test_a_place_to_pass_off_the_streets_is_told(as_: As, plan: dict[str, Any]) -> None:
    via = [{"id": -1001, "unit": 0, "lon": PLACE[0] + 0.2, "lat": PLACE[1]}]
    body = {"order": [[-1001, *orders(plan)[0]]], "via": via, "fill": False}
    answer = post(as_("patrol_planner"), f"plans/{plan['id']}/edit", body)
    assert answer.status_code == 422 and "經過點" in answer.json()["detail"]


def test_what_was_removed_is_offered_with_its_detour_and_comes_back(as_: As, plan: dict[str, Any]) -> None:
    first = orders(plan)[0]
    gone = first[2]
    less = edited(as_, plan, order=[[v for v in first if v != gone]], without=[gone])
    assert gone not in orders(less)[0]
    planner = as_("patrol_planner")
    offered = planner.get(f"/api/patrol/plans/{plan['id']}/unvisited?detour=60").json()
    assert [o["stop"] for o in offered] == [gone]
    assert offered[0]["fits"] and 0 < offered[0]["minutes"] < 60
    assert planner.get(f"/api/patrol/plans/{plan['id']}/unvisited?detour=0.1").json() == []
    more = edited(as_, less, add=[gone], fill=True)
    assert gone in orders(more)[0]
    assert next(s for s in more["units"][0]["stops"] if s["stop"] == gone)["must"]


def test_only_what_the_planner_holds_is_locked(as_: As, plan: dict[str, Any]) -> None:
    held = orders(plan)[0][1]
    locked = edited(as_, plan, pinned=[[held]])
    assert [s["stop"] for s in locked["units"][0]["stops"] if s["locked"]] == [held]


def test_coverage_tells_before_from_after(as_: As, plan: dict[str, Any]) -> None:
    Call.objects.bulk_create(
        Call(
            key=f"in{i}", kind="noise", at=timezone.now() - timedelta(days=1, minutes=i),
            geom=Point(PLACE[0] + 3 * STEP, PLACE[1] + 3 * STEP, srid=4326),
        )
        for i in range(5)
    )  # fmt: skip
    first = orders(plan)[0]
    planner = as_("patrol_planner")
    same = planner.get(f"/api/patrol/plans/{plan['id']}/coverage").json()
    assert same["before"] == same["after"] and same["before"]["share"] == 1
    edited(as_, plan, order=[first[:1]], without=first[1:])
    less = planner.get(f"/api/patrol/plans/{plan['id']}/coverage").json()
    assert less["before"]["share"] == 1 and less["after"]["share"] < 1
    assert "lost" in {f["properties"]["state"] for f in less["cells"]["features"]}


def test_unsigned_boxes_and_what_was_tried(as_: As, station: Station, make_box: Boxes) -> None:
    good, tried, never, gone = (make_box(i * STEP) for i in range(4))
    PatrolBox.objects.filter(pk=gone.pk).update(valid_to=timezone.localdate() - timedelta(days=2))
    now = timezone.now()
    for box, judgement in ((good, "late"), (tried, "out_of_range")):
        SignIn.objects.create(
            key=f"S{box.pk}",
            box=box,
            station=station,
            at=now - timedelta(hours=1),
            judgement=judgement,
            geom=box.geom,
        )
    asked = f"/api/patrol/unsigned?station={station.pk}"
    found = as_("patrol_planner").get(asked).json()
    assert {b["id"]: b["tried"] for b in found["boxes"]} == {tried.pk: True, never.pk: False}
    assert [(f["box"], f["judgement"]) for f in found["failed"]] == [
        (tried.pk, "out_of_range"),
        (good.pk, "late"),
    ] or {f["box"] for f in found["failed"]} == {tried.pk, good.pk}
    before = (now - timedelta(hours=2)).isoformat().replace("+", "%2B")
    earlier = as_("patrol_planner").get(f"{asked}&at={before}").json()
    assert {b["id"] for b in earlier["boxes"]} == {good.pk, tried.pk, never.pk}
    assert as_("officer").get(asked).status_code == 403
    assert as_("council").get(asked).status_code == 404


def test_a_box_out_of_order_is_reported_once_with_its_photo(as_: As, box: PatrolBox) -> None:
    officer, planner = as_("officer"), as_("patrol_planner")
    body = {"event": str(uuid4()), "kind": "damaged", "text": "門鎖壞了", "photo": JPEG}
    assert [post(officer, f"boxes/{box.pk}/faults", body).status_code for _ in range(2)] == [201, 200]
    [told] = planner.get("/api/patrol/faults").json()
    assert (told["word"], told["photo"], told["box"]["id"]) == ("毀損", True, box.pk)
    assert officer.get("/api/patrol/faults").status_code == 403
    shown = planner.get(f"/api/patrol/faults/{told['id']}/photo")
    assert (shown["Content-Type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert post(planner, f"faults/{told['id']}/close", {}).status_code == 200
    assert planner.get("/api/patrol/faults").json() == []
    assert BoxFault.objects.get().closed_at


@pytest.mark.parametrize("photo", ["PHN2Zz4=", "not base64!"])
def test_a_photo_that_is_none_is_refused(as_: As, box: PatrolBox, photo: str) -> None:
    body = {"event": str(uuid4()), "kind": "tag", "photo": photo}
    assert post(as_("officer"), f"boxes/{box.pk}/faults", body).json()["code"] == "photo"
    assert not BoxFault.objects.exists()


def test_notes_are_read_by_who_signed_alone(as_: As, box: PatrolBox, tag: Tag) -> None:
    officer = as_("officer")
    signed = post(officer, "signins", claim(**touch(tag, 1))).json()
    assert post(as_("patrol_planner"), f"signins/{signed['id']}/read", {}).status_code == 404
    assert post(officer, f"signins/{signed['id']}/read", {}).status_code == 200
    post(officer, f"signins/{signed['id']}/read", {"useful": True})
    assert Receipt.objects.get().useful is True
    post(officer, f"signins/{signed['id']}/read", {})  # to read again takes no feedback back
    assert Receipt.objects.get().useful is True


def test_what_lies_near_a_box_is_counted_in_space_and_time(as_: As, box: PatrolBox) -> None:
    now = timezone.now()
    Call.objects.all().delete()
    for n, (dx, days) in enumerate(((0.0005, 1), (0.001, 40), (0.02, 1))):
        Call.objects.create(
            key=f"near{n}",
            kind="noise",
            at=now - timedelta(days=days),
            geom=Point(PLACE[0] + dx, PLACE[1], srid=4326),
        )
    found = {f["layer"]: f for f in as_("officer").get(f"/api/patrol/boxes/{box.pk}/near").json()}
    assert found["calls_110"]["n"] == 1
    assert 40 < found["calls_110"]["latest"][0]["metres"] < 60


def test_presence_says_where_nobody_was(as_: As, station: Station, box: PatrolBox) -> None:
    now = timezone.now()
    for n, dx in enumerate((0.0, 0.008)):
        Call.objects.create(
            key=f"hot{n}",
            kind="noise",
            at=now - timedelta(days=1),
            geom=Point(PLACE[0] + dx, PLACE[1], srid=4326),
        )
    SignIn.objects.create(key="S1", box=box, station=station, at=now, judgement="normal", geom=box.geom)
    told = as_("patrol_planner").get(f"/api/patrol/presence?station={station.pk}").json()
    assert told["share"] == 0.5
    assert sorted(s["visits"] for s in told["spots"]) == [0, 1]


def test_the_phone_page_is_for_whoever_signs_in_as_an_officer(db: None, as_: As, client: Any) -> None:
    for address in ("/patrol", "/n?e=1&c=2", "/q/BOX.1.2.x", "/n/BOX.1.2.x"):
        page = client.get(address)
        if page.status_code == 503:
            pytest.skip("the front end is not built")
        assert page.status_code == 200 and page["Referrer-Policy"] == "no-referrer"
    assert '"can":true' in as_("officer").get("/patrol").content.decode()
    assert '"can":false' in as_("council").get("/patrol").content.decode()
    told = client.get("/patrol/manifest.webmanifest").json()
    assert (told["start_url"], told["display"]) == ("/patrol", "standalone")
    worker = client.get("/patrol/worker.js")
    assert worker["Service-Worker-Allowed"] == "/" and b"self.ANTU=" in worker.content
