"""People's own layers as the rest of the house knows layers: OGC API, tiles, filters, lists and downloads follow.

A worker remembers all of them (words and columns, never rows) and reads them anew when the database says that one
changed. Who may see which is decided here, for each question; to everybody else there is no such layer.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.utils import timezone

from layers.access import Viewer
from layers.registry.field import Field
from layers.registry.generalise import Top
from layers.registry.layer import GeometryKind, Layer, Query
from layers.registry.store import dsn
from layers.registry.style import Class, Fills, Lines, Mark, Points, Style
from layers.registry.text import Text

PREFIX = "my_"
KIND = "style_class"
"""The field that says which class of the legend a row belongs to."""
BEAT = 30.0
MANY = 20_000
CROWD = Top(below=14, by=KIND, ascending=True)
"""Of many points a map of the whole city shows one a place; counts and lists are of all."""
TABLE = "uploads_feature"
CASTS = {
    "integer": "::bigint", "number": "::float8", "boolean": "::boolean", "date": "::date",
    "datetime": "::timestamptz", "string": "",
}  # fmt: skip
READ = (
    "SELECT id, owner_id, name, geometry, fields, label, style, roles, source, rows, expires_at "
    "FROM uploads_ownlayer WHERE deleted_at IS NULL"
)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    layer: Layer
    owner: int
    roles: frozenset[str]
    expires: datetime

    def open_to(self, viewer: Viewer) -> bool:
        if viewer.user_id is None or self.expires <= timezone.now():
            return False
        return viewer.user_id == self.owner or bool(viewer.roles & self.roles)


@dataclass(frozen=True, slots=True)
class Codes:
    """The classes of a legend, as the list of codes of the field that holds them."""

    id: str
    entries: tuple[Code, ...]

    def at(self, day: Any) -> Codes:
        return self


@dataclass(frozen=True, slots=True)
class Code:
    value: str
    zh: str
    en: str


class Own:
    """`refresh` reads, `find` and `seen_by` answer from memory. While nobody tells of changes, every asking reads."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._hears = False
        self._task: asyncio.Task[None] | None = None

    def find(self, id: str, viewer: Viewer) -> Layer | None:
        if not id.startswith(PREFIX):
            return None
        self._read_if_deaf()
        kept = self._kept.get(id)
        return kept.layer if kept and kept.open_to(viewer) else None

    def seen_by(self, viewer: Viewer) -> list[Layer]:
        if viewer.user_id is None:
            return []
        self._read_if_deaf()
        return [kept.layer for kept in self._kept.values() if kept.open_to(viewer)]

    async def before(self, scope: dict[str, Any]) -> None:
        """To be awaited before a request is answered: makes sure that a layer which it names is known."""
        if PREFIX not in scope["path"] and PREFIX.encode() not in scope["query_string"]:
            return
        parts = scope["path"].replace(",", "/").replace(".json", "").split("/")
        if not self._hears or any(p.startswith(PREFIX) and p not in self._kept for p in parts):
            await sync_to_async(self._read_in_thread)()

    def _read_if_deaf(self) -> None:
        if self._hears:
            return
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self.read()  # no loop runs here, so Django's connection may be used

    def _read_in_thread(self) -> None:
        close_old_connections()
        self.read()

    def read(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(READ + " ORDER BY id DESC")
            names = [c.name for c in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        self._kept = {f"{PREFIX}{row['id']}": made(row) for row in rows}

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._hears = False

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as line:
                    await line.execute("LISTEN antu_own")
                    await sync_to_async(self._read_in_thread)()
                    self._hears = True
                    while True:
                        heard = False
                        async for _ in line.notifies(timeout=BEAT, stop_after=1):
                            heard = True
                        if heard:
                            await sync_to_async(self._read_in_thread)()
                        else:
                            await asyncio.wait_for(line.execute("SELECT 1"), BEAT)  # a dead line says nothing
            except (psycopg.Error, TimeoutError):
                pass  # until it is back, every asking reads: slower, never wrong
            finally:
                self._hears = False
            await asyncio.sleep(1)


def made(row: Json) -> Kept:
    """The layer that a row describes. Names of fields were made by us (`columns.names`), hence are safe in SQL."""
    for key in ("fields", "style", "roles"):
        if isinstance(row[key], str):
            row[key] = json.loads(row[key])
    title = Text(row["name"], row["name"])
    classes = row["style"].get("classes") or []
    layer = Layer(
        id=f"{PREFIX}{row['id']}",
        title=title,
        description=Text(
            f"自「{row['source']}」上傳，共 {row['rows']:,} 筆。",
            f"From “{row['source']}”, {row['rows']:,} rows.",
        ),
        group="own",
        source=Query(select(row["id"], row["fields"]), row["geometry"], (TABLE,)),
        fields=(*(_field(f, row["label"]) for f in row["fields"]), _kinds(row["style"], classes)),
        style=Style(_mark(row["geometry"], title, row["style"], classes)),
        label=row["label"] or None,
        zooms=(0, 22),
        generalise=(CROWD,) if row["geometry"] == "point" and row["rows"] > MANY else (),
        attribution=Text("個人上傳", "Uploaded by a person"),
        licence="private",
        provenance=Text(f"檔案「{row['source']}」。", f"The file “{row['source']}”."),
        theme="uploads",
    )
    return Kept(layer, row["owner_id"], frozenset(row["roles"]), row["expires_at"])


def select(layer: int, fields: list[Json]) -> str:
    columns = "".join(
        f""", (f.properties->>'{f["name"]}'){CASTS[f["type"]]} AS "{f["name"]}\"""" for f in fields
    )
    return (
        f"SELECT f.id, f.geom, f.merc, f.kind::int AS {KIND}{columns} "
        f"FROM {TABLE} AS f WHERE f.layer_id = {int(layer)}"
    )


def _field(f: Json, label: str) -> Field:
    return Field(
        f["name"], Text(f["title"], f["title"]), type=f["type"], tile=0 if f["name"] == label else None
    )


def _kinds(style: Json, classes: list[Json]) -> Field:
    title = style.get("title") or ""
    codes = Codes(
        "own", tuple(Code(str(c["value"]), c["label"], c.get("label_en") or c["label"]) for c in classes)
    )
    words = Text(f"分類：{title}", f"Class: {title}") if title else Text("分類", "Class")
    return Field(
        KIND,
        words,
        type="integer",
        codes=codes if classes else None,
        tile=0,
        popup=False,
        filter=bool(classes),
    )


def _mark(geometry: GeometryKind, title: Text, style: Json, classes: list[Json]) -> Mark:
    color = style.get("color") or "accent"
    drawn = tuple(
        Class(int(c["value"]), Text(c["label"], c.get("label_en") or c["label"]), c["color"]) for c in classes
    )
    by = KIND if drawn else None
    if geometry == "point":
        return Points(title, color=color, size=6.0, by=by, classes=drawn)
    if geometry == "line":
        return Lines(title, color=color, width=3.0, by=by, classes=drawn)
    return Fills(
        title, color=color, outline=color if not drawn else "line_strong", opacity=0.45, by=by, classes=drawn
    )


own = Own()
