"""`/api/streets`: objects and documents as of any time, edits with If-Match, history, confirmation, acceptance, undo.

Planners, investigators and officers edit. Edits by police are seen at once as reported; public
works accept them, and their own edits are accepted as they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from layers.access import Clearance, Refused, Viewer
from layers.access.asking import viewer_of
from layers.registry.register import register
from layers.streets import memory, read
from layers.streets.craft.check import Finding, check
from layers.streets.craft.derive import derive
from layers.streets.craft.document import as_text
from layers.streets.craft.edit.paper import Impossible
from layers.streets.craft.edit.say import Change, changes
from layers.streets.craft.fit import fit
from layers.streets.craft.migrate import Unreadable
from layers.streets.craft.picture import areas, written
from layers.streets.craft.pieces import kind_of
from layers.streets.craft.plane import between
from layers.streets.craft.write import geojson
from layers.streets.desk import (
    Broken,
    Done,
    accept,
    carry_out,
    confirm,
    content_of,
    open_desk,
    undo,
)
from layers.streets.models import Changeset, Confirmation, Lineage, Template, Version
from layers.streets.read import AsOf
from layers.streets.said import (
    REFUSED,
    WRITES,
    ChangesetOut,
    ConfirmIn,
    EditIn,
    FitIn,
    History,
    ObjectOut,
    Rule,
    TemplateIn,
    TemplateOut,
)
from layers.streets.write import Clash, Stale, Survey, Unseen, Unwritable

router = Router(tags=["streets"])
LAYER = "street_lines"
EDITORS = frozenset({"planner", "investigator", "officer", "administrator"})
PUBLIC_WORKS = frozenset({"planner", "administrator"})
WIDEST = 0.06
"""Degrees: what may be asked for at once."""
MOST = 500


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
                "objects": [_both(clash) for clash in wrong.clashes],
            }
        except Broken as wrong:
            found = [_rule(f) for f in wrong.findings]
            return 422, {"detail": f"不符規則，未儲存。 {wrong}", "code": "rules", "findings": found}
        except (Unwritable, Unreadable, Impossible) as wrong:
            return 422, {"detail": str(wrong), "code": "impossible", "findings": []}

    return inner


def _viewer(request: HttpRequest, verb: str = "see") -> Viewer:
    viewer = viewer_of(request)
    layer = register.find(LAYER, viewer)
    if layer is None:
        raise Http404
    if verb == "edit" and not viewer.roles & EDITORS:
        raise Refused(f"{viewer.actor} may not edit streets")
    return viewer


def _both(clash: Clash) -> dict[str, Any]:
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


def _rule(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule, "severity": found.severity, "object": found.object, "zh": found.zh, "en": found.en,
        "at": list(found.at) if found.at else None,
    }  # fmt: skip


def _difference(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "zh": change.zh,
        "en": change.en,
    }


def _changeset(row: Changeset, viewer: Viewer) -> dict[str, Any]:
    """Who measured is for the council's eyes, which case it was for those of police."""
    return {
        "id": row.pk, "at": row.at, "valid_from": row.valid_from,
        "who": row.who if viewer.clearance >= Clearance.COUNCIL else None,
        "unit": row.unit, "method": row.method, "accuracy": row.accuracy,
        "crash_case": row.crash_case if viewer.clearance >= Clearance.POLICE else None,
        "note": row.note if viewer.clearance >= Clearance.COUNCIL else "",
        "kind": row.kind, "state": row.state, "decided_at": row.decided_at, "undoes": row.undoes_id,
    }  # fmt: skip


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(v) for v in text.split(","))
    except ValueError as wrong:
        raise Unwritable(f"“{text[:60]}” is not four numbers: west,south,east,north.") from wrong
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise Unwritable("The box must be west,south,east,north in degrees.")
    if east - west > WIDEST or north - south > WIDEST:
        raise Unwritable(f"The box may be {WIDEST}° wide and high; ask for a part of it, or export the map.")
    return west, south, east, north


# reading


@router.get("/stamp", response={200: dict[str, datetime]}, summary="A moment to keep with a drawing")
def get_stamp(request: HttpRequest) -> Answer:
    """What is read with this moment as `known` (and a time of the crash as `as_of`) will never change any more."""
    from django.db import transaction

    _viewer(request)
    with transaction.atomic():
        return {"known": read.stamp()}


@router.get(
    "/document",
    response={200: dict[str, Any], **REFUSED},
    summary="Street parameters of a box, as of any time",
)
@told
def get_document(
    request: HttpRequest, bbox: str, as_of: datetime | None = None, known: datetime | None = None
) -> Answer:
    """The street document of the box, with the ETag of every object."""
    _viewer(request)
    when = AsOf(as_of, known)
    found = read.within(_box(bbox), when)
    drawn = read.document(found, when)
    return {
        "document": drawn.model_dump(mode="json", exclude_defaults=True) | {"version": drawn.version},
        "etags": {name: str(one.id) for name, one in sorted(found.items())},
    }


