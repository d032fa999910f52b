"""Positions that arrive together are written together; whatever is odd about a request goes to Django as it came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gis.serve import gather
from layers.access import Viewer
from layers.areas.models import Station
from layers.patrol import positions
from layers.patrol.models import PatrolCar, PlanUnit, Position, ShiftPlan
from layers.patrol.positions import Reported
from tests.gis.people import person
from tests.patrol.conftest import PLACE

Sent = list[tuple[str, list[Reported]]]
MARK = "c" * 32


class Django:
    """What the long way is given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


def report(lon: float = 120.4, **said: Any) -> dict[str, Any]:
    return {"at": timezone.now().isoformat(), "lon": lon, "lat": 23.4} | said


def request(
    who: str, body: bytes, roles: tuple[str, ...] = ("officer",), mark: str = MARK, pieces: int = 1
) -> tuple[dict[str, Any], Any]:
    heads = [(b"cookie", f"sessionid=x; csrftoken={MARK}".encode()), (b"x-csrftoken", mark.encode())]
    scope = {
        "type": "http", "method": "POST", "path": gather.PATH, "headers": heads, "query_string": b"",
        "viewer": Viewer.of(who, who, list(roles)), "server": ("antu.test", 80), "scheme": "http",
    }  # fmt: skip
    size = -(-len(body) // pieces)
    parts = iter([body[i : i + size] for i in range(0, len(body), size)])
    left = pieces

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": next(parts), "more_body": left > 0}

    return scope, receive


def answers(asked: list[tuple[dict[str, Any], Any]], django: Django) -> list[tuple[int, Any]]:
    """All at once, through one gatherer."""

    async def one(part: gather.Gather, scope: dict[str, Any], receive: Any) -> tuple[int, Any]:
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await part(scope, receive, send, django)
        return said[0]["status"], json.loads(b"".join(m.get("body", b"") for m in said[1:]))

    async def run() -> list[tuple[int, Any]]:
        part = gather.Gather()
        await part.start()
        found = await asyncio.gather(*(one(part, *a) for a in asked))
        await part.stop()
        return list(found)

    return asyncio.run(run())


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    found: list[Sent] = []

    def take(sent: Sent) -> list[dict[str, Any]]:
        found.append(sent)
        return [{"accepted": len(r), "repeated": 0, "refused": [{"who": w}]} for w, r in sent]

    monkeypatch.setattr(gather, "_take", take)
    return found


def test_what_arrives_together_is_one_write_and_each_has_its_own_answer(writes: list[Sent]) -> None:
    django = Django()
    bodies = [json.dumps({"positions": [report()] * (1 + i % 3)}).encode() for i in range(60)]
    asked = [request(f"o{i}", b, pieces=1 + i % 2) for i, b in enumerate(bodies)]
    found = answers(asked, django)
    assert len(writes) <= 2 and sum(len(w) for w in writes) == 60 and not django.bodies
    assert [(s, a["accepted"], a["refused"][0]["who"]) for s, a in found] == [
        (200, 1 + i % 3, f"o{i}") for i in range(60)
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", {}),
        (json.dumps({"positions": []}).encode(), {}),
        (json.dumps({"positions": [report(lon=500)]}).encode(), {}),
        (json.dumps({"positions": [report()]}).encode(), {"mark": "d" * 32}),
        (json.dumps({"positions": [report()]}).encode(), {"roles": ("analyst",)}),
        (json.dumps({"positions": [report()]}).encode(), {"roles": ()}),
        (json.dumps({"positions": [report(car="x" * 60)] * 2000}).encode(), {"pieces": 5}),
    ],
    ids=["cut", "empty", "nowhere", "forged", "analyst", "nobody", "large"],
)
def test_anything_odd_goes_the_long_way_as_it_came(
    writes: list[Sent], body: bytes, said: dict[str, Any]
) -> None:
    django = Django()
    [(status, _)] = answers([request("o", body, **said)], django)
    assert status == 299 and django.bodies == [body] and not writes


def test_a_write_that_fails_is_done_one_by_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Sent) -> list[dict[str, Any]]:
        raise ValueError("spoilt")

    monkeypatch.setattr(gather, "_take", broken)
    django = Django()
    body = json.dumps({"positions": [report()]}).encode()
    assert [s for s, _ in answers([request(f"o{i}", body) for i in range(5)], django)] == [299] * 5
    assert django.bodies == [body] * 5 and "spoilt" in caplog.text


def test_many_are_taken_at_once_as_each_alone(
    station: Station, monkeypatch: pytest.MonkeyPatch, make_box: Callable[..., Any]
) -> None:
    """Officers on duty and not, a car told of by two, something sent before and something impossible."""
    now = timezone.now()
    begin, finish = now - timedelta(hours=1), now + timedelta(hours=1)
    plan = ShiftPlan.objects.create(name="x", station=station, begin=begin, finish=finish, status="published")
    people: list[User] = [person("officer") for _ in range(3)]
    for i, who in enumerate(people[:2]):
        PlanUnit.objects.create(plan=plan, order=i, name=f"線{i}", officers=[who.username], mode="car", begin=begin, finish=finish)  # fmt: skip
    car = PatrolCar.objects.create(key="gt-1", name="車", status="patrolling", at=begin, geom=make_box().geom)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(positions, "announce", lambda kind, **said: told.append({"kind": kind, **said}))

    def at(seconds: float, **said: Any) -> Reported:
        return Reported(
            **report(lon=PLACE[0] + seconds / 1e4, **said) | {"at": now - timedelta(seconds=seconds)}
        )

    one, two, off = (p.username for p in people)
    positions.take([at(30)], one)
    told.clear()
    found = positions.take_all(
        [
            (one, [at(30), at(20), at(10)]),
            (two, [at(15), at(15), at(5, car="gt-1")]),
            (off, [at(1)]),
            (off, [at(2, car="gt-1"), at(9, car="none"), at(-3600, car="gt-1")]),
        ]
    )
    assert [(f["accepted"], f["repeated"], [r["index"] for r in f["refused"]]) for f in found] == [
        (2, 1, []), (2, 1, []), (0, 0, [0]), (1, 0, [1, 2]),
    ]  # fmt: skip
    assert Position.objects.filter(officer=one).count() == 3 and Position.objects.filter(car=car).count() == 2
    car.refresh_from_db()
    assert car.at == now - timedelta(seconds=2)
    moved = {u["id"]: u["t"] for t in told if t["kind"] == "moved" for u in t["units"]}
    assert moved[f"c{car.pk}"] == int((now - timedelta(seconds=2)).timestamp()) and len(moved) == 3
