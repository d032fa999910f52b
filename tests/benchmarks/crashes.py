"""The national month of crashes, 81,506 lines: how fast it comes in beside saving row by row, and in how much memory.

The month itself is taken where it is at hand (ANTU_REALDATA); otherwise a file of that size is made with the form's
own words. Everything happens in transactions that are undone, in the database that DATABASE_URL names.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.benchmarks.report import Report

ROWS = 81_506
SAVED = 1_500
MONTH = "npa_a2_national_2025_01/NPA_TMA2_2025-01.csv.gz"
ROOT = Path(__file__).resolve().parents[2]


def run() -> Report:
    report = Report("Importing crashes", "antu bench crashes")
    with tempfile.TemporaryDirectory() as folder:
        whole, quarter = Path(folder) / "month.csv", Path(folder) / "quarter.csv"
        there = Path(os.environ.get("ANTU_REALDATA") or ROOT.parent / "shared" / "realdata") / MONTH
        if there.exists():
            whole.write_bytes(gzip.decompress(there.read_bytes()))
        else:
            whole.write_text(made(ROWS), "utf-8-sig")
        lines = whole.read_text("utf-8-sig").splitlines(keepends=True)
        quarter.write_text("".join(lines[: ROWS // 4]), "utf-8-sig")
        small, big, saved = (_apart(what, path) for what, path in _work(quarter, whole))
    for name, done in (("quarter", small), ("month", big)):
        if done["read"] != done["imported"] + done["unchanged"] + done["rejected"]:
            raise AssertionError(f"the sums of the {name} do not add up: {done}")
    fast, slow = big["read"] / big["seconds"], saved["read"] / saved["seconds"]
    report.add("lines of the month read", big["read"], "lines", least=ROWS)
    report.add("rows a second of the import, against saving row by row", fast / slow, "×", least=10)
    report.add("most memory of the importing process (RSS)", big["mb"], "MB", most=400)
    report.add(
        "memory that the month takes more than its first quarter", big["mb"] - small["mb"], "MB", most=80
    )
    report.notes.append(
        f"Import {fast:,.0f} rows/s ({big['seconds']:.1f} s; {big['imported']:,} imported, {big['rejected']:,} rejected); "
        f"row by row {slow:,.0f} rows/s over {SAVED:,} rows. "
        f"The file is {'the national one of January 2025' if there.exists() else 'made with the words of the form'}."
    )
    return report


def _work(quarter: Path, whole: Path) -> list[tuple[str, Path]]:
    return [("import", quarter), ("import", whole), ("save", whole)]


def _apart(what: str, path: Path) -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.crashes", what, str(path)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def take_in(path: Path) -> dict[str, float]:
    from gis.exchange.load import Import
    from layers.registry.register import register

    layer = register.get("crashes")
    assert layer is not None
    start = time.perf_counter()
    result = Import(layer=layer, files=[path], actor="bench", dry_run=True, anywhere=True).run()
    return {
        "seconds": time.perf_counter() - start,
        "read": result.read,
        "imported": result.imported,
        "unchanged": result.unchanged,
        "rejected": result.rejected,
    }


def save(path: Path) -> dict[str, float]:
    """What one would write by hand: a crash for each first party, a party for each line, saved one by one."""
    from django.contrib.gis.geos import Point
    from django.db import transaction
    from django.utils.timezone import make_aware

    from layers.crashes.models import Crash, Party

    count, crash = 0, None
    with path.open(encoding="utf-8-sig", newline="") as file, transaction.atomic():
        start = time.perf_counter()
        for row in csv.DictReader(file):
            if count == SAVED:
                break
            if row["當事者順位"] == "1" or crash is None:
                when = datetime.strptime(row["發生日期"] + row["發生時間"].zfill(6), "%Y%m%d%H%M%S")
                crash = Crash(
                    key=f"bench-{count}",
                    severity=2,
                    occurred_at=make_aware(when),
                    address=row["發生地點"],
                    unit=row["處理單位名稱警局層"],
                    geom=Point(float(row["經度"]), float(row["緯度"]), srid=4326),
                )
                crash.save()
                place = 0
            place += 1
            Party(crash=crash, number=place, age=int(row["當事者事故發生時年齡"] or 0)).save()
            count += 1
        seconds = time.perf_counter() - start
        transaction.set_rollback(True)
    return {"seconds": seconds, "read": count}


def made(count: int, seed: int = 1) -> str:
    """A file like the national one, of so many lines."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in _lines(count, random.Random(seed)):
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row))
            writer.writeheader()
        writer.writerow(row)
    return out.getvalue()


def _lines(count: int, chance: random.Random) -> Iterator[dict[str, str]]:
    from data.codes import table
    from layers.crashes.importers import NATIONAL

    assert NATIONAL.child is not None
    takes = [*NATIONAL.fields.values(), *NATIONAL.child.fields.values()]
    coded = [(t.columns[0], t.group, t.codes.id) for t in takes if t.codes]
    start, left, number, shared = datetime(2025, 1, 1), 0, 0, dict[str, str]()
    words = {
        id: [c for c in table(id).at(start.date()).entries if not c.value.startswith("X")]
        for _, _, id in coded
    }
    for _ in range(count):
        if left == 0:
            left, number = chance.choice((1, 2, 2, 2, 3)), 0
            when = start + timedelta(seconds=chance.randrange(31 * 86_400))
            shared = {
                "發生日期": when.strftime("%Y%m%d"),
                "發生時間": when.strftime("%H%M%S"),
                "事故類別名稱": "A2",
                "處理單位名稱警局層": "臺南市政府警察局",
                "發生地點": f"臺南市東區東門路{chance.randrange(900)}號前0.0公尺",
                "死亡受傷人數": f"死亡0;受傷{left}",
                "經度": f"{chance.uniform(120.1, 120.4):.6f}",
                "緯度": f"{chance.uniform(22.9, 23.3):.6f}",
                "速限-第1當事者": "50",
                "肇事逃逸類別名稱-是否肇逃": "否",
            }
            for column, group, id in coded:
                code = chance.choice(words[id])
                shared |= {column: code.zh} | ({group[0]: code.group} if group else {})
        left, number = left - 1, number + 1
        yield shared | {"當事者順位": str(number), "當事者事故發生時年齡": str(chance.randrange(16, 90))}


if __name__ == "__main__":
    import django

    django.setup()
    done = {"import": take_in, "save": save}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(done | {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
