"""A whole document into the map at once: the first draft of a city. All of it goes in, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import connection, transaction

from layers.streets import read, write
from layers.streets.craft.document import Document
from layers.streets.craft.migrate import CURRENT
from layers.streets.craft.pieces import apart, bearer, kind_of
from layers.streets.draw import TABLES, redraw_all
from layers.streets.write import Survey, Unwritable

Say = Callable[[str], None]
COLUMNS = "object, kind, bearer, schema, params, geom, merc, valid, txn, changeset_id"


def seed(
    document: Document, survey: Survey, *, draw: bool = True, say: Say = lambda _: None
) -> dict[str, int]:
    """The objects of the document become the first versions of themselves; none of them may be there yet."""
    objects = apart(document)
    with transaction.atomic():
        _settle(document)
        _refuse_known(objects)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", read.WRITING)
            cursor.execute("SELECT clock_timestamp()")
            at: datetime = cursor.fetchone()[0]
        valid_from = survey.valid_from or at
        changeset = write._changeset(survey, at, valid_from)
        shapes = write.places(objects)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE seeded ON COMMIT DROP AS SELECT {COLUMNS} FROM streets_version WITH NO DATA"
            )
            with cursor.copy(
                "COPY seeded (object, kind, bearer, schema, params, geom, valid, txn, changeset_id) FROM STDIN"
            ) as copy:
                valid, txn = f"[{valid_from.isoformat()},)", f"[{at.isoformat()},)"
                for name, params in objects.items():
                    kind = kind_of(name)
                    said = json.dumps(params, ensure_ascii=False)
                    copy.write_row(
                        (
                            name,
                            kind,
                            bearer(kind, params),
                            CURRENT,
                            said,
                            shapes.get(name),
                            valid,
                            txn,
                            changeset,
                        )
                    )
            cursor.execute(
                f"INSERT INTO streets_version ({COLUMNS}) SELECT object, kind, bearer, schema, params, geom, "
                "ST_Transform(geom, 3857), valid, txn, changeset_id FROM seeded ORDER BY geom, object"
            )
            cursor.execute("DROP TABLE seeded")
        say(f"{len(objects):,} objects")
        counts = redraw_all(say, survey.origin) if draw else {}
    return {"objects": len(objects), "changeset": changeset, **counts}


def _settle(document: Document) -> None:
    """The map has the coordinate system and the side of traffic of what came first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM streets_version)")
        if not cursor.fetchone()[0]:
            cursor.execute("DELETE FROM streets_template WHERE kind = 'map'")
            cursor.execute(
                "INSERT INTO streets_template (name, kind, content, who, at) VALUES ('map', 'map', %s, 'import', now())",
                (json.dumps({"crs": document.crs, "traffic": document.traffic}),),
            )
    crs, traffic = read.setting()
    if (crs, traffic) != (document.crs, document.traffic):
        raise Unwritable(
            f"The map is kept in EPSG:{crs}, {traffic}-hand traffic; this draft is in EPSG:{document.crs}, "
            f"{document.traffic}-hand. Import it into a map of its own."
        )


def _refuse_known(objects: Mapping[str, object]) -> None:
    there = read.objects(objects)
    if there:
        raise Unwritable(
            f"{len(there):,} of the {len(objects):,} objects are in the map already, {min(there)} for one. "
            "Edits are kept; import what is new, or take the old ones away first."
        )


def clear(origin: str) -> int:
    """Takes away what was seeded with this origin, history and all: for demonstrations alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        mine = "changeset_id IN (SELECT id FROM streets_changeset WHERE origin = %s)"
        cursor.execute("SELECT count(*) FROM streets_changeset WHERE origin <> %s", (origin,))
        if cursor.fetchone()[0]:
            return 0  # somebody has edited; their work is not thrown away
        cursor.execute(f"DELETE FROM streets_lineage WHERE {mine}", (origin,))
        cursor.execute(f"DELETE FROM streets_version WHERE {mine}", (origin,))
        count = cursor.rowcount
        cursor.execute("UPDATE streets_changeset SET undoes_id = NULL WHERE origin = %s", (origin,))
        cursor.execute("DELETE FROM streets_changeset WHERE origin = %s", (origin,))
        for table in (*TABLES, "streets_stale"):
            cursor.execute(f"DELETE FROM {table}")
        return int(count)


def today() -> date:
    return read.NOW.day
