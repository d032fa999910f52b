"""`antu import streets FILE`: the first draft of the street map, from OpenStreetMap or from centre lines."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gis.trouble import Trouble

if TYPE_CHECKING:
    from layers.streets.craft.lines import Line
    from layers.streets.craft.osm.draft import Draft

COLUMNS = {
    "key": ("key", "id", "fid", "linkid", "LinkID", "roadid"),
    "name": ("name", "NAME", "roadname", "RoadName", "路名", "ROADNAME"),
    "road_class": ("road_class", "class", "kind", "highway", "RoadClass", "ROADCLASS1"),
    "width": ("width", "width_m", "WIDTH", "Width", "路寬"),
    "lanes": ("lanes", "LANES", "LaneNum", "車道數"),
    "oneway": ("oneway", "ONEWAY", "單行"),
    "speed": ("speed", "maxspeed", "speed_limit", "SPEED", "速限"),
    "layer": ("layer", "LAYER"),
}


def import_streets(
    file: Path, *, mapping: Path | None, crs: str | None, dry_run: bool, review: Path | None, as_json: bool
) -> None:
    """All of the file goes in, or nothing. What is guessed is marked so, and listed for review."""
    from django.db import transaction

    from layers.streets.craft.migrate import Unreadable
    from layers.streets.craft.osm import BadFile
    from layers.streets.seed import seed
    from layers.streets.write import Survey, Unwritable

    try:
        made, method = _draft(file, mapping, crs)
        survey = Survey(
            who=f"cli:{getpass.getuser()}", method=method, note=file.name, kind="import", accepted=True
        )
        with transaction.atomic():
            counts = seed(
                made.document,
                survey,
                say=(lambda _: None) if as_json else lambda line: click.echo(line, err=True),
            )
            if dry_run:
                transaction.set_rollback(True)
    except (BadFile, Unreadable, Unwritable) as wrong:
        raise Trouble(str(wrong), "Nothing was imported.", code=2) from wrong
    rows = [{"object": row.object, "what": row.what} for row in made.review]
    if review:
        review.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    if as_json:
        click.echo(json.dumps({**counts, "review": len(rows), "dry_run": dry_run}, ensure_ascii=False))
        return
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "changeset")
    click.echo(f"streets: {said}{' (dry run, nothing was kept)' if dry_run else ''}")
    if rows:
        where = f", in {review}" if review else "; name a file with --rejects to have them listed"
        click.echo(f"{len(rows):,} things to review{where}")


def _draft(file: Path, mapping: Path | None, crs: str | None) -> tuple[Draft, str]:
    from layers.streets.craft.document import read as read_document
    from layers.streets.craft.osm import BadFile, draft, read
    from layers.streets.craft.osm.draft import Draft
    from layers.streets.seed import today

    if not file.is_file():
        raise BadFile(f"There is no file {file}.")
    name = file.name.removesuffix(".gz")
    if name.endswith((".osm", ".pbf", ".xml")):
        return draft(read(file), rules_on=today(), name=file.name), "osm"
    if name.endswith(".json") and not _is_geojson(file):
        try:
            return Draft(read_document(json.loads(file.read_text("utf-8"))), []), "plan"
        except (UnicodeDecodeError, json.JSONDecodeError) as wrong:
            raise BadFile(f"{file.name} cannot be read: {wrong}") from wrong
    from layers.streets.craft import lines

    plane = 3826
    return lines.draft(_lines(file, mapping, crs, plane), crs=plane, rules_on=today()), "lines"


def _is_geojson(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"FeatureCollection" in stream.read(4096)


def _lines(file: Path, mapping: Path | None, crs: str | None, plane: int) -> list[Line]:
    import numpy as np
    import pyogrio
    import pyogrio.raw
    import shapely
    from pyproj import Transformer

    from layers.streets.craft.osm import BadFile

    try:
        meta, _, shapes, values = pyogrio.raw.read(file)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as wrong:
        raise BadFile(f"{file.name} cannot be read: {wrong}") from wrong
    system = crs or meta["crs"]
    if not system:
        raise BadFile(f"{file.name} does not say its coordinate system; name it with --crs.")
    change = Transformer.from_crs(system, plane, always_xy=True)
    named = dict(zip(meta["fields"], values, strict=True))
    chosen = _chosen(mapping, set(named), file)
    found = []
    for k, raw in enumerate(shapes):
        if raw is None:
            continue
        row = {name: _value(named[column][k]) for name, column in chosen.items()}
        key = str(row.get("key") or k + 1)
        parts = shapely.get_parts(shapely.force_2d(shapely.from_wkb(raw)))
        for n, part in enumerate(parts):
            if part.geom_type != "LineString":
                raise BadFile(f"{file.name}: row {k + 1} is a {part.geom_type}; centre lines are lines.")
            xy = np.column_stack(change.transform(*shapely.get_coordinates(part).T))
            if not np.isfinite(xy).all():
                raise BadFile(f"{file.name}: row {k + 1} lies nowhere in {system}.")
            found.append(_line(key if len(parts) == 1 else f"{key}.{n}", xy, row, file.name))
    keys = [line.key for line in found]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadFile(f"{file.name}: the key {twice} is there twice.")
    return found


def _chosen(mapping: Path | None, columns: set[str], file: Path) -> dict[str, str]:
    from layers.streets.craft.osm import BadFile

    chosen = {name: next((c for c in usual if c in columns), "") for name, usual in COLUMNS.items()}
    if mapping:
        import tomllib

        try:
            said = tomllib.loads(mapping.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as wrong:
            raise BadFile(f"{mapping.name} cannot be read: {wrong}") from wrong
        for name, column in said.get("columns", said).items():
            if name not in COLUMNS:
                raise BadFile(f"{mapping.name}: there is no “{name}”; there are {', '.join(COLUMNS)}.")
            if column not in columns:
                raise BadFile(
                    f"{mapping.name}: {file.name} has no column “{column}”; it has {', '.join(sorted(columns))}."
                )
            chosen[name] = column
    return {name: column for name, column in chosen.items() if column}


def _value(value: Any) -> Any:
    plain = value.item() if hasattr(value, "item") else value
    return None if plain is None or plain != plain or plain == "" else plain


def _line(key: str, xy: Any, row: dict[str, Any], name: str) -> Line:
    from layers.streets.craft.lines import Line
    from layers.streets.craft.osm import BadFile
    from layers.streets.craft.picture import rank_of

    def number(what: str) -> float | None:
        try:
            return float(row[what]) if row.get(what) is not None else None
        except (TypeError, ValueError) as wrong:
            raise BadFile(
                f"{name}: line {key} has the {what} “{row[what]}”, which is not a number."
            ) from wrong

    road_class = str(row.get("road_class") or "residential")
    lanes, layer, speed = number("lanes"), number("layer"), number("speed")
    return Line(
        key=key[:60], points=tuple((float(x), float(y)) for x, y in xy), road_class=road_class,
        rank=rank_of(road_class), name=str(row.get("name") or ""), width=number("width"),
        lanes=int(lanes) if lanes else None, oneway=str(row.get("oneway", "")).lower() in ("1", "true", "yes", "t"),
        speed=speed if speed and 5 <= speed <= 130 else None, layer=int(layer or 0),
    )  # fmt: skip
