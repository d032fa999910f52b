"""From a crash's scene to its movement, on the legs of its junction or, between junctions, of its street.

What a person decided stands over what is inferred; both are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from diagramming.movement import form
from diagramming.movement.headings import Said
from diagramming.movement.infer import Movement, infer, meet
from diagramming.movement.key import FAMILIES, Key
from diagramming.movement.legs import Junction as Plan
from diagramming.movement.legs import Leg
from diagramming.movement.scene import evidence, impact, standing
from diagramming.scene.document import read
from layers.crashes.models import Crash, CrashMovement, Party, Scene

SPECIAL = {"01": "P", "02": "B", "03": "P", "07": "CL", "08": "CR", "13": "P"}
SIDE = ("TO", "TA", "TS", "UT", "LC")
LEGS = """
    SELECT degrees(ST_Azimuth(j.geom, ST_LineInterpolatePoint(g.line, least(1, 20 / greatest(ST_Length(g.line::geography), 1))))),
           r.name, r.oneway, j.id = r.from_junction_id, j.id
    FROM streets_junction j JOIN streets_road r ON j.id IN (r.from_junction_id, r.to_junction_id),
         LATERAL (SELECT CASE WHEN j.id = r.from_junction_id THEN r.geom ELSE ST_Reverse(r.geom) END) AS g (line)
    WHERE j.id = ANY(%s) ORDER BY 1, r.id
"""
ALONG = """
    SELECT degrees(ST_Azimuth(ST_LineInterpolatePoint(r.geom, greatest(f.at - 0.02, 0)), ST_LineInterpolatePoint(r.geom, least(f.at + 0.02, 1)))),
           r.name, r.oneway
    FROM crashes_crash c JOIN streets_road r ON r.id = c.road_id, LATERAL (SELECT ST_LineLocatePoint(r.merc, c.merc)) AS f (at)
    WHERE c.id = %s
