"""Counts of points by cell and zoom, kept by the database as rows change, for layers with `Grid(…, kept=True)`.

Every set of rows that some clearance sees has counts of its own (a class), so that no count tells of a row that
its reader may not see. Runs after each migration: what is declared anew is counted once, then kept by triggers.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from layers.access import Clearance
from layers.registry.generalise import Grid
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import column, quoted

FILE = Path(__file__).parent / "pyramid.sql"
SQL = FILE.read_text("utf-8")
HALF = 20037508.342789244
DEPTH = 4
"""So many zooms above the finest are kept; from the last of them the few cells of lower zooms are summed."""
EVENTS = {
    "INSERT": ("REFERENCING NEW TABLE AS new_rows", "SELECT 1 AS sign, n.* FROM new_rows AS n"),
    "UPDATE": (
        "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "SELECT -1 AS sign, o.* FROM old_rows AS o UNION ALL SELECT 1, n.* FROM new_rows AS n",
    ),
    "DELETE": ("REFERENCING OLD TABLE AS old_rows", "SELECT -1 AS sign, o.* FROM old_rows AS o"),
}
# A table that was made anew has none of the triggers, and what was counted of the old one is nobody's.
WATCHED = """
SELECT class, table_name FROM registry_pyramid_class WHERE EXISTS (
    SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass(quote_ident(table_name)) AND tgname = 'antu_count_insert'
)"""


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted for those who see the same rows: `finest` and `coarsest` are zooms of Web Mercator."""

    table: str
    wheres: tuple[str, ...]
    finest: int
    coarsest: int
    cells: int
    sums: tuple[str, ...]

    @property
    def key(self) -> int:
        """The same for the same declaration, on every machine; another for another one."""
        told = hashlib.blake2b(f"{self!r}{SQL}".encode(), digest_size=8).digest()
        return int.from_bytes(told, "big") >> 1

    def cell(self, zoom: int) -> float:
        """Metres of Web Mercator across a cell."""
        return float(2 * HALF / 2**zoom / self.cells)

    def select(self) -> str:
        """The finest cells of `rows AS q`, each with what it adds."""
        size = self.cell(self.finest)
        place = [f"floor((ST_{axis}(q.merc) + {HALF!r}) / {size!r})::int" for axis in "XY"]
        sums = [f"coalesce(sum(q.sign * nullif({s}::float8, 'NaN')), 0)" for s in self.sums]
        sums += ["0::float8"] * (4 - len(sums))
        named = ", ".join(f"{s} AS s{n}" for n, s in enumerate(sums))
        where = " AND ".join(["q.merc IS NOT NULL", *(f"({w})" for w in self.wheres)])
        return (
            f"SELECT {self.key}::bigint AS class, {self.finest} AS z, {self.finest - self.coarsest} AS depth, "
            f"{place[0]} AS cx, {place[1]} AS cy, sum(q.sign)::int AS n, sum(q.sign * ST_X(q.merc)) AS sx, "
            f"sum(q.sign * ST_Y(q.merc)) AS sy, {named} FROM rows AS q WHERE {where} GROUP BY 4, 5"
        )


def counts(layer: Layer, rule: Grid, clearance: Clearance) -> Counts:
    finest = rule.below - 1
    return Counts(
        table=layer.tables[0],
        wheres=tuple(w.replace("%%", "%") for w in layer.wheres(clearance)),
        finest=finest,
        coarsest=max(layer.zooms[0], finest - DEPTH, 0),
        cells=rule.cells,
        sums=tuple(column(layer, s) for s in rule.sums),
    )


def declared(layers: Iterable[Layer]) -> dict[str, dict[int, Counts]]:
    """All counts that the layers ask for, by table and key."""
    out: dict[str, dict[int, Counts]] = defaultdict(dict)
    for layer in layers:
        for rule in layer.generalise:
            if isinstance(rule, Grid) and rule.kept and layer.model:
                for clearance in Clearance:
                    one = counts(layer, rule, clearance)
                    out[one.table][one.key] = one
    return dict(out)


def keep_counts(layers: Iterable[Layer] = register) -> None:
    """Installs the triggers; counts what is not counted yet; forgets what nobody declares any more."""
    wanted = declared(layers)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WATCHED)
        there: dict[int, str] = dict(cursor.fetchall())
        cursor.execute(
            "DELETE FROM registry_pyramid_class WHERE NOT class = ANY(%s) RETURNING class", [list(there)]
        )
        lost = [key for (key,) in cursor.fetchall()]
        present = set(connection.introspection.table_names(cursor))
        keys = {key for table, found in wanted.items() if table in present for key in found}
        gone = lost + [key for key in there if key not in keys]
        cursor.execute("DELETE FROM registry_pyramid WHERE class = ANY(%s)", [gone])
        cursor.execute("DELETE FROM registry_pyramid_class WHERE class = ANY(%s)", [gone])
        for table in sorted((set(there.values()) - set(wanted)) & present):
            for event in (*EVENTS, "TRUNCATE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS antu_count_{event.lower()} ON {quoted(table)}")
        for table in sorted(set(wanted) & present):
            new = [one for key, one in wanted[table].items() if key not in there]
            if new:  # nobody may write between the count and the triggers
                cursor.execute(f"LOCK TABLE {quoted(table)} IN SHARE ROW EXCLUSIVE MODE")
            _watch(cursor, table, list(wanted[table].values()))
            if new:
                rows = f"SELECT 1 AS sign, t.* FROM {quoted(table)} AS t"
                cursor.execute(_statement(rows, new))
                cursor.execute("ANALYZE registry_pyramid")
            for one in new:
                cursor.execute(
                    "INSERT INTO registry_pyramid_class VALUES (%s, %s, %s)", [one.key, table, repr(one)]
                )


def settle() -> bool:
    """Keeps the counts of a declaration that changed without a migration; one look where none did."""
    present = set(connection.introspection.table_names())
    wanted = {key for table, found in declared(register).items() if table in present for key in found}
    with connection.cursor() as cursor:
        cursor.execute(WATCHED)
        kept = {key for key, _ in cursor.fetchall()}
    if wanted != kept:
        keep_counts()
    return wanted != kept


def _watch(cursor: Any, table: str, wanted: list[Counts]) -> None:
    for event, (tables, rows) in EVENTS.items():
        _trigger(cursor, table, event, tables, _statement(rows, wanted))
    keys = ", ".join(str(one.key) for one in wanted)
    _trigger(cursor, table, "TRUNCATE", "", f"DELETE FROM registry_pyramid WHERE class IN ({keys})")


def _trigger(cursor: Any, table: str, event: str, tables: str, statement: str) -> None:
    # before `antu_touch_…`: triggers run in the order of their names, and locks are taken in one order
    name = f"antu_count_{event.lower()}"
    function = quoted(f"{name}_{table}"[:63])
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$antu$ BEGIN {statement}; RETURN NULL; END $antu$"
    )
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {quoted(table)} {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _statement(rows: str, wanted: list[Counts]) -> str:
    classes = " UNION ALL ".join(one.select() for one in wanted)
    return SQL.replace("the_rows", rows).replace("the_classes", classes)
