"""The scene document: what is stored, sent and published as a JSON Schema (`schema()`).

`read` takes what came from outside and either gives a scene whose every reference holds, or says in sentences
what is wrong with which element. Nothing personal is in it: parties are letters; plates and names are elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from diagramming.scene import elements as E  # noqa: N812
from diagramming.scene.classes import CLASSES, ahead, placed
from diagramming.scene.migrate import CURRENT, Unreadable, upgraded

SCALES = (100, 200, 250, 500)
MOST_ELEMENTS, MOST_READINGS, MOST_POINTS = 500, 500, 20_000


class BadScene(Exception):
    """`sentences`: each names an element and what is wrong with it."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


class Party(E.Part):
    id: E.PartyId
    kind: E.ClassId
    role: Literal["driver", "passenger", "pedestrian"] = "driver"
    moved: bool = False
    """Moved before anybody measured: listed on the sheet, not drawn."""


class Street(E.Part):
    """Which map lies under the drawing, and what the officer found it to be."""

    as_of: date | None = None
    bbox: tuple[float, float, float, float] | None = None
    state: Literal["unchanged", "changed"] | None = None
    note: E.Words = ""


class Frame(E.Part):
    """How the sheet looks at the scene; nothing on the scene depends on it."""

    center: E.Point = (0.0, 0.0)
    rotation: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] = 0.0
    """Degrees by which the paper's up is turned clockwise from grid north."""
    scale: Literal[100, 200, 250, 500] = 200
    paper: Literal["A4", "A3"] = "A4"


class Rival(E.Part):
    """An edit that met another of the same thing. Kept until somebody settles it."""

    op: str
    by: str
    target: str
    field: str
    value: Any = None


class Scene(E.Part):
    model_config = ConfigDict(extra="forbid", frozen=True, title="Antu crash scene")

    schema_: Annotated[Literal["scene/2"], Field(alias="schema")] = "scene/2"
    crs: Literal["EPSG:3826"] = "EPSG:3826"
    origin: tuple[
        Annotated[float, Field(ge=90_000, le=400_000, allow_inf_nan=False)],
        Annotated[float, Field(ge=2_300_000, le=2_950_000, allow_inf_nan=False)],
    ]
    north: Literal["map", "compass", "unknown"] = "map"
    short: bool = False
    """A3: the short form."""
    street: Street = Street()
    frame: Frame = Frame()
    summary: E.Words = ""
    parties: Annotated[tuple[Party, ...], Field(max_length=26)] = ()
    elements: Annotated[tuple[E.Any_, ...], Field(max_length=MOST_ELEMENTS)] = ()
    readings: Annotated[tuple[E.AnyReading, ...], Field(max_length=MOST_READINGS)] = ()
    rivals: Annotated[tuple[Rival, ...], Field(max_length=2000)] = ()

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if wrong := list(self.problems()):
            raise ValueError("\n".join(wrong))
        return self

    def element(self, id: str) -> Any | None:
        return next((e for e in self.elements if e.id == id), None)

    def of(self, *kinds: type[Any]) -> list[Any]:
        return [e for e in self.elements if isinstance(e, kinds)]

    def place(self, anchor: Any) -> tuple[float, float] | None:
        """Where an anchor is, or None when what it hangs on is not there."""
        if not isinstance(anchor, str):
            return float(anchor[0]), float(anchor[1])
        id, _, point = anchor.partition(".")
        element = self.element(id)
        if isinstance(element, E.Fixed | E.Impact):
            return element.at
        if isinstance(element, E.Mark):
            return element.path[-1 if point == "Z" else 0]
        if isinstance(element, E.Vehicle):
            f, r = ahead(CLASSES[element.kind], point or "C", element.posture, element.length, element.width)
            return placed(element.pose.x, element.pose.y, element.pose.heading, f, r)
        if isinstance(element, E.Pedestrian):
            f, r = ahead(CLASSES["pedestrian"], point or "C", "upright", None, None)
            return placed(element.pose.x, element.pose.y, element.pose.heading, f, r)
        return None

    def problems(self) -> Iterator[str]:
        """What no single field shows: names used twice, references to nothing, too much of all."""
        for what, many in (
            ("元素 element", self.elements),
            ("當事者 party", self.parties),
            ("量測 reading", self.readings),
        ):
            for id, n in Counter(one.id for one in many).items():
                if n > 1:
                    yield f"{what} {id}：代號重複。 This id is used {n} times."
        if sum(_points(e) for e in self.elements) > MOST_POINTS:
            yield f"點數超過 {MOST_POINTS}。 The scene has more than {MOST_POINTS} points."
        letters = {p.id for p in self.parties}
        for e in self.elements:
            asked = {*getattr(e, "parties", ()), getattr(e, "party", None)} - {None}
            for party in sorted(asked - letters):
                yield f"{e.id}：沒有當事者 {party}。 There is no party {party}."
            for name in ("start", "end", "a", "b"):
                if isinstance(anchor := getattr(e, name, None), str):
                    yield from self._dangling(e.id, anchor)
        for r in self.readings:
            yield from self._dangling(r.id, r.of)
            if isinstance(r, E.Span):
                yield from self._dangling(r.id, r.to)
            if isinstance(r, E.Offset) and not isinstance(self.element(r.line), E.BaseLine):
                yield f"{r.id}：沒有基準線 {r.line}。 There is no base line {r.line}."
            if isinstance(r, E.Range) and not isinstance(self.element(r.to), E.Fixed):
                yield f"{r.id}：沒有固定點 {r.to}。 There is no fixed point {r.to}."
        ways = Counter(e.party for e in self.of(E.Travel))
        for party, n in ways.items():
            if n > 1:
                yield f"當事者 {party}：只能有一個行向。 Party {party} has {n} travel arrows; one is allowed."

    def _dangling(self, owner: str, anchor: str) -> Iterator[str]:
        id, _, point = anchor.partition(".")
        element = self.element(id)
        if element is None:
            yield f"{owner}：所指的 {id} 不存在。 It refers to {id}, which is not there."
        elif (point or "C") not in E.points_of(element) and not (point == "" and isinstance(element, E.Mark)):
            yield f"{owner}：{id} 沒有 {point or '中心'} 這一點。 {id} has no point {point or 'C'}."


