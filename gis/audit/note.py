"""Writes entries from Python: what somebody did that is no row of a layer, and what somebody read."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection
from psycopg_pool import AsyncConnectionPool

from layers.access import Viewer
from layers.registry.layer import Layer
from layers.registry.store import pool


def note(actor: str, action: str, subject: str, object: str = "", **detail: Any) -> None:
    """One entry in the transaction of the moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_pending (at, actor, action, subject, object, detail) "
            "VALUES (clock_timestamp(), %s, %s, %s, %s, %s::jsonb)",
            [actor[:200] or "anonymous", action, subject, object[:200], json.dumps(detail)],
        )


class Reads:
    """Notes reads of audited layers before they happen; tiles once a minute for each viewer and layer."""

    def __init__(self) -> None:
        self._pool: AsyncConnectionPool | None = None
        self._seen: dict[tuple[str, str], float] = {}

    async def start(self) -> None:
        self._pool = pool("audit")
        await self._pool.open()

    async def stop(self) -> None:
        if self._pool:
            await self._pool.close()

    async def __call__(self, viewer: Viewer, layer: Layer, what: str) -> None:
        if what.startswith("tile "):
            key, now = (viewer.actor, layer.id), time.monotonic()
            if self._seen.get(key, -60) > now - 60:
                return
            if len(self._seen) > 10_000:
                self._seen.clear()
            self._seen[key] = now
        assert self._pool is not None
        async with self._pool.connection() as line:
            await line.execute(
                "INSERT INTO audit_pending (at, actor, action, subject, object, detail) "
                "VALUES (clock_timestamp(), %s, 'read', %s, %s, '{}')",
                (viewer.actor[:200], layer.id, what[:200]),
            )
