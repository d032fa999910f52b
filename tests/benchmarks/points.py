"""A million points in a database of their own, in the layer `spots` of the tests: what serving is measured with."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

NAME = "antu_bench"
COUNT = 1_000_000
BOX = (120.2, 23.2, 120.7, 23.7)
ZOOMS = {10: 2, 11: 4, 12: 12, 13: 28, 14: 46, 15: 52, 16: 56}
"""The 200 tiles: so many of each zoom, chosen where points are."""


def database(name: str) -> str:
    """Makes the database if it is not there, with all tables; Django speaks to it from now on. Returns its address."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    there = settings.DATABASES["default"]
    parts = {
        "user": there["USER"],
        "password": there["PASSWORD"],
        "host": there["HOST"],
        "port": there["PORT"],
    }
    parts = {k: str(v) for k, v in parts.items() if v}
    with psycopg.connect(make_conninfo(dbname="postgres", **parts), autocommit=True) as line:
        if not line.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            line.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    settings.DATABASES["default"]["NAME"] = name
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return make_conninfo(dbname=name, **parts)


def prepare() -> str:
    """Makes and fills the database if it is not there. Returns its address."""
    dsn = database(NAME)
    with psycopg.connect(dsn) as line:
        if line.execute("SELECT count(*) FROM sample_spot").fetchone() != (COUNT,):
            _fill(line)
            _copy(line)
    with psycopg.connect(dsn, autocommit=True) as line:
        line.execute("VACUUM ANALYZE sample_spot, plain_spot")
    return dsn


def _fill(line: psycopg.Connection[Any]) -> None:
    from shapely import points

    from gis.exchange.copy import ewkb

    rng = np.random.default_rng(42)
    west, south, east, north = BOX
    centers = rng.uniform((west, south), (east, north), (400, 2))
    crowd = centers[rng.integers(0, 400, COUNT * 7 // 10)] + rng.normal(0, 0.004, (COUNT * 7 // 10, 2))
    spread = rng.uniform((west, south), (east, north), (COUNT - len(crowd), 2))
    places = np.clip(np.vstack([crowd, spread]), (west, south), (east, north))
    grades, kinds = rng.choice([1, 2, 3], COUNT, p=[0.02, 0.48, 0.5]), rng.choice(list("abc"), COUNT)
    weights = rng.gamma(2, 3, COUNT)
    first = datetime(2022, 1, 1, tzinfo=UTC)
    minutes = rng.integers(0, 3 * 365 * 1440, COUNT)
    line.execute("TRUNCATE sample_spot")
    line.execute(
        "CREATE TEMP TABLE poured AS SELECT key, name, kind, grade, weight, happened_at, geom FROM sample_spot LIMIT 0"
    )
    with line.cursor().copy("COPY poured FROM STDIN") as copy:
        for n, place in enumerate(ewkb(points(places))):
            when = first + timedelta(minutes=int(minutes[n]))
            copy.write_row(
                (f"b{n}", f"no. {n % 5000}", kinds[n], int(grades[n]), float(weights[n]), when, place)
            )
    line.execute(
        "INSERT INTO sample_spot (key, name, kind, grade, weight, happened_at, geom, origin, version, changed_at, open, informant) "
        "SELECT *, 'synthetic', 1, now(), true, '' FROM poured ORDER BY geom"
    )


def _copy(line: psycopg.Connection[Any]) -> None:
    """The same rows as peers like them: one geometry, in WGS 84, with its index."""
    line.execute("DROP TABLE IF EXISTS plain_spot")
    line.execute(
        "CREATE TABLE plain_spot AS SELECT id, key, name, kind, grade, weight, open, happened_at, geom "
        "FROM sample_spot ORDER BY geom"
    )
    line.execute("ALTER TABLE plain_spot ADD PRIMARY KEY (id)")
    line.execute("CREATE INDEX ON plain_spot USING gist (geom)")


def tiles() -> list[tuple[int, int, int]]:
    """The 200 tiles, always the same."""
    from django.db import connection

    rng = np.random.default_rng(7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM sample_spot")
        low, high = cursor.fetchone()
        ids = rng.integers(low, high, 6000).tolist()
        cursor.execute("SELECT ST_X(merc), ST_Y(merc) FROM sample_spot WHERE id = ANY(%s) ORDER BY id", [ids])
        places = rng.permutation(np.array(cursor.fetchall()))
    half = 20037508.342789244
    out: list[tuple[int, int, int]] = []
    for zoom, count in ZOOMS.items():
        size = 2 * half / 2**zoom
        found = dict.fromkeys((zoom, int((x + half) // size), int((half - y) // size)) for x, y in places)
        out += list(found)[:count]
    return out


def postmaster(dsn: str) -> int:
    """The process above all of PostgreSQL's, for its CPU. The server must be on this machine."""
    with psycopg.connect(dsn) as line:
        row = line.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return int(Path(f"/proc/{row[0]}/stat").read_text().rpartition(")")[2].split()[1])
