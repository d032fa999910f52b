"""What a layer can be asked at one press: its rows in the order of what happens round about, and ready questions.

Both are declared with the layer, so that any layer can have them: cameras by the crashes near them, and those out of order.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.registry.text import Text


@dataclass(frozen=True, slots=True)
class Nearby:
    """The rows of another layer within so many metres weigh each row: their number, or the sum of `weight`."""

    layer: str
    metres: float
    title: Text
    """What the order is called, such as “by crash risk”."""
    weight: str | None = None
    split: str | None = None
    """A field of the other layer with codes, whose values are counted apart."""


@dataclass(frozen=True, slots=True)
class Question:
    """A list that is opened by one press: the rows for which `filter` (CQL2) holds, in the order of what is nearby."""

    id: str
    title: Text
    filter: str
