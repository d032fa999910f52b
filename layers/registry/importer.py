"""The words in which a theme says how a file from outside becomes rows of its layer.

`layers/<theme>/importers.py` exports `IMPORTERS`, by layer; a mapping that a user writes in TOML is the
same thing. What an importer does not say (types, codes, units, which ward) follows from the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from layers.registry.field import CodeList
from layers.registry.text import Text

Cells = Mapping[str, Any]
"""One row of a file: column → what stands there, text trimmed and empty cells as ''."""
TAIWAN = (118.0, 21.5, 122.6, 26.5)
"""Where its towns are, as a box for `Place.within`."""


class Wrong(ValueError):
    """What is wrong with a row or a file, said in both languages to whoever has to mend it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


@dataclass(frozen=True, slots=True)
class Take:
    """Where a value comes from. `columns` are names of one thing in older and newer files: the first present counts.

    `group` names the column of the heading under which a label stands, where the label alone could mean two
    things. `values` says what words of the file mean, before codes are looked up (`heading/label` goes first).
    `format` is strptime's; digits that lost their zeros are padded. `read` makes the value of the whole row.
    `lenient` leaves a reference empty when the row it names is not there, so that the place may tell it.
    """

    columns: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    constant: Any = None
    read: Callable[[Cells], Any] | None = None
    codes: CodeList | None = None
    lenient: bool = False


def take(*columns: str, **more: Any) -> Take:
    return Take(columns=columns, **more)


@dataclass(frozen=True, slots=True)
class Place:
    """The columns that hold the place, where the file has no geometry of its own.

    `missing` says why a kind of file has no place at all: all its rows are rejected with that reason, unless
    somebody added columns of longitude and latitude since.
    `within` is a WGS 84 box; what lies outside of it is a slip of the pen. `city` asks for more: to lie within the
    city, as far as its districts are known. `defaults` are points (lon, lat) that somebody's program writes where it
    knows no place; with `minutes`, so is every point whose degrees are whole minutes both ways, which of a hundred
    million measured places one is.
    """

    lon: tuple[str, ...] = ()
    lat: tuple[str, ...] = ()
    wkt: tuple[str, ...] = ()
    crs: str | None = None
    within: tuple[float, float, float, float] | None = None
    missing: Text | None = None
    city: bool = False
    minutes: bool = False
    defaults: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """Each line of the file is a child, and lines of the same key share the row: parties and their crash.

    `parent` is the child's reference to the row, `order` names the child within it; `count` is the row's
    field that holds how many there are. A file that counts no further than `capped` gives this number to
    all that follow; they are counted on in the order of their lines. `tells` are yes-or-no fields of the row that
    any of its children makes true: field → (the child's column, beginnings of its value).
    """

    model: type[Model]
    parent: str
    order: str
    fields: Mapping[str, Take]
    count: str | None = None
    capped: int | None = None
    tells: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Importer:
    """One kind of file. It is recognised when each of `needs` is among its columns (any one of alternatives)."""

    title: Text
    needs: tuple[str | tuple[str, ...], ...] = ()
    fields: Mapping[str, Take] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    place: Place = Place()
    child: Child | None = None
    when: Callable[[Cells], bool] | None = None
    """Looks at the first row, where names of columns alone do not tell two kinds of file apart."""
    check: Callable[[Cells], None] | None = None
    """Raises `Wrong` for a row that must not come in."""

    def recognises(self, columns: set[str], first: Cells | None = None) -> bool:
        found = all(n in columns if isinstance(n, str) else bool(columns & set(n)) for n in self.needs)
        return found and bool(self.needs) and (self.when is None or first is None or self.when(first))
