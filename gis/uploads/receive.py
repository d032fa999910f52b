"""`POST /uploads?name=…`: a file as it comes, chunk by chunk onto the disk, as a bare ASGI application.

Too large a file is refused before any of it is read; one that turns out too large, in its middle. What is not whole
is removed at once, and after a crash at the next start. Only a person who is signed in may bring a file.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import uuid
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.db.models import Sum

from gis.uploads import shelf
from gis.uploads.models import File
from layers.access import Viewer
from layers.registry.importer import Wrong
from tilesrv import answer
from tilesrv.answer import Receive, Scope, Send

log = logging.getLogger(__name__)
BINARY = b"application/octet-stream"
BUFFER = 1024 * 1024
MOST_WAITING = 4
"""How many times the largest file a person may have lying about, not yet used."""
PATIENCE = 60.0


class Refusal(Exception):
    def __init__(self, status: int, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.status, self.code = status, code


class Receiver:
    async def start(self) -> None:
        await asyncio.to_thread(shelf.sweep)

    async def stop(self) -> None:
        """Nothing is kept between requests."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, said = 201, await self._take(scope, receive)
        except Refusal as refusal:
            status, said = refusal.status, {"detail": str(refusal), "code": refusal.code}
        except Wrong as wrong:
            status, said = 422, {"detail": f"{wrong.text.zh} {wrong.text.en}", "code": "wrong-file"}
        except ConnectionAbortedError:
            return  # nobody is there to be answered
        except OSError as trouble:
            log.exception("an upload could not be written")
            status, said = (
                507,
                {
                    "detail": f"伺服器無法存檔。 The server cannot store the file: {trouble.strerror}.",
                    "code": "storage",
                },
            )
        # what was not read of a refused file is not waited for
        extra = {"connection": "close"} if status == 413 else {}
        await answer.send_json(send, status, said, extra | {"cache-control": "no-store"})

    async def _take(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        viewer: Viewer = scope["viewer"]
        headers = answer.headers(scope)
        if scope["method"] != "POST" or scope["path"].rstrip("/") != "/uploads":
            raise Refusal(
                404, "沒有這個東西。 There is nothing here; files are sent to /uploads?name=….", "not-found"
            )
        if viewer.user_id is None:
            raise Refusal(401, "請先登入再上傳檔案。 Sign in before you bring a file.", "sign-in")
        # a page of another site cannot send this type without asking first, and is never allowed to
        if headers.get(b"content-type", b"").split(b";")[0].strip() != BINARY:
            raise Refusal(
                415,
                "請以 application/octet-stream 傳送。 Send the bytes as application/octet-stream.",
                "type",
            )
        name = shelf.safe_name((parse_qs(scope["query_string"].decode("latin-1")).get("name") or [""])[0])
        _fits(
            int(headers.get(b"content-length", b"0") or 0)
            if headers.get(b"content-length", b"0").isdigit()
            else 0
        )
        shelf.ending_of(name)
        await sync_to_async(_room)(viewer)
        id = uuid.uuid4()
        part = shelf.folder() / f"{id}{shelf.PART}"
        try:
            size = await self._pour(part, receive)
            ending = await asyncio.to_thread(shelf.sniff, part, name)
            await sync_to_async(_enter)(id, viewer, name, ending, size)
            part.rename(shelf.path_of(id, ending))
        finally:
            part.unlink(missing_ok=True)
        return {"id": str(id), "name": name, "size": size}

    async def _pour(self, part: Path, receive: Receive) -> int:
        with _held(part) as file:
            size, waiting = 0, bytearray()
            while True:
                message = await asyncio.wait_for(receive(), PATIENCE)
                if message["type"] == "http.disconnect":
                    raise ConnectionAbortedError
                waiting += message.get("body", b"")
                more = message.get("more_body", False)
                size += len(message.get("body", b""))
                _fits(size)
                if len(waiting) >= BUFFER or not more:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
                if not more:
                    return size


def _fits(size: int) -> None:
    most = settings.UPLOAD_MB
    if size > most * 1024 * 1024:
        raise Refusal(
            413,
            f"檔案超過 {most} MB，無法上傳。 The file is larger than {most} MB, which is the most that is taken.",
            "too-large",
        )


def _held(part: Path) -> IO[bytes]:
    """The file in the making, locked, so that no sweep takes it for an orphan."""
    while True:
        file = part.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if part.exists():
            part.chmod(0o600)
            return file
        file.close()  # a sweep came between


def _room(viewer: Viewer) -> None:
    close_old_connections()
    used = File.objects.filter(owner_id=viewer.user_id).aggregate(n=Sum("size"))["n"] or 0
    if used > MOST_WAITING * settings.UPLOAD_MB * 1024 * 1024:
        raise Refusal(
            429,
            "您有太多尚未處理的檔案，請先捨棄。 Too many files of yours are waiting; discard one first.",
            "too-many",
        )


def _enter(id: uuid.UUID, viewer: Viewer, name: str, ending: str, size: int) -> None:
    assert viewer.user_id is not None
    File.objects.create(pk=id, owner_id=viewer.user_id, name=name, ending=ending, size=size)
