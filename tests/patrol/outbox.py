"""A night of sign-ins as phones live it: touches with and without a network, on clocks that are wrong, over a line that loses,
doubles and reorders. The same night without any of it must leave the same sign-ins.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from layers.access import Viewer
from layers.patrol import keys, proving, signing
from layers.patrol.craft import tags
from layers.patrol.models import PatrolBox, Proof, Tag
from layers.patrol.signing import Sent, Signed


@dataclass(frozen=True, slots=True)
class Touched:
    """What really happened: who, at which tag, when."""

    viewer: Viewer
    at: datetime
    sent: Sent


def night(
    boxes: list[PatrolBox], officers: list[str], count: int, begin: datetime, seed: int
) -> list[Touched]:
    """Officers touch boxes one after another, a minute and more apart; each tag counts its touches."""
    rng = random.Random(seed)
    known = {
        b.pk: Tag.objects.create(box=b, how="sun", uid=f"05{seed % 256:02X}{b.pk:010X}", key=keys.current())
        for b in boxes
    }
    counters = dict.fromkeys(known, 0)
    viewers = {o: Viewer.of(o, o, ["officer"]) for o in officers}
    free = dict.fromkeys(officers, begin)
    found = []
    for _ in range(count):
        officer = min(officers, key=lambda o: (free[o], o))
        at = free[officer]
        box = boxes[rng.randrange(len(boxes))]
        tag = known[box.pk]
        counters[box.pk] += 1
        e, c = tags.speak(keys.meta(tag.key), keys.file_key(tag), bytes.fromhex(tag.uid), counters[box.pk])
        far = rng.random() < 0.1
        sent = Sent(
            UUID(int=rng.getrandbits(128), version=4), proving.Claim("sun", e=e, c=c), UUID(int=officers.index(officer) + 1),
            "sim", box.geom.x + (0.002 if far else 0), box.geom.y, 5.0, at, 0.0,
        )  # fmt: skip
        found.append(Touched(viewers[officer], at, sent))
        free[officer] = at + timedelta(seconds=rng.randint(61, 600))
    return sorted(found, key=lambda t: (t.at, t.sent.event))


def online(touches: list[Touched]) -> None:
    """Each is sent as it happens; what a phone sends says how it was, an offline one says so."""
    for t in touches:
        signing.sign(t.viewer, replace(t.sent, online=False), now=t.at)


def offline(touches: list[Touched], seed: int) -> dict[str, int]:
    """Each phone keeps what it did and empties its outbox now and then, until all is answered.

    A request may be lost on its way, or its answer may be; whatever had no answer is sent again. Half of the phones send
    in another order than it happened. Clocks are off by up to a day; the steady clock is not.
    """
    rng = random.Random(seed)
    skews = {t.viewer.actor: timedelta(seconds=rng.uniform(-86_400, 86_400)) for t in touches}
    waiting = list(touches)
    count = {"sent": 0, "lost": 0, "unheard": 0, "repeated": 0}
    now = max(t.at for t in touches)
    while waiting:
        now += timedelta(seconds=1)
        rng.shuffle(waiting)
        again = []
        for t in waiting:
            count["sent"] += 1
            fate = rng.random()
            if fate < 0.2:
                count["lost"] += 1
                again.append(t)
                continue
            done = _arrive(t, skews[t.viewer.actor], now)
            count["repeated"] += done.repeated
            if fate < 0.4:
                count["unheard"] += 1
                again.append(t)
        waiting = again
    return count


def _arrive(t: Touched, skew: timedelta, now: datetime) -> Signed:
    waited = (now - t.at).total_seconds()
    return signing.sign(t.viewer, replace(t.sent, at=t.at + skew, waited_s=waited, online=False), now=now)


def state(touches: list[Touched]) -> list[tuple[object, ...]]:
    """What is left, without when it arrived; the interval that is believed must hold the moment of the touch."""
    moments = {t.sent.event: t.at for t in touches}
    rows = Proof.objects.filter(event__in=moments).select_related("signin").order_by("event")
    assert all(p.low <= moments[p.event] <= p.high for p in rows)
    return [
        (
            str(p.event), p.signin.box_id, p.evidence["officer"], p.counter, p.level, p.signin.geom.coords,
            tuple(sorted(f["rule"] for f in p.findings if f["rule"] not in ("allowance", "all"))),
        )
        for p in rows
    ]  # fmt: skip
