"""A broken declaration of a process stops the start and is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import pytest

from layers.access import ANONYMOUS, Clearance, Viewer
from layers.registry.process import JSON, BrokenProcess, Inputs, Output, Process, Processes, Run, processes
from layers.registry.text import Text


class Asked(Inputs):
    n: Annotated[int, Text("數", "Number")]


class Wordless(Inputs):
    n: int


class Nested(Inputs):
    one: Annotated[Asked, Text("一", "One")]


def twice(asked: Asked, run: Run) -> Mapping[str, Any]:
    return {"twice": asked.n * 2}


TWICE = Output("twice", Text("兩倍", "Twice"), {JSON: {"type": "integer"}})
GOOD = Process(
    id="twice",
    title=Text("兩倍", "Twice"),
    description=Text("乘以二。", "Times two."),
    inputs=Asked,
    outputs=(TWICE,),
    function=twice,
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "Twice!"}, "lower-case letters"),
        ({"title": Text("兩倍", " ")}, "title is missing"),
        ({"description": Text("", "x")}, "description is missing"),
        ({"inputs": dict}, "no class derived from Inputs"),
        ({"inputs": Wordless}, "input “n” has no words"),
        ({"inputs": Nested}, "a class of its own"),
        ({"outputs": ()}, "no output"),
        ({"outputs": (replace(TWICE, forms={}),)}, "no media type"),
        ({"outputs": (TWICE, TWICE)}, "declared twice"),
        ({"outputs": (replace(TWICE, asked=True),)}, "would give nothing"),
        ({"example": {"m": 1}}, "“m”, which is no input"),
    ],
)
def test_a_broken_declaration_is_named(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BrokenProcess, match=r"\(layers/sample\): .*" + sentence):
        replace(GOOD, **changes).resolve("sample")


def test_an_id_is_given_once() -> None:
    with pytest.raises(BrokenProcess, match="layers/a and again in layers/b"):
        Processes().swap([GOOD.resolve("a"), GOOD.resolve("b")])


def test_themes_are_found_and_clearance_hides() -> None:
    ids = {p.id: p.theme for p in processes}
    assert ids["summarise"] == "areas"
    assert ids["echo"] == "sample"
    assert processes.find("hideout-count", ANONYMOUS) is None
    assert processes.find("hideout-count", Viewer(clearance=Clearance.POLICE))
