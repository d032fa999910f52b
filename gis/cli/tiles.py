"""`antu tiles build LAYER…`: tiles as one file, for phones, for other servers, for the day the network is down."""

from __future__ import annotations

import asyncio
import getpass
import json
from math import isfinite
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from gis.cli import setup
from gis.cli.exchange import box, find
from gis.trouble import Trouble


@click.group("tiles")
def tiles_() -> None:
    """Build archives of tiles, and see to the tiles that are kept."""


@tiles_.command("build")
@click.argument("layers", nargs=-1, required=True)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
    help="The .pmtiles file. In the data folder under archives/ it is served at once.",
)  # fmt: skip
@click.option("--min-zoom", type=click.IntRange(0, 22), help="As the layers say, unless given.")
@click.option("--max-zoom", type=click.IntRange(0, 22), help="16, unless the layers end before.")
@click.option("--bbox", help="west,south,east,north in WGS 84.")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1, 32), help="Tiles made at once.")
@click.option(
    "--as", "clearance", default="public", show_default=True,
    type=click.Choice(["public", "council", "police", "restricted"]), help="For whose eyes.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def build_(
    layers: tuple[str, ...],
    out: Path,
    min_zoom: int | None,
    max_zoom: int | None,
    bbox: str | None,
    jobs: int,
    clearance: str,
    as_json: bool,
) -> None:
    """Write the tiles of LAYERS into one PMTiles archive. Started again after a kill, it goes on.

    \b
    antu tiles build districts roads crashes --out city.pmtiles
    """
    setup.ready()
    from gis.audit.note import note
    from layers.access import Clearance
    from tilesrv.build import CannotBuild, Plan, build

    eyes = Clearance[clearance.upper()]
    wanted = [find(id) for id in dict.fromkeys(layers)]
    for layer in wanted:
        if eyes < layer.clearance:
            raise Trouble(
                f"{layer.id} is not for {clearance} eyes.", f"Use --as {layer.clearance.slug}.", code=2
            )
        if layer.raster and len(wanted) > 1:
            raise Trouble(f"{layer.id} is a raster; it needs an archive of its own.", code=2)
    if out.suffix != ".pmtiles":
        raise Trouble(f"{out.name} does not end in .pmtiles.", "Archives are found by their ending.", code=2)
    limits = box(bbox) if bbox else None
    if limits and not (all(map(isfinite, limits)) and limits[0] < limits[2] and limits[1] < limits[3]):
        raise Trouble(f"“{bbox}” is no box.", "Write west,south,east,north, smaller numbers first.", code=2)
    for layer in wanted:
        if layer.audited:
            note(f"cli:{getpass.getuser()}", "export", layer.id, out.name, clearance=clearance)
    plan = Plan(tuple(wanted), eyes, out, min_zoom, max_zoom, limits, jobs)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), disable=as_json,
    )  # fmt: skip
    zooms: dict[int, TaskID] = {}

    def progress(zoom: int, done: int, total: int) -> None:
        if zoom not in zooms:
            zooms[zoom] = bar.add_task(f"zoom {zoom}", total=total)
        bar.update(zooms[zoom], completed=done)

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with bar:
            built = asyncio.run(build(plan, progress))
    except CannotBuild as problem:
        raise Trouble(str(problem), code=2) from problem
    except OSError as problem:
        raise Trouble(f"{out} cannot be written: {problem.strerror}.", "Check folder and disk.") from problem
    if as_json:
        said = {"file": str(out), "tiles": built.tiles, "bytes": built.bytes, "resumed": built.resumed}
        click.echo(json.dumps(said | {"changed": built.changed, "thinned": built.thinned}))
        return
    click.echo(
        f"{out}: {built.tiles:,} tiles, {built.bytes / 2**20:.2f} MB{' (went on)' if built.resumed else ''}"
    )
    if built.thinned:
        click.echo(f"  thinned to stay below 500 kB: {len(built.thinned)} tiles, such as {built.thinned[0]}")
    if built.changed:
        click.echo(
            "  Data changed meanwhile: tiles made early may show it as it was before. Build again for one state."
        )


@tiles_.command("purge")
@click.argument("layers", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def purge_(layers: tuple[str, ...], as_json: bool) -> None:
    """Take away the tiles that are kept on disk: all, or those of LAYERS.

    Never needed for freshness: a kept tile is served only while nothing under it has changed.
    """
    setup.django()
    from tilesrv.disk import Disk, disk_folder

    names = {find(id).id for id in layers}
    gone = Disk(disk_folder(), 0).purge(names or None)
    click.echo(json.dumps({"purged": gone}) if as_json else f"{gone:,} kept tiles are gone.")
