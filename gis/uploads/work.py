"""Does what was wished with a file: small ones while the person waits, large ones as a job of the worker.

Progress is written beside the transaction of the import; a file that was discarded meanwhile ends it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError

from gis.accounts.identity import viewer_of
from gis.accounts.middleware import say_actor
from gis.uploads.models import File
from gis.uploads.shelf import by_its_name, folder, path_of, remove
from layers.access import Refused
from layers.registry.importer import Wrong
from layers.registry.store import dsn

log = logging.getLogger(__name__)
AT_ONCE = 3 * 1024 * 1024
"""Files up to this size are done while the person waits."""
PAUSE = 0.4
Json = dict[str, Any]
Progress = Callable[[int], None]


class Stopped(Exception):
    """The file was discarded while something was done with it."""


class Teller:
    """Writes how far a job is, over a connection of its own."""

    def __init__(self, id: UUID) -> None:
        self.id, self._next = id, 0.0

    def __enter__(self) -> Teller:
        self._line = psycopg.connect(dsn(), autocommit=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None
    ) -> None:
        self._line.close()

    def __call__(self, done: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PAUSE
        found = self._line.execute("UPDATE uploads_file SET progress = %s WHERE id = %s", (done, self.id))
        if found.rowcount == 0:
            raise Stopped


def begin(file: File, wish: Json) -> None:
    """Takes the wish on: done when this returns, or in the queue."""
    from gis.uploads.jobs import run_upload

    file.wish, file.result, file.message, file.progress = wish, {}, {}, 0
    file.state = File.State.WAITING
    file.save()
    if file.size <= AT_ONCE:
        run(file, lambda _done: None)
    else:
        run_upload.defer(file=str(file.pk))


def work(id: UUID) -> None:
    """The job. Whoever does it again after a crash starts from the beginning: nothing had been kept."""
    file = File.objects.filter(pk=id, state__in=(File.State.WAITING, File.State.WORKING)).first()
    if file is None:
        return
    with Teller(id) as tell:
        File.objects.filter(pk=id).update(state=File.State.WORKING)
        say_actor(viewer_of(file.owner).actor)
        try:
            run(file, tell)
        finally:
            say_actor("")


def run(file: File, progress: Progress) -> None:
    try:
        result, state, message = _done(file, progress), File.State.DONE, {}
    except Wrong as found:
        wrong = by_its_name(found, file.pk, file.ending, file.name)
        result, state, message = {}, File.State.FAILED, {"zh": wrong.text.zh, "en": wrong.text.en}
    except Refused:
        result, state, message = (
            {},
            File.State.FAILED,
            {"zh": "您沒有這項權限。", "en": "You may not do this."},
        )
    except Stopped:
        remove(file.pk, file.ending)
        return
    except OperationalError:
        log.exception("upload %s", file.pk)
        result, state = {}, File.State.FAILED
        message = {"zh": "資料庫忙碌中，請再試一次。", "en": "The database is busy; try again."}
    except (ValueError, OverflowError, MemoryError, RuntimeError) as broken:
        log.exception("upload %s", file.pk)
        result, state = {}, File.State.FAILED
        message = {
            "zh": "檔案內容無法處理。",
            "en": f"What is in the file cannot be dealt with ({type(broken).__name__}).",
        }
    file.result, file.state, file.message = result, state, message
    File.objects.filter(pk=file.pk).update(result=result, state=state, message=message)


def _done(file: File, progress: Progress) -> Json:
    from gis.uploads.append import append  # what reads files is loaded with the first one
    from gis.uploads.keep import keep

    path, rejects = path_of(file.pk, file.ending), folder() / f"{file.pk}.rejects.csv"
    rejects.unlink(missing_ok=True)
    if not path.exists():
        raise Wrong("檔案已不在伺服器上，請重新上傳。", "The file is no longer on the server; send it again.")
    wish = file.wish
    if wish.get("do") == "append":
        dry_run = bool(wish.get("dry_run", True))
        return append(path, file.name, wish, viewer_of(file.owner), rejects, progress, dry_run)
    return keep(path, file.name, wish, file.owner, rejects, progress)
