"""The street map in a database of its own: a made city of 8,000 junctions, drawn, of which every street has had eight
cross-sections. What is asked of it as of some day, what an edit costs, and what fifty editors at once do to it."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.streets.craft.document import Document
    from tests.benchmarks.report import Report

NAME = "antu_bench_streets"
VERSIONS, EDITORS, EDITS, OBJECTS = 8, 50, 2000, 100
SCREEN = 0.004
"""Degrees across: some 400 m."""
FIRST = datetime(2018, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


def prepare(document: Document) -> None:
    """Makes and fills the database if it is not there; Django speaks to it from now on."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    there = settings.DATABASES["default"]
    parts = {k: str(there[k.upper()]) for k in ("user", "password", "host", "port") if there[k.upper()]}
    with psycopg.connect(make_conninfo(dbname="postgres", **parts), autocommit=True) as line:
        if not line.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            line.execute(f"CREATE DATABASE {NAME}")
    settings.DATABASES["default"]["NAME"] = NAME
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    _fill(document)


def _fill(document: Document) -> None:
    from django.db import connection, transaction

    from layers.streets.seed import seed
    from layers.streets.write import Survey

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM streets_version WHERE kind = 'segment'")
        if cursor.fetchone()[0] >= len(document.segments) * (2 * VERSIONS - 1):
            return
        with transaction.atomic():
            survey = Survey(
                who="bench", method="plan", kind="import", origin="synthetic", valid_from=FIRST, accepted=True
            )
            seed(document, survey)
            cursor.execute(OLDER, {"versions": VERSIONS, "first": FIRST, "year": YEAR.days})
        cursor.execute("ANALYZE")


OLDER = """
    WITH now AS (
        UPDATE streets_version SET valid = tstzrange(%(first)s + (%(versions)s - 1) * %(year)s * interval '1 day', NULL),
            txn = tstzrange(%(first)s + (%(versions)s - 1) * %(year)s * interval '1 day', NULL)
        WHERE kind = 'segment' RETURNING *
    ), ages AS (
        SELECT n, %(first)s + n * %(year)s * interval '1 day' AS born, %(first)s + (n + 1) * %(year)s * interval '1 day' AS ended
        FROM generate_series(0, %(versions)s - 2) AS n
    ), spans AS (
        SELECT tstzrange(born, NULL) AS valid, tstzrange(born, ended) AS txn FROM ages
        UNION ALL SELECT tstzrange(born, ended), tstzrange(ended, NULL) FROM ages
    )
    INSERT INTO streets_version (object, kind, bearer, schema, params, geom, merc, valid, txn, changeset_id)
    SELECT v.object, v.kind, v.bearer, v.schema, v.params, v.geom, v.merc, s.valid, s.txn, v.changeset_id
    FROM spans s, now v ORDER BY s.txn, s.valid, v.geom
"""


@contextmanager
def _database() -> Iterator[list[float]]:
    """CPU milliseconds that the backend of this connection takes meanwhile, in the list when it ends."""
    from django.db import connection

    from tests.benchmarks.load import cpu

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    took: list[float] = []
    began = cpu(pid)
    yield took
    took.append(1000 * (cpu(pid) - began))


def as_of(report: Report, document: Document) -> None:
    from pyproj import Transformer

    from layers.registry.sql import Sql
    from layers.streets import read
    from layers.streets.read import AsOf

    dice = random.Random(8)
    there = Transformer.from_crs(document.crs, 4326, always_xy=True)

    def day() -> AsOf:
        then = FIRST + YEAR * dice.uniform(1, VERSIONS)
        return AsOf(then, then + YEAR * dice.uniform(0, 2))

    screens = 100
    with _database() as took:
        for _ in range(screens):
            lon, lat = there.transform(*dice.choice(document.nodes).at)
            read.within((lon, lat, lon + SCREEN, lat + SCREEN), day())
    report.add("as-of, one screen, in the database (CPU, mean of 100)", took[0] / screens, "ms", most=20)
    whole = 5
    with _database() as took:
        for _ in range(whole):
            found = read.fetch(Sql("v.kind = 'segment'"), day())
            assert len(found) == len(document.segments)
    report.add(
        "as-of, every street of the city, in the database (CPU, mean of 5)", took[0] / whole, "ms", most=200
    )


