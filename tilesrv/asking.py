"""What a request for tiles says, read and checked: layers, place, time, filter, fields. Wrong ones get a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from layers.access import Clearance, Viewer
from layers.registry import cql
from layers.registry.layer import Layer
from layers.registry.register import register
from layers.registry.sql import Interval, parse_interval
from tilesrv.answer import Problem
from tilesrv.grid import WEB, MatrixSet, Tile
from tilesrv.statement import Ask

PARAMETERS = {"datetime", "filter", "filter-lang", "fields", "v"}
MOST_LAYERS = 12
_NUMBER = re.compile(r"^-?[0-9]{1,9}$")


def no_layer() -> Problem:
    return Problem(404, "There is no such layer.")


def find(names: str, viewer: Viewer, raster: bool | None) -> list[Layer]:
    """The layers by name, or 404 for the lot: which one is missing or hidden is not said."""
    wanted = names.split(",")
    found = [register.find(name, viewer) for name in wanted[:MOST_LAYERS]]
    layers = [layer for layer in found if layer is not None]
    kinds = {layer.raster is not None for layer in layers}
    if len(layers) != len(wanted) or len(kinds) != 1 or (raster is not None and kinds != {raster}):
        raise no_layer()
    if len(set(wanted)) != len(wanted) or (True in kinds and len(layers) > 1):
        raise no_layer()
    return layers


def parse_tile(z: str, x: str, y: str, set: MatrixSet = WEB) -> Tile:
    if not all(_NUMBER.match(part) for part in (z, x, y)):
        raise Problem(400, "There is no such tile: z, x and y are whole numbers.")
    try:
        return Tile(int(z), int(x), int(y), set)
    except ValueError as wrong:
        raise Problem(400, f"There is no such tile: {wrong}.") from wrong


def parse_time(text: str | None) -> Interval | None:
    try:
        return parse_interval(text) if text else None
    except ValueError as wrong:
        raise Problem(400, str(wrong)) from wrong


def parse_ask(layer: Layer, clearance: Clearance, asked: Mapping[str, str]) -> Ask:
    fields = frozenset(asked["fields"].split(",")) if "fields" in asked else None
    if fields and (strange := sorted(fields - {f.name for f in layer.seen_by(clearance)})):
        raise Problem(400, f"There is no property “{strange[0][:40]}”.")
    condition = None
    if text := asked.get("filter"):
        try:
            condition = cql.compile(text, layer, clearance)
        except cql.BadFilter as wrong:
            raise Problem(400, str(wrong)) from wrong
    return Ask(layer, clearance, parse_time(asked.get("datetime")), condition, fields)


def caching(layers: Sequence[Layer], viewer: Viewer) -> dict[str, str]:
    """Shared caches may keep only what everybody may see, and only as anonymous saw it."""
    public = not viewer.known and all(layer.clearance is Clearance.PUBLIC for layer in layers)
    return keeping(public)


def keeping(public: bool) -> dict[str, str]:
    keep = "public, max-age=0, s-maxage=5, must-revalidate" if public else "private, no-cache"
    return {"cache-control": keep, "vary": "Accept-Encoding, Authorization, Cookie"}
