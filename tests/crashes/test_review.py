"""Review: handed in when complete, returned with a reason, approved by somebody else, and then never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from layers.crashes.scenes.models import Scene, SceneEdit, SceneOutline, SceneStep
from tests.crashes.conftest import CAR, Pad

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(finished: Pad, sign_in: Callable[..., Client]) -> Pad:
    return Pad(sign_in("reviewer"), finished.crash, "desk")


@pytest.fixture
def approved(finished: Pad, reviewer: Pad) -> Pad:
    assert finished.step("submit").status_code == 200
    answer = reviewer.step("approve")
    assert answer.status_code == 200, answer.content.decode()
    return finished


def test_what_is_missing_is_named(officer: Pad) -> None:
    officer.add(CAR)
    answer = officer.step("submit")
    assert answer.status_code == 422 and answer.json()["code"] == "incomplete"
    for word in ("A 的行向", "B 的終止位置", "碰撞點", "A 車號牌", "圖資是否相符"):
        assert word in answer.json()["detail"]
    assert Scene.objects.get().state == "draft"


def test_a_short_form_asks_for_less(officer: Pad) -> None:
    officer.set("scene", short=True)
    answer = officer.step("submit")
    assert "摘要" not in answer.json()["detail"] and "基準點" not in answer.json()["detail"]


def test_what_was_handed_in_is_not_edited(finished: Pad) -> None:
    assert finished.step("submit").status_code == 200
    op = finished.op(op="set", target="v1", fields={"label": "x"})
    answer = finished.client.post(f"{finished.at}/operations", {"operations": [op]}, "application/json")
    assert answer.status_code == 409 and "送審" in answer.json()["detail"]
    assert finished.step("withdraw").json()["state"] == "draft"


def test_returned_with_a_reason_on_an_element(finished: Pad, reviewer: Pad) -> None:
    finished.step("submit")
    assert reviewer.step("return").status_code == 422
    assert reviewer.step("return", remarks=[{"text": "?", "element": "v99"}]).status_code == 422
    said = reviewer.step("return", remarks=[{"text": "煞車痕長度請再確認", "element": "m1"}])
    assert said.status_code == 200 and said.json()["state"] == "returned"
    assert said.json()["steps"][-1]["remarks"] == [{"text": "煞車痕長度請再確認", "element": "m1"}]
    finished.set("m1", path=[[6, 8.2], [1, 2]])
    assert finished.step("submit").json()["state"] == "submitted"


def test_nobody_approves_what_they_drew(finished: Pad, sign_in: Callable[..., Client]) -> None:
    both = Pad(sign_in("reviewer", "b"), finished.crash, "both")
    both.version = finished.version
    both.set("v1", label="a")
    finished.version = both.version
    finished.step("submit")
    assert both.step("approve").status_code == 403
    assert finished.step("approve").status_code == 403


def test_what_changed_meanwhile_is_not_approved(finished: Pad, reviewer: Pad) -> None:
    before = reviewer.client.get(reviewer.at).json()["digest"]
    finished.set("v1", label="a")
    finished.step("submit")
    answer = reviewer.client.post(f"{reviewer.at}/approve", {"digest": before}, "application/json")
    assert answer.status_code == 409 and answer.json()["code"] == "changed"


def test_the_sheet_that_was_approved_is_the_one_that_is_served(approved: Pad) -> None:
    step = SceneStep.objects.get(after="approved")
    served = approved.client.get(f"/api/crashes/{approved.crash.pk}/scene.svg").content
    assert hashlib.sha256(served).hexdigest() == step.sheet_digest
    approved.crash.address = "改了地址"
    approved.crash.save()
    assert approved.client.get(f"/api/crashes/{approved.crash.pk}/scene.svg").content == served
    assert step.digest in served.decode() and SceneOutline.objects.get().state == "approved"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE crashes_scene SET document = '{}'",
        "UPDATE crashes_scene SET state = 'draft'",
        "UPDATE crashes_scene SET plates = '{}', state = 'locked'",
        "DELETE FROM crashes_scene",
        "UPDATE crashes_scenestep SET actor = 'x'",
        "DELETE FROM crashes_scenestep",
        "UPDATE crashes_sceneedit SET op = '{}'",
        "DELETE FROM crashes_sceneedit",
        "TRUNCATE crashes_sceneedit",
        "TRUNCATE crashes_scene CASCADE",
        "INSERT INTO crashes_sceneedit (scene_id, number, op_id, client, actor, at, op, outcome, sentences) "
        "SELECT id, 999, 'late-edit', 'x', 'x', now(), '{}', 'applied', '[]' FROM crashes_scene",
        "DELETE FROM crashes_crash WHERE key = 'scene-test'",
    ],
)
def test_the_database_refuses_to_change_what_is_approved(approved: Pad, sql: str) -> None:
    before = SceneEdit.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert SceneEdit.objects.count() == before and Scene.objects.get().state == "approved"


def test_an_approved_scene_can_be_locked_and_nothing_else(approved: Pad, reviewer: Pad) -> None:
    assert reviewer.step("return", remarks=[{"text": "x"}]).status_code == 409
    assert reviewer.step("lock").json()["state"] == "locked"
    assert [s["after"] for s in reviewer.client.get(reviewer.at).json()["steps"]] == [
        "submitted",
        "approved",
        "locked",
    ]


def test_the_log_tells_who_did_what(approved: Pad) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT action, subject FROM audit_pending UNION SELECT DISTINCT action, subject FROM audit_entry"
        )
        seen = set(cursor.fetchall())
    assert ("action", "POST") in seen and any(subject == "crashes_scene" for _, subject in seen)
