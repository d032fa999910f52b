"""What the council of the synthetic city has before it: the worst places on the next agenda, decisions it follows up
from the last meeting, and the site visit that one of them asked for."""

from __future__ import annotations

from datetime import date, timedelta

from layers.council.models import AgendaItem, Decision, Measure, Meeting, Visit
from layers.crashes.screening.models import ScreenedJunction

SYNTHETIC = "synthetic"
BY = "道安會報秘書"
WANTED = (
    "檢討左轉專用時相與左轉車道長度",
    "增設行人庇護島並退縮停止線",
    "改善夜間照明與標線",
    "檢討機車兩段式左轉待轉區",
)
DECIDED = (
    ("approved", "依提案辦理，施工期間設置預告標誌", "done", "已於期限內完工，持續觀察六個月"),
    ("amended", "先試辦三個月，成效提下次會議報告", "open", ""),
    ("deferred", "請先辦理現場會勘，再提會討論", "open", ""),
)
SEEN = {
    "sight": ("bad", "東北角路樹遮蔽號誌"),
    "marking": ("bad", "停止線磨損"),
    "light": ("good", ""),
    "surface": ("good", ""),
    "two-stage": ("none", ""),
}
DUE, LATER = timedelta(days=60), timedelta(days=9)


def hold_meetings() -> int:
    """Items of both meetings; none where nothing stands out or somebody was here before."""
    mine = Meeting.objects.filter(origin=SYNTHETIC, items=None).order_by("held_on")
    return sum(_closed(one) if one.state == "closed" else _planned(one) for one in mine)


def _planned(meeting: Meeting) -> int:
    measured = Measure.objects.exclude(junction=None).values("junction")
    worst = ScreenedJunction.objects.exclude(junction__in=measured).filter(excess__gt=0)
    found = list(worst.select_related("junction").order_by("rank")[: len(WANTED)])
    for number, (one, wish) in enumerate(zip(found, WANTED, strict=False), 1):
        _item(
            meeting,
            number,
            one.junction_id,
            f"{one.junction.name}：{wish}",
            f"{one.start:%Y/%m}–{one.until:%Y/%m} 共 {one.crashes} 件（A1 {one.a1}、A2 {one.a2}），"
            f"比同類路口多 {one.excess:.1f} 件（經驗貝氏）。",
        )
    return len(found)


def _closed(meeting: Meeting) -> int:
    found = list(Measure.objects.filter(origin=SYNTHETIC).exclude(junction=None).select_related("junction"))
    found = found[: len(DECIDED)]
    for number, (measure, (outcome, text, standing, remark)) in enumerate(
        zip(found, DECIDED, strict=False), 1
    ):
        place = measure.junction
        assert place is not None
        item = _item(meeting, number, place.pk, f"{place.name}：{measure.name}成效與後續", "")
        Decision.objects.create(
            key=f"{meeting.key}-D{number}", origin=SYNTHETIC, item=item, outcome=outcome, text=text,
            unit=measure.unit, due=None if outcome == "deferred" else meeting.held_on + DUE, standing=standing, remark=remark, by=BY,
        )  # fmt: skip
        if outcome == "deferred":
            _visit(item, place.pk, meeting.held_on + LATER)
    return len(found)


def _item(meeting: Meeting, number: int, junction: int, title: str, note: str) -> AgendaItem:
    return AgendaItem.objects.create(
        key=f"{meeting.key}-{number}", origin=SYNTHETIC, meeting=meeting, number=number, junction_id=junction,
        title=title, note=note, by=BY,
    )  # fmt: skip


def _visit(item: AgendaItem, junction: int, day: date) -> None:
    Visit.objects.create(
        key=f"{item.key}-V", origin=SYNTHETIC, junction_id=junction, item=item, held_on=day, by=BY,
        who="交通局、工務局、交通警察大隊、里長",
        checks={name: {"state": state, "remark": remark} for name, (state, remark) in SEEN.items()},
        summary="修剪路樹、重劃停止線；號誌時相由交通局評估。",
    )  # fmt: skip
