"""A server of the product and people who bring files; afterwards neither accounts nor files are left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from gis.accounts.models import Token
from gis.uploads.models import File, OwnLayer
from tests.gis.people import person
from tests.server import serving


class Somebody:
    """A person at the server: sends files, asks, changes."""

    def __init__(self, address: str, blocker: DjangoDbBlocker, *roles: str) -> None:
        with blocker.unblock():
            self.user = person(*roles)
            _, secret = Token.make(self.user, "test")
            connection.close()
        self.http = httpx.Client(base_url=address, headers={"authorization": f"Bearer {secret}"}, timeout=60)

    def send(self, name: str, body: bytes) -> httpx.Response:
        kind = {"content-type": "application/octet-stream"}
        return self.http.post("/uploads", params={"name": name}, content=body, headers=kind)

    def bring(self, name: str, body: bytes) -> str:
        answer = self.send(name, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def look(self, id: str, **wish: Any) -> dict[str, Any]:
        answer = self.http.post(f"/api/uploads/{id}/look", json=wish)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def keep(self, file: str, body: bytes, **wish: Any) -> dict[str, Any]:
        answer = self.http.post(f"/api/uploads/{self.bring(file, body)}/keep", json=wish)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["state"] == "done", found
        return found


@pytest.fixture(scope="module")
def address(hamlet: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    users = get_user_model().objects
    with django_db_blocker.unblock():
        before = set(users.values_list("pk", flat=True))
    try:
        with serving() as where:
            yield where
    finally:
        with django_db_blocker.unblock():
            OwnLayer.objects.all().delete()
            File.objects.all().delete()
            users.exclude(pk__in=before).delete()
            connection.close()


@pytest.fixture(scope="module")
def ann(address: str, django_db_blocker: DjangoDbBlocker) -> Somebody:
    return Somebody(address, django_db_blocker, "planner")


@pytest.fixture(scope="module")
def bob(address: str, django_db_blocker: DjangoDbBlocker) -> Somebody:
    return Somebody(address, django_db_blocker, "council")
