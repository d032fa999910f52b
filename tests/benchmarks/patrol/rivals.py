"""R3: the solver beside PyVRP, on the same nights of a town, in whole seconds of travel, with the same CPU time.

`ANTU_TOP` names a folder of public orienteering files, which are then run too, with distances in hundredths.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from layers.patrol.craft.instances import Unreadable, read
from layers.patrol.craft.problem import Problem, faults
from layers.patrol.craft.solve import ready, solve
from tests.benchmarks.patrol.cases import nights
from tests.benchmarks.peers import PYTHON
from tests.benchmarks.report import Report

SECONDS = 3.0
MOST_FILES = 20


def measure() -> Report:
    report = Report("", "")
    there = (
        PYTHON.exists() and not subprocess.run([PYTHON, "-c", "import pyvrp"], capture_output=True).returncode
    )
    if not there:
        report.notes.append("- PyVRP was not at hand (`ANTU_PEERS`), so that nothing is compared with it.")
        return report
    ready()
    compare(report, "nights of a town", nights())
    if found := public():
        compare(report, "public files", found)
    return report


def public() -> dict[str, Problem]:
    folder = os.environ.get("ANTU_TOP")
    found = {}
    for path in sorted(Path(folder).iterdir())[:MOST_FILES] if folder else ():
        try:
            found[path.stem] = whole(read(path).problem)
        except Unreadable:
            continue
    return found


def whole(problem: Problem) -> Problem:
    """In hundredths."""
    return replace(
        problem,
        **{
            n: np.minimum(np.round(getattr(problem, n) * 100), 1e9)
            for n in ("travel", "service", "opens", "closes")
        },
        begin=problem.begin * 100,
        finish=np.floor(problem.finish * 100),
    )


def said(problem: Problem) -> dict[str, Any]:
    return {
        "prize": problem.prize.tolist(), "travel": problem.travel[0].astype(int).tolist(),
        "service": problem.service.astype(int).tolist(), "opens": problem.opens.astype(int).tolist(),
        "closes": problem.closes.astype(int).tolist(), "start": int(problem.start[0]), "end": int(problem.end[0]),
        "units": problem.units, "limit": int(problem.finish[0]),
    }  # fmt: skip


def compare(report: Report, what: str, problems: dict[str, Problem]) -> None:
    asked = {"seconds": SECONDS, "cases": [said(p) for p in problems.values()]}
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("pyvrp_run.py")],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    ours, spent = [], 0.0
    for problem in problems.values():
        began = process_time()
        plan = solve(problem, seconds=SECONDS, clock=process_time)
        spent += process_time() - began
        assert not faults(problem, plan.routes)
        ours.append(plan.value)
    better = [100 * (a / b["value"] - 1) for a, b in zip(ours, theirs, strict=True)]
    share = 100 * float(np.mean([d >= 0 for d in better]))
    report.add(f"R3: {len(ours)} {what}, as good as PyVRP or better at equal CPU", share, "%", least=90)
    report.add("R3: … mean of ours above PyVRP's value", float(np.mean(better)), "%", least=0)
    report.notes.append(
        f"- PyVRP 0.14.1, {what}: {SECONDS:g} s of CPU for each ({spent:.0f} s of ours, {sum(t['cpu'] for t in theirs):.0f} s of "
        f"theirs with building the model); better in {sum(d > 0 for d in better)}, equal in {sum(d == 0 for d in better)}, worse in "
        f"{sum(d < 0 for d in better)}; from {min(better):+.2f} to {max(better):+.2f} %."
    )
