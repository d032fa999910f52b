"""The past of every row of every editable layer: kept by triggers, read as features, by clearance.

Reading shows a version only if its row, as it was then, is one that the viewer may see, and of it only the
fields that the viewer may see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from layers.access import Clearance
from layers.registry.freshness import EVENTS
from layers.registry.geojson import feature
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import quoted, relation

KEEP = (Path(__file__).parent / "history.sql").read_text("utf-8")
MOST = 200
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Was:
    """One state of a feature: how it came about, and what it was; `feature` is None where it was gone."""

    id: int | None
    op: str
    at: datetime | None
    actor: str
    version: int | None
    feature: Json | None


def keep_history() -> None:
    """Puts the triggers on the tables of all editable layers. Runs after each migration."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if "registry_history" not in present:
            return
        for table, columns in sorted(kept_columns().items()):
            if table not in present:
                continue
            function = quoted(f"antu_history_{table}"[:63])
            cursor.execute(_function(function, columns))
            for event, rows in EVENTS.items():
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER antu_history_{event.lower()} AFTER {event} ON {quoted(table)} {rows} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
                )


def kept_columns() -> dict[str, list[str]]:
    """Each table that can be edited → the columns whose change makes a new version."""
    found: dict[str, set[str]] = {}
    for layer in register:
        if layer.model and layer.edit:
            names = found.setdefault(layer.model._meta.db_table, {"geom"})
            names |= {layer.column(f.name) for f in layer.fields}
    return {table: sorted(names) for table, names in found.items()}


def _function(name: str, columns: list[str]) -> str:
    old, new = (", ".join(f"{side}.{quoted(c)}" for c in columns) for side in "on")
    return (
        KEEP.replace("the_function", name)
        .replace("(the_old)", f"ROW({old})")
        .replace("(the_new)", f"ROW({new})")
    )


def past(layer: Layer, clearance: Clearance, fid: int) -> list[Was]:
    """All states of a feature, the newest first; empty where there never was one that the viewer may see."""
    assert layer.model is not None
    table = layer.model._meta.db_table
    told = feature(layer, layer.seen_by(clearance), "q.geom")
    seen = "".join(f" AND ({w})" for w in layer.wheres(clearance))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {told}, q.version FROM {relation(layer)} WHERE q.id = %s{seen}", [fid])
        now = cursor.fetchone()
        cursor.execute(f"SELECT 1 FROM {relation(layer)} WHERE q.id = %s", [fid])
        if now is None and cursor.fetchone() is not None:
            return []  # it is there, and not for this viewer: nor is what it was
        cursor.execute(
            "SELECT h.id, h.op, h.at, h.actor, h.version, w.told FROM registry_history h "
            f"LEFT JOIN LATERAL (SELECT {told} AS told FROM jsonb_populate_record(NULL::{quoted(table)}, h.row) AS q "
            f"WHERE h.row IS NOT NULL{seen}) w ON true WHERE h.table_name = %s AND h.row_id = %s "
            "ORDER BY h.id DESC LIMIT %s",
            [table, fid, MOST],
        )
        entries = cursor.fetchall()
    return _states(entries, now)


def _states(entries: list[Any], now: Any) -> list[Was]:
    """An entry holds what was before it: what came of it is told by the entry after, or by the row of today."""
    out: list[Was] = []
    state, number = (json.loads(now[0]), now[1]) if now else (None, None)
    for id_, op, at, actor, version, told in entries:
        if op == "delete":
            out.append(Was(id_, op, at, actor, None, None))
        elif state is not None:
            out.append(Was(id_, op, at, actor, number, state))
        state, number = (json.loads(told), version) if told else (None, None)
    if state is not None:
        out.append(Was(None, "first", None, "", number, state))
    return out if any(one.feature for one in out) else []


def kept_row(table: str, fid: int) -> Json | None:
    """The row as it was when it was deleted last, or None if it never was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row FROM registry_history WHERE table_name = %s AND row_id = %s AND op = 'delete' ORDER BY id DESC LIMIT 1",
            [table, fid],
        )
        found = cursor.fetchone()
    return dict(json.loads(found[0]) if isinstance(found[0], str) else found[0]) if found else None
