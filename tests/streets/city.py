"""Street documents made from a seed: single junctions of 2 to 7 skewed arms, and a whole grid of them."""

from __future__ import annotations

import random
from datetime import date
from math import cos, radians, sin

import numpy as np

from layers.streets.craft.document import (
    Arm,
    Box,
    Crosswalk,
    Document,
    Node,
    Section,
    Segment,
    StopLine,
    Strip,
)
from layers.streets.craft.similar import Shape

DAY = date(2026, 1, 1)
CLASSES = ("primary", "secondary", "tertiary", "residential")


def section(
    lanes: int, *, width: float = 3.2, walk: float = 2.0, slow: bool = False, median: float = 0
) -> Section:
    """A symmetrical two-way street with so many lanes each way."""
    rows: list[tuple[str, float, int]] = []
    if walk:
        rows.append(("sidewalk", walk, 0))
    if slow:
        rows.append(("slow", 2.2, -1))
    rows += [("drive", width, -1)] * lanes
    if median:
        rows.append(("median", median, 0))
    rows += [("drive", width, 1)] * lanes
    if slow:
        rows.append(("slow", 2.2, 1))
    if walk:
        rows.append(("sidewalk", walk, 0))
    return Section(
        strips=tuple(Strip(id=str(n), kind=k, width=w, dir=d) for n, (k, w, d) in enumerate(rows))  # type: ignore[arg-type]
    )


def furniture(segment: str, end: str) -> Arm:
    return Arm(segment=segment, end=end, crosswalk=Crosswalk(), stop=StopLine(), waiting=4.0, box=Box())  # type: ignore[arg-type]


def junction(azimuths: list[float], lanes: list[int], *, length: float = 100.0, **shape: object) -> Document:
    """One signalised junction in the middle; an arm a direction (degrees, anticlockwise from east)."""
    nodes = [Node(id="c", at=(0, 0), control="signal")]
    segments = []
    for k, (azimuth, count) in enumerate(zip(azimuths, lanes, strict=True)):
        a = radians(azimuth)
        nodes.append(
            Node(id=f"e{k}", at=(round(length * cos(a), 3), round(length * sin(a), 3)), kind="dead_end")
        )
        segments.append(
            Segment(
                id=f"s{k}", a="c", b=f"e{k}", road_class=CLASSES[k % 4], sections=(section(count, **shape),)
            )  # type: ignore[arg-type]
        )
    arms = tuple(furniture(s.id, "a") for s in segments)
    return Document(rules_on=DAY, nodes=tuple(nodes), segments=tuple(segments), arms=arms)


def grid(wide: int, tall: int, seed: int = 1, spacing: float = 130.0) -> Document:
    """A city of `wide` × `tall` junctions: jittered, with missing links and diagonals, 2 to 7 arms each."""
    dice = random.Random(seed)
    at = {
        (i, j): (
            round(i * spacing + dice.uniform(-22, 22), 3),
            round(j * spacing + dice.uniform(-22, 22), 3),
        )
        for i in range(wide)
        for j in range(tall)
    }
    links: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for i in range(wide):
        for j in range(tall):
            if i + 1 < wide and dice.random() > 0.06:
                links.append(((i, j), (i + 1, j)))
            if j + 1 < tall and dice.random() > 0.06:
                links.append(((i, j), (i, j + 1)))
            if i + 1 < wide and j + 1 < tall and dice.random() < 0.12:
                links.append(((i, j), (i + 1, j + 1)) if dice.random() < 0.5 else ((i + 1, j), (i, j + 1)))
    sections = {
        "primary": section(2, slow=True, walk=3.0),
        "secondary": section(2, walk=2.5),
        "tertiary": section(1, walk=2.0),
        "residential": section(1, width=2.8, walk=0),
    }
    segments, arms = [], []
    degree: dict[tuple[int, int], int] = {}
    for k, (p, q) in enumerate(links):
        straight = p[0] == q[0] or p[1] == q[1]
        line = p[0] if p[0] == q[0] else p[1]
        name = CLASSES[(0, 3, 2, 3, 1, 3)[line % 6]] if straight else "residential"
        via: tuple[tuple[float, float], ...] = ()
        if dice.random() < 0.3:
            (x0, y0), (x1, y1) = at[p], at[q]
            bow = dice.uniform(-6, 6)
            via = (
                (
                    round((x0 + x1) / 2 - (y1 - y0) / spacing * bow, 3),
                    round((y0 + y1) / 2 + (x1 - x0) / spacing * bow, 3),
                ),
            )
        segments.append(
            Segment(
                id=f"s{k:06d}", a=_name(p), b=_name(q), via=via, road_class=name, sections=(sections[name],)
            )
        )
        arms += [furniture(f"s{k:06d}", "a"), furniture(f"s{k:06d}", "b")]
        for end in (p, q):
            degree[end] = degree.get(end, 0) + 1
    nodes = [
        Node(id=_name(key), at=at[key], control="signal" if degree[key] > 2 else "none")
        for key in sorted(degree)
    ]
    return Document(rules_on=DAY, nodes=tuple(nodes), segments=tuple(segments), arms=tuple(arms))


def _name(key: tuple[int, int]) -> str:
    return f"n{key[0]:04d}.{key[1]:04d}"


EAST, NORTH = 200_000.0, 2_600_000.0


def there(document: Document) -> Document:
    """The document moved to where EPSG:3826 is meant to be used."""
    nodes = tuple(
        n.model_copy(
            update={"at": (round(n.at[0] + EAST, 3), round(n.at[1] + NORTH, 3)), "control": "signal"}
        )
        for n in document.nodes
    )
    segments = tuple(
        s.model_copy(update={"via": tuple((round(x + EAST, 3), round(y + NORTH, 3)) for x, y in s.via)})
        for s in document.segments
    )
    return document.model_copy(update={"nodes": nodes, "segments": segments})


def planted(shape: Shape, dice: random.Random) -> Shape:
    """The same junction turned, perhaps mirrored, its widths up to a tenth off."""
    arms = np.roll(shape.arms, dice.randrange(len(shape.arms)), axis=0).copy()
    if dice.random() < 0.5:
        arms = arms[::-1].copy()
        arms[:, 0] = np.roll(arms[:, 0], -1)
    arms[:, 4] *= [dice.uniform(0.9, 1.1) for _ in arms]
    return Shape("asked", arms, shape.whole)
