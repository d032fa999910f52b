"""Density along streets: events snapped to their street, and a kernel that goes round corners instead of through blocks.

Promises: the sum over all streets is the sum of the weights, exactly; at a junction what arrives is split evenly
among the other streets, at a dead end it turns back; a bridge does not feel what happens on the road below it.

The kernel is the quartic. Each piece of street holds its integral, not its height at the middle, so that pieces of
any length add up. All events walk together, one street further each round. As the kernel is a polynomial, what
walkers leave on a piece follows from sums of powers of the way they had come, and need not be added one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.hotspots.craft.grid import Floats, Ints, checked

LIXEL = 25.0
BANDWIDTH = 300.0
SNAP = 50.0
SAME = 0.5
"""Ends of streets closer than this many metres meet."""
_BATCH = 4_000
_ROUNDS = 10_000
_POWERS = 5


@dataclass(frozen=True, slots=True)
class Network:
    """Streets as lines in metres, cut into pieces (lixels) of even length, none longer than asked for."""

    lines: NDArray[np.object_]
    length: Floats
    start: Ints
    """The node at which each line begins."""
    end: Ints
    nodes: int
    pieces: Ints
    """How many lixels each line has."""
    first: Ints
    """The number of each line's first lixel; one more at the end."""

    @classmethod
    def of(cls, lines: NDArray[np.object_], lixel: float = LIXEL, same: float = SAME) -> Network:
        """Lines meet where their ends do; cut them at junctions before."""
        if lixel <= 0:
            raise ValueError("a piece of street is longer than nothing")
        kept = np.asarray([line for line in lines if line is not None and line.length > 0], dtype=object)
        length = np.asarray(shapely.length(kept), dtype=float)
        start, end, nodes = _nodes(kept, same)
        pieces = np.maximum(np.ceil(length / lixel - 1e-9), 1).astype(np.int64)
        return cls(kept, length, start, end, nodes, pieces, np.append(0, np.cumsum(pieces)))

    @property
    def lixels(self) -> int:
        return int(self.first[-1])

    @property
    def lixel_length(self) -> Floats:
        return np.repeat(self.length / self.pieces, self.pieces)

    @property
    def lixel_line(self) -> Ints:
        """Of which line each lixel is a piece."""
        return np.repeat(np.arange(len(self.lines)), self.pieces)

    def snap(self, x: Floats, y: Floats, most: float = SNAP) -> tuple[Ints, Floats]:
        """The nearest line of each point and how far along it; -1 where none is within `most`."""
        x, y, _ = checked(x, y, None)
        line = np.full(len(x), -1, dtype=np.int64)
        along = np.zeros(len(x))
        if len(x) and len(self.lines):
            points = shapely.points(x, y)
            tree = shapely.STRtree(self.lines)
            which, found = tree.query_nearest(points, max_distance=most, all_matches=False)
            line[which] = found
            along[which] = shapely.line_locate_point(self.lines[found], points[which])
        return line, along

    def geometry(self, lixel: Ints) -> NDArray[np.object_]:
        """The pieces of street as lines."""
        line = np.searchsorted(self.first, lixel, side="right") - 1
        step = self.length[line] / self.pieces[line]
        begin = (lixel - self.first[line]) * step
        return np.array(
            [_cut(self.lines[n], a, a + s) for n, a, s in zip(line, begin, step, strict=True)], dtype=object
        )


