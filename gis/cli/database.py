"""`antu migrate`, `db`, `check`, `backup`, `restore`, `manage`: the database and what lies on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from gis.cli import setup
from gis.trouble import Trouble


@click.command("migrate")
def migrate_() -> None:
    """Bring the tables up to date. Does nothing when they are."""
    setup.database()
    setup.django()
    done = setup.migrate()
    click.echo(f"{done} migrations applied." if done else "The tables are up to date.")


@click.command("db", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def db_(arguments: tuple[str, ...]) -> None:
    """Open psql on the database; further arguments go to psql, as in: antu db -c 'SELECT 1'"""
    setup.database()
    setup.django()
    from layers.registry.store import dsn

    psql = tool("psql")
    os.execv(psql, [psql, dsn(), *arguments])  # noqa: S606 - found on PATH


@click.command("check")
def check_() -> None:
    """Look for what is wrong with declarations, settings and database, and say it in sentences."""
    setup.database()
    setup.django()
    from django.core.management import call_command
    from django.db import connection

    from layers.registry.register import register

    call_command("check", verbosity=0)
    tables = {table for layer in register for table in layer.tables}
    with connection.cursor() as cursor:
        missing = sorted(tables - set(connection.introspection.table_names(cursor)))
    if missing:
        raise Trouble(f"{len(missing)} tables are missing, first {missing[0]}.", "Run antu migrate.", code=4)
    click.echo(f"All well: {len(register.now.layers)} layers on {len(tables)} tables.")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_(file: Path) -> None:
    """Write the whole database into FILE, in PostgreSQL's own compressed format."""
    setup.database()
    setup.django()
    from layers.registry.store import dsn

    if file.exists():
        raise Trouble(f"{file} exists already.", "Name another file, or move it away.", code=2)
    draft = file.with_suffix(file.suffix + ".part")
    run([tool("pg_dump"), "--format=custom", "--no-owner", f"--file={draft}", dsn()], "The backup failed")
    draft.rename(file)
    click.echo(f"{file}: {file.stat().st_size / 2**20:.1f} MB")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_(file: Path) -> None:
    """Read FILE, made by antu backup, into an empty database."""
    setup.database()
    setup.django()
    from django.db import connection

    from layers.registry.store import dsn

    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t != "spatial_ref_sys"]
    connection.close()
    if tables:
        raise Trouble(
            "The database is not empty.", "Restore into a new one: createdb, then set DATABASE_URL.", code=2
        )
    run(
        [tool("pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={dsn()}", str(file)],
        "The restore failed",
    )
    click.echo("Restored.")


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage_(arguments: tuple[str, ...]) -> None:
    """Any of Django's own commands, as in: antu manage createsuperuser"""
    setup.database()
    setup.django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["antu manage", *arguments])


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Trouble(f"{name} is not installed.", "Install postgresql-client.")
    return found


def run(command: list[str], failed: str) -> None:
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{failed}: {done.stderr.strip().splitlines()[-1]}", code=4)
    sys.stdout.flush()
