"""A measured table: what was measured, what came out, what the target is, on which machine and when."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    measure: str
    measured: str
    target: str
    met: bool


@dataclass(slots=True)
class Report:
    name: str
    repeat: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        measure: str,
        measured: float,
        unit: str,
        *,
        most: float | None = None,
        least: float | None = None,
    ) -> None:
        """A figure against the most or the least it may be."""
        met = (most is None or measured <= most) and (least is None or measured >= least)
        shown = f"{measured:.3g}" if abs(measured) < 1000 else f"{measured:,.0f}"
        limit = f"≤ {most:g} {unit}" if most is not None else f"≥ {least:g} {unit}"
        self.rows.append(Row(measure, f"{shown} {unit}".strip(), limit.strip(), met))

    def markdown(self) -> str:
        lines = [
            f"## {self.name}",
            "",
            f"{date.today().isoformat()} · {machine()} · repeat: `{self.repeat}`",
            "",
        ]
        lines += ["| measure | measured | target | |", "| --- | --- | --- | --- |"]
        lines += [f"| {r.measure} | {r.measured} | {r.target} | {'✓' if r.met else '✗'} |" for r in self.rows]
        if self.notes:
            lines += ["", *self.notes]
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, object]:
        rows = [
            {"measure": r.measure, "measured": r.measured, "target": r.target, "met": r.met}
            for r in self.rows
        ]
        return {"name": self.name, "machine": machine(), "rows": rows, "notes": self.notes}


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} × {model}, {gib:.0f} GiB, Python {platform.python_version()}"
