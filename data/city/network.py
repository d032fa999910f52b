"""The streets: a lattice of unequal meshes, bent by a smooth field, thinned towards the edge of the city.

Every street is a lattice line, so names run through naturally; every crossing is a lattice node, so streets
end exactly at junctions. Two lattice columns are pulled apart to make room for the river, two rows for the
railway; only arterials cross them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data.city import names

CENTER = (193_600.0, 2_597_480.0)  # EPSG:3826
ARTERIAL, COLLECTOR, LOCAL, LANE = 1, 2, 3, 4
KINDS = {ARTERIAL: "arterial", COLLECTOR: "collector", LOCAL: "local", LANE: "lane"}
WIDTHS = {ARTERIAL: 24.0, COLLECTOR: 15.0, LOCAL: 9.0, LANE: 5.5}
LANES = {ARTERIAL: 6, COLLECTOR: 4, LOCAL: 2, LANE: 1}
LIMITS = {ARTERIAL: 60, COLLECTOR: 50, LOCAL: 40, LANE: 30}


@dataclass(frozen=True, slots=True)
class Plan:
    """How large and how dense: metres, lattice lines, wards, and how many of everything happens."""

    half_width: float
    half_height: float
    mesh: float
    wards: int
    stations: int
    events: float
    river_gap: float = 150.0


@dataclass(slots=True)
class Edge:
    a: int
    b: int
    rank: int
    line: tuple[str, int]
    """("u", column) runs north, ("v", row) runs east."""
    bridge: bool = False


@dataclass(slots=True)
class Network:
    plan: Plan
    xy: np.ndarray
    edges: list[Edge]
    river: tuple[np.ndarray, np.ndarray]
    """West and east bank, south to north."""
    railway: np.ndarray
    line_rank: dict[tuple[str, int], int]
    line_name: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    degree: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))


def lattice(half: float, mesh: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the lines along one axis, closer in the old town, and the rank of each line."""
    found = [0.0]
    while found[-1] < half:
        out = found[-1] / half
        found.append(found[-1] + mesh * (0.62 + 0.75 * out) * rng.uniform(0.75, 1.3))
    back = [0.0]
    while back[-1] > -half:
        out = -back[-1] / half
        back.append(back[-1] - mesh * (0.62 + 0.75 * out) * rng.uniform(0.75, 1.3))
    lines = np.array(back[:0:-1] + found)
    rank = np.full(len(lines), LOCAL)
    rank[np.arange(len(lines)) % 3 == 1] = LANE
    last_big, last_middle = -1e9, -1e9
    for i, at in enumerate(lines):
        if at - last_big > 760 * (mesh / 75):
            rank[i], last_big, last_middle = ARTERIAL, at, at
        elif at - last_middle > 330 * (mesh / 75):
            rank[i], last_middle = COLLECTOR, at
    return lines, rank


def bend(uv: np.ndarray, half: float) -> np.ndarray:
    """The smooth field that turns a grid into a grown city."""
    u, v = uv[:, 0], uv[:, 1]
    angle = np.radians(-14) + 0.20 * np.tanh(v / half) - 0.10 * np.tanh(u / half)
    x = u * np.cos(angle) - v * np.sin(angle)
    y = u * np.sin(angle) + v * np.cos(angle)
    x = x + 190 * np.sin(v / (half * 0.42) + 0.7) + 60 * np.sin(u / 900 + v / 1300)
    y = y + 150 * np.sin(u / (half * 0.48) + 0.3) + 55 * np.sin(v / 800 - u / 1500)
    return np.column_stack([x, y])


def build(plan: Plan, rng: np.random.Generator) -> Network:
    us, u_rank = lattice(plan.half_width, plan.mesh, rng)
    vs, v_rank = lattice(plan.half_height, plan.mesh, rng)
    river_at = int(np.searchsorted(us, -0.30 * plan.half_width))
    rail_at = int(np.searchsorted(us, 0.12 * plan.half_width))
    us[river_at:] += plan.river_gap
    us[rail_at:] += 26.0
    u_rank[river_at - 1] = u_rank[river_at] = COLLECTOR
    columns, rows = len(us), len(vs)
    uv = np.array([(u, v) for v in vs for u in us])
    xy = np.round(bend(uv, plan.half_width) + CENTER, 2)

    line_rank = {("u", i): int(r) for i, r in enumerate(u_rank)} | {
        ("v", j): int(r) for j, r in enumerate(v_rank)
    }
    inside = _inside(uv, plan, plan.river_gap)
    crossing = {river_at - 1, rail_at - 1}
    edges = []
    keep_draw = rng.random((rows, columns, 2))
    for j in range(rows):
        for i in range(columns):
            here = j * columns + i
            for axis, (di, dj) in enumerate(((1, 0), (0, 1))):
                i2, j2 = i + di, j + dj
                if i2 >= columns or j2 >= rows:
                    continue
                there = j2 * columns + i2
                line = ("v", j) if axis == 0 else ("u", i)
                rank = line_rank[line]
                over = axis == 0 and i in crossing
                if over and (rank > ARTERIAL and not (i == rail_at - 1 and rank == COLLECTOR)):
                    continue
                if not (inside[here] and inside[there]):
                    continue
                if rank >= LOCAL and keep_draw[j, i, axis] > _keep(uv[here], rank, plan):
                    continue
                edges.append(Edge(here, there, rank, line, bridge=over and i == river_at - 1))
    edges = _prune(edges, len(xy))
    west = xy[np.arange(rows) * columns + river_at - 1]
    east = xy[np.arange(rows) * columns + river_at]
    left = xy[np.arange(rows) * columns + rail_at - 1]
    right = xy[np.arange(rows) * columns + rail_at]
    network = Network(plan, xy, edges, (west, east), (left + right) / 2, line_rank)
    network.line_name = _names(network, us, vs, river_at)
    network.degree = np.bincount([n for e in edges for n in (e.a, e.b)], minlength=len(xy))
    return network


