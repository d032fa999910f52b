"""Draws the picture of the parameters of today: of everything, or of what an edit touched and nothing more.

Rows that come out as they were are left alone, so that only tiles on which something changed become new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from django.db import connection, transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from layers.registry.sql import Sql
from layers.streets import read
from layers.streets.craft.check import Finding, check
from layers.streets.craft.derive import derive
from layers.streets.craft.derive.plan import Plan, feature_id
from layers.streets.craft.document import Document
from layers.streets.craft.picture import Area, areas, enclosed, line_facts, placed, point_at
from layers.streets.craft.pieces import needs
from layers.streets.craft.plane import between

MARGIN = 75.0
"""Around what changed, so much is derived along: no junction grows over a longer link (`hubs.LONGEST_LINK`)."""
DRAWING = (4713, 6)
GROUND = ("lane", "side", "junction")
HELD = ("V16", "V17")
"""Warnings that are asked at night (`memory.hold`); drawing leaves them as they are."""
UNHELD = f" WHERE kind NOT IN ({', '.join(repr(rule) for rule in HELD)})"
Say = Callable[[str], None]

AREA = ("key", "part", "owner", "kind", "name", "level", "info", "geom")
LINE = (
    "key",
    "owner",
    "name",
    "kind",
    "rank",
    "width_m",
    "lanes",
    "oneway",
    "speed",
    "level",
    "measured",
    "geom",
)
POINT = ("key", "part", "owner", "kind", "face", "geom")
WARNING = ("key", "owner", "kind", "severity", "said", "said_en", "geom")
TABLES = ("streets_drawnarea", "streets_drawnline", "streets_drawnpoint", "streets_drawnwarning")
TYPES = {
    "key": "text", "part": "text", "owner": "text", "kind": "text", "name": "text", "level": "int", "info": "jsonb",
    "geom": "text", "rank": "int", "width_m": "float8", "lanes": "int", "oneway": "bool", "speed": "float8",
    "measured": "text", "face": "float8", "severity": "text", "said": "text", "said_en": "text",
}  # fmt: skip
MONTHS = (
    "coalesce(extract(year FROM age(c.confirmed_at)) * 12 + extract(month FROM age(c.confirmed_at)), -1)::int"
)
LIVED = f"""
    state = c.state, confirmed_at = c.confirmed_at, months = {MONTHS}
    FROM (SELECT v.object, s.state, greatest(f.at, CASE WHEN s.method NOT IN ('osm', 'lines') THEN s.valid_from END) AS confirmed_at
          FROM streets_version v JOIN streets_changeset s ON s.id = v.changeset_id
          LEFT JOIN LATERAL (SELECT max(at) AS at FROM streets_confirmation WHERE object = v.object) AS f ON true
          WHERE v.kind = 'segment' AND upper_inf(v.valid) AND upper_inf(v.txn)) AS c
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What an edit touches, derived: the same for the check before it holds and for the drawing after it."""

    names: frozenset[str]
    begun: frozenset[str]
    """The segments around which it was looked."""
    versions: tuple[int, ...]
    document: Document
    rows: list[Area]
    owners: list[str]
    ids: set[str]
    findings: list[Finding]


def redraw(seen: Sight | None = None) -> int:
    """Draws what became stale, if another does not just do so; how many rows changed. What was `seen` while the edit
    was checked is not derived again if it is still what there is."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", DRAWING)
        cursor.execute(
            "WITH gone AS (DELETE FROM streets_stale RETURNING object, geom) "
            "SELECT object FROM gone GROUP BY object ORDER BY object"
        )
        names = [name for (name,) in cursor.fetchall()]
        found = sight(names, seen) if names else None
        return _drawn(found) if found else 0


