"""The street-block map: how long a whole city takes to rebuild with its markings, what one edit costs, what is asked as of
some day, what many editors do to each other, and how junctions alike are found.

A made city. Times are CPU of one process; the rebuild is checked, not only timed.
"""

from __future__ import annotations

import random
import resource
import time

import shapely

from layers.streets.craft.derive import Plan, derive
from layers.streets.craft.document import Document
from layers.streets.craft.marks import paint
from layers.streets.craft.similar import Index, shapes_of
from layers.streets.craft.xodr import MINORS, xodr
from tests.benchmarks import ledger
from tests.benchmarks.report import Report
from tests.streets.city import grid, planted, there
from tests.streets.networks import MAPS, deviations, made
from tests.streets.opendrive import CHECKER, check

WIDE, TALL = 90, 89


def run() -> Report:
    report = Report("The street-block map", "antu bench streets")
    document = grid(WIDE, TALL)
    wall, cpu = time.perf_counter(), time.process_time()
    plan = derive(document)
    marks = paint(plan)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    pieces = sum(len(mark.shapes) for mark in marks)
    report.add(
        f"rebuild of {len(plan.junctions):,} junctions with markings, processor time", cpu, "s", most=60
    )
    report.add("memory at its highest", memory, "GB", most=2)
    ground = [s.shape for s in plan.strips] + [g for j in plan.junctions for g in (j.kerb, *j.walks)]
    wrong = int((~shapely.is_valid(ground) | shapely.is_empty(ground)).sum())
    report.add("invalid or empty areas", wrong, "areas", most=0)
    shared = sum(g.area for g in ground) / shapely.union_all(ground).area - 1
    report.add("ground counted twice or lost", abs(shared), "of all", most=1e-6)
    del plan, marks, ground
    report.add(
        "one edit: four junctions around it derived and painted, 95th percentile",
        edit(document),
        "ms",
        most=300,
    )
    similar(report, document)
    city = there(document)
    ledger.prepare(city)
    ledger.as_of(report, city)
    ledger.edits(report, city)
    ledger.editors(report, city)
    opendrive(report)
    report.notes.append(
        f"{len(document.segments):,} segments, {pieces:,} painted pieces; {wall:.0f} s on the clock of a machine that did other work too."
    )
    return report


def similar(report: Report, document: Document) -> None:
    """Junctions turned, mirrored, with widths up to a tenth off must be found again."""
    shapes, dice = shapes_of(document), random.Random(4)
    index = Index.of(shapes)
    asked = [(shape.id, planted(shape, dice)) for shape in dice.sample(shapes, 300)]
    begun = time.process_time()
    found = sum(id_ in [hit.id for hit in index.like(shape, 5)] for id_, shape in asked)
    took = 1000 * (time.process_time() - begun) / len(asked)
    report.add(f"similar junctions among {len(shapes):,}", took, "ms", most=50)
    report.add("… planted near-duplicates among the first five", found / len(asked), "of all", least=0.95)


def opendrive(report: Report) -> None:
    """Written as OpenDRIVE, read back by the words of the file, and given to the checker of ASAM where there is one."""
    kinds = [made(name) for name in sorted(MAPS)]
    found = [deviations(document) for document in kinds]
    along, inside = (max(max(one[k]) for one in found) for k in (0, 1))
    report.add("OpenDRIVE: lane edges off the derived strips, at most", along * 100, "cm", most=2)
    report.add(
        "OpenDRIVE: lane edges off each other where a junction begins, at most", inside * 100, "cm", most=5
    )
    if not CHECKER.exists():
        report.notes.append(f"qc_opendrive was not at {CHECKER}; ANTU_OPENDRIVE_CHECKER names it.")
        return
    told = [(minor, check(xodr(document, minor)[0])) for document in kinds for minor in MINORS]
    issues = sum(v.issues.total() for _, v in told)
    odd = sum(not v.clean(minor) for minor, v in told)
    report.add(f"OpenDRIVE: issues of the ASAM checker in {len(told)} files", issues, "issues", most=0)
    report.add("OpenDRIVE: files with checks that did not complete, known skips aside", odd, "files", most=0)


def edit(document: Document) -> float:
    """Milliseconds for what an edit touches: a segment, its two junctions and their neighbours."""
    touching: dict[str, list[int]] = {}
    for k, segment in enumerate(document.segments):
        touching.setdefault(segment.a, []).append(k)
        touching.setdefault(segment.b, []).append(k)
    took = []
    for start in range(0, 2000, 50):
        segment = document.segments[start]
        near = sorted({*touching[segment.a], *touching[segment.b]})
        segments = tuple(document.segments[k] for k in near)
        ends = {end for s in segments for end in (s.a, s.b)}
        names = {s.id for s in segments}
        part = document.model_copy(
            update={
                "segments": segments,
                "nodes": tuple(n for n in document.nodes if n.id in ends),
                "arms": tuple(a for a in document.arms if a.segment in names),
            }
        )
        begun = time.process_time()
        plan: Plan = derive(part, enclose=False)
        paint(plan)
        took.append((time.process_time() - begun) * 1000)
    return sorted(took)[int(len(took) * 0.95)]


if __name__ == "__main__":
    print(run().markdown())
