"""What commands need before they begin: the database, and Django on top of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from gis.cluster import Cluster
from gis.cluster.reach import check
from gis.environment import value

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "var" / "run"
STATE = ROOT / "var" / "setup" / "tables"


def database() -> bool:
    """The database runs and is good; True when it is the private one and this call started it."""
    given = os.environ.get("DATABASE_URL")
    if given is not None:
        check(given, value("ANTU_DB_PASSWORD"))
        return False
    return Cluster.of(ROOT).ensure()


def django() -> None:
    import django as framework

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis.settings")
    framework.setup()


def ready() -> None:
    """Database and Django, for a command that works on layers. Migrates when tables are missing."""
    database()
    django()
    migrate()


def _state() -> str:
    """What the tables follow from: which database, and the migrations and declarations of the code."""
    made = Cluster.of(ROOT).home / "made"
    told = [str(made), str(made.stat().st_mtime_ns) if made.exists() else ""]
    code = (path for folder in ("gis", "layers") for path in sorted((ROOT / folder).rglob("*.*")))
    told += [f"{path}:{path.stat().st_mtime_ns}" for path in code if _shapes_tables(path)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _shapes_tables(path: Path) -> bool:
    in_migrations = path.parent.name == "migrations" and path.suffix == ".py"
    return in_migrations or path.suffix == ".sql" or path.name in ("layers.py", "models.py")


def up_to_date() -> bool:
    """Nothing changed since the last start of the private database, so that there is nothing to migrate."""
    kept = STATE.read_text() if STATE.exists() else ""
    return "DATABASE_URL" not in os.environ and kept == _state()


def keep_up_to_date() -> None:
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(_state())


def migrate() -> int:
    """Applies what is not applied; the number of migrations done. Asks the database first, which is quick."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    else:
        from layers.registry.pyramid import settle

        settle()
    return len(plan)
