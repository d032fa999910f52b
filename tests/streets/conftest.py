"""A small street map in a database, and editors with roles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from layers.streets.craft.document import Document
from layers.streets.seed import seed
from layers.streets.write import Survey
from tests.streets.city import grid, there

ORIGIN = "sample"
TABLES = (
    "streets_lineage", "streets_confirmation", "streets_stale", "streets_version", "streets_changeset",
    "streets_template", "streets_drawnarea", "streets_drawnline", "streets_drawnpoint", "streets_drawnwarning",
)  # fmt: skip


@pytest.fixture
def streets(db: None) -> Document:
    """A map of 4 × 4 junctions, alone in the transaction of the test."""
    empty()
    document = there(grid(4, 4, seed=3))
    seed(document, Survey(who="test", method="plan", origin=ORIGIN, kind="import", accepted=True))
    return document


@pytest.fixture
def kept(committed: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Document]:
    """A few streets, committed beside whatever else there is, far from it; gone afterwards."""
    document = there(grid(3, 3, seed=5))
    moved = document.model_copy(
        update={
            "nodes": tuple(n.model_copy(update={"id": f"k{n.id}", "at": (n.at[0] - 40_000, n.at[1])}) for n in document.nodes),
            "segments": tuple(
                s.model_copy(
                    update={
                        "id": f"k{s.id}", "a": f"k{s.a}", "b": f"k{s.b}",
                        "via": tuple((x - 40_000, y) for x, y in s.via),
                    }
                )
                for s in document.segments
            ),
            "arms": tuple(a.model_copy(update={"segment": f"k{a.segment}"}) for a in document.arms),
        }
    )  # fmt: skip
    seed(moved, Survey(who="test", method="plan", origin=ORIGIN, kind="import", accepted=True), draw=False)
    try:
        yield moved
    finally:
        with django_db_blocker.unblock(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("DELETE FROM streets_version WHERE object LIKE '%/ks0%' OR object LIKE '%/kn0%'")
            cursor.execute("DELETE FROM streets_stale")
            cursor.execute(
                "DELETE FROM streets_changeset c WHERE NOT EXISTS (SELECT 1 FROM streets_version v WHERE v.changeset_id = c.id)"
            )


def empty() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")
