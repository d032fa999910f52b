"""What the council needs to know of a junction, in one answer: how bad it is against places like it, the bundles of its
collision diagram under the filters of the moment, its measures and their effect, places like it, and what was decided.

Movements are told to council and police; what a party did and who it was stay with the police.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from diagramming.layout.bundles import Case, bundle
from layers.access import Viewer
from layers.council import effect, ground
from layers.council.models import AgendaItem, Measure, Visit
from layers.council.movements import keys, words
from layers.council.standing import decision
from layers.registry import cql
from layers.registry.register import register
from layers.registry.sql import Sql, parse_interval, relation, where
from layers.streets.models import Junction

MOST = 2000
TALLY = """
    SELECT year, a1, a2, a3, epdo FROM crashes_junctiontally WHERE junction_id = %s ORDER BY year
"""
LIKE = """
    SELECT count(*), coalesce(avg(n), 0)::float, coalesce(var_samp(n), 0)::float FROM (
        SELECT coalesce(sum(a1 + a2 + a3), 0) AS n FROM streets_junction j
        LEFT JOIN crashes_junctiontally t ON t.junction_id = j.id AND t.year > (SELECT max(year) - 3 FROM crashes_junctiontally)
        WHERE j.legs = %s AND j.signal = %s AND j.rank = %s GROUP BY j.id
    ) AS x
"""
RANK = """
    SELECT place FROM (
        SELECT junction_id, rank() OVER (ORDER BY sum(epdo) DESC) AS place FROM crashes_junctiontally
        WHERE year > (SELECT max(year) - 3 FROM crashes_junctiontally) GROUP BY junction_id
    ) AS r WHERE junction_id = %s
"""
PROFILES = """
    SELECT j.id, j.name, j.name_en, ST_X(j.geom), ST_Y(j.geom), c.type, count(*)::int
    FROM streets_junction j JOIN crashes_crash c ON c.junction_id = j.id
    WHERE j.legs = %(legs)s AND j.signal = %(signal)s AND j.rank = %(rank)s
    GROUP BY j.id, c.type
