"""S3, S4 and S5 in a database: a night offline beside the same night online, history judged again, and the hoarders.

Online and offline run at the same time, each in a database of its own that begins as the other's copy.
"""

from __future__ import annotations

import json
import math
import pickle
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.benchmarks.patrol import crowd
from tests.benchmarks.report import Report

EVENTS, BOXES, OFFICERS, SEED = 10_000, 60, 150, 7
TWIN = crowd.NAME + "_twin"
VISITS, HOURS, TRIALS = 4.0, (1.0, 2.0, 4.0, 8.0), 60
FOLLOWED, HONEST, ANSWERS = 100, 100, 300


def measure(report: Report, dsn: str) -> None:
    crowd.clear()
    try:
        nights(report, dsn)
        hoarders(report)
    finally:
        crowd.clear()


def boxes() -> list[Any]:
    from django.contrib.gis.geos import Point

    from layers.areas.models import Station
    from layers.patrol.models import PatrolBox

    station = Station.objects.create(key=f"{crowd.MARK}st", name="所", geom=Point(*crowd.PLACE, srid=4326))
    return [
        PatrolBox.objects.create(
            key=f"{crowd.MARK}{i}", name=f"箱{i}", kind="bank", tag="nfc", station=station,
            geom=Point(120.2 + 0.02 * (i % 10), 23.2 + 0.02 * (i // 10), srid=4326),
        )
        for i in range(BOXES)
    ]  # fmt: skip


def nights(report: Report, dsn: str) -> None:
    from django.db import connection
    from django.utils import timezone

    from layers.patrol.models import Tag
    from tests.patrol import outbox

    Tag.objects.filter(uid__startswith=f"05{SEED:02X}").delete()
    touches = outbox.night(
        boxes(), [f"{crowd.MARK}{i:03}" for i in range(OFFICERS)], EVENTS, timezone.now() - timedelta(hours=16), SEED
    )  # fmt: skip
    connection.close()
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as line:
        line.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(TWIN)))
        line.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(TWIN), sql.Identifier(crowd.NAME))
        )
        try:
            _both(report, dsn, touches)
        finally:
            line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(TWIN)))


def _both(report: Report, dsn: str, touches: list[Any]) -> None:
    with TemporaryDirectory(prefix="antu-bench-") as folder:
        given = Path(folder) / "touches"
        given.write_bytes(pickle.dumps(touches))
        runs = {}
        for how, where in (("online", TWIN), ("offline", crowd.NAME)):
            environment = crowd.environment(make_conninfo(dsn, dbname=where), 0)
            command = [sys.executable, "-m", __name__, how, str(given), str(Path(folder) / how)]
            runs[how] = subprocess.Popen(command, env=environment)
        for how, run in runs.items():
            if run.wait():
                raise RuntimeError(f"the night {how} ended with {run.returncode}")
        online, offline = (json.loads((Path(folder) / how).read_text()) for how in runs)
    apart = sum(a != b for a, b in zip(online["state"], offline["state"], strict=True))
    count = offline["count"]
    report.add(
        f"S3: of {len(touches):,} sign-ins other than online after loss, doubles, disorder and wrong clocks",
        apart,
        "",
        most=0,
    )
    report.add(
        f"S4: of every fifth of them, {len(touches[::5]):,}, judged otherwise when judged again from what is kept",
        offline["otherwise"],
        "",
        most=0,
    )
    rules = sorted({r for row in online["state"] for r in row[-1]})
    report.notes.append(
        f"- Offline night: {count['sent']:,} requests, {count['lost']:,} lost, {count['unheard']:,} answers lost, {count['repeated']:,} "
        f"events sent again, clocks off by up to a day; findings of {', '.join(rules)} in {sum(bool(row[-1]) for row in online['state']):,}; "
        f"{1000 * online['cpu'] / len(touches):.1f} ms of CPU for a sign-in online, without PostgreSQL."
    )


