"""`Import(layer, files).run()`: files become rows of a layer in one transaction, and every line is accounted for.

Read = imported + unchanged + rejected. A line that cannot come in goes to the reject file with its reason;
anything else that goes wrong undoes the whole import. Knows nothing of the command line or of HTTP: whoever
calls has decided who may import (`layers.access.require`), and says who it is and what they may see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from gis.exchange.batch import Batch, Source
from gis.exchange.boundary import outline
from gis.exchange.children import Children
from gis.exchange.copy import ewkb, stage, write_rows
from gis.exchange.filling import Filling, days_of
from gis.exchange.known import near, recognised
from gis.exchange.mapping import WKT, by_name, checked, located
from gis.exchange.places import Box, Places, system
from gis.exchange.rejects import ADDED, Rejects
from gis.exchange.source import source
from gis.exchange.unpack import unpacked
from gis.exchange.upsert import Written, duplicates, places_settled, settle, upsert
from gis.exchange.values import empty, text
from layers.access import Clearance
from layers.registry.field import CodeList
from layers.registry.importer import Importer, Wrong
from layers.registry.layer import Layer
from layers.registry.rows import Row, geometry_column

Progress = Callable[[str, int], None]
"""Called with the name of a file and how many of its lines are done."""
STAGE, CHILDREN = "antu_stage", "antu_children"
LONGEST_KEY = 64


@dataclass(slots=True)
class Result:
    """What an import did. `notes` counts lines under a table that were no rows and were skipped."""

    layer: str
    read: int = 0
    imported: int = 0
    unchanged: int = 0
    rejected: int = 0
    reject_file: str | None = None
    inserted: int = 0
    updated: int = 0
    notes: int = 0
    dry_run: bool = False
    importers: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(kw_only=True)
class Import:
    """One import of one or more files into one layer."""

    layer: Layer
    files: Sequence[Path]
    actor: str
    """Who does it, for the audit log."""
    clearance: Clearance = Clearance.RESTRICTED
    """Fields above it are not touched."""
    importer: Importer | None = None
    """A mapping by the user; otherwise the file is recognised or its columns are matched by name."""
    crs: str | None = None
    encoding: str | None = None
    sublayer: str | None = None
    within: Box | None = None
    anywhere: bool = False
    """Takes what lies outside of the city too."""
    dry_run: bool = False
    reject_file: Path | None = None
    progress: Progress = lambda _name, _count: None

    def run(self) -> Result:
        self._model()  # a layer that has none is told so before any file is opened
        if self.crs:
            system(self.crs)
        result = Result(self.layer.id, dry_run=self.dry_run)
        with ExitStack() as open_files:
            sources = [self._opened(p) for f in self.files for p in open_files.enter_context(unpacked(f))]
            rejects = Rejects(self.reject_file or self._reject_path(), _columns(sources))
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT set_config('antu.actor', %s, true)", [self.actor])
                    for found in sources:
                        _Run(self, found, rejects, result).run()
                    if self.dry_run:
                        transaction.set_rollback(True)
            finally:
                written = rejects.close()
        result.rejected = rejects.count
        result.imported = result.read - result.unchanged - result.rejected
        result.reasons = dict(rejects.reasons.most_common(10))
        result.reject_file = str(written) if written else None
        return result

    def _opened(self, path: Path) -> Source:
        return source(path, encoding=self.encoding, sublayer=self.sublayer, hint=self.layer.id)

    def _reject_path(self) -> Path:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        return Path(settings.DATA_DIR) / "rejects" / f"{self.layer.id}-{stamp}.csv"

    def _model(self) -> type[Row]:
        if self.layer.raster:
            raise Wrong(
                f"圖層 {self.layer.id} 是網格影像，不能由表格匯入。",
                f"The layer {self.layer.id} is a raster, which no table can be imported into.",
            )
        if self.layer.model is None:
            raise Wrong(
                f"圖層 {self.layer.id} 由其他資料算出，不能匯入；請匯入它所依據的圖層。",
                f"The layer {self.layer.id} is derived from others, so nothing can be imported into it.",
            )
        return self.layer.model


class _Run:
    """One file on its way into the layer."""

    def __init__(self, order: Import, source: Source, rejects: Rejects, result: Result) -> None:
        self.order, self.source, self.rejects, self.result = order, source, rejects, result
        self.layer, self.model = order.layer, order._model()
        self.importer = self._choose()
        result.importers.append(self.importer.title.en)
        present, child = set(source.columns), self.importer.child
        takes = {
            name: take
            for name, take in self.importer.fields.items()
            if name not in ("key", "origin") and self._allowed(name)
        }
        self.own_key = self.importer.fields.get("key")
        self.origin = self.importer.fields.get("origin")
        counted = [child.count] if child and child.count else []
        self.count = count = [*counted, *(child.tells if child else ())]
        self.filling = Filling(self.model, takes, _codes(self.layer), present, count)
        self.children = (
            Filling(child.model, child.fields, {}, present, _parent_columns(child)) if child else None
        )
        self.near = near(self.layer)
        mapped = {self.layer.column(n) for n in takes if n in self.layer.by_name} & set(self.filling.columns)
        self.settled = places_settled(self.layer, self.near)
        self.derived = [c for n in self.settled if (c := self.layer.column(n)) not in mapped] + count
        city = outline() if self.importer.place.city and not order.anywhere else None
        self.places = Places(
            self.importer.place, _kind(self.model), order.crs or self._crs(), self._within(), city
        )
        self.bad_keys: set[str] = set()
        self.done = 0

    def _allowed(self, name: str) -> bool:
        field = self.layer.by_name.get(name)
        return field is None or field.clearance <= self.order.clearance

    def _choose(self) -> Importer:
        """What the user says, or what a theme knows, or what the names of the columns suggest."""
        if self.order.importer:
            return checked(self.order.importer, self.source)
        if known := recognised(self.layer, self.source):
            return located(known, self.source)
        return by_name(self.layer, self.source, self.order.clearance)

    def _crs(self) -> str | None:
        if self.importer.place.crs or not self.source.geometry:
            return self.importer.place.crs
        if self.source.crs is None:
            raise Wrong(
                f"{self.source.path.name} 沒有說明坐標系統，請以 --crs 指定，例如 --crs EPSG:3826。",
                f"{self.source.path.name} does not say its coordinate system; name it, for example --crs EPSG:3826.",
            )
        return self.source.crs

    def _within(self) -> Box | None:
        return self.order.within or self.importer.place.within

    def run(self) -> None:
        # a child's lines are counted by the children, so the row's count is a column like the derived ones
        staged = ["key", "origin", "geom", *self.filling.columns, *self.derived]
        with ExitStack() as tables:
            tables.enter_context(stage(connection, STAGE, self.model, staged, "0::bigint AS line"))
            child = self._child_stage(tables)
            for batch in self.source.batches():
                self._take_in(batch)
            if self.source.notes:
                self.result.notes += self.source.notes
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE INDEX ON {STAGE} (key); ANALYZE {STAGE}")
            late = self._with_children(child) if child else self._alone()
            self._reject_late(late)

    def _child_stage(self, tables: ExitStack) -> Children | None:
        if self.children is None or self.importer.child is None:
            return None
        child = self.importer.child
        extra = "''::text AS key, 0::bigint AS line"
        tables.enter_context(stage(connection, CHILDREN, child.model, self.children.columns, extra))
        return Children(child, CHILDREN, STAGE, self.children.columns, self.model._meta.db_table)

    def _take_in(self, batch: Batch) -> None:
        """One batch into the stage; what cannot come in, into the reject file."""
        shapes = self.places(batch)
        values = self.filling(batch, None) if not self._dated() else self._by_day(batch)
        parts = self.children(batch, self._days) if self.children else []
        if self.importer.check:
            self._check(batch)
        keys = self._keys(batch, shapes)
        origins = self._origins(batch)
        good = [at for at in range(len(batch)) if at not in batch.problems]
        places = ewkb(shapes[good]) if good else []
        nothing = [None] * len(self.derived)
        write_rows(
            connection,
            STAGE,
            ["key", "origin", "geom", *self.filling.columns, *self.derived, "line"],
            (
                (keys[at], origins[at], place, *(column[at] for column in values), *nothing, batch.lines[at])
                for at, place in zip(good, places, strict=True)
            ),
        )
        if self.children:
            write_rows(
                connection,
                CHILDREN,
                [*self.children.columns, "key", "line"],
                ((*(column[at] for column in parts), keys[at], batch.lines[at]) for at in good),
            )
        for at, wrong in sorted(batch.problems.items()):
            self.rejects.add(self.source.path, batch, at, wrong)
            if self.children and keys[at]:
                self.bad_keys.add(keys[at])
        self.result.read += len(batch)
        self.done += len(batch)
        self.order.progress(self.source.path.name, self.done)

    def _dated(self) -> bool:
        return self.layer.time is not None and self.layer.column(self.layer.time) in self.filling.columns

    def _by_day(self, batch: Batch) -> list[list[Any]]:
        """Codes are read by the list in force on the row's day, so the day is read first."""
        at = self.filling.columns.index(self.layer.column(str(self.layer.time)))
        self._days = days_of(
            self.filling.parts[at](
                batch, list(batch.rows()) if self.filling.parts[at].take.read else [], None
            )
        )
        return self.filling(batch, self._days)

    _days: Sequence[Any] | None = None

    def _check(self, batch: Batch) -> None:
        assert self.importer.check is not None
        for at, row in enumerate(batch.rows()):
            if at not in batch.problems:
                try:
                    self.importer.check(row)
                except Wrong as wrong:
                    batch.problems[at] = wrong

    def _keys(self, batch: Batch, shapes: Any) -> list[str]:
        """The file's own key, or a digest of the columns that name a row, or of the whole row.

        A digest, because what names a case may be for fewer eyes than the key is.
        """
        own = self.own_key and next((c for c in self.own_key.columns if c in batch.columns), None)
        if own:
            keys = [text(cell) for cell in batch.columns[own]]
            for at, key in enumerate(keys):
                if not 0 < len(key) <= LONGEST_KEY:
                    batch.problems.setdefault(at, Wrong(f"{own} 空白或過長", f"{own} is empty or too long"))
            return keys
        named = [batch.columns[c] for c in self.importer.key if c in batch.columns]
        if named:
            out = []
            for at, cells in enumerate(zip(*named, strict=True)):
                if all(empty(c) for c in cells):
                    listed = ", ".join(self.importer.key)
                    batch.problems.setdefault(
                        at, Wrong(f"{listed} 空白，無法識別", f"{listed} is empty, so the row has no name")
                    )
                out.append(digest(*map(text, cells)))
            return out
        # neither how the place was written nor what a reject file of ours added makes another row of it
        place = self.places.place
        besides = {*ADDED, *place.lon, *place.lat, *place.wkt, *WKT}
        said = [cells for name, cells in batch.columns.items() if name not in besides]
        rows = zip(*said, strict=True) if said else iter([()] * len(batch))
        return [digest(at or "", *map(text, cells)) for at, cells in zip(ewkb(shapes), rows, strict=True)]

    def _origins(self, batch: Batch) -> list[str]:
        if self.origin is None:
            return ["real"] * len(batch)
        column = next((c for c in self.origin.columns if c in batch.columns), None)
        cells = batch.columns[column] if column else [self.origin.constant] * len(batch)
        return [text(cell)[:16] or "real" for cell in cells]

    # after all lines are staged

    def _alone(self) -> dict[int, Wrong]:
        differing, same = duplicates(STAGE, [*self.filling.columns, "geom"])
        settle(self.layer, STAGE, self.settled, self.near)
        staged = self._count(STAGE)
        written = self._upsert()
        self.result.unchanged += same + staged - written.inserted - written.updated
        return {
            line: Wrong(
                f"與第 {earlier} 行代碼相同，內容不同", f"has the key of line {earlier} and differs from it"
            )
            for line, earlier in differing
        }

    def _with_children(self, children: Children) -> dict[int, Wrong]:
        torn = Wrong("同一筆的其他行無法匯入", "another line of the same row cannot be imported")
        twins = Wrong(
            "兩筆資料無法區分（代碼與順位相同）", "two rows of the file share a key and cannot be told apart"
        )
        late = dict.fromkeys(children.drop(sorted(self.bad_keys)), torn)
        children.count_on()
        late |= dict.fromkeys(children.drop(children.clashing()), twins)
        children.fold()
        settle(self.layer, STAGE, self.settled, self.near)
        same = children.same()
        changed = set(self._upsert().keys)
        assert self.children is not None
        children.write(self.children.defaults)
        # a line is unchanged when neither its child nor the row it belongs to is
        self.result.unchanged += sum(count for key, count in same.items() if key not in changed)
        return late

    def _upsert(self) -> Written:
        written = upsert(
            self.model,
            STAGE,
            [*self.filling.columns, *self.count],
            [c for c in self.derived if c not in self.count],
            self.filling.defaults,
            self.origin is not None,
        )
        self.result.inserted += written.inserted
        self.result.updated += written.updated
        return written

    def _reject_late(self, late: dict[int, Wrong]) -> None:
        """Reads the file once more for the few lines that turned out wrong only beside the others."""
        if not late:
            return
        for batch in self.source.batches():
            for at, line in enumerate(batch.lines):
                if line in late and at not in batch.problems:
                    self.rejects.add(self.source.path, batch, at, late[line])

    def _count(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            return int(cursor.fetchone()[0])


def digest(*said: str) -> str:
    return "f" + hashlib.blake2b("\x1f".join(said).encode(), digest_size=14).hexdigest()


def _codes(layer: Layer) -> dict[str, CodeList]:
    return {f.name: f.codes for f in layer.fields if f.codes is not None}


def _kind(model: type[Row]) -> str:
    return str(geometry_column(model).geom_type)


def _columns(sources: Sequence[Source]) -> list[str]:
    """All columns of all files, each once, for the reject file."""
    found = dict.fromkeys(name for s in sources for name in s.columns)
    return [*found, *(["wkt"] if any(s.geometry for s in sources) else [])]


def _parent_columns(child: Any) -> list[str]:
    column = child.model._meta.get_field(child.parent)
    assert isinstance(column, models.ForeignKey)
    return [column.attname]