def density(
    network: Network,
    line: Ints,
    along: Floats,
    weights: Floats | None = None,
    *,
    bandwidth: float = BANDWIDTH,
) -> Floats:
    """Weight per kilometre of street, for each lixel. Events on no line (-1) are left out."""
    if bandwidth <= 0:
        raise ValueError("a bandwidth is longer than nothing")
    w = np.ones(len(line)) if weights is None else np.asarray(weights, dtype=float)
    if not len(line) == len(along) == len(w):
        raise ValueError("lines, places along them and weights do not go together")
    if (w < 0).any() or not np.isfinite(w).all():
        raise ValueError("a weight is negative, missing or infinite")
    out = np.zeros(network.lixels)
    on = np.flatnonzero(line >= 0)
    on = on[np.argsort(line[on], kind="stable")]  # neighbours walk the same streets, which stay in the cache
    leaving, passing = _Leaving.of(network), _Passing.of(network, bandwidth)
    for start in range(0, len(on), _BATCH):
        part = on[start : start + _BATCH]
        _walk(network, leaving, passing, line[part], along[part], w[part], bandwidth, out)
    passing.settle(out)
    return np.maximum(out, 0.0) / (network.lixel_length / 1000.0)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """For each node the directed lines that leave it: line n forwards is 2n, backwards 2n + 1."""

    begin: Ints
    directed: Ints
    head: Ints
    """The node that each directed line leads to."""

    @classmethod
    def of(cls, network: Network) -> _Leaving:
        tail = np.column_stack([network.start, network.end]).ravel()
        head = np.column_stack([network.end, network.start]).ravel()
        turn = np.argsort(tail, kind="stable")
        begin = np.searchsorted(tail[turn], np.arange(network.nodes + 1))
        return cls(begin, turn, head)


@dataclass(frozen=True, slots=True)
class _Passing:
    """Walkers that entered a line at its beginning, by the number of pieces that they pass whole.

    With F the integral of the kernel, who has come g leaves F(g + b) - F(g + a) on a piece from a to b: a polynomial
    in g, so that the sums of mass · g^k of all who pass it are enough.
    """

    network: Network
    bandwidth: float
    base: Ints
    """Where the counts of each directed line begin; it has one more than pieces."""
    sums: Floats

    @classmethod
    def of(cls, network: Network, bandwidth: float) -> _Passing:
        room = np.repeat(network.pieces + 1, 2)
        base = np.append(0, np.cumsum(room))
        return cls(network, bandwidth, base, np.zeros((_POWERS, int(base[-1]))))

    def add(self, way: Ints, gone: Floats, mass: Floats, out: Floats) -> None:
        line = way // 2
        pieces = self.network.pieces[line]
        step = self.network.length[line] / pieces
        whole = np.minimum(((self.bandwidth - gone) / step).astype(np.int64), pieces)
        slot, power, come = self.base[way] + whole, mass.copy(), gone / self.bandwidth
        for k in range(_POWERS):
            np.add.at(self.sums[k], slot, power)
            power *= come
        part = np.flatnonzero(whole < pieces)  # the kernel ends within a piece
        line, way, whole = line[part], way[part], whole[part]
        near = gone[part] + whole * step[part]
        left = mass[part] * (
            _held(np.full(len(part), self.bandwidth), self.bandwidth) - _held(near, self.bandwidth)
        )
        piece = np.where(way % 2 == 1, pieces[part] - 1 - whole, whole)
        out += np.bincount(self.network.first[line] + piece, left, len(out))

    def settle(self, out: Floats) -> None:
        """Adds to `out` what all of them left on the pieces that they passed whole."""
        pieces = np.repeat(self.network.pieces, 2)
        if not pieces.size:
            return
        turn = np.argsort(-pieces, kind="stable")
        longer = np.searchsorted(-pieces[turn], -np.arange(pieces.max() + 1), side="right")
        for p in range(int(pieces.max()), 1, -1):  # who passes p pieces passes p - 1
            at = self.base[turn[: longer[p]]] + p
            self.sums[:, at - 1] += self.sums[:, at]
        way, piece = _expanded(pieces)
        line = way // 2
        step = self.network.length[line] / pieces[way] / self.bandwidth
        passed = self.sums[:, self.base[way] + piece + 1]
        left = (passed * (_powers((piece + 1) * step) - _powers(piece * step))).sum(axis=0)
        piece = np.where(way % 2 == 1, pieces[way] - 1 - piece, piece)
        out += np.bincount(self.network.first[line] + piece, left, len(out))


