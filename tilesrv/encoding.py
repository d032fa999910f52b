"""Content codings: which one a client wants, by its q-values, and bytes in it.

zstd comes first where a client likes several alike: it is several times cheaper to make than gzip.
"""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache
from typing import Any, Literal

Coding = Literal["zstd", "gzip", "identity"]
CODINGS: tuple[Coding, ...] = ("zstd", "gzip", "identity")
LEAST = 500
"""Below so many bytes packing would not pay."""


@lru_cache(maxsize=256)
def best(accepted: bytes, ours: tuple[Coding, ...] = CODINGS) -> Coding:
    """The coding for an `Accept-Encoding`: the one liked most, ours first among equals, plain if in doubt."""
    liked = _weights(accepted)
    rest = liked.get("*", 0.0)
    ranked: list[tuple[float, int]] = []
    for place, coding in enumerate(ours):
        # plain bytes need not be named to be welcome, but whatever is named comes before them
        weight = liked.get(coding, max(rest, 0.001) if coding == "identity" else rest)
        if coding == "identity" and "*" in liked and rest == 0 and coding not in liked:
            weight = 0.0
        ranked.append((weight, -place))
    weight, place = max(ranked)
    return ours[-place] if weight > 0 else "identity"


def _weights(accepted: bytes) -> dict[str, float]:
    liked: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = part.strip().partition(";")
        key, _, value = parameter.strip().partition("=")
        weight = 1.0
        if key.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                continue
        if name.strip():
            liked[name.strip().removeprefix("x-")] = weight if 0 <= weight <= 1 else 0.0
    return liked


def pack(raw: bytes, coding: Coding) -> bytes:
    if coding == "zstd":
        packed: bytes = _zstd().compress(raw, asbytes=True)
        return packed
    return gzip.compress(raw, 5, mtime=0) if coding == "gzip" else raw


def unpack(packed: bytes, coding: Coding, size: int) -> bytes:
    """The plain bytes, of which there are `size`; raises ValueError where that is not true."""
    if coding == "zstd":
        try:
            raw: bytes = _zstd().decompress(packed, decompressed_size=size, asbytes=True)
        except OSError as broken:
            raise ValueError("these are no zstd bytes") from broken
        return raw
    if coding == "gzip":
        opened = zlib.decompressobj(wbits=31)
        try:
            raw = opened.decompress(packed, size + 1)
        except zlib.error as broken:
            raise ValueError("these are no gzip bytes") from broken
        if len(raw) != size:
            raise ValueError("more or less than was said")
        return raw
    return packed


def warm() -> None:
    """Loads what zstd takes, so that no request waits for it; may run in a thread."""
    _zstd()


@lru_cache(maxsize=1)
def _zstd() -> Any:
    # not at the top: it is large, and a process that packs nothing need not wait for it
    import pyarrow

    return pyarrow.Codec("zstd", compression_level=3)