@router.get(
    "/plan",
    summary="Derived geometry of a box, as of any time, the same bytes every time",
    response={200: Any, **REFUSED},
)
@told
def get_plan(
    request: HttpRequest,
    bbox: str,
    as_of: datetime | None = None,
    known: datetime | None = None,
    part: list[str] = Query(default=[]),  # type: ignore[type-arg]  # noqa: B008
) -> Answer:
    """GeoJSON of carriageways, junctions, lanes, sides and markings, derived from the parameters that held then."""
    _viewer(request)
    return HttpResponse(plan_of(_box(bbox), AsOf(as_of, known), part), content_type="application/geo+json")


def plan_of(box: tuple[float, float, float, float], when: AsOf, parts: list[str] | None = None) -> bytes:
    """What a drawing stands on. The same box and times give the same bytes."""
    import shapely

    from layers.streets.draw import MARGIN

    drawn = read.document(read.within(box, when, MARGIN), when)
    there = between(4326, drawn.crs)
    window = shapely.box(*there.transform_bounds(*box))
    found = written(row for row in areas(derive(drawn, enclose=False)) if row.shape.intersects(window))
    rows = [row for part in sorted(found) if not parts or part in parts for row in found[part]]
    return geojson(rows, drawn.crs, "streets")


MEDIA = {
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "dxf": "image/vnd.dxf",
    "xodr": "application/xml",
    "json": "application/json",
}


