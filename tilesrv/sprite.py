"""The sprite of our own symbols for clients of our styles: one sheet and its index, light and dark.

It holds what the layers that the viewer may see draw with, and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from PIL import Image

from layers.access import Clearance
from layers.registry.catalogue import style_for
from layers.registry.palette import Theme
from layers.registry.register import Snapshot
from tilesrv.symbols import VIEW, symbol

SHARP = 2
"""Pixels of the sheet for each pixel of the screen: symbols are drawn larger at higher zooms."""
COLUMNS = 8


def drawn_with(snapshot: Snapshot, clearance: Clearance) -> list[str]:
    """The symbols, as `icon/colour`, that somebody of this clearance meets on the map."""
    seen = (layer for layer in snapshot.layers.values() if layer.clearance <= clearance)
    found = {
        name for layer in seen for style in style_for(layer, "light", clearance) for name in _named(style)
    }
    return sorted(found)


def _named(style: dict[str, Any]) -> Iterator[str]:
    if name := style.get("layout", {}).get("icon-image"):
        yield str(name)


@lru_cache(maxsize=32)
def sprite(
    snapshot: Snapshot, clearance: Clearance, theme: Theme, ratio: int
) -> tuple[dict[str, dict[str, int]], bytes]:
    """The index by name and the sheet as PNG; `ratio` 2 is for screens of double density."""
    names = drawn_with(snapshot, clearance)
    cell = int(VIEW) * SHARP * ratio
    rows = -(-len(names) // COLUMNS)
    sheet = Image.new("RGBA", (cell * min(COLUMNS, len(names)) or 1, cell * rows or 1), (0, 0, 0, 0))
    index = {}
    for number, name in enumerate(names):
        x, y = number % COLUMNS * cell, number // COLUMNS * cell
        picture = symbol(name, theme, cell)
        assert picture is not None, f"{name} is declared and checked at start"
        sheet.paste(picture, (x, y))
        index[name] = {"x": x, "y": y, "width": cell, "height": cell, "pixelRatio": SHARP * ratio}
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return index, out.getvalue()
