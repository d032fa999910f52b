"""The command line: `antu COMMAND`. A command's module is loaded when it is called, so that help is quick."""

from __future__ import annotations

import json
import sys
from importlib import import_module

import click

from gis.trouble import Trouble

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("gis.cli.run", "Start everything: database, demonstration, web, jobs."),
    "serve": ("gis.cli.run", "Serve the web alone; the database must be there."),
    "worker": ("gis.cli.run", "Do the jobs of the queue."),
    "stop": ("gis.cli.run", "Stop what is running here."),
    "status": ("gis.cli.run", "What is running, and how much is in it."),
    "migrate": ("gis.cli.database", "Bring the tables up to date."),
    "demo": ("gis.cli.demo", "Load the synthetic demonstration city."),
    "db": ("gis.cli.database", "Open psql on the database."),
    "check": ("gis.cli.database", "Look for what is wrong: declarations, database, settings."),
    "backup": ("gis.cli.database", "Write the whole database into one file."),
    "restore": ("gis.cli.database", "Read such a file back into an empty database."),
    "import": ("gis.cli.exchange", "Read a file into a layer."),
    "export": ("gis.cli.exchange", "Write a layer into a file."),
    "streets": ("gis.cli.streets", "Draft the street-block map from OpenStreetMap and derive its geometry."),
    "token": ("gis.cli.token", "Make, list and revoke tokens for programs."),
    "audit": ("gis.cli.audit", "Verify and read the audit log."),
    "bench": ("gis.cli.bench", "Measure, and print a table."),
    "manage": ("gis.cli.database", "Any of Django's own commands."),
    "test": ("gis.cli.test", "Run every check and every test."),
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(COMMANDS[name][0]), f"{name}_")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as wrong:
            near = [name for name in COMMANDS if name.startswith(args[0][:2])]
            hint = f" Did you mean {' or '.join(near)}?" if near else " See antu --help."
            raise click.UsageError(f"There is no command “{args[0]}”.{hint}") from wrong


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="antu")
def cli() -> None:
    """安圖 Antu: a GIS server and map portal for city police and road-safety councils."""


def main() -> None:
    """Runs a command. Exit codes: 0 done, 1 something failed, 2 wrong use, 3 this machine, 4 the database."""
    try:
        cli(prog_name="antu")
    except Trouble as trouble:
        if "--json" in sys.argv:
            print(json.dumps({"error": trouble.sentence, "hint": trouble.hint}, ensure_ascii=False))
        click.secho(f"✗ {trouble.sentence}", fg="red", err=True)
        if trouble.hint:
            click.echo(f"  {trouble.hint}", err=True)
        sys.exit(trouble.code)
