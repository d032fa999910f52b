"""`antu diagrams classify FILE`: movement keys for any file of crashes with coded headings and manoeuvres."""

from __future__ import annotations

from pathlib import Path

import click

from gis.trouble import Trouble

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("diagrams")
def diagrams_() -> None:
    """Collision diagrams: what met what."""


@diagrams_.command("classify")
@click.argument("file", type=FILE)
@click.option("--mapping", "told", type=FILE, required=True, help="TOML: which columns and values mean what.")
@click.option("--out", type=FILE, required=True, help="The CSV that is written, a line for each crash.")
def classify_(file: Path, told: Path, out: Path) -> None:
    """Give each crash of FILE (CSV, also .gz) its movement key, type, confidence and explanation."""
    from diagramming.movement import table

    try:
        found = table.run(file, table.mapping(told))
        table.write(found, out)
    except (table.BadTable, OSError) as wrong:
        raise Trouble(
            str(wrong), "Mend the mapping or the file; diagramming/movement/table.py lists its keys.", code=2
        ) from wrong
    click.echo(f"{len(found.rows):,} crashes → {out}")
    right, all_ = found.agreement()
    if all_:
        click.echo(f"The coded type agrees in {right:,} of {all_:,} ({right / all_:.1%}):")
        for (coded, said), n in sorted(found.confusion.items()):
            click.echo(f"  coded {coded:12} rule {said:12} {n:6,}")
        if found.unanswered:
            click.echo(f"Of {found.unanswered:,} of them headings are missing: the rules give no type.")
    right, all_ = table.right(found.pairs)
    if all_:
        click.echo(f"Two vehicles, both headings known: {right:,} of {all_:,} ({right / all_:.1%}):")
        for (coded, said), n in sorted(found.pairs.items()):
            click.echo(f"  coded {coded:12} rule {said:12} {n:6,}")
