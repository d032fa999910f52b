"""`Process(...)`: a calculation over layers, declared once next to its theme, in `layers/<theme>/processes.py`.

Whoever runs it (the OGC API, a job) hands in checked inputs and a `Run`, which knows for whom it is. A broken
declaration stops the start and is named in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Protocol

from django.apps import apps
from pydantic import BaseModel, ConfigDict

from layers.access import Clearance, Viewer
from layers.registry import cql
from layers.registry.field import Field
from layers.registry.layer import GeometryKind, Layer
from layers.registry.register import register
from layers.registry.sql import Sql, parse_interval, where
from layers.registry.text import Text

Json = Any
_ID = re.compile(r"^[a-z][a-z0-9-]{0,60}$")
GEOJSON, JSON, CSV = "application/geo+json", "application/json", "text/csv"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


class BrokenProcess(Exception):
    """A declaration that cannot be run. The message names the process and says what to change."""


class BadInput(ValueError):
    """What is wrong with which input, for whoever asked."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"Input “{name}”: {sentence}")
        self.name = name


class Inputs(BaseModel):
    """What a process is asked, to be derived from. Each input carries its words: `Annotated[str, Text("圖層", "Layer")]`."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


@dataclass(frozen=True, slots=True)
class Among:
    """Stands beside the words of an input that names a layer: which kinds of geometry it may have."""

    kinds: tuple[GeometryKind, ...] = ("point", "line", "polygon")

    def layers(self, clearance: Clearance) -> list[str]:
        """The ids to choose from."""
        return [x.id for x in register if x.clearance <= clearance and x.geometry in self.kinds]


@dataclass(frozen=True, slots=True)
class Output:
    """`forms` are the media types in which it can be had, with their JSON Schema; the first is given unasked."""

    id: str
    title: Text
    forms: Mapping[str, Json]
    asked: bool = False
    """Made only when it is asked for by name."""

    @property
    def media(self) -> str:
        return next(iter(self.forms))


class Run(Protocol):
    """One run, as the function of a process sees it."""

    @property
    def clearance(self) -> Clearance: ...

    @property
    def wanted(self) -> Mapping[str, str]:
        """Which outputs are asked for, and in which media type."""
        ...

    def layer(self, id: str) -> Layer:
        """The layer of an input that is `Among`; that an audited one is read is on record from here."""
        ...

    def progress(self, percent: float, message: str = "") -> None:
        """Says how far it is. Raises when nobody waits any more, so it is called between the parts of the work."""
        ...


@dataclass(frozen=True, kw_only=True)
class Process:
    """`function` returns each wanted output by its id: bytes or text as they are, all else becomes JSON."""

    id: str
    title: Text
    description: Text
    inputs: type[Inputs]
    outputs: tuple[Output, ...]
    function: Callable[[Any, Run], Mapping[str, Any]]
    clearance: Clearance = Clearance.PUBLIC
    keywords: tuple[Text, ...] = ()
    example: Mapping[str, Json] | None = None
    """Inputs that work in every city, for the documentation."""
    version: str = "1.0.0"
    theme: str = ""

    def output(self, id: str) -> Output | None:
        return next((o for o in self.outputs if o.id == id), None)

    def words(self, name: str) -> Text:
        """What an input is called."""
        return next(m for m in self.inputs.model_fields[name].metadata if isinstance(m, Text))

    def among(self, name: str) -> Among | None:
        """Of an input that names a layer."""
        return next((m for m in self.inputs.model_fields[name].metadata if isinstance(m, Among)), None)

    def resolve(self, theme: str) -> Process:
        if problem := next(self._problems(), None):
            raise BrokenProcess(f"Process “{self.id}” (layers/{theme}): {problem}")
        return replace(self, theme=theme)

    def _problems(self) -> Iterator[str]:
        if not _ID.match(self.id):
            yield "its id must be lower-case letters, digits and hyphens, a letter first."
        for text, what in ((self.title, "title"), (self.description, "description")):
            if not (text.zh.strip() and text.en.strip()):
                yield f"its {what} is missing in one of the two languages."
        inputs: Any = self.inputs
        if not (isinstance(inputs, type) and issubclass(inputs, Inputs)):
            yield "its inputs are no class derived from Inputs."
            return
        for name, field in self.inputs.model_fields.items():
            if not any(isinstance(m, Text) for m in field.metadata):
                yield f"input “{name}” has no words; write Annotated[…, Text(zh, en)]."
        if "$defs" in inputs.model_json_schema():
            yield "an input is a class of its own; a description needs plain values, lists and objects."
        if not self.outputs:
            yield "it has no output."
        for output in self.outputs:
            if not output.forms:
                yield f"output “{output.id}” has no media type."
        if len({o.id for o in self.outputs}) != len(self.outputs):
            yield "an output is declared twice."
        if all(o.asked for o in self.outputs):
            yield "without being asked by name it would give nothing."
        if self.example is not None and (wrong := set(self.example) - set(self.inputs.model_fields)):
            yield f"its example has “{min(wrong)}”, which is no input."


class Processes:
    """The processes of all themes, by id."""

    def __init__(self) -> None:
        self._by_id: MappingProxyType[str, Process] = MappingProxyType({})

    def swap(self, found: Iterable[Process]) -> None:
        by_id: dict[str, Process] = {}
        for process in found:
            if process.id in by_id:
                raise BrokenProcess(
                    f"Process “{process.id}” is declared in layers/{by_id[process.id].theme} and again in "
                    f"layers/{process.theme}; an id is given once."
                )
            by_id[process.id] = process
        self._by_id = MappingProxyType(by_id)

    def __iter__(self) -> Iterator[Process]:
        return iter(self._by_id.values())

    def seen_by(self, clearance: Clearance) -> list[Process]:
        return [p for p in self if p.clearance <= clearance]

    def find(self, id: str, viewer: Viewer) -> Process | None:
        """The process, or None when there is none *or it is not for this viewer*: both must look alike."""
        process = self._by_id.get(id)
        return process if process and process.clearance <= viewer.clearance else None


processes = Processes()


def fill() -> None:
    """Collect the declarations of all installed themes."""
    found: list[Process] = []
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.processes") is not None:
            declared = import_module(f"{app.name}.processes")
            found += [process.resolve(app.label) for process in getattr(declared, "PROCESSES", ())]
    processes.swap(found)


# what functions of processes share


def rows(layer: Layer, run: Run, filter: str | None = None, datetime: str | None = None) -> Sql:
    """The condition for the rows that are asked for and may be seen."""
    try:
        interval = parse_interval(datetime) if datetime else None
    except ValueError as wrong:
        raise BadInput("datetime", str(wrong)) from wrong
    if interval and layer.time is not None and layer.by_name[layer.time].clearance > run.clearance:
        raise BadInput("datetime", f"layer “{layer.id}” has no time.")
    if interval and layer.time is None and layer.asof is None:
        raise BadInput("datetime", f"layer “{layer.id}” has no time.")
    try:
        condition = cql.compile(filter, layer, run.clearance) if filter else None
    except cql.BadFilter as wrong:
        raise BadInput("filter", str(wrong)) from wrong
    return where(layer, run.clearance, interval=interval, condition=condition)


def number(layer: Layer, run: Run, name: str, input: str) -> Field:
    """A field that can be added up."""
    seen = {f.name: f for f in layer.seen_by(run.clearance) if _adds_up(f)}
    if name not in seen:
        known = f"there are {', '.join(seen)}" if seen else "it has none"
        raise BadInput(input, f"layer “{layer.id}” has no field “{name[:60]}” that can be added up; {known}.")
    return seen[name]


def _adds_up(field: Field) -> bool:
    return field.resolved in ("integer", "number") and field.codes is None and field.of is None
