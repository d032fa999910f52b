"""`antu migrate`, `db`, `check`, `backup`, `restore`, `manage`: the database and what lies on it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click

from gis.cli import setup
from gis.environment import writable
from gis.trouble import Trouble


@click.command("migrate")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def migrate_(as_json: bool) -> None:
    """Bring the tables up to date. Does nothing when they are."""
    setup.database()
    setup.django()
    done = setup.migrate()
    if as_json:
        click.echo(json.dumps({"applied": done}))
        return
    click.echo(f"{done} migrations applied." if done else "The tables are up to date.")


@click.command("db", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def db_(arguments: tuple[str, ...]) -> None:
    """Open psql on the database; further arguments go to psql.

    \b
    antu db
    antu db -c 'SELECT count(*) FROM crashes_crash'
    """
    setup.database()
    setup.django()
    from layers.registry.store import dsn

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for psql: it ends a query, not the session
    sys.exit(subprocess.run([tool("psql"), dsn(), *arguments], check=False).returncode)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def check_(as_json: bool) -> None:
    """Look for what is wrong with declarations, settings and database, and say it in sentences."""
    setup.database()
    setup.django()
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.db import connection

    from layers.registry.register import register

    try:
        call_command("check", verbosity=0)
    except SystemCheckError as wrong:
        raise Trouble("Declarations or settings are wrong.", str(wrong), code=1) from wrong
    tables = {table for layer in register for table in layer.tables}
    with connection.cursor() as cursor:
        missing = sorted(tables - set(connection.introspection.table_names(cursor)))
    if missing:
        raise Trouble(f"{len(missing)} tables are missing, first {missing[0]}.", "Run antu migrate.", code=4)
    if as_json:
        click.echo(json.dumps({"layers": len(register.now.layers), "tables": len(tables)}))
        return
    click.echo(f"All well: {len(register.now.layers)} layers on {len(tables)} tables.")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_(file: Path) -> None:
    """Write the whole database into FILE, in PostgreSQL's own compressed format.

    \b
    antu backup /backup/antu-$(date +%F).dump
    """
    setup.database()
    setup.django()
    from layers.registry.store import dsn

    if file.exists():
        raise Trouble(f"{file} exists already.", "Name another file, or move it away.", code=2)
    if not file.parent.is_dir():
        raise Trouble(f"There is no folder {file.parent}.", "Make it, or name another.", code=2)
    writable(file.parent)
    draft = file.with_suffix(file.suffix + ".part")
    try:
        run([tool("pg_dump"), "--format=custom", "--no-owner", f"--file={draft}", dsn()], "The backup failed")
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"{file}: {file.stat().st_size / 2**20:.1f} MB")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_(file: Path) -> None:
    """Read FILE, made by antu backup, into an empty database.

    \b
    createdb antu_new
    DATABASE_URL=postgresql:///antu_new antu restore /backup/antu-2026-11-21.dump
    """
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
        said = (done.stderr.strip().splitlines() or [f"{command[0]} ended with {done.returncode}"])[-1]
        raise Trouble(f"{failed}: {said}", code=4)
    sys.stdout.flush()
