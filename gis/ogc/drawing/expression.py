"""Reckons the expressions of our own MapLibre styles: the few that `layers/registry/maplibre.py` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def reckon(said: Any, zoom: float, of: Mapping[str, Any]) -> Any:
    """The value of an expression at a zoom for one feature's properties."""
    if not isinstance(said, list):
        return said
    match said:
        case ["literal", value]:
            return value
        case ["zoom"]:
            return zoom
        case ["get", name]:
            return of.get(name)
        case ["coalesce", *parts]:
            return next((v for p in parts if (v := reckon(p, zoom, of)) is not None), None)
        case ["==", a, b]:
            return reckon(a, zoom, of) == reckon(b, zoom, of)
        case ["<=", a, b]:
            left, right = reckon(a, zoom, of), reckon(b, zoom, of)
            return left is not None and right is not None and left <= right
        case ["in", a, b]:
            return reckon(a, zoom, of) in reckon(b, zoom, of)
        case ["+", a, b]:
            return reckon(a, zoom, of) + reckon(b, zoom, of)
        case ["*", a, b]:
            return reckon(a, zoom, of) * reckon(b, zoom, of)
        case ["match", what, *pairs]:
            value = reckon(what, zoom, of)
            found = (out for key, out in zip(pairs[::2], pairs[1::2], strict=False) if key == value)
            return reckon(next(found, pairs[-1]), zoom, of)
        case ["step", what, first, *pairs]:
            value, out = reckon(what, zoom, of), first
            for stop, then in zip(pairs[::2], pairs[1::2], strict=True):
                if value >= stop:
                    out = then
            return reckon(out, zoom, of)
        case ["interpolate", kind, what, *pairs]:
            return _interpolated(kind, reckon(what, zoom, of), pairs, zoom, of)
    raise ValueError(f"the style says {said!r:.80}, which is not drawn on the server")


def _interpolated(kind: list[Any], value: float, pairs: list[Any], zoom: float, of: Mapping[str, Any]) -> Any:
    stops, outs = pairs[::2], pairs[1::2]
    if value <= stops[0]:
        return reckon(outs[0], zoom, of)
    if value >= stops[-1]:
        return reckon(outs[-1], zoom, of)
    number = max(i for i, stop in enumerate(stops) if stop <= value)
    low, high = stops[number], stops[number + 1]
    share = _share(1.0 if kind[0] == "linear" else kind[1], value, low, high)
    a, b = reckon(outs[number], zoom, of), reckon(outs[number + 1], zoom, of)
    return a + (b - a) * share


def _share(base: float, value: float, low: float, high: float) -> float:
    if base == 1.0:
        return (value - low) / (high - low)
    return float((base ** (value - low) - 1) / (base ** (high - low) - 1))


def properties(said: Any) -> Iterator[str]:
    """The properties that an expression asks for."""
    if isinstance(said, dict):
        for part in said.values():
            yield from properties(part)
    elif isinstance(said, list):
        if len(said) == 2 and said[0] == "get":
            yield said[1]
        for part in said:
            yield from properties(part)
