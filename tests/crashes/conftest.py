"""A crash with two parties in a transaction of its own, and people who may draw, review or neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from layers.crashes.models import Crash, Party


@pytest.fixture
def crash(db: None) -> Crash:
    made = Crash.objects.create(
        key="scene-test", case_no="113-A2-0417", severity=2, occurred_at=timezone.now(), origin="test",
        geom=Point(120.4473, 23.4795, srid=4326), address="東光路與力行路口", speed_limit=50,
    )  # fmt: skip
    Party.objects.create(crash=made, number=1, vehicle="B03")
    Party.objects.create(crash=made, number=2, vehicle="C03")
    Party.objects.create(crash=made, number=3, vehicle="H02")
    return made


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    def make(role: str, name: str = "") -> Client:
        user = User.objects.create_user(name or f"a-{role}", first_name="王小明")
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        client = Client()
        client.force_login(user)
        return client

    return make


class Pad:
    """An editor of one device: sends edits as a tablet does."""

    def __init__(self, client: Client, crash: Crash, device: str = "pad-1") -> None:
        self.client, self.crash, self.device = client, crash, device
        self.at = f"/api/crashes/{crash.pk}/scene"
        self.version = self.count = 0

    def op(self, **said: Any) -> dict[str, Any]:
        self.count += 1
        return {"id": f"{self.device}-{self.count:05d}", "client": self.device, "base": self.version, **said}

    def send(self, *ops: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(
            f"{self.at}/operations", {"since": self.version, "operations": list(ops)}, "application/json"
        )
        assert answer.status_code == 200, answer.content.decode()
        said: dict[str, Any] = answer.json()
        self.version = said["version"]
        return said

    def add(self, *bodies: dict[str, Any], where: str = "elements") -> dict[str, Any]:
        return self.send(*(self.op(op="add", where=where, body=body) for body in bodies))

    def set(self, target: str, where: str = "elements", **fields: Any) -> dict[str, Any]:
        return self.send(self.op(op="set", where=where, target=target, fields=fields))

    def step(self, action: str, **said: Any) -> Any:
        digest = self.client.get(self.at).json()["digest"]
        return self.client.post(f"{self.at}/{action}", {"digest": digest, **said}, "application/json")


CAR = {"id": "v1", "type": "vehicle", "kind": "car", "party": "A", "pose": {"x": 1, "y": 2, "heading": 215}}
MOTORCYCLE = {
    "id": "v2", "type": "vehicle", "kind": "motorcycle", "party": "B", "posture": "left",
    "pose": {"x": -4, "y": -3, "heading": 300},
}  # fmt: skip
REST = (
    {"id": "t1", "type": "travel", "party": "A", "source": "statement", "approach": [[10, 12], [0, 4]]},
    {"id": "t2", "type": "travel", "party": "B", "source": "video", "approach": [[18, -6], [3, -3]]},
    {"id": "i1", "type": "impact", "at": [-1, -1], "parties": ["A", "B"]},
    {"id": "m1", "type": "mark", "kind": "skid", "party": "A", "path": [[6, 8], [1, 2]]},
    {"id": "RP1", "type": "fixed", "kind": "pole", "at": [-9, 9], "label": "電桿 A123"},
)


@pytest.fixture
def officer(crash: Crash, sign_in: Callable[..., Client]) -> Pad:
    pad = Pad(sign_in("investigator"), crash)
    assert pad.client.post(pad.at, {}, "application/json").status_code == 200
    return pad


@pytest.fixture
def finished(officer: Pad) -> Pad:
    officer.add(CAR, MOTORCYCLE, *REST)
    officer.set("scene", summary="A 車與 B 車碰撞。", street={"state": "unchanged"})
    answer = officer.client.put(
        f"{officer.at}/plates", {"plates": {"A": "abc-1234", "B": "XYZ-567"}}, "application/json"
    )
    assert answer.status_code == 200, answer.content.decode()
    return officer
