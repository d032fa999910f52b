"""The built front end: which scripts and styles a page needs, read from the manifest that the build wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).with_name("static") / "portal"


class NotBuilt(Exception):
    """There is no built front end; APIs and tiles work without it."""


@dataclass(frozen=True, slots=True)
class Assets:
    """`preload` are scripts that the page will import as soon as it runs."""

    script: str
    styles: tuple[str, ...]
    preload: tuple[str, ...]


def assets(entry: str, folder: Path = FOLDER) -> Assets:
    try:
        changed = (folder / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError as missing:
        raise NotBuilt from missing
    return _read(entry, folder, changed)


@lru_cache(maxsize=8)
def _read(entry: str, folder: Path, changed: int) -> Assets:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if entry not in manifest:
        raise NotBuilt
    base = f"{settings.STATIC_URL}portal/"
    start = manifest[entry]
    soon = [*start.get("imports", []), *start.get("dynamicImports", [])]
    wanted = dict.fromkeys(manifest[part]["file"] for part in (*soon, *_imports(manifest, soon)))
    return Assets(
        script=base + start["file"],
        styles=tuple(base + style for style in start.get("css", [])),
        preload=tuple(base + file for file in wanted if file != start["file"]),
    )


def _imports(manifest: dict[str, dict[str, list[str]]], parts: list[str]) -> list[str]:
    return [name for part in parts for name in manifest[part].get("imports", [])]
