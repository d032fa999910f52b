"""`antu demo`: the synthetic city into the database, with accounts to look at it."""

from __future__ import annotations

import json

import click

from gis.cli import setup


@click.command("demo")
@click.option(
    "--scale", type=click.Choice(["hamlet", "chiayi", "tainan", "x10"]), default="chiayi", show_default=True
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another city.")
@click.option("--replace", is_flag=True, help="Take the place of the demonstration that is loaded.")
@click.option("--force", is_flag=True, help="Load even beside real data.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def demo_(scale: str, seed: int, replace: bool, force: bool, as_json: bool) -> None:
    """Load the synthetic demonstration city 示範市. Loading it twice does nothing."""
    setup.ready()
    from gis import demo

    rows = demo.load(
        scale, seed, replace=replace, force=force, say=lambda line: click.echo(f"  {line}", err=True)
    )
    made = demo.accounts()
    if as_json:
        click.echo(
            json.dumps({"scale": scale, "seed": seed, "rows": rows, "accounts": made}, ensure_ascii=False)
        )
        return
    for name, password, role in made:
        click.echo(f"  {name:<16} {password:<28} {role}")
