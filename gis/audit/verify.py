"""Walks the chain from its beginning and says where it is broken: edited, missing, or cut off at the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    entries: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify(published: str | None = None) -> Verdict:
    """`published` is a head noted down earlier as `seq:hash`; an end that was cut off is found only with it."""
    wanted_seq, wanted_hash = _parse(published)
    before, expected, seen_published = b"\x00", 1, wanted_seq == 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DECLARE chain NO SCROLL CURSOR FOR SELECT seq, prev, hash, "
            "convert_to(audit_text(seq, at, actor, action, subject, object, detail, prev), 'UTF8') "
            "FROM audit_entry ORDER BY seq"
        )
        while True:
            cursor.execute(f"FETCH {BATCH} FROM chain")
            rows = cursor.fetchall()
            if not rows:
                break
            for seq, prev, kept, text in rows:
                if seq != expected:
                    return Verdict(expected - 1, before.hex(), expected, f"entry {expected} is missing")
                if bytes(prev) != before or hashlib.sha256(bytes(text)).digest() != bytes(kept):
                    return Verdict(expected - 1, before.hex(), seq, f"entry {seq} was changed")
                if seq == wanted_seq:
                    seen_published = bytes(kept).hex() == wanted_hash
                    if not seen_published:
                        return Verdict(seq, bytes(kept).hex(), seq, f"entry {seq} is not the one published")
                before, expected = bytes(kept), seq + 1
    if not seen_published:
        return Verdict(
            expected - 1, before.hex(), expected, f"the log ends before the published entry {wanted_seq}"
        )
    return Verdict(expected - 1, before.hex())


def head() -> str:
    """`seq:hash` of the last entry, to be kept somewhere else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, encode(hash, 'hex') FROM audit_entry ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return f"{row[0]}:{row[1]}" if row else "0:00"


def _parse(published: str | None) -> tuple[int, str]:
    if not published:
        return 0, ""
    seq, _, hash_ = published.strip().partition(":")
    if not seq.isdigit() or not hash_:
        raise ValueError("A published head looks like 1234:9f86d081…")
    return int(seq), hash_
