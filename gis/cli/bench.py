"""`antu bench NAME`: measure, and print the table that docs/benchmarks.md keeps."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pkgutil import iter_modules

import click

from gis.cli import setup
from gis.cli.near import meant
from gis.trouble import Trouble


def subjects() -> list[str]:
    package = import_module("tests.benchmarks")
    tools = {"ledger", "load", "peers", "points", "report"}
    return sorted(m.name for m in iter_modules(package.__path__) if m.name not in tools)


@click.command("bench")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def bench_(name: str | None, as_json: bool) -> None:
    """Measure NAME; without it, say what can be measured."""
    sys.path.insert(0, str(setup.ROOT))
    if name is None:
        click.echo("\n".join(subjects()))
        return
    if name not in subjects():
        hint = meant(name, subjects(), f"There are: {', '.join(subjects())}.")
        raise Trouble(f"There is no benchmark “{name}”.", hint, code=2)
    report = import_module(f"tests.benchmarks.{name}").run()
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else report.markdown())
