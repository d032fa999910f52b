"""The command line: `antu COMMAND`. A command's module is loaded when it is called, so that help is quick."""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from types import FrameType

import click

from gis.cli.near import Group
from gis.trouble import Trouble, of_the_machine

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("gis.cli.processes", "Start everything: database, demonstration, web, jobs."),
    "serve": ("gis.cli.processes", "Serve the web alone; the database must be there."),
    "worker": ("gis.cli.processes", "Do the jobs of the queue."),
    "stop": ("gis.cli.processes", "Stop what is running here."),
    "status": ("gis.cli.processes", "What is running, and how much is in it."),
    "migrate": ("gis.cli.database", "Bring the tables up to date."),
    "demo": ("gis.cli.demo", "Load the synthetic demonstration city."),
    "db": ("gis.cli.database", "Open psql on the database."),
    "check": ("gis.cli.database", "Look for what is wrong: declarations, database, settings."),
    "backup": ("gis.cli.database", "Write the whole database into one file."),
    "restore": ("gis.cli.database", "Read such a file back into an empty database."),
    "import": ("gis.cli.exchange", "Read a file into a layer."),
    "export": ("gis.cli.exchange", "Write a layer into a file."),
    "hotspots": ("gis.cli.hotspots", "Forecast where, and say how good that is."),
    "patrol": ("gis.cli.patrol", "Solve patrol routes; published instances too."),
    "diagrams": ("gis.cli.diagrams", "What met what, from coded crashes of any origin."),
    "tiles": ("gis.cli.tiles", "Build archives of tiles; see to the tiles that are kept."),
    "streets": ("gis.cli.streets", "Draft the street-block map from OpenStreetMap and derive its geometry."),
    "token": ("gis.cli.token", "Make, list and revoke tokens for programs."),
    "audit": ("gis.cli.audit", "Verify and read the audit log."),
    "bench": ("gis.cli.bench", "Measure, and print a table."),
    "manage": ("gis.cli.database", "Any of Django's own commands."),
    "test": ("gis.cli.test", "Run every check and every test."),
}


class Commands(Group):
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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="antu")
def cli() -> None:
    """安圖 Antu: a GIS server and map portal for city police and road-safety councils."""


def main() -> None:
    """Runs a command. 0 done, 1 something failed, 2 wrong use, 3 this machine, 4 the database, 130 interrupted."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ended)
    sys.exit(run(sys.argv[1:]))


def ended(number: int, frame: FrameType | None) -> None:
    """As Ctrl-C: whoever is in the middle of something puts it in order first."""
    raise SystemExit(128 + number)


def run(arguments: list[str]) -> int:
    """The exit code of a command. What a person can solve is said in a sentence; the rest is a fault of ours."""
    try:
        return int(cli.main(arguments, prog_name="antu", standalone_mode=False) or 0)
    except Trouble as trouble:
        return say(trouble, arguments)
    except click.ClickException as wrong:
        if "--json" not in arguments:
            wrong.show()
            return wrong.exit_code
        return say(Trouble(wrong.format_message(), "", wrong.exit_code), arguments)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. What was half done is undone; the same command begins again.", err=True)
        return 130
    except BrokenPipeError:  # `antu audit tail | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as problem:
        if known := of_the_machine(problem):
            return say(known, arguments)
        raise


def say(trouble: Trouble, arguments: list[str]) -> int:
    if "--json" in arguments:
        click.echo(json.dumps({"error": trouble.sentence, "hint": trouble.hint}, ensure_ascii=False))
    click.secho(f"✗ {trouble.sentence}", fg="red", err=True)
    if trouble.hint:
        click.echo(f"  {trouble.hint}", err=True)
    return trouble.code
