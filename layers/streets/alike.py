"""Similar junctions as a process: those of today's street map that are most like one of them, and by what they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.db import connection
from pydantic import Field

from layers.registry.process import JSON, BadInput, Inputs, Output, Process, Run
from layers.registry.sql import Sql
from layers.registry.text import Text
from layers.streets import read
from layers.streets.craft.similar import Index, shapes_of

_kept: tuple[int, Index] | None = None
"""The index of the last version of the map that this worker was asked about."""


class Like(Inputs):
    junction: Annotated[
        str, Text("路口：節點名稱", "The junction: the name of its node"), Field(min_length=3, max_length=100)
    ]
    limit: Annotated[int, Text("最多筆數", "At most this many"), Field(ge=1, le=100)] = 10
    mirror: Annotated[bool, Text("鏡像亦可", "Mirrored ones count, too")] = True


def similar(asked: Like, run: Run) -> Mapping[str, Any]:
    index = _index()
    name = asked.junction if asked.junction.startswith("node/") else f"node/{asked.junction}"
    shape = index.shapes.get(name)
    if shape is None:
        raise BadInput("junction", f"{name} is no junction of three streets or more in the street map.")
    hits = index.like(shape, asked.limit, mirror=asked.mirror)
    places = _places([hit.id for hit in hits])
    return {
        "junctions": [
            {
                "junction": hit.id,
                "distance": hit.distance,
                "mirrored": hit.mirrored,
                "place": places.get(hit.id),
                "differs": [
                    {"zh": zh, "en": en, "there": there, "here": here} for zh, en, there, here in hit.differs
                ],
            }
            for hit in hits
        ]
    }


def _index() -> Index:
    global _kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM streets_changeset")
        newest = int(cursor.fetchone()[0])
    if _kept is None or _kept[0] != newest:
        found = read.fetch(Sql("v.kind IN ('node', 'segment', 'arm')"))
        _kept = (newest, Index.of(shapes_of(read.document(found))))
    return _kept[1]


def _places(names: list[str]) -> dict[str, list[float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object, ST_X(geom), ST_Y(geom) FROM streets_version "
            "WHERE object = ANY(%s) AND upper_inf(valid) AND upper_inf(txn)",
            (names,),
        )
        return {name: [x, y] for name, x, y in cursor.fetchall()}


SIMILAR = Process(
    id="similar-junctions",
    title=Text("相似路口", "Similar junctions"),
    description=Text(
        "依車道、寬度、夾角、號誌與標線等參數，找出與某路口最相似者；不論旋轉或鏡像，並說明主要差異。",
        "The junctions most like a given one by lanes, widths, angles, signals and markings, whichever way they lie, each "
        "with what it differs in most.",
    ),
    inputs=Like,
    outputs=(
        Output(
            "junctions",
            Text("路口", "Junctions"),
            {JSON: {"type": "array", "items": {"type": "object"}}},
        ),
    ),
    function=similar,
    keywords=(Text("路口", "junction"), Text("相似", "similar")),
    example={"junction": "node/n19360000.259748000", "limit": 5},
)
