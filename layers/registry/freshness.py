"""Installs on every table that a layer reads the triggers that say what changed where.

Runs after each migration; a theme need not know of it. The counters make tiles and ETags exact: a tile is
new if and only if the sum of the counters under it is.
"""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from layers.registry.register import register
from layers.registry.sql import quoted

TOUCH = (Path(__file__).parent / "touch.sql").read_text("utf-8")
TRUNCATED = """
CREATE OR REPLACE FUNCTION antu_touch_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    INSERT INTO registry_tilecell AS c (table_name, x, y, version) VALUES (TG_TABLE_NAME, -1, -1, 1)
        ON CONFLICT (table_name, x, y) DO UPDATE SET version = c.version + 1;
    PERFORM pg_notify('antu_touch', '{"table": "' || TG_TABLE_NAME || '", "cells": [[-1, -1]]}');
    RETURN NULL;
END $body$"""
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def watched() -> dict[str, str]:
    """Each table that some layer reads → its column of places in Web Mercator, '' where it has none."""
    tables = sorted({table for layer in register for table in layer.tables})
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'merc' AND table_schema = current_schema() AND table_name = ANY(%s)",
            [tables],
        )
        placed = {name for (name,) in cursor.fetchall()}
    return {table: "merc" if table in placed else "" for table in tables if table in present}


def watch_tables() -> None:
    watch(watched())


def watch(tables_: dict[str, str]) -> None:
    """Puts the triggers on these tables, each with its column of places."""
    with connection.cursor() as cursor:
        cursor.execute(TRUNCATED)
        for table, place in tables_.items():
            for event, tables in EVENTS.items():
                function = quoted(f"antu_touch_{event.lower()}_{table}"[:63])
                cursor.execute(_function(function, place, tables))
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER antu_touch_{event.lower()} AFTER {event} ON {quoted(table)} {tables} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER antu_touch_truncate AFTER TRUNCATE ON {quoted(table)} "
                "FOR EACH STATEMENT EXECUTE FUNCTION antu_touch_truncate()"
            )


def _function(name: str, place: str, tables: str) -> str:
    """A table without places counts as a whole: its rows lie nowhere."""
    column = quoted(place) if place else "NULL::geometry"
    rows = [r for r in ("old_rows", "new_rows") if r in tables]
    places = " UNION ALL ".join(f"SELECT {column} FROM {r}" for r in rows)
    return TOUCH.replace("the_function", name).replace("the_rows", f"({places})")
