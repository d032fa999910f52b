"""One SQL statement for a tile, made from declarations: fields by zoom and clearance, rules by zoom.

The envelope is transformed, never a column; the margin of the search is the buffer of the tile, so that
nothing is cut at an edge. Dates travel as whole days since 1970 in the city's zone, times too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from layers.access import Clearance
from layers.registry import pyramid
from layers.registry.field import Field
from layers.registry.generalise import Grid, Only, Simplify, Top
from layers.registry.layer import Layer
from layers.registry.maplibre import named_apart, names
from layers.registry.pyramid import Counts, counts
from layers.registry.sql import Interval, Sql, column, quoted, relation, where
from layers.registry.style import Labels, named
from tilesrv import grid
from tilesrv.grid import BUFFER, EXTENT, HALF, WEB, Tile

MOST_BYTES = 500_000
THINNEST = 7
# part of every ETag: tiles that were made by other statements than these are others
_CODE = [Path(__file__), Path(str(grid.__file__)), Path(str(pyramid.__file__)), pyramid.FILE]
STAMP = hashlib.sha256(b"".join(p.read_bytes() for p in _CODE)).hexdigest()[:12]
MOST_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client wants of one layer, already checked."""

    layer: Layer
    clearance: Clearance
    interval: Interval | None = None
    condition: Sql | None = None
    fields: frozenset[str] | None = None


def tile_fields(
    layer: Layer, clearance: Clearance, zoom: int, asked: frozenset[str] | None = None
) -> list[Field]:
    """The fields that travel in a tile of this zoom for this clearance, and those that do when they are asked for."""
    return [
        f
        for f in layer.seen_by(clearance)
        if (f.tile is not None and zoom >= f.tile)
        or (f.tint is not None and zoom >= f.tint and asked is not None and f.name in asked)
    ]


def statement(asks: Sequence[Ask], tile: Tile, thin: int = 0, kept: bool = True) -> Sql:
    """`SELECT` of one bytea: the layers' MVTs one behind the other, which is what a tile of several layers is.

    Counts that the database keeps are taken where they are declared, unless `kept` says that they are not there.
    """
    parts = [_mvt(ask, tile, thin, kept) for ask in asks]
    return Sql("SELECT ") + Sql(" || ").join(parts)


def kept_counts(asks: Sequence[Ask], tile: Tile) -> list[int]:
    """The kept counts that the statement of a tile takes. They must be there, or it would show nothing."""
    return sorted({found.key for ask in asks if (found := _kept(ask, tile))})


def counted(keys: Sequence[int]) -> Sql:
    """How many of these are kept at this moment."""
    return Sql("SELECT count(*) FROM registry_pyramid_class WHERE class = ANY(%s)", (list(keys),))


def _kept(ask: Ask, tile: Tile) -> Counts | None:
    rule = _grid_rule(ask.layer, tile.zoom)
    if rule is None or not rule.kept or ask.interval or ask.condition:
        return None
    return counts(ask.layer, rule, ask.clearance)


def _mvt(ask: Ask, tile: Tile, thin: int, kept: bool) -> Sql:
    if kept and (found := _kept(ask, tile)):
        rows = _pyramid(ask, tile, found)
    elif _grid_rule(ask.layer, tile.zoom):
        rows = _grid(ask, tile)
    else:
        rows = _features(ask, tile, thin)
    whole = _as_mvt(ask.layer.id, rows)
    if named_apart(ask.layer):
        return whole + " || " + _as_mvt(names(ask.layer), _names(ask, tile))
    return whole


def _as_mvt(name: str, rows: Sql) -> Sql:
    head = Sql(f"(SELECT ST_AsMVT(t, %s, {EXTENT}, 'g', 'id') FROM (", (name,))
    # what has no geometry here is left out by ST_AsMVT itself; a condition on it would make it a second time
    return head + rows + ") AS t)"


def _names(ask: Ask, tile: Tile) -> Sql:
    """A point inside each area, in the one tile that holds it, with what its labels are made of."""
    marks = [mark for mark in ask.layer.style.marks if isinstance(mark, Labels)]
    wanted = {name for mark in marks for own in named(mark) for name in (own, f"{own}_en")}
    fields = [f for f in tile_fields(ask.layer, ask.clearance, tile.zoom, ask.fields) if f.name in wanted]
    point = f"ST_AsMVTGeom(ST_PointOnSurface({_place(tile)}), "
    body = Sql(f"SELECT q.id, {point}") + _envelope(tile) + f", {EXTENT}, 0, true) AS g"
    return (
        body + _attributes(ask.layer, fields) + f" FROM {relation(ask.layer)} WHERE " + _conditions(ask, tile)
    )


def _grid_rule(layer: Layer, zoom: int) -> Grid | None:
    return next((r for r in layer.rules(zoom) if isinstance(r, Grid)), None)


