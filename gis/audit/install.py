"""Puts the audit trigger on every table of the themes and of accounts: no way of writing escapes the log.

The log is never deleted, so it must not become a second home of secrets: values are written out only for
columns that a layer declares and that somebody below the highest clearance may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.db import connection

from layers.access import Clearance
from layers.registry.freshness import EVENTS, watched
from layers.registry.register import register
from layers.registry.sql import quoted

CHAIN = Path(__file__).with_name("chain.sql").read_text("utf-8")

PEOPLE = {
    "auth_user": ("id", "username", "is_active", "is_staff", "is_superuser"),
    "auth_user_groups": ("id", "user_id", "group_id"),
    "auth_group": ("id", "name"),
    "accounts_token": ("id", "user_id", "name", "hint", "clearance", "expires_at", "revoked_at"),
}
"""Tables of accounts, with the columns whose values may stand in the log."""

SHARED = {
    "sharing_comment": ("id", "parent_id", "author_id", "clearance", "state", "settled_by_id", "withdrawn"),
    "sharing_savedview": ("id", "clearance", "made_by_id"),
    "sharing_deck": ("id", "owner_id", "version"),
}
"""The same for what people hand to each other: what they say is not copied into the log."""


def install() -> None:
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if not {"audit_pending", "audit_entry"} <= present:
            return  # migrated app by app: the last one brings us here again
        cursor.execute(CHAIN)
        for table in sorted(tables() & present):
            named = {**PEOPLE, **SHARED}.get(table)
            _put(cursor, table, named or open_columns(table), whole=named is not None)


def tables() -> set[str]:
    """Every table of a theme, whether a layer reads it or not, those of accounts and of sharing."""
    themes = {layer.theme for layer in register}
    models = (m for app in apps.get_app_configs() if app.label in themes for m in app.get_models())
    return set(PEOPLE) | set(SHARED) | set(watched()) | {m._meta.db_table for m in models}


def open_columns(table: str) -> list[str]:
    """The columns of a table that somebody without the highest clearance sees in some layer."""
    found = {"id", "key", "origin"}
    for layer in register:
        if not layer.model or layer.model._meta.db_table != table or layer.clearance == Clearance.RESTRICTED:
            continue
        found |= {"geom"} | {layer.column(f.name) for f in layer.seen_by(Clearance.POLICE)}
    return sorted(found)


def _put(cursor: object, table: str, columns: Iterable[str], whole: bool) -> None:
    arguments = f"'{{{','.join(columns)}}}', '{'whole' if whole else ''}'"
    for event, rows in {**EVENTS, "TRUNCATE": ""}.items():
        cursor.execute(  # type: ignore[attr-defined]
            f"CREATE OR REPLACE TRIGGER audit_rows_{event.lower()} AFTER {event} ON {quoted(table)} {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION audit_rows({arguments})"
        )
