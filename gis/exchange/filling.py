"""Fills the columns of a model from the columns of a file, a batch at a time, and says row by row what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from gis.exchange.batch import Batch
from gis.exchange.labels import Labels
from gis.exchange.references import Reference
from gis.exchange.values import empty, for_nothing, moment, reader, text
from layers.registry.field import CodeList
from layers.registry.importer import Cells, Take, Wrong

Column: TypeAlias = "models.Field[Any, Any]"
Values = list[Any]
OURS = {"id", "geom", "merc", "key", "version", "changed_at", "origin"}
"""Columns that the importing itself writes."""
REMEMBERED = 20_000


class Filling:
    """The columns of one model and where each comes from, ready to be applied."""

    def __init__(
        self,
        model: type[models.Model],
        takes: Mapping[str, Take],
        codes: Mapping[str, CodeList],
        present: Collection[str],
        given: Iterable[str] = (),
    ) -> None:
        """`given` are columns that come from elsewhere (the parent of a child, a count)."""
        self.model = model
        self.parts: list[_Part] = []
        for name, take in takes.items():
            column = model._meta.get_field(name)
            assert isinstance(column, models.Field)
            if isinstance(column, models.GeneratedField):
                continue
            if part := _Part.of(column, take, take.codes or codes.get(name), present):
                self.parts.append(part)
        self.columns = [part.column.attname for part in self.parts]
        self.defaults = self._defaults({*self.columns, *given})

    def _defaults(self, filled: set[str]) -> dict[str, Any]:
        """Columns that the file says nothing of, with what a new row gets; Wrong where there must be something."""
        out: dict[str, Any] = {}
        lacking: list[Column] = []
        for column in self.model._meta.concrete_fields:
            if column.attname in filled | OURS or isinstance(column, models.GeneratedField):
                continue
            try:
                out[column.attname] = for_nothing(column)
            except Wrong:
                lacking.append(column)
        if lacking:
            zh = "、".join(str(c.verbose_name) for c in lacking)
            en = ", ".join(c.name for c in lacking)
            raise Wrong(
                f"檔案缺少必要欄位：{zh}。請以對照檔（--mapping）指定欄位或常數。",
                f"The file has nothing for {en}, which every row needs; name a column or a constant in a mapping (--mapping).",
            )
        return out

    def __call__(self, batch: Batch, days: Sequence[date | None] | None) -> list[Values]:
        """The values of `columns`, a list each."""
        rows = list(batch.rows()) if any(part.take.read for part in self.parts) else []
        return [part(batch, rows, days) for part in self.parts]


@dataclass(slots=True)
class _Part:
    """One column of the model."""

    column: Column
    take: Take
    source: str | None
    time: str | None
    group: str | None
    labels: Labels | None
    read: Callable[[Any], Any]
    known: dict[Any, Any]

    @classmethod
    def of(cls, column: Column, take: Take, codes: CodeList | None, present: Collection[str]) -> _Part | None:
        source, time, group = (
            next((c for c in names if c in present), None) for names in (take.columns, take.time, take.group)
        )
        if source is None and take.constant is None and take.read is None:
            return None
        labels = Labels(codes, take.values) if codes else None
        read: Callable[[Any], Any]
        if isinstance(column, models.ForeignKey):
            # files of ours name a reference like the field, and hold its id
            read = Reference(column, by_id=source == column.attname, lenient=take.lenient)
        else:
            read = reader(column)
        return cls(column, take, source, time, group, labels, read, {})

    def __call__(self, batch: Batch, rows: list[Cells], days: Sequence[date | None] | None) -> Values:
        bad = batch.problems
        cells = self._cells(batch, rows)
        clocks = batch.columns[self.time] if self.time else None
        groups = batch.columns[self.group] if self.group else None
        out: Values = []
        for at, cell in enumerate(cells):
            if at in bad:
                out.append(None)
                continue
            try:
                if clocks is not None or self.take.format:
                    value = self._moment(cell, clocks[at] if clocks is not None else "")
                elif self.labels:
                    value = self._code(cell, groups[at] if groups else "", days[at] if days else None)
                else:
                    value = self._plain(cell)
            except Wrong as wrong:
                bad[at] = self._named(wrong)
                value = None
            out.append(value)
        return out

    def _cells(self, batch: Batch, rows: list[Cells]) -> Sequence[Any]:
        if self.take.read:
            out: list[Any] = []
            for at, row in enumerate(rows):
                try:
                    out.append(None if at in batch.problems else self.take.read(row))
                except Wrong as wrong:
                    batch.problems[at] = self._named(wrong)
                    out.append(None)
            return out
        if self.source:
            return batch.columns[self.source]
        return [self.take.constant] * len(batch)

    def _moment(self, cell: Any, clock: Any) -> Any:
        if empty(cell):
            return for_nothing(self.column)
        when = moment(cell, clock, self.take.format)
        if isinstance(self.column, models.DateTimeField):
            return when
        return when.astimezone(ZoneInfo(settings.TIME_ZONE)).date()

    def _code(self, cell: Any, group: Any, day: date | None) -> Any:
        """A file says the same few words on the same days all over, so what they mean is remembered."""
        asked = (cell, group, day) if isinstance(cell, str) else None
        if asked is not None and asked in self.known:
            return self.known[asked]
        assert self.labels is not None
        said = text(cell)
        meant = said and self.labels.find(said, text(group) if group else "", day)
        value = self.read(meant) if meant else for_nothing(self.column)
        if asked is not None and len(self.known) < REMEMBERED:
            self.known[asked] = value
        return value

    def _plain(self, cell: Any) -> Any:
        if isinstance(cell, str):
            if cell in self.known:
                return self.known[cell]
            said = self.take.values.get(cell, cell)
            value = for_nothing(self.column) if said == "" else self.read(said)
            if len(self.known) < REMEMBERED:
                self.known[cell] = value
            return value
        return for_nothing(self.column) if empty(cell) else self.read(cell)

    def _named(self, wrong: Wrong) -> Wrong:
        name = self.source or str(self.column.verbose_name)
        return Wrong(f"{name}：{wrong.text.zh}", f"{name}: {wrong.text.en}")


def days_of(values: Sequence[Any]) -> list[date | None]:
    """The city's day of each moment, by which code lists are read."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return [v.astimezone(zone).date() if isinstance(v, datetime) else v for v in values]
