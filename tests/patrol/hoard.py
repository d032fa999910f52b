"""Hoarders: who touches a tag twice, sends one touch and keeps the other for later. What of it is believed, what is noticed.

The phones of the red team say what they like about time, network and place; only tag and server are honest. Where there
is coverage the phone page tells positions by itself, as every officer's on duty does.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.contrib.gis.geos import Point

from layers.access import Viewer
from layers.patrol import keys, proving, signing
from layers.patrol.craft import tags
from layers.patrol.craft.tags import Forged
from layers.patrol.models import PatrolBox, Position, Proof, Tag
from layers.patrol.signing import Sent

LIES = ("now", "offline", "less")
"""The touch was just now; it was then and there was no network; it was at some time in between."""


@dataclass(frozen=True, slots=True)
class Kept:
    seconds: float  # between the touch and its sending
    between: int  # visits of others meanwhile
    verdict: str
    rules: frozenset[str]


def _send(
    rng: random.Random, who: str, tag: Tag, counter: int, now: datetime, **said: object
) -> signing.Signed:
    e, c = tags.speak(keys.meta(tag.key), keys.file_key(tag), bytes.fromhex(tag.uid), counter)
    place = tag.box.geom
    sent = Sent(
        UUID(int=rng.getrandbits(128), version=4), proving.Claim("sun", e=e, c=c), lon=place.x, lat=place.y,
        accuracy_m=5.0, **said,  # type: ignore[arg-type]
    )  # fmt: skip
    return signing.sign(Viewer.of(who, who, ["officer"]), sent, now=now)


def _tag(rng: random.Random, box: PatrolBox) -> Tag:
    return Tag.objects.create(box=box, how="sun", uid=f"06{rng.getrandbits(48):012X}", key=keys.current())


def kept(rng: random.Random, box: PatrolBox, begin: datetime, hours: float, visits_a_day: float) -> Kept:
    """The second touch is sent as if it were new, while others come by now and then (a Poisson process)."""
    tag = _tag(rng, box)
    hoarder = f"h{tag.uid[-8:]}"
    _send(rng, hoarder, tag, 1, begin)
    end = begin + timedelta(hours=hours)
    at, between = begin, 0
    while (at := at + timedelta(days=rng.expovariate(visits_a_day))) < end:
        between += 1
        _send(rng, f"o{tag.uid[-8:]}{between}", tag, 2 + between, at)
    done = _send(rng, hoarder, tag, 2, end)
    return _kept(done, hours * 3600, between)


def _kept(done: signing.Signed, seconds: float, between: int) -> Kept:
    rules = frozenset(f["rule"] for f in done.proof.findings)
    return Kept(seconds, between, done.signin.judgement, rules)


def followed(
    rng: random.Random, box: PatrolBox, who: str, begin: datetime, seconds: float, lie: str | None
) -> Kept:
    """Touched twice, driven away, sent `seconds` later. Without a lie: an honest officer whose network was gone till then.

    Positions every ten seconds, a seventh of them lost, ten metres off; after an hour of driving he waits somewhere.
    """
    tag = _tag(rng, box)
    pace, turn = rng.uniform(12, 40) / 3.6, rng.uniform(0, 2 * math.pi)
    now = begin + timedelta(seconds=seconds)
    rows = []
    for s in range(-60, int(seconds) + 1, 10):
        away = pace * min(max(0.0, s - 15.0), 900.0)
        x, y = away * math.cos(turn) + rng.gauss(0, 10), away * math.sin(turn) + rng.gauss(0, 10)
        place = Point(box.geom.x + x / 102_000, box.geom.y + y / 110_574, srid=4326)
        at = begin + timedelta(seconds=s)
        heard = at if lie or s < 0 else max(at, now - timedelta(seconds=10))
        if rng.random() > 1 / 7 and seconds - s < 7200:
            rows.append(Position(officer=who, at=at, received=heard, point=place))
    Position.objects.bulk_create(rows)
    if lie == "now":
        done = _send(rng, who, tag, 2, now)
    else:
        waited = rng.uniform(0, seconds) if lie == "less" else seconds
        done = _send(rng, who, tag, 2, now, online=False, waited_s=waited)
    return _kept(done, seconds, 0)


def prompt(rng: random.Random, box: PatrolBox, who: str, at: datetime) -> Kept:
    """Somebody honest, with a network: sent two seconds after the touch, from where the phone is."""
    for s in range(-60, 1, 10):
        place = Point(
            box.geom.x + rng.gauss(0, 10) / 102_000, box.geom.y + rng.gauss(0, 10) / 110_574, srid=4326
        )
        moment = at + timedelta(seconds=s)
        Position.objects.create(officer=who, at=moment, received=moment, point=place)
    return _kept(_send(rng, who, _tag(rng, box), 1, at + timedelta(seconds=2), waited_s=2.0), 2, 0)


def answers(rng: random.Random, box: PatrolBox, officer: str, count: int, now: datetime) -> int:
    """Answers of a tag that were recorded, for questions that come later (L2). How many are believed."""
    tag = _tag(rng, box)
    key = keys.auth_key(tag)
    viewer = Viewer.of(officer, officer, ["officer"])

    def cbc(data: bytes, back: bool = False) -> bytes:
        cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16)))
        work = cipher.decryptor() if back else cipher.encryptor()
        return work.update(data) + work.finalize()

    def question(first: bytes) -> tuple[UUID, bytes]:
        made, _ = proving.ask(tag.uid, officer)
        posed = proving.pose(made, first.hex(), now)
        return made.pk, cbc(bytes.fromhex(posed)[5:-1], back=True)[:16]

    hoarded = []
    for _ in range(4):  # at the tag, with questions that are never used
        first = cbc(rng.randbytes(16))
        made, ours = question(first)
        hoarded.append((made, first, cbc(b"TTTT" + ours[1:] + ours[:1] + bytes(12)).hex()))
    believed = 0
    for i in range(count):
        old, first, answer = hoarded[i % 4]
        later = now + timedelta(seconds=rng.uniform(1.6, 7200))
        if i % 3 == 0:  # the old answer to a new question, with the tag's random repeated
            old, _ = question(first)
            later = now + timedelta(seconds=rng.uniform(0, 1.4))
        elif i % 3 == 1:  # a kept touch, said to be an answer
            e, c = tags.speak(keys.meta(tag.key), keys.file_key(tag), bytes.fromhex(tag.uid), i)
            answer, later = (e + c).ljust(64, "0"), now
        place = box.geom
        claim = proving.Claim("challenge", challenge=old, answer=answer)
        sent = Sent(
            UUID(int=rng.getrandbits(128), version=4), claim, lon=place.x, lat=place.y, accuracy_m=5.0
        )
        try:
            signing.sign(viewer, sent, now=later)
        except Forged:
            continue
        believed += 1
    assert believed == Proof.objects.filter(tag=tag).count()
    return believed
