"""From a file to a layer of one's own, in one transaction: all rows that can be placed, or none.

The file is read twice: first to learn what the columns hold and how much it is, then to write.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from gis.audit.note import note
from gis.exchange.batch import Batch, Source
from gis.exchange.copy import ewkb, pour
from gis.exchange.rejects import Rejects
from gis.uploads.columns import Typing, names, value
from gis.uploads.dress import dress
from gis.uploads.files import opened, parts
from gis.uploads.look import first
from gis.uploads.models import Feature, OwnLayer
from gis.uploads.places import AnyPlaces, Where, kinds, locate
from gis.uploads.quota import room_for, too_many
from layers.registry.importer import Wrong
from layers.registry.text import Text

Progress = Callable[[int], None]
Json = dict[str, Any]
_CALLED = ("名稱", "name", "title", "標題", "地點", "路口", "路名", "label", "案號", "編號")
WORDS = {"point": Text("點", "points"), "line": Text("線", "lines"), "polygon": Text("面", "areas")}


def keep(path: Path, name: str, wish: Json, owner: User, rejects_at: Path, progress: Progress) -> Json:
    """The layers that the file became (one a kind of geometry) and how many lines came in."""
    with parts(path, name) as found:
        part, source = opened(found, wish.get("part"), wish.get("encoding"))
        where = locate(source, first(source), wish)
        chosen = [c for c in wish.get("columns") or source.columns if c in source.columns]
        typing, counts = _survey(source, where, progress)
        if not counts:
            raise Wrong("沒有任何一列有可用的位置。", "Not one row has a place that can be used.")
        rejects = Rejects(rejects_at, [*source.columns, *(["wkt"] if source.geometry else [])])
        try:
            with transaction.atomic():
                room_for(owner, sum(counts.values()), len(counts))
                title = str(wish.get("name") or part.name).strip()[:80] or name
                made = _layers(owner, title, name, counts, _fields(chosen, typing), wish)
                read = _write(source, where, chosen, typing, made, rejects, progress, Path(name))
                for layer in made.values():
                    dress(layer, wish.get("color"), _style_field(layer, wish.get("by")))
                    note(f"user:{owner.get_username()}", "upload", f"my_{layer.pk}", name, rows=layer.rows)
        finally:
            written = rejects.close()
    return {
        "layers": [layer.pk for layer in made.values()],
        "read": read,
        "imported": read - rejects.count,
        "rejected": rejects.count,
        "reasons": dict(rejects.reasons.most_common(10)),
        "rejects": written is not None,
    }


def _survey(source: Source, where: Where, progress: Progress) -> tuple[dict[str, str], Counter[str]]:
    """What each column holds, and how many rows of each kind of geometry have a place."""
    typing, place, counts, read = Typing(source.columns), AnyPlaces(where), Counter[str](), 0
    for batch in source.batches():
        found = kinds(place(batch))
        counts.update(k for at, k in enumerate(found) if k and at not in batch.problems)
        typing.see(batch)
        read += len(batch)
        progress(read // 2)
        if sum(counts.values()) > settings.UPLOAD_ROWS:
            too_many(sum(counts.values()))
    return typing.kinds, counts


def _fields(chosen: list[str], typing: dict[str, str]) -> list[Json]:
    named = names(chosen)
    return [{"name": named[c], "title": c[:80], "type": typing[c]} for c in chosen]


def _layers(
    owner: User, title: str, name: str, counts: Counter[str], fields: list[Json], wish: Json
) -> dict[str, OwnLayer]:
    several = len(counts) > 1
    label = wish.get("label")
    if label not in {f["name"] for f in fields}:
        label = _label(fields)
    return {
        kind: OwnLayer.objects.create(
            owner=owner,
            name=f"{title[:74]}（{WORDS[kind].zh}）" if several else title,
            geometry=kind,
            fields=fields,
            label=str(label),
            source=name,
            rows=count,
            expires_at=timezone.now() + timedelta(days=settings.UPLOAD_DAYS),
        )
        for kind, count in sorted(counts.items())
    }


def _label(fields: list[Json]) -> str:
    for wanted in _CALLED:
        if hit := next((f["name"] for f in fields if wanted in f["title"].lower()), None):
            return str(hit)
    return str(next((f["name"] for f in fields if f["type"] == "string"), ""))


def _style_field(layer: OwnLayer, by: Any) -> str | None:
    """A field by its name or by the column it came from."""
    return next((f["name"] for f in layer.fields if by and by in (f["name"], f["title"])), None)


def _write(
    source: Source, where: Where, chosen: list[str], typing: dict[str, str], made: dict[str, OwnLayer],
    rejects: Rejects, progress: Progress, called: Path,
) -> int:  # fmt: skip
    named, place, read = names(chosen), AnyPlaces(where), 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal read
        for batch in source.batches():
            shapes = place(batch)
            found, places = kinds(shapes), ewkb(shapes)
            said = _said(batch, chosen, typing)
            for at, kind in enumerate(found):
                if kind is None or at in batch.problems:
                    continue
                properties = {named[c]: v for c, v in zip(chosen, said[at], strict=True) if v is not None}
                yield made[kind].pk, places[at], json.dumps(properties, ensure_ascii=False), 0
            for at, wrong in sorted(batch.problems.items()):
                rejects.add(called, batch, at, wrong)
            read += len(batch)
            progress(read)

    pour(connection, Feature, ["layer_id", "geom", "properties", "kind"], rows())
    return read


def _said(batch: Batch, chosen: list[str], typing: dict[str, str]) -> list[tuple[Any, ...]]:
    columns = []
    for c in chosen:
        kind = typing[c]
        columns.append([value(kind, cell) for cell in batch.columns[c]])
    return list(zip(*columns, strict=True)) if columns else [()] * len(batch)
