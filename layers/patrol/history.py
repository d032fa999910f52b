"""A sign-in beside the others: what came before it, what it changes for those after it, and where its officer was.

Before and after are by the moment of the touch, not by arrival: an outbox that is emptied late, doubled or out of order
leaves the same verdicts as a night with a network.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import connection

from layers.patrol.craft.judge import ORDER, Before, Evidence, Rules, paired
from layers.patrol.models import Proof, Ruleset, Tag

LOOK_BACK = timedelta(hours=6)
TRACK_S = 40.0
"""Around the moment of a touch, in which the officer's phone and car must have been near."""
ECHO_S = 30.0
"""A phone that is back sends positions within ten seconds and sign-ins within twenty: what is heard then proves nothing."""

_AROUND = """
    SELECT p.signin_id, (p.low, p.event) < (to_timestamp(%(low)s), %(event)s), s.officer,
           coalesce(p.device_id::text, ''), s.box_id, extract(epoch FROM p.low)::float8,
           extract(epoch FROM p.high)::float8, ST_DistanceSphere(s.geom, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326)),
           p.counter, p.evidence->>'officer', p.rules, coalesce((p.evidence->>'replayed')::boolean, false)
    FROM patrol_proof p JOIN patrol_signin s ON s.id = p.signin_id
    WHERE {which} ORDER BY p.low, p.event
"""
_NEAR_IN_TIME = """p.low <= to_timestamp(%(high)s) + %(back)s AND p.high >= to_timestamp(%(low)s) - %(back)s
    AND (p.device_id = %(device)s OR p.evidence->>'officer' = %(officer)s)"""
_COUNTERS = """p.tag_id = %(tag)s AND p.counter IN (
    (SELECT counter FROM patrol_proof WHERE tag_id = %(tag)s AND counter < %(counter)s ORDER BY counter DESC LIMIT 8)
    UNION ALL
    (SELECT counter FROM patrol_proof WHERE tag_id = %(tag)s AND counter > %(counter)s ORDER BY counter LIMIT 8))"""


@dataclass(frozen=True, slots=True)
class After:
    """A sign-in that arrived first: as much of its evidence as comparing needs, and what the new one is to it."""

    theirs: Evidence
    mine: Before
    rules: int


def around(e: Evidence, event: UUID, tag: Tag | None, place: Point) -> tuple[list[Before], dict[int, After]]:
    """What came before, and what came after."""
    values: dict[str, Any] = {
        "x": place.x, "y": place.y, "low": e.low, "high": e.high, "back": LOOK_BACK, "officer": e.officer,
        "device": e.device or None, "tag": tag.pk if tag else None, "counter": e.counter, "event": event,
    }  # fmt: skip
    wanted = [_NEAR_IN_TIME] + ([_COUNTERS] if tag and e.counter is not None else [])
    before: list[Before] = []
    after: dict[int, After] = {}
    mine = None if e.replayed else e.counter
    with connection.cursor() as cursor:
        for which in wanted:
            cursor.execute(_AROUND.format(which=which), values)
            for id, earlier, short, device, box, low, high, metres, counter, full, rules, replayed in cursor:
                who = full or short
                if earlier:
                    before.append(Before(who, device, box, low, high, metres, counter))
                    continue
                theirs = Evidence(
                    e.how, box, who, device, low, high, high, counter=counter, replayed=replayed
                )
                after[id] = After(
                    theirs, Before(e.officer, e.device, e.box, e.low, e.high, metres, mine), rules
                )
    return before, after


def evidence_of(proof: Proof) -> Evidence:
    """As it was judged; what was not yet asked for then is as if unknown."""
    known = {f.name for f in fields(Evidence)}
    return Evidence(**{k: v for k, v in proof.evidence.items() if k in known})


def rules_numbered(version: int) -> Rules:
    """The rules that a verdict was given by."""
    found = Ruleset.objects.filter(pk=version).first() if version else None
    return Rules.of(found.pk, found.figures) if found else Rules()


def reconsider(after: dict[int, After]) -> list[Proof]:
    """Adds what a late arrival shows about those after it; what a supervisor decided stays."""
    held = {version: rules_numbered(version) for version in {a.rules for a in after.values()}}
    shown = {id: paired(a.theirs, [a.mine], held[a.rules]) for id, a in after.items()}
    shown = {id: found for id, found in shown.items() if found}
    changed: list[Proof] = []
    if not shown:
        return changed
    rows = Proof.objects.select_for_update(of=("self",)).select_related("signin")
    for proof in rows.filter(pk__in=shown, decided="").order_by("pk"):
        known = {f["rule"] for f in proof.findings}
        new = [asdict(f) for f in shown[proof.pk] if f.rule not in known]
        if not new:
            continue
        kept = [f for f in proof.findings if f["rule"] != "all"]
        proof.findings = sorted([*kept, *new], key=lambda f: ORDER.index(f["verdict"]))
        proof.save(update_fields=["findings"])
        proof.signin.judgement = proof.findings[0]["verdict"]
        proof.signin.save(update_fields=["judgement", "changed_at"])
        changed.append(proof)
    return changed


def followed(e: Evidence, box: Any, cars: set[int]) -> Evidence:
    """With what the positions say that the officer's phone and car sent by themselves: near or not, offline or not.

    A single position may be an echo; from two on they count.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH q AS (
                SELECT at, received, point, true AS phone FROM patrol_position
                WHERE officer = %(officer)s AND officer <> '' AND at >= to_timestamp(%(low)s)
                AND at <= to_timestamp(%(received)s)
                UNION ALL
                SELECT at, received, point, false FROM patrol_position
                WHERE car_id = ANY(%(cars)s) AND at >= to_timestamp(%(low)s) AND at <= to_timestamp(%(high)s)
            )
            SELECT min(ST_DistanceSphere(point, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326)))
                       FILTER (WHERE at <= to_timestamp(%(high)s)),
                   count(*) FILTER (WHERE at <= to_timestamp(%(high)s)),
                   coalesce(bool_or(phone AND received > to_timestamp(%(touch)s)
                                    AND received < to_timestamp(%(received)s - %(echo)s)), false)
            FROM q
            """,
            {
                "officer": e.officer[:150], "cars": sorted(cars), "low": e.low - TRACK_S, "high": e.high + TRACK_S,
                "touch": e.high, "received": e.received, "echo": ECHO_S, "x": box.x, "y": box.y,
            },
        )  # fmt: skip
        nearest, many, heard = cursor.fetchone()
    return replace(e, heard=bool(heard), away_m=float(nearest) if many >= 2 else None)
