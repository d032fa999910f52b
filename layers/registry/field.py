"""One attribute of a layer: its title, unit, codes, clearance, and from which zoom it travels in tiles.

The type is read from the model's column; a layer that is a query states it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol, runtime_checkable

from django.db import models

from layers.access import Clearance
from layers.registry.text import Text

FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime", "json"]


@runtime_checkable
class Code(Protocol):
    """One entry of a code list; valid from and to a day, because forms are renumbered."""

    @property
    def value(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


@runtime_checkable
class CodeList(Protocol):
    """A dated code list, as `data.codes` keeps them."""

    @property
    def id(self) -> str: ...
    @property
    def entries(self) -> Iterable[Code]: ...
    def at(self, day: date) -> CodeList: ...


@dataclass(frozen=True, slots=True)
class Field:
    """`tile` is the lowest zoom at which the value is written into vector tiles (None: never).

    Tiles are scraped easily and every attribute is paid for in each of them, so the default is None.
    `tint` is the lowest zoom at which it may be asked for all the same (`fields=`), because the portal can colour the
    layer by it; nobody else pays for it.
    `of` names the layer whose row the value is the id of, so that a reader can be led there.
    `filter` puts the field into the portal's filter form and the queryables (True for all but free text).
    """

    name: str
    title: Text
    type: FieldType | None = None
    unit: str | None = None
    codes: CodeList | None = None
    clearance: Clearance = Clearance.PUBLIC
    tile: int | None = None
    tint: int | None = None
    filter: bool = True
    popup: bool = True
    of: str | None = None
    description: Text | None = None

    @property
    def resolved(self) -> FieldType:
        if self.type is None:
            raise ValueError(f"field {self.name} has no type yet")
        return self.type


_TYPES: tuple[tuple[type[models.Field[Any, Any]], FieldType], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
    (models.JSONField, "json"),
    (models.CharField, "string"),
    (models.TextField, "string"),
    (models.UUIDField, "string"),
    (models.ForeignKey, "integer"),
)


def type_of(column: models.Field[Any, Any]) -> FieldType | None:
    """The type that programs see for a column of a model, or None when it cannot travel (geometry, files)."""
    if isinstance(column, models.GeneratedField):
        return type_of(column.output_field) if column.output_field else None
    return next((name for kind, name in _TYPES if isinstance(column, kind)), None)
