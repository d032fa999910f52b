"""A night of sign-ins as phones live it: touches with and without a network, on clocks that are wrong, over a line that loses,
doubles and reorders. The same night without any of it must leave the same sign-ins, whoever misbehaved in it.
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
    """Officers touch boxes one after another; each tag counts its touches.

    Some are too far away, touch twice, borrow a colleague's phone, cannot have come so quickly from the last box, or send a
    touch that was taken long before and kept.
    """
    rng = random.Random(seed)
    known = {
        b.pk: Tag.objects.create(box=b, how="sun", uid=f"05{seed % 256:02X}{b.pk:010X}", key=keys.current())
        for b in boxes
    }
    counters = dict.fromkeys(known, 0)
    hoarded: dict[int, list[int]] = {b.pk: [] for b in boxes}
    viewers = {o: Viewer.of(o, o, ["officer"]) for o in officers}
    free = {o: begin + timedelta(seconds=rng.randint(0, 600)) for o in officers}
    last: dict[str, PatrolBox] = {}
    found = []
    for _ in range(count):
        officer = min(officers, key=lambda o: (free[o], o))
        at = free[officer]
        what = rng.choices(["right", "far", "twice", "borrowed", "leap", "kept"], [82, 6, 3, 3, 3, 3])[0]
        box = last[officer] if what == "twice" and officer in last else boxes[rng.randrange(len(boxes))]
        tag = known[box.pk]
        if what == "kept" and hoarded[box.pk]:
            counter = hoarded[box.pk].pop()
        else:
            counters[box.pk] += 1
            if rng.random() < 0.05:  # touched a second time, and not sent
                hoarded[box.pk].append(counters[box.pk])
                counters[box.pk] += 1
            counter = counters[box.pk]
        e, c = tags.speak(keys.meta(tag.key), keys.file_key(tag), bytes.fromhex(tag.uid), counter)
        phone = officers.index(officer) + 1
        if what == "borrowed":
            phone = phone % len(officers) + 1
        sent = Sent(
            UUID(int=rng.getrandbits(128), version=4), proving.Claim("sun", e=e, c=c), UUID(int=(seed << 32) + phone),
            "sim", box.geom.x + (0.002 if what == "far" else 0), box.geom.y, 5.0, at, 0.0,
        )  # fmt: skip
        found.append(Touched(viewers[officer], at, sent))
        last[officer] = box
        nearer = what == "leap" or rng.random() < 0.03
        free[officer] = at + timedelta(seconds=rng.randint(15, 50) if nearer else rng.randint(400, 1200))
    return sorted(found, key=lambda t: (t.at, t.sent.event))


def online(touches: list[Touched]) -> None:
    """Each is sent as it happens, ten seconds after the touch."""
    for t in touches:
        late = replace(t.sent, online=False, waited_s=10.0, at=t.at + timedelta(seconds=10))
        signing.sign(t.viewer, late, now=t.at + timedelta(seconds=10))


def offline(touches: list[Touched], seed: int) -> dict[str, int]:
    """Each phone keeps what it did and empties its outbox now and then, until all is answered.

    A request may be lost on its way, or its answer may be; whatever had no answer is sent again. Half of the phones send
    in another order than it happened. Clocks are off by up to a day; the steady clock is not.
    """
    rng = random.Random(seed)
    skews = {t.viewer.actor: timedelta(seconds=rng.uniform(-86_400, 86_400)) for t in touches}
    waiting = list(touches)
    count = {"sent": 0, "lost": 0, "unheard": 0, "repeated": 0}
    now = max(t.at for t in touches) + timedelta(seconds=10)
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
    """What is left, without when it arrived and whether that was late."""
    moments = {t.sent.event: t.at for t in touches}
    rows = Proof.objects.filter(event__in=moments).select_related("signin").order_by("event")
    return [
        (
            str(p.event), p.low, p.high, p.signin.at, p.signin.box_id, p.evidence["officer"], p.counter, p.level, p.signin.geom.coords,
            tuple(sorted(f["rule"] for f in p.findings if f["rule"] not in ("allowance", "all"))),
        )
        for p in rows
    ]  # fmt: skip
