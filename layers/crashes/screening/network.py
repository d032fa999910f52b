"""Reads places and crashes, has them screened, and writes what came out in one transaction.

A junction is like others with as many legs, the same control and rank; a section like others of its rank, by length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection, transaction

from diagramming.statistics.screen import Figure, Happened, Peak, Place, peaks, screen
from layers.crashes.screening.models import CrashWindow, EpdoWeight, ScreenedJunction, ScreenedSection
from layers.registry.sql import Sql

Kind = Literal["junctions", "sections"]
YEARS = 3
SHORTEST = 50.0
"""Metres below which a section is a stub of drawing, not a street."""
WINDOW, STEP = 300.0, 50.0


class NothingToScreen(ValueError):
    """Why nothing can be ranked, in a sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    start: date
    until: date
    weights: Mapping[int, float]
    figures: list[Figure]
    peaks: list[Peak]


def weights(day: date) -> dict[int, float]:
    row = EpdoWeight.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if row is None:
        raise NothingToScreen(f"For {day} there are no EPDO weights; enter them in the administration.")
    return {1: row.a1, 2: row.a2, 3: row.a3}


def period() -> tuple[date, date]:
    """The three years that end with the last crash there is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (max(occurred_at) AT TIME ZONE %s)::date FROM crashes_crash", [settings.TIME_ZONE]
        )
        (last,) = cursor.fetchone()
    if last is None:
        raise NothingToScreen("There are no crashes yet.")
    until: date = last + timedelta(days=1)
    day = until.day if (until.month, until.day) != (2, 29) else 28
    return until.replace(year=until.year - YEARS, day=day), until


def places(kind: Kind) -> list[Place]:
    with connection.cursor() as cursor:
        if kind == "junctions":
            cursor.execute(
                "SELECT id, least(legs, 5), signal, least(rank, 3) FROM streets_junction ORDER BY id"
            )
            return [
                Place(id, (f"{legs} legs, control {signal}, rank {rank}", f"{legs} legs, control {signal}", f"{legs} legs"))
                for id, legs, signal, rank in cursor.fetchall()
            ]  # fmt: skip
        cursor.execute(
            "SELECT id, rank, length_m FROM streets_section WHERE length_m >= %s ORDER BY id", [SHORTEST]
        )
        return [Place(id, (f"rank {rank}",), length / 1000.0) for id, rank, length in cursor.fetchall()]


def crashes(kind: Kind, only: Sql | None = None) -> list[Happened]:
    """`only` is a condition on the crashes that are wanted, as a relation of ids."""
    where = Sql("") if only is None else Sql(" AND c.id IN (") + only + ")"
    if kind == "junctions":
        sql = Sql(
            "SELECT c.junction_id, (c.occurred_at AT TIME ZONE %s)::date, c.severity, c.pedestrian OR c.motorcycle, c.type, "
            "NULL::float FROM crashes_crash c WHERE c.junction_id IS NOT NULL",
            (settings.TIME_ZONE,),
        )
    else:
        sql = Sql(
            "SELECT s.id, (c.occurred_at AT TIME ZONE %s)::date, c.severity, c.pedestrian OR c.motorcycle, c.type, "
            "ST_LineLocatePoint(s.merc, c.merc) * s.length_m FROM crashes_crash c JOIN streets_road r ON r.id = c.road_id "
            "JOIN streets_section s ON s.id = r.section_id WHERE true",
            (settings.TIME_ZONE,),
        )
    sql += where
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return [Happened(*row) for row in cursor.fetchall()]


def find(
    kind: Kind,
    start: date | None = None,
    until: date | None = None,
    *,
    only: Sql | None = None,
    window: float = WINDOW,
    step: float = STEP,
) -> Found:
    if start is None or until is None:
        first, last = period()
        start, until = start or first, until or last
    if until <= start:
        raise NothingToScreen("The period ends before it begins.")
    scale = weights(until - timedelta(days=1))
    known, happened = places(kind), crashes(kind, only)
    figures = screen(known, happened, start, until, scale)
    slid = (
        peaks(known, happened, start, until, size=window, step=step, scale=scale)
        if kind == "sections"
        else []
    )
    return Found(start, until, scale, figures, slid)


def renew() -> dict[str, int]:
    """Screens both kinds and replaces what was kept; how many rows of each there are now."""
    found: tuple[Found, Found] | None
    try:
        found = find("junctions"), find("sections")
    except NothingToScreen:
        found = None
    with transaction.atomic():
        for model in (ScreenedJunction, ScreenedSection, CrashWindow):
            model.objects.all().delete()
        if found is None:
            return {"junctions": 0, "sections": 0, "windows": 0}
        at_junctions, on_sections = found
        lengths = {p.id: p.km for p in places("sections")}
        ScreenedJunction.objects.bulk_create(
            (
                ScreenedJunction(junction_id=f.place, **_columns(f, at_junctions))
                for f in at_junctions.figures
            ),
            1000,
        )
        ScreenedSection.objects.bulk_create(
            (
                ScreenedSection(
                    section_id=f.place,
                    per_km=round(f.crashes / (lengths[f.place] or 1.0), 1),
                    **_columns(f, on_sections),
                )
                for f in on_sections.figures
            ),
            1000,
        )
        _write_windows(on_sections.peaks)
    return {
        "junctions": len(at_junctions.figures), "sections": len(on_sections.figures), "windows": len(on_sections.peaks),
    }  # fmt: skip


def _columns(f: Figure, found: Found) -> dict[str, Any]:
    trend = f.trend or (None, None, None)
    return {
        "start": found.start, "until": found.until, **numbers(f),
        "trend": rounded(trend[0]), "trend_low": rounded(trend[1]), "trend_high": rounded(trend[2]),
        "rules": [[name, held] for name, held in f.grade.rules],
    }  # fmt: skip


def numbers(f: Figure) -> dict[str, Any]:
    """A figure in columns, as they are kept and as they are answered."""
    return {
        "rank": f.rank, "crashes": f.crashes, **{f"a{k}": f.counts.get(k, 0) for k in (1, 2, 3)},
        "vulnerable": round(f.vulnerable, 3), "severe": round(f.severe, 3),
        "epdo": round(f.harm.counted, 1), "epdo_expected": round(f.harm.expected, 2),
        "epdo_low": round(f.harm.low, 2), "epdo_high": round(f.harm.high, 2),
        "like": round(f.excess.like, 2), "expected": round(f.excess.expected, 2), "excess": round(f.excess.excess, 2),
        "excess_low": round(f.excess.low, 2), "excess_high": round(f.excess.high, 2),
        "grade": round(f.grade.value, 1), "grade_name": f.grade.name, "alike": f.group[:60],
    }  # fmt: skip


def rounded(value: float | None) -> float | None:
    """A factor of change as a share; what is beyond telling is left empty."""
    return None if value is None or not -1e3 < value < 1e3 else round(value - 1.0, 3)


def _write_windows(found: Sequence[Peak]) -> None:
    rows = [
        (p.place, k, p.start, p.end, p.crashes, p.epdo, round(p.excess.like, 2), round(p.excess.excess, 2),
         round(p.excess.low, 2), round(p.excess.high, 2))
        for k, p in enumerate(found, 1)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO crashes_crashwindow (section_id, rank, from_m, to_m, crashes, epdo, "like", excess, excess_low, '
            "excess_high, geom) SELECT w.s, w.k, w.a, w.b, w.n, w.e, w.l, w.x, w.lo, w.hi, "
            "ST_LineSubstring(s.geom, greatest(w.a / s.length_m, 0), least(w.b / s.length_m, 1)) "
            "FROM unnest(%s::bigint[], %s::int[], %s::float[], %s::float[], %s::int[], %s::float[], %s::float[], %s::float[], "
            "%s::float[], %s::float[]) AS w (s, k, a, b, n, e, l, x, lo, hi) JOIN streets_section s ON s.id = w.s",
            [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(10)],
        )


def named(kind: Kind, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and GeoJSON of places."""
    wanted = list(ids)
    name = (
        "name"
        if kind == "junctions"
        else "concat_ws(' ', name, nullif(concat_ws('–', nullif(start, ''), nullif(\"end\", '')), ''))"
    )
    table = "streets_junction" if kind == "junctions" else "streets_section"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {name}, ST_AsGeoJSON(geom, 6) FROM {table} WHERE id = ANY(%s)", [wanted])
        return {id: (called, shape) for id, called, shape in cursor.fetchall()}
