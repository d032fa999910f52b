"""What commands need before they begin: the database, and Django on top of it."""

from __future__ import annotations

import os
from pathlib import Path

from gis.cluster import Cluster
from gis.cluster.reach import check

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "var" / "run"


def database() -> bool:
    """The database runs and is good; True when it is the private one and this call started it."""
    given = os.environ.get("DATABASE_URL")
    if given is not None:
        check(given)
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


def migrate() -> int:
    """Applies what is not applied; the number of migrations done. Asks the database first, which is quick."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    return len(plan)
