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
from gis.environment import data_folder, database_url, writable
from gis.serve.lock import alone, end, holder
from gis.serve.port import check_port
from gis.serve.supervisor import Supervisor, end_leftovers, running
from gis.trouble import Trouble

SCALES = ["hamlet", "chiayi", "tainan", "x10"]


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
        "--no-ws", "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5",
        "gis.asgi:application",
    ]  # fmt: skip


def default_workers() -> int:
    return min(os.cpu_count() or 1, 2)


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=default_workers, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--scale", default="chiayi", show_default=True, type=click.Choice(SCALES),
              help="Size of the demonstration at first start.")  # fmt: skip
@click.option("--no-demo", is_flag=True, help="Start empty.")
def up_(host: str, port: int, workers: int, scale: str, no_demo: bool) -> None:
    """Start everything, and stop it with Ctrl-C.

    At the first start the tables are made and the synthetic city 示範市 is loaded. An interrupted first start
    is simply done again. A process that dies is started again.

    \b
    antu up --port 9000          at another port
    antu up --host 0.0.0.0       for the whole network
    """
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    with alone(setup.RUN, address):
        if left := end_leftovers(setup.RUN):
            click.echo(f"Ended what an earlier start left behind: {', '.join(left)}.", err=True)
        check_port(host, port)
        writable(data_folder(setup.ROOT))
        with step("database"):
            setup.database()
        if not setup.up_to_date():
            with step("tables"):
                setup.django()
                setup.migrate()
            if not no_demo:
                first_load(scale)
            setup.keep_up_to_date()
        with Supervisor(setup.RUN) as supervisor:
            with step("web"):
                supervisor.start("web", web_command(host, port, workers))
                if not supervisor.until(lambda: answers(f"{address}/healthz"), 60):
                    raise Trouble("The web did not start; what it said is above.", "Try antu check.")
            if not supervisor.told:
                supervisor.start("jobs", [sys.executable, "-m", "gis.jobs.worker"])
                banner(address, demonstration_accounts())
            supervisor.wait()
    click.echo("Stopped.", err=True)


def first_load(scale: str) -> None:
    """The demonstration, where there is nothing yet; and the rest of one that was interrupted near its end."""
    from gis import demo

    def say(text: str) -> None:
        click.echo(f"  {text}", err=True)

    if not demo.loaded() and demo.empty():
        say(f"first start: making 示範市 ({scale})")
        demo.load(scale, say=say)
    else:
        demo.finish(say)


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
    """Serve portal, APIs and tiles. For containers and for machines that keep their own database.

    \b
    antu serve --host 0.0.0.0 --workers 4
    """
    check_port(host, port, "serve")
    writable(data_folder(setup.ROOT))
    setup.database()
    command = web_command(host, port, workers)
    if database_url():
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    with Supervisor(
        setup.RUN / f"serve-{port}"
    ) as supervisor:  # stays, to stop the private database after it
        supervisor.start("web", command)
        supervisor.wait()


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
    ended = []
    if there := holder(setup.RUN):
        ended += sorted(running(setup.RUN))
        end(there)
    ended += end_leftovers(setup.RUN)
    if database_url() is None and (Cluster.of(setup.ROOT).stop() or there):
        ended.append("database")
    click.echo(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def status_(as_json: bool) -> None:
    """What is running here, and how many rows each layer has."""
    alive = sorted(running(setup.RUN))
    dead = sorted({path.stem for path in setup.RUN.glob("*.pid")} - set(alive))
    there, address, problem = True, holder(setup.RUN), ""
    try:
        if database_url():
            setup.database()
        else:
            there = Cluster.of(setup.ROOT).running()
    except Trouble as trouble:
        there, problem = False, trouble.sentence
    rows = rows_by_layer() if there else {}
    if as_json:
        told = dict.fromkeys(alive, True) | dict.fromkeys(dead, False)
        at = address.address if address else None
        click.echo(
            json.dumps({"address": at, "database": there, "problem": problem, "running": told, "rows": rows})
        )
        return
    if address:
        click.echo(f"address: {address.address}")
    click.echo(f"database: {'running' if there else problem or 'stopped'}")
    for name in alive:
        click.echo(f"{name}: running")
    for name in dead:
        click.echo(f"{name}: dead")
    for id, count in rows.items():
        click.echo(f"  {id:<20} about {count:>9,}")


def rows_by_layer() -> dict[str, int]:
    """About how many, as the database last counted: quick, however many there are."""
    setup.django()
    from django.db import connection

    from layers.registry.register import register

    rows = {}
    with connection.cursor() as cursor:
        for layer in register:
            if layer.model:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [layer.tables[0]]
                )
                found = cursor.fetchone()
                rows[layer.id] = max(int(found[0]), 0) if found else 0
    return rows
