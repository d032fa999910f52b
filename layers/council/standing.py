"""How a decision stands today: open ones whose day has gone by are late, whoever looks."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from layers.council.models import Decision


def standing(one: Decision) -> str:
    late = one.standing == "open" and one.due is not None and one.due < timezone.localdate()
    return "late" if late else one.standing


def decision(one: Decision) -> dict[str, Any]:
    return {
        "id": one.pk, "item": one.item_id, "outcome": one.outcome, "text": one.text, "unit": one.unit, "due": one.due,
        "standing": standing(one), "remark": one.remark, "by": one.by, "at": one.at,
    }  # fmt: skip
