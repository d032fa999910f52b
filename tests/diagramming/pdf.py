"""Reads what a PDF of ours draws: paths in millimetres from the top left corner, and what fonts are inside."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

Matrix = tuple[float, float, float, float, float, float]
MM = 25.4 / 72


def streams(data: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"<<(.*?)>>\s*stream\r?\n(.*?)\r?\nendstream", data, re.S):
        yield zlib.decompress(found[2]) if b"FlateDecode" in found[1] else found[2]


def paths(data: bytes) -> list[list[tuple[float, float]]]:
    """Every straight run of points that the first page draws, in the order of drawing."""
    box = re.search(rb"/MediaBox\s*\[\s*([\d. ]+)\]", data)
    assert box
    height = float(box[1].split()[3])
    out: list[list[tuple[float, float]]] = []
    for stream in streams(data):
        if stream.isascii() and b"\0" not in stream and re.search(rb"\d m\b", stream):
            out += _walk(stream.decode("latin-1"), height)
    return out


def _walk(text: str, height: float) -> Iterator[list[tuple[float, float]]]:
    now: Matrix = (1, 0, 0, 1, 0, 0)
    kept: list[Matrix] = []
    run: list[tuple[float, float]] = []
    numbers: list[float] = []

    def place(x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = now
        return (a * x + c * y + e) * MM, (height - (b * x + d * y + f)) * MM

    for token in re.findall(r"\((?:\\.|[^\\)])*\)|<[0-9a-fA-F]*>|\[|\]|/?[^\s\[\]()<>/]+", text):
        try:
            numbers.append(float(token))
            continue
        except ValueError:
            pass
        if token == "q":
            kept.append(now)
        elif token == "Q" and kept:
            now = kept.pop()
        elif token == "cm":
            a, b, c, d, e, f = numbers[-6:]
            A, B, C, D, E, F = now  # noqa: N806
            now = (
                a * A + b * C,
                a * B + b * D,
                c * A + d * C,
                c * B + d * D,
                e * A + f * C + E,
                e * B + f * D + F,
            )
        elif token == "m":
            if len(run) > 1:
                yield run
            run = [place(*numbers[-2:])]
        elif token == "l":
            run.append(place(*numbers[-2:]))
        elif token in ("S", "s", "f", "f*", "B", "n", "h", "b", "F", "B*"):
            if len(run) > 1:
                yield run
            run = []
        numbers = []