def gridded(layer: Layer, zoom: int) -> bool:
    return _grid_rule(layer, zoom) is not None


def _margin(tile: Tile) -> Sql:
    """Where to look, in Web Mercator: the tile and its buffer. In another system its edges bend, hence the corners."""
    wide = Sql("ST_TileEnvelope(") + _numbers(tile) + f", margin => {BUFFER / EXTENT})"
    if tile.set is WEB:
        return wide
    return Sql("ST_Transform(ST_Segmentize(") + wide + f", {tile.width / 8!r}), {WEB.srid})"


def _envelope(tile: Tile) -> Sql:
    return Sql("ST_TileEnvelope(") + _numbers(tile) + ")"


def _numbers(tile: Tile) -> Sql:
    numbers = Sql("%s, %s, %s", (tile.z, tile.x, tile.y))
    if tile.set is WEB:
        return numbers
    west, south, east, north = tile.set.box
    return numbers + f", ST_MakeEnvelope({west!r}, {south!r}, {east!r}, {north!r}, {tile.set.srid})"


def _place(tile: Tile) -> str:
    """A row's geometry in the system of the tile."""
    return "q.merc" if tile.set is WEB else f"ST_Transform(q.geom, {tile.set.srid})"


def _conditions(ask: Ask, tile: Tile) -> Sql:
    only = [r.where for r in ask.layer.rules(tile.zoom) if isinstance(r, Only)]
    rest = where(ask.layer, ask.clearance, interval=ask.interval, condition=ask.condition, only=only)
    return Sql("q.merc && ") + _margin(tile) + " AND " + rest


def _attributes(layer: Layer, fields: Collection[Field]) -> str:
    out = []
    for f in fields:
        name = column(layer, f.name)
        if f.type == "datetime":
            name = f"(({name} AT TIME ZONE '{settings.TIME_ZONE}')::date - DATE '1970-01-01')"
        elif f.type == "date":
            name = f"({name} - DATE '1970-01-01')"
        elif f.type == "json":
            name = f"{name}::text"
        out.append(f", {name} AS {quoted(f.name)}")
    return "".join(out)


def _features(ask: Ask, tile: Tile, thin: int) -> Sql:
    layer = ask.layer
    wanted = [
        f
        for f in tile_fields(layer, ask.clearance, tile.zoom, ask.fields)
        if ask.fields is None or f.name in ask.fields
    ]
    geometry, where_, distinct, order = _place(tile), _conditions(ask, tile), "", ""
    for rule in layer.rules(tile.zoom):
        if isinstance(rule, Simplify):
            geometry = f"ST_SimplifyPreserveTopology({_place(tile)}, {rule.pixels * tile.pixel})"
            if rule.area:
                where_ += f" AND ST_Area({_place(tile)}) >= {rule.area * tile.pixel**2}"
        if isinstance(rule, Top):
            distinct = _cell(tile, tile.width / rule.cells)
            way = "" if rule.ascending else " DESC"
            order = f" ORDER BY {distinct}, {column(layer, rule.by)}{way} NULLS LAST, q.id"
    if thin:
        distinct, order, smallest = _thinner(layer, tile, thin, distinct, order)
        where_ += smallest
    head = f"SELECT {f'DISTINCT ON ({distinct}) ' if distinct else ''}q.id, ST_AsMVTGeom({geometry}, "
    body = Sql(head) + _envelope(tile) + f", {EXTENT}, {BUFFER}, true) AS g{_attributes(layer, wanted)}"
    return body + f" FROM {relation(layer)} WHERE " + where_ + order


def _cell(tile: Tile, size: float) -> str:
    """The square of the matrix set, counted from its south-west, in which a point lies: column, row."""
    return f"{_column(tile, size)}, {_row(tile, size)}"


def _column(tile: Tile, size: float) -> str:
    return f"floor((ST_X({_place(tile)}) - {tile.set.box[0]!r}) / {size!r})::bigint"


def _row(tile: Tile, size: float) -> str:
    return f"floor((ST_Y({_place(tile)}) - {tile.set.box[1]!r}) / {size!r})::bigint"


def _thinner(layer: Layer, tile: Tile, thin: int, distinct: str, order: str) -> tuple[str, str, str]:
    """For a tile over the byte limit: points keep one a cell, lines and areas lose the smallest."""
    if layer.geometry == "point":
        cell = _cell(tile, tile.width / (1024 >> thin))
        return cell, f" ORDER BY {cell}, q.id", ""
    least = 2**thin * tile.pixel / 2
    if layer.geometry == "line":
        return distinct, order, f" AND ST_Length({_place(tile)}) >= {least}"
    return distinct, order, f" AND ST_Area({_place(tile)}) >= {least**2}"


