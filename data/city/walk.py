"""Shortest ways along the demonstration city's streets, for routes and tracks that look like driving."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from data.city.network import Edge


class Walk:
    """Predecessors are computed for a start once and kept."""

    def __init__(self, xy: np.ndarray, edges: list[Edge]) -> None:
        self.xy = xy
        a, b = np.array([e.a for e in edges]), np.array([e.b for e in edges])
        meters = np.hypot(*(xy[a] - xy[b]).T) / np.array([0, 50.0, 40, 25, 15])[[e.rank for e in edges]]
        self._graph = coo_array((meters, (a, b)), shape=(len(xy), len(xy))).tocsr()
        self.nodes = np.unique(np.concatenate([a, b]))
        self._tree = cKDTree(xy[self.nodes])
        self._before: dict[int, np.ndarray] = {}

    def nearest(self, place: np.ndarray) -> int:
        return int(self.nodes[self._tree.query(place)[1]])

    def way(self, start: int, end: int) -> list[int]:
        if start not in self._before:
            _, before = dijkstra(self._graph, directed=False, indices=start, return_predecessors=True)
            self._before[start] = before
        before, out = self._before[start], [end]
        while out[-1] != start:
            step = int(before[out[-1]])
            if step < 0:
                return [start]
            out.append(step)
        return out[::-1]
