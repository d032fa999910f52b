"""`antu demo`: the synthetic city."""

from __future__ import annotations

import json

import click

from gis.cli import setup


@click.command("demo")
@click.option(
    "--scale", default="chiayi", show_default=True, type=click.Choice(["hamlet", "chiayi", "tainan", "x10"])
)
@click.option("--seed", default=1, show_default=True)
@click.option("--replace", is_flag=True, help="Remove the synthetic city that is there, and load anew.")
@click.option("--if-empty", is_flag=True, help="Do nothing when any data is there; for containers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def demo_(scale: str, seed: int, replace: bool, if_empty: bool, as_json: bool) -> None:
    """Load 示範市, a city that does not exist. The same seed gives the same city on every machine.

    Everything it loads says that it is synthetic. It is never loaded over other data.

    \b
    antu demo --scale hamlet     a village, in seconds
    antu demo --seed 7 --replace another city in its place
    """
    setup.ready()
    from gis import demo

    if if_empty and not demo.empty():
        demo.finish(lambda text: click.echo(f"  {text}", err=True))
        click.echo("There is data already; nothing was loaded.", err=True)
        if as_json:
            click.echo("{}")
        return
    counts = demo.load(scale, seed, say=lambda text: click.echo(f"  {text}", err=True), replace=replace)
    if as_json:
        click.echo(json.dumps(counts))
