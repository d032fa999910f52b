"""How parts outside Django reach the same database: one address, and async pools made alike."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool


def dsn() -> str:
    """The address of the database that Django uses at this moment (in tests, the test database)."""
    there = connection.settings_dict
    parts = {
        "dbname": there["NAME"],
        "user": there["USER"],
        "password": there["PASSWORD"],
        "host": there["HOST"],
        "port": there["PORT"],
    }
    return make_conninfo(**{k: str(v) for k, v in parts.items() if v})


def pool(name: str, timeout_ms: int | None = None) -> AsyncConnectionPool:
    """A closed pool of two connections a core: more only queue inside PostgreSQL and double the slowest answers.

    Statements end by themselves after the time that one request may take; plans are made for the actual
    values, because a tile over the old town and one over the sea want different ones.
    """
    limit = timeout_ms or settings.STATEMENT_TIMEOUT_MS
    return AsyncConnectionPool(
        dsn(),
        name=name,
        min_size=1,
        max_size=2 * (os.cpu_count() or 2),
        open=False,
        timeout=10,
        kwargs={
            "autocommit": True,
            "prepare_threshold": 0,
            "application_name": f"antu {name}",
            "options": f"-c statement_timeout={limit} -c jit=off -c plan_cache_mode=force_custom_plan",
        },
    )
