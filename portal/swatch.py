"""A legend entry as a small picture for server pages: the symbol, line or fill, in the colours of the light map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from layers.registry.palette import ICONS, colour

_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">'


def swatch(entry: Mapping[str, Any]) -> str:
    """A `data:` address. Only names of the registry go in, never anything that somebody typed."""
    return "data:image/svg+xml," + quote(_draw(entry))


def _draw(entry: Mapping[str, Any]) -> str:
    if icon := entry.get("icon"):
        name, _, token = icon.partition("/")
        drawing = (ICONS / f"{name}.svg").read_text("utf-8")
        return drawing.replace("currentColor", colour(token, "light"))
    if line := entry.get("line"):
        return _HEAD + _line(colour(line["color"], "light"), line["width"], line["style"]) + "</svg>"
    if ramp := entry.get("ramp"):
        share = 24 / len(ramp)
        parts = (
            f'<rect x="{i * share:.2f}" y="7" width="{share:.2f}" height="10" fill="{colour(token, "light")}"/>'
            for i, token in enumerate(ramp)
        )
        return _HEAD + "".join(parts) + "</svg>"
    edge = colour(entry.get("outline") or "line_strong", "light")
    fill = colour(entry["fill"], "light")
    shape = f'<rect x="3" y="6" width="18" height="12" rx="2" fill="{fill}" stroke="{edge}"/>'
    return f"{_HEAD}{shape}</svg>"


def _line(stroke: str, width: float, style: str) -> str:
    if style == "double":
        return f'<path d="M2 9h20M2 15h20" stroke="{stroke}" stroke-width="2"/>'
    thick = min(6.0, max(2.0, width))
    dash = ' stroke-dasharray="5 3.5"' if style == "dash" else ""
    return f'<path d="M2 12h20" stroke="{stroke}" stroke-width="{thick}"{dash}/>'
