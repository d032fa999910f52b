"""What a supervisor reports: the sign-ins of a period by officer, unit and day with their judgements, and what was missed.

Read once; the workbook here and the printed report say the same figures.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from data.codes import Code, table
from layers.patrol.reports import missed

MOST = 100_000
_SIGNED = """
    SELECT coalesce(p.evidence->>'officer', s.officer), t.name, (s.at AT TIME ZONE %(zone)s)::date, b.key, b.name,
           s.at AT TIME ZONE %(zone)s, s.judgement, p.how, p.level, p.distance_m, p.findings
    FROM patrol_signin s JOIN patrol_patrolbox b ON b.id = s.box_id LEFT JOIN areas_station t ON t.id = s.station_id
    LEFT JOIN patrol_proof p ON p.signin_id = s.id
    WHERE s.at >= %(begin)s AND s.at < %(end)s AND (%(station)s::bigint IS NULL OR s.station_id = %(station)s)
    ORDER BY s.at LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Signed:
    officer: str
    unit: str | None
    day: date
    key: str
    name: str
    at: datetime  # of the city's clock, as it is written
    judgement: str
    how: str | None
    level: int | None
    metres: float | None
    findings: list[dict[str, Any]]

    def why(self, lang: str) -> str:
        said = (f.get(lang) or f.get("zh", "") for f in self.findings if f.get("verdict") != "normal")
        return ("; " if lang == "en" else "；").join(said)


@dataclass(frozen=True, slots=True)
class Row:
    """One officer, unit or day: how many of each judgement."""

    of: Any
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def normal(self) -> int:
        return self.counts.get("normal", 0)


@dataclass(frozen=True, slots=True)
class Duty:
    begin: datetime
    end: datetime
    signed: list[Signed]
    missed: list[dict[str, Any]]

    @property
    def kinds(self) -> list[str]:
        """The judgements that occur, normal ones first."""
        return sorted({s.judgement for s in self.signed}, key=lambda k: (k != "normal", k))

    def by(self, what: str) -> list[Row]:
        """`what` is officer, unit or day."""
        found: dict[Any, Row] = {}
        for one in self.signed:
            row = found.setdefault(getattr(one, what), Row(getattr(one, what)))
            row.counts[one.judgement] = row.counts.get(one.judgement, 0) + 1
        return [found[k] for k in sorted(found, key=str)]


def read(begin: datetime, end: datetime, station: int | None = None) -> Duty:
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED, {
            "begin": begin, "end": end, "station": station, "zone": str(timezone.get_default_timezone()), "most": MOST,
        })  # fmt: skip
        rows = cursor.fetchall()
    signed = [_signed(row) for row in rows]
    return Duty(begin, end, signed, missed(begin, end, station, most=MOST))


def _signed(row: Sequence[Any]) -> Signed:
    officer, unit, day, key, name, at, judgement, how, level, metres, findings = row
    said = json.loads(findings) if isinstance(findings, str) else findings or []
    return Signed(officer, unit, day, key, name, at, judgement, how, level, metres, said)


def judgements() -> dict[str, Code]:
    return {c.value: c for c in table("patrol.judgement").entries}


def workbook(duty: Duty) -> bytes:
    """Sheets: by officer, by unit, by day, every sign-in, what was missed."""
    from openpyxl import Workbook

    words = {value: code.zh for value, code in judgements().items()}
    book = Workbook(write_only=True)

    def sheet(title: str, head: list[str], lines: list[list[Any]]) -> None:
        made = book.create_sheet(title)
        made.append(head)
        for line in lines:
            made.append([_safe(v) for v in line])

    kinds = duty.kinds
    for title, what, head in (
        ("員警", "officer", "員警"),
        ("單位", "unit", "派出所"),
        ("每日", "day", "日期"),
    ):
        sheet(
            title, [head, "簽到", *(words.get(k, k) for k in kinds)],
            [[row.of, row.all, *(row.counts.get(k, 0) for k in kinds)] for row in duty.by(what)],
        )  # fmt: skip
    sheet(
        "簽到", ["時間", "箱號", "名稱", "派出所", "員警", "判定", "感應", "等級", "距離 m", "理由"],
        [[s.at, s.key, s.name, s.unit, s.officer, words.get(s.judgement, s.judgement), s.how,
          None if s.level is None else f"L{s.level}", None if s.metres is None else round(s.metres), s.why("zh")]
         for s in duty.signed],
    )  # fmt: skip
    sheet(
        "漏簽", ["應到", "名稱", "線別", "員警", "必巡", "規劃"],
        [[timezone.localtime(m["due"]).replace(tzinfo=None), m["name"], m["unit"], "、".join(m["officers"]), "是" if m["must"] else "", m["plan_name"]]
         for m in duty.missed],
    )  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(value: Any) -> Any:
    """A name that begins like a formula stays a name."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" else value
