"""One sign-in from claim to verdict, in one transaction: proven, compared, judged, written, announced. At most once.

The event's own number makes repetition harmless: the same event gets the same answer, however often it is sent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from layers.access import Viewer
from layers.patrol import history, proving
from layers.patrol.craft.judge import Evidence, Plan, Rules, Verdict, Window, claimed, judge
from layers.patrol.craft.tags import Forged
from layers.patrol.models import (
    BoxChange,
    Device,
    PatrolBox,
    PlanStop,
    Proof,
    Refusal,
    Ruleset,
    ShiftPlan,
    SignIn,
)  # fmt: skip

MOST_GUESSES = 5
CHANNEL = "antu_patrol"


class NotYours(Exception):
    """The event's number was used by somebody else."""


class Locked(Exception):
    """Too many wrong codes."""


@dataclass(frozen=True, slots=True)
class Sent:
    event: UUID
    claim: proving.Claim
    device: UUID | None = None
    platform: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    at: datetime | None = None  # the device's clock
    waited_s: float | None = None  # since the touch, by the device's steady clock
    online: bool = True
    guard_s: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    signin: SignIn
    proof: Proof
    repeated: bool


def officer_of(viewer: Viewer) -> str:
    """Who signs: the account, whichever session or token it came with."""
    return viewer.actor.partition(" (")[0]


def sign(viewer: Viewer, sent: Sent, now: datetime | None = None) -> Signed:
    """Raises Forged (on record), Locked or NotYours."""
    now = now or timezone.now()
    officer = officer_of(viewer)
    if done := _already(sent.event, officer):
        return done
    if sent.claim.how in ("code", "rotating"):
        hour = now - timedelta(hours=1)
        if Refusal.objects.filter(actor=officer, reason="code", at__gt=hour).count() >= MOST_GUESSES:
            raise Locked
    try:
        if sent.device and Device.objects.filter(pk=sent.device).exclude(revoked_at=None).exists():
            raise Forged("device", "此裝置已停用。 This device was revoked.")
        proven = proving.prove(sent.claim, officer, now)
        _hangs(proven.box, now)
    except Forged as wrong:
        refuse(officer, sent, wrong)
        raise
    with transaction.atomic():
        with (
            connection.cursor() as cursor
        ):  # the same event twice at once, or two of one officer: the second waits, then finds the first
            for name in (str(sent.event), officer):
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [name])
        return _already(sent.event, officer) or _write(viewer, officer, sent, proven, now)


def refuse(officer: str, sent: Sent, wrong: Forged) -> None:
    claim = sent.claim
    Refusal.objects.create(
        actor=officer[:200], box=_clean(claim.box)[:64], how=_clean(claim.how)[:10], reason=wrong.reason,
        sentence=str(wrong)[:300],
        claim={
            "event": str(sent.event), "e": _clean(claim.e)[:64], "c": _clean(claim.c)[:32],
            "code": _clean(claim.code)[:300] if claim.how in ("qr", "plain") else "",
            "lon": sent.lon, "lat": sent.lat, "device": str(sent.device or ""),
        },
    )  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\x00", "")


def _already(event: UUID, officer: str) -> Signed | None:
    if not Proof.objects.filter(event=event).exists():
        return None
    proof = Proof.objects.select_related("signin__box__station").get(event=event)
    if proof.signin.officer != officer[:20] and proof.evidence.get("officer") != officer:
        raise NotYours
    return Signed(proof.signin, proof, True)


def _hangs(box: PatrolBox, now: datetime) -> None:
    today = timezone.localdate(now)
    if (box.valid_to and box.valid_to < today) or (box.valid_from and box.valid_from > today):
        raise Forged("retired", "此巡邏箱不在使用期間。 This box is not in use now.")


def rules_for(station: int | None, at: datetime) -> Rules:
    """The newest rules of the station, or else of all, that held at a moment."""
    held = Ruleset.objects.filter(Q(station=None) | Q(station_id=station), valid_from__lte=at)
    found = held.order_by(F("station").asc(nulls_last=True), "-valid_from", "-id").first()
    return Rules.of(found.pk, found.figures) if found else Rules()


def _write(viewer: Viewer, officer: str, sent: Sent, proven: proving.Proven, now: datetime) -> Signed:
    box = proven.box
    device = _device(sent, officer, now)
    low, high = claimed(
        now.timestamp(),
        sent.at.timestamp() if sent.at else None,
        sent.waited_s,
        device.skew_s if device else None,
    )
    if sent.online and sent.waited_s is None:
        low = high = now.timestamp()
    place = None
    if sent.lon is not None and sent.lat is not None and (abs(sent.lon) > 1e-3 or abs(sent.lat) > 1e-3):
        place = Point(sent.lon, sent.lat, srid=4326)
    fresh = _claim(proven)
    plan, stops, cars = _planned(officer, box, low, high)
    evidence = Evidence(
        how=sent.claim.how, box=box.pk, officer=officer, device=str(device.pk) if device else "", low=low, high=high,
        received=now.timestamp(), distance_m=_metres(box, place) if place else None, accuracy_m=sent.accuracy_m,
        counter=proven.counter, online=sent.online, replayed=not fresh, guard_s=sent.guard_s,
    )  # fmt: skip
    evidence = history.followed(evidence, box.geom, cars)
    rules = rules_for(box.station_id, datetime.fromtimestamp(high, UTC))
    before, after = history.around(evidence, sent.event, proven.tag, place or box.geom)
    verdict = judge(evidence, plan, before, rules)
    signin = SignIn.objects.create(
        key=f"S{sent.event.hex}", origin="phone", box=box, station=box.station, officer=officer[:20],
        at=datetime.fromtimestamp((low + high) / 2, UTC), judgement=verdict.code, accuracy_m=sent.accuracy_m,
        geom=place or box.geom,
    )  # fmt: skip
    proof = Proof.objects.create(
        signin=signin, event=sent.event, how=sent.claim.how, level=verdict.level, tag=proven.tag,
        counter=proven.counter if fresh else None, device=device, low=datetime.fromtimestamp(low, UTC),
        high=datetime.fromtimestamp(high, UTC), received=now, distance_m=evidence.distance_m, online=sent.online,
        stop=stops[verdict.window] if verdict.window is not None and verdict.code != "replay" else None,
        findings=[asdict(f) for f in verdict.findings] + _moved(box, place, verdict), rules=verdict.version,
        evidence={**asdict(evidence), **proven.detail}, note=sent.note[:500],
    )  # fmt: skip
    tell(proof)
    for changed in history.reconsider(after):
        tell(changed)
    return Signed(signin, proof, False)


