"""The supervisor's report on paper: what the workbook of sign-ins says, by unit and officer, on A4, in one language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from ninja import Router, Status
from pydantic import AwareDatetime

from gis.sharing.press import Unprintable, press
from layers.areas.models import Station
from layers.patrol.api.watch import TOO_LONG, period
from layers.patrol.api.who import Problem, file_of, planner
from layers.patrol.duty import Duty, judgements, read
from layers.registry.text import Text

router = Router(tags=["patrol"])
MOST_LISTED = 60
"""Of abnormal sign-ins and of missed visits each; all are in the workbook."""
COLOURS = {
    "normal": "#0B5D8F", "early": "#D9A441", "late": "#E27D52", "wrong_box": "#8C7A62", "out_of_range": "#B73A58",
    "replay": "#641049", "clone": "#8A5A9E", "proxy": "#27238F",
}  # fmt: skip
OTHER = "#B73A58"
FONT = "Noto Sans CJK TC, Noto Sans TC, Noto Sans, sans-serif"
WIDE, HIGH, FOOT = 182.0, 34.0, 5.0


@router.get(
    "reports/signins.pdf",
    response={200: None, 422: Problem, 503: Problem},
    summary="The report of sign-ins to print",
    openapi_extra=file_of("application/pdf"),
)
def report(
    request: HttpRequest,
    begin: AwareDatetime,
    end: AwareDatetime,
    station: int | None = None,
    lang: Literal["zh", "en"] = "zh",
) -> Any:
    """The figures of the workbook, by unit and officer, with what was abnormal and what was missed."""
    planner(request)
    if not period(begin, end):
        return Status(422, TOO_LONG)
    try:
        made = press(page(read(begin, end, station), station, lang))
    except Unprintable:
        said = "無法製作 PDF，請稍後再試。 The PDF could not be made; try again shortly."
        return Status(503, {"detail": said, "code": "press"})
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="patrol-signins.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def page(duty: Duty, station: int | None, lang: str) -> str:
    words = {value: code.en if lang == "en" else code.zh for value, code in judgements().items()}
    wrong = [s for s in duty.signed if s.judgement != "normal"]
    units = duty.by("unit")
    here = Station.objects.filter(pk=station).first() if station is not None else None
    return render_to_string(
        "sharing/duty.html",
        {
            "en": lang == "en",
            "lang": "en" if lang == "en" else "zh-Hant-TW",
            "city": Text(**settings.CITY["name"]).get(lang),
            "source": Text(**settings.CITY["attribution"]).get(lang),
            "unit": here.name if here else None,
            "daily": _daily(duty),
            "monthly": 28 <= (duty.end - duty.begin).days <= 31,
            "begin": timezone.localtime(duty.begin),
            "end": timezone.localtime(duty.end),
            "made": timezone.localtime(),
            "all": f"{len(duty.signed):,}",
            "some": bool(duty.signed),
            "normal": round(100 * (1 - len(wrong) / len(duty.signed)), 1) if duty.signed else None,
            "wrong": len(wrong),
            "missed": len(duty.missed),
            "boxes": len({s.key for s in duty.signed}),
            "kinds": [{"word": words.get(k, k), "colour": colour(k)} for k in duty.kinds],
            "bars": bars(duty, lang),
            "tables": [
                {"of": of, "rows": [(r.of, r.all, [r.counts.get(k, 0) for k in duty.kinds], share(r.normal, r.all)) for r in rows]}
                for of, rows in (("unit", units), ("officer", duty.by("officer"))) if rows
            ],
            "abnormal": [(s.at, s.name, s.key, s.officer, words.get(s.judgement, s.judgement), s.why(lang)) for s in wrong[:MOST_LISTED]],
            "unvisited": [{**m, "due": timezone.localtime(m["due"]), "officers": "、".join(m["officers"])} for m in duty.missed[:MOST_LISTED]],
            "most": MOST_LISTED,
        },
    )  # fmt: skip


def share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def colour(judgement: str) -> str:
    return COLOURS.get(judgement, OTHER)


def _daily(duty: Duty) -> bool:
    return duty.end - duty.begin <= timedelta(days=2)


def bars(duty: Duty, lang: str) -> str:
    """Sign-ins over the period as SVG, by hour of a day's report and by day of a longer one; gaps stay gaps."""
    step = timedelta(hours=1) if _daily(duty) else timedelta(days=1)
    first = _floor(timezone.localtime(duty.begin).replace(tzinfo=None), step)
    last = timezone.localtime(duty.end).replace(tzinfo=None)
    count = max(1, -(-(last - first) // step))
    counts: list[dict[str, int]] = [{} for _ in range(count)]
    for one in duty.signed:
        at = counts[min((one.at - first) // step, count - 1)]
        at[one.judgement] = at.get(one.judgement, 0) + 1
    most = max((sum(c.values()) for c in counts), default=0) or 1
    wide = WIDE / count
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -4 {WIDE} {HIGH + FOOT + 4}" width="{WIDE}mm" height="{HIGH + FOOT + 4}mm" font-family="{FONT}" overflow="visible">',
        f'<text x="0" y="-1" font-size="2.6" fill="#5B6673">{most}</text>',
        f'<path d="M0 0H{WIDE}M0 {HIGH / 2}H{WIDE}" stroke="#E0E5E8" stroke-width=".2"/>',
    ]
    every = next(n for n in (1, 2, 3, 4, 6, 7, 14, 31) if count / n <= 16)
    for i, bar in enumerate(counts):
        top = HIGH
        for kind in duty.kinds:
            tall = HIGH * bar.get(kind, 0) / most
            if tall:
                top -= tall
                parts.append(f'<rect x="{i * wide + wide * 0.12:.2f}" y="{top:.2f}" width="{wide * 0.76:.2f}" height="{tall:.2f}" fill="{colour(kind)}"/>')  # fmt: skip
        if i % every == 0:
            when = first + i * step
            said = f"{when:%H}" if _daily(duty) else f"{when.month}/{when.day}"
            parts.append(f'<text x="{(i + 0.5) * wide:.2f}" y="{HIGH + 4:.2f}" font-size="2.6" text-anchor="middle" fill="#5B6673">{said}</text>')  # fmt: skip
    parts.append(f'<path d="M0 {HIGH}H{WIDE}" stroke="#1D2530" stroke-width=".3"/></svg>')
    return "".join(parts)


def _floor(at: datetime, step: timedelta) -> datetime:
    hour = at.hour if step < timedelta(days=1) else 0
    return at.replace(hour=hour, minute=0, second=0, microsecond=0)