def redraw_all(say: Say = lambda _: None, origin: str = "real") -> dict[str, int]:
    """The whole picture anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", DRAWING)
        cursor.execute("DELETE FROM streets_stale")
        found = read.everything()
        drawn = read.document(found)
        say(f"{len(drawn.segments):,} segments")
        plan = derive(drawn, enclose=False)
        rows = list(areas(plan))
        drawn_rows = _area_rows(rows, drawn.crs)
        ground = _in_plane([row[-1] for row in drawn_rows if row[1] in GROUND], drawn.crs)
        drawn_rows += _area_rows(list(enclosed(list(ground))), drawn.crs)
        say(f"{len(drawn_rows):,} shapes")
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}" + (UNHELD if table == "streets_drawnwarning" else ""))
        _copy("streets_drawnarea", AREA, drawn_rows, origin)
        names = {s.id for s in drawn.segments}
        _copy("streets_drawnline", LINE, _lines(drawn, names), origin)
        _copy("streets_drawnpoint", POINT, _points(drawn, None), origin)
        _copy("streets_drawnwarning", WARNING, _warnings(drawn, check(drawn, shapes=False), None), origin)
        live()
    return {"areas": len(drawn_rows), "segments": len(names), "junctions": len(plan.junctions)}


def sight(names: Collection[str], seen: Sight | None = None) -> Sight | None:
    """All that is to be drawn again when these objects change; None if nothing of them lies anywhere."""
    touched = {n for n in names if n.startswith("segment/")}
    nodes = {n for n in names if n.startswith("node/")}
    free = {n for n in names if n.startswith("marking/")}
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "arm":
            touched.add(f"segment/{rest.rpartition('/')[0]}")
        elif kind == "movement":
            nodes.add(f"node/{rest.partition('/')[0]}")
    posts = {n for n in names if n.split("/")[0] in ("sign", "head")}
    touched |= {n for n in _bore(posts) if n.startswith("segment/")}
    nodes |= {n for n in _bore(posts) if n.startswith("node/")}
    there = read.objects(touched)
    ends = {e for name in touched if name in there for e in needs("segment", there[name].params)}
    ends |= _former_ends(touched - set(there))
    core = set(touched) | set(_at(nodes | ends)) | _drawn_with(touched, nodes)
    place = _place(core | nodes | free)
    if place is None:
        return None
    found = read.near(place, MARGIN)
    versions = tuple(sorted(one.id for one in found.values()))
    begun = frozenset(core)
    if seen and (seen.names, seen.begun, seen.versions) == (frozenset(names), begun, versions):
        return seen
    drawn = read.document(found)
    plan = derive(drawn, enclose=False)
    core |= _shared(plan, core)
    ids = {name.partition("/")[2] for name in core}
    rows = list(areas(plan, ids))
    hubs = {row.owner for row in rows if row.part == "junction"} | {
        f"node/{plan.web.nodes[k].id}"
        for hub in plan.web.hubs
        if any(arm.key[0] in ids for arm in hub.arms)
        or nodes & {f"node/{plan.web.nodes[k].id}" for k in hub.nodes}
        for k in hub.nodes
    }
    owners = core | hubs | nodes | free
    findings = check(
        drawn, owners | set(names) | {n for n, o in _bearers(drawn).items() if o in owners}, plan=plan
    )
    return Sight(frozenset(names), begun, versions, drawn, rows, sorted(owners), ids, findings)


def _drawn(seen: Sight) -> int:
    drawn, owners = seen.document, seen.owners
    count, moved = _replace("streets_drawnarea", AREA, _area_rows(seen.rows, drawn.crs), owners)
    count += _replace("streets_drawnline", LINE, _lines(drawn, seen.ids), owners)[0]
    count += _replace("streets_drawnpoint", POINT, _points(drawn, set(owners)), owners)[0]
    count += _replace("streets_drawnwarning", WARNING, _warnings(drawn, seen.findings, set(owners)), owners)[
        0
    ]
    live([name for name in owners if name.startswith("segment/")])
    return count + (_blocks(moved, drawn.crs) if moved else 0)


def _bore(posts: Collection[str]) -> set[str]:
    """What signs and signal heads stand on, or stood on when they went."""
    if not posts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT bearer FROM streets_version WHERE object = ANY(%s) AND bearer <> '' AND upper_inf(valid)",
            (sorted(posts),),
        )
        return {bearer for (bearer,) in cursor.fetchall()}


def _former_ends(segments: Collection[str]) -> set[str]:
    """Where segments that are no more ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (object) 'node/' || (params->>'a'), 'node/' || (params->>'b') FROM streets_version "
            "WHERE object = ANY(%s) ORDER BY object, id DESC",
            (sorted(segments),),
        )
        return {end for row in cursor.fetchall() for end in row}


def _at(nodes: Collection[str]) -> dict[str, Any]:
    ids = sorted(name.partition("/")[2] for name in nodes)
    if not ids:
        return {}
    condition = Sql(
        "v.kind = 'segment' AND (v.params->>'a' = ANY(%s) OR v.params->>'b' = ANY(%s))", (ids, ids)
    )
    return read.fetch(condition)


