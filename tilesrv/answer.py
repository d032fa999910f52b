"""HTTP answers, made by hand because a tile server does nothing else: bytes, sentences, not modified."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from tilesrv import encoding

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
JSON = "application/json; charset=utf-8"


class Problem(Exception):
    """A request that cannot be answered: status and a sentence for whoever asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def base_url(scope: Scope) -> str:
    """Where we are for whoever asks. A host that is not ours is not repeated: its links would be kept for others."""
    host = headers(scope).get(b"host", b"").decode("latin-1")
    domain, _ = split_domain_port(host)
    if settings.SECURE or not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return str(settings.BASE_URL)
    return f"{scope.get('scheme', 'http')}://{host}"


def query(scope: Scope, known: set[str]) -> dict[str, str]:
    """The parameters by name. An unknown one is refused: a misspelt filter must not mean «everything»."""
    if len(scope["query_string"]) > 8192:
        raise Problem(414, "The query is longer than 8 kB; save long filters as a view.")
    found = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if strange := sorted(set(found) - known):
        raise Problem(
            400, f"There is no parameter “{strange[0][:40]}” here; known are {', '.join(sorted(known))}."
        )
    return found


async def send(
    send_: Send,
    status: int,
    body: bytes = b"",
    content_type: str | None = None,
    extra: Mapping[str, str] | None = None,
    head: bool = False,
) -> None:
    lines = [(b"content-length", str(len(body)).encode())] if status != 304 else []
    if content_type:
        lines.append((b"content-type", content_type.encode()))
    lines.append((b"x-content-type-options", b"nosniff"))
    lines += [(k.encode(), v.encode()) for k, v in (extra or {}).items()]
    await send_({"type": "http.response.start", "status": status, "headers": lines})
    await send_({"type": "http.response.body", "body": b"" if head else body})


async def send_json(send_: Send, status: int, value: Any, extra: Mapping[str, str] | None = None) -> None:
    await send(send_, status, json.dumps(value, ensure_ascii=False).encode(), JSON, extra)


async def send_problem(send_: Send, problem: Problem) -> None:
    said = {"code": problem.status, "detail": problem.sentence}
    await send_json(send_, problem.status, said, {"cache-control": "no-store"})


def packed(raw: bytes) -> bytes | None:
    """The gzipped bytes, or None where packing would not pay."""
    return encoding.pack(raw, "gzip") if len(raw) > encoding.LEAST else None


def accepts_gzip(found: Mapping[bytes, bytes]) -> bool:
    return encoding.best(found.get(b"accept-encoding", b""), ("gzip", "identity")) == "gzip"


def unchanged(found: Mapping[bytes, bytes], tag: str) -> bool:
    """The client has this already: one of its tags is ours, whatever coding it came in."""
    asked = found.get(b"if-none-match", b"").decode("latin-1")
    return any(part.strip().removeprefix("W/") == tag.removeprefix("W/") for part in asked.split(","))
