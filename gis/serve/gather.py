"""Positions of phones on duty, thousands of them every ten seconds: those that arrive together are written together.

What is not an officer's well-formed list of positions goes to Django as it came, and so does all of a write that failed:
there each is answered for itself. The rules of who and what are those of `/api/patrol/positions`; this is only quicker.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from ninja.utils import check_csrf
from pydantic import ValidationError

from gis.accounts.identity import credential
from layers.access import Clearance, Viewer
from layers.patrol.api.cars import Reports
from layers.patrol.api.who import OFFICERS
from layers.patrol.positions import Reported, take_all
from layers.patrol.signing import officer_of
from tilesrv import answer

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Part = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/api/patrol/positions"
LARGEST = 256_000  # bytes; a phone that was away for hours may go the long way
PAUSE = 0.05  # seconds in which others may join
MOST = 400
log = logging.getLogger("antu.patrol.positions")


def is_for(scope: Scope) -> bool:
    return (scope["path"], scope["method"]) == (PATH, "POST")


class Gather:
    def __init__(self) -> None:
        self._waiting: list[tuple[str, list[Reported], asyncio.Future[dict[str, Any] | None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="positions")

    async def __call__(self, scope: Scope, receive: Receive, send: Send, django: Part) -> None:
        read: list[dict[str, Any]] = []
        size = 0
        while not read or (read[-1].get("more_body") and size <= LARGEST):
            read.append(await receive())
            size += len(read[-1].get("body", b""))
        whole = read[-1]["type"] == "http.request" and not read[-1].get("more_body") and size <= LARGEST
        reports = self._reports(scope, b"".join(m.get("body", b"") for m in read)) if whole else None
        done = await self._taken(officer_of(scope["viewer"]), reports) if reports else None
        if done is None:
            return await django(scope, _again(read, receive), send)
        await answer.send_json(send, 200, done)

    @staticmethod
    def _reports(scope: Scope, body: bytes) -> list[Reported] | None:
        """The positions, where an officer may send them; else None, and Django says why."""
        viewer: Viewer = scope["viewer"]
        if viewer.clearance < Clearance.POLICE or not viewer.roles & OFFICERS:
            return None
        shown = credential(dict(scope["headers"]))
        own = shown is not None and shown[0] == "token"
        if not own and check_csrf(ASGIRequest(scope, BytesIO(body))) is not None:
            return None
        try:
            return Reports.model_validate_json(body).positions
        except ValidationError:
            return None

    async def _taken(self, officer: str, reports: list[Reported]) -> dict[str, Any] | None:
        found: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((officer, reports, found))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        return await found

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(PAUSE)
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            work = loop.run_in_executor(self._hand, _take, [(who, reports) for who, reports, _ in batch])
            await asyncio.wait([work])
            answers: list[dict[str, Any] | None]
            if wrong := work.exception():
                log.error("%s lists of positions go one by one: %s", len(batch), wrong)
                answers = [None] * len(batch)
            else:
                answers = [*work.result()]
            for (_, _, found), said in zip(batch, answers, strict=True):
                if not found.done():  # whoever hung up
                    found.set_result(said)

    async def start(self) -> None:
        """As the other parts have it; nothing is to be made ready."""

    async def stop(self) -> None:
        """What was read is written before the end."""
        if self._task is not None:
            await asyncio.wait([self._task])
        self._hand.shutdown(wait=False)


def _take(sent: list[tuple[str, list[Reported]]]) -> list[dict[str, Any]]:
    close_old_connections()
    return take_all(sent)


def _again(read: list[dict[str, Any]], receive: Receive) -> Receive:
    """The request once more from its beginning."""
    rest = iter(read)

    async def told() -> dict[str, Any]:
        for message in rest:
            return message
        return await receive()

    return told
