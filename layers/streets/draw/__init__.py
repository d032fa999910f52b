"""Draws the picture of the parameters of today: of everything, or of what an edit touched and nothing more.

Rows that come out as they were are left alone, so that only tiles on which something changed become new.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from layers.streets import read
from layers.streets.craft.check import check
from layers.streets.craft.derive import derive
from layers.streets.craft.picture import areas, enclosed
from layers.streets.draw.around import MARGIN, Sight, sight
from layers.streets.draw.blocks import beside, in_plane
from layers.streets.draw.rows import (
    AREA,
    LINE,
    POINT,
    WARNING,
    area_rows,
    line_rows,
    point_rows,
    warning_rows,
)
from layers.streets.draw.tables import GROUND, TABLES, UNHELD, laid, live, replaced

__all__ = ["MARGIN", "TABLES", "Sight", "live", "redraw", "redraw_all", "sight"]
DRAWING = (4713, 6)
Say = Callable[[str], None]


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
        drawn_rows = area_rows(rows, drawn.crs)
        ground = in_plane([row[-1] for row in drawn_rows if row[1] in GROUND], drawn.crs)
        drawn_rows += area_rows(list(enclosed(list(ground))), drawn.crs)
        say(f"{len(drawn_rows):,} shapes")
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}" + (UNHELD if table == "streets_drawnwarning" else ""))
        laid("streets_drawnarea", AREA, drawn_rows, origin)
        names = {s.id for s in drawn.segments}
        laid("streets_drawnline", LINE, line_rows(drawn, names), origin)
        laid("streets_drawnpoint", POINT, point_rows(drawn, None), origin)
        laid("streets_drawnwarning", WARNING, warning_rows(drawn, check(drawn, shapes=False), None), origin)
        live()
    return {"areas": len(drawn_rows), "segments": len(names), "junctions": len(plan.junctions)}


def _drawn(seen: Sight) -> int:
    drawn, owners = seen.document, seen.owners
    count, moved = replaced("streets_drawnarea", AREA, area_rows(seen.rows, drawn.crs), owners)
    count += replaced("streets_drawnline", LINE, line_rows(drawn, seen.ids), owners)[0]
    count += replaced("streets_drawnpoint", POINT, point_rows(drawn, set(owners)), owners)[0]
    count += replaced(
        "streets_drawnwarning", WARNING, warning_rows(drawn, seen.findings, set(owners)), owners
    )[0]
    live([name for name in owners if name.startswith("segment/")])
    return count + (beside(moved, drawn.crs) if moved else 0)
