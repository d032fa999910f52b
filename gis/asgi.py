"""The one ASGI process: decides who is looking, then hands the request to the part that its path names.

`/tiles` and `/styles` go to the tile server, `/ogc` to the OGC APIs, `/uploads` takes files in, everything else
goes to Django (portal, admin, API, health). No part keeps state that another worker would miss.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
django.setup(set_prefix=False)

from django.core.handlers.asgi import ASGIHandler  # noqa: E402
from django.db import OperationalError  # noqa: E402

from gis import cors  # noqa: E402
from gis.accounts.identity import BadCredential, Identity  # noqa: E402
from gis.audit.note import Notes  # noqa: E402
from gis.ogc.app import Ogc  # noqa: E402
from gis.serve import gather  # noqa: E402
from gis.serve.hands import Hands  # noqa: E402
from gis.uploads.own import own  # noqa: E402
from gis.uploads.receive import Receiver  # noqa: E402
from tilesrv import answer  # noqa: E402
from tilesrv.app import TileServer  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Antu:
    """Dispatch by the first part of the path. `scope["viewer"]` is set before any part sees the request."""

    def __init__(self) -> None:
        self.django = ASGIHandler()
        self.hands = Hands()
        self.gather = gather.Gather()
        self.notes = Notes()
        self.tiles = TileServer(on_read=self.notes.read)
        self.ogc = Ogc(on_read=self.notes.read, tiles=self.tiles)
        self.identity = Identity()
        self.uploads = Receiver()
        self.parts = (self.notes, self.identity, own, self.uploads, self.tiles, self.ogc, self.gather)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.lifespan(receive, send)
        if scope["type"] != "http":
            return None
        if scope["path"].split("/", 2)[1] in cors.OPEN:
            if cors.asks_first(scope):
                return await cors.allow(send)
            send = cors.opened(send)
        try:
            scope["viewer"] = await self.identity.of(scope)
            await own.before(scope)
        except BadCredential as problem:
            return await answer.send_json(
                send, 401, {"detail": str(problem), "code": "bad-token"}, {"www-authenticate": "Bearer"}
            )
        except OperationalError:
            said = "The database does not answer; try again shortly."
            return await answer.send_json(send, 503, {"detail": said, "code": "busy"})
        await self.part(scope, receive, self.watched(scope, send))

    async def part(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].split("/", 2)[1]
        if first in ("tiles", "styles"):
            return await self.tiles(scope, receive, send)
        if first == "ogc":
            return await self.ogc(scope, receive, send)
        if first == "uploads":
            return await self.uploads(scope, receive, send)
        if gather.is_for(scope):
            return await self.gather(scope, receive, send, self.to_django)
        await self.to_django(scope, receive, send)

    async def to_django(self, scope: Scope, receive: Receive, send: Send) -> None:
        turn = self.hands.turn()
        try:
            async with ThreadSensitiveContext(executor=turn):
                return await self.django(scope, receive, send)  # type: ignore[arg-type]
        finally:
            turn.end()

    def watched(self, scope: Scope, send: Send) -> Send:
        """Refusals are on record before they are answered."""

        async def passing(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                await self.notes.refused(scope["viewer"], scope["method"], scope["path"])
            await send(message)

        return passing

    async def lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                for part in self.parts:
                    await part.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                for part in reversed(self.parts):
                    await part.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Antu()
