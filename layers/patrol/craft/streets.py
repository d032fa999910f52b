"""Travel on streets: times between many places, ways, the nearest car, what is reached in ten minutes.

A place hangs on its nearest street, part of the way along it. One-ways hold for all but walkers; a junction with banned
turns is split by the street one comes from, so that shortest paths stay plain shortest paths. Metres and minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.patrol.craft.problem import NEVER, Floats, Ints

FAR = 400.0
"""A place farther from any street than this is on none."""


AT = 1.0
"""A place as near as this to a junction is at it."""


class OffStreet(ValueError):
    """`places` are the indices of what no street is near to."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(f"{len(places)} places lie more than {FAR:g} m from any street")
        self.places = places


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    factor: float  # of the speed limit that is driven, or
    speed: float | None = None  # a speed in km/h whatever the street
    both_ways: bool = False
    most: float = 90.0


PROFILES = {
    "car": Profile("car", 0.62),
    "motorcycle": Profile("motorcycle", 0.66, most=60.0),
    "foot": Profile("foot", 1.0, speed=4.8, both_ways=True),
}


@dataclass(frozen=True, slots=True)
class Streets:
    """Streets as they are stored: `oneway` ones only from a to b. A ban is (street in, street out) at their junction."""

    a: Ints
    b: Ints
    minutes_limit: Floats  # speed limits, km/h
    oneway: NDArray[np.bool_]
    lines: NDArray[Any]  # shapely lines, in metres, from a to b
    bans: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    minutes: float
    metres: float
    line: Any  # shapely


