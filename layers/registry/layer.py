"""`Layer(...)`: the declaration from which everything else about a spatial layer follows.

A layer is a model (rows that can be edited), a query (a derived view of other tables) or a raster.
`Layer.check()` finds every broken declaration at start and says in a sentence what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from django.contrib.gis.db import models

from layers.access import ROLES, Clearance
from layers.registry.field import Field, type_of
from layers.registry.generalise import Grid, Only, Rule, Simplify, Top
from layers.registry.questions import Nearby, Question
from layers.registry.rows import Row, geometry_column
from layers.registry.style import Style
from layers.registry.text import Text

GeometryKind = Literal["point", "line", "polygon"]
Group = Literal["own", "harm", "hot", "response", "place", "base"]

GROUPS: dict[Group, Text] = {
    "own": Text("我的圖層", "My layers"),
    "harm": Text("傷害", "Harm"),
    "hot": Text("熱區", "Hot spots"),
    "response": Text("作為", "Response"),
    "place": Text("地方", "Places"),
    "base": Text("底圖", "Base map"),
}

_KINDS: dict[str, GeometryKind] = {
    "POINT": "point",
    "MULTIPOINT": "point",
    "LINESTRING": "line",
    "MULTILINESTRING": "line",
    "POLYGON": "polygon",
    "MULTIPOLYGON": "polygon",
}
CATALOGUE = "catalogue"
"""The collection in which each layer is a record."""
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,40}$")
_MOVING = re.compile(r"\b(select|now\s*\(|current_\w+|localtime\w*|clock_timestamp|random)", re.IGNORECASE)


class BrokenLayer(Exception):
    """A declaration that cannot be served. The message names the layer and says what to change."""


@dataclass(frozen=True, slots=True)
class Query:
    """A derived layer: one SELECT that yields `id`, `geom` (4326), `merc` (3857) and the declared fields.

    `tables` are the tables it reads: an edit to any of them makes its tiles and pages new.
    """

    sql: str
    geometry: GeometryKind
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Raster:
    """A surface kept as Cloud-Optimised GeoTIFFs, one a period, under the data folder as `<layer>/*.tif`.

    `low` and `high` bound the values that the colour ramp spans.
    """

    low: float
    high: float
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Below:
    """Who has less than `clearance` sees only the rows for which the SQL condition holds."""

    clearance: Clearance
    where: str


@dataclass(frozen=True, kw_only=True)
class Layer:
    id: str
    title: Text
    description: Text
    group: Group
    source: type[Row] | Query | Raster
    fields: tuple[Field, ...] = ()
    style: Style
    label: str | None = None
    about: str | None = None
    """The layer whose features these are, seen another way: rows with the same ids."""
    time: str | None = None
    asof: tuple[str, str] | None = None
    """For a layer that keeps what was: the fields of when a row began and ceased to hold. `datetime` asks for the rows
    that held then; without it, those that hold now are meant."""
    zooms: tuple[int, int] = (0, 22)
    generalise: tuple[Rule, ...] = ()
    visible: bool = False
    clearance: Clearance = Clearance.PUBLIC
    rows: tuple[Below, ...] = ()
    audited: bool = False
    """Reads of this layer are written to the audit log, not only changes."""
    edit: tuple[str, ...] = ()
    search: bool = False
    nearby: Nearby | None = None
    """What happens round about its features, by which a list of them can be ordered."""
    questions: tuple[Question, ...] = ()
    attribution: Text
    licence: str = "OGDL-Taiwan-1.0"
    provenance: Text
    theme: str = ""

    # what follows from the source

    @property
    def model(self) -> type[Row] | None:
        return self.source if isinstance(self.source, type) else None

    @property
    def raster(self) -> Raster | None:
        return self.source if isinstance(self.source, Raster) else None

    @property
    def query(self) -> Query | None:
        return self.source if isinstance(self.source, Query) else None

    @cached_property
    def geometry(self) -> GeometryKind | None:
        if self.query:
            return self.query.geometry
        if self.model:
            return _KINDS[geometry_column(self.model).geom_type]
        return None

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables whose edits make this layer new."""
        if self.query:
            return self.query.tables
        return (self.model._meta.db_table,) if self.model else ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    def seen_by(self, clearance: Clearance) -> tuple[Field, ...]:
        """The fields that somebody of this clearance may see, in order."""
        return tuple(f for f in self.fields if f.clearance <= clearance)

    def wheres(self, clearance: Clearance) -> tuple[str, ...]:
        """The row conditions that hold for somebody of this clearance."""
        return tuple(b.where for b in self.rows if clearance < b.clearance)

    def rules(self, zoom: int) -> tuple[Rule, ...]:
        """The generalisations that hold at a zoom."""
        return tuple(r for r in self.generalise if zoom < r.below)

    def column(self, name: str) -> str:
        """The column behind a field, which is named as the model's attribute: `junction_id` for a reference."""
        if self.model:
            return str(_field_of(self.model, name).column)
        return name

    # at start

    def resolve(self, theme: str) -> Layer:
        """The same layer with its theme and every field's type filled in, or BrokenLayer."""
        problem = next(self._problems(), None)
        if problem:
            raise BrokenLayer(f"Layer “{self.id}” (layers/{theme}): {problem}")
        typed = tuple(replace(f, type=f.type or self._type(f.name)) for f in self.fields)
        return replace(self, theme=theme, fields=typed)

    def _type(self, name: str) -> Any:
        return type_of(_field_of(self.model, name)) if self.model else None

    def _problems(self) -> Iterator[str]:
        if not _NAME.match(self.id):
            yield "its id must be lower-case letters, digits and underscores, a letter first."
        if self.id == CATALOGUE:
            yield f"“{CATALOGUE}” is the collection of all layers; choose another id."
        for text, what in ((self.title, "title"), (self.description, "description")):
            if not (text.zh.strip() and text.en.strip()):
                yield f"its {what} is missing in one of the two languages."
        if self.group not in GROUPS:
            yield f"group “{self.group}” is none of {', '.join(GROUPS)}."
        low, high = self.zooms
        if not 0 <= low <= high <= 24:
            yield f"zooms {self.zooms} are not a range within 0–24."
        if unknown := set(self.edit) - set(ROLES):
            yield f"editable by unknown role “{min(unknown)}”; roles are {', '.join(ROLES)}."
        if self.edit and not self.model:
            yield "only a layer with a model can be edited."
        yield from self._field_problems()
        yield from self._rule_problems()
        yield from (f"style: {p}" for p in self.style.problems(set(self.by_name), self.geometry_or_none()))

    def geometry_or_none(self) -> GeometryKind | None:
        try:
            return self.geometry
        except Exception as broken:
            raise BrokenLayer(
                f"Layer “{self.id}”: its model has no `geom`; derive it from PointRow, LineRow or AreaRow."
            ) from broken

    def _field_problems(self) -> Iterator[str]:
        if len(self.by_name) != len(self.fields):
            yield "two fields have the same name."
        columns = _columns(self.model) if self.model else None
        for f in self.fields:
            if not _NAME.match(f.name) or f.name in ("id", "geom", "merc", "n"):
                yield f"field “{f.name}” has a name that cannot be used."
            if self.model and columns is not None and f.name not in columns:
                yield f"field “{f.name}” is no column of {self.model.__name__}; it has {', '.join(columns)}."
            if columns is None and f.type is None:
                yield f"field “{f.name}” needs a type, since a query has no model to read it from."
        for name, what in ((self.label, "label"), (self.time, "time")):
            if name is not None and name not in self.by_name:
                yield f"its {what} field “{name}” is not declared among its fields."
        if self.time and self.time in self.by_name and columns is not None:
            kind = self._type(self.time) if self.time in columns else None
            if kind not in ("date", "datetime"):
                yield f"its time field “{self.time}” is neither a date nor a time."
        if self.asof:
            if self.time:
                yield "it has either a time or, with asof, times from and to."
            for name in self.asof:
                known = self.by_name.get(name)
                if known is None or known.type != "datetime":
                    yield f"asof names “{name}”, which must be a declared field of the type datetime."
        if self.nearby and (self.raster or self.nearby.metres <= 0):
            yield "what is nearby needs features, and a distance in metres above nought."
        for q in self.questions:
            if not (_NAME.match(q.id) and q.title.zh.strip() and q.title.en.strip() and q.filter.strip()):
                yield f"question “{q.id}” needs an id, a title in both languages and a filter."
        if self.search and not self.label:
            yield "a layer that is searched needs a label field."

    def _rule_problems(self) -> Iterator[str]:
        for rule in self.generalise:
            if isinstance(rule, Grid | Top) and self.geometry_or_none() != "point":
                yield f"{type(rule).__name__} thins out points, and this layer has none."
            if isinstance(rule, Simplify) and self.geometry_or_none() == "point":
                yield "Simplify thins out lines and areas, and this layer has points."
            named: Sequence[str] = rule.sums if isinstance(rule, Grid) else ()
            if isinstance(rule, Top):
                named = (rule.by,)
            for name in named:
                if name not in self.by_name:
                    yield f"{type(rule).__name__} names “{name}”, which is no field of the layer."
                elif self.by_name[name].clearance > self.clearance:
                    yield f"{type(rule).__name__} uses “{name}”, which not everybody who sees the layer may see."
            if isinstance(rule, Grid) and rule.kept:
                yield from self._kept_problems(rule)
            if isinstance(rule, Only) and ";" in rule.where:
                yield "a condition must be one SQL expression."

    def _kept_problems(self, rule: Grid) -> Iterator[str]:
        if not self.model:
            yield "its counts cannot be kept: only rows of a model tell when they change."
        if any(isinstance(other, Only) for other in self.generalise):
            yield "its counts cannot be kept beside Only, which shows other rows at other zooms."
        if len(rule.sums) > 4:
            yield "of a grid that is kept, there are at most four sums."
        if any(_MOVING.search(b.where) for b in self.rows):
            yield "its counts cannot be kept, since which rows are seen depends on other tables or on the time."


def _field_of(model: type[Row], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


def _columns(model: type[Row]) -> list[str]:
    skip = {"id", "geom", "merc"}
    return [
        f.attname
        for f in model._meta.get_fields()
        if isinstance(f, models.Field) and f.name not in skip and type_of(f) is not None
    ]
