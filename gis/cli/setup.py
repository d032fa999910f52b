"""What commands need before they begin: the database, and Django on top of it."""

from __future__ import annotations

import atexit
import hashlib
import os
from pathlib import Path

from gis.cluster import Cluster
from gis.cluster.reach import check
from gis.environment import data_folder, database_url, value, writable

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "var" / "run"
STATE = ROOT / "var" / "setup" / "tables"
DONE = "antu: all done after migration"


def database() -> None:
    """The database runs and is good. The private one ends with the last command that uses it."""
    if given := database_url():
        check(given, value("ANTU_DB_PASSWORD"))
        return
    cluster = Cluster.of(ROOT)
    atexit.register(cluster.leave)
    cluster.ensure()


def django() -> None:
    import django as framework

    writable(data_folder(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    framework.setup()


def ready() -> None:
    """Database and Django, for a command that works on layers. Migrates when tables are missing."""
    database()
    django()
    migrate()


def _state() -> str:
    """What the tables follow from: which database, and the migrations and declarations of the code."""
    told = [Cluster.of(ROOT).identity]
    code = (path for folder in ("gis", "layers") for path in sorted((ROOT / folder).rglob("*.*")))
    told += [f"{path}:{path.stat().st_mtime_ns}" for path in code if _shapes_tables(path)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _shapes_tables(path: Path) -> bool:
    in_migrations = path.parent.name == "migrations" and path.suffix == ".py"
    return in_migrations or path.suffix == ".sql" or path.name in ("layers.py", "models.py")


def up_to_date() -> bool:
    """Nothing changed since the last start of the private database, so that there is nothing to migrate."""
    kept = STATE.read_text() if STATE.exists() else ""
    return database_url() is None and kept == _state()


def keep_up_to_date() -> None:
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(_state())


def migrate() -> int:
    """Applies what is not applied; the number of migrations done. Asks the database first, which is quick.

    What follows migrations (roles, triggers of the audit log) is done again when an earlier call was cut off
    before it. Two at once, as when several containers start, wait for each other.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from layers.registry.pyramid import settle

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('antu.migrate'))")
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan or _finished() != _applied():
                call_command("migrate", verbosity=0, interactive=False)
                cursor.execute(f"COMMENT ON TABLE django_migrations IS '{DONE} {_applied()}'")
            else:
                settle()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('antu.migrate'))")
    return len(plan)


def _applied() -> int:
    """How many migrations the database knows."""
    return _number("SELECT count(*) FROM django_migrations")


def _finished() -> int:
    """How many of them had all that follows them done."""
    said = f"substring(obj_description('django_migrations'::regclass, 'pg_class') FROM '^{DONE} ([0-9]+)$')"
    return _number(f"SELECT coalesce({said}::int, -1)")


def _number(query: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        (found,) = cursor.fetchone()
    return int(found)
