"""Finds the row that a cell refers to: by its key, its id, or its name where only one has it."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from gis.exchange.values import text
from layers.registry.importer import Wrong
from layers.registry.sql import quoted


class Reference:
    """Rows of one table by what people call them, read once an import."""

    def __init__(
        self, column: models.ForeignKey[Any, Any], *, by_id: bool = False, lenient: bool = False
    ) -> None:
        """`by_id` looks among ids first; `lenient` gives None where there is no such row."""
        self.by_id, self.lenient = by_id, lenient
        target = column.related_model
        assert isinstance(target, type)
        self.title = str(column.verbose_name)
        self.name = column.name
        names = {f.column for f in target._meta.concrete_fields}
        wanted = ["id", *(n for n in ("key", "name", "code", "unit_code") if n in names)]
        self._ids: set[int] = set()
        self._called: dict[str, int | None] = {}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(map(quoted, wanted))} FROM {quoted(target._meta.db_table)}")
            for id, *called in cursor:
                self._ids.add(id)
                for said in filter(None, called):
                    self._called[said] = None if self._called.get(said, id) != id else id

    def __call__(self, cell: Any) -> int | None:
        said = text(cell)
        number = int(said) if said.isascii() and said.isdigit() and int(said) in self._ids else None
        named = self._called.get(said)
        found = (number or named) if self.by_id else (named or number)
        if found is not None or self.lenient:
            return found
        if said in self._called:
            raise Wrong(
                f"{self.title}「{said[:40]}」不只一筆", f"several {self.name} are called “{said[:40]}”"
            )
        raise Wrong(f"沒有{self.title}「{said[:40]}」", f"there is no {self.name} “{said[:40]}”")