def edits(report: Report, document: Document) -> None:
    """One PATCH of a width after another through the whole server, in this process."""
    import json

    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    user, _ = get_user_model().objects.get_or_create(username="bench")
    user.groups.add(Group.objects.get_or_create(name="investigator")[0])
    client = Client()
    client.force_login(user)
    dice = random.Random(9)

    def one(id_: str) -> float:
        address = f"/api/streets/objects/segment/{id_}"
        now = client.get(address).json()
        strip = next(s for s in now["params"]["sections"][0]["strips"] if s["kind"] == "drive")
        path = f"sections/0/strips/{strip['id']}/width"
        value = round(strip["width"] + dice.choice((0.05, -0.05)), 2)
        body = {
            "method": "tape",
            "operations": [
                {"op": "set", "object": f"segment/{id_}", "values": [{"path": path, "value": value}]}
            ],
        }
        began = time.process_time()
        done = client.patch(
            address,
            json.dumps(body),
            content_type="application/json",
            headers={"If-Match": f'"{now["etag"]}"'},
        )
        assert done.status_code == 200, done.content
        return 1000 * (time.process_time() - began)

    picked = [s.id for s in dice.sample(document.segments, 41)]
    one(picked[0])
    with _database() as took:
        server = sorted(one(id_) for id_ in picked[1:])
    report.add(
        "one edit of a width to new geometry: CPU of the server, median of 40", server[20], "ms", most=100
    )
    report.notes.append(
        f"One edit: CPU of the server {server[38]:.0f} ms at the 95th percentile, and {took[0] / 40:.0f} ms of the database, reading included."
    )


def editors(report: Report, document: Document) -> None:
    """Each editor writes a value of its own, with a counter; whatever was answered is there in the end."""
    from django.db import connection

    from layers.streets import read
    from layers.streets.write import Edit, Stale, Survey, apply

    names = [f"segment/{s.id}" for s in random.Random(10).sample(document.segments, OBJECTS)]
    each = EDITS // EDITORS

    def work(editor: int) -> tuple[dict[tuple[str, str], str], int, int]:
        dice, key = random.Random(editor), f"e{editor}"
        done: dict[tuple[str, str], str] = {}
        merged = refused = 0
        try:
            seen: dict[str, Any] = {}
            for n in range(each):
                name = dice.choice(names)
                if name not in seen or dice.random() < 0.5:  # every second time on what was seen long ago
                    seen[name] = read.objects([name])[name]
                found = seen[name]
                params = {**found.params, "xref": {**found.params["xref"], key: [str(n)]}}
                try:
                    written = apply(Survey(who=key, method="tape"), [Edit(name, params, found.id)])
                except Stale:
                    refused += 1
                    del seen[name]
                    continue
                merged += len(written.merged)
                done[name, key] = str(n)
        finally:
            connection.close()
        return done, merged, refused

    began = time.perf_counter()
    with ThreadPoolExecutor(EDITORS) as pool:
        answered = list(pool.map(work, range(EDITORS)))
    seconds = time.perf_counter() - began
    now = read.objects(names)
    lost = sum(
        now[name].params["xref"].get(key) != [n] for done, _, _ in answered for (name, key), n in done.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM streets_version a JOIN streets_version b ON a.object = b.object AND a.id < b.id "
            "AND a.valid && b.valid AND a.txn && b.txn WHERE a.object = ANY(%s)",
            (names,),
        )
        overlapping = cursor.fetchone()[0]
    merged, refused = sum(row[1] for row in answered), sum(row[2] for row in answered)
    what = f"{EDITORS} editors at once, {EDITS:,} edits of {OBJECTS} objects"
    report.add(f"{what}: lost updates", lost, "", most=0)
    report.add("… overlapping periods", overlapping, "", most=0)
    report.notes.append(
        f"{EDITORS} editors: {seconds:.0f} s; {merged} edits met others and were merged, {refused} were refused with both versions because their own earlier edit stood there."
    )