def _drawn_with(segments: Collection[str], nodes: Collection[str]) -> set[str]:
    """The segments that the junctions drawn at these objects lead to until now."""
    if not nodes:
        return set(segments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merc FROM streets_drawnarea WHERE part = 'junction' AND owner = ANY(%s) UNION "
            "SELECT merc FROM streets_drawnarea WHERE part = 'junction' AND info->'nodes' ?| %s",
            (sorted(nodes), sorted(name.partition("/")[2] for name in nodes)),
        )
        found = set(segments)
        for (place,) in cursor.fetchall():
            cursor.execute(
                "SELECT DISTINCT owner FROM streets_drawnarea WHERE part = 'carriageway' AND owner LIKE 'segment/%%' "
                "AND merc && ST_Expand(%s::geometry, 1)",
                (place,),
            )
            found |= {owner for (owner,) in cursor.fetchall()}
        return found


def _shared(plan: Plan, core: Collection[str]) -> set[str]:
    """The other segments of the junctions at which one of the core ends or lies inside: these change together."""
    ids = {name.partition("/")[2] for name in core}
    found: set[str] = set()
    for hub in plan.web.hubs:
        inside = {plan.web.ribbons[k].segment.id for k in hub.inside}
        if inside & ids:
            found |= {f"segment/{arm.key[0]}" for arm in hub.arms} | {f"segment/{k}" for k in inside}
    return found


