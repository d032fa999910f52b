"""A form as a file: boxes, lines, words and lists on a page, so that a city can bring its own.

TOML, in millimetres from the top left corner; a negative number counts from the right or the bottom, so that one
file serves A4 and A3. Words may hold `{fields}`; a field that there is not is refused when the file is read.
"""

from __future__ import annotations

import string
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

OWN = Path(__file__).with_name("templates")
FIELDS = frozenset(
    {
        "city", "station", "case_no", "handling_no", "severity", "occurred", "place", "weather", "light", "surface",
        "signal", "speed_limit", "summary", "drawn_on", "drawn_by", "reviewed_by", "scale", "paper", "version",
        "digest", "state", "as_of", "origin", "north", "street", "note",
    }
)  # fmt: skip
Mm = Annotated[float, Field(ge=-600, le=600, allow_inf_nan=False)]


class BadTemplate(Exception):
    """Says what in which file cannot be used."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Box(Part):
    x: Mm
    y: Mm
    x2: Mm
    y2: Mm
    width: float = 0.25
    fill: str = "none"


class Rule(Part):
    x: Mm
    y: Mm
    x2: Mm
    y2: Mm
    width: float = 0.18


class Label(Part):
    x: Mm
    y: Mm
    text: str
    size: float = 3.0
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    most: float = 0
    """Millimetres that the words may take; longer ones are set smaller, then cut with an ellipsis."""


class Tick(Part):
    x: Mm
    y: Mm
    field: str
    value: str
    text: str
    size: float = 3.0


class Paragraph(Part):
    x: Mm
    y: Mm
    x2: Mm
    y2: Mm
    field: str
    size: float = 2.8


class Listing(Part):
    """The parties, a row each."""

    x: Mm
    y: Mm
    x2: Mm
    row: float = 4.6
    rows: int = 5
    size: float = 2.6


class At(Part):
    x: Mm
    y: Mm


class Drawing(Part):
    left: Mm
    top: Mm
    right: Mm
    bottom: Mm
    grid: float = 10
    border: float = 0.4


class Template(Part):
    name: str
    drawing: Drawing
    north: At
    scale_bar: At
    check: At
    """Where the corner of the two 100 mm bars is: one goes right, one up."""
    box: tuple[Box, ...] = ()
    rule: tuple[Rule, ...] = ()
    label: tuple[Label, ...] = ()
    tick: tuple[Tick, ...] = ()
    paragraph: tuple[Paragraph, ...] = ()
    listing: tuple[Listing, ...] = ()

    def used(self) -> set[str]:
        words = {
            name
            for one in self.label
            for _, name, _, _ in string.Formatter().parse(one.text)
            if name is not None
        }
        return words | {one.field for one in self.tick} | {one.field for one in self.paragraph}


def load(name: str, folder: Path | None = None) -> Template:
    """The template of that name: the city's own if it has one, else that of the house."""
    if not name.replace("-", "").isalnum():
        raise BadTemplate(f"範本名稱不合規定。 {name[:40]!r} is no name of a template.")
    for place in (folder, OWN):
        if place and (file := place / f"{name}.toml").is_file():
            return parse(name, file.read_text("utf-8"))
    raise BadTemplate(
        f"沒有範本「{name}」。 There is no template {name!r}; there are {', '.join(names(folder))}."
    )


def names(folder: Path | None = None) -> list[str]:
    return sorted({file.stem for place in (folder, OWN) if place for file in place.glob("*.toml")})


def parse(name: str, text: str) -> Template:
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        made = Template.model_validate(raw)
        if strange := sorted(made.used() - FIELDS):
            raise ValueError(f"there is no field {strange[0]!r}; fields are {', '.join(sorted(FIELDS))}")
    except (ValidationError, ValueError) as problem:
        raise BadTemplate(
            f"範本 {name} 無法使用。 The template {name} cannot be used: {problem}"
        ) from problem
    return made
