"""`similar-junctions`: alike in shape, in problem, or in both as two sliders say. The shape is that of the street map, the
problem the kinds of crashes, shrunk towards the city's so that one crash is no problem."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Annotated, Any

from django.db import connection
from pydantic import Field

from layers.registry.process import JSON, BadInput, Inputs, Output, Process, Run
from layers.registry.text import Text

PRIOR = 8.0
"""As many crashes of the city's mixture are added to every junction's own."""
MOST_SHAPES = 500


class Like(Inputs):
    junction: Annotated[
        str,
        Text("路口：節點名稱或路口編號", "The junction: the name of its node, or the id of the junction"),
        Field(min_length=1, max_length=100),
    ]
    limit: Annotated[int, Text("最多筆數", "At most this many"), Field(ge=1, le=100)] = 10
    mirror: Annotated[bool, Text("鏡像亦可", "Mirrored ones count, too")] = True
    shape: Annotated[float, Text("幾何的比重", "How much the shape counts"), Field(ge=0, le=1)] = 1.0
    problem: Annotated[float, Text("事故型態的比重", "How much the problem counts"), Field(ge=0, le=1)] = 0.0
    crashes: Annotated[
        int, Text("比較事故型態時至少幾件", "With problem: at least so many crashes"), Field(ge=1, le=1000)
    ] = 3


def similar(asked: Like, run: Run) -> Mapping[str, Any]:
    from layers.streets import alike

    if not asked.shape and not asked.problem:
        raise BadInput("shape", "shape and problem cannot both count for nothing.")
    node, junction = _which(asked.junction, bool(asked.problem))
    shapes = {}
    if asked.shape:
        if node is None:
            raise BadInput(
                "junction", f"junction {asked.junction} is not in the street map; ask with shape = 0."
            )
        try:
            hits = alike.like(node, MOST_SHAPES if asked.problem else asked.limit, mirror=asked.mirror)
        except alike.NoShape as wrong:
            raise BadInput("junction", str(wrong)) from wrong
        shapes = {hit.id: hit for hit in hits}
    if not asked.problem:
        return {"junctions": _shown([(hit.distance, None, hit, None, hit.id) for hit in shapes.values()])}
    assert junction is not None
    problems = _problems(junction, asked.crashes)
    found: list[tuple[float, float | None, Any, int | None, str | None]] = []
    if asked.shape:
        at = alike.nodes_of()
        whole = asked.shape + asked.problem
        for name, hit in shapes.items():
            id = at.get(name)
            if id is not None and id in problems:
                apart = problems[id]
                near = (asked.shape * (1 - exp(-hit.distance)) + asked.problem * apart) / whole
                found.append((near, apart, hit, id, name))
    else:
        found = [(apart, apart, None, id, None) for id, apart in problems.items()]
    found.sort(key=lambda f: (f[0], f[3] or 0))
    return {"junctions": _shown(found[: asked.limit])}


def _which(said: str, problem: bool) -> tuple[str | None, int | None]:
    """Node and junction that are meant; either may be unknown to the other map."""
    from layers.streets import alike
    from layers.streets.models import Junction

    if said.isdecimal():
        id = int(said)
        if not Junction.objects.filter(pk=id).exists():
            raise BadInput("junction", f"there is no junction {id}.")
        return next((name for name, j in alike.nodes_of([id]).items() if j == id), None), id
    name = said if said.startswith("node/") else f"node/{said}"
    junction = alike.nodes_of().get(name) if problem else None
    if problem and junction is None:
        raise BadInput(
            "junction", f"{name} is no junction that crashes are counted to; ask with problem = 0."
        )
    return name, junction


def _problems(junction: int, least: int) -> dict[int, float]:
    """How unlike each junction's mixture of crash types is: Hellinger, 0 the same and 1 nothing in common."""
    import numpy as np

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT junction_id, type, count(*) FROM crashes_crash WHERE junction_id IS NOT NULL AND type <> '' GROUP BY 1, 2"
        )
        counted = cursor.fetchall()
    types = sorted({t for _, t, _ in counted})
    ids = sorted({id for id, _, _ in counted} | {junction})
    row, column = {id: k for k, id in enumerate(ids)}, {t: k for k, t in enumerate(types)}
    table = np.zeros((len(ids), max(len(types), 1)))
    for id, t, n in counted:
        table[row[id], column[t]] = n
    own = table.sum(axis=1)
    if own[row[junction]] < least:
        raise BadInput(
            "junction", f"it has {int(own[row[junction]])} crashes, too few for a problem to be told."
        )
    city = table.sum(axis=0) / table.sum()
    shares = np.sqrt((table + PRIOR * city) / (own + PRIOR)[:, None])
    apart = np.sqrt(np.maximum(0.0, 1.0 - shares @ shares[row[junction]]))
    return {
        id: float(apart[k]) for id, k in row.items() if id != junction and own[k] >= least
    }  # fmt: skip


def _shown(found: list[tuple[float, float | None, Any, int | None, str | None]]) -> list[dict[str, Any]]:
    from layers.streets import alike
    from layers.streets.models import Junction

    places = alike.places([name for *_, name in found if name])
    rows = Junction.objects.in_bulk([id for *_, id, _ in found if id])
    out = []
    for near, apart, hit, id, name in found:
        mine = rows.get(id) if id else None
        said: dict[str, Any] = {"distance": round(near, 4)}
        if mine is not None:
            said |= {"id": mine.pk, "name": mine.name}
        if apart is not None:
            said["problem_distance"] = round(apart, 4)
        if hit is not None:
            said |= {
                "junction": name,
                "mirrored": hit.mirrored,
                "shape_distance": hit.distance,
                "differs": [
                    {"zh": zh, "en": en, "there": there, "here": here} for zh, en, there, here in hit.differs
                ],
            }
        said["place"] = places.get(name) if name else [mine.geom.x, mine.geom.y] if mine else None
        out.append(said)
    return out


SIMILAR = Process(
    id="similar-junctions",
    title=Text("相似路口", "Similar junctions"),
    description=Text(
        "找出與某路口最相似者：幾何（車道、寬度、夾角、號誌、標線，不論旋轉或鏡像）與事故型態各有比重，並說明主要差異。",
        "The junctions most like a given one: by shape (lanes, widths, angles, signals, markings, whichever way they lie) and "
        "by the mixture of their crashes, each weighed by a slider, with what they differ in most.",
    ),
    inputs=Like,
    outputs=(
        Output(
            "junctions", Text("路口", "Junctions"), {JSON: {"type": "array", "items": {"type": "object"}}}
        ),
    ),
    function=similar,
    keywords=(Text("路口", "junction"), Text("相似", "similar")),
    example={"junction": "1", "shape": 0, "problem": 1, "crashes": 0},
    version="1.1.0",
)