def _inside(uv: np.ndarray, plan: Plan, gap: float) -> np.ndarray:
    """The city's outline, an uneven rounded square."""
    u, v = (uv[:, 0] - gap / 2) / (plan.half_width + gap / 2), uv[:, 1] / plan.half_height
    angle = np.arctan2(v, u)
    edge = 1.02 + 0.06 * np.sin(3 * angle + 1) + 0.05 * np.sin(5 * angle)
    inside: np.ndarray = (np.abs(u) ** 3.2 + np.abs(v) ** 3.2) ** (1 / 3.2) < edge
    return inside


def _keep(place: np.ndarray, rank: int, plan: Plan) -> float:
    """How likely a small street is really there: full in the old town, sparse at the edge."""
    out = max(abs(place[0]) / plan.half_width, abs(place[1]) / plan.half_height)
    if rank == LOCAL:
        return float(0.97 - 0.42 * max(out - 0.35, 0) / 0.65)
    return float(0.80 - 0.72 * out)


def _prune(edges: list[Edge], count: int) -> list[Edge]:
    """Only what hangs together, and few dead ends: stubs of small streets go."""
    for _ in range(2):
        degree = np.bincount([n for e in edges for n in (e.a, e.b)], minlength=count)
        edges = [e for e in edges if e.rank < LOCAL or (degree[e.a] > 1 and degree[e.b] > 1)]
    near: dict[int, list[int]] = {}
    for e in edges:
        near.setdefault(e.a, []).append(e.b)
        near.setdefault(e.b, []).append(e.a)
    seen: set[int] = set()
    largest: set[int] = set()
    for start in near:
        if start in seen:
            continue
        part, queue = {start}, [start]
        while queue:
            for other in near[queue.pop()]:
                if other not in part:
                    part.add(other)
                    queue.append(other)
        seen |= part
        largest = max(largest, part, key=len)
    return [e for e in edges if e.a in largest]


def _names(
    network: Network, us: np.ndarray, vs: np.ndarray, river_at: int
) -> dict[tuple[str, int], tuple[str, str]]:
    """Arterials and collectors by name; small streets are lanes (巷) of the big one beside them."""
    out: dict[tuple[str, int], tuple[str, str]] = {}
    big = [line for line, rank in network.line_rank.items() if rank == ARTERIAL]
    position = {("u", i): at for i, at in enumerate(us)} | {("v", j): at for j, at in enumerate(vs)}
    big.sort(key=lambda line: abs(position[line]))
    spare = iter(names.streets(400))
    for number, line in enumerate(big):
        out[line] = names.ARTERIALS[number] if number < len(names.ARTERIALS) else next(spare)
    out[("u", river_at - 1)] = ("河濱西路", "Riverside W. Rd.")
    out[("u", river_at)] = ("河濱東路", "Riverside E. Rd.")
    middle = [line for line, rank in network.line_rank.items() if rank == COLLECTOR and line not in out]
    for line in sorted(middle, key=lambda line: (abs(position[line]), line)):
        out[line] = next(spare)
    for axis, count in (("u", len(us)), ("v", len(vs))):
        host, number = None, 0
        for i in range(count):
            if (axis, i) in out:
                host, number = out[(axis, i)], 0
                continue
            number += 1
            if host is None:
                out[(axis, i)] = next(spare)
            elif network.line_rank[(axis, i)] == LOCAL:
                suffix = ("東", "西", "南", "北", "中")[number % 5]
                latin = ("E.", "W.", "S.", "N.", "C.")[number % 5]
                out[(axis, i)] = (
                    f"{host[0][:-1]}{suffix}{number}街",
                    f"{host[1].split()[0]} {latin} {number}th St.",
                )
            else:
                out[(axis, i)] = (f"{host[0]}{number * 14 + 2}巷", f"Ln. {number * 14 + 2}, {host[1]}")
    return out