"""


def legs_of_junction(id: int) -> tuple[Leg, ...]:
    return legs_of_junctions([id]).get(id, ())


def legs_of_junctions(ids: Sequence[int]) -> dict[int, tuple[Leg, ...]]:
    """Clockwise from north; the names are those of the streets."""
    out: dict[int, list[Leg]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LEGS, (list(ids),))
        for bearing, name, oneway, leaves, junction in cursor.fetchall():
            if bearing is not None:
                leg = Leg(
                    float(bearing),
                    name,
                    inbound=not (oneway and leaves),
                    outbound=not (oneway and not leaves),
                )
                out.setdefault(junction, []).append(leg)
    return {id: tuple(legs) for id, legs in out.items()}


def legs_of(crash: Crash) -> tuple[Leg, ...]:
    """Of its junction; between junctions the two directions of its street."""
    if crash.junction_id is not None:
        found = legs_of_junction(crash.junction_id)
        if any(leg.inbound for leg in found) and any(leg.outbound for leg in found) and len(found) > 1:
            return found
    with connection.cursor() as cursor:
        cursor.execute(ALONG, (crash.pk,))
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return ()
    ahead, name, oneway = float(row[0]), row[1], row[2]
    return (
        Leg((ahead + 180) % 360, name, outbound=not oneway),
        Leg(ahead % 360, name, inbound=not oneway),
    )


def of_form(crash: Crash, parties: list[Party]) -> Said:
    people = [form.Person(p.vehicle, p.action, p.impact) for p in parties]
    day = crash.occurred_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return form.classify(crash.type, people, day)


def renew(crash: Crash) -> CrashMovement | None:
    """Infers anew from the scene and keeps it; None where there is no scene, or nothing that could be its legs."""
    scene = Scene.objects.filter(crash=crash).first()
    legs = legs_of(crash)
    kept = CrashMovement.objects.filter(crash=crash).first()
    if scene is None or not legs:
        return kept
    made = inferred(crash, scene, legs)
    CrashMovement.objects.update_or_create(
        crash=crash,
        defaults={**made, "decisions": kept.decisions if kept else [], "scene_version": scene.version},
    )
    row = CrashMovement.objects.get(crash=crash)
    if row.decisions and not row.decisions[-1].get("withdrawn"):
        stands(row)
        row.save()
    return row


def inferred(crash: Crash, scene: Scene, legs: tuple[Leg, ...]) -> dict[str, Any]:
    at, drawn = Plan(legs), read(scene.document)
    parties = list(crash.parties.all())
    letters = [p.id for p in drawn.parties][:2]
    numbered = {chr(64 + p.number): p for p in parties if 1 <= p.number <= 26}
    seen = evidence(drawn, {letter: p.action for letter, p in numbered.items()}, at)
    still = standing(drawn)
    said = of_form(crash, parties)
    moved = [infer(at, seen.get(letter, ())) for letter in letters]
    special = [
        "P" if letter in still else SPECIAL.get(numbered[letter].action) if letter in numbered else None
        for letter in letters
    ]
    key, sure, others = _key(at, moved, special, said)
    place = impact(drawn)
    return {
        "key": str(key),
        "confidence": round(sure, 4),
        "grade": "accept" if sure >= 0.9 else "ask" if sure >= 0.6 else "review",
        "parties": [_party(letter, m) for letter, m in zip(letters, moved, strict=True)],
        "legs": [{"bearing": round(leg.bearing, 1), "name": leg.name} for leg in legs],
        "explain": {
            "parties": {letter: dict(m.explain) for letter, m in zip(letters, moved, strict=True)},
            "pair": [{"key": str(k), "p": round(p, 4)} for k, p in others],
            "form": {"key": str(said.key), "confidence": said.confidence, "why": said.why},
        },
        "place": None if place is None else [drawn.origin[0] + place[0], drawn.origin[1] + place[1]],
    }


def _key(
    at: Plan, moved: list[Movement], special: list[str | None], said: Said
) -> tuple[Key, float, tuple[tuple[Key, float], ...]]:
    """Of two vehicles the pair decides, under what the type of the form allows; of a pedestrian or one vehicle the form
    does, and the scene gives the turn."""
    if said.key.family in ("PD", "SV", "RX") or len(moved) < 2:
        sure = moved[0].confidence if moved and moved[0].approach is not None else 0.4
        turn = special[0] or moved[0].turn if moved else said.key.first
        key = Key(
            said.key.family,
            said.key.first if said.key.first != "S" else turn,
            said.key.second,
            said.key.rel,
            said.key.object,
        )
        return key, min(sure, said.confidence), ((key, min(sure, said.confidence)),)
    allowed = dict.fromkeys(FAMILIES, (1.0 - said.confidence) / 4)
    allowed |= dict.fromkeys(SIDE if said.key.family in SIDE else (said.key.family,), 1.0)
    if said.key.family == "OT":
        allowed = dict.fromkeys(FAMILIES, 1.0)
    met = meet(
        at, moved[0].posterior, moved[1].posterior, families=allowed,
        sideswipe=said.key.family in ("SS", "SO", "LC"), special=(special[0], special[1]),
    )  # fmt: skip
    known = all(m.approach is not None for m in moved)
    return met.key, met.confidence if known else min(met.confidence, 0.55), met.others


def _party(letter: str, m: Movement) -> dict[str, Any]:
    return {
        "party": letter,
        "approach": m.approach,
        "exit": m.exit,
        "turn": m.turn,
        "confidence": round(m.confidence, 4),
    }


def decide(
    crash: Crash, who: str, why: str, parties: list[Mapping[str, Any]], key: str = ""
) -> CrashMovement:
    """A person's word, put on top of the pile; what was inferred stays underneath."""
    row = renew(crash)
    if row is None:
        legs = legs_of(crash)
        said = of_form(crash, list(crash.parties.all()))
        row = CrashMovement(
            crash=crash, key=str(said.key), confidence=said.confidence, grade="review",
            legs=[{"bearing": round(leg.bearing, 1), "name": leg.name} for leg in legs],
            explain={"form": {"key": str(said.key), "confidence": said.confidence, "why": said.why}},
        )  # fmt: skip
    row.decisions = [
        *row.decisions,
        {
            "who": who,
            "why": why,
            "at": timezone.now().isoformat(),
            "key": key,
            "parties": [dict(p) for p in parties],
        },
    ]
    stands(row)
    row.save()
    return row