"""
FEWEST_TO_COMPARE = 6


class Unclear(ValueError):
    """The filter or the period could not be read; the message is for whoever wrote it."""


def told(junction: Junction, viewer: Viewer, when: str | None, filter: str | None) -> dict[str, Any]:
    legs = ground.legs(junction.pk)
    found = _crashes(junction.pk, viewer, when, filter)
    named = keys((id, type, at) for id, type, at, _ in found)
    cases = [Case(str(id), named[id], severity) for id, _, at, severity in found]
    about = {str(id): {"id": id, "severity": severity, "at": at} for id, _, at, severity in found}
    drawn = bundle(ground.plan_of(legs), cases) if legs else []
    measures = list(
        Measure.objects.filter(junction=junction).exclude(state="dropped").order_by("done_on", "pk")
    )
    return {
        "id": junction.pk,
        "name": {"zh": junction.name, "en": junction.name_en or junction.name},
        "legs": legs,
        "ground": ground.shapes(junction.pk),
        "reach": ground.REACH,
        "count": len(found),
        "bundles": [
            {
                "key": str(one.key), "family": one.key.family, "words": words(one.key), "count": len(one.cases),
                "counts": one.counts, "cases": sorted((about[id] for id in one.cases), key=lambda c: (c["severity"], -c["at"].timestamp())), "first": one.first,
                "second": one.second, "badge": one.badge, "sure": one.sure,
            }
            for one in drawn
        ],
        "standing": standing(junction),
        "measures": [measure(one) for one in measures],
        "similar": similar(junction),
        "agenda": [_item(one) for one in AgendaItem.objects.filter(junction=junction).select_related("meeting").prefetch_related("decisions").order_by("-meeting__held_on", "-pk")[:8]],
        "visits": Visit.objects.filter(junction=junction).count(),
    }  # fmt: skip


def _crashes(id: int, viewer: Viewer, when: str | None, filter: str | None) -> list[Any]:
    layer = register.find("crashes", viewer)
    if layer is None:
        return []
    try:
        inside = where(
            layer,
            viewer.clearance,
            interval=parse_interval(when) if when else None,
            condition=cql.compile(filter, layer, viewer.clearance) if filter else None,
        )
    except ValueError as wrong:
        raise Unclear(str(wrong)) from wrong
    sql = Sql(
        f"SELECT q.id, q.type, q.occurred_at, q.severity FROM {relation(layer)} WHERE q.junction_id = %s AND ",
        (id,),
    )
    sql = sql + inside + f" ORDER BY q.id LIMIT {MOST}"
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return list(cursor.fetchall())


def standing(junction: Junction) -> dict[str, Any]:
    """Against places like it over the latest three years: Empirical-Bayes excess and the yearly trend, with intervals."""
    from diagramming.statistics.rank import shrunk, trend

    with connection.cursor() as cursor:
        cursor.execute(TALLY, (junction.pk,))
        years = cursor.fetchall()
        cursor.execute(LIKE, (junction.legs, junction.signal, junction.rank))
        sites, mean, variance = cursor.fetchone()
        cursor.execute(RANK, (junction.pk,))
        place = cursor.fetchone()
    last = [row for row in years if row[0] > years[-1][0] - 3] if years else []
    count = sum(a1 + a2 + a3 for _, a1, a2, a3, _ in last)
    out: dict[str, Any] = {
        "years": [{"year": y, "a1": a1, "a2": a2, "a3": a3, "epdo": e} for y, a1, a2, a3, e in years],
        "rank": place[0] if place else None, "sites": sites, "excess": None, "trend": None,
    }  # fmt: skip
    if mean > 0:
        one = shrunk(count, mean, mean**2 / (variance - mean) if variance > mean else 1e6)
        out["excess"] = {
            name: round(getattr(one, name), 2) for name in ("expected", "like", "excess", "low", "high")
        }
    if len(last) == 3 and count >= FEWEST_TO_COMPARE:
        out["trend"] = [round(v, 3) for v in trend([a1 + a2 + a3 for _, a1, a2, a3, _ in last])]
    return out


def measure(one: Measure) -> dict[str, Any]:
    return {
        "id": one.pk, "name": one.name, "kind": one.kind, "state": one.state, "targets": one.targets, "unit": one.unit,
        "began_on": one.began_on, "done_on": one.done_on, "note": one.note, "frozen": one.frozen is not None,
        "effect": effect.told(one),
        "reviews": [{"months": r.months, "made_at": r.made_at, "result": r.result} for r in one.reviews.all()],
        "pictures": [{"id": p.pk, "after": p.after, "caption": p.caption} for p in one.pictures.all()],
    }  # fmt: skip


def similar(junction: Junction, most: int = 4) -> list[dict[str, Any]]:
    """Of the same form, control and rank, those whose crash types are shared out most alike."""
    from diagramming.statistics.rank import hellinger

    with connection.cursor() as cursor:
        cursor.execute(PROFILES, {"legs": junction.legs, "signal": junction.signal, "rank": junction.rank})
        rows = cursor.fetchall()
    profiles: dict[int, dict[str, int]] = {}
    known: dict[int, tuple[Any, ...]] = {}
    for id, name, name_en, lon, lat, type, n in rows:
        profiles.setdefault(id, {})[type] = n
        known[id] = (name, name_en, lon, lat)
    mine = profiles.pop(junction.pk, {})
    if sum(mine.values()) < FEWEST_TO_COMPARE:
        return []
    apart = sorted(
        (round(hellinger(mine, other), 4), id)
        for id, other in profiles.items()
        if sum(other.values()) >= FEWEST_TO_COMPARE
    )
    return [
        {
            "id": id, "name": {"zh": known[id][0], "en": known[id][1] or known[id][0]},
            "count": sum(profiles[id].values()), "alike": round(1 - distance, 3),
        }
        for distance, id in apart[:most]
    ]  # fmt: skip


def _item(one: AgendaItem) -> dict[str, Any]:
    return {
        "id": one.pk, "meeting": one.meeting_id, "meeting_title": one.meeting.title, "number": one.number,
        "held_on": one.meeting.held_on, "state": one.meeting.state, "title": one.title, "note": one.note,
        "view": one.view, "decisions": [decision(d) for d in one.decisions.all()],
    }  # fmt: skip
