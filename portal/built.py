"""The built front end: which scripts and styles a page needs, read from the manifest that the build wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

Manifest = dict[str, dict[str, Any]]
FOLDER = Path(__file__).with_name("static") / "portal"


FIRST = ("src/map/engine.ts", "src/work/explore/room.ts")
"""What every visit needs right after the entry; other parts that are imported lazily wait until they are wanted."""


WORDS = {"zh": "src/i18n/zh-Hant.json", "en": "src/i18n/en.json"}


class NotBuilt(Exception):
    """There is no built front end; APIs and tiles work without it."""


@dataclass(frozen=True, slots=True)
class Assets:
    """`preload` are scripts that the page will import as soon as it runs."""

    script: str
    styles: tuple[str, ...]
    preload: tuple[str, ...]
    words: dict[str, str]
    """The file of each language's words."""


def assets(entry: str, folder: Path = FOLDER) -> Assets:
    try:
        changed = (folder / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError as missing:
        raise NotBuilt from missing
    return _read(entry, folder, changed)


def script_of(entry: str, folder: Path = FOLDER) -> bytes:
    """The one script of an entry that imports nothing, to be sent under a name that does not change."""
    assets(entry, folder)
    manifest: Manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    file = str(manifest[entry]["file"])
    return (folder / file).read_bytes()


@lru_cache(maxsize=8)
def _read(entry: str, folder: Path, changed: int) -> Assets:
    manifest: Manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if entry not in manifest:
        raise NotBuilt
    base = f"{settings.STATIC_URL}portal/"
    own = _closure(manifest, [entry])
    wanted = {later for part in own for later in manifest[part].get("dynamicImports", [])}
    soon = _closure(manifest, [part for part in FIRST if part in wanted])
    return Assets(
        script=base + manifest[entry]["file"],
        styles=tuple(base + style for part in own for style in manifest[part].get("css", [])),
        preload=tuple(base + manifest[part]["file"] for part in dict.fromkeys(own + soon) if part != entry),
        words={tag: base + manifest[part]["file"] for tag, part in WORDS.items() if part in manifest},
    )


def _closure(manifest: Manifest, parts: list[str]) -> list[str]:
    """The parts and all that they import, what is imported first."""
    found: dict[str, None] = {}

    def visit(part: str) -> None:
        if part not in found:
            for imported in manifest[part].get("imports", []):
                visit(imported)
            found[part] = None

    for part in parts:
        visit(part)
    return list(found)
