"""Patrol against its goals: routes, tags, outboxes, hoarders, judgement, messages and the live map.

CPU seconds of one process wherever that is possible; the parts that need a database make one of their own. Needs
PostgreSQL on this machine; PyVRP where `ANTU_PEERS` names an environment that has it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter

from tests.benchmarks.report import Report


def run() -> Report:
    from tests.benchmarks.patrol import crowd, judged, live, messages, outboxes, rivals, routes, waking

    began = perf_counter()
    report = Report("Patrol", "antu bench patrol")
    alone: list[Callable[[], Report]] = [routes.measure, rivals.measure, messages.measure, judged.measure]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as two:
        for part in [two.submit(one) for one in alone]:
            join(report, part.result())
    dsn = crowd.prepare()
    outboxes.measure(report, dsn)
    waking.measure(report)
    live.measure(report, dsn)
    report.notes.append(
        f"- All of it took {(perf_counter() - began) / 60:.1f} minutes; load of the machine at the end {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores."
    )
    return report


def join(report: Report, part: Report) -> None:
    report.rows += part.rows
    report.notes += part.notes
