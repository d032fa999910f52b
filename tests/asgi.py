"""Talks to one part of the server as a given viewer, without a network in between; and places as tiles."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from layers.access import ANONYMOUS, Clearance, Viewer

HOST = "http://antu.test"
VIEWERS = {c: Viewer(actor=c.slug, clearance=c) for c in Clearance} | {Clearance.PUBLIC: ANONYMOUS}
INVESTIGATOR = Viewer.of("inv", "Investigator", ["investigator"])
ANALYST = Viewer.of("ana", "Analyst", ["analyst"])


class As:
    """An ASGI application that sees every request as made by one viewer."""

    def __init__(self, app: Any, viewer: Viewer) -> None:
        self.app, self.viewer = app, viewer

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        scope["viewer"] = self.viewer
        await self.app(scope, receive, send)


def client(app: Any, viewer: Viewer = ANONYMOUS) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=As(app, viewer)), base_url=HOST)


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[Any]:
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


def tile_of(lon: float, lat: float, z: int) -> str:
    """z/x/y of the tile around a place, by the textbook formula."""
    y = math.asinh(math.tan(math.radians(lat)))
    return f"{z}/{math.floor((lon + 180) / 360 * 2**z)}/{math.floor((1 - y / math.pi) / 2 * 2**z)}"
