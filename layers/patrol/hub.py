"""What happens in patrol, told to open pages as it happens: one listening line for each worker, however many pages.

A page that is slow loses the oldest messages, never the line; it is told to read anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg

from layers.patrol.signing import CHANNEL
from layers.registry.store import dsn

KEPT = 200
BEAT = 15.0


class Hub:
    def __init__(self) -> None:
        self._open: dict[asyncio.Queue[dict[str, Any]], str | None] = {}
        self._task: asyncio.Task[None] | None = None

    async def events(self, officer: str | None = None) -> AsyncIterator[str]:
        """Server-sent events: what happened, and a comment now and then so that nobody in between hangs up.

        With an officer, only what is addressed to that one; without, only what is addressed to nobody.
        """
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(KEPT)
        self._open[queue] = officer
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        try:
            yield "retry: 3000\nevent: open\ndata: {}\n\n"
            while True:
                try:
                    said = await asyncio.wait_for(queue.get(), BEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                yield f"event: {said['kind']}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
        finally:
            self._open.pop(queue, None)
            if not self._open and self._task is not None:
                self._task.cancel()
                self._task = None

    def tell(self, said: dict[str, Any]) -> None:
        to = said.get("to")
        for queue, officer in self._open.items():
            if to is None and (officer is None or said["kind"] == "missed"):
                _put(queue, said)
            elif to is not None and officer in to:
                _put(
                    queue, {"kind": said["kind"], "id": to[officer]}
                )  # who else it is for is nobody's business

    async def _listen(self) -> None:
        while self._open:
            with contextlib.suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    self.tell(
                        {"kind": "missed"}
                    )  # of what happened before the line was there, nothing is known
                    async for note in line.notifies():
                        self.tell(json.loads(note.payload))
            await asyncio.sleep(1)  # the database is away; pages keep their line


def _put(queue: asyncio.Queue[dict[str, Any]], said: dict[str, Any]) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait({"kind": "missed"})
    queue.put_nowait(said)


hub = Hub()
