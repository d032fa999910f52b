"""`antu streets …`: the street-block map without a database. Nothing here needs Django."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gis.trouble import Trouble

if TYPE_CHECKING:
    from layers.streets.craft.document import Document

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("streets")
def streets_() -> None:
    """Draft the street-block map from OpenStreetMap, derive its geometry, write it as GeoJSON."""


@streets_.command("derive")
@click.argument("file", type=FILE)
@click.option("--out", required=True, type=FOLDER, help="The folder that the GeoJSON files go into.")
@click.option(
    "--rules-on", type=click.DateTime(["%Y-%m-%d"]), help="The day whose marking rules hold. [today]"
)
@click.option("--left-hand", is_flag=True, help="Traffic keeps to the left.")
@click.option("--radius", type=click.FloatRange(0, 60), help="One radius for every corner, in metres.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def derive_(
    file: Path, out: Path, rules_on: datetime | None, left_hand: bool, radius: float | None, as_json: bool
) -> None:
    """Derive junctions, lanes, carriageway and markings of FILE (.osm, .osm.gz, or a street document .json).

    Writes junctions, control_zones, lanes, verges, carriageway, blocks and markings (.geojson), the street
    document (document.json) and what a person should look at (review.json).
    """
    from layers.streets.craft.derive import derive
    from layers.streets.craft.document import as_text
    from layers.streets.craft.marks import paint, rows
    from layers.streets.craft.write import write

    day = rules_on.date() if rules_on else date.today()
    document, review = _document(file, day, left_hand)
    plan = derive(document, radius=radius)
    counts = write(plan, out, {"markings": rows(plan, paint(plan))})
    (out / "document.json").write_text(as_text(document), "utf-8")
    (out / "review.json").write_text(json.dumps(review, ensure_ascii=False, indent=1), "utf-8")
    if as_json:
        click.echo(json.dumps({"out": str(out), **counts, "review": len(review)}, ensure_ascii=False))
        return
    click.echo(f"{out}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    if review:
        click.echo(f"{len(review)} things to review, in {out / 'review.json'}")


def _document(file: Path, day: date, left_hand: bool) -> tuple[Document, list[dict[str, str]]]:
    from layers.streets.craft.document import read as read_document
    from layers.streets.craft.migrate import Unreadable
    from layers.streets.craft.osm import BadFile, draft, read

    try:
        if file.suffix == ".json":
            return read_document(json.loads(file.read_text("utf-8"))), []
        made = draft(read(file), traffic="left" if left_hand else "right", rules_on=day, name=file.name)
    except (BadFile, Unreadable) as wrong:
        raise Trouble(str(wrong), "Mend the file and try again.", code=2) from wrong
    except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise Trouble(f"{file} cannot be read: {wrong}", code=2) from wrong
    return made.document, [{"object": row.object, "what": row.what} for row in made.review]


@streets_.command("export")
@click.argument("out", type=FILE)
@click.option("--bbox", help="west,south,east,north in WGS 84. [the whole map]")
@click.option("--as-of", type=click.DateTime(), help="How the streets were then. [now]")
@click.option(
    "--opendrive",
    type=click.Choice(["1.7", "1.8"]),
    default="1.7",
    show_default=True,
    help="Which OpenDRIVE a .xodr is.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def export_(out: Path, bbox: str | None, as_of: datetime | None, opendrive: str, as_json: bool) -> None:
    """Write the street map into OUT: derived geometry as .geojson, .gpkg or .dxf, roads with their lanes and junctions
    as OpenDRIVE .xodr, parameters as .json."""
    from gis.cli import setup
    from gis.cli.exchange import box

    setup.ready()
    from django.utils import timezone

    from layers.streets import read
    from layers.streets.craft.document import as_text
    from layers.streets.files import write_file

    when = read.AsOf(timezone.make_aware(as_of) if as_of else None)
    found = read.within(box(bbox), when) if bbox else read.everything(when)
    document = read.document(found, when)
    if not document.segments:
        raise Trouble(
            "There are no streets there, or were none then.", "Ask for another box or time.", code=2
        )
    if out.suffix == ".json":
        out.write_text(as_text(document), "utf-8")
        counts = {"segments": len(document.segments)}
    elif out.suffix in (".geojson", ".gpkg", ".dxf", ".xodr"):
        counts = write_file(document, out, int(opendrive[2:]))
    else:
        raise Trouble(
            f"{out.name} is of no kind that is written.",
            "There are .geojson, .gpkg, .dxf, .xodr and .json.",
            code=2,
        )
    if as_json:
        click.echo(json.dumps({"file": str(out), **counts}))
    else:
        click.echo(f"{out}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