def _points(element: Any) -> int:
    return sum(len(getattr(element, name, ())) for name in ("path", "area", "approach", "exit"))


def read(raw: Any) -> Scene:
    """The scene in what came from outside, or BadScene."""
    if not isinstance(raw, Mapping):
        raise BadScene(["現場圖要是一個物件。 A scene is a JSON object."])
    try:
        return Scene.model_validate_json(json.dumps(upgraded(raw), allow_nan=False))
    except Unreadable as problem:
        raise BadScene([str(problem)]) from problem
    except ValidationError as problem:
        raise BadScene(sentences(problem, raw)) from problem
    except (ValueError, TypeError, AttributeError, RecursionError) as problem:
        raise BadScene(
            ["數值必須是有限的數，格式須為 JSON。 Numbers must be finite and all of it JSON."]
        ) from problem


def sentences(problem: ValidationError, raw: Mapping[str, Any]) -> list[str]:
    """What pydantic found, said by the name of the element; at most twenty."""
    out: list[str] = []
    for error in problem.errors(include_url=False)[:20]:
        where = [part for part in error["loc"] if part not in _KINDS]
        name = ""
        if len(where) >= 2 and where[0] in ("elements", "parties", "readings") and isinstance(where[1], int):
            held = raw.get(str(where[0]))
            one = held[where[1]] if isinstance(held, list) and where[1] < len(held) else None
            said = one.get("id") if isinstance(one, Mapping) else None
            name = f"{said}"[:40] if isinstance(said, str) and said else f"{where[0]} {where[1] + 1}"
            where = where[2:]
        told = error["msg"].removeprefix("Value error, ")
        place = ".".join(str(p) for p in where)
        out += ["：".join(part for part in (name, place, line) if part) for line in told.splitlines()]
    return out


_KINDS = frozenset({*E.LAYER_OF, "offset", "range", "span"})


def dump(scene: Scene) -> dict[str, Any]:
    return scene.model_dump(mode="json", by_alias=True)


def digest(scene: Scene) -> str:
    """The SHA-256 of the document in its one canonical form."""
    text = json.dumps(dump(scene), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def schema() -> dict[str, Any]:
    """The published JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:antu:scene:{CURRENT}",
        **Scene.model_json_schema(by_alias=True),
    }
