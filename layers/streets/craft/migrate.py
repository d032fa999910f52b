"""Older street documents, brought up to date one version at a time; a newer one is refused, never guessed at.

Each step takes the plain JSON of one version to that of the next and touches nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, Literal

CURRENT: Final[Literal[3]] = 3

_KINDS = {
    "drv": "drive", "sw": "sidewalk", "med": "median", "pk": "park_car", "pm": "park_moto", "sh": "shoulder",
    "gut": "gutter", "buf": "buffer", "walk": "marked_walk", "arc": "arcade",
}  # fmt: skip
_TURNS = {"L": "left", "T": "through", "R": "right", "U": "uturn"}


class Unreadable(Exception):
    """The document cannot be used; the text says why, and what to do where something can be done."""


def _strips_as_objects(document: dict[str, Any]) -> None:
    """1 → 2: a strip was a short list `[kind, width, direction, turns]`, a section began `["a", 0]`."""
    for segment in document.get("segments", []):
        for section in segment.get("sections", []):
            section["end"], section["s"] = section.pop("from", ["a", 0])
            section["strips"] = [_strip(number, *short) for number, short in enumerate(section["strips"], 1)]


def _strip(number: int, kind: str, width: Any, direction: int = 0, turns: str = "") -> dict[str, Any]:
    return {
        "id": str(number),
        "kind": _KINDS.get(kind, kind),
        "width": width,
        "dir": direction,
        "turns": [_TURNS[letter] for letter in turns],
    }


def _arms_with_parameters(document: dict[str, Any]) -> None:
    """2 → 3: an arm only said whether it had a crosswalk and a stop line; their measures were fixed."""
    for arm in document.get("arms", []):
        arm["crosswalk"] = {"setback": 3.0, "depth": 3.0} if arm.get("crosswalk") else None
        arm["stop"] = {"gap": 2.0, "width": 0.3} if arm.pop("stop_line", False) else None


STEPS: dict[int, Callable[[dict[str, Any]], None]] = {1: _strips_as_objects, 2: _arms_with_parameters}


def upgraded(given: dict[str, Any]) -> dict[str, Any]:
    version = given.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Unreadable("The street document does not say its version; it needs “version”, a whole number.")
    if version > CURRENT:
        raise Unreadable(
            f"The street document is of version {version}; this program reads versions up to {CURRENT}. "
            "Update the program, or export the document in an older version."
        )
    if version == CURRENT:
        return given
    document = deepcopy(given)
    while version < CURRENT:
        try:
            STEPS[version](document)
        except (KeyError, TypeError, ValueError, AttributeError) as wrong:
            raise Unreadable(
                f"The street document says version {version} but is not made like one: {wrong!r}."
            ) from wrong
        version += 1
        document["version"] = version
    return document
