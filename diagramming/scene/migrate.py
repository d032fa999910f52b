"""Brings a scene that was written down earlier to the present form, one version at a time.

A step takes the raw document of version n and gives that of n + 1; steps are never changed once released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

CURRENT = 2
Raw = dict[str, Any]


class Unreadable(Exception):
    """No version that this program knows."""


def _arrows_in_two_parts(raw: Raw) -> Raw:
    """Version 1 kept one path for an arrow, and the index of the point of impact on it."""
    for element in raw.get("elements", ()):
        if isinstance(element, dict) and element.get("type") == "travel" and "path" in element:
            path, cut = element.pop("path"), element.pop("impact", None)
            cut = len(path) - 1 if cut is None else cut
            element["approach"], element["exit"] = path[: cut + 1], path[cut:] if cut < len(path) - 1 else []
    return raw


STEPS: dict[int, Callable[[Raw], Raw]] = {1: _arrows_in_two_parts}


def upgraded(raw: Mapping[str, Any]) -> Raw:
    version = raw.get("schema")
    known = {f"scene/{n}": n for n in range(1, CURRENT + 1)}
    if not isinstance(version, str) or version not in known:
        raise Unreadable(
            f"這份現場圖的版本 {str(version)[:40]!r} 無法讀取；本系統可讀至 scene/{CURRENT}。 "
            f"The scene is of version {str(version)[:40]!r}; this program reads up to scene/{CURRENT}."
        )
    out = deepcopy(dict(raw))
    for step in range(known[version], CURRENT):
        out = STEPS[step](out)
    out["schema"] = f"scene/{CURRENT}"
    return out
