"""Writes entries from Python: what somebody did that is no row of a layer, what was read, what was refused."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection
from psycopg_pool import AsyncConnectionPool

from layers.access import Viewer
from layers.registry.layer import Layer
from layers.registry.store import pool

INSERT = (
    "INSERT INTO audit_pending (at, actor, action, subject, object, detail) "
    "VALUES (clock_timestamp(), %s, %s, %s, %s, %s::jsonb)"
)
MOST_KEPT = 10_000
MINUTE = 60.0


def note(actor: str, action: str, subject: str, object: str = "", **detail: Any) -> None:
    """One entry, in the transaction of the moment."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, _entry(actor, action, subject, object, detail))


def note_read(viewer: Viewer, layer: Layer, what: str) -> None:
    """To be called before rows of a layer are read; writes an entry if the layer's reads are audited."""
    if layer.audited:
        note(viewer.actor, "read", layer.id, what)


def _entry(actor: str, action: str, subject: str, object: str, detail: dict[str, Any]) -> tuple[str, ...]:
    said = json.dumps(detail, ensure_ascii=False, default=str)
    return actor[:200] or "anonymous", action[:20], subject[:80], object[:200], said


class Notes:
    """The same for the parts outside Django. Tiles are noted once a minute for each viewer and layer."""

    def __init__(self) -> None:
        self._pool: AsyncConnectionPool | None = None
        self._seen: dict[tuple[str, ...], float] = {}

    async def start(self) -> None:
        self._pool = pool("audit")
        await self._pool.open()

    async def stop(self) -> None:
        if self._pool:
            await self._pool.close()

    async def read(self, viewer: Viewer, layer: Layer, what: str) -> None:
        """The hook `on_read`: the entry is there before the rows are read, or the read fails."""
        if what.startswith("tile "):
            return await self._once_a_minute(viewer.actor, "read", layer.id, what)
        await self._write(viewer.actor, "read", layer.id, what)

    async def refused(self, viewer: Viewer, method: str, path: str) -> None:
        """Somebody whom we know tried what they may not. (Anonymous tries would only fill the log.)"""
        if viewer.known:
            await self._once_a_minute(viewer.actor, "refused", method, path)

    async def _once_a_minute(self, actor: str, action: str, subject: str, object: str) -> None:
        key = (actor, action, subject, "" if action == "read" else object)
        now = time.monotonic()
        if self._seen.get(key, now - MINUTE) > now - MINUTE:
            return
        await self._write(actor, action, subject, object)
        if len(self._seen) >= MOST_KEPT:
            self._seen.clear()
        self._seen[key] = now

    async def _write(self, actor: str, action: str, subject: str, object: str) -> None:
        assert self._pool is not None, "start() has not been awaited"
        async with self._pool.connection() as line:
            await line.execute(INSERT, _entry(actor, action, subject, object, {}))
