"""S4: ten thousand scenes made at random, judged by the product and by a table that shares nothing with it."""

from __future__ import annotations

import random
from collections import Counter
from time import process_time

from layers.patrol.craft.judge import judge
from tests.benchmarks.report import Report
from tests.patrol import oracle

SCENES = 10_000


def measure() -> Report:
    report, rng = Report("", ""), random.Random(4)
    other, fired = 0, Counter[str]()
    spent = 0.0
    for _ in range(SCENES):
        scene = oracle.scene(rng)
        asked = oracle.asked(scene)
        began = process_time()
        found = judge(*asked)
        spent += process_time() - began
        verdict, rules, window = oracle.expected(scene)
        same = (found.code, {(f.rule, f.verdict) for f in found.findings}, found.window) == (
            verdict,
            rules,
            window,
        )
        other += not same
        fired.update(rule for rule, _ in rules)
    report.add(f"S4: of {SCENES:,} scenes judged otherwise than by the table", other, "", most=0)
    rare, often = min(fired.items(), key=lambda f: f[1]), max(fired.items(), key=lambda f: f[1])
    report.notes.append(
        f"- Judgement: {len(oracle.TABLE)} rules, each fired {rare[1]:,} ({rare[0]}) to {often[1]:,} times ({often[0]}); "
        f"{SCENES / spent:,.0f} judgements in a second of CPU."
    )
    return report
