"""The shape of what the generator makes: tables of columns, with a geometry for each row where there is a place.

Every row has a `key`; a column `<something>_key` holds the key of a row of another table, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

_TO_WGS84 = Transformer.from_crs(3826, 4326, always_xy=True)


@dataclass(slots=True)
class Table:
    """Columns of equal length; `geometry` is in EPSG:3826 while it is made and in 4326 when it is handed out."""

    name: str
    columns: dict[str, Sequence[Any]]
    geometry: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {len(c) for c in self.columns.values()} | (
            {len(self.geometry)} if self.geometry is not None else set()
        )
        if len(lengths) > 1:
            raise ValueError(f"{self.name}: columns of different lengths {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.columns["key"])

    def rows(self) -> Iterator[dict[str, Any]]:
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))


@dataclass(slots=True)
class Rows:
    """Collects rows one by one for a table."""

    name: str
    columns: dict[str, list[Any]] = field(default_factory=dict)
    shapes: list[Any] = field(default_factory=list)

    def add(self, shape: Any = None, /, **values: Any) -> None:
        for name, value in values.items():
            self.columns.setdefault(name, []).append(value)
        self.shapes.append(shape)

    def table(self) -> Table:
        geometry = np.array(self.shapes, dtype=object) if any(s is not None for s in self.shapes) else None
        columns: dict[str, Sequence[Any]] = dict(self.columns)
        return Table(self.name, columns or {"key": []}, geometry)


def to_wgs84(shapes: np.ndarray) -> np.ndarray:
    """Geometries in longitude and latitude, rounded to 1e-7 degrees (a centimetre)."""

    def turn(xy: np.ndarray) -> np.ndarray:
        lon, lat = _TO_WGS84.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack([lon, lat]), 7)

    turned: np.ndarray = shapely.transform(shapes, turn)
    return turned
