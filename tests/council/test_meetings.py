"""Meetings: who may, the order of things, and what a closed meeting refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from layers.council.jobs import late
from layers.council.models import AgendaItem, Decision, Meeting
from layers.streets.models import Junction
from tests.gis.people import person, signed_in

pytestmark = pytest.mark.django_db
AT = "/api/council"


def junction(key: str, name: str) -> Junction:
    return Junction.objects.create(
        key=key, name=name, form="02", signal="1", legs=4, rank=1, geom=Point(120.44, 23.48, srid=4326)
    )


def post(client: Client, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = client.post(f"{AT}/{path}", body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def member() -> Client:
    return signed_in(person("council"))


@pytest.fixture
def meeting(db: None) -> Meeting:
    Meeting.objects.all().delete()
    return Meeting.objects.create(key="m1", title="第一次", held_on=date(2025, 1, 22))


def test_nobody_without_the_clearance_sees_a_council() -> None:
    for client in (Client(), signed_in(person())):
        for path in ("meetings", "decisions", "checklist", "junctions/1"):
            assert client.get(f"{AT}/{path}").status_code == 404


def test_police_read_but_do_not_write(meeting: Meeting) -> None:
    officer = signed_in(person("officer"))
    assert officer.get(f"{AT}/meetings/{meeting.pk}").json()["title"] == "第一次"
    assert post(officer, "agenda", {"title": "x"}, 403)["code"] == "refused"


def test_a_meeting_from_the_agenda_to_its_end(member: Client, meeting: Meeting) -> None:
    first, second = junction("tj1", "甲路／乙路"), junction("tj2", "丙路／丁路")
    assert post(member, f"meetings/{meeting.pk}/start", status=409)["code"] == "empty"
    one = post(member, "agenda", {"junction": first.pk, "note": "視距", "view": "abcdefghij23"}, 201)
    two = post(member, "agenda", {"junction": second.pk}, 201)
    assert (one["number"], two["number"], one["title"]) == (1, 2, "甲路／乙路")
    again = post(member, "agenda", {"junction": first.pk, "note": "照明"}, 201)
    assert again["id"] == one["id"]
    assert again["note"] == "視距\n照明"
    assert again["view"] == "abcdefghij23"
    assert (
        post(member, f"agenda/{one['id']}/decisions", {"outcome": "approved"}, 409)["code"] == "not-running"
    )
    assert [
        i["id"]
        for i in post(member, f"meetings/{meeting.pk}/order", {"items": [two["id"], one["id"]]})["items"]
    ] == [two["id"], one["id"]]
    running = post(member, f"meetings/{meeting.pk}/start")
    assert (running["state"], running["current"]) == ("running", 1)
    assert post(member, f"meetings/{meeting.pk}/go", {"number": 2})["current"] == 2
    assert post(member, f"meetings/{meeting.pk}/go", {"number": 3}, 404)["code"] == "no-item"
    said = {"outcome": "approved", "unit": "交通局", "due": "2025-03-31"}
    made = post(member, f"agenda/{one['id']}/decisions", said, 201)
    kept = Decision.objects.get(pk=made["id"])
    assert (kept.outcome, kept.unit, kept.due, kept.standing) == (
        "approved",
        "交通局",
        date(2025, 3, 31),
        "open",
    )
    assert member.delete(f"{AT}/agenda/{one['id']}").status_code == 409
    assert post(member, f"meetings/{meeting.pk}/close")["state"] == "closed"
    for path, body in (("start", {}), ("go", {"number": 1}), ("close", {}), ("order", {"items": []})):
        assert post(member, f"meetings/{meeting.pk}/{path}", body, 409)["code"] == "closed"


def test_only_one_meeting_runs(member: Client, meeting: Meeting) -> None:
    other = Meeting.objects.create(key="m2", title="另一場", held_on=date(2025, 2, 1), state="running")
    post(member, "agenda", {"meeting": meeting.pk, "title": "提案"}, 201)
    assert other.title in post(member, f"meetings/{meeting.pk}/start", status=409)["detail"]


def test_taking_an_item_off_closes_the_gap(member: Client, meeting: Meeting) -> None:
    ids = [post(member, "agenda", {"meeting": meeting.pk, "title": f"案{n}"}, 201)["id"] for n in range(3)]
    assert member.delete(f"{AT}/agenda/{ids[1]}").status_code == 204
    assert list(AgendaItem.objects.filter(meeting=meeting).values_list("pk", "number")) == [
        (ids[0], 1),
        (ids[2], 2),
    ]


def test_without_a_planned_meeting_one_is_told_what_to_do(member: Client, meeting: Meeting) -> None:
    meeting.state = "closed"
    meeting.save()
    assert "新增會議" in post(member, "agenda", {"title": "x"}, 409)["detail"]


def test_an_open_decision_is_late_the_day_after_it_was_due(member: Client, meeting: Meeting) -> None:
    item = AgendaItem.objects.create(key="i1", meeting=meeting, number=1, title="案")
    today = timezone.localdate()
    due = {"a": today - timedelta(days=1), "b": today, "c": None}
    for key, day in due.items():
        Decision.objects.create(key=key, item=item, outcome="approved", due=day)
    assert late() == 1
    assert {d["standing"] for d in member.get(f"{AT}/decisions").json()} == {"late", "open"}
    assert Decision.objects.get(key="a").standing == "late"
    Decision.objects.filter(key="a").update(due=today)
    assert late() == 1
    assert Decision.objects.get(key="a").standing == "open"


def test_a_visit_keeps_its_checklist_and_refuses_strange_points(member: Client) -> None:
    place = junction("tj3", "戊路／己路")
    said = {
        "held_on": "2025-01-10",
        "who": "交通局、工務局",
        "checks": {"sight": {"state": "bad", "remark": "行道樹"}},
    }
    post(member, f"junctions/{place.pk}/visits", said)
    (kept,) = member.get(f"{AT}/junctions/{place.pk}/visits").json()
    assert kept["checks"] == {"sight": {"state": "bad", "remark": "行道樹"}}
    wrong = said | {"checks": {"karma": {"state": "bad"}}}
    assert post(member, f"junctions/{place.pk}/visits", wrong, 422)["code"] == "checks"