@router.get("/export", summary="The street map of a box as a file", response={200: Any, **REFUSED})
@told
def get_export(
    request: HttpRequest,
    bbox: str,
    format: str,
    as_of: datetime | None = None,
    opendrive: Annotated[
        Literal["1.7", "1.8"], Query(description="Which OpenDRIVE the format `xodr` is written as.")
    ] = "1.7",
) -> Answer:
    """Shapes as `geojson`, `gpkg` or `dxf`, roads as OpenDRIVE `xodr`, parameters as `json`; as they were at `as_of`."""
    _viewer(request)
    media = MEDIA.get(format)
    if media is None:
        raise Unwritable(f"“{format[:20]}” is no format of the street map; there are {', '.join(MEDIA)}.")
    when = AsOf(as_of)
    document = read.document(read.within(_box(bbox), when), when)
    if not document.segments:
        raise Unwritable("There are no streets there, or were none then; ask for another box or time.")
    if format == "json":
        data = as_text(document).encode()
    else:
        from layers.streets.files import write_file

        with TemporaryDirectory() as folder:
            out = Path(folder) / f"streets.{format}"
            write_file(document, out, int(opendrive[2:]))
            data = out.read_bytes()
    answer = HttpResponse(data, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="streets.{format}"'
    return answer


@router.get(
    "/objects/{path:name}/history",
    response={200: History, **REFUSED},
    summary="Versions of an object, with what each changed",
)
@told
def get_history(request: HttpRequest, name: str) -> Answer:
    """Newest knowledge first. Versions that were found to be wrong have an end of `known_to`."""
    viewer = _viewer(request)
    kind_of(name)
    rows = list(Version.objects.filter(object=name).select_related("changeset"))
    if not rows:
        raise Http404
    rows.sort(key=lambda r: (r.txn.lower, r.valid.lower))
    entries = []
    for row in rows:
        before = [r for r in rows if r.txn.upper == row.txn.lower or r.valid.upper == row.valid.lower]
        was = max(
            (r for r in before if r.pk < row.pk and r.valid.upper is None),
            key=lambda r: (r.txn.lower, r.pk),
            default=None,
        )
        if row.valid.upper is not None and row.txn.lower != row.changeset.at:
            continue  # what is left of an older version, which is shown itself
        entries.append(
            {
                "etag": str(row.pk), "changeset": _changeset(row.changeset, viewer),
                "valid_from": row.valid.lower, "valid_to": row.valid.upper, "known_from": row.txn.lower,
                "known_to": row.txn.upper,
                "changes": [_difference(c) for c in changes(was.params if was else None, row.params)],
            }
        )  # fmt: skip
    seen = Confirmation.objects.filter(object=name).order_by("-at")[:100]
    became = Lineage.objects.filter(parent=name)
    return {
        "object": name,
        "versions": entries[::-1],
        "confirmations": [
            {"at": c.at, "unit": c.unit}
            | ({"who": c.who, "note": c.note} if viewer.clearance >= Clearance.COUNCIL else {})
            for c in seen
        ],
        "became": [
            {"object": r.child, "from": r.start, "to": r.end, "changeset": r.changeset_id} for r in became
        ],
    }


@router.get(
    "/objects/{path:name}", response={200: ObjectOut, **REFUSED}, summary="One object, as of any time"
)
@told
def get_object(
    request: HttpRequest,
    response: HttpResponse,
    name: str,
    as_of: datetime | None = None,
    known: datetime | None = None,
) -> Answer:
    _viewer(request)
    kind_of(name)
    found = read.objects([name], AsOf(as_of, known)).get(name)
    if found is None:
        raise Http404
    response["ETag"] = f'"{found.id}"'
    response["Cache-Control"] = "private, no-cache"
    last = Confirmation.objects.filter(object=name).order_by("-at").first()
    return {
        "object": name, "etag": str(found.id), "params": found.params, "valid_from": found.valid_from,
        "valid_to": found.valid_to, "changeset": found.changeset,
        "state": Changeset.objects.get(pk=found.changeset).state, "confirmed_at": last.at if last else None,
    }  # fmt: skip


# writing


@router.patch(
    "/objects/{path:name}", response=WRITES, summary="Edit one object; If-Match says which version you saw"
)
@told
def patch_object(request: HttpRequest, response: HttpResponse, name: str, body: EditIn) -> Answer:
    """The header If-Match, with the ETag of the object, stands for its entry in `if_match`."""
    seen = _seen(body.if_match)
    if header := request.headers.get("If-Match"):
        seen |= _seen({name: header})
    if strange := sorted({o.object for o in body.operations} - {name}):
        raise Unwritable(
            f"Here only {name} is edited, not {strange[0]}; use /api/streets/changesets for both."
        )
    done = _edited(request, body, seen)
    etag = next((row["etag"] for row in done["objects"] if row["object"] == name), None)
    if etag:
        response["ETag"] = f'"{etag}"'
    return done


@router.post(
    "/changesets", response=WRITES, summary="Edit several objects at once: all of it holds, or nothing"
)
@told
def post_changeset(request: HttpRequest, body: EditIn) -> Answer:
    return _edited(request, body, _seen(body.if_match))


def _seen(given: Mapping[str, str]) -> dict[str, int]:
    found = {}
    for name, etag in given.items():
        text = etag.strip().removeprefix("W/").strip('"')
        if text == "*" or not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Unseen([name])
        found[name] = int(text)
    return found


def _edited(request: HttpRequest, body: EditIn, seen: Mapping[str, int]) -> dict[str, Any]:
    viewer = _viewer(request, "edit")
    survey = Survey(
        who=viewer.actor, method=body.method, unit=body.unit, accuracy=body.accuracy, crash_case=body.crash_case,
        note=body.note, valid_from=body.valid_from, accepted=bool(viewer.roles & PUBLIC_WORKS),
    )  # fmt: skip
    return _said(carry_out(survey, body.operations, seen), accepted=survey.accepted)


def _said(done: Done, *, accepted: bool) -> dict[str, Any]:
    written_ = done.written
    rows: list[dict[str, str | None]] = [
        {"object": name, "etag": str(etag)} for name, etag in sorted(written_.etags.items())
    ]
    rows += [{"object": name, "etag": None} for name in written_.gone]
    return {
        "changeset": written_.changeset,
        "at": written_.at,
        "state": "accepted" if accepted else "reported",
        "objects": rows,
        "merged": list(written_.merged),
        "changes": {name: [_difference(c) for c in rows_] for name, rows_ in done.changes.items() if rows_},
        "warnings": [_rule(f) for f in done.warnings if not f.error],
        "notes": done.notes,
        "pictured": done.redrawn is not None,
    }


@router.get(
    "/changesets",
    response={200: list[ChangesetOut], **REFUSED},
    summary="Changesets behind a number, oldest first",
)
@told
def get_changesets(
    request: HttpRequest,
    after: int = 0,
    state: str | None = None,
    crash_case: str | None = None,
    limit: int = Query(100, ge=1, le=MOST),  # type: ignore[type-arg]
) -> Answer:
    """The feed for whoever follows the map: ask again with the last number seen."""
    viewer = _viewer(request)
    rows = Changeset.objects.filter(pk__gt=after).order_by("pk")
    if state:
        rows = rows.filter(state=state)
    if crash_case:
        if viewer.clearance < Clearance.POLICE:
            return []
        rows = rows.filter(crash_case=crash_case)
    return [_changeset(row, viewer) for row in rows[:limit]]


@router.get(
    "/changesets/{id}",
    response={200: dict[str, Any], **REFUSED},
    summary="One changeset with all that it changed",
)
@told
def get_changeset(request: HttpRequest, id: int) -> Answer:
    viewer = _viewer(request)
    row = Changeset.objects.filter(pk=id).first()
    if row is None:
        raise Http404
    before, after = _around(row)
    names = sorted({*before, *after})[:MOST]
    return {
        "changeset": _changeset(row, viewer),
        "changes": {
            name: [_difference(c) for c in changes(before.get(name), after.get(name))] for name in names
        },
    }


def _around(row: Changeset) -> tuple[dict[str, Any], dict[str, Any]]:
    if row.kind == "import":
        return {}, {}
    was = Version.objects.filter(txn__endswith=row.at, valid__upper_inf=True)
    now = Version.objects.filter(txn__startswith=row.at, valid__upper_inf=True, changeset=row)
    return ({v.object: v.params for v in was}, {v.object: v.params for v in now})


@router.post(
    "/changesets/{id}/accept",
    response={200: ChangesetOut, **REFUSED},
    summary="Accept what was reported (public works)",
)
@told
def post_accept(request: HttpRequest, id: int) -> Answer:
    viewer = _viewer(request, "edit")
    if not viewer.roles & PUBLIC_WORKS:
        raise Refused(f"{viewer.actor} may not accept street edits")
    if not accept(viewer.actor, id) and not Changeset.objects.filter(pk=id).exists():
        raise Http404
    return _changeset(Changeset.objects.get(pk=id), viewer)


@router.post(
    "/changesets/{id}/undo", response=WRITES, summary="Give back what a changeset changed; later edits stay"
)
@told
def post_undo(request: HttpRequest, id: int) -> Answer:
    viewer = _viewer(request, "edit")
    accepted = bool(viewer.roles & PUBLIC_WORKS)
    return _said(undo(Survey(who=viewer.actor, method="undo", accepted=accepted), id), accepted=accepted)


@router.post(
    "/confirm",
    response={200: dict[str, int], **REFUSED},
    summary="Somebody was there: the street is as the map has it",
)
@told
def post_confirm(request: HttpRequest, body: ConfirmIn) -> Answer:
    viewer = _viewer(request, "edit")
    return {"confirmed": confirm(viewer.actor, body.objects, body.unit, body.crash_case, body.note)}


@router.get(
    "/check", response={200: list[Rule], **REFUSED}, summary="What is wrong or doubtful in a box (V1–V20)"
)
@told
def get_check(request: HttpRequest, bbox: str) -> Answer:
    _viewer(request)
    box = _box(bbox)
    found = [*check(read.document(read.within(box, margin=30.0))), *memory.held(box)]
    return [_rule(f) for f in sorted(found, key=lambda f: not f.error)[:MOST]]


@router.post(
    "/fit/{path:name}",
    response={200: dict[str, Any], **REFUSED},
    summary="Surveyed points against the boundaries of a segment",
)
@told
def post_fit(request: HttpRequest, name: str, body: FitIn) -> Answer:
    """A proposal with residuals; nothing is written. Send the widths with method rtk to hold to it."""
    _viewer(request, "edit")
    desk = open_desk()
    piece = desk.get(name)
    from layers.streets.craft.edit.paper import line_of

    return fit(piece, line_of(desk, piece), body.points, section=body.section, accuracy=body.accuracy)


# templates


@router.get(
    "/templates",
    response={200: list[TemplateOut], **REFUSED},
    summary="Cross-sections, arms and junctions kept for copying",
)
@told
def get_templates(request: HttpRequest, kind: str | None = None) -> Answer:
    _viewer(request)
    rows = Template.objects.exclude(kind="map").order_by("name")
    return [_template(row) for row in (rows.filter(kind=kind) if kind else rows)[:MOST]]


def _template(row: Template) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "kind": row.kind, "who": row.who, "content": row.content}


@router.post(
    "/templates",
    response={200: TemplateOut, **REFUSED},
    summary="Keep a cross-section, an arm or a junction under a name",
)
@told
def post_template(request: HttpRequest, body: TemplateIn) -> Answer:
    viewer = _viewer(request, "edit")
    if body.kind not in ("section", "arm", "junction"):
        raise Unwritable(f"“{body.kind[:40]}” is no kind of template; there are section, arm and junction.")
    if Template.objects.filter(name=body.name).exists():
        raise Unwritable(f"There is a template “{body.name}” already; choose another name.")
    content = content_of(open_desk(), body.source, body.kind)
    return _template(
        Template.objects.create(name=body.name, kind=body.kind, content=content, who=viewer.actor)
    )


@router.delete("/templates/{id}", response={200: dict[str, int], **REFUSED}, summary="Forget a template")
@told
def delete_template(request: HttpRequest, id: int) -> Answer:
    _viewer(request, "edit")
    gone, _ = Template.objects.exclude(kind="map").filter(pk=id).delete()
    if not gone:
        raise Http404
    return {"deleted": gone}
