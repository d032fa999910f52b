"""Server-sent events for open maps: which layers changed, and where, as far as the viewer may know."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field

from layers.access import Viewer, may
from layers.registry.register import register
from tilesrv.answer import Receive, Send
from tilesrv.listen import Change

HEARTBEAT = 15.0


@dataclass(eq=False, slots=True)
class Ear:
    viewer: Viewer
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(256))


class Events:
    def __init__(self) -> None:
        self._ears: set[Ear] = set()

    def tell(self, change: Change) -> None:
        for layer in register.reading(change.table):
            text = json.dumps({"layer": layer.id, "cells": None if change.everywhere else change.cells})
            message = f"event: changed\ndata: {text}\n\n".encode()
            for ear in self._ears:
                if may(ear.viewer, "see", layer):
                    with suppress(asyncio.QueueFull):  # a reader that far behind reloads when it reconnects
                        ear.queue.put_nowait(message)

    def close(self) -> None:
        for ear in self._ears:
            with suppress(asyncio.QueueFull):
                ear.queue.put_nowait(None)

    async def stream(self, viewer: Viewer, receive: Receive, send: Send) -> int:
        ear = Ear(viewer)
        self._ears.add(ear)
        gone = asyncio.create_task(_disconnected(receive))
        try:
            lines = [
                (b"content-type", b"text/event-stream"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": lines})
            await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
            while not gone.done():
                waiting = asyncio.create_task(ear.queue.get())
                await asyncio.wait({waiting, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
                message: bytes | None = b": still here\n\n"
                if waiting.done():
                    message = waiting.result()
                else:
                    waiting.cancel()
                if message is None:
                    break
                await send({"type": "http.response.body", "body": message, "more_body": True})
        finally:
            self._ears.discard(ear)
            gone.cancel()
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})
        return 200


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