def _grid(ask: Ask, tile: Tile) -> Sql:
    layer = ask.layer
    rule = _grid_rule(layer, tile.zoom)
    assert rule is not None
    size = tile.width / rule.cells
    sums = "".join(f", coalesce(sum({column(layer, s)}), 0)::float AS {quoted(s)}" for s in rule.sums)
    outer = "".join(f", {quoted(s)}" for s in rule.sums)
    place = _place(tile)
    cells = (
        Sql(
            f"SELECT {_column(tile, size)} AS cx, {_row(tile, size)} AS cy, avg(ST_X({place})) AS mx, avg(ST_Y({place})) AS my, "
            f"count(*)::int AS n{sums} FROM {relation(layer)} WHERE "
        )
        + _conditions(ask, tile)
        + " GROUP BY 1, 2"
    )
    head = Sql(f"SELECT {_id('cx', 'cy')} AS id, ") + (
        f"ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(mx, my), {tile.set.srid}), "
    )
    return head + _envelope(tile) + f", {EXTENT}, {BUFFER}, true) AS g, n{outer} FROM (" + cells + ") AS c"


def _id(column: str, row: str) -> str:
    """Tells the cells of neighbouring tiles apart in as few bytes as that takes."""
    return f"(({row} & 4095) << 12 | ({column} & 4095))::bigint"


def _pyramid(ask: Ask, tile: Tile, found: Counts) -> Sql:
    """Cells out of the counts that the database keeps. Each stands at the middle of its points, hence in one tile."""
    rule = _grid_rule(ask.layer, tile.zoom)
    assert rule is not None
    level = max(tile.zoom, found.coarsest)
    up = level - tile.zoom
    # whole cells of this zoom, so that none is counted in part
    size = found.cell(tile.zoom)
    west, south, east, north = (int((v + HALF) // size) << up for v in tile.mercator)
    east, north = east + (1 << up) - 1, north + (1 << up) - 1
    across, down = range(west >> 6, (east >> 6) + 1), range(south >> 6, (north >> 6) + 1)
    where_ = Sql("class = %s AND z = %s", (found.key, level))
    if len(across) * len(down) <= MOST_BLOCKS:
        where_ += Sql(" AND block = ANY(%s)", ([bx << 32 | by for bx in across for by in down],))
    where_ += Sql(" AND cx BETWEEN %s AND %s AND cy BETWEEN %s AND %s", (west, east, south, north))
    sums = "".join(f", sum(s{n}) AS {quoted(s)}" for n, s in enumerate(rule.sums))
    outer = "".join(f", {quoted(s)}" for s in rule.sums)
    cells = (
        Sql(f"SELECT cx >> {up} AS x, cy >> {up} AS y, sum(sx) AS sx, sum(sy) AS sy, sum(n) AS n{sums} ")
        + "FROM registry_pyramid WHERE "
        + where_
        + " GROUP BY 1, 2 HAVING sum(n) > 0"
    )
    middle = f"ST_SetSRID(ST_MakePoint(sx / n, sy / n), {WEB.srid})"
    if tile.set is not WEB:
        middle = f"ST_Transform({middle}, {tile.set.srid})"
    head = Sql(f"SELECT {_id('x', 'y')} AS id, ST_AsMVTGeom({middle}, ") + _envelope(tile)
    return head + f", {EXTENT}, {BUFFER}, true) AS g, n::int AS n{outer} FROM (" + cells + ") AS c"


def present(asks: Sequence[Ask], tile: Tile) -> Sql:
    """Whether any row lies in the tile, whatever its zoom leaves out."""
    parts = [
        Sql(f"EXISTS (SELECT 1 FROM {relation(a.layer)} WHERE q.merc && ")
        + _margin(tile)
        + " AND "
        + where(a.layer, a.clearance)
        + ")"
        for a in asks
    ]
    return Sql("SELECT ") + Sql(" OR ").join(parts)


# A database that was restored counts from where it stood, and would come to the same number by another way.
# Its tables, or its cluster, are others then; their numbers are part of what is told.
COUNTED = (
    "coalesce(sum(version), 0)::text || '-' || 'registry_tilecell'::regclass::oid || '-' || "
    "(SELECT system_identifier FROM pg_control_system())"
)


def version(asks: Sequence[Ask], tile: Tile) -> Sql:
    """The sum of the change counters under the tile, and of which database. A derived layer counts its whole tables."""
    x0, x1, y0, y1 = tile.cells()
    direct = sorted({t for a in asks if a.layer.model for t in a.layer.tables})
    derived = sorted({t for a in asks if a.layer.query for t in a.layer.tables})
    return Sql(
        f"SELECT {COUNTED} FROM registry_tilecell WHERE "
        "(table_name = ANY(%s) AND ((x BETWEEN %s AND %s AND y BETWEEN %s AND %s) OR x = -1)) "
        "OR table_name = ANY(%s)",
        (direct, x0, x1, y0, y1, derived),
    )
