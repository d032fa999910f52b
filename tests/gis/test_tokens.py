"""Tokens: made once, hashed, bounded by their owner, ended at once in every worker."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from gis.accounts.identity import BadCredential, Identity
from gis.accounts.models import Token
from layers.access import ANONYMOUS, Clearance
from layers.registry.store import dsn
from tests.asgi import running
from tests.gis.people import person, signed_in


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def basic(secret: str, name: str = "anybody") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def scope(headers: dict[str, str]) -> dict[str, Any]:
    return {"headers": [(k.encode(), v.encode()) for k, v in headers.items()]}


def me(headers: dict[str, str]) -> Any:
    return Client().get("/api/me", headers=headers)


@pytest.mark.django_db
class TestAToken:
    def test_is_shown_once_and_kept_as_a_hash(self) -> None:
        client = signed_in(person("officer"))
        page = client.post("/accounts/tokens/", {"name": "QGIS", "clearance": "1", "days": "90"})
        token, secret = Token.objects.get(), page.context["secret"]
        assert secret in page.content.decode()
        assert secret not in client.get("/accounts/").content.decode()
        assert secret not in str(Token.objects.values().get())
        assert me(bearer(secret)).json()["clearance"] == "council"
        assert token.hint == secret[:10]

    def test_works_as_the_password_of_any_user_name(self) -> None:
        _, secret = Token.make(person("officer"), "gdal")
        assert me(basic(secret)).json()["clearance"] == "police"

    def test_cannot_be_asked_for_above_its_owners_clearance(self) -> None:
        user = person("council")
        page = signed_in(user).post("/accounts/tokens/", {"name": "x", "clearance": "3", "days": "90"})
        assert page.status_code == 400 and not Token.objects.exists()
        _, secret = Token.make(user, "made by hand", Clearance.RESTRICTED)
        assert me(bearer(secret)).json()["clearance"] == "council"

    @pytest.mark.parametrize("secret", ["antu_nothing", "", "not-even-that", "antu_" + "x" * 5000])
    def test_that_is_wrong_is_refused_with_a_sentence(self, secret: str) -> None:
        answer = me(bearer(secret))
        assert answer.status_code == 401
        assert answer.json() == {
            "detail": "The token is unknown, has run out, or was revoked.",
            "code": "bad-token",
        }

    def test_ends_with_its_day_its_revocation_and_its_owner(self) -> None:
        user = person("council")
        token, secret = Token.make(user, "x", days=1)
        assert me(bearer(secret)).status_code == 200
        Token.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        assert me(bearer(secret)).status_code == 401
        _, other = Token.make(user, "y")
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert me(bearer(other)).status_code == 401

    def test_is_revoked_by_its_owner_alone(self) -> None:
        user = person("council")
        token, secret = Token.make(user, "x")
        path = f"/accounts/tokens/{token.pk}/revoke/"
        assert signed_in(person("administrator")).post(path).status_code == 404
        assert me(bearer(secret)).status_code == 200
        assert signed_in(user).post(path).status_code == 302
        assert me(bearer(secret)).status_code == 401

    def test_opens_no_page_and_makes_no_other_token(self) -> None:
        _, secret = Token.make(person("administrator"), "x")
        assert Client().get("/admin/", headers=bearer(secret)).status_code == 302
        asked = {"name": "more", "clearance": "0", "days": "90"}
        assert Client().post("/accounts/tokens/", asked, headers=bearer(secret)).status_code == 302
        assert Token.objects.count() == 1


async def until(identity: Identity, headers: dict[str, str], wanted: Clearance | None) -> float:
    """Seconds until the worker answers so; None is for refused."""
    began = time.monotonic()
    while time.monotonic() - began < 5:
        try:
            found: Clearance | None = (await identity.of(scope(headers))).clearance
        except BadCredential:
            found = None
        if found == wanted:
            break
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def hearing(identity: Identity) -> Identity:
    for _ in range(500):
        if identity.hears:
            break
        await asyncio.sleep(0.01)
    assert identity.hears
    return identity


@pytest.fixture
def carried(committed: None) -> tuple[User, Token, str]:
    user = person("officer")
    return user, *Token.make(user, "x")


def execute(sql: str, *values: Any) -> None:
    """By another way than Django: somebody at the database's own prompt."""
    with psycopg.connect(dsn(), autocommit=True) as line:
        line.execute(sql.encode(), values)


@pytest.mark.anyio
async def test_a_revoked_token_ends_within_a_second_in_another_worker(carried: Any) -> None:
    _, token, secret = carried
    async with running(Identity()) as one, running(Identity()) as other:
        for worker in (one, other):
            await hearing(worker)
            assert (await worker.of(scope(bearer(secret)))).clearance is Clearance.POLICE
        execute("UPDATE accounts_token SET revoked_at = now() WHERE id = %s", token.pk)
        assert max([await until(w, bearer(secret), None) for w in (one, other)]) < 1


@pytest.mark.anyio
async def test_a_role_taken_away_in_sql_ends_within_a_second(carried: Any) -> None:
    user, _, secret = carried
    async with running(Identity()) as worker:
        await hearing(worker)
        assert await until(worker, basic(secret), Clearance.POLICE) < 1
        execute("DELETE FROM auth_user_groups WHERE user_id = %s", user.pk)
        assert await until(worker, basic(secret), Clearance.PUBLIC) < 1


@pytest.mark.anyio
async def test_a_session_ends_within_a_second_of_signing_out(carried: Any) -> None:
    user, _, _ = carried
    browser = await sync_to_async(signed_in)(user)
    cookie = {"cookie": f"sessionid={browser.cookies['sessionid'].value}"}
    async with running(Identity()) as worker:
        await hearing(worker)
        assert await until(worker, cookie, Clearance.POLICE) < 1
        await sync_to_async(browser.post)("/accounts/sign-out/")
        assert await until(worker, cookie, Clearance.PUBLIC) < 1


@pytest.mark.anyio
async def test_what_is_remembered_costs_no_question_and_anonymous_never_does(carried: Any) -> None:
    _, _, secret = carried
    async with running(Identity()) as worker:
        await hearing(worker)
        await worker.of(scope(bearer(secret)))
        asked: list[str] = []

        def count(run: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return run(sql, *rest)

        with connection.execute_wrapper(count):
            assert (await worker.of(scope(bearer(secret)))).clearance is Clearance.POLICE
            assert await worker.of(scope({})) is ANONYMOUS
        assert asked == []


@pytest.mark.anyio
async def test_a_worker_that_hears_nothing_remembers_nothing(carried: Any) -> None:
    _, token, secret = carried
    deaf = Identity()
    assert (await deaf.of(scope(bearer(secret)))).clearance is Clearance.POLICE
    execute("UPDATE accounts_token SET revoked_at = now() WHERE id = %s", token.pk)
    with pytest.raises(BadCredential):
        await deaf.of(scope(bearer(secret)))
