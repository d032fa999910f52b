"""A stored scene as a sheet and as files: what the record says goes into the form, the street map under the drawing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from data.codes import table
from diagramming.scene.classes import CLASSES
from diagramming.scene.document import Scene as Document
from diagramming.scene.elements import Vehicle
from diagramming.sheet.page import Form, Page, Row
from diagramming.sheet.template import load
from diagramming.symbols.library import Library
from layers.crashes.models import Crash
from layers.crashes.scenes.models import Scene
from layers.crashes.scenes.store import street

POSTURE = {"left": "左側倒", "right": "右側倒", "roof": "車頂朝下"}


def library() -> Library:
    """The city's own symbols first, in the data folder."""
    return Library(Path(settings.DATA_DIR) / "symbols")


def templates() -> Path:
    return Path(settings.DATA_DIR) / "templates"


def sheet(scene: Scene, document: Document, template: str = "station") -> str:
    """The sheet as SVG."""
    made = load(template, templates())
    return Page(document, form(scene, document), made, street(document), library()).svg()


def form(scene: Scene, document: Document) -> Form:
    crash = scene.crash
    day = timezone.localtime(crash.occurred_at)
    fields = {
        "city": f"{settings.CITY['name']['zh']}政府警察局",
        "station": str(crash.station or crash.unit or ""),
        "case_no": crash.case_no or crash.key,
        "handling_no": "",
        "severity": f"A{crash.severity}",
        "occurred": f"{roc(day)} {day:%H} 時 {day:%M} 分",
        "place": crash.address or str(crash.junction or crash.road or ""),
        "weather": said("crash.weather", crash.weather),
        "light": said("crash.light", crash.light),
        "surface": said("crash.surface", crash.surface),
        "signal": said("crash.signal", crash.signal),
        "speed_limit": f"{crash.speed_limit} km/h" if crash.speed_limit else "",
        "drawn_on": roc(day),
        "drawn_by": named(scene.drawn_by),
        "reviewed_by": named(scene.reviewed_by),
        "state": scene.get_state_display(),
    }
    return Form(fields, rows(scene, document, crash), scene.version)


def rows(scene: Scene, document: Document, crash: Crash) -> list[Row]:
    out = []
    for party in document.parties:
        mine = [e for e in document.elements if getattr(e, "party", None) == party.id]
        notes = [POSTURE[e.posture] for e in mine if isinstance(e, Vehicle) and e.posture in POSTURE]
        if party.moved or any(getattr(e, "role", "") == "moved" for e in mine):
            notes.append("事後已移動故未測繪")
        if any(getattr(e, "still", False) for e in mine):
            notes.append("靜止")
        out.append(
            Row(
                party.id,
                CLASSES[party.kind].zh,
                str(scene.plates.get(party.id, "")),
                "、".join(dict.fromkeys(notes)),
            )
        )
    return out


def said(codes: str, value: str) -> str:
    code = table(codes).get(value) if value else None
    return str(code.zh) if code else ""


def roc(day: datetime) -> str:
    return f"{day.year - 1911} 年 {day.month} 月 {day.day} 日"


def named(actor: str) -> str:
    """The name of an account, as it stands on the sheet."""
    users: Any = get_user_model()
    user = users.objects.filter(username=actor).first() if actor else None
    return (user.get_full_name() or user.get_username()) if user else actor
