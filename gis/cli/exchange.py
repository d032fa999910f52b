"""`antu import LAYER FILE…` and `antu export LAYER`: files in, files out."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from gis.cli import setup
from gis.cli.near import meant
from gis.trouble import Trouble

if TYPE_CHECKING:
    from layers.registry.layer import Layer

FILE = click.Path(path_type=Path, dir_okay=False)


def find(layer_id: str) -> Layer:
    from layers.registry.register import register

    layer = register.get(layer_id)
    if layer is None:
        known = [known.id for known in register]
        raise Trouble(
            f"There is no layer “{layer_id}”.",
            meant(layer_id, known, f"There are: {', '.join(known)}."),
            code=2,
        )
    return layer


@click.command("import")
@click.argument("layer")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--mapping", type=FILE, help="A TOML file that says which column is which field.")
@click.option("--dry-run", is_flag=True, help="Do everything, then undo it.")
@click.option("--crs", help="The coordinate system of the file, such as EPSG:3826, where it does not say so.")
@click.option("--encoding", help="The encoding of a text file, where it is guessed wrong.")
@click.option("--sublayer", help="The layer within a file that holds several.")
@click.option("--anywhere", is_flag=True, help="Take what lies outside of the city's districts too.")
@click.option("--rejects", type=FILE, help="Where rejected lines are written, each with its reason.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def import_(
    layer: str,
    files: tuple[Path, ...],
    mapping: Path | None,
    dry_run: bool,
    crs: str | None,
    encoding: str | None,
    sublayer: str | None,
    anywhere: bool,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Read FILES into LAYER: CSV in any encoding, XLSX, SHP (zipped too), GPKG, GeoJSON, KML,
    FlatGeobuf, DXF, GeoParquet; any of them as .gz or in a .zip.

    Lines that were imported before and did not change are left alone; what is wrong with a line goes to the
    reject file. All files come in, or none.

    The LAYER streets stands for the street map: FILE is OpenStreetMap (.osm, .osm.gz), a street document (.json) or
    centre lines; --rejects then names the file for what a person should review.
    """
    setup.ready()
    from gis.exchange.load import Import
    from gis.exchange.mapping import from_toml
    from layers.registry.importer import Wrong

    if layer == "streets":
        from gis.cli.streets_import import import_streets

        if len(files) != 1:
            raise Trouble("The street map is drafted from one file at a time.", "Name one file.", code=2)
        return import_streets(
            files[0], mapping=mapping, crs=crs, dry_run=dry_run, review=rejects, as_json=as_json
        )
    wanted = find(layer)
    if missing := next((f for f in files if not f.exists()), None):
        raise Trouble(f"There is no file {missing}.", "Check the path.", code=2)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn(),
        console=Console(stderr=True), disable=as_json,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}

    def progress(name: str, count: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=None)
        bar.update(tasks[name], completed=count)

    try:
        with bar:
            result = Import(
                layer=wanted,
                files=list(files),
                actor=f"cli:{getpass.getuser()}",
                importer=from_toml(mapping, wanted) if mapping else None,
                crs=crs,
                encoding=encoding,
                sublayer=sublayer,
                anywhere=anywhere,
                dry_run=dry_run,
                reject_file=rejects,
                progress=progress,
            ).run()
    except Wrong as wrong:
        raise Trouble(str(wrong), wrong.text.zh, code=1) from wrong
    if as_json:
        click.echo(json.dumps(result.as_json(), ensure_ascii=False))
        return
    click.echo(
        f"{wanted.id}: read {result.read:,} = imported {result.imported:,} + unchanged {result.unchanged:,} "
        f"+ rejected {result.rejected:,}{' (dry run, nothing was kept)' if dry_run else ''}"
    )
    for reason, count in result.reasons.items():
        click.echo(f"  rejected {count:,}: {reason}")
    if result.reject_file:
        click.echo(f"  rejected lines: {result.reject_file}")


@click.command("export")
@click.argument("layer")
@click.option(
    "--format", "form", default="geojson", show_default=True,
    type=click.Choice(["geojson", "jsonfg", "gpkg", "fgb", "csv", "parquet", "shp", "kml"]),
)  # fmt: skip
@click.option("--out", type=FILE, help="The file to write; otherwise one in the data folder.")
@click.option("--bbox", help="west,south,east,north in WGS 84.")
@click.option("--datetime", "when", help="2024-01-01/2024-12-31, or open: 2024-01-01/..")
@click.option("--filter", "filter_", help="A condition in CQL2, such as severity=1.")
@click.option("--fields", help="Only these, separated by commas.")
@click.option("--crs", default="EPSG:4326", show_default=True)
@click.option(
    "--as", "clearance", default="public", show_default=True,
    type=click.Choice(["public", "council", "police", "restricted"]), help="For whose eyes.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def export_(
    layer: str,
    form: str,
    out: Path | None,
    bbox: str | None,
    when: str | None,
    filter_: str | None,
    fields: str | None,
    crs: str,
    clearance: str,
    as_json: bool,
) -> None:
    """Write LAYER into a file, as somebody of the clearance sees it. A shapefile becomes a zip."""
    setup.ready()
    from gis.audit.note import note
    from gis.exchange.export import export
    from gis.exchange.files import default_path, write
    from layers.access import Clearance

    wanted, eyes = find(layer), Clearance[clearance.upper()]
    if wanted.raster:
        raise Trouble(f"{layer} is a raster; its files are in the data folder under rasters/{layer}.", code=2)
    if eyes < wanted.clearance:
        raise Trouble(f"{layer} is not for {clearance} eyes.", f"Use --as {wanted.clearance.slug}.", code=2)
    path = out or default_path(wanted, form)
    if wanted.audited:
        note(f"cli:{getpass.getuser()}", "export", wanted.id, str(path.name), clearance=clearance)
    order = export(
        wanted,
        eyes,
        bbox=box(bbox) if bbox else None,
        datetime=when,
        filter=filter_,
        fields=tuple(f for f in (fields or "").split(",") if f),
        srid=srid(crs),
    )
    count = write(order, form, path)
    if as_json:
        click.echo(json.dumps({"layer": layer, "rows": count, "file": str(path)}))
    else:
        click.echo(f"{path}: {count:,} rows, {path.stat().st_size / 2**20:.2f} MB")


def box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError as wrong:
        raise Trouble(f"“{text}” is not four numbers: west,south,east,north.", code=2) from wrong
    return west, south, east, north


def srid(name: str) -> int:
    code = name.upper().removeprefix("EPSG:")
    if code not in ("4326", "3857", "3826", "3825"):
        raise Trouble(f"“{name}” is not served.", "There are EPSG:4326, 3857, 3826, 3825.", code=2)
    return int(code)
