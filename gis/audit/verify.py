"""Walks the chain from its beginning and says where it is broken: edited, missing, or cut off at the end.

The text of each entry is put together here, not by the database whose word is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction

BATCH = 5_000
BEGINNING = b"\x00"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entries` hold together from the first on; `head` is the last of them, as `seq:hash`."""

    entries: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def text(
    seq: int, at: str, actor: str, action: str, subject: str, object: str, detail: str, prev: bytes
) -> str:
    """What is hashed of an entry, as `audit_text` in chain.sql has it."""
    return (
        f"antu audit 1\n{seq}\n{at}\n{prev.hex()}\n{len(actor)}:{actor}\n{len(action)}:{action}\n"
        f"{len(subject)}:{subject}\n{len(object)}:{object}\n{detail}"
    )


def verify(published: str | None = None) -> Verdict:
    """`published` is a head noted down earlier as `seq:hash`; an end that was cut off is found only with it."""
    wanted = _parse(published)
    before, last = BEGINNING, 0

    def verdict(broken_at: int | None = None, reason: str = "") -> Verdict:
        return Verdict(last, f"{last}:{before.hex()}", broken_at, reason)

    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), actor, action, "
            "subject, object, detail::text, prev, hash FROM audit_entry ORDER BY seq"
        )
        while rows := cursor.fetchmany(BATCH):
            for seq, at, actor, action, subject, object, detail, prev, kept in rows:
                if seq != last + 1:
                    return verdict(last + 1, f"Entry {last + 1} is missing.")
                made = text(seq, at, actor, action, subject, object, detail, before)
                if prev != before or sha256(made.encode()).digest() != kept:
                    return verdict(seq, f"Entry {seq} was changed.")
                if wanted and seq == wanted[0] and kept.hex() != wanted[1]:
                    return verdict(seq, f"Entry {seq} is not the one whose hash was published.")
                before, last = bytes(kept), seq
    if wanted and last < wanted[0]:
        return verdict(last + 1, f"The log ends at entry {last}, but entry {wanted[0]} was published.")
    return verdict()


def head() -> str:
    """`seq:hash` of the last entry, to be kept somewhere else: mailed, printed, on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, encode(hash, 'hex') FROM audit_entry ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return f"{row[0]}:{row[1]}" if row else f"0:{BEGINNING.hex()}"


def _parse(published: str | None) -> tuple[int, str] | None:
    if not published:
        return None
    seq, _, hash_ = published.strip().partition(":")
    if not seq.isdigit() or not hash_:
        raise ValueError("A published head looks like 1234:9f86d081…")
    return (int(seq), hash_.lower()) if int(seq) else None
