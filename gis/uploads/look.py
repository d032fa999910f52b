"""A look into a file before anything is done with it: what it is, what its columns hold, where its rows lie, and
which lines could not come in. Reads the first rows alone, so that the answer comes at once.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from gis.exchange.batch import Batch, Source
from gis.exchange.delimited import Delimited
from gis.exchange.values import text
from gis.uploads.columns import Typing
from gis.uploads.files import Part, opened, parts
from gis.uploads.places import SYSTEMS, AnyPlaces, kinds, locate
from layers.registry.importer import Wrong

ROWS = 20
SAMPLE = 5_000
DRAWN = 2_000
TOLD = 50
LONGEST = 200
Json = dict[str, Any]
DELIMITERS = {",": "逗號 ,", "\t": "Tab", ";": "分號 ;", "|": "直線 |"}


def look(path: Path, name: str, wish: Json) -> Json:
    """What the person is shown. `wish` is what they chose so far: part, encoding, columns, system."""
    with parts(path, name) as found:
        part, source = opened(found, wish.get("part"), wish.get("encoding"))
        sample = first(source)
        said: Json = {
            "parts": [{"id": p.id, "name": p.name} for p in found[:50]],
            "part": part.id,
            "title": part.name,
            "format": part.path.suffix.lower()[1:],
            "encoding": source.encoding
            if isinstance(source, Delimited)
            else getattr(source, "encoding", None),
            "delimiter": DELIMITERS.get(source._delimiter) if isinstance(source, Delimited) else None,
            "header": source._header if isinstance(source, Delimited) else None,
            "geometry": bool(source.geometry),
            "columns": _columns(source, sample),
            "rows": [
                [_cell(c) for c in cells]
                for cells in islice(zip(*sample.columns.values(), strict=True), ROWS)
            ],
            "lines": sample.lines[:ROWS],
            **_count(part, source, sample),
            "systems": [{"id": id, "zh": t.zh, "en": t.en} for id, t in SYSTEMS.items()],
        }
        said |= _placed(source, sample, wish)
        return said


def first(source: Source) -> Batch:
    """The first rows, as one batch; of a file without rows, none."""
    found = next(iter(source.batches()), None)
    if found is None:
        raise Wrong("檔案內沒有資料列。", "The file holds no rows.")
    return found


def _columns(source: Source, sample: Batch) -> list[Json]:
    typing = Typing(source.columns)
    typing.see(sample)
    kinds_ = typing.kinds
    return [
        {
            "name": c,
            "type": kinds_[c],
            "sample": next((_cell(v) for v in sample.columns[c][:200] if v not in (None, "")), ""),
        }
        for c in source.columns
    ]


def _cell(value: Any) -> str:
    return f"({len(value)} bytes)" if isinstance(value, bytes) else text(value)[:LONGEST]


def _count(part: Part, source: Source, sample: Batch) -> Json:
    """How many rows: exactly where the file says so or was read to its end, else by its lines."""
    if source.geometry and part.path.suffix.lower() != ".parquet":
        import pyogrio

        count = pyogrio.read_info(part.path, layer=part.sublayer)["features"]
        return {"count": int(count), "exact": count >= 0}
    if len(sample) < SAMPLE:
        return {"count": len(sample), "exact": True}
    with part.path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return {"count": max(lines - 1, len(sample)), "exact": False}


def _placed(source: Source, sample: Batch, wish: Json) -> Json:
    try:
        where = locate(source, sample, wish)
        shapes = AnyPlaces(where)(sample)
    except Wrong as wrong:
        return {
            "place": None,
            "problem": {"zh": wrong.text.zh, "en": wrong.text.en},
            "preview": None,
            "rejects": [],
        }
    good = np.array([at for at in range(len(sample)) if at not in sample.problems], dtype=int)
    rejects = sorted(sample.problems.items())
    reasons = Counter((w.text.zh, w.text.en) for _, w in rejects)
    return {
        "place": {
            "x": where.place.lon[0] if where.place.lon else None,
            "y": where.place.lat[0] if where.place.lat else None,
            "wkt": where.place.wkt[0] if where.place.wkt else None,
            "crs": where.crs,
            "how": {"zh": where.how.zh, "en": where.how.en},
            "swapped": where.swapped,
        },
        "problem": None,
        "kinds": dict(Counter(k for at, k in enumerate(kinds(shapes)) if k and at not in sample.problems)),
        "read": len(sample),
        "good": len(good),
        "rejects": [
            {
                "line": sample.lines[at],
                "zh": w.text.zh,
                "en": w.text.en,
                "cells": [_cell(v[at]) for v in sample.columns.values()][:6],
            }
            for at, w in rejects[:TOLD]
        ],
        "reasons": [{"zh": zh, "en": en, "count": n} for (zh, en), n in reasons.most_common(10)],
        "preview": _drawn(shapes, sample, good),
        "bounds": [float(v) for v in shapely.total_bounds(shapes[good])] if len(good) else None,
    }


def _drawn(shapes: Any, sample: Batch, good: Any) -> Json:
    some = shapes[good[:DRAWN]]
    simple = shapely.simplify(some, 1e-5)
    texts = shapely.to_geojson(np.where(shapely.is_empty(simple), some, simple))
    lines = [sample.lines[at] for at in good[:DRAWN]]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"line": line}, "geometry": orjson.loads(t)}
            for line, t in zip(lines, texts, strict=True)
        ],
    }
