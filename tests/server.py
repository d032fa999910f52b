"""A server of the product in a process of its own, over a database of the tests: for browsers and other real clients."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import httpx
from django.conf import settings
from django.db import connection

from gis.cli.processes import web_command

PATIENCE = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving() -> Iterator[str]:
    """Its address. The caller has opened the database to the test."""
    database = connection.settings_dict
    connection.close()
    port = free_port()
    environment = (
        os.environ
        | {
            "DATABASE_URL": f"postgresql:///{database['NAME']}?host={database['HOST']}&user={database['USER']}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "ANTU_DATA_DIR": str(settings.DATA_DIR),
            "ANTU_SECRET_KEY": settings.SECRET_KEY,  # else it finds another one there, and opens nothing sealed here
            "ANTU_STATEMENT_TIMEOUT_MS": "60000",  # two processors draw maps, too
            "ANTU_BASE_URL": f"http://127.0.0.1:{port}",
        }
    )
    with started(web_command("127.0.0.1", port, 1), port, environment, "/readyz"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(
    command: Sequence[str], port: int, environment: Mapping[str, str], path: str = "/"
) -> Iterator[int]:
    """A server that answers on the port; its process. One that ends before it answers says what it said."""
    with tempfile.TemporaryFile("w+") as said:
        server = subprocess.Popen(
            command, env=dict(environment), stdout=said, stderr=said, start_new_session=True
        )
        try:
            if not answers(f"http://127.0.0.1:{port}{path}", server):
                said.seek(0)
                raise RuntimeError(f"{command[0]} did not start:\n{said.read()}")
            yield server.pid
        finally:
            end(server)


def answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    with httpx.Client(timeout=PATIENCE) as http:
        while time.monotonic() < until and server.poll() is None:
            try:
                return http.get(url).status_code < 500
            except httpx.TransportError:
                time.sleep(0.1)
    return False


def end(server: subprocess.Popen[bytes]) -> None:
    """Asks, and after a while insists: a request in flight may wait for a loop that has ended."""
    for how in signal.SIGTERM, signal.SIGKILL:
        try:
            os.killpg(server.pid, how)
            server.wait(timeout=15)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
