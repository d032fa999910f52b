"""A server of the product in a process of its own, over the test database: for browsers and other real clients."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from django.conf import settings
from django.db import connection


@contextmanager
def serving() -> Iterator[str]:
    """Its address. The caller has opened the database to the test."""
    database = connection.settings_dict
    connection.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = f"postgresql:///{database['NAME']}?host={database['HOST']}&user={database['USER']}"
    environment = os.environ | {
        "DATABASE_URL": where,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ANTU_DATA_DIR": str(settings.DATA_DIR),
        "ANTU_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--no-ws",
        "--workers-kill-timeout",
        "5",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(
        [*command, "gis.asgi:application"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert server.stdout
    said = []
    for line in server.stdout:
        said.append(line)
        if "Started worker" in line:
            break
    else:
        pytest.fail("the server did not start:\n" + "".join(said))
    try:
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as http:
            assert http.get(f"{address}/readyz").status_code == 200
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate()
