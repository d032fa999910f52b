"""Blocks of marks in two columns beside the plan, one leader a block, no leader crossing another or a mark.

In a column, blocks stand on shelves. A leader rises to its own track above the shelf, the outermost block on the highest
track, runs to the column's inner edge and from there straight to its target. Targets left of the dividing line belong to
the left column, so the straight parts of both sides cannot meet; within a side, the order of ports is mended until no two
cross. What order of rows came in does not matter: everything is sorted first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from time import perf_counter
from typing import Any

import numpy as np

from diagramming.glyphs.mark import BOX

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
SMALLEST, FLOOR, SHRINK = 10.0 / BOX[0], 7.0 / BOX[0], 0.95
"""Marks of 10×6 mm can be read at arm's length; smaller ones, down to the floor, are for sheets with hundreds."""
TRACK, HEAD, GAP = 0.7, 3.2, 1.6
RISE, CLEAR = 0.5, 1.3
"""How far from the inner edge of its block a leader rises, and how much of the edge its header leaves to it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together and the point of the plan that they are about; `ids` in the order of drawing."""

    key: str
    ids: tuple[str, ...]
    target: Point


@dataclass(frozen=True, slots=True)
class Sheet:
    """In millimetres; `plan` is where the junction is drawn, `obstacles` are kept free."""

    width: float = 420.0
    height: float = 297.0
    margin: float = 8.0
    top: float = 24.0
    bottom: float = 16.0
    plan: Rect = (130.0, 50.0, 290.0, 255.0)
    obstacles: tuple[Rect, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    group: Group
    box: Rect
    leader: tuple[Point, ...]

    @property
    def header(self) -> Rect:
        """Where its words stand: above the block, beside the leader."""
        x0, y0, x1, _ = self.box
        if self.leader[0][0] - x0 < x1 - self.leader[0][0]:
            return x0 + CLEAR, y0 - HEAD + 0.2, x1 - 0.2, y0 - 0.1
        return x0 + 0.2, y0 - HEAD + 0.2, x1 - CLEAR, y0 - 0.1


@dataclass(slots=True)
class Layout:
    blocks: list[Block]
    cells: dict[str, Point]
    scale: float
    unplaced: tuple[str, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)


def place(groups: Sequence[Group], sheet: Sheet | None = None) -> Layout:
    """Shrinks the marks until all fit; what does not fit at the smallest size is named in `unplaced`."""
    begun = perf_counter()
    sheet = sheet or Sheet()
    ordered = sorted(groups, key=lambda g: (g.target[0], g.target[1], g.key))
    scale = 1.0
    layout, wrong = _at(ordered, sheet, scale)
    while wrong and scale > FLOOR:
        if wrong < 1000 and scale <= SMALLEST:
            break
        scale = max(scale * SHRINK, SMALLEST if scale > SMALLEST else FLOOR)
        other, still = _at(ordered, sheet, scale)
        if still < wrong:
            layout, wrong = other, still
    layout.metrics = measure(layout)
    layout.metrics["seconds"] = perf_counter() - begun
    return layout


def _at(groups: Sequence[Group], sheet: Sheet, scale: float) -> tuple[Layout, int]:
    left, right = _sides(groups)
    out = Layout([], {}, scale)
    missing: list[str] = []
    wrong = 0
    for mine, side in ((left, -1), (right, 1)):
        order = sorted(mine, key=lambda g: (g.target[1], g.target[0], g.key))
        best = _settle(order, sheet, scale, side)
        wrong += best[0]
        out.blocks += best[1]
        out.cells |= best[2]
        missing += best[3]
    out.unplaced = tuple(sorted(missing))
    return out, wrong


def _settle(
    order: Sequence[Group], sheet: Sheet, scale: float, side: int
) -> tuple[int, list[Block], dict[str, Point], list[str]]:
    """A column without crossings; nothing left out comes first. The first number is what is still wrong with it."""
    best: tuple[int, list[Block], dict[str, Point], list[str]] | None = None
    for per, slack in _shelves(order, sheet, scale, side):
        tried, fewest, swaps = list(order), 10**9, 0
        ahead: list[list[Group]] = []
        while True:
            blocks, cells, lost, _ = _column(tried, sheet, scale, side, per, slack)
            clashes = _clashes(blocks)
            wrong = 1000 * len(lost) + len(clashes)
            if best is None or wrong < best[0]:
                best = (wrong, blocks, cells, lost)
            if not wrong:
                return best
            if wrong < fewest:
                fewest = wrong
                ahead = [] if lost else [_swapped(tried, blocks, pair) for pair in clashes[:12]]
                ahead.append(_mend(tried, blocks))
            swaps += 1
            if not ahead or swaps > 40:
                break
            tried = ahead.pop()
    assert best is not None
    return best


def _swapped(order: Sequence[Group], blocks: Sequence[Block], pair: tuple[int, int]) -> list[Group]:
    out = list(order)
    i, j = (out.index(blocks[k].group) for k in pair)
    out[i], out[j] = out[j], out[i]
    return out


def _shelves(order: Sequence[Group], sheet: Sheet, scale: float, side: int) -> list[tuple[int, float]]:
    """How many blocks to a shelf and how much height between, the best first: few, so that they stand near the plan.
    The further ones are tried when the order of ports does not come to rest, since ports move with the blocks."""
    out: list[tuple[int, float]] = []
    for per in (*range(2, 9), 12, 99):
        blocks, _, lost, end = _column(order, sheet, scale, side, per, 0.0)
        if lost:
            continue
        shelves = len({b.box[1] for b in blocks})
        spare = max(sheet.height - sheet.bottom - end - 6.0, 0.0) * 0.8 / (shelves + 1)
        widest = 0.0 if sheet.obstacles else min(spare, 26.0)
        out += [(per, widest * share) for share in ((1.0, 0.6, 0.3, 0.0) if widest else (0.0,))]
    return out or [(99, 0.0)]


def _sides(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """Divided between two targets so that both columns carry about the same."""
    weights = [len(g.ids) + 2.0 for g in groups]
    half, run, cut = sum(weights) / 2, 0.0, len(groups)
    for k, w in enumerate(weights):
        if run + w / 2 > half:
            cut = k
            break
        run += w
    return list(groups[:cut]), list(groups[cut:])


def _column(
    order: Sequence[Group], sheet: Sheet, scale: float, side: int, per: int, slack: float
) -> tuple[list[Block], dict[str, Point], list[str], float]:
    w, h = BOX[0] * scale + 0.4, BOX[1] * scale + 0.3
    x0, x1 = (
        (sheet.margin, sheet.plan[0] - 2) if side < 0 else (sheet.plan[2] + 2, sheet.width - sheet.margin)
    )
    inner, room, floor = (x1 if side < 0 else x0), x1 - x0, sheet.height - sheet.bottom
    most = max(min(int((room + GAP) / (w + GAP)), per), 1)
    blocks: list[Block] = []
    cells: dict[str, Point] = {}
    y, start = sheet.top + slack, 0
    lost: list[str] = []
    while start < len(order):
        shelf: list[tuple[Group, int]] = []
        used = 0.0
        for group in order[start:]:
            cols = _columns(len(group.ids), int((room + 0.4) / w))
            if shelf and (used + cols * w > room or len(shelf) >= most):
                break
            shelf.append((group, cols))
            used += cols * w + GAP
        start += len(shelf)
        strip = HEAD + TRACK * len(shelf)
        rows = max(ceil(len(g.ids) / c) for g, c in shelf)
        y = _below(y, strip + rows * h, (x0, x1), sheet.obstacles)
        if y + strip + rows * h > floor:
            lost += [id for g, _ in shelf for id in g.ids]
            continue
        x = max(
            room - used + GAP, 0.0
        )  # from the outer edge; the first is outermost and has the highest track
        for k, (group, cols) in enumerate(shelf):
            wide = cols * w
            bx = x0 + x if side < 0 else x1 - x - wide
            by, track = y + strip, y + TRACK * (k + 0.5)
            riser = bx + wide - RISE if side < 0 else bx + RISE
            box = (bx, by, bx + wide, by + ceil(len(group.ids) / cols) * h)
            blocks.append(Block(group, box, ((riser, by), (riser, track), (inner, track), group.target)))
            for n, id in enumerate(group.ids):
                cells[id] = (bx + (n % cols) * w, by + (n // cols) * h)
            x += wide + GAP
        y += strip + rows * h + GAP + slack
    return blocks, cells, lost, y - slack


def _columns(n: int, most: int) -> int:
    """Tall rather than wide: the nearest mark is then of the same block."""
    return max(1, min(most, round(sqrt(n / 2.2) + 0.2), ceil(n / 2)))


def _below(y: float, height: float, span: tuple[float, float], obstacles: Sequence[Rect]) -> float:
    moved = True
    while moved:
        moved = False
        for ax, ay, bx, by in obstacles:
            if ax < span[1] and bx > span[0] and ay < y + height and by > y:
                y, moved = by + 1.0, True
    return y


def _clashes(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Pairs whose straight last parts cross."""
    if len(blocks) < 2:
        return []
    p = np.array([b.leader[2] for b in blocks])
    q = np.array([b.leader[3] for b in blocks])

    def turn(a: Any, b: Any, c: Any) -> Any:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            c[..., 0] - a[..., 0]
        )

    pi, qi, pj, qj = p[:, None], q[:, None], p[None], q[None]
    cross = (turn(pi, qi, pj) * turn(pi, qi, qj) < -1e-9) & (turn(pj, qj, pi) * turn(pj, qj, qi) < -1e-9)
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(cross, 1)), strict=True)]


def _mend(order: Sequence[Group], blocks: Sequence[Block]) -> list[Group]:
    """Assign groups to the present ports from the outside of the fan: at each port, from the top, the group that has all
    others below its line. With ports on one line this order has no crossings as long as ports stay where they are."""
    ports = [b.leader[2] for b in blocks]
    left = [b.group for b in blocks]
    rest = [g for g in order if g not in left]
    out: list[Group] = []
    for px, py in ports:
        best = left[0]
        for g in left[1:]:
            ax, ay = abs(best.target[0] - px), best.target[1] - py
            bx, by = abs(g.target[0] - px), g.target[1] - py
            cross = by * ax - ay * bx
            if cross < -1e-9 or (abs(cross) <= 1e-9 and (bx, g.key) < (ax, best.key)):
                best = g
        out.append(best)
        left.remove(best)
    return out + rest


def measure(layout: Layout) -> dict[str, float]:
    """What is stored with every diagram, reckoned from the result and not from how it came about."""
    import shapely

    ids = sorted(layout.cells)
    w, h = BOX[0] * layout.scale, BOX[1] * layout.scale
    xy = np.array([layout.cells[i] for i in ids]).reshape(-1, 2)
    boxes = shapely.box(xy[:, 0], xy[:, 1], xy[:, 0] + w, xy[:, 1] + h)
    tree = shapely.STRtree(boxes)
    a, b = tree.query(boxes, predicate="intersects")
    overlaps = int((shapely.area(shapely.intersection(boxes[a[a < b]], boxes[b[a < b]])) > 1e-6).sum())
    lines = [shapely.LineString(block.leader) for block in layout.blocks]
    crossings = 0
    if lines:
        several = shapely.STRtree(lines)
        i, j = several.query(lines, predicate="crosses")
        crossings = int((i < j).sum())
        k, _ = tree.query(lines)
        inner = shapely.buffer(boxes, -0.01)
        i, j = shapely.STRtree(inner).query(lines, predicate="intersects")
        crossings += len(i)
        del k
    heads = [shapely.box(*block.header) for block in layout.blocks]
    cut = len(shapely.STRtree(heads).query(lines, predicate="intersects")[0]) if lines else 0
    key = {id: block.group.key for block in layout.blocks for id in block.group.ids}
    sizes = {block.group.key: len(block.group.ids) for block in layout.blocks}
    cohesion, shared = 1.0, [n for n, i in enumerate(ids) if sizes[key[i]] > 1]
    if len(ids) > 1 and shared:
        gaps = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
        np.fill_diagonal(gaps, np.inf)
        near = gaps.argmin(axis=1)
        cohesion = sum(key[ids[n]] == key[ids[int(near[n])]] for n in shared) / len(shared)
    lengths = np.array([line.length for line in lines]) if lines else np.zeros(1)
    return {
        "overlaps": float(overlaps), "unplaced": float(len(layout.unplaced)), "crossings": float(crossings),
        "headers_cut": float(cut),
        "cohesion": float(cohesion), "leader_mean_mm": float(lengths.mean()),
        "leader_95_mm": float(np.percentile(lengths, 95)), "scale": layout.scale,
        "glyph_width_mm": w, "glyph_height_mm": h,
    }  # fmt: skip
