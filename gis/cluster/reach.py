"""Can the database be reached, is it new enough, is PostGIS there? Each «no» is a sentence, never a password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from gis.trouble import Trouble

LEAST_POSTGIS = (3, 3)


def check(url: str, password: str | None = None) -> None:
    """Raises Trouble when DATABASE_URL is wrong, unreachable, too old, or has no PostGIS."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres", "postgis"):
        raise Trouble(
            f"DATABASE_URL begins with “{parts.scheme or url[:12]}”; it must begin with postgresql://.",
            "For example postgresql://antu:secret@localhost:5432/antu. Unset it to use the private database.",
            code=4,
        )
    where = f"{parts.hostname or 'the socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"
    secret = None if parts.password else password
    address = make_conninfo(re.sub(r"^postg\w+", "postgresql", url), password=secret, connect_timeout=5)
    try:
        with psycopg.connect(address) as line:
            version = line.info.server_version // 10_000
            row = line.execute(
                "SELECT coalesce((SELECT extversion FROM pg_extension WHERE extname = 'postgis'), "
                "(SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'))"
            ).fetchone()
    except psycopg.OperationalError as problem:
        said = str(problem).strip().splitlines()[-1]
        raise Trouble(
            f"The database at {where} does not answer: {said}",
            "Check DATABASE_URL, or unset it to use the private database.",
            code=4,
        ) from None
    postgis = row[0] if row else None
    if version < 14:
        raise Trouble(f"PostgreSQL at {where} is version {version}; 14 or newer is needed.", code=4)
    if postgis is None:
        raise Trouble(
            f"PostGIS is not installed on the server of {where}.", "Install postgresql-NN-postgis-3.", code=4
        )
    if tuple(int(n) for n in postgis.split(".")[:2]) < LEAST_POSTGIS:
        raise Trouble(f"PostGIS at {where} is version {postgis}; 3.3 or newer is needed.", code=4)
