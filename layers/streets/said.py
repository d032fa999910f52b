"""What `/api/streets` takes and answers, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from layers.streets.craft.fit import Surveyed
from layers.streets.desk import Operation


class Problem(Schema):
    detail: str
    code: str


class Conflicting(Schema):
    path: str
    base: Any = None
    mine: Any = None
    theirs: Any = None


class Both(Schema):
    """One object that somebody else changed meanwhile. `proposal` takes yours where both changed the same value;
    send it with `etag` to hold to it."""

    object: str
    etag: str | None
    base: dict[str, Any] | None
    mine: dict[str, Any] | None
    theirs: dict[str, Any] | None
    proposal: dict[str, Any] | None
    conflicts: list[Conflicting]


class Changed(Problem):
    objects: list[Both]


class Rule(Schema):
    rule: str
    severity: str
    object: str
    zh: str
    en: str
    at: list[float] | None = None


class NotRight(Problem):
    findings: list[Rule]


class Difference(Schema):
    path: str
    before: Any = None
    after: Any = None
    zh: str
    en: str


class ObjectOut(Schema):
    object: str
    etag: str
    params: dict[str, Any]
    valid_from: datetime
    valid_to: datetime | None
    changeset: int
    state: str
    confirmed_at: datetime | None


class EditIn(Schema):
    """`if_match` names the version seen of every object that exists and is written."""

    operations: list[Operation] = Field(min_length=1, max_length=200)
    if_match: dict[str, str] = {}
    method: str = Field("imagery", description="rtk, tape, imagery, plan or template")
    accuracy: float | None = Field(None, gt=0, le=100, description="Metres")
    unit: str = Field("", max_length=80)
    crash_case: str = Field("", max_length=64)
    note: str = Field("", max_length=2000)
    valid_from: datetime | None = Field(None, description="Since when the street is so; now when left out")


class Object(Schema):
    object: str
    etag: str | None


class EditOut(Schema):
    changeset: int
    at: datetime
    state: str
    objects: list[Object]
    merged: list[str]
    changes: dict[str, list[Difference]]
    warnings: list[Rule]
    notes: dict[str, Any]
    pictured: bool
    """Whether it is drawn already; otherwise a job draws it."""


class ChangesetOut(Schema):
    id: int
    at: datetime
    valid_from: datetime
    who: str | None
    unit: str
    method: str
    accuracy: float | None
    crash_case: str | None
    note: str
    kind: str
    state: str
    decided_at: datetime | None
    undoes: int | None


class Entry(Schema):
    """One version of an object and what it changed."""

    etag: str
    changeset: ChangesetOut
    valid_from: datetime
    valid_to: datetime | None
    known_from: datetime
    known_to: datetime | None
    changes: list[Difference]


class History(Schema):
    object: str
    versions: list[Entry]
    confirmations: list[dict[str, Any]]
    became: list[dict[str, Any]]


class ConfirmIn(Schema):
    objects: list[str] = Field(min_length=1, max_length=500)
    unit: str = Field("", max_length=80)
    crash_case: str = Field("", max_length=64)
    note: str = Field("", max_length=200)


class TemplateIn(Schema):
    name: str = Field(min_length=1, max_length=80)
    kind: str = Field(description="section, arm or junction")
    source: str = Field(description="The object that it is taken from")


class TemplateOut(Schema):
    id: int
    name: str
    kind: str
    who: str
    content: dict[str, Any]


class FitIn(Schema):
    """Surveyed points in the plane of the map; `code` is the number of the boundary from the left, if known."""

    points: list[Surveyed] = Field(min_length=3, max_length=2000)
    section: int = 0
    accuracy: float = Field(0.02, gt=0, le=5)


REFUSED = {401: Problem, 403: Problem, 404: Problem, 422: NotRight}
WRITES = {200: EditOut, 412: Changed, 428: Problem, **REFUSED}
