"""Who may ask about streets, and how rows, rules and refusals are told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from layers.access import Clearance, Refused, Viewer
from layers.access.asking import viewer_of
from layers.registry.register import register
from layers.streets.craft.check import Finding
from layers.streets.craft.edit.paper import Impossible
from layers.streets.craft.edit.say import Change
from layers.streets.craft.migrate import Unreadable
from layers.streets.desk import Broken
from layers.streets.models import Changeset
from layers.streets.write import Clash, Stale, Unseen, Unwritable

LAYER = "street_lines"
EDITORS = frozenset({"planner", "investigator", "officer", "administrator"})
PUBLIC_WORKS = frozenset({"planner", "administrator"})
WIDEST = 0.06
"""Degrees: what may be asked for at once."""
MOST = 500


router = Router(tags=["streets"])
"""One for all files: of two routers that have the same path, Django asks the first alone, whatever the method."""
Answer = Any


def told(action: Callable[..., Answer]) -> Callable[..., Answer]:
    """What cannot be done is answered in a sentence, with the status that a program needs."""

    @wraps(action)
    def inner(request: HttpRequest, *given: Any, **named: Any) -> Answer:
        try:
            return action(request, *given, **named)
        except Unseen as wrong:
            said = f"{wrong} Send its ETag in If-Match (one object) or in “if_match”."
            return 428, {"detail": f"請先讀取最新版本再修改。 {said}", "code": "precondition-required"}
        except Stale as wrong:
            return 412, {
                "detail": f"他人同時修改了相同的內容。 {wrong}",
                "code": "changed",
                "objects": [both(clash) for clash in wrong.clashes],
            }
        except Broken as wrong:
            found = [rule(f) for f in wrong.findings]
            return 422, {"detail": f"不符規則，未儲存。 {wrong}", "code": "rules", "findings": found}
        except (Unwritable, Unreadable, Impossible) as wrong:
            return 422, {"detail": str(wrong), "code": "impossible", "findings": []}

    # names in the annotations are those of the action's own module, which Ninja would look for in this one
    vars(inner)["__signature__"] = signature(action, eval_str=True)
    return inner


def viewer_for(request: HttpRequest, verb: str = "see") -> Viewer:
    viewer = viewer_of(request)
    layer = register.find(LAYER, viewer)
    if layer is None:
        raise Http404
    if verb == "edit" and not viewer.roles & EDITORS:
        raise Refused(f"{viewer.actor} may not edit streets")
    return viewer


def both(clash: Clash) -> dict[str, Any]:
    return {
        "object": clash.object,
        "etag": str(clash.etag) if clash.etag else None,
        "base": clash.base,
        "mine": clash.mine,
        "theirs": clash.theirs,
        "proposal": clash.proposal,
        "conflicts": [
            {"path": c.path, "base": c.base, "mine": c.mine, "theirs": c.theirs} for c in clash.conflicts
        ],
    }


def rule(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule, "severity": found.severity, "object": found.object, "zh": found.zh, "en": found.en,
        "at": list(found.at) if found.at else None,
    }  # fmt: skip


def difference(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "zh": change.zh,
        "en": change.en,
    }


def changeset(row: Changeset, viewer: Viewer) -> dict[str, Any]:
    """Who measured is for the council's eyes, which case it was for those of police."""
    return {
        "id": row.pk, "at": row.at, "valid_from": row.valid_from,
        "who": row.who if viewer.clearance >= Clearance.COUNCIL else None,
        "unit": row.unit, "method": row.method, "accuracy": row.accuracy,
        "crash_case": row.crash_case if viewer.clearance >= Clearance.POLICE else None,
        "note": row.note if viewer.clearance >= Clearance.COUNCIL else "",
        "kind": row.kind, "state": row.state, "decided_at": row.decided_at, "undoes": row.undoes_id,
    }  # fmt: skip


def box_of(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError as wrong:
        raise Unwritable(f"“{text[:60]}” is not four numbers: west,south,east,north.") from wrong
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise Unwritable("The box must be west,south,east,north in degrees.")
    if east - west > WIDEST or north - south > WIDEST:
        raise Unwritable(f"The box may be {WIDEST}° wide and high; ask for a part of it, or export the map.")
    return west, south, east, north
