"""From what a phone sends to what it proves: which box, by which tag, with which counter. Or `Forged`, with why.

Only reads; whether a counter is new is decided where the sign-in is written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from layers.patrol import keys
from layers.patrol.craft import tags
from layers.patrol.craft.tags import Forged
from layers.patrol.models import Challenge, PatrolBox, PatrolKey, Tag

ROUND_TRIP = timedelta(seconds=1.5)
"""A tag that is really there answers at once; a relayed one takes longer."""
CHALLENGE_LIVES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a phone may send; which of it is used depends on `how`."""

    how: str
    box: str = ""
    e: str = ""
    c: str = ""
    enc: str = ""
    code: str = ""
    challenge: UUID | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    box: PatrolBox
    tag: Tag | None = None
    counter: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def prove(claim: Claim, officer: str, now: datetime) -> Proven:
    if claim.how == "sun":
        return _sun(claim)
    if claim.how in ("qr", "plain"):
        kind = "q" if claim.how == "qr" else "n"
        found = tags.unsigned(keys.public_of, kind, claim.code, now.timestamp())
        return Proven(box_of(found.box), detail={"key": found.key, "expires": found.expires})
    if claim.how in ("rotating", "code"):
        return _digits(claim, now)
    if claim.how == "challenge":
        return _answered(claim, officer, now)
    raise Forged("form", "不明的感應方式。 How the box was touched is not known.")


def box_of(key: str) -> PatrolBox:
    found = PatrolBox.objects.select_related("station").filter(key=key[:64]).first()
    if found is None:
        raise Forged("box", "沒有這個巡邏箱。 There is no such box.")
    return found


def _sun(claim: Claim) -> Proven:
    found: dict[bytes, Tag] = {}

    def key_of(uid: bytes) -> bytes:
        tag = (
            Tag.objects.select_related("box__station", "key")
            .filter(uid=uid.hex().upper(), how=Tag.How.SUN)
            .first()
        )
        if tag is None:
            return os.urandom(16)  # the check then fails, having taken as long
        found[uid] = tag
        return keys.file_key(tag)

    problem: Forged | None = None
    for key in keys.meta_keys() or [keys.current()]:
        try:
            tap = tags.sun(keys.meta(key), key_of, claim.e, claim.c, enc=claim.enc)
        except Forged as wrong:
            problem = wrong
            continue
        tag = found[tap.uid]
        _in_use(tag)
        return Proven(tag.box, tag, tap.counter, {"uid": tag.uid})
    assert problem is not None
    raise problem


def _in_use(tag: Tag) -> None:
    if tag.retired_at is not None or tag.key.retired_at is not None:
        raise Forged("retired", "這個標籤已停用。 This tag is no longer in use.")


def _digits(claim: Claim, now: datetime) -> Proven:
    box = box_of(claim.box)
    problem = Forged("code", "代碼不符。 The code does not match.")
    for key in keys.meta_keys() or [keys.current()]:
        try:
            if claim.how == "code":
                tags.read_printed(keys.codes(key), box.key, key.version, claim.code)
                return Proven(box, detail={"key": key.version})
            secret = tags.secret_for(keys.codes(key), "rotating", box.key, key.version)
            step = tags.turned(secret, claim.code, now.timestamp())
            return Proven(box, detail={"key": key.version, "step": step})
        except Forged as wrong:
            problem = wrong
    raise problem


def ask(uid: str, officer: str) -> tuple[Challenge, list[str]]:
    """The commands to send to a tag that claims a UID; the phone passes them on without understanding them."""
    tag = Tag.objects.select_related("key").filter(uid=uid.upper()[:14], how=Tag.How.SUN).first()
    if tag is None:
        raise Forged("tag", "沒有這個標籤。 There is no such tag.")
    _in_use(tag)
    made = Challenge.objects.create(tag=tag, officer=officer)
    return made, [tags.SELECT.hex().upper(), tags.authenticate(2).hex().upper()]


def pose(made: Challenge, said: str, now: datetime) -> str:
    """The tag's first answer gives the question that only it can answer. From here its time runs."""
    if made.asked_at is not None or now - made.made_at > CHALLENGE_LIVES:
        raise Forged("expired", "此挑戰已用過或逾時。 This challenge was used or has run out.")
    send, ours, theirs = tags.challenge(keys.auth_key(made.tag), _answer(said, 16))
    made.secret, made.asked_at = keys.seal(ours + theirs), now
    made.save(update_fields=["secret", "asked_at"])
    return "90AF000020" + send.hex().upper() + "00"


def _answer(said: str, size: int) -> bytes:
    """The data of an answer, without its status word if it came along."""
    try:
        found = bytes.fromhex(said[:200])
    except ValueError as wrong:
        raise Forged("form", "標籤的回應不是十六進位。 The tag's answer is not hexadecimal.") from wrong
    return found[:-2] if len(found) == size + 2 and found[-2] == 0x91 else found


def _answered(claim: Claim, officer: str, now: datetime) -> Proven:
    """Marked as used before it is checked: nobody gets a second try at the same question."""
    if claim.challenge is None:
        raise Forged("form", "沒有挑戰編號。 The number of the challenge is missing.")
    open_ = Challenge.objects.filter(pk=claim.challenge, used_at=None, officer=officer).exclude(asked_at=None)
    if not open_.update(used_at=now):
        raise Forged("expired", "此挑戰已用過或逾時。 This challenge was used or has run out.")
    made = Challenge.objects.select_related("tag__box__station", "tag__key").get(pk=claim.challenge)
    assert made.asked_at is not None and made.secret is not None
    took = now - made.asked_at
    secret = keys.unseal(bytes(made.secret))
    tags.answered(keys.auth_key(made.tag), secret[:16], secret[16:], _answer(claim.answer, 32))
    if took > ROUND_TRIP:
        raise Forged(
            "slow", f"標籤 {took.total_seconds():.1f} 秒才回應，可能經轉送。 The tag answered too slowly."
        )
    _in_use(made.tag)
    return Proven(
        made.tag.box, made.tag, None, {"uid": made.tag.uid, "took_ms": round(took.total_seconds() * 1000)}
    )


def addressed(box: PatrolBox, kind: str, until: datetime, key: PatrolKey | None = None) -> str:
    key = key or keys.current()
    return tags.signed(keys.signer(key), kind, box.key, key.version, int(until.timestamp()))


def code_of(box: PatrolBox, key: PatrolKey | None = None) -> str:
    key = key or keys.current()
    return tags.printed(keys.codes(key), box.key, key.version)


def rotating_of(box: PatrolBox, at: datetime | None = None) -> str:
    key = keys.current()
    secret = tags.secret_for(keys.codes(key), "rotating", box.key, key.version)
    return tags.rotating(secret, (at or timezone.now()).timestamp())
