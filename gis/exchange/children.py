"""Lines that are children of a row: parties of a crash. A row and its children come in together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from gis.exchange.copy import name_of
from layers.registry.importer import Child
from layers.registry.sql import quoted


class Children:
    """The stage of the children beside that of the rows; both carry key and line."""

    def __init__(self, child: Child, stage: str, parents: str, columns: Sequence[str], table: str) -> None:
        self.child, self.stage, self.parents, self.columns = child, stage, parents, list(columns)
        self.parent_table = quoted(table)
        parent = child.model._meta.get_field(child.parent)
        assert isinstance(parent, models.ForeignKey)
        self.parent: str = parent.attname
        column = child.model._meta.get_field(child.order)
        assert isinstance(column, models.Field)
        self.order = quoted(column.attname)

    def count_on(self) -> None:
        """Tells the children apart that the file all gave its last number."""
        if self.child.capped is None:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.stage} s SET {self.order} = s.{self.order} + r.before FROM "
                f"(SELECT line, row_number() OVER (PARTITION BY key ORDER BY line) - 1 AS before "
                f"FROM {self.stage} WHERE {self.order} = %s) r WHERE s.line = r.line AND r.before > 0",
                [self.child.capped],
            )

    def clashing(self) -> list[str]:
        """Keys under which two different children claim the same place: two rows that the file cannot tell apart."""
        same = ", ".join(f"s.{quoted(c)}" for c in self.columns)
        return self._column(
            f"SELECT key FROM (SELECT DISTINCT key, {self.order} AS n, ROW({same})::text FROM {self.stage} s) d "
            "GROUP BY key, n HAVING count(*) > 1"
        )

    def drop(self, keys: list[str]) -> list[int]:
        """Takes rows and children of these keys out of the stages; returns their lines."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.parents} WHERE key = ANY(%s)", [keys])
        return [
            int(v)
            for v in self._column(f"DELETE FROM {self.stage} WHERE key = ANY(%s) RETURNING line", [keys])
        ]

    def fold(self) -> None:
        """One row a key, that of the first child; its count if the row keeps one."""
        with connection.cursor() as cursor:
            for told, (column, starts) in self.child.tells.items():
                cursor.execute(
                    f"UPDATE {self.parents} p SET {quoted(told)} = c.told FROM (SELECT key, "
                    f"bool_or({quoted(column)} LIKE ANY(%s)) AS told FROM {self.stage} GROUP BY key) c "
                    "WHERE c.key = p.key",
                    [[f"{start}%" for start in starts]],
                )
            cursor.execute(
                f"DELETE FROM {self.parents} p USING "
                f"(SELECT DISTINCT ON (key) key, line FROM {self.stage} ORDER BY key, {self.order}, line) f "
                "WHERE p.key = f.key AND p.line <> f.line"
            )
            if self.child.count:
                cursor.execute(
                    f"UPDATE {self.parents} p SET {quoted(self.child.count)} = c.n FROM "
                    f"(SELECT key, count(DISTINCT {self.order}) AS n FROM {self.stage} GROUP BY key) c WHERE c.key = p.key"
                )

    def same(self) -> dict[str, int]:
        """How many lines under each key say of a child what the table says already."""
        ours, theirs = (", ".join(f"{a}.{quoted(c)}" for c in self.columns) for a in "st")
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT s.key, count(*) FROM {self.stage} s
                JOIN {self.parent_table} p ON p.key = s.key
                JOIN {quoted(name_of(self.child.model))} t
                    ON t.{quoted(self.parent)} = p.id AND t.{self.order} = s.{self.order}
                WHERE ROW({ours}) IS NOT DISTINCT FROM ROW({theirs}) GROUP BY s.key
                """
            )
            return dict(cursor.fetchall())

    def write(self, defaults: dict[str, Any]) -> None:
        """Inserts, updates and removes children.

        What the file no longer has under a key is removed, since the file holds all children of a row.
        """
        target, parent = quoted(name_of(self.child.model)), quoted(self.parent)
        columns = [quoted(c) for c in self.columns]
        filled = [c for c in defaults if c != self.parent]
        rest = [c for c in columns if c != self.order]
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {target} t USING {self.parent_table} p WHERE t.{parent} = p.id "
                f"AND p.key IN (SELECT key FROM {self.stage}) AND NOT EXISTS "
                f"(SELECT 1 FROM {self.stage} s WHERE s.key = p.key AND s.{self.order} = t.{self.order})"
            )
            cursor.execute(
                f"""
                INSERT INTO {target} AS t ({", ".join([parent, *columns, *map(quoted, filled)])})
                SELECT p.id, {", ".join(f"s.{c}" for c in columns)}{"".join(", %s" for _ in filled)}
                FROM (SELECT DISTINCT ON (key, {self.order}) * FROM {self.stage} ORDER BY key, {self.order}, line) s
                JOIN {self.parent_table} p ON p.key = s.key ORDER BY p.geom, p.id, s.{self.order}
                ON CONFLICT ({parent}, {self.order}) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in rest)}
                WHERE ROW({", ".join(f"t.{c}" for c in rest)}) IS DISTINCT FROM ROW({", ".join(f"excluded.{c}" for c in rest)})
                """,
                [defaults[c] for c in filled],
            )

    def _column(self, statement: str, params: list[Any] | None = None) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return [value for (value,) in cursor.fetchall()]
