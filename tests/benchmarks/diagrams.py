"""Collision diagrams: rules, inference, layout, time, effects and likeness against their targets: `antu bench diagrams`.

Everything but the file of real crashes is simulated; seeds are fixed.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from time import process_time

import numpy as np

from diagramming.layout.diagram import diagram
from diagramming.movement import calibrate, table
from diagramming.movement.infer import infer
from tests.benchmarks.report import Report

ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "tests" / "diagramming" / "ventura.toml"
REAL = Path(os.environ.get("ANTU_REALDATA") or ROOT.parent / "shared" / "realdata")
PARTIES, JUNCTIONS = 3000, 1000


def run() -> Report:
    report = Report("Collision diagrams", "antu bench diagrams")
    rules(report)
    inference(report)
    layouts(report)
    times(report)
    shuffled(report)
    effects(report)
    likeness(report)
    return report


def rules(report: Report) -> None:
    """Headings and manoeuvres against the type that officers coded."""
    path = REAL / "ventura_tims_crashes" / "parties_2014_2020.csv.gz"
    if not path.exists():
        report.notes.append("The file of real crashes is not here: rules were not measured.")
        return
    found = table.run(path, table.mapping(MAPPING))
    right, all_ = table.right(found.pairs)
    report.add(
        f"coded type from headings and manoeuvres, two vehicles (n = {all_})",
        100 * right / all_,
        "%",
        least=92,
    )
    angle = [r for r in found.rows if r["coded_type"] == "D" and r["type"] in set("ABCD") and r["type"]]
    report.add(
        f"of those coded as angle (n = {len(angle)})",
        100 * sum(r["agrees"] == "1" for r in angle) / len(angle),
        "%",
        least=92,
    )
    merged = Counter({(_merged(c), _merged(s)): 0 for c, s in found.pairs})
    for (coded, said), n in found.pairs.items():
        merged[_merged(coded), _merged(said)] += n
    right, all_ = table.right(merged)
    report.add("the same, rear end and sideswipe taken together", 100 * right / all_, "%", least=92)
    held = by_heart(path)
    report.notes += [
        "Rules, coded → said: "
        + ", ".join(f"{c}→{s} {n}" for (c, s), n in sorted(found.pairs.items()))
        + ".",
        f"Whoever learns every combination of headings, manoeuvres and vehicles of one half of this file by heart is right in "
        f"{100 * held:.1f} % of the other half: nearly all of its crashes are with bicycles, whose sideswipes are coded by the "
        "side that touched. 92 % cannot be had from what the rules may read.",
    ]


def _merged(code: str) -> str:
    return "B/C" if code in ("B", "C") else code


def by_heart(path: Path) -> float:
    """What the combinations themselves can tell at most: learnt on one half, asked of the other, both ways."""
    halves: list[list[tuple[tuple[object, ...], tuple[object, ...], str]]] = [[], []]
    for n, (units, coded) in enumerate(table.pairs_of(path, table.mapping(MAPPING), set("ABCD"))):
        a, b = units
        assert a.heading is not None
        assert b.heading is not None
        bend = (b.heading - a.heading + 180) % 360 - 180
        whole = (bend, a.manoeuvre, b.manoeuvre, a.vehicle, b.vehicle)
        halves[n % 2].append((whole, (abs(bend), frozenset((a.manoeuvre, b.manoeuvre))), coded))
    right = 0
    for learnt, asked in (halves, halves[::-1]):
        fine: dict[object, Counter[str]] = {}
        coarse: dict[object, Counter[str]] = {}
        for whole, part, coded in learnt:
            fine.setdefault(whole, Counter())[coded] += 1
            coarse.setdefault(part, Counter())[coded] += 1
        for whole, part, coded in asked:
            seen = fine.get(whole, Counter())
            votes = seen if seen.total() >= 4 else coarse.get(part, Counter(D=1))
            right += votes.most_common(1)[0][0] == coded
    return right / sum(len(h) for h in halves)


def inference(report: Report) -> None:
    from tests.diagramming.noise import SHAPES, party

    for shape, at in SHAPES.items():
        rng, right, sure = random.Random(7), [], []
        for _ in range(PARTIES):
            truth, seen = party(rng, at)
            said = infer(at, seen, explain=False)
            right.append((said.approach, said.exit) == truth)
            sure.append(said.confidence)
        kept = [r for r, c in zip(right, sure, strict=True) if c >= 0.8]
        report.add(
            f"{shape}: leg and exit right",
            100 * sum(right) / len(right),
            "%",
            least=90 if shape == "5-leg" else 94,
        )
        report.add(f"{shape}: calibration error", calibrate.error(sure, right), "", most=0.03)
        report.add(f"{shape}: right at confidence ≥ 0.8", 100 * sum(kept) / len(kept), "%", least=99)
        report.add(f"{shape}: kept at confidence ≥ 0.8", 100 * len(kept) / len(right), "%", least=80)


def layouts(report: Report) -> None:
    from tests.diagramming.junctions import at_random, crash

    worst: Counter[str] = Counter()
    cohesion, width, height = 1.0, 99.0, 99.0
    for seed in range(JUNCTIONS):
        rng = random.Random(seed)
        at = at_random(rng)
        said = diagram(at, [crash(rng, at, n) for n in range(rng.randint(20, 200))]).metrics
        for name in ("overlaps", "unplaced", "crossings", "headers_cut"):
            worst[name] += int(said[name])
        cohesion = min(cohesion, said["cohesion"])
        width, height = min(width, said["glyph_width_mm"]), min(height, said["glyph_height_mm"])
    for name in ("overlaps", "unplaced", "crossings", "headers_cut"):
        report.add(f"{JUNCTIONS} random junctions on A3: {name.replace('_', ' ')}", worst[name], "", most=0)
    report.add("least cohesion", cohesion, "", least=0.85)
    report.add("narrowest mark", round(width, 6), "mm", least=10)
    report.add("lowest mark", round(height, 6), "mm", least=6)


def times(report: Report) -> None:
    from tests.diagramming.junctions import at_random, crash

    for count, most in ((100, 0.5), (400, 3.0)):
        taken = []
        for seed in range(5):
            rng = random.Random(seed)
            at = at_random(rng)
            crashes = [crash(rng, at, n) for n in range(count)]
            begun = process_time()
            diagram(at, crashes)
            taken.append(process_time() - begun)
        report.add(
            f"layout and SVG of {count} crashes, one core (median of 5)",
            float(np.median(taken)),
            "s",
            most=most,
        )


def shuffled(report: Report) -> None:
    from tests.diagramming.junctions import at_random, crash

    other = 0
    for seed in range(50):
        rng = random.Random(seed)
        at = at_random(rng)
        crashes = [crash(rng, at, n) for n in range(rng.randint(5, 120))]
        once = diagram(at, crashes).digest
        rng.shuffle(crashes)
        other += diagram(at, crashes).digest != once
    report.add("rows shuffled, 50 diagrams: other hashes", other, "", most=0)


def effects(report: Report) -> None:
    from tests.diagramming.test_statistics import simulate

    mean, cover = simulate(400)
    report.add("before/after, 400 runs: bias of Empirical Bayes", abs(float(mean[1]) - 0.8), "", most=0.02)
    report.add("coverage of its interval, at least", 100 * float(cover[1]), "%", least=92)
    report.add("coverage of its interval, at most", 100 * float(cover[1]), "%", most=97)
    report.notes.append(
        f"The naive ratio in the same runs: {mean[0]:.2f} where 0.80 is true, covered in {100 * cover[0]:.0f} %."
    )


def likeness(report: Report) -> None:
    """Junctions turned by some arms, and their copies in another order, against the originals."""
    from layers.streets.craft.similar import ARM, Index, Shape

    rng, apart = np.random.default_rng(5), 0.0
    for _ in range(200):
        legs = int(rng.integers(3, 7))
        arms = rng.integers(0, 4, (legs, len(ARM))).astype(float)
        arms[:, 0] = rng.dirichlet(np.full(legs, 4.0)) * 360
        whole = rng.integers(0, 2, 2).astype(float)
        shapes = [
            Shape("asked", arms, whole),
            Shape("turned", np.roll(arms, int(rng.integers(legs)), axis=0), whole),
        ]
        shapes += [
            Shape(f"other{k}", rng.integers(0, 4, (legs, len(ARM))).astype(float), whole) for k in range(5)
        ]
        hit = Index.of([shapes[k] for k in rng.permutation(len(shapes))]).like(shapes[0], 1)[0]
        apart = max(apart, hit.distance if hit.id == "turned" else 99.0)
    report.add("similar search: turned and permuted clones, greatest distance", apart, "", most=0)


if __name__ == "__main__":
    made = run()
    print(made.markdown())
    print(json.dumps(made.as_json(), ensure_ascii=False))
