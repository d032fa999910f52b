"""Messages of tags: how many are checked in a second, and how many forged ones are believed."""

from __future__ import annotations

import random
from time import process_time

from layers.patrol.craft import tags
from tests.benchmarks.report import Report

FORGED = 1_000_000


def measure() -> Report:
    report = Report("", "")
    checks(report)
    forged(report)
    return report


def checks(report: Report, count: int = 20_000) -> None:
    """With the key of each tag derived anew."""
    rng = random.Random(1)
    meta, master = rng.randbytes(16), rng.randbytes(16)

    def key_of(uid: bytes) -> bytes:
        return tags.diversify(master, uid, b"\x01\x00\x00", b"Antu patrol")

    uids = [rng.randbytes(7) for _ in range(500)]
    messages = [tags.speak(meta, key_of(u), u, i) for i, u in enumerate(uids)]
    began = process_time()
    for i in range(count):
        tags.sun(meta, key_of, *messages[i % 500])
    report.add("S2: checks of NTAG 424 DNA messages", count / (process_time() - began), "/s", least=20_000)


def forged(report: Report) -> None:
    """Bits turned, halves of two messages, wrong keys, cut ones, and true ones a second time."""
    rng = random.Random(2)
    meta, other = rng.randbytes(16), rng.randbytes(16)
    keys: dict[bytes, bytes] = {}
    for _ in range(50):
        keys[rng.randbytes(7)] = rng.randbytes(16)
    uids = list(keys)
    true = [tags.speak(meta, keys[u], u, c) for u in uids for c in range(20)]
    seen: set[tuple[bytes, int]] = set()
    for e, c in true:
        tap = tags.sun(meta, lambda u: keys.get(u, other), e, c)
        seen.add((tap.uid, tap.counter))
    accepted = 0
    for i in range(FORGED):
        e, c = true[i % len(true)]
        kind = i % 5
        if kind == 0:
            whole = int(e + c, 16) ^ (1 << rng.randrange(192))
            e, c = f"{whole:048X}"[:32], f"{whole:048X}"[32:]
        elif kind == 1:
            c = true[(i * 7 + 1) % len(true)][1]
        elif kind == 2:
            e, c = tags.speak(meta, other, uids[i % 50], i % (1 << 24))
        elif kind == 3:
            e, c = e[: rng.randrange(32)], c
        try:
            tap = tags.sun(meta, lambda u: keys.get(u, other), e, c)
        except tags.Forged:
            continue
        # a true message, or one of a UID that no tag has (its "key" is a lot that nobody knows)
        if tap.uid in keys and (tap.uid, tap.counter) not in seen:
            accepted += 1
    report.add(f"S1: of {FORGED:,} forged, altered, cut or repeated messages accepted", accepted, "", most=0)
