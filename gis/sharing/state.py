"""The state of a view as it is kept, and what of it a reader may know.

Whatever a reader may not see looks like something that has vanished: it is left out and counted, never named.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from layers.access import Clearance, Viewer
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register

MOST_CORNERS = 2000

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Condition = Annotated[str, StringConstraints(min_length=1, max_length=8000)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-85, le=85)]
Hour = Annotated[int, Field(ge=0, le=23)]
Percent = Annotated[int, Field(ge=0, le=100)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=80)] | int


class Place(Schema):
    zoom: Annotated[float, Field(ge=0, le=24)]
    lat: Lat
    lon: Lon


class Period(Schema):
    from_: Month = Field(alias="from")
    to: Month


class Hours(Schema):
    from_: Hour = Field(alias="from")
    to: Hour


class Feature(Schema):
    layer: Id
    id: Key


class Ring(Schema):
    ring: Annotated[list[tuple[Lon, Lat]], Field(min_length=3, max_length=MOST_CORNERS)]


class Comparison(Schema):
    mode: Literal["swipe", "twin"] = "swipe"
    at: Annotated[float, Field(ge=0, le=100)] = 50
    period: Period | None = None
    filters: dict[Id, Condition] | None = None


class State(Schema):
    """What the portal needs to show a view again. Parts that this version does not know are not kept."""

    place: Place | None = None
    layers: Annotated[dict[Id, Percent], Field(max_length=200)] | None = None
    period: Period | None = None
    hours: Hours | None = None
    area: Feature | Ring | None = None
    filters: Annotated[dict[Id, Condition], Field(max_length=60)] = Field(default_factory=dict)
    selection: Feature | None = None
    pane: Id | None = None
    compare: Comparison | None = None
    work: Id | None = None


def canonical(state: State) -> dict[str, Any]:
    kept: dict[str, Any] = state.model_dump(by_alias=True, exclude_none=True)
    return kept


def shown_to(viewer: Viewer, state: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The state without what this viewer may not see or what there is no more, and how many parts that were."""
    kept, lost = dict(state), 0

    def without(part: dict[str, Any], fits: Any) -> dict[str, Any]:
        nonlocal lost
        left = {id: value for id, value in part.items() if fits(id, value)}
        lost += len(part) - len(left)
        return left

    def seen(id: str, _: Any = None) -> bool:
        return register.find(id, viewer) is not None

    def understood(id: str, condition: str) -> bool:
        return holds(condition, register.find(id, viewer), viewer.clearance)

    if "layers" in kept:
        kept["layers"] = without(kept["layers"], seen)
    kept["filters"] = without(kept.get("filters", {}), understood)
    compare = kept.get("compare")
    if compare and compare.get("filters") is not None:
        kept["compare"] = {**compare, "filters": without(compare["filters"], understood)}
    for name in ("area", "selection"):
        part = kept.get(name)
        if part and "layer" in part and not seen(part["layer"]):
            del kept[name]
            lost += 1
    return kept, lost


def holds(condition: str, layer: Layer | None, clearance: Clearance) -> bool:
    """Whether a condition means something to somebody of this clearance."""
    if layer is None or layer.raster:
        return False
    try:
        cql.compile(condition, layer, clearance)
    except ValueError:
        return False
    return True


def needs(state: dict[str, Any]) -> Clearance:
    """The lowest clearance that sees all of it: what somebody says about a view is told to these alone."""
    for clearance in Clearance:
        if shown_to(Viewer(clearance=clearance), state)[1] == 0:
            return clearance
    return Clearance.RESTRICTED
