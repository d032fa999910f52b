"""Field names for shapefiles, which allow ten bytes: shortened so that they stay different and recognisable."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST = 10


def short(name: str) -> str:
    """Vowels inside words go first, then letters from the end: `occurred_at` → `occrrd_at`."""
    if len(name) <= MOST:
        return name
    thin = re.sub(r"(?<=[a-z])[aeiou](?=[a-z])", "", name)
    return thin[:MOST].rstrip("_")


def shortened(names: Iterable[str]) -> dict[str, str]:
    """Name → short name, each once."""
    taken: set[str] = set()
    out: dict[str, str] = {}
    for name in names:
        made, number = short(name), 1
        while made in taken:
            number += 1
            made = f"{short(name)[: MOST - len(str(number))]}{number}"
        taken.add(made)
        out[name] = made
    return out