class Network:
    """The graph of one profile. Keep it: what takes time is making it."""

    def __init__(self, streets: Streets, profile: Profile) -> None:
        self._quick: dict[tuple[int, int], int] | None = None
        self.streets, self.profile = streets, profile
        self.length = shapely.length(streets.lines)
        self.tree = shapely.STRtree(streets.lines)
        both = np.ones(len(streets.a), np.bool_) if profile.both_ways else ~streets.oneway
        speed = (
            np.full(len(streets.a), profile.speed)
            if profile.speed is not None
            else np.minimum(streets.minutes_limit * profile.factor, profile.most)
        )
        minutes = self.length / 1000.0 / np.maximum(speed, 3.0) * 60.0
        street = np.concatenate([np.arange(len(both)), np.flatnonzero(both)])
        self.street = street.astype(np.int64)
        self.forward = np.concatenate([np.ones(len(both), np.bool_), np.zeros(int(both.sum()), np.bool_)])
        self.tail = np.where(self.forward, streets.a[street], streets.b[street]).astype(np.int64)
        head = np.where(self.forward, streets.b[street], streets.a[street]).astype(np.int64)
        self.cost = minutes[street]
        self.nodes = int(max(streets.a.max(initial=-1), streets.b.max(initial=-1))) + 1
        self._expand(head, frozenset() if profile.both_ways else streets.bans)
        self.arcs_of: dict[int, list[int]] = {}
        for arc, s in enumerate(self.street.tolist()):
            self.arcs_of.setdefault(s, []).append(arc)

    def _expand(self, head: NDArray[np.int64], bans: frozenset[tuple[int, int]]) -> None:
        """States and edges. A node where a turn is banned becomes one state for each arc that comes in."""
        n = self.nodes
        self.head = head.copy()
        self.enters: dict[
            int, list[int]
        ] = {}  # states from which an arc may be begun, where not its tail alone
        rows, columns, arcs = [self.tail], [self.head], [np.arange(len(head))]
        if bans:
            firsts: dict[int, set[int]] = {}
            for a, b in bans:
                firsts.setdefault(a, set()).add(b)
            at: dict[int, None] = {}
            for arc in range(len(head)):
                bad = firsts.get(int(self.street[arc]))
                if bad and any(
                    int(self.tail[o]) == head[arc] for b in bad for o in np.flatnonzero(self.street == b)
                ):
                    at[int(head[arc])] = None
            if at:
                leaving: dict[int, list[int]] = {v: [] for v in at}
                for arc, t in enumerate(self.tail.tolist()):
                    if t in leaving:
                        leaving[t].append(arc)
                extra: list[tuple[int, int, int]] = []
                gone = np.isin(self.tail, list(at))
                for arc, h in enumerate(head.tolist()):
                    if h not in leaving:
                        continue
                    self.head[arc] = n
                    for out in leaving[h]:
                        if int(self.street[out]) not in firsts.get(int(self.street[arc]), ()):
                            self.enters.setdefault(out, []).append(n)
                    n += 1
                for out, states in self.enters.items():
                    extra += [(s, int(self.head[out]), out) for s in states]
                keep = ~gone
                more = np.array(extra, np.int64).reshape(-1, 3)
                rows = [self.tail[keep], more[:, 0]]
                columns = [self.head[keep], more[:, 1]]
                arcs = [np.flatnonzero(keep), more[:, 2]]
        self.states = n
        split = np.flatnonzero(self.head != head)
        self.entering: dict[int, list[int]] = {}
        for arc in split.tolist():
            self.entering.setdefault(int(head[arc]), []).append(int(self.head[arc]))
        self.split = frozenset(self.entering)
        self.rows, self.columns, self.arc = (np.concatenate(x) for x in (rows, columns, arcs))

    def hang(self, x: Floats, y: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The street of each place, and how far along it, from 0 to 1."""
        points = shapely.points(x, y)
        if len(self.street) == 0:
            raise OffStreet(list(range(len(points))))
        nearest, _distance = self.tree.query_nearest(
            points, return_distance=True, all_matches=False, max_distance=FAR
        )
        found = np.full(len(points), -1, np.int64)
        found[nearest[0]] = nearest[1]
        if (found < 0).any():
            raise OffStreet([int(i) for i in np.flatnonzero(found < 0)])
        return found, shapely.line_locate_point(self.streets.lines[found], points, normalized=True)

    def _corner(self, street: int, along: float) -> tuple[int, int]:
        """The node that a place is at (-1: none), and an arc of its street."""
        arc, length = self.arcs_of[street][0], float(self.length[street])
        if along * length <= AT:
            return int(self.streets.a[street]), arc
        if (1 - along) * length <= AT:
            return int(self.streets.b[street]), arc
        return -1, arc

    def _graph(
        self, start: tuple[Any, Any], end: tuple[Any, Any]
    ) -> tuple[Any, NDArray[np.int64], NDArray[np.int64], dict[tuple[int, int], tuple[int, float, float]]]:
        """The street graph with a state for each place to start from and each to come to."""
        from scipy.sparse import csr_matrix

        edges: dict[tuple[int, int], tuple[float, int, float, float]] = {}

        def add(u: int, v: int, cost: float, arc: int, lo: float, hi: float) -> None:
            if (u, v) not in edges or cost < edges[u, v][0]:
                edges[u, v] = (cost, arc, lo, hi)

        source = self.states + np.arange(len(start[0]))
        target = source.size + self.states + np.arange(len(end[0]))
        by_street: dict[int, list[tuple[int, float]]] = {}
        for t, s, f in zip(target.tolist(), end[0].tolist(), end[1].tolist(), strict=True):
            by_street.setdefault(s, []).append((t, f))
            node, arc = self._corner(s, f)
            if node >= 0:  # at a corner, whichever street one comes by
                g = f if self.forward[arc] else 1 - f
                for state in self.entering.get(node, [node]):
                    add(state, t, 0.0, arc, g, g)
            for arc in self.arcs_of[s]:
                g = f if self.forward[arc] else 1 - f
                for state in self.enters.get(
                    arc, [] if int(self.tail[arc]) in self.split else [int(self.tail[arc])]
                ):
                    add(state, t, self.cost[arc] * g, arc, 0.0, g)
        for u, s, f in zip(source.tolist(), start[0].tolist(), start[1].tolist(), strict=True):
            node, arc = self._corner(s, f)
            if node in self.split:
                for out in np.flatnonzero(self.tail == node).tolist():
                    add(u, int(self.head[out]), self.cost[out], out, 0.0, 1.0)
            elif node >= 0:
                g = f if self.forward[arc] else 1 - f
                add(u, node, 0.0, arc, g, g)
            for arc in self.arcs_of[s]:
                g = f if self.forward[arc] else 1 - f
                add(u, int(self.head[arc]), self.cost[arc] * (1 - g), arc, g, 1.0)
                for t, h in by_street.get(s, ()):
                    k = h if self.forward[arc] else 1 - h
                    if k >= g:
                        add(u, t, self.cost[arc] * (k - g), arc, g, k)
        rows = np.concatenate([self.rows, np.array([k[0] for k in edges], np.int64)])
        columns = np.concatenate([self.columns, np.array([k[1] for k in edges], np.int64)])
        cost = np.concatenate([self.cost[self.arc], np.array([v[0] for v in edges.values()])])
        order = np.lexsort(
            (cost, columns, rows)
        )  # of parallel streets the quickest; sparse matrices add doubles
        rows, columns, cost = rows[order], columns[order], cost[order]
        first = np.ones(len(rows), np.bool_)
        first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
        size = self.states + len(source) + len(target)
        # a length of 0 would be no edge at all
        graph = csr_matrix((np.maximum(cost[first], 1e-9), (rows[first], columns[first])), shape=(size, size))
        return graph, source, target, {k: v[1:] for k, v in edges.items()}

    def matrix(self, x: Floats, y: Floats, *, limit: float = np.inf) -> Floats:
        """Minutes from each place to each; NEVER where there is no way (within the limit)."""
        from scipy.sparse.csgraph import dijkstra

        hung = self.hang(x, y)
        graph, source, target, _ = self._graph(hung, hung)
        found = dijkstra(graph, indices=source, limit=limit)[:, target]
        found[~np.isfinite(found)] = NEVER
        np.fill_diagonal(found, 0.0)
        return np.ascontiguousarray(found)

    def to_one(self, x: Floats, y: Floats, to: tuple[float, float]) -> Floats:
        """Minutes from each place to one: what every car would need to be there."""
        return self.between(x, y, np.array([to[0]]), np.array([to[1]]))[:, 0]

    def between(self, x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Floats:
        """Minutes from each of some places to each of others; one search for each of the fewer."""
        from scipy.sparse.csgraph import dijkstra

        graph, source, target, _ = self._graph(self.hang(x, y), self.hang(to_x, to_y))
        if len(source) <= len(target):
            found = dijkstra(graph, indices=source)[:, target]
        else:
            found = dijkstra(graph.T.tocsr(), indices=target)[:, source].T
        found[~np.isfinite(found)] = NEVER
        return np.ascontiguousarray(found)

    def way(self, x: Sequence[float], y: Sequence[float]) -> list[Way | None]:
        """From each place to the next one; None where there is no way."""
        from scipy.sparse.csgraph import dijkstra

        hung = self.hang(np.asarray(x, float), np.asarray(y, float))
        graph, source, target, ends = self._graph(hung, hung)
        times, before = dijkstra(graph, indices=source[:-1], return_predecessors=True)
        quickest = self._quickest()
        ways: list[Way | None] = []
        for i in range(len(source) - 1):
            state = int(target[i + 1])
            if not np.isfinite(times[i, state]):
                ways.append(None)
                continue
            pieces, metres = [], 0.0
            minutes = float(times[i, state])
            while state != source[i]:
                former = int(before[i, state])
                arc, lo, hi = ends.get((former, state)) or (quickest[former, state], 0.0, 1.0)
                s, length = int(self.street[arc]), float(self.length[self.street[arc]])
                lo, hi = (lo, hi) if self.forward[arc] else (1 - lo, 1 - hi)
                pieces.append(_part(self.streets.lines[s], lo, hi))
                metres += abs(hi - lo) * length
                state = former
            ways.append(Way(minutes, metres, _joined(pieces[::-1])))
        return ways

    def _quickest(self) -> dict[tuple[int, int], int]:
        if self._quick is not None:
            return self._quick
        found: dict[tuple[int, int], int] = {}
        for u, v, arc in zip(self.rows.tolist(), self.columns.tolist(), self.arc.tolist(), strict=True):
            if (u, v) not in found or self.cost[arc] < self.cost[found[u, v]]:
                found[u, v] = arc
        self._quick = found
        return found

    def reach(self, x: float, y: float, minutes: float, *, wide: float = 45.0) -> Any:
        """The ground that is reached within some minutes: streets up to where time runs out, made wide, holes filled."""
        from scipy.sparse.csgraph import dijkstra

        hung = self.hang(np.array([x]), np.array([y]))
        graph, source, _, _ = self._graph(hung, hung)
        times = dijkstra(graph, indices=source[0], limit=minutes)
        left: Floats = np.full(len(self.street), np.inf)
        np.minimum.at(left, self.arc, times[self.rows])  # a split tail has several states
        left = minutes - left
        share = np.clip(left / np.maximum(self.cost, 1e-9), 0.0, 1.0)
        share[~np.isfinite(share)] = 0.0
        both = np.zeros((2, len(self.streets.a)))  # from its beginning, and from its end
        both[np.where(self.forward, 0, 1), self.street] = share
        full = both.sum(axis=0) >= 1
        parts = [shapely.Point(x, y), *self.streets.lines[full]]
        for back, street in np.argwhere((both > 0) & ~full).tolist():
            reached = float(both[back, street])
            lo, hi = (1 - reached, 1.0) if back else (0.0, reached)
            parts.append(_part(self.streets.lines[street], lo, hi))
        s, f = int(hung[0][0]), float(hung[1][0])
        for arc in self.arcs_of[s]:
            g = f if self.forward[arc] else 1 - f
            far = min(1.0, g + minutes / max(self.cost[arc], 1e-9))
            lo, hi = (g, far) if self.forward[arc] else (1 - g, 1 - far)
            parts.append(_part(self.streets.lines[s], lo, hi))
        ground = shapely.union_all(shapely.buffer(np.array(parts, object), wide, quad_segs=1))
        filled = [
            shapely.Polygon(p.exterior, [h for h in p.interiors if shapely.Polygon(h).area > 40_000])
            for p in shapely.get_parts(ground)
        ]
        return shapely.simplify(shapely.union_all(filled), wide / 6)


def _part(line: Any, lo: float, hi: float) -> Any:
    """A stretch of a line, backwards where hi is less than lo."""
    if lo > hi:
        return shapely.reverse(_part(line, hi, lo))
    if lo <= 0 and hi >= 1:
        return line
    along = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(line)), normalized=True)
    inner = shapely.get_coordinates(line)[(along > lo) & (along < hi)]
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(line, f, normalized=True))[0] for f in (lo, hi)
    ]
    return shapely.linestrings(np.vstack([ends[0], inner, ends[1]]))


def _joined(pieces: list[Any]) -> Any:
    points = np.vstack([shapely.get_coordinates(p) for p in pieces])
    keep = np.ones(len(points), np.bool_)
    keep[1:] = np.abs(np.diff(points, axis=0)).sum(axis=1) > 1e-6
    points = points[keep]
    return shapely.linestrings(points if len(points) > 1 else np.vstack([points, points]))
