"""`antu patrol solve INSTANCE`: routes for public orienteering files, to compare with what others publish."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gis.trouble import Trouble

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("patrol")
def patrol_() -> None:
    """Patrol routes, and how near to the best they are."""


@patrol_.command("solve")
@click.argument("instance", type=FILE)
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(0.05, 3600), help="To search."
)
@click.option("--out", type=FILE, help="Where the routes are written, as JSON; otherwise they are printed.")
@click.option(
    "--units", "-m", type=click.IntRange(1, 200), help="Routes, where the file does not say (or otherwise)."
)
@click.option("--seed", default=1, show_default=True, type=int, help="Another seed, another search.")
@click.option(
    "--decimals",
    type=click.IntRange(0, 9),
    help="Cut distances after so many; by itself as published: none for TOP, 1 for Solomon, 2 for Cordeau.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON document too.")
def solve_command(
    instance: Path,
    seconds: float,
    out: Path | None,
    units: int | None,
    seed: int,
    decimals: int | None,
    as_json: bool,
) -> None:
    """Find routes for INSTANCE: Chao's TOP, Tsiligirides' OP, TOPTW after Solomon, Cordeau or Righini, Solomon's VRPTW.

    Nodes are numbered as in the file (TOP and OP: lines of points from 0). Every route names its start and its end.
    """
    from layers.patrol.craft.instances import Unreadable, read

    if not instance.exists():
        raise Trouble(f"There is no file {instance}.", "Check the path.", code=2)
    if out is not None and not out.absolute().parent.is_dir():
        raise Trouble(f"There is no folder {out.parent}.", "Make it, or write elsewhere.", code=2)
    try:
        found = read(instance, units, decimals)
    except Unreadable as wrong:
        raise Trouble(
            str(wrong), "`antu patrol solve --help` names the forms that are read.", code=1
        ) from wrong
    from layers.patrol.craft.problem import faults, timetable
    from layers.patrol.craft.solve import Impossible, ready, solve

    compiled = ready()
    if compiled > 3:
        click.echo(f"The solver was compiled in {compiled:.0f} s; next time it is at hand.", err=True)
    try:
        plan = solve(found.problem, seconds=seconds, seed=seed)
    except Impossible as wrong:
        raise Trouble(str(wrong), "", code=1) from wrong
    broken = faults(found.problem, plan.routes)
    assert not broken, broken
    document = {
        "instance": found.name,
        "form": found.form,
        "value": int(plan.value) if plan.value.is_integer() else plan.value,
        "units": found.problem.units,
        "routes": [[found.labels[v] for v in route] for route in plan.routes],
        "ends": [round(timetable(found.problem, u, r)[-1], 6) for u, r in enumerate(plan.routes)],
        "limit": float(found.problem.finish[0]),
        "decimals": found.decimals,
        "seconds": round(plan.seconds, 3),
        "iterations": plan.iterations,
        "seed": seed,
    }
    text = json.dumps(document, ensure_ascii=False)
    if out is not None:
        try:
            out.write_text(text + "\n", encoding="utf-8")
        except OSError as wrong_:
            raise Trouble(f"{out} cannot be written: {wrong_.strerror or wrong_}.", "", code=3) from wrong_
    if as_json or out is None:
        click.echo(text)
    else:
        visited = sum(len(r) - 2 for r in plan.routes)
        click.echo(
            f"{found.name}: value {document['value']} with {found.problem.units} routes and {visited} visits, "
            f"{plan.iterations:,} iterations in {plan.seconds:.1f} s."
        )


@patrol_.command("listen")
@click.option(
    "--broker", envvar="ANTU_MQTT_BROKER", required=True, help="mqtts://user:password@host:8883; ANTU_MQTT_BROKER keeps it off the list of processes."
)  # fmt: skip
@click.option(
    "--name",
    default="antu",
    show_default=True,
    help="Of this listener; the broker keeps its messages under it.",
)
def listen_command(broker: str, name: str) -> None:
    """Take positions of cars from an MQTT broker, on antu/positions/CAR, until interrupted."""
    import signal
    import threading

    from gis.cli.setup import django

    django()
    from layers.patrol.listening import Broker, Listener

    try:
        at = Broker.of(broker)
    except ValueError as wrong:
        raise Trouble(str(wrong), "", code=2) from wrong
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        done = Listener(at, name).run(
            stop, lambda: click.echo(f"Listening at {at.host}:{at.port}; Ctrl-C ends.")
        )
    except OSError as wrong:
        raise Trouble(
            f"There is no broker at {at.host}:{at.port}: {wrong.strerror or wrong}.",
            "Check the address, and that it runs.",
            code=3,
        ) from wrong
    click.echo(
        f"{done.messages:,} messages: {done.accepted:,} new, {done.repeated:,} repeated, {done.refused:,} refused."
    )
