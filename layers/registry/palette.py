"""The colours by name, light and dark, from the one file that the portal reads too.

Warm says harm, cool says response, grey says place; a shape repeats every colour.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
_FILE = Path(__file__).with_name("palette.json")
ICONS = Path(__file__).with_name("icons")


@cache
def _palette() -> dict[Theme, dict[str, str]]:
    loaded: dict[Theme, dict[str, str]] = json.loads(_FILE.read_text("utf-8"))
    return loaded


def colour(token: str, theme: Theme) -> str:
    return _palette()[theme][token]


def has_colour(token: str) -> bool:
    return all(token in _palette()[theme] for theme in THEMES)


@cache
def icons() -> frozenset[str]:
    return frozenset(p.stem for p in ICONS.glob("*.svg"))
