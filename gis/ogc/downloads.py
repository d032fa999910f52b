"""Whole layers, or what a filter leaves of them, in a format for other programs: sent as it is read.

A thread of its own reads the rows and waits while the network is slower. Whoever hangs up ends the reading.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from urllib.parse import urlencode

from django.db import DatabaseError, connection

from gis.exchange.export import Export
from gis.exchange.files import FORMATS, chunks
from gis.ogc import items
from gis.ogc.call import Call, Json
from gis.ogc.core import Core
from gis.ogc.problem import OgcProblem
from gis.ogc.request import read
from gis.trouble import Trouble
from layers.access import may
from layers.registry.layer import Layer

AT_ONCE = 4
"""Each holds a connection and a thread; whoever comes later waits a little and is then sent away."""
PATIENCE = 20.0
AHEAD = 4
"""Chunks that are ready before the network takes them."""


class Downloads:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._places = asyncio.Semaphore(AT_ONCE)

    async def answer(self, call: Call, layer: Layer) -> None:
        call.reads()
        form = call.asked.pop("f", "geojson")
        if form not in FORMATS:
            raise OgcProblem(400, f"There is no format “{form[:20]}” here; there are {', '.join(FORMATS)}.")
        if strange := next((p for p in ("limit", "after", "sortby", "resulttype") if p in call.asked), None):
            raise OgcProblem(400, f"A download is whole, so “{strange}” means nothing; use /items for pages.")
        asked = read(layer, call.viewer, call.asked)
        if asked.crs.srid != 4326 and not FORMATS[form].crs:
            raise OgcProblem(400, f"{FORMATS[form].title} is always in WGS 84; leave crs out.")
        order = Export(
            layer=layer,
            clearance=call.viewer.clearance,
            conditions=items.conditions(asked, call.viewer.clearance),
            chosen=asked.fields,
            srid=asked.crs.srid,
            keys=may(call.viewer, "edit", layer),
        )
        await self.core.note(call, layer, f"download {form} {urlencode(call.asked)}")
        try:
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError as busy:
            raise OgcProblem(503, "Too many downloads at once; try again in a minute.", "Busy") from busy
        try:
            await self._send(call, order, form)
        finally:
            self._places.release()

    async def _send(self, call: Call, order: Export, form: str) -> None:
        wanted = FORMATS[form]
        reading = Reading(chunks(order, form))
        try:
            first = await reading.first()  # what cannot be read at all is still an answer with a sentence
        except Trouble as trouble:
            raise OgcProblem(400, str(trouble)) from trouble
        gone = asyncio.create_task(_hung_up(call))
        gone.add_done_callback(lambda _: reading.stop())
        try:
            name = f"{order.layer.id}.{wanted.ending}"
            await call.stream(reading.rest(first), wanted.media, name)
        finally:
            gone.cancel()
            reading.stop()


def downloads(call: Call, layer: Layer) -> list[Json]:
    """A link for each format."""
    path = f"/collections/{layer.id}/download"
    return [call.link("enclosure", f"{path}?f={form}", f.media, f.title) for form, f in FORMATS.items()]


async def _hung_up(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


class Reading:
    """Runs a generator of chunks in a thread and hands them over one by one."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self.source = source
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue(AHEAD)
        self.stopped = threading.Event()
        threading.Thread(target=self._read, name="download", daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        while not self.queue.empty():  # a thread that waits for room goes on, and sees that it is over
            self.queue.get_nowait()

    async def first(self) -> bytes | None:
        return await self._next()

    async def rest(self, first: bytes | None) -> AsyncIterator[bytes]:
        chunk = first
        while chunk is not None:
            yield chunk
            chunk = await self._next()

    async def _next(self) -> bytes | None:
        found = await self.queue.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def _read(self) -> None:
        last: BaseException | None = None
        try:
            for chunk in self.source:
                if self.stopped.is_set():
                    return
                if chunk:
                    self._put(chunk)
        except DatabaseError as problem:
            last = problem.__cause__ or problem  # psycopg's own error, which says more
        except Exception as problem:  # noqa: BLE001 it is raised again where the answer is written
            last = problem
        finally:
            self.source.close()  # type: ignore[attr-defined]
            connection.close()
            if not self.stopped.is_set():
                self._put(last)

    def _put(self, what: bytes | BaseException | None) -> None:
        with suppress(CancelledError, RuntimeError):  # the loop is gone: nobody waits any more
            asyncio.run_coroutine_threadsafe(self.queue.put(what), self.loop).result()
