"""Puts the audit trigger on the tables of all layers, so that no way of writing escapes the log."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from layers.registry.freshness import EVENTS, watched
from layers.registry.sql import quoted

CHAIN = Path(__file__).with_name("chain.sql").read_text("utf-8")


def install() -> None:
    with connection.cursor() as cursor:
        if "audit_pending" not in connection.introspection.table_names(cursor):
            return
        for table in watched():
            for event, rows in EVENTS.items():
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER audit_rows_{event.lower()} AFTER {event} ON {quoted(table)} "
                    f"{rows} FOR EACH STATEMENT EXECUTE FUNCTION audit_rows()"
                )
