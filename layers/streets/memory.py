"""What is wrong or doubtful about the map's own memory, asked each night and shown with the other warnings.

V16: no two truths at once, and every changeset says who, how, and how exactly. V17 is about crashes, and is asked by
their theme with `hold`. What is held stays through edits until the next night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from layers.registry.sql import Bbox
from layers.streets import draw
from layers.streets.craft.check import Finding
from layers.streets.draw.rows import key_of
from layers.streets.draw.tables import HELD

MEASURED = ("rtk", "tape")
"""Who measures says how exactly."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """`owner` is a segment or a node: the warning stands in its middle."""

    owner: str
    error: bool
    zh: str
    en: str


NOW = """
    INSERT INTO streets_drawnwarning AS t (key, owner, kind, severity, said, said_en, geom, origin, version, changed_at)
    SELECT DISTINCT ON (n.key) n.key, n.owner, %(rule)s, n.severity, n.said, n.said_en,
           CASE WHEN GeometryType(v.geom) = 'LINESTRING' THEN ST_LineInterpolatePoint(v.geom, 0.5) ELSE v.geom END,
           s.origin, 1, now()
    FROM unnest(%(keys)s::text[], %(owners)s::text[], %(severities)s::text[], %(said)s::text[], %(said_en)s::text[])
         AS n (key, owner, severity, said, said_en)
    JOIN streets_version v ON v.object = n.owner AND upper_inf(v.valid) AND upper_inf(v.txn)
    JOIN streets_changeset s ON s.id = v.changeset_id
    ON CONFLICT (key) DO UPDATE SET severity = excluded.severity, said = excluded.said, said_en = excluded.said_en,
        geom = excluded.geom, version = t.version + 1, changed_at = now()
    WHERE (t.severity, t.said, t.said_en, t.geom::bytea)
        IS DISTINCT FROM (excluded.severity, excluded.said, excluded.said_en, excluded.geom::bytea)
"""


def hold(rule: str, found: Sequence[Doubt]) -> int:
    """These are the warnings of a rule from now on; how many there are."""
    if rule not in HELD:
        raise ValueError(f"{rule} is a rule of the drawing; it is told when streets are drawn.")
    keys = [key_of(f"{rule}/{one.owner}/{one.en}") for one in found]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM streets_drawnwarning WHERE kind = %s AND NOT key = ANY(%s)", (rule, keys))
        cursor.execute(
            NOW,
            {
                "rule": rule,
                "keys": keys,
                "owners": [one.owner for one in found],
                "severities": ["error" if one.error else "warning" for one in found],
                "said": [one.zh[:200] for one in found],
                "said_en": [one.en[:200] for one in found],
            },
        )
    return len(found)


def held(box: Bbox) -> list[Finding]:
    """The warnings of the night in a box."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, severity, owner, said, said_en FROM streets_drawnwarning WHERE kind = ANY(%s) "
            "AND merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857) ORDER BY kind, owner, key",
            (list(HELD), *box),
        )
        return [
            Finding(kind, severity == "error", owner, zh, en)
            for kind, severity, owner, zh, en in cursor.fetchall()
        ]


OWNER = "CASE WHEN v.kind IN ('segment', 'node') THEN v.object ELSE v.bearer END"
TWICE = f"""
    SELECT DISTINCT {OWNER}, v.object FROM streets_version v JOIN streets_version o
    ON o.object = v.object AND o.id > v.id AND o.valid && v.valid AND o.txn && v.txn
"""
UNSAID = f"""
    SELECT DISTINCT {OWNER}, s.id, s.who = '' OR s.method = ''
    FROM streets_version v JOIN streets_changeset s ON s.id = v.changeset_id
    WHERE upper_inf(v.valid) AND upper_inf(v.txn)
    AND (s.who = '' OR s.method = '' OR (s.method = ANY(%s) AND s.accuracy IS NULL AND s.kind = 'edit'))
"""


def doubts() -> list[Doubt]:
    """V16 over the whole map."""
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        found = [
            Doubt(owner, True, f"{name} 有重疊的有效期間", f"{name} has periods of validity that overlap")
            for owner, name in cursor.fetchall()
        ]
        cursor.execute(UNSAID, (list(MEASURED),))
        for owner, id_, nobody in cursor.fetchall():
            if nobody:
                found.append(
                    Doubt(
                        owner,
                        True,
                        f"測繪紀錄 {id_} 未記測繪者或方法",
                        f"changeset {id_} does not say who made it, or how",
                    )
                )
            else:
                found.append(
                    Doubt(
                        owner,
                        False,
                        f"測繪紀錄 {id_} 未記測量精度",
                        f"changeset {id_} does not say how exact it is",
                    )
                )
    return [one for one in found if one.owner]


def nightly() -> dict[str, int]:
    """Months since the last confirmation go by without an edit; V16 is asked again."""
    return {"drawn": draw.redraw(), "ages": draw.live(), "V16": hold("V16", doubts())}