def withdraw(crash: Crash, who: str, why: str) -> CrashMovement | None:
    """The inference holds again; that somebody had said otherwise stays on record."""
    row = CrashMovement.objects.filter(crash=crash).first()
    if row is None:
        return None
    row.decisions = [
        *row.decisions,
        {"who": who, "why": why, "at": timezone.now().isoformat(), "withdrawn": True},
    ]
    row.save()
    return renew(crash)


def stands(row: CrashMovement) -> None:
    """Puts the last decision in the place of the inference, which is kept in the record."""
    said = row.decisions[-1]
    if "inferred" not in row.explain:
        row.explain = {
            **row.explain, "inferred": {"key": row.key, "confidence": row.confidence, "parties": row.parties},
        }  # fmt: skip
    row.explain = {**row.explain, "override": {"who": said["who"], "why": said["why"], "at": said["at"]}}
    at = Plan(tuple(Leg(leg["bearing"], leg["name"]) for leg in row.legs))
    before = {p["party"]: p for p in row.parties}
    told = []
    for p in said["parties"]:
        i, j = p.get("approach"), p.get("exit")
        turn = (
            at.turn(i, j) if i is not None and j is not None else before.get(p["party"], {}).get("turn", "S")
        )
        told.append(
            {"party": p["party"], "approach": i, "exit": j, "turn": p.get("turn") or turn, "confidence": 1.0}
        )
    row.parties = told or row.parties
    row.key = said["key"] or _rekeyed(at, row)
    row.confidence, row.grade = 1.0, "accept"


def _rekeyed(at: Plan, row: CrashMovement) -> str:
    from diagramming.movement.key import of_pair

    if len(row.parties) < 2 or any(p["approach"] is None for p in row.parties[:2]):
        return row.key
    a, b = row.parties[:2]
    return str(of_pair(a["turn"], b["turn"], at.relation(a["approach"], b["approach"])))


def changed() -> int:
    """Infers anew wherever a scene is newer than what was inferred from it; how many."""
    done = 0
    for scene in Scene.objects.select_related("crash").order_by("pk").iterator(200):
        kept = CrashMovement.objects.filter(crash=scene.crash).values_list("scene_version", flat=True).first()
        if kept != scene.version:
            done += renew(scene.crash) is not None
    return done


def keys_of(ids: Sequence[int]) -> list[str]:
    """The movement key of each crash: what was inferred or decided, else what its form says."""
    found = Crash.objects.filter(pk__in=list(ids)).select_related("movement").prefetch_related("parties")
    out = []
    for crash in found:
        row = getattr(crash, "movement", None)
        out.append(row.key if row is not None else str(of_form(crash, list(crash.parties.all())).key))
    return out


def with_keys(wanted: Sequence[str], what: str = "junctions") -> list[int]:
    """Crashes whose movement is of one of these families (TO) or is one of these keys (TO(L,S,opposing))."""
    place = {"junction__isnull": False} if what == "junctions" else {"road__isnull": False}
    found = Crash.objects.filter(**place).select_related("movement").prefetch_related("parties")
    out = []
    for crash in found.iterator(2000):
        row = getattr(crash, "movement", None)
        key = row.key if row is not None else str(of_form(crash, list(crash.parties.all())).key)
        if key in wanted or key.partition("(")[0] in wanted:
            out.append(crash.pk)
    return out
