"""What the council did: measures at junctions that became better, and the meetings about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data.city.ground import Ground
from data.city.records import Rows, Table

WORKS = (
    ("左轉專用時相", "engineering", "TO", "交通局"),
    ("行人庇護島與退縮停止線", "engineering", "PD", "工務局"),
    ("停止線前機車待轉區", "engineering", "TA,AN", "交通局"),
    ("闖紅燈科技執法", "enforcement", "AN", "交通警察大隊"),
)
IN_USE = date(2023, 7, 1)
BEGAN = date(2023, 5, 15)


def improve(ground: Ground, junctions: Sequence[int]) -> list[Table]:
    """`junctions` by their place in the table, the worst first."""
    assert ground.junctions.geometry is not None
    measures, meetings = Rows("measures"), Rows("meetings")
    for n, j in enumerate(junctions):
        name, kind, targets, unit = WORKS[n % len(WORKS)]
        measures.add(
            ground.junctions.geometry[j],
            key=f"CM-{n + 1:03}",
            name=name,
            kind=kind,
            state="done",
            targets=targets,
            unit=unit,
            junction_key=ground.junctions.columns["key"][j],
            began_on=BEGAN,
            done_on=IN_USE,
        )
    meetings.add(
        key="CB-113-12",
        title="113 年第 12 次道安會報",
        held_on=date(2024, 12, 18),
        place="市政府三樓會議室",
        state="closed",
    )
    meetings.add(
        key="CB-114-01",
        title="114 年第 1 次道安會報",
        held_on=date(2025, 1, 22),
        place="市政府三樓會議室",
        state="planned",
    )
    return [measures.table(), meetings.table()]
