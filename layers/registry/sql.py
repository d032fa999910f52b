"""The one place where SQL about a layer is put together: relation, columns, conditions.

Identifiers come from declarations alone and are quoted; whatever a request says travels as a parameter.
Text is in psycopg's style (`%s`), so that Django, the tile server and exports share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from layers.access import Clearance
from layers.registry.field import Field
from layers.registry.layer import Layer


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters; `+` and `join` keep both in step."""

    text: str
    params: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        if isinstance(other, str):
            return Sql(self.text + other, self.params)
        return Sql(self.text + other.text, self.params + other.params)

    def join(self, parts: Iterable[Sql]) -> Sql:
        pieces = list(parts)
        text = self.text.join(p.text for p in pieces)
        return Sql(text, tuple(v for p in pieces for v in p.params))


AND = Sql(" AND ")
Bbox = tuple[float, float, float, float]
Interval = tuple[datetime | None, datetime | None]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def relation(layer: Layer) -> str:
    """What stands behind FROM, always named `q`."""
    if layer.query:
        return f"({layer.query.sql}) AS q"
    if layer.model:
        return f"{quoted(layer.model._meta.db_table)} AS q"
    raise ValueError(f"{layer.id} is a raster and has no rows")


def column(layer: Layer, name: str) -> str:
    return f"q.{quoted(layer.column(name))}"


def columns(layer: Layer, fields: Iterable[Field]) -> str:
    """`q."col" AS "name"` for the fields, with a comma before each, to stand behind other columns."""
    return "".join(f", {column(layer, f.name)} AS {quoted(f.name)}" for f in fields)


def within(bbox: Bbox) -> Sql:
    """Rows whose box meets a WGS 84 box; a box over the antimeridian is two."""
    west, south, east, north = bbox
    # Web Mercator ends at ±85.06°; a pole-wide box must not turn into NaN
    south, north = max(south, -85.06), min(north, 85.06)
    if west <= east:
        return _box(west, south, east, north)
    both = (_box(west, south, 180, north), _box(-180, south, east, north))
    return Sql("(") + Sql(" OR ").join(both) + ")"


def _box(west: float, south: float, east: float, north: float) -> Sql:
    return Sql(
        "q.merc && ST_Transform(ST_MakeEnvelope(%s, %s, %s, %s, 4326), 3857)", (west, south, east, north)
    )


def during(layer: Layer, interval: Interval) -> Sql:
    """Rows whose time lies in the closed interval; a layer without a time is always there."""
    if layer.asof:
        return _held(layer, interval)
    if layer.time is None:
        return Sql("true")
    name = column(layer, layer.time)
    start, end = interval
    if layer.by_name[layer.time].type == "date":
        first: date | None = start.date() if start else None
        last: date | None = end.date() if end else None
        return _between(name, first, last)
    return _between(name, start, end)


def _held(layer: Layer, interval: Interval) -> Sql:
    """Rows that held at some moment of the interval; the first moment of a row belongs to it, the last does not."""
    assert layer.asof is not None
    begun, ceased = (column(layer, name) for name in layer.asof)
    start, end = interval
    parts = []
    if start is not None:
        parts.append(Sql(f"({ceased} IS NULL OR {ceased} > %s)", (start,)))
    if end is not None:
        parts.append(Sql(f"{begun} <= %s", (end,)))
    return AND.join(parts) if parts else Sql("true")


def holds(layer: Layer) -> list[Sql]:
    """What is meant when no time is asked for: of a layer that keeps what was, that which holds now."""
    return [Sql(f"{column(layer, layer.asof[1])} IS NULL")] if layer.asof else []


def _between(name: str, start: Any, end: Any) -> Sql:
    parts = []
    if start is not None:
        parts.append(Sql(f"{name} >= %s", (start,)))
    if end is not None:
        parts.append(Sql(f"{name} <= %s", (end,)))
    return AND.join(parts) if parts else Sql("true")


def where(
    layer: Layer,
    clearance: Clearance,
    *,
    bbox: Bbox | None = None,
    interval: Interval | None = None,
    condition: Sql | None = None,
    only: Sequence[str] = (),
) -> Sql:
    """All conditions on a request, the viewer's row limits first, as one expression (`true` when there are none)."""
    parts = [Sql(f"({w})") for w in (*layer.wheres(clearance), *only)]
    if bbox:
        parts.append(within(bbox))
    parts += [during(layer, interval)] if interval else holds(layer)
    if condition:
        parts.append(Sql("(") + condition + ")")
    return AND.join(parts) if parts else Sql("true")


def instant(text: str) -> datetime:
    """An RFC 3339 date or time; a bare date is its first moment, UTC where no zone is given."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when if when.tzinfo else when.astimezone()


def parse_interval(text: str) -> Interval:
    """OGC `datetime`: an instant, `start/end`, `../end`, `start/..`. Raises ValueError with a sentence."""
    try:
        if "/" not in text:
            start = instant(text)
            end = start + timedelta(days=1, microseconds=-1) if "T" not in text else start
            return start, end
        left, right = text.split("/")
        start_, end_ = (None if part in ("", "..") else instant(part) for part in (left, right))
        if end_ and "T" not in right:
            end_ += timedelta(days=1, microseconds=-1)
    except ValueError as wrong:
        raise ValueError(
            f"“{text[:60]}” is no date or interval; write 2024-01-31, 2024-01-01/2024-12-31 or 2024-01-01/.."
        ) from wrong
    if start_ and end_ and start_ > end_:
        raise ValueError(f"“{text[:60]}” ends before it starts.")
    return start_, end_
