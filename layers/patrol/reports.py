"""What was done and what was not, for supervisors: visits missed, boxes unsigned, and how soon a car was at a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

_MISSED = """
    SELECT s.id, s.name, s.box_id, s.at, coalesce(s.closes, u.finish) AS due, s.must, u.name, u.officers, p.id, p.name,
           p.station_id, ST_X(s.point), ST_Y(s.point)
    FROM patrol_planstop s JOIN patrol_planunit u ON u.id = s.unit_id JOIN patrol_shiftplan p ON p.id = u.plan_id
    WHERE p.status = 'published' AND s.box_id IS NOT NULL
    AND coalesce(s.closes, u.finish) + make_interval(mins => %(after)s) BETWEEN %(begin)s AND %(end)s
    AND (%(station)s::bigint IS NULL OR p.station_id = %(station)s)
    AND NOT EXISTS (SELECT FROM patrol_proof x JOIN patrol_signin g ON g.id = x.signin_id
                    WHERE x.stop_id = s.id AND g.judgement NOT IN ('replay', 'clone', 'proxy'))
    ORDER BY due DESC LIMIT %(most)s
"""


def missed(
    begin: datetime, end: datetime, station: int | None = None, after: int = 35, most: int = 500
) -> list[dict[str, Any]]:
    """Planned visits whose time has passed, with the grace and the time that an upload may take."""
    names = (
        "stop", "name", "box", "at", "due", "must", "unit", "officers", "plan", "plan_name", "station", "lon", "lat",
    )  # fmt: skip
    import json

    with connection.cursor() as cursor:
        cursor.execute(
            _MISSED, {"begin": begin, "end": end, "station": station, "after": after, "most": most}
        )
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if isinstance(row["officers"], str):
            row["officers"] = json.loads(row["officers"])
    return rows


_UNSIGNED = """
    SELECT b.id, b.key, b.name, ST_X(b.geom), ST_Y(b.geom), b.station_id,
           (SELECT max(s.at) FROM patrol_signin s WHERE s.box_id = b.id AND s.at <= %(at)s) AS latest,
           EXISTS (SELECT FROM patrol_signin s WHERE s.box_id = b.id AND s.at BETWEEN %(since)s AND %(at)s) AS tried,
           p.due
    FROM patrol_patrolbox b
    LEFT JOIN LATERAL (
        SELECT min(x.at) AS due FROM patrol_planstop x JOIN patrol_planunit u ON u.id = x.unit_id
        JOIN patrol_shiftplan l ON l.id = u.plan_id
        WHERE x.box_id = b.id AND l.status = 'published' AND x.at BETWEEN %(since)s AND %(at)s
    ) p ON true
    WHERE (%(station)s::bigint IS NULL OR b.station_id = %(station)s)
    AND (b.valid_from IS NULL OR b.valid_from <= %(day)s) AND (b.valid_to IS NULL OR b.valid_to >= %(day)s)
    AND NOT EXISTS (SELECT FROM patrol_signin s WHERE s.box_id = b.id AND s.at BETWEEN %(since)s AND %(at)s
                    AND s.judgement NOT IN ('replay', 'clone', 'proxy', 'out_of_range'))
    ORDER BY p.due NULLS LAST, latest NULLS FIRST, b.key LIMIT 2000
"""
_FAILED = """
    SELECT s.id, b.id, b.key, b.name, s.at, s.judgement, ST_X(b.geom), ST_Y(b.geom), p.findings
    FROM patrol_signin s JOIN patrol_patrolbox b ON b.id = s.box_id LEFT JOIN patrol_proof p ON p.signin_id = s.id
    WHERE s.at BETWEEN %(since)s AND %(at)s AND s.judgement <> 'normal'
    AND (%(station)s::bigint IS NULL OR b.station_id = %(station)s)
    UNION ALL
    SELECT -r.id, b.id, r.box, coalesce(b.name, ''), r.at, 'refused', ST_X(b.geom), ST_Y(b.geom),
           jsonb_build_array(jsonb_build_object('verdict', 'refused', 'rule', r.reason, 'zh', r.sentence, 'en', r.sentence))
    FROM patrol_refusal r LEFT JOIN patrol_patrolbox b ON b.key = r.box
    WHERE r.at BETWEEN %(since)s AND %(at)s AND (%(station)s::bigint IS NULL OR b.station_id = %(station)s)
    ORDER BY 5 DESC LIMIT 500
"""


def unsigned(since: datetime, at: datetime, station: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Boxes in use that had no sign-in that counts between two moments, and what was tried there and failed."""
    import json

    values = {"since": since, "at": at, "station": station, "day": timezone.localdate(at)}
    with connection.cursor() as cursor:
        cursor.execute(_UNSIGNED, values)
        names = ("id", "key", "name", "lon", "lat", "station", "latest", "tried", "due")
        boxes = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(_FAILED, values)
        names = ("id", "box", "key", "name", "at", "judgement", "lon", "lat", "findings")
        failed = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in failed:
        said = row["findings"]
        row["findings"] = json.loads(said) if isinstance(said, str) else said or []
    return {"boxes": boxes, "failed": failed}


_ARRIVALS = """
    SELECT id, kind, at, minutes, ST_X(geom), ST_Y(geom) FROM hotspots_call
    WHERE minutes IS NOT NULL AND at > (SELECT max(at) FROM hotspots_call) - make_interval(days => %(days)s)
    ORDER BY minutes DESC
"""


def arrivals(days: int, limit: float) -> dict[str, Any]:
    """How soon a car was at the place of a 110 call, in the last days that there are; the slowest by name of kind."""
    from data.codes import table

    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS, {"days": days})
        rows = cursor.fetchall()
    hours: dict[int, list[float]] = {}
    for _, _, at, minutes, _, _ in rows:
        hours.setdefault(timezone.localtime(at).hour, []).append(minutes)
    words = {c.value: c for c in table("case.call").entries}
    return {
        "calls": len(rows),
        "within": sum(r[3] <= limit for r in rows),
        "limit": limit,
        "median": sorted(r[3] for r in rows)[len(rows) // 2] if rows else None,
        "hours": [
            {"hour": h, "calls": len(hours.get(h, [])), "within": sum(m <= limit for m in hours.get(h, []))}
            for h in range(24)
        ],
        "slow": [
            {
                "id": id, "at": at, "minutes": round(minutes, 1), "lon": lon, "lat": lat,
                "zh": words[kind].zh if kind in words else kind, "en": words[kind].en if kind in words else kind,
            }
            for id, kind, at, minutes, lon, lat in rows[:30] if minutes > limit
        ],
    }  # fmt: skip