def _place(names: Collection[str]) -> str | None:
    """Where these objects are, and where what is drawn of them is: both, for what moved."""
    wanted = sorted(names)
    others = [name for name in wanted if not name.startswith("segment/")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Collect(merc) FROM ("
            "SELECT merc FROM streets_version WHERE object = ANY(%s) AND upper_inf(txn) AND upper_inf(valid) "
            "UNION ALL SELECT merc FROM streets_drawnline WHERE owner = ANY(%s) "
            "UNION ALL SELECT merc FROM streets_drawnarea WHERE owner = ANY(%s)) AS g",
            (wanted, wanted, others),
        )
        found: str | None = cursor.fetchone()[0]
    return found


def _area_rows(rows: list[Area], crs: int) -> list[tuple[Any, ...]]:
    shapes = placed(rows, crs)
    return [
        (
            r.key,
            r.part,
            r.owner,
            r.kind[:40],
            r.name[:200],
            r.level,
            json.dumps(r.info, ensure_ascii=False),
            shape,
        )
        for r, shape in zip(rows, shapes, strict=True)
        if not shape.is_empty
    ]


def _there(points: Iterable[BaseGeometry], crs: int) -> Any:
    change = between(crs, 4326)

    def moved(xy: Any) -> Any:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return shapely.transform(np.array(list(points), dtype=object), moved)


def _lines(drawn: Document, ids: Collection[str]) -> list[tuple[Any, ...]]:
    at = {node.id: node.at for node in drawn.nodes}
    mine = [s for s in drawn.segments if s.id in ids]
    if not mine:
        return []
    shapes = _there((shapely.LineString([at[s.a], *s.via, at[s.b]]) for s in mine), drawn.crs)
    found = []
    for segment, shape in zip(mine, shapes, strict=True):
        facts = line_facts(segment)
        owner = f"segment/{segment.id}"
        found.append((key_of(owner), owner, *(facts[name] for name in LINE[2:-1]), shape))
    return found


def key_of(owner: str) -> str:
    """A key of at most 64 characters for an object of any name."""
    return feature_id(owner, "row")


def _points(drawn: Document, owners: set[str] | None) -> list[tuple[Any, ...]]:
    at = {node.id: node.at for node in drawn.nodes}
    lines = {s.id: [at[s.a], *s.via, at[s.b]] for s in drawn.segments}
    found: list[tuple[Any, ...]] = []
    places = []
    for sign in drawn.signs:
        owner = f"segment/{sign.anchor.segment}"
        if owners is None or owner in owners:
            x, y, heading = point_at(sign.anchor, lines[sign.anchor.segment])
            found.append((key_of(f"sign/{sign.id}"), "sign", owner, sign.code, (heading + sign.face) % 360))
            places.append(shapely.Point(x, y))
    for head in drawn.heads:
        owner = f"node/{head.node}"
        if owners is None or owner in owners:
            found.append((key_of(f"head/{head.id}"), "head", owner, head.kind, 0.0))
            places.append(shapely.Point(head.at))
    if not found:
        return []
    return [(*row, shape) for row, shape in zip(found, _there(places, drawn.crs), strict=True)]


def _warnings(drawn: Document, found: Iterable[Finding], owners: set[str] | None) -> list[tuple[Any, ...]]:
    """Warnings belong to the segment or node that their object stands on."""
    bearers = _bearers(drawn)
    rows, places = {}, []
    for one in found:
        owner = bearers.get(one.object, one.object)
        key = key_of(f"{one.rule}/{one.object}/{one.en}")
        if one.at is None or key in rows or (owners is not None and owner not in owners):
            continue
        rows[key] = (key, owner, one.rule, one.severity, one.zh[:200], one.en[:200])
        places.append(shapely.Point(one.at))
    if not rows:
        return []
    return [(*row, shape) for row, shape in zip(rows.values(), _there(places, drawn.crs), strict=True)]


def _bearers(drawn: Document) -> dict[str, str]:
    bearers = {f"arm/{arm.segment}/{arm.end}": f"segment/{arm.segment}" for arm in drawn.arms}
    bearers |= {f"sign/{sign.id}": f"segment/{sign.anchor.segment}" for sign in drawn.signs}
    return bearers | {f"head/{head.id}": f"node/{head.node}" for head in drawn.heads}


def _wkb(shapes: Iterable[BaseGeometry]) -> list[str]:
    marked = shapely.set_srid(np.array(list(shapes), dtype=object), 4326)
    return list(shapely.to_wkb(marked, hex=True, include_srid=True))


def _replace(
    table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], owners: list[str]
) -> tuple[int, list[BaseGeometry]]:
    """The rows of the owners become these. How many came, went or changed, and where ground did: as it was and as it is."""
    there = _rows_of(table, columns, owners)
    new = {
        row[0]: (*row[:-1], bytes.fromhex(shape))
        for row, shape in zip(rows, _wkb(r[-1] for r in rows), strict=True)
    }
    gone = sorted(key for key in there if key not in new)
    fresh = [row for key, row in new.items() if key not in there or _told(columns, row) != there[key]]
    if not gone and not fresh:
        return 0, []
    more = ", state, months" if table == "streets_drawnline" else ""
    filled = ", 'reported', 0" if more else ""
    names, rest = ", ".join(columns), columns[1:]
    arrays = ", ".join(f"%s::{TYPES[c]}[]" for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE owner = ANY(%s) AND key = ANY(%s)", (owners, gone))
        count = cursor.rowcount
        if fresh:
            cursor.execute(
                f"INSERT INTO {table} AS t ({names}, origin, version, changed_at{more}) "
                f"SELECT {', '.join('n.' + c for c in columns[:-1])}, n.geom::geometry, coalesce((SELECT origin FROM streets_changeset ORDER BY id DESC LIMIT 1), 'real'), 1, now(){filled} "
                f"FROM unnest({arrays}) AS n ({names}) ON CONFLICT (key) DO UPDATE SET "
                + ", ".join(f"{c} = excluded.{c}" for c in rest)
                + ", version = t.version + 1, changed_at = now() WHERE ("
                + ", ".join(f"t.{c}" for c in rest[:-1])
                + ", t.geom::bytea) IS DISTINCT FROM ("
                + ", ".join(f"excluded.{c}" for c in rest[:-1])
                + ", excluded.geom::bytea)",
                [
                    *(list(column) for column in zip(*(row[:-1] for row in fresh), strict=True)),
                    [row[-1].hex() for row in fresh],
                ],
            )
            count += cursor.rowcount
    if table != "streets_drawnarea":
        return int(count), []
    was = [there[key] for key in (*gone, *(row[0] for row in fresh)) if key in there]
    pairs = {(row[0], row[-1]) for row in (*was, *fresh) if row[1] in GROUND}
    twice = {key for key in there if key in new and there[key][-1] == new[key][-1]}
    return int(count), [shapely.from_wkb(shape) for key, shape in sorted(pairs) if key not in twice]


def _told(columns: tuple[str, ...], row: tuple[Any, ...]) -> tuple[Any, ...]:
    """As the row comes back: what a column of JSON says, not how it is written."""
    return tuple(orjson.loads(v) if c == "info" else v for c, v in zip(columns, row, strict=True))


def _rows_of(table: str, columns: tuple[str, ...], owners: list[str]) -> dict[str, tuple[Any, ...]]:
    if not owners:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns[:-1])}, geom::bytea FROM {table} WHERE owner = ANY(%s)", (owners,)
        )
        rows = [row for row in cursor.fetchall() if table != "streets_drawnwarning" or row[2] not in HELD]
        return {row[0]: (*_told(columns[:-1], row[:-1]), bytes(row[-1])) for row in rows}


