"""Reads public orienteering files: Chao's TOP, Tsiligirides' OP, the TOPTW files after Solomon, Cordeau and Righini,
and Solomon's own VRPTW files with demands as profits. What cannot be read is said with its line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layers.patrol.craft.problem import Floats, Problem


class Unreadable(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Instance:
    name: str
    form: str  # top, op, toptw or solomon
    problem: Problem
    labels: list[int]  # how the file numbers each node
    decimals: int | None  # to which distances are cut, as the published values have it


def read(path: Path, units: int | None = None, decimals: int | None = None) -> Instance:
    """`decimals` is by itself none for TOP and OP, 1 for Solomon's places, 2 for Cordeau's."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as wrong:
        raise Unreadable(f"{path.name} cannot be read: {wrong.strerror or wrong}.") from wrong
    return parse(text, path.stem, units, decimals)


def parse(text: str, name: str, units: int | None = None, decimals: int | None = None) -> Instance:
    lines = [
        (i, line.replace(",", " ").replace(";", " ").split()) for i, line in enumerate(text.splitlines(), 1)
    ]
    rows = [(i, words) for i, words in lines if words and not words[0].startswith(("*", "#"))]
    if len(rows) < 2:
        raise Unreadable("The file holds no instance: fewer than two lines.")
    head = rows[0][1]
    if head[0].lower() == "n" and len(head) == 2:
        return _chao(rows, name, units, decimals)
    if any(words[0].upper() == "VEHICLE" for _, words in rows[:5]):
        return _solomon(rows, name, units, decimals)
    if len(head) == 2 and all(len(words) == 3 for _, words in rows[1:]):
        return _tsiligirides(rows, name, units, decimals)
    return _cordeau(rows, name, units, decimals)


def _numbers(line: int, words: list[str], least: int) -> list[float]:
    try:
        found = [float(w) for w in words]
    except ValueError as wrong:
        raise Unreadable(f"Line {line}: “{' '.join(words)[:60]}” is not all numbers.") from wrong
    if len(found) < least:
        raise Unreadable(f"Line {line}: {len(found)} numbers where at least {least} are needed.")
    if not all(map(math.isfinite, found)):
        raise Unreadable(f"Line {line}: a number is not finite.")
    return found


def distances(x: list[float], y: list[float], decimals: int | None) -> Floats:
    """Straight lines, cut after `decimals` places."""
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    d: Floats = np.hypot(a[:, None] - a[None, :], b[:, None] - b[None, :])
    if decimals is None:
        return d
    scale = 10.0**decimals
    cut: Floats = np.floor(d * scale + 1e-9) / scale
    return cut


def _chao(rows: list[tuple[int, list[str]]], name: str, units: int | None, decimals: int | None) -> Instance:
    head: dict[str, float] = {}
    points = []
    for line, words in rows:
        if words[0].lower() in ("n", "m", "tmax"):
            head[words[0].lower()] = _numbers(line, words[1:], 1)[0]
        else:
            points.append(_numbers(line, words, 3))
    if not {"n", "m", "tmax"} <= set(head):
        raise Unreadable("The head of a TOP file says n, m and tmax; one of them is missing.")
    if len(points) != int(head["n"]) or len(points) < 2:
        raise Unreadable(f"The head says n {int(head['n'])}, but {len(points)} points follow.")
    x, y, s = ([p[i] for p in points] for i in range(3))
    last = len(points) - 1
    problem = Problem.of(
        distances(x, y, decimals),
        s,
        units=units or max(1, int(head["m"])),
        limit=head["tmax"],
        start=0,
        end=last,
    )
    return Instance(name, "top", problem, list(range(len(points))), decimals)


def _tsiligirides(
    rows: list[tuple[int, list[str]]], name: str, units: int | None, decimals: int | None
) -> Instance:
    limit, paths = _numbers(*rows[0], 2)
    points = [_numbers(line, words, 3) for line, words in rows[1:]]
    if len(points) < 2:
        raise Unreadable("There must be a start and an end.")
    x, y, s = ([p[i] for p in points] for i in range(3))
    problem = Problem.of(
        distances(x, y, decimals), s, units=units or max(1, int(paths)), limit=limit, start=0, end=1
    )
    return Instance(name, "op", problem, list(range(len(points))), decimals)


def _solomon(
    rows: list[tuple[int, list[str]]], name: str, units: int | None, decimals: int | None
) -> Instance:
    points = []
    for line, words in rows:
        if len(words) == 7 and words[0].lstrip("-").isdigit():
            points.append(_numbers(line, words, 7))
    if len(points) < 2:
        raise Unreadable("A Solomon file has lines of seven numbers; fewer than two were found.")
    return _windows(
        name,
        "solomon",
        [(p[0], p[1], p[2], p[6], p[3], p[4], p[5]) for p in points],
        units,
        decimals,
    )


def _cordeau(
    rows: list[tuple[int, list[str]]], name: str, units: int | None, decimals: int | None
) -> Instance:
    """k v N t, then D Q, then i x y d S f a list O C."""
    points = []
    for line, words in rows[1:]:
        if len(words) <= 3:
            continue
        p = _numbers(line, words, 8)
        points.append((p[0], p[1], p[2], p[3], p[4], p[-2], p[-1]))
    if len(points) < 2:
        raise Unreadable(
            "This is none of the forms that are known: TOP (n, m, tmax), OP, TOPTW (k v N t) or Solomon."
        )
    return _windows(name, "toptw", points, units, decimals)


def _windows(
    name: str, form: str, points: Sequence[tuple[float, ...]], units: int | None, decimals: int | None
) -> Instance:
    label, x, y, service, score, opens, closes = (list(column) for column in zip(*points, strict=True))
    if decimals is None:
        decimals = 1 if all(float(v).is_integer() for v in (*x, *y)) else 2
    limit = closes[0]
    if limit <= 0:
        raise Unreadable("The depot closes at 0: no route has time.")
    problem = Problem.of(
        distances(x, y, decimals), [0.0, *score[1:]], units=units or 1, limit=limit,
        service=[0.0, *service[1:]], opens=[0.0, *opens[1:]], closes=[limit, *closes[1:]],
    )  # fmt: skip
    problem.begin[:] = opens[0]
    return Instance(name, form, problem, [int(v) for v in label], decimals)