def _walk(
    network: Network,
    leaving: _Leaving,
    passing: _Passing,
    line: Ints,
    along: Floats,
    w: Floats,
    bandwidth: float,
    out: Floats,
) -> None:
    """Adds to `out` and `passing` the mass that each event leaves on each lixel.

    A walker is on a directed line, having come `gone` metres; at first it sets out within the line.
    """
    length = network.length[line]
    along = np.clip(along, 0.0, length)
    way = np.concatenate([2 * line, 2 * line + 1])
    at = np.concatenate([along, length - along])
    mass = np.concatenate([w, w])
    _leave(network, way, at, mass, bandwidth, out)
    reached = network.length[way // 2] - at
    for _ in range(_ROUNDS):
        on = reached < bandwidth
        way, gone, mass = way[on], reached[on], mass[on]
        if not way.size:
            return
        node = leaving.head[way]
        choices = leaving.begin[node + 1] - leaving.begin[node]
        walker, step = _expanded(choices)
        onward = leaving.directed[leaving.begin[node[walker]] + step]
        go = (onward != (way[walker] ^ 1)) | (choices[walker] == 1)  # only a dead end turns back
        walker, way = walker[go], onward[go]
        gone, mass = gone[walker], (mass / np.maximum(choices - 1, 1))[walker]
        passing.add(way, gone, mass, out)
        reached = gone + network.length[way // 2]
    raise ValueError("streets are so short against the bandwidth that events would walk forever")


def _leave(network: Network, way: Ints, at: Floats, mass: Floats, bandwidth: float, out: Floats) -> None:
    """What events leave on their own line in one direction, lixel by lixel, up to its end or that of the kernel."""
    line = way // 2
    pieces = network.pieces[line]
    step = network.length[line] / pieces
    first = np.minimum((at / step).astype(np.int64), pieces - 1)
    last = np.minimum(np.ceil((at + bandwidth) / step).astype(np.int64), pieces)
    walker, number = _expanded(np.maximum(last - first, 0))
    piece = first[walker] + number
    size, begin = step[walker], at[walker]
    near = np.maximum(piece * size - begin, 0.0)
    end = np.where(piece == pieces[walker] - 1, network.length[line[walker]], (piece + 1) * size)
    far = np.maximum(end - begin, 0.0)
    left = mass[walker] * (_held(far, bandwidth) - _held(near, bandwidth))
    backwards = way[walker] % 2 == 1
    piece = np.where(backwards, pieces[walker] - 1 - piece, piece)
    out += np.bincount(network.first[line[walker]] + piece, left, len(out))


def _held(distance: Floats, bandwidth: float) -> Floats:
    """The integral of the quartic kernel from nothing to the distance; a half in each direction."""
    t = np.minimum(distance / bandwidth, 1.0)
    return np.asarray(15.0 / 16.0 * (t - 2.0 / 3.0 * t**3 + t**5 / 5.0))


def _powers(t: Floats) -> Floats:
    """The Taylor coefficients of that integral at t, from the zeroth; the sixth and later say nothing new."""
    return np.asarray(
        15.0
        / 16.0
        * np.stack([t - 2 / 3 * t**3 + t**5 / 5, (1 - t**2) ** 2, 2 * t**3 - 2 * t, 2 * t**2 - 2 / 3, t])
    )


def _expanded(counts: Ints) -> tuple[Ints, Ints]:
    """Each number as often as it counts, and 0, 1, 2… for each of them."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def _nodes(lines: NDArray[np.object_], same: float) -> tuple[Ints, Ints, int]:
    """Ends that lie within `same` of each other, directly or in a row, are one node."""
    if not len(lines):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), 0
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, n)) for n in (0, -1)])
    pairs = cKDTree(ends).query_pairs(same, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(ends), len(ends)))
    count, node = connected_components(links, directed=False)
    node = node.astype(np.int64)
    return node[: len(lines)], node[len(lines) :], int(count)


def _cut(line: shapely.Geometry, begin: float, end: float) -> shapely.Geometry:
    return shapely.LineString(list(_between(line, begin, end)))


def _between(line: shapely.Geometry, begin: float, end: float) -> Iterator[tuple[float, float]]:
    corners = shapely.get_coordinates(line)
    reach = np.append(0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
    for at in (begin, *reach[(reach > begin + 1e-6) & (reach < end - 1e-6)], end):
        yield float(np.interp(at, reach, corners[:, 0])), float(np.interp(at, reach, corners[:, 1]))


def most(network: Network, values: Floats, kilometres: float) -> Ints:
    """The lixels of highest value that together are so long at most, highest first."""
    turn = np.argsort(-values, kind="stable")
    total = np.cumsum(network.lixel_length[turn]) / 1000.0
    count = int(np.searchsorted(total, kilometres + 1e-9, side="right"))
    return turn[:count]
