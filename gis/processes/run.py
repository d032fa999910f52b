"""One run of a process: for whom, until when, and what comes of it as bytes.

Whatever goes wrong becomes a `Failed` with a sentence and a status; what is not our caller's fault is logged.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import DatabaseError, connection

from gis.audit.note import note_read
from layers.access import Clearance, Viewer
from layers.registry.layer import Layer
from layers.registry.process import BadInput, Inputs, Process
from layers.registry.register import register

MOST_RESULT = 20_000_000
log = logging.getLogger(__name__)


class Failed(Exception):
    """The process gives no result; the status says whose fault it is."""

    def __init__(self, status: int, sentence: str, code: str = "InvalidParameterValue") -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.code = status, sentence, code


class Stopped(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Made:
    """One output as it is sent."""

    output: str
    media: str
    body: bytes


class Running:
    """What the function of a process is given. `heard` is told of progress and raises Stopped to end the run."""

    def __init__(
        self,
        process: Process,
        viewer: Viewer,
        wanted: Mapping[str, str],
        seconds: float,
        heard: Callable[[float, str], None] | None = None,
    ) -> None:
        self.process, self.viewer, self.wanted = process, viewer, wanted
        self.seconds = seconds
        self._until = time.monotonic() + seconds
        self._heard = heard

    @property
    def clearance(self) -> Clearance:
        return self.viewer.clearance

    def layer(self, id: str) -> Layer:
        found = register.find(id, self.viewer)
        if found is None:  # inputs were checked before; since then a right may have gone
            raise BadInput("layer", f"there is no layer “{id[:60]}”.")
        note_read(self.viewer, found, f"process {self.process.id}")
        return found

    def progress(self, percent: float, message: str = "") -> None:
        if time.monotonic() > self._until:
            raise Failed(503, self.too_long, "Timeout")
        if self._heard:
            self._heard(max(0.0, min(percent, 100.0)), message)

    @property
    def too_long(self) -> str:
        return f"“{self.process.id}” took longer than {self.seconds:g} seconds; ask for less at once."


@contextmanager
def limited(seconds: float, name: str) -> Iterator[None]:
    """The thread's connection for one run: statements end in time, and the run can be told by its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false), set_config('application_name', %s, false), "
            "set_config('jit', 'off', false), "
            "set_config('client_connection_check_interval', '5s', false)",  # of a worker that was killed
            [str(int(seconds * 1000)), name],
        )
    try:
        yield
    finally:
        connection.close()


def produce(process: Process, inputs: Inputs, run: Running) -> list[Made]:
    """All wanted outputs, or Failed, or Stopped."""
    try:
        found = process.function(inputs, run)
        run.progress(100)
        return packed(process, found, run.wanted)
    except BadInput as wrong:
        raise Failed(400, str(wrong)) from wrong
    except (Failed, Stopped):
        raise
    except DatabaseError as problem:
        raise _failed(problem, run) from problem
    except Exception as broken:
        log.exception("process %s failed", process.id)
        raise Failed(
            500, f"“{process.id}” failed inside; the log of the server says more.", "Failed"
        ) from broken


def _failed(problem: DatabaseError, run: Running) -> Failed:
    cause = problem.__cause__
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return Failed(503, run.too_long, "Timeout")
    if isinstance(cause, psycopg.errors.DataError):
        return Failed(400, "The inputs lead to values that are out of range.")
    if isinstance(cause, psycopg.OperationalError):
        return Failed(503, "The database does not answer; try again shortly.", "Unavailable")
    log.error("process %s failed", run.process.id, exc_info=problem)
    return Failed(500, f"“{run.process.id}” failed inside; the log of the server says more.", "Failed")


def packed(process: Process, found: Mapping[str, Any], wanted: Mapping[str, str]) -> list[Made]:
    """The outputs as bytes. What is too big is refused as a whole."""
    if missing := next((id for id in wanted if id not in found), None):
        raise LookupError(f"process {process.id} made no “{missing}”")
    out, size = [], 0
    for id, media in wanted.items():
        value = found[id]
        if isinstance(value, str):
            value = value.encode()
        elif not isinstance(value, bytes):
            value = json.dumps(value, ensure_ascii=False, default=str, allow_nan=False).encode()
        size += len(value)
        if size > MOST_RESULT:
            raise Failed(
                413, f"The result is larger than {MOST_RESULT:,} bytes; ask for less at once.", "TooLarge"
            )
        out.append(Made(id, media, value))
    return out
