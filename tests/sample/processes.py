"""Processes made to be broken: one for everybody that does as it is told, one for police."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Annotated, Any

from django.db import connection
from pydantic import Field

from gis.processes.run import MOST_RESULT
from layers.access import Clearance
from layers.registry.process import CSV, JSON, Among, BadInput, Inputs, Output, Process, Run, rows
from layers.registry.sql import relation
from layers.registry.text import Text

reached, go_on = threading.Event(), threading.Event()
"""A test that looks at a job in the middle waits for the one and then sets the other."""


class Echo(Inputs):
    text: Annotated[str, Text("文字", "Text"), Field(max_length=2_000)] = "echo"
    times: Annotated[int, Text("次數", "How often"), Field(ge=1, le=9)] = 1
    deed: Annotated[str, Text("行為", "What it does")] = "echo"


def echo(asked: Echo, run: Run) -> Mapping[str, Any]:
    match asked.deed:
        case "raise":
            raise ZeroDivisionError("a secret of the house")
        case "refuse":
            raise BadInput("text", "it is not nice.")
        case "sleep":
            with connection.cursor() as cursor:
                reached.set()
                cursor.execute("SELECT pg_sleep(30)")
        case "wait":
            run.progress(40, "in the middle")
            reached.set()
            assert go_on.wait(20)
            run.progress(60, "further")
        case "number":
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s::int", [asked.times * 10**9])
        case "much":
            return {"said": b"x" * (MOST_RESULT + 1)}
        case "hidden":
            return {}
    said = asked.text * asked.times
    return {"said": {"said": said} if run.wanted.get("said") == JSON else said, "length": len(said)}


class Count(Inputs):
    layer: Annotated[str, Text("圖層", "Layer"), Among(("point",))] = "hideouts"


def count(asked: Count, run: Run) -> Mapping[str, Any]:
    layer = run.layer(asked.layer)
    where = rows(layer, run)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {relation(layer)} WHERE {where.text}", where.params)
        return {"count": cursor.fetchone()[0]}


PROCESSES = [
    Process(
        id="echo",
        title=Text("回聲", "Echo"),
        description=Text("說什麼就回什麼。", "Says what it is told."),
        inputs=Echo,
        outputs=(
            Output("said", Text("所說", "Said"), {JSON: {"type": "object"}, CSV: {"type": "string"}}),
            Output("length", Text("長度", "Length"), {JSON: {"type": "integer"}}, asked=True),
        ),
        function=echo,
        example={"text": "x"},
    ),
    Process(
        id="hideout-count",
        title=Text("藏匿處計數", "Count of hideouts"),
        description=Text("只給警察。", "For police alone."),
        inputs=Count,
        outputs=(Output("count", Text("件數", "Count"), {JSON: {"type": "integer"}}),),
        function=count,
        clearance=Clearance.POLICE,
    ),
]
