"""One request to `/ogc` and the ways to answer it: JSON with an ETag, HTML for people, bytes, a refusal.

Whatever part answers, compression, caching headers and «not modified» are the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.template.loader import render_to_string

from gis.ogc.problem import Cut, OgcProblem
from layers.access import Viewer
from tilesrv import answer
from tilesrv.answer import Receive, Scope, Send

Json = dict[str, Any]
GEOJSON = "application/geo+json; charset=utf-8"
SCHEMA = "application/schema+json; charset=utf-8"
HTML = "text/html; charset=utf-8"
MOST_BODY = 2_000_000
MUCH = 500_000
"""Bytes whose packing would keep others waiting."""


@dataclass(slots=True)
class Call:
    """One request, with what every answer needs of it."""

    scope: Scope
    receive: Receive
    send: Send
    viewer: Viewer
    headers: dict[bytes, bytes]
    asked: dict[str, str]
    base: str

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def language(self) -> str:
        wanted = self.asked.get("lang") or self.headers.get(b"accept-language", b"").decode("latin-1")
        return "en-US" if wanted.lower().startswith("en") else "zh-TW"

    @property
    def wants_html(self) -> bool:
        if "f" in self.asked:
            return self.asked["f"] == "html"
        return b"text/html" in self.headers.get(b"accept", b"")

    def form(self, known: Mapping[str, str]) -> str:
        """Which of the formats (name → media type) is wanted: `f` says, or the first that Accept names."""
        if (asked := self.asked.get("f")) is not None:
            if asked not in known:
                raise OgcProblem(
                    400, f"There is no format “{asked[:20]}” here; there are {', '.join(known)}."
                )
            return asked
        accepted = self.headers.get(b"accept", b"").decode("latin-1").lower()
        for part in accepted.split(","):
            media = part.split(";")[0].strip()
            if form := next((name for name, type_ in known.items() if type_.split(";")[0] == media), None):
                return form
        return next(iter(known))

    def header(self, name: str) -> str | None:
        value = self.headers.get(name.encode())
        return value.decode("latin-1") if value is not None else None

    def only(self, *known: str) -> None:
        """Refuses a parameter that nothing here reads: a misspelt one must not mean «everything»."""
        if strange := next((p for p in self.asked if p not in ("f", "lang", *known)), None):
            raise OgcProblem(400, f"There is no parameter “{strange[:40]}” here.")

    def reads(self) -> None:
        if self.method not in ("GET", "HEAD"):
            raise OgcProblem(405, "This is only read, with GET.", "MethodNotAllowed")

    def link(self, rel: str, path: str, type_: str = "application/json", title: str | None = None) -> Json:
        said = {"rel": rel, "type": type_, "href": f"{self.base}/ogc{path}"}
        return said | ({"title": title} if title else {})

    # answers

    async def describe(self, body: Json, status: int = 200, content_type: str = answer.JSON) -> None:
        """A description: as a page for people, otherwise as JSON."""
        if self.wants_html and "json" in content_type:
            page = await sync_to_async(self._page, thread_sensitive=False)(body)
            return await answer.send(self.send, status, page, HTML, self.caching())
        if (form := self.asked.get("f", "json")) not in ("json", "geojson"):
            raise OgcProblem(400, f"There is no format “{form[:20]}” here; there are json and html.")
        raw = json.dumps(body, ensure_ascii=False, default=str).encode()
        await self.give(raw, content_type, status)

    async def give(self, raw: bytes, content_type: str, status: int = 200, **more: str) -> None:
        """Bytes with their ETag, or «not modified»."""
        extra = {"etag": etag(raw)} | self.caching() | {k.replace("_", "-"): v for k, v in more.items()}
        if self.header("if-none-match") == extra["etag"] and self.method == "GET":
            return await answer.send(self.send, 304, extra=extra)
        body, encoding = await self._packed(raw, content_type)
        if encoding:
            extra["content-encoding"] = encoding
        await answer.send(self.send, status, body, content_type, extra, head=self.method == "HEAD")

    async def _packed(self, raw: bytes, content_type: str) -> tuple[bytes, str | None]:
        text = content_type.startswith("text/") or "json" in content_type or "xml" in content_type
        if not (text and answer.accepts_gzip(self.headers)):
            return raw, None
        packed = await asyncio.to_thread(answer.packed, raw) if len(raw) > MUCH else answer.packed(raw)
        return (packed, "gzip") if packed else (raw, None)

    async def stream(
        self, chunks: AsyncIterator[bytes], content_type: str, filename: str | None = None
    ) -> None:
        """Bytes as they are made. What fails in the middle cuts the connection, so that half is not taken for whole."""
        lines = {"content-type": content_type, "x-content-type-options": "nosniff"} | self.caching()
        if filename:
            lines["content-disposition"] = f'attachment; filename="{filename}"'
        headers = [(k.encode(), v.encode()) for k, v in lines.items()]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            if self.method != "HEAD":
                async for chunk in chunks:
                    await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        except Exception as broken:
            raise Cut(f"{self.scope['path']} broke off: {broken}") from broken
        await self.send({"type": "http.response.body", "body": b""})

    async def body(self, most: int = MOST_BODY) -> bytes:
        """The body, bounded; a browser session must come from our own pages."""
        self.same_site()
        parts, size = [], 0
        while True:
            message = await self.receive()
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > most:
                raise OgcProblem(413, f"The body is larger than {most:,} bytes.", "TooLarge")
            parts.append(chunk)
            if not message.get("more_body"):
                return b"".join(parts)

    def same_site(self) -> None:
        """Refuses what another site made a browser send with somebody's cookie. Without an identity there is none."""
        if self.header("authorization") is not None or not self.viewer.known:
            return
        origin = self.header("origin")
        same = self.header("sec-fetch-site") in ("same-origin", "none")
        if origin is not None:
            same = urlsplit(origin).netloc == self.header("host") or origin in settings.CSRF_TRUSTED_ORIGINS
        if not same:
            raise OgcProblem(403, "Changes from other sites need a token.", "Forbidden")

    def caching(self) -> dict[str, str]:
        keep = "private, no-cache" if self.viewer.known else "public, no-cache"
        vary = "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"
        return {"cache-control": keep, "vary": vary}

    def _page(self, body: Json) -> bytes:
        context = {
            "body": body,
            "base": self.base,
            "english": self.language == "en-US",
            "path": self.scope["path"],
        }
        if "features" in body:
            context["columns"] = list(body["features"][0]["properties"]) if body["features"] else []
        if "example" in body:
            context["example"] = json.dumps(body["example"], ensure_ascii=False)
        if "jobID" in body:
            context["job"] = [(k, v) for k, v in body.items() if k != "links"]
        if "extent" in body:
            maps = (link["href"] for link in body["links"] if link["rel"].endswith("/ogc/1.0/map"))
            context["picture"] = next(maps, None)
        context["text"] = json.dumps(body, ensure_ascii=False, indent=2, default=str)[:200_000]
        return render_to_string("ogc/page.html", context).encode()


async def options(call: Call, methods: list[str]) -> None:
    await answer.send(call.send, 204, extra={"allow": ", ".join(methods)})


async def refuse(send: Send, problem: OgcProblem) -> None:
    raw = json.dumps(problem.body, ensure_ascii=False, default=str).encode()
    extra = {"cache-control": "no-store"}
    if problem.status == 401:
        extra["www-authenticate"] = "Bearer"
    await answer.send(send, problem.status, raw, answer.JSON, extra)


def etag(raw: bytes) -> str:
    return f'"{hashlib.blake2b(raw, digest_size=12).hexdigest()}"'
