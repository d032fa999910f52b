"""The dossier of a meeting as PDF: a page for each junction with its diagram, figures, effect and decisions.

The answer tells line by line how far it is, and at last where the file is. A file belongs to whoever asked for it, and
is named by chance; the night's tidying takes it away.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from ninja import Router

from gis.api.problem import Problem
from gis.audit.note import note
from gis.sharing.press import Unprintable, press
from layers.access import Clearance, Viewer
from layers.access.asking import viewer_of
from layers.council import meetings
from layers.council.api.who import reader
from layers.council.checklist import CHECKLIST
from layers.council.junction import told
from layers.council.models import AgendaItem, Meeting, Visit
from layers.council.sheet import diagram, matrix, whiskers
from layers.registry.text import Text

router = Router(tags=["sharing"])
NAMED = re.compile(r"^(\d+)-[A-Za-z0-9_-]{22}\.pdf$")
KEPT = 24 * 3600


@router.post(
    "dossiers/{int:id}", response={404: Problem, 409: Problem}, summary="Make the dossier of a meeting as PDF"
)
def make(request: HttpRequest, id: int, lang: Literal["zh", "en"] = "zh") -> StreamingHttpResponse:
    """Lines of JSON: `{done, all, words}` as it goes, `{file}` at the end, or `{detail}` where it failed."""
    viewer = reader(request)
    meeting = Meeting.objects.filter(pk=id).first()
    if meeting is None or viewer.user_id is None:
        raise Http404
    note(viewer.actor, "print", "dossier", str(id))
    answer = StreamingHttpResponse(_steps(meeting, viewer, lang), content_type="application/x-ndjson")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


@router.get("dossiers/{name}", response={404: Problem}, summary="A dossier that was made")
def get(request: HttpRequest, name: str) -> FileResponse:
    viewer = viewer_of(request)
    found = NAMED.match(name)
    path = folder() / name
    if (
        found is None
        or viewer.clearance < Clearance.COUNCIL
        or int(found[1]) != viewer.user_id
        or not path.is_file()
    ):
        raise Http404
    note(viewer.actor, "read", "dossier", name)
    return FileResponse(
        path.open("rb"), content_type="application/pdf", headers={"Cache-Control": "private, no-store"}
    )


def folder() -> Path:
    return Path(settings.DATA_DIR) / "dossiers"


async def _steps(meeting: Meeting, viewer: Viewer, lang: str) -> AsyncIterator[bytes]:
    items = await sync_to_async(_items)(meeting)
    whole = len(items) + 1
    pages = []
    for n, item in enumerate(items):
        yield _line(
            done=n, all=whole, words={"zh": f"第 {item.number} 案 {item.title}", "en": f"Item {item.number}"}
        )
        pages.append(await sync_to_async(page)(item, viewer, lang))
    yield _line(done=len(items), all=whole, words={"zh": "排版", "en": "Typesetting"})
    try:
        name = await sync_to_async(_pressed, thread_sensitive=False)(compose(meeting, pages, lang), viewer)
    except Unprintable:
        yield _line(detail="無法製作 PDF，請稍後再試。 The PDF could not be made; try again shortly.")
        return
    yield _line(file=f"/api/dossiers/{name}")


def _line(**said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _items(meeting: Meeting) -> list[AgendaItem]:
    return list(meeting.items.select_related("junction__ward", "section").prefetch_related("decisions"))


def page(item: AgendaItem, viewer: Viewer, lang: str) -> dict[str, Any]:
    """What one item's page says, in one language."""
    out: dict[str, Any] = {
        "item": meetings.item(item),
        "number": item.number,
        "title": item.title,
        "note": item.note,
    }
    out["decisions"] = [
        {"outcome": d.get_outcome_display(), "text": d.text, "unit": d.unit, "due": d.due}
        for d in item.decisions.all()
    ]
    if item.junction is None:
        return out
    about = told(item.junction, viewer, None, None)
    years = about["standing"]["years"][-3:]
    effect = next((m for m in reversed(about["measures"]) if m["effect"]), None)
    out |= {
        "title": about["name"][lang],
        "svg": diagram(about, lang),
        "sums": [(name.upper(), f"{sum(y[name] for y in years):g}") for name in ("a1", "a2", "a3", "epdo")],
        "years": years,
        "standing": about["standing"],
        "bundles": [(b["words"][lang], b["count"], *b["counts"]) for b in about["bundles"][:10]],
        "matrix": matrix(item.junction.pk),
        "measure": effect,
        "whiskers": whiskers(effect["effect"]["rows"], lang) if effect else "",
        "sentence": effect["effect"]["sentence"][lang] if effect else "",
        "method": effect["effect"]["method"][lang] if effect else "",
        "visits": [_visit(v, lang) for v in Visit.objects.filter(junction=item.junction)[:2]],
    }
    return out


def _visit(visit: Visit, lang: str) -> dict[str, Any]:
    bad = [
        CHECKLIST[id].get(lang) + (f"：{check['remark']}" if check.get("remark") else "")
        for id, check in visit.checks.items()
        if check.get("state") == "bad" and id in CHECKLIST
    ]
    return {"held_on": visit.held_on, "who": visit.who, "summary": visit.summary, "bad": bad}


def compose(meeting: Meeting, pages: list[dict[str, Any]], lang: str) -> str:
    return render_to_string(
        "sharing/dossier.html",
        {
            "meeting": meeting,
            "pages": pages,
            "en": lang == "en",
            "lang": "en" if lang == "en" else "zh-Hant-TW",
            "council": Text(**settings.CITY["council"]).get(lang),
            "source": Text(**settings.CITY["attribution"]).get(lang),
            "made": timezone.localtime(),
        },
    )


def _pressed(html: str, viewer: Viewer) -> str:
    pdf = press(html)
    where = folder()
    where.mkdir(parents=True, exist_ok=True)
    for old in where.glob("*.pdf"):
        if old.stat().st_mtime < time.time() - KEPT:
            old.unlink(missing_ok=True)
    name = f"{viewer.user_id}-{secrets.token_urlsafe(16)}.pdf"
    (where / name).write_bytes(pdf)
    return name
