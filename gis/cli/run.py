"""`antu up`, `serve`, `worker`, `stop`, `status`: the product as processes."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import click

from gis.cli import setup
from gis.cluster import Cluster
from gis.serve.supervisor import Supervisor, check_port, end_leftovers, started, until_answers
from gis.trouble import Trouble


@contextmanager
def step(what: str) -> Iterator[None]:
    """One line for a thing that takes time, with how long it took."""
    began = time.perf_counter()
    click.echo(f"… {what}", nl=False, err=True)
    try:
        yield
    except BaseException:
        click.echo("\r✗", err=True)
        raise
    click.echo(f"\r✓ {what}  {time.perf_counter() - began:.1f} s", err=True)


def web_command(host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--loop", "uvloop", "--log-level", os.environ.get("ANTU_LOG", "warning").lower(),
        "--no-ws", "--respawn-failed-workers", "gis.asgi:application",
    ]  # fmt: skip


def default_workers() -> int:
    return min(os.cpu_count() or 1, 2)


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=default_workers, type=click.IntRange(1, 64), help="Web processes.")
@click.option(
    "--scale", default="chiayi", show_default=True, help="Size of the demonstration at first start."
)
@click.option("--no-demo", is_flag=True, help="Start empty.")
def up_(host: str, port: int, workers: int, scale: str, no_demo: bool) -> None:
    """Start everything, and stop it with Ctrl-C.

    At the first start the tables are made and the synthetic city 示範市 is loaded. An interrupted first start
    is simply done again.
    """
    if left := end_leftovers(setup.RUN):
        click.echo(f"Ended what an earlier start left behind: {', '.join(left)}.", err=True)
    check_port(host, port)
    with step("database"):
        own = setup.database()
    try:
        if not setup.up_to_date():
            with step("tables"):
                setup.django()
                setup.migrate()
            if not no_demo:
                first_load(scale)
            setup.keep_up_to_date()
        supervisor = Supervisor(setup.RUN)
        address = f"http://{host}:{port}"
        with step("web"):
            supervisor.start("web", web_command(host, port, workers))
            if not until_answers(lambda: answers(f"{address}/healthz"), supervisor.children, 60):
                supervisor.end()
                raise Trouble("The web did not start; what it said is above.", "Try antu check.")
        supervisor.start("jobs", [sys.executable, "-m", "gis.jobs.worker"])
        banner(address, demonstration_accounts())
        code = supervisor.wait()
    finally:
        if own:
            Cluster.of(setup.ROOT).stop()
    click.echo("Stopped.", err=True)
    sys.exit(code)


def first_load(scale: str) -> None:
    """The demonstration, where there is nothing yet. One transaction: an interrupted load is done again."""
    from gis import demo

    if not demo.loaded() and demo.empty():
        click.echo(f"  first start: making 示範市 ({scale})", err=True)
        demo.load(scale, say=lambda text: click.echo(f"  {text}", err=True))


def demonstration_accounts() -> list[tuple[str, str, str]]:
    setup.django()
    from gis import demo

    return demo.accounts()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def banner(address: str, accounts: list[tuple[str, str, str]]) -> None:
    click.echo()
    click.secho(f"  安圖 Antu   {address}", bold=True)
    if accounts:
        click.echo("  示範帳號 demonstration accounts:")
        width = max(len(name) for name, _, _ in accounts)
        for name, password, role in accounts:
            click.echo(f"    {name:<{width}}  {password}  {role}")
    click.echo("  Ctrl-C 停止 stops everything.\n")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=default_workers, type=click.IntRange(1, 64))
def serve_(host: str, port: int, workers: int) -> None:
    """Serve portal, APIs and tiles. For containers and for machines that keep their own database."""
    check_port(host, port)
    setup.database()
    command = web_command(host, port, workers)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter


@click.command("worker")
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 32))
def worker_(concurrency: int) -> None:
    """Do the jobs of the queue until told to stop."""
    setup.database()
    setup.django()
    from gis.jobs.worker import work

    work(concurrency)


@click.command("stop")
def stop_() -> None:
    """Stop the web, the jobs and the private database of this folder."""
    ended = end_leftovers(setup.RUN)
    if os.environ.get("DATABASE_URL") is None and Cluster.of(setup.ROOT).stop():
        ended.append("database")
    click.echo(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def status_(as_json: bool) -> None:
    """What is running here, and how many rows each layer has."""
    running = {}
    for path in setup.RUN.glob("*.pid"):
        pid, _, since = path.read_text().strip().partition(" ")
        running[path.stem] = bool(since) and started(int(pid)) == since
    private = os.environ.get("DATABASE_URL") is None
    there = Cluster.of(setup.ROOT).running() if private else True
    rows: dict[str, int] = {}
    if there:
        setup.django()
        from django.db import connection

        from layers.registry.register import register

        for layer in register:
            if layer.model:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", layer.tables
                    )
                    found = cursor.fetchone()
                rows[layer.id] = max(int(found[0]), 0) if found else 0
    if as_json:
        click.echo(json.dumps({"database": there, "running": running, "rows": rows}))
        return
    click.echo(f"database: {'running' if there else 'stopped'}")
    for name, alive in sorted(running.items()):
        click.echo(f"{name}: {'running' if alive else 'dead'}")
    for id, count in rows.items():
        click.echo(f"  {id:<20} about {count:>9,}")
