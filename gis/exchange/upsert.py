"""From the staged rows to the table: late checks, references by place, one INSERT … ON CONFLICT, all by key.

A row that is as it was is not written at all: its version, tiles and audit log stay untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from gis.exchange.copy import Table, name_of
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import quoted

SAME_PLACE = 1e-9
"""Degrees; finer than any file writes (a tenth of a millimetre), so that reading back what was written changes nothing."""


@dataclass(frozen=True, slots=True)
class Written:
    inserted: int
    updated: int
    keys: list[str]


def duplicates(stage: str, compared: Sequence[str]) -> tuple[list[tuple[int, int]], int]:
    """Lines whose key stands in an earlier line already: those that differ as (line, earlier), and how many do not.

    Both are taken out of the stage.
    """
    this, first = ", ".join(f"s.{quoted(c)}" for c in compared), ", ".join(f"f.{quoted(c)}" for c in compared)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.line, f.line, ROW({this}) IS NOT DISTINCT FROM ROW({first})
            FROM (SELECT key, min(line) AS line FROM {stage} GROUP BY key HAVING count(*) > 1) d
            JOIN {stage} f ON f.key = d.key AND f.line = d.line
            JOIN {stage} s ON s.key = d.key AND s.line > d.line
            ORDER BY 1
            """
        )
        found = cursor.fetchall()
        cursor.execute(f"DELETE FROM {stage} WHERE line = ANY(%s)", [[line for line, _, _ in found]])
    differ = [(line, earlier) for line, earlier, same in found if not same]
    return differ, len(found) - len(differ)


def settle(layer: Layer, stage: str, columns: Sequence[str], near: dict[str, float]) -> None:
    """Fills empty references from the place: the area around it, or the nearest row within `near` metres."""
    for name in columns:
        field = layer.by_name.get(name)
        target = register.get(field.of) if field and field.of else None
        if target is None or target.model is None or target.id == layer.id:
            continue
        table, here = quoted(name_of(target.model)), "ST_Transform(ST_PointOnSurface(s.geom), 3857)"
        if target.geometry == "polygon":
            found = f"SELECT t.id FROM {table} t WHERE ST_Intersects(t.merc, {here}) ORDER BY t.id LIMIT 1"
        elif name in near:
            # Web Mercator stretches a metre by 1 / cos(latitude)
            reach = f"{float(near[name])} / cos(radians(ST_Y(ST_PointOnSurface(s.geom))))"
            found = (
                f"SELECT t.id FROM {table} t WHERE ST_DWithin(t.merc, {here}, {reach}) "
                f"ORDER BY t.merc <-> {here}, t.id LIMIT 1"
            )
        else:
            continue
        with connection.cursor() as cursor:
            column = quoted(layer.column(name))
            cursor.execute(f"UPDATE {stage} s SET {column} = ({found}) WHERE s.{column} IS NULL")


def places_settled(layer: Layer, near: dict[str, float]) -> list[str]:
    """Fields whose value follows from the place."""
    out = []
    for field in layer.fields:
        target = register.get(field.of) if field.of else None
        if (
            target
            and target.model
            and target.id != layer.id
            and (target.geometry == "polygon" or field.name in near)
        ):
            out.append(field.name)
    return out


def upsert(
    table: Table,
    stage: str,
    columns: Sequence[str],
    derived: Sequence[str],
    defaults: dict[str, Any],
    origin: bool,
) -> Written:
    """Writes the stage; `derived` columns travel with a change but are none by themselves.

    Unless the table has nothing there yet: villages that came in before their townships find them later.
    """
    target = quoted(name_of(table))
    compared = [*columns, "origin"] if origin else list(columns)
    update = [*columns, *derived, "geom", "origin"]
    filled = [c for c in defaults if c not in derived]
    insert = ["key", "origin", "geom", *columns, *derived]
    old = [*(f"t.{quoted(c)}" for c in compared), _place("t")]
    new = [*(f"excluded.{quoted(c)}" for c in compared), _place("excluded")]
    found = [f"OR (t.{quoted(c)} IS NULL AND excluded.{quoted(c)} IS NOT NULL)" for c in derived]
    return _write(
        f"""
        INSERT INTO {target} AS t ({_names([*insert, *filled])}, version, changed_at)
        SELECT {_names(insert)}{"".join(", %s" for _ in filled)}, 1, now() FROM {stage} ORDER BY geom
        ON CONFLICT (key) DO UPDATE SET
            {", ".join(f"{quoted(c)} = excluded.{quoted(c)}" for c in update)},
            version = t.version + 1, changed_at = now()
        WHERE ROW({", ".join(old)}) IS DISTINCT FROM ROW({", ".join(new)}) {" ".join(found)}
        RETURNING t.key, (xmax = 0) AS fresh
        """,
        [defaults[c] for c in filled],
    )


def _write(statement: str, params: list[Any]) -> Written:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH written AS ({statement}) SELECT count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh), coalesce(array_agg(key), ARRAY[]::text[]) FROM written",
            params,
        )
        return Written(*cursor.fetchone())


def _place(alias: str) -> str:
    return f"ST_SnapToGrid({alias}.geom, {SAME_PLACE})"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))
