"""The one ASGI process: who is looking is decided once, refusals are on record, a dead database is a sentence."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import psycopg
import pytest
from django.contrib.auth.models import User

from gis.accounts.models import Token
from gis.asgi import Antu
from gis.serve.hands import HANDS, Hands
from layers.registry.store import dsn
from tests.factories import hideout
from tests.gis.people import person


@asynccontextmanager
async def served() -> AsyncIterator[httpx.AsyncClient]:
    app: Any = Antu()
    for part in app.parts:
        await part.start()
    try:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield client
    finally:
        for part in reversed(app.parts):
            await part.stop()


@pytest.fixture
def officer(committed: None) -> tuple[User, str]:
    hideout(name="cellar")
    user = person("officer")
    return user, Token.make(user, "QGIS")[1]


def noted(actor: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(dsn()) as line:
        return line.execute(
            "SELECT action, subject, object FROM audit_entry WHERE actor = %s ORDER BY seq", (actor,)
        ).fetchall()


@pytest.mark.anyio
async def test_every_part_knows_the_same_viewer(officer: Any) -> None:
    _, secret = officer
    paths = ("/ogc/collections/hideouts", "/tiles/hideouts.json", "/api/layers/hideouts/bounds")
    async with served() as http:
        for path in paths:
            assert (await http.get(path)).status_code == 404, path
            assert (await http.get(path, auth=("anybody", secret))).status_code == 200, path
            refused = await http.get(path, headers={"authorization": "Bearer antu_wrong"})
            assert (refused.status_code, refused.json()["code"]) == (401, "bad-token"), path


@pytest.mark.anyio
async def test_reads_and_refusals_are_on_record_with_who_and_by_which_token(officer: Any) -> None:
    user, secret = officer
    items = "/ogc/collections/hideouts/items"
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [120, 23]}, "properties": {}}
    async with served() as http:
        http.headers["authorization"] = f"Bearer {secret}"
        assert (await http.get(items)).status_code == 200
        assert (await http.post(items, json=feature)).status_code == 403
    assert noted(f"{user.username} (QGIS)") == [
        ("read", "hideouts", "items "),
        ("refused", "POST", items),
    ]


@pytest.mark.anyio
async def test_scripts_of_other_sites_read_as_anybody_or_with_a_token(officer: Any) -> None:
    asked = {"origin": "https://elsewhere.test", "access-control-request-method": "GET"}
    async with served() as http:
        for path in ("/ogc/collections", "/tiles/hideouts.json", "/styles/antu.json"):
            first = await http.options(
                path, headers=asked | {"access-control-request-headers": "authorization"}
            )
            assert (
                first.status_code == 204 and "Authorization" in first.headers["access-control-allow-headers"]
            )
            answer = await http.get(path, headers={"origin": "https://elsewhere.test"})
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "access-control-allow-credentials" not in answer.headers, "nobody is lent a cookie"
        own = await http.get("/api/me", headers={"origin": "https://elsewhere.test"})
        assert "access-control-allow-origin" not in own.headers


def lines_open() -> int:
    with psycopg.connect(dsn()) as line:
        found = line.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ''"
        ).fetchone()
    return int(found[0]) if found else 0


@pytest.mark.anyio
async def test_a_burst_of_visitors_opens_few_connections(officer: Any) -> None:
    headers = {"authorization": f"Bearer {officer[1]}"}
    async with served() as http:
        assert (await http.get("/api/layers/hideouts/bounds", headers=headers)).status_code == 200
        before = lines_open()
        asked = [http.get("/api/layers/hideouts/bounds", headers=headers) for _ in range(12 * HANDS)]
        assert {got.status_code for got in await asyncio.gather(*asked)} == {200}
        assert lines_open() - before <= HANDS


def test_a_request_stays_with_the_hand_that_had_the_least_to_do() -> None:
    hands, go = Hands(2), threading.Event()
    slow, quick, third = hands.turn(), hands.turn(), hands.turn()
    held = slow.submit(go.wait)
    mine = quick.submit(threading.get_ident).result(5)
    assert quick.submit(threading.get_ident).result(5) == mine
    quick.end()
    assert third.submit(threading.get_ident).result(5) == mine, "the other one is at work"
    go.set()
    assert held.result(5)
    assert slow.submit(threading.get_ident).result(5) != mine