def _copy(table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], origin: str) -> None:
    """Rows by COPY, laid down along a Hilbert curve."""
    more = ("origin", "version", "changed_at", *(("state", "months") if table == "streets_drawnline" else ()))
    filled = (origin, 1, timezone.now(), *(("reported", 0) if table == "streets_drawnline" else ()))
    names = ", ".join((*columns, *more))
    if not rows:
        return
    shapes = _wkb(row[-1] for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE drawn_rows ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        )
        with cursor.copy(f"COPY drawn_rows ({names}) FROM STDIN") as copy:
            for row, shape in zip(rows, shapes, strict=True):
                copy.write_row((*row[:-1], shape, *filled))
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM drawn_rows ORDER BY geom")
        cursor.execute("DROP TABLE drawn_rows")


def live(names: Collection[str] | None = None) -> int:
    """State and last confirmation of segments, onto their lines; rows that stay the same are not written."""
    some = "" if names is None else " AND t.owner = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE streets_drawnline AS t SET {LIVED} WHERE t.owner = c.object{some} AND "
            f"(t.state, t.confirmed_at, t.months) IS DISTINCT FROM (c.state, c.confirmed_at, {MONTHS})",
            () if names is None else (list(names),),
        )
        return int(cursor.rowcount)


BLOCKS = """
    SELECT id, key, geom::bytea FROM streets_drawnarea
    WHERE part = 'block' AND merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857)
"""
AROUND = " UNION ALL ".join(
    f"SELECT geom::bytea FROM streets_drawnarea WHERE part = '{part}' "
    "AND merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857)"
    for part in GROUND
)
NEAR = 3e-5
"""Degrees, some three metres: what lies no nearer to a block has no part in its edge."""


def _blocks(moved: list[BaseGeometry], crs: int) -> int:
    """The blocks beside ground that moved, from the ground that encloses them; all others are as they were."""
    with connection.cursor() as cursor:
        cursor.execute(BLOCKS, _wider(moved))
        rows = cursor.fetchall()
        beside = _beside([shapely.from_wkb(bytes(row[2])) for row in rows], moved)
        old = [rows[k] for k in beside]
        place = [*moved, *(shapely.from_wkb(bytes(row[2])) for row in old)]
        cursor.execute(AROUND, _wider(place) * len(GROUND))
        shapes = shapely.from_wkb([bytes(row[0]) for row in cursor.fetchall()])

    ground = _in_plane(shapes[_beside(shapes, place)], crs)
    kept = {row[1] for row in old}
    found = list(enclosed(list(ground)))
    fresh = [b for b in found if b.key not in kept]
    if fresh:
        flat = _in_plane(place, crs)
        room = shapely.union_all(shapely.buffer(flat, 2.0, quad_segs=2))  # rounded shapes need not be valid
        shapely.prepare(room)
        fresh = [b for b in fresh if room.contains(b.shape)]
    made = _area_rows(fresh, crs)
    keys = {b.key for b in found}
    gone = [id_ for id_, key, _ in old if key not in keys]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM streets_drawnarea WHERE id = ANY(%s)", (gone,))
    return len(gone) + _replace("streets_drawnarea", AREA, made, [])[0]


def _in_plane(shapes: Any, crs: int) -> Any:
    """As they are stored, back in the plane: a rebuild encloses what an edit reads, to the millimetre."""
    back = between(4326, crs)

    def plane(xy: Any) -> Any:
        return np.round(np.column_stack(back.transform(xy[:, 0], xy[:, 1])), 3)

    return shapely.transform(np.array(list(shapes), dtype=object), plane)


def _wider(shapes: list[BaseGeometry]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west - NEAR, south - NEAR, east + NEAR, north + NEAR


def _beside(shapes: Any, place: list[BaseGeometry]) -> Any:
    """The numbers of the shapes that lie near what is in a place."""
    return np.unique(shapely.STRtree(shapes).query(place, predicate="dwithin", distance=NEAR)[1])