def _run(how: str, given: Path, out: Path) -> None:
    """In a process of its own."""
    import django

    django.setup()
    from layers.patrol import signing
    from layers.patrol.models import Proof
    from tests.patrol import outbox

    touches = pickle.loads(given.read_bytes())  # our own, from a moment ago
    began, said = time.process_time(), {}
    if how == "online":
        outbox.online(touches)
    else:
        said["count"] = outbox.offline(touches, SEED)
    said["cpu"] = time.process_time() - began
    said["state"] = outbox.state(touches)
    if how == "offline":
        said["otherwise"] = 0
        again = Proof.objects.filter(event__in=[t.sent.event for t in touches[::5]])
        for proof in again.select_related("signin__box", "tag"):
            found = signing.again(proof)
            same = {f.rule for f in found.findings} == {f["rule"] for f in proof.findings}
            said["otherwise"] += not (same and found.code == proof.signin.judgement)
    out.write_text(json.dumps(said, default=str))


def hoarders(report: Report) -> None:
    from django.db import transaction
    from django.utils import timezone

    from layers.patrol.models import PatrolBox
    from tests.patrol import hoard

    rng, box = random.Random(5), PatrolBox.objects.filter(key__startswith=crowd.MARK).order_by("pk")[0]
    begin = timezone.now() - timedelta(days=3)
    with transaction.atomic():
        worst, told, strange = -1.0, [], 0
        for hours in HOURS:
            kept = [hoard.kept(rng, box, begin + timedelta(seconds=i), hours, VISITS) for i in range(TRIALS)]
            share = sum(k.verdict == "normal" for k in kept) / TRIALS
            bound = math.exp(-VISITS * hours / 24)
            strange += sum((k.verdict == "normal") != (k.between == 0) for k in kept)
            worst = max(worst, (share - bound) / math.sqrt(bound * (1 - bound) / TRIALS))
            told.append(f"{hours:g} h {share:.2f} ({bound:.2f})")
        report.add(
            "S5: kept touches believed at L1 although somebody came by in between", strange, "", most=0
        )
        report.add("S5: … share believed above exp(−λΔ), in standard errors", worst, "σ", most=3)
        seconds = [60 * 480 ** rng.random() for _ in range(FOLLOWED)]
        seen: dict[str, list[tuple[float, bool]]] = {}
        for i, s in enumerate(seconds):
            lie = hoard.LIES[i % 3]
            found = hoard.followed(rng, box, f"{crowd.MARK}h{i}", begin, s, lie)
            seen.setdefault(lie, []).append((s, found.verdict != "normal"))
        every = [one for rows in seen.values() for one in rows]
        report.add(
            "S5: delays over 60 s under coverage that are noticed",
            100 * sum(n for _, n in every) / len(every),
            "%",
            least=90,
        )
        missed = max((s for s, n in every if not n), default=0.0)
        honest = [
            hoard.prompt(rng, box, f"{crowd.MARK}p{i}", begin + timedelta(minutes=i)) for i in range(HONEST)
        ]
        away = [
            hoard.followed(rng, box, f"{crowd.MARK}q{i}", begin, s, None)
            for i, s in enumerate(seconds[:HONEST])
        ]
        wrong = sum(k.verdict != "normal" for k in honest) + sum(
            not k.rules <= {"all", "allowance"} for k in away
        )
        report.add(
            "S5: honest sign-ins, online and out of coverage, that are noticed",
            100 * wrong / (len(honest) + len(away)),
            "%",
            most=2,
        )
        believed = hoard.answers(rng, box, f"{crowd.MARK}l2", ANSWERS, timezone.now())
        report.add(f"S5: of {ANSWERS} recorded answers believed at L2", believed, "", most=0)
        transaction.set_rollback(True)
    parts = ", ".join(f"{lie} {sum(n for _, n in rows)} of {len(rows)}" for lie, rows in seen.items())
    report.notes.append(
        f"- Hoarding, λ = {VISITS:g} visits a day: believed after {'; '.join(told)}, with exp(−λΔ) in brackets. Delays of one minute to eight "
        f"hours, log-uniform, by what the phone claims: {parts}; the longest that passed was {missed:.0f} s."
    )


if __name__ == "__main__":
    _run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
