"""Sheets of signed QR codes to cut out: eight on a page, with number, name, six digits and the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from django.conf import settings
from django.utils import timezone

from layers.patrol import keys, proving
from layers.patrol.models import PatrolBox

STYLE = """
@page { size: A4; margin: 12mm }
body { font-family: "Noto Sans CJK TC", "Noto Sans TC", sans-serif; margin: 0; color: #111 }
.card { float: left; width: 92mm; height: 66mm; border: 0.3mm dashed #888; box-sizing: border-box; padding: 4mm;
  page-break-inside: avoid }
.card svg { float: left; width: 46mm; height: 46mm; margin-right: 4mm }
h1 { font-size: 13pt; margin: 0 0 1mm } .key { font-size: 10pt } .code { font-size: 17pt; letter-spacing: 1mm; margin-top: 4mm }
.small { font-size: 7.5pt; color: #444; margin-top: 3mm } .foot { clear: both; font-size: 7.5pt; padding-top: 1.5mm }
"""


def cards(boxes: Sequence[PatrolBox], until: datetime, code: bool) -> str:
    """The page as HTML."""
    import segno

    key = keys.current()
    last = f"{timezone.localtime(until):%Y-%m-%d}"
    found = []
    for box in boxes:
        address = f"{settings.BASE_URL}/q/{proving.addressed(box, 'q', until, key)}"
        picture = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2)
        digits = f'<div class="code">{proving.code_of(box, key)}</div>' if code else ""
        found.append(
            f'<div class="card">{picture}<h1>{escape(box.name)}</h1><div class="key">{escape(box.key)}</div>{digits}'
            f'<div class="small">有效至 {last}<br>Valid to {last}</div>'
            f'<div class="foot">以勤務手機掃描簽到 · Scan to sign in</div></div>'
        )
    return f'<html lang="zh-Hant"><head><style>{STYLE}</style></head><body>{"".join(found)}</body></html>'


def pdf(boxes: Sequence[PatrolBox], until: datetime, code: bool) -> bytes:
    from weasyprint import HTML

    made: bytes = HTML(string=cards(boxes, until, code)).write_pdf()
    return made
