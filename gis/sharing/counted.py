"""The counts that stood beside a map, then and now. Kept for every clearance, so that nobody learns another's number."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from gis.api.layers import conditions, fetch
from gis.api.problem import ApiProblem
from gis.audit.note import note_read
from gis.sharing.state import Id
from layers.access import Clearance, Viewer
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Sql, relation

Short = Annotated[str, StringConstraints(max_length=100)]


class Question(Schema):
    """As `/api/layers/{id}/summary` is asked."""

    layer: Id
    bbox: Short | None = None
    datetime: Short | None = None
    filter: Annotated[str, StringConstraints(max_length=100_000)] | None = None


class Count(Schema):
    layer: str
    then: int
    now: int | None = Field(description="null where it could not be counted any more")


def answers(asked: list[dict[str, Any]]) -> list[list[int | None]]:
    """For each question, its answer for each clearance in order; null to whom it means nothing."""
    out = []
    for question in asked:
        known: dict[tuple[str, ...], int | None] = {}
        row: list[int | None] = []
        for clearance in Clearance:
            layer = register.find(question["layer"], Viewer(clearance=clearance))
            if layer is None or layer.raster:
                row.append(None)
                continue
            limits = layer.wheres(clearance)
            fields = {f.name for f in layer.seen_by(clearance)}
            key = (*limits, *sorted(fields))
            if key not in known:
                known[key] = _count(layer, clearance, question)
            row.append(known[key])
        out.append(row)
    return out


def compared(asked: list[dict[str, Any]], kept: list[list[int | None]], viewer: Viewer) -> list[Count]:
    """What it was and what it is, of the questions that mean something to this viewer."""
    out = []
    for question, row in zip(asked, kept, strict=True):
        layer = register.find(question["layer"], viewer)
        then = row[viewer.clearance]
        if layer is None or then is None:
            continue
        note_read(viewer, layer, "count of a saved view")
        out.append(Count(layer=layer.id, then=then, now=_count(layer, viewer.clearance, question)))
    return out


def _count(layer: Layer, clearance: Clearance, question: dict[str, Any]) -> int | None:
    try:
        rows = conditions(
            layer,
            Viewer(clearance=clearance),
            question.get("bbox"),
            question.get("datetime"),
            question.get("filter"),
        )
        (found,) = fetch(Sql(f"SELECT count(*) FROM {relation(layer)} WHERE ") + rows)
    except ApiProblem:
        return None
    return int(found[0])
