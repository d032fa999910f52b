"""Scripts of other sites read tiles, styles and features here: as anybody, or with a token of their own.

Never in the name of who is signed in: without `Access-Control-Allow-Credentials` no browser sends a cookie along.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]
OPEN = {"tiles", "styles", "ogc"}
_ANY = (b"access-control-allow-origin", b"*")
_SEEN = (b"access-control-expose-headers", b"ETag, Link, Location, Content-Crs, Content-Disposition")
_MAY = [
    _ANY,
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
        b"Accept, Authorization, Content-Type, If-Match, If-None-Match, Prefer",
    ),
    (b"access-control-max-age", b"86400"),
]


def asks_first(scope: dict[str, Any]) -> bool:
    """The question with which a browser begins."""
    return scope["method"] == "OPTIONS" and any(
        k == b"access-control-request-method" for k, _ in scope["headers"]
    )


async def allow(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": _MAY})
    await send({"type": "http.response.body", "body": b""})


def opened(send: Send) -> Send:
    async def passing(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message["headers"], _ANY, _SEEN]}
        await send(message)

    return passing
