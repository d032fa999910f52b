"""What a comment hangs on, and who may therefore read it: whoever is signed in, has its clearance, and sees the very
row that it hangs on. A comment that one may not read is nowhere, not even in a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gis.api.layers import fetch
from gis.audit.note import note_read
from gis.sharing.models import Comment
from layers.access import Viewer
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql, relation, where


def place_of(layer: Layer, feature: str, viewer: Viewer) -> tuple[float, float] | None:
    """Where to pin a comment on a feature; None if this viewer sees no such feature."""
    inside = where(layer, viewer.clearance, condition=_among(layer, [feature]))
    found = fetch(
        Sql(
            f"SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(q.geom) AS p FROM {relation(layer)} WHERE "
        )
        + inside
        + ") AS x LIMIT 1"
    )
    return (found[0][0], found[0][1]) if found and found[0][0] is not None else None


def readable(comments: Iterable[Comment], viewer: Viewer) -> list[Comment]:
    """Those of the comments that this viewer may read, in their order."""
    if not viewer.known:
        return []
    open_, hung = [], defaultdict(list)
    for one in comments:
        if viewer.clearance < one.clearance:
            continue
        layer = register.find(one.layer, viewer) if one.layer else None
        if one.layer and layer is None:
            continue
        open_.append(one)
        if layer and layer.wheres(viewer.clearance):
            hung[layer.id].append(one)
        elif layer:
            note_read(viewer, layer, f"comments on {one.feature}")
    hidden = {one.pk for id, some in hung.items() for one in _hidden(register.now.layers[id], some, viewer)}
    return [one for one in open_ if one.pk not in hidden]


def _hidden(layer: Layer, comments: list[Comment], viewer: Viewer) -> list[Comment]:
    """Of comments on a layer that hides rows from this viewer, those whose row is hidden or gone."""
    note_read(viewer, layer, "comments")
    ids = sorted({one.feature for one in comments})
    inside = where(layer, viewer.clearance, condition=_among(layer, ids))
    seen = {row[0] for row in fetch(Sql(f"SELECT q.id::text FROM {relation(layer)} WHERE ") + inside)}
    return [one for one in comments if one.feature not in seen]


def _among(layer: Layer, ids: list[str]) -> Sql:
    """Rows with one of these ids. Rows of a model are found by their index; a query may name its rows as it likes."""
    if layer.model:
        return Sql(
            "q.id = ANY(%s)", ([int(id) for id in ids if id.isascii() and id.isdigit() and len(id) < 19],)
        )
    return Sql("q.id::text = ANY(%s)", (ids,))
