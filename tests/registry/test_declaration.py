"""A declaration is checked when Django starts; whatever is wrong is said in one sentence that names it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.generalise import Grid, Only, Simplify, Top
from layers.registry.layer import BrokenLayer, Query
from layers.registry.register import Register, register
from layers.registry.style import Fills, Labels, Points, Style
from layers.registry.text import Text

X = Text("某", "some")


def broken(which: str = "spots", /, **changes: Any) -> str:
    layer = register.get(which)
    assert layer
    with pytest.raises(BrokenLayer) as problem:
        replace(layer, **changes).resolve("sample")
    return str(problem.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "Bad Id"}, "lower-case"),
        ({"title": Text("點", "")}, "title is missing in one of the two languages"),
        ({"description": Text(" ", "x")}, "description is missing"),
        ({"group": "nowhere"}, "group “nowhere”"),
        ({"zooms": (9, 3)}, "zooms (9, 3)"),
        ({"edit": ("gardener",)}, "unknown role “gardener”"),
        ({"label": "nome"}, "label field “nome” is not declared"),
        ({"time": "name"}, "time field “name” is neither"),
        ({"fields": (Field("nome", X),)}, "“nome” is no column of Spot; it has"),
        ({"fields": (Field("name", X), Field("name", X))}, "two fields have the same name"),
        ({"fields": (Field("geom", X),)}, "name that cannot be used"),
        ({"generalise": (Simplify(below=9),)}, "Simplify thins out lines and areas"),
        ({"generalise": (Grid(below=9, sums=("wait",)),)}, "Grid names “wait”"),
        ({"generalise": (Top(below=9, by="informant"),)}, "not everybody who sees the layer may see"),
        ({"generalise": (Only(below=9, where="true; drop table x"),)}, "one SQL expression"),
        ({"style": Style()}, "draws nothing"),
        ({"style": Style(Fills())}, "Fills cannot draw point"),
        ({"style": Style(Points(color="mauve"))}, "colour “mauve”"),
        ({"style": Style(Points(icon="unicorn"))}, "icon “unicorn”"),
        ({"style": Style(Labels("nome"))}, "names “nome”"),
        ({"label": None, "search": True}, "needs a label"),
    ],
)
def test_a_broken_declaration_says_what_is_wrong(changes: dict[str, Any], sentence: str) -> None:
    said = broken(**changes)
    assert said.startswith("Layer “") and sentence in said and "layers/sample" in said


def test_a_derived_layer_states_its_types_and_cannot_be_edited() -> None:
    assert "needs a type" in broken("zone_counts", fields=(Field("name", X),), style=Style(Fills()))
    assert "only a layer with a model" in broken("zone_counts", edit=("planner",))
    query = register.get("zone_counts")
    assert query and isinstance(query.source, Query) and query.tables == ("sample_zone", "sample_spot")


def test_an_id_is_given_once() -> None:
    layer = register.get("spots")
    assert layer
    with pytest.raises(BrokenLayer, match="an id is given once"):
        Register().swap([layer, layer])


def test_types_are_read_from_the_model() -> None:
    layer = register.get("spots")
    assert layer
    types = {f.name: f.type for f in layer.fields}
    assert types == {
        "name": "string",
        "kind": "string",
        "grade": "integer",
        "weight": "number",
        "open": "boolean",
        "happened_at": "datetime",
        "informant": "string",
    }
    assert layer.geometry == "point" and layer.theme == "sample"


def test_a_new_register_is_swapped_in_whole_and_has_a_new_version() -> None:
    layer = register.get("spots")
    assert layer
    mine = Register()
    mine.swap([layer])
    first = mine.version
    before = mine.now
    mine.swap([layer, replace(layer, id="more", clearance=Clearance.POLICE)])
    assert mine.version != first
    assert list(before.layers) == ["spots"], "a request keeps the snapshot with which it began"
