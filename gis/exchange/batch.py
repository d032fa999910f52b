"""A few thousand rows of a file on their way in: columns of cells, perhaps geometries, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from layers.registry.importer import Cells, Wrong

SIZE = 5_000
Shapes = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Batch:
    """`lines` are the line in a text, the number of the feature elsewhere; `problems` is by position in the batch."""

    lines: list[int]
    columns: dict[str, Sequence[Any]]
    shapes: Shapes | None = None
    problems: dict[int, Wrong] = field(default_factory=dict)

    @classmethod
    def of_rows(
        cls, lines: list[int], names: list[str], rows: list[list[str]], problems: dict[int, Wrong]
    ) -> Batch:
        return cls(lines, dict(zip(names, zip(*rows, strict=True), strict=True)), None, problems)

    def __len__(self) -> int:
        return len(self.lines)

    def rows(self) -> Iterator[Cells]:
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, cells, strict=True))

    def row(self, at: int) -> Cells:
        return {name: cells[at] for name, cells in self.columns.items()}


class Source(Protocol):
    """A file that can be read more than once, from its beginning, batch by batch."""

    path: Path
    columns: list[str]
    first: Cells
    """The first row, to recognise the file by."""
    geometry: Any
    """Whether features bring their own geometry."""
    crs: str | None
    notes: int
    """Lines under the table that are no rows."""

    def batches(self) -> Iterator[Batch]: ...
