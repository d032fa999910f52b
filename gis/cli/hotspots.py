"""`antu hotspots evaluate FILE`: how good a forecast would have been, for any file of points with dates."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gis.cli import setup
from gis.trouble import Trouble

if TYPE_CHECKING:
    from gis.exchange.events import Events
    from layers.hotspots.craft.evaluate import Evaluation

FILE = click.Path(path_type=Path, dir_okay=False)
MOST_CELLS = 12_000_000
SAYS = {
    "better": "The forecast finds more than going to the same places as last year.",
    "worse": "The forecast finds LESS than going to the same places as last year: do not use it here.",
    "no better": "The forecast is NO better than going to the same places as last year.",
    "unknown": "Nothing happened in the weeks that were to be foretold: nothing can be said.",
}


@click.group("hotspots")
def hotspots_() -> None:
    """Forecasts of where, and how good they are."""


@hotspots_.command("evaluate")
@click.argument("events", type=FILE)
@click.option("--train-to", required=True, help="The last day that is learned from, such as 2024-05-31.")
@click.option(
    "--weeks", default=4, show_default=True, type=click.IntRange(1, 104), help="Weeks after it to foretell."
)
@click.option(
    "--cell", default=50.0, show_default=True, type=click.FloatRange(10, 2000), help="Cells, in metres."
)
@click.option("--lon", default="", help="The column of longitudes or eastings.")
@click.option("--lat", default="", help="The column of latitudes or northings.")
@click.option("--time", "when", default="", help="The column of days or moments.")
@click.option(
    "--format", "pattern", default="", help="How days are written, where it is not clear: %m/%d/%Y."
)
@click.option("--crs", default="", help="Coordinates, where they are neither WGS 84 nor TWD97: EPSG:2913.")
@click.option("--encoding", help="The encoding of a text file, where it is guessed wrong.")
@click.option(
    "--area", type=FILE, help="A file of polygons; otherwise ground within 1 km of what is learned from."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def evaluate_command(
    events: Path,
    train_to: str,
    weeks: int,
    cell: float,
    lon: str,
    lat: str,
    when: str,
    pattern: str,
    crs: str,
    encoding: str | None,
    area: Path | None,
    as_json: bool,
) -> None:
    """Learn from EVENTS up to a day, foretell the weeks after it, and count what was found.

    EVENTS is any file that can be imported: CSV, XLSX, GeoPackage, GeoJSON, packed or not.
    """
    setup.django()
    from gis.exchange import events as reading
    from layers.hotspots.craft.evaluate import evaluate
    from layers.hotspots.craft.forecast import TooFew
    from layers.registry.importer import Wrong

    last_day = _day(train_to)
    for path in filter(None, (events, area)):
        if not path.exists():
            raise Trouble(f"There is no file {path}.", "Check the path.", code=2)
    try:
        found = reading.read(events, lon=lon, lat=lat, when=when, crs=crs, pattern=pattern, encoding=encoding)
        _fits(found, last_day)
        now = found.number(last_day) + 1
        ground = _ground(found, now, cell, reading.boundary(area, found.crs) if area else None)
        result = evaluate(ground, found.x, found.y, found.day, now=now, horizon=weeks * 7.0)
    except Wrong as wrong:
        raise Trouble(str(wrong), wrong.text.zh, code=1) from wrong
    except TooFew as few:
        raise Trouble(
            f"{str(few)[0].upper()}{str(few)[1:]}.", "Choose a later --train-to or fewer --weeks.", code=1
        ) from few
    notes = _notes(found, result, last_day, weeks)
    if as_json:
        click.echo(json.dumps(_document(found, result, last_day, weeks, cell, notes), ensure_ascii=False))
    else:
        click.echo(_table(found, result, last_day, weeks, cell, notes))


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as wrong:
        raise Trouble(f"“{said}” is not a day.", "Write it like 2024-05-31.", code=2) from wrong


def _fits(found: Events, last_day: date) -> None:
    if not found.first <= last_day < found.last:
        raise Trouble(
            f"The events run from {found.first} to {found.last}; --train-to {last_day} leaves nothing to "
            f"{'learn from' if last_day < found.first else 'test'}.",
            "Choose a day between, with some months before it and some weeks after it.",
            code=2,
        )


def _ground(found: Events, now: float, cell: float, shape: Any) -> Any:
    from layers.hotspots.craft.area import near, within
    from layers.hotspots.craft.forecast import Ground
    from layers.hotspots.craft.grid import Grid

    x, y = found.x[found.day < now], found.y[found.day < now]
    box = shape.bounds if shape is not None else (x.min(), y.min(), x.max(), y.max())
    grid = Grid.over(box, cell, 0.0 if shape is not None else 1000.0)
    if grid.size > MOST_CELLS:
        raise Trouble(
            f"The events lie so far apart that {grid.size:,} cells of {cell:g} m would be needed.",
            "Ask for larger cells with --cell, or for a smaller area with --area.",
            code=2,
        )
    inside = within(grid, shape) if shape is not None else near(grid, x, y)
    if not inside.any():
        raise Trouble("The area is smaller than one cell.", "Ask for smaller cells with --cell.", code=2)
    return Ground(grid, inside)


def _notes(found: Events, result: Evaluation, last_day: date, weeks: int) -> list[str]:
    from layers.hotspots.craft.evaluate import FEW, JUDGED

    notes = []
    end = last_day + timedelta(days=weeks * 7)
    if found.last < end:
        notes.append(f"The events end on {found.last}, before the {weeks} weeks are over.")
    if result.tested < FEW:
        notes.append(f"{result.tested} test events are few: differences of some percents are noise.")
    if found.number(last_day) + 1 < 365:
        notes.append(
            f"There is less than a year before; “last year” is the {found.number(last_day) + 1:.0f} days since {found.first}."
        )
    if result.places < max(JUDGED):
        notes.append(
            f"Last year's places are {result.places:.1%} of the area; where more is asked for, they are filled up by lot."
        )
    if result.outside:
        notes.append(
            f"{result.outside} test events lie outside of the area and count as missed by every map."
        )
    return notes


def _document(
    found: Events, result: Evaluation, last_day: date, weeks: int, cell: float, notes: list[str]
) -> dict[str, Any]:
    return {
        "train": {"from": str(found.first), "to": str(last_day), "events": result.trained},
        "test": {
            "from": str(last_day + timedelta(days=1)), "to": str(last_day + timedelta(days=weeks * 7)),
            "events": result.tested, "outside": result.outside,
        },
        "rows": {"read": found.read, "left_out": found.left_out, "columns": found.columns},
        "area": {"km2": round(result.km2, 3), "cells": result.cells, "cell": cell, "crs": found.crs},
        "maps": {
            name: [
                {
                    "share": s.share, "hits": round(s.hits, 3), "hit_rate": round(s.hit_rate, 6),
                    "low": round(s.low, 6), "high": round(s.high, 6), "pai": round(s.pai, 4), "pei": round(s.pei, 6),
                }
                for s in scored
            ]
            for name, scored in result.maps.items()
        },
        "mean_log_density": {
            name: round(v, 4) if v == v and abs(v) != float("inf") else None for name, v in result.logs.items()
        },
        "leads": [
            {"share": v.share, "gain": round(v.gain, 6), "low": round(v.low, 6), "high": round(v.high, 6)}
            for v in result.leads
        ],
        "chosen": result.made.chosen,
        "weights": {c.name: round(w, 4) for c, w in result.made.weights.items()},
        "seconds": round(result.seconds, 2),
        "verdict": result.verdict,
        "sentence": SAYS[result.verdict],
        "notes": notes,
    }  # fmt: skip


def _table(
    found: Events, result: Evaluation, last_day: date, weeks: int, cell: float, notes: list[str]
) -> str:
    lines = [
        f"Learned from {result.trained:,} events, {found.first} to {last_day}; "
        f"tested on {result.tested:,} in the {weeks} weeks after. {result.km2:,.1f} km² in cells of {cell:g} m.",
        f"Rows read {found.read:,}"
        + "".join(f"; {n:,} left out: {why}" for why, n in found.left_out.items())
        + ".",
        "",
        f"{'map':26} {'area':>6} {'hit rate':>9} {'95 % interval':>17} {'PAI':>7} {'PEI':>6}",
    ]
    for name, scored in result.maps.items():
        lines += [
            f"{name:26} {s.share:6.1%} {s.hit_rate:9.1%} {f'{s.low:.1%} – {s.high:.1%}':>17} {s.pai:7.1f} {s.pei:6.2f}"
            for s in scored
        ]
    lines += ["", f"Made of ({result.made.chosen}): " + ", ".join(
        f"{w:.0%} {c.name}" for c, w in sorted(result.made.weights.items(), key=lambda cw: -cw[1])[:6]
    )]  # fmt: skip
    lines += [
        f"At {v.share:.0%} of the area it finds {v.gain:+.1%} of all events beyond last year's places "
        f"({v.low:+.1%} to {v.high:+.1%})."
        for v in result.leads
    ]
    return "\n".join([*lines, *notes, "", SAYS[result.verdict]])