def tell(proof: Proof) -> None:
    s = proof.signin
    announce("signin", id=s.pk, box=s.box_id, station=s.station_id, judgement=s.judgement, level=proof.level)


def _claim(proven: proving.Proven) -> bool:
    """Whether this counter of this tag is used for the first time; the database alone decides."""
    if proven.tag is None or proven.counter is None:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO patrol_touch (tag_id, counter, at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [proven.tag.pk, proven.counter],
        )
        return bool(cursor.rowcount == 1)


def _device(sent: Sent, officer: str, now: datetime) -> Device | None:
    if sent.device is None:
        return None
    device, _ = Device.objects.get_or_create(
        pk=sent.device, defaults={"officer": officer[:150], "platform": sent.platform[:120]}
    )
    changed = ["seen_at"]
    device.seen_at = now
    if sent.online and sent.at is not None:  # what its clock says now is compared with ours
        device.skew_s = sent.at.timestamp() + (sent.waited_s or 0.0) - now.timestamp()
        changed.append("skew_s")
    device.save(update_fields=changed)
    return device


def _metres(box: PatrolBox, place: Point) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_DistanceSphere(ST_SetSRID(ST_MakePoint(%s, %s), 4326), geom) FROM patrol_patrolbox WHERE id = %s",
            [place.x, place.y, box.pk],
        )
        return float(cursor.fetchone()[0])


def _planned(officer: str, box: PatrolBox, low: float, high: float) -> tuple[Plan, list[PlanStop], set[int]]:
    """Windows at this box with their stops, those still open first, and the cars of the officer's units."""
    stops = list(
        PlanStop.objects.select_related("unit")
        .filter(
            unit__plan__status=ShiftPlan.Status.PUBLISHED,
            unit__officers__contains=[officer],
            unit__begin__lte=datetime.fromtimestamp(high, UTC) + timedelta(hours=1),
            unit__finish__gte=datetime.fromtimestamp(low, UTC) - timedelta(hours=1),
        )
        .order_by("at")
    )
    if not stops:
        return Plan(), [], set()
    cars = {s.unit.car_id for s in stops if s.unit.car_id}
    here = [s for s in stops if s.box_id == box.pk]
    windows = tuple(
        Window((s.opens or s.unit.begin).timestamp(), (s.closes or s.unit.finish).timestamp()) for s in here
    )
    done = set(Proof.objects.filter(stop__in=here).values_list("stop_id", flat=True))
    order = sorted(range(len(here)), key=lambda i: (here[i].pk in done, i))
    return Plan(tuple(windows[i] for i in order), bool(here), True), [here[i] for i in order], cars


def again(proof: Proof, rules: Rules | None = None) -> Verdict:
    """The verdict of a sign-in once more from what is kept, under the rules it was given by or under others.

    Under its own it is the same verdict, however much has arrived since.
    """
    e = history.evidence_of(proof)
    place = proof.signin.geom
    plan, _, _ = _planned(e.officer, proof.signin.box, e.low, e.high)
    before, _ = history.around(e, proof.event, proof.tag, place)
    return judge(e, plan, before, rules or history.rules_numbered(proof.rules))


def _moved(box: PatrolBox, place: Point | None, verdict: Verdict) -> list[dict[str, str]]:
    """Out of range, but where the box was before: what is printed there should have come along."""
    if place is None or not any(f.rule == "radius" for f in verdict.findings):
        return []
    last = BoxChange.objects.filter(box=box, what=BoxChange.What.MOVED).exclude(place=None).first()
    if last is None or last.place is None or last.place.distance(place) > 0.001:
        return []
    day = f"{timezone.localtime(last.at):%Y-%m-%d}"
    return [
        {
            "verdict": "out_of_range",
            "rule": "moved",
            "zh": f"此箱已於 {day} 移設，舊標籤應收回",
            "en": f"this box was moved on {day}; the old tag should be taken down",
        }
    ]


def announce(kind: str, **said: Any) -> None:
    """To open pages, at commit. Nothing personal: who may see details asks for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, %s)",
            [CHANNEL, json.dumps({"kind": kind, **said}, default=str, ensure_ascii=False)],
        )
