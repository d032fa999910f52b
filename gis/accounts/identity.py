"""Who is looking: a session cookie or a token → a `Viewer`.

Answers are remembered for some seconds under a hash of the credential; any change of rights, in any worker,
empties the memory of all of them. Without a credential nothing is asked of the database.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import time
from contextlib import suppress
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, NamedTuple

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from gis.accounts.models import PREFIX, Token, digest
from layers.access import ANONYMOUS, ROLES, Clearance, Viewer
from layers.registry.store import dsn

KEEP = timedelta(seconds=30)
MOST_KEPT = 10_000
BEAT = 5.0
CHANNEL = "antu_access"


class BadCredential(Exception):
    """A token was shown that is unknown, run out or revoked."""

    def __init__(self, sentence: str = "The token is unknown, has run out, or was revoked.") -> None:
        super().__init__(sentence)


class Found(NamedTuple):
    """Who it is, and until when that holds at the longest."""

    viewer: Viewer
    until: datetime | None = None


SECOND = "antu.second"
"""Marks a session whose owner has shown a second factor."""


def viewer_of(user: User, second: bool = True) -> Viewer:
    """Where a second factor is demanded, whoever has shown none keeps only the roles that need none."""
    roles = set(user.groups.values_list("name", flat=True))
    if user.is_superuser:
        roles.add("administrator")
    if not second and settings.SECOND_FACTOR:
        demanded = Clearance[settings.SECOND_FACTOR.upper()]
        roles = {r for r in roles if r in ROLES and ROLES[r].clearance < demanded}
    return Viewer.of(user.get_username(), user.get_full_name() or user.get_username(), roles, user.pk)


def of_token(secret: str) -> Found:
    token = None
    if secret.startswith(PREFIX):
        token = Token.objects.select_related("user").filter(hash=digest(secret)).first()
    if token is None or not token.good(timezone.now()):
        raise BadCredential
    if token.used_on != timezone.localdate():
        Token.objects.filter(pk=token.pk).update(used_on=timezone.localdate())
    owner = viewer_of(token.user)
    viewer = Viewer(
        actor=f"{owner.actor} ({token.name})",
        name=owner.name,
        clearance=min(owner.clearance, Clearance(token.clearance)),
        roles=owner.roles,
        user_id=owner.user_id,
    )
    return Found(viewer, token.expires_at)


def of_session(key: str) -> Found:
    """What Django's own middleware would find, password change included, for one session key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user_id, hash_ = store.get(SESSION_KEY), store.get(HASH_SESSION_KEY)
    if not user_id or store.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return Found(ANONYMOUS)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(hash_ or "", user.get_session_auth_hash()):
        return Found(ANONYMOUS)
    return Found(viewer_of(user, bool(store.get(SECOND))), store.get_expiry_date())


def credential(headers: dict[bytes, bytes]) -> tuple[str, str] | None:
    """("token", secret), ("session", key), or None. A token wins over a cookie."""
    kind, _, rest = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() == "bearer":
        return "token", rest.strip()
    if kind.lower() == "basic":  # QGIS and GDAL know no other way: any name, the token as password
        try:
            _, _, secret = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise BadCredential("The Authorization header cannot be read.") from wrong
        return "token", secret
    if cookie := headers.get(b"cookie"):
        with suppress(CookieError):
            jar = SimpleCookie(cookie.decode("latin-1"))
            if settings.SESSION_COOKIE_NAME in jar:
                return "session", jar[settings.SESSION_COOKIE_NAME].value
    return None


def look_up(kind: str, secret: str) -> Found:
    return of_session(secret) if kind == "session" else of_token(secret)


class Identity:
    """The memory of one worker. While it does not hear of changes, it remembers nothing."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, Viewer]] = {}
        self._hears = False
        self._epoch = 0
        self._task: asyncio.Task[None] | None = None

    async def of(self, scope: dict[str, Any]) -> Viewer:
        """Raises BadCredential for a token that does not hold."""
        shown = credential(dict(scope["headers"]))
        if shown is None:
            return ANONYMOUS
        key = hashlib.blake2b("/".join(shown).encode(), digest_size=16).digest()
        kept = self._kept.get(key)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        epoch = self._epoch
        found = await sync_to_async(self._look_up)(*shown)
        if self._hears and epoch == self._epoch:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            rest = min(KEEP, found.until - timezone.now()) if found.until else KEEP
            self._kept[key] = (time.monotonic() + rest.total_seconds(), found.viewer)
        return found.viewer

    @staticmethod
    def _look_up(kind: str, secret: str) -> Found:
        close_old_connections()
        return look_up(kind, secret)

    @property
    def hears(self) -> bool:
        return self._hears

    def forget(self) -> None:
        self._epoch += 1
        self._kept.clear()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    self.forget()  # what was looked up just before may already be wrong
                    self._hears = True
                    while True:
                        async for _ in line.notifies(timeout=BEAT):
                            self.forget()
                        await asyncio.wait_for(line.execute("SELECT 1"), BEAT)  # a dead line says nothing
            except (psycopg.Error, TimeoutError):
                pass  # until it is back, everybody is looked up anew: slower, never wrong
            finally:
                self._hears = False
                self.forget()
            await asyncio.sleep(1)
