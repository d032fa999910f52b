"""Hears from the database what changed, and tells whoever wants to know: the cache, and open maps.

While the line is down nobody may trust a cache: `on_up(False)` says so before anything else happens.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    table: str
    cells: tuple[tuple[int, int], ...]

    @property
    def everywhere(self) -> bool:
        return (-1, -1) in self.cells


class Listener:
    """One connection that listens, for as long as the worker lives; reconnects with growing patience."""

    def __init__(self, dsn: str, on_change: Callable[[Change], None], on_up: Callable[[bool], None]) -> None:
        self.dsn = dsn
        self.on_change = on_change
        self.on_up = on_up
        self.up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        patience = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as connection:
                    await connection.execute("LISTEN antu_touch")
                    patience = 0.2
                    self.up.set()
                    self.on_up(True)
                    async for note in connection.notifies():
                        said = json.loads(note.payload)
                        self.on_change(Change(said["table"], tuple((x, y) for x, y in said["cells"])))
            except psycopg.Error as problem:
                log.warning("lost the line to the database: %s", type(problem).__name__)
            finally:
                self.up.clear()
                self.on_up(False)
            await asyncio.sleep(patience)
            patience = min(patience * 2, 10)
