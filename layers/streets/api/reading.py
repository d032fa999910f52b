"""Streets as they are or were: documents, derived shapes, files, history, changesets, and what is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query

from layers.access import Clearance
from layers.streets import memory, read
from layers.streets.api.answers import (
    MOST,
    Answer,
    box_of,
    changeset,
    difference,
    router,
    rule,
    told,
    viewer_for,
)
from layers.streets.craft.check import check
from layers.streets.craft.derive import derive
from layers.streets.craft.document import as_text
from layers.streets.craft.edit.say import changes
from layers.streets.craft.picture import areas, written
from layers.streets.craft.pieces import kind_of
from layers.streets.craft.plane import between
from layers.streets.craft.write import geojson
from layers.streets.models import Changeset, Confirmation, Lineage, Version
from layers.streets.read import AsOf
from layers.streets.said import (
    REFUSED,
    ChangesetOut,
    History,
    ObjectOut,
    Rule,
)
from layers.streets.write import Unwritable


@router.get("/stamp", response={200: dict[str, datetime]}, summary="A moment to keep with a drawing")
def get_stamp(request: HttpRequest) -> Answer:
    """What is read with this moment as `known` (and a time of the crash as `as_of`) will never change any more."""
    viewer_for(request)
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
    viewer_for(request)
    when = AsOf(as_of, known)
    found = read.within(box_of(bbox), when)
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
    part: Annotated[tuple[str, ...], Query()] = (),
) -> Answer:
    """GeoJSON of carriageways, junctions, lanes, sides and markings, derived from the parameters that held then."""
    viewer_for(request)
    return HttpResponse(plan_of(box_of(bbox), AsOf(as_of, known), part), content_type="application/geo+json")


def plan_of(box: tuple[float, float, float, float], when: AsOf, parts: Sequence[str] = ()) -> bytes:
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
    viewer_for(request)
    media = MEDIA.get(format)
    if media is None:
        raise Unwritable(f"“{format[:20]}” is no format of the street map; there are {', '.join(MEDIA)}.")
    when = AsOf(as_of)
    document = read.document(read.within(box_of(bbox), when), when)
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
    viewer = viewer_for(request)
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
                "etag": str(row.pk), "changeset": changeset(row.changeset, viewer),
                "valid_from": row.valid.lower, "valid_to": row.valid.upper, "known_from": row.txn.lower,
                "known_to": row.txn.upper,
                "changes": [difference(c) for c in changes(was.params if was else None, row.params)],
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
    viewer_for(request)
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
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Answer:
    """The feed for whoever follows the map: ask again with the last number seen."""
    viewer = viewer_for(request)
    rows = Changeset.objects.filter(pk__gt=after).order_by("pk")
    if state:
        rows = rows.filter(state=state)
    if crash_case:
        if viewer.clearance < Clearance.POLICE:
            return []
        rows = rows.filter(crash_case=crash_case)
    return [changeset(row, viewer) for row in rows[:limit]]


@router.get(
    "/changesets/{id}",
    response={200: dict[str, Any], **REFUSED},
    summary="One changeset with all that it changed",
)
@told
def get_changeset(request: HttpRequest, id: int) -> Answer:
    viewer = viewer_for(request)
    row = Changeset.objects.filter(pk=id).first()
    if row is None:
        raise Http404
    before, after = _around(row)
    names = sorted({*before, *after})[:MOST]
    return {
        "changeset": changeset(row, viewer),
        "changes": {
            name: [difference(c) for c in changes(before.get(name), after.get(name))] for name in names
        },
    }


def _around(row: Changeset) -> tuple[dict[str, Any], dict[str, Any]]:
    if row.kind == "import":
        return {}, {}
    was = Version.objects.filter(txn__endswith=row.at, valid__upper_inf=True)
    now = Version.objects.filter(txn__startswith=row.at, valid__upper_inf=True, changeset=row)
    return ({v.object: v.params for v in was}, {v.object: v.params for v in now})


@router.get(
    "/check", response={200: list[Rule], **REFUSED}, summary="What is wrong or doubtful in a box (V1–V20)"
)
@told
def get_check(request: HttpRequest, bbox: str) -> Answer:
    viewer_for(request)
    box = box_of(bbox)
    found = [*check(read.document(read.within(box, margin=30.0))), *memory.held(box)]
    return [rule(f) for f in sorted(found, key=lambda f: not f.error)[:MOST]]
