"""What is known of a surface beside its cells: a card of JSON next to its file, `<start>_<end>.json`.

A card says how the surface was made and how good it was. It appears whole or not at all. Reading costs no more
than looking whether the file changed.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from layers.registry.sql import Interval

Json = dict[str, Any]
HEADLINES = (0.01, 0.05)
"""Shares of the area at which surfaces are compared."""


@dataclass(frozen=True, slots=True)
class Card:
    start: date
    end: date
    said: Json

    @property
    def scores(self) -> Json | None:
        found: Json | None = self.said.get("scores")
        return found


def folder(layer_id: str) -> Path:
    return Path(settings.DATA_DIR) / "rasters" / layer_id


def write(layer_id: str, start: date, end: date, said: Json) -> Path:
    target = folder(layer_id)
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"{start.isoformat()}_{end.isoformat()}.json"
    with tempfile.NamedTemporaryFile(
        "w", dir=target, suffix=".draft", delete=False, encoding="utf-8"
    ) as draft:
        json.dump(said, draft, ensure_ascii=False, allow_nan=False)
    written = Path(draft.name)
    written.chmod(0o644)
    written.replace(path)
    return path


def cards(layer_id: str) -> list[Card]:
    """All cards of a layer, the oldest first."""
    found = []
    for path in sorted(folder(layer_id).glob("*_*.json")):
        try:
            start, end = (date.fromisoformat(part) for part in path.stem.split("_"))
            stamp = path.stat().st_mtime_ns
        except (ValueError, FileNotFoundError):  # no period; or it went away meanwhile
            continue
        found.append(Card(start, end, _read(path, stamp)))
    return found


def in_force(layer_id: str, interval: Interval | None = None) -> Card | None:
    """The newest card, or the newest that meets the interval: that of the surface which tiles are drawn from."""
    found = cards(layer_id)
    if interval:
        start, end = (moment.date() if moment else None for moment in interval)
        found = [c for c in found if (end is None or c.start <= end) and (start is None or c.end >= start)]
    return found[-1] if found else None


def headline(card: Card) -> Json | None:
    """What legends and lists tell of a surface that was judged: figures at 1 % and 5 % of the area, and the verdict."""
    if not card.scores:
        return None
    maps = {
        name: [row for row in rows if row["share"] in HEADLINES] for name, rows in card.scores["maps"].items()
    }
    kept = {
        name: card.scores[name] for name in ("kind", "from", "to", "events", "few", "verdict", "sentence")
    }
    return kept | {"maps": maps}


@lru_cache(maxsize=1024)
def _read(path: Path, stamp: int) -> Json:
    said: Json = json.loads(path.read_text(encoding="utf-8"))
    return said
