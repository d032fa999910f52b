"""`antu test`: every check and every test, one after the other; all run, and the sum is said at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date

import click

from gis.cli import setup

PYTHON = sys.executable
RECORD = setup.ROOT / "var" / "setup" / "last-test.json"
STAGES: tuple[tuple[str, list[str]], ...] = (
    ("ruff", [PYTHON, "-m", "ruff", "check"]),
    ("format", [PYTHON, "-m", "ruff", "format", "--check"]),
    (
        "import rules",
        [PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ),
    ("types", [PYTHON, "-m", "mypy"]),
    ("portal types", ["npm", "--prefix", "portal/web", "run", "--silent", "check"]),
    ("portal tests", ["npm", "--prefix", "portal/web", "run", "--silent", "test"]),
)


@click.command("test", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--only-tests", is_flag=True, help="Leave out linters and types.")
def test_(arguments: tuple[str, ...], only_tests: bool) -> None:
    """Run linters, types, front-end tests and pytest with a real database and a real browser.

    Further arguments go to pytest, as in: antu test -k legend
    """
    setup.database()
    environment = os.environ | {"PYTHONPATH": str(setup.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    pytest = [
        PYTHON,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--durations=15",
        *_order(),
        *arguments,
    ]
    failed, began = [], time.perf_counter()
    for name, command in (*(() if only_tests else STAGES), ("pytest", pytest)):
        click.secho(f"── {name}", bold=True)
        start = time.perf_counter()
        code = subprocess.run(command, cwd=setup.ROOT, env=environment, check=False).returncode
        click.echo(f"   {'✓' if code == 0 else '✗'} {name}  {time.perf_counter() - start:.1f} s")
        if code:
            failed.append(name)
    if not arguments and not only_tests:
        keep_record(time.perf_counter() - began, failed)
    if failed:
        click.secho(f"Failed: {', '.join(failed)}.", fg="red")
        sys.exit(1)
    click.secho("All checks and tests passed.", fg="green")


def _order() -> list[str]:
    """Tests run in any order; where a verdict is given on a commit, in the same one whenever it is asked."""
    if not os.environ.get("CI"):
        return []
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=setup.ROOT, capture_output=True, text=True, check=False
    )
    return [f"--randomly-seed={int(commit.stdout[:8], 16)}"] if commit.returncode == 0 else []


def keep_record(seconds: float, failed: list[str]) -> None:
    """What the last whole run took, for antu bench house."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    told = {"seconds": round(seconds, 1), "failed": failed, "on": f"{date.today()}"}
    RECORD.write_text(json.dumps(told), "utf-8")
