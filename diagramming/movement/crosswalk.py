"""The movement key in other people's lists: Taiwan's item 15, New Zealand's movement codes, Victoria's DCA.

The foreign lists drive on the left; the table is already mirrored for traffic on the right.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from diagramming.movement.key import Key

_TABLE = Path(__file__).parent / "tables" / "crosswalk.tsv"
SYSTEMS = ("tw15", "nz", "dca")


@cache
def _lines() -> tuple[tuple[str, ...], ...]:
    text = _TABLE.read_text("utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))


def codes(key: Key) -> dict[str, str]:
    """What the key is called in each system; the first line that fits."""
    said = (key.family, key.first, key.second, key.rel)
    for line in _lines():
        if all(want in ("*", have) for want, have in zip(line[:4], said, strict=True)):
            return dict(zip(SYSTEMS, line[4:], strict=True))
    raise KeyError(f"{key} is in no line of {_TABLE.name}.")
