"""What the streets enclose: blocks, buildings, water, parks; and roads and junctions as tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from data.city.network import KINDS, LANES, LIMITS, WIDTHS, Network
from data.city.records import Rows, Table
from data.city.sections import section_table
from data.city.walk import Walk

FORMS = {3: "03", 4: "04"}


@dataclass(slots=True)
class Ground:
    """Faces tile the whole city, streets included; the tables are made from them."""

    faces: np.ndarray
    centers: np.ndarray
    wet: np.ndarray
    tables: list[Table]
    junctions: Table
    roads: Table
    node_of: dict[str, int]
    network: Network
    _walk: Walk | None = None

    def walk(self) -> Walk:
        """Ways along the streets, worked out at the first question."""
        if self._walk is None:
            self._walk = Walk(self.network.xy, self.network.edges)
        return self._walk


def lay(network: Network, rng: np.random.Generator) -> Ground:
    lines = shapely.linestrings([network.xy[[e.a, e.b]] for e in network.edges])
    junctions, node_of = junction_table(network, rng)
    roads = road_table(network, lines, node_of)
    river = shapely.polygons(np.vstack([network.river[0], network.river[1][::-1]]))
    faces = shapely.get_parts(shapely.polygonize(lines))
    water = shapely.union_all(
        shapely.buffer(shapely.linestrings((network.river[0] + network.river[1]) / 2), 46.0)
    )
    wet = shapely.within(shapely.point_on_surface(faces), river)
    blocks, inner = block_table(network, lines, faces, wet, rng)
    levee = shapely.difference(shapely.buffer(river, -8.0), shapely.buffer(water, 6.0))
    parks = park_table(inner, blocks, levee, rng)
    sections = section_table(roads, junctions)
    tables = [
        junctions,
        sections,
        roads,
        blocks,
        building_table(blocks, network, rng),
        surface_table(network, lines),
        Table("waters", {"key": ["W1"], "name": ["示範溪"], "name_en": ["Demo River"]}, np.array([water])),
        parks,
        Table(
            "railways",
            {"key": ["R1"], "name": ["縱貫線"], "name_en": ["West Coast Line"]},
            np.array([shapely.linestrings(network.railway)]),
        ),
    ]
    centers = shapely.get_coordinates(shapely.centroid(faces))
    return Ground(faces, centers, wet, tables, junctions, roads, node_of, network)


def junction_table(network: Network, rng: np.random.Generator) -> tuple[Table, dict[str, int]]:
    ranks: dict[int, list[tuple[int, tuple[str, int]]]] = {}
    for e in network.edges:
        for node in (e.a, e.b):
            ranks.setdefault(node, []).append((e.rank, e.line))
    rows = Rows("junctions")
    node_of: dict[str, int] = {}
    for node in sorted(ranks):
        meeting = sorted(set(ranks[node]))
        legs = int(network.degree[node])
        streets = list(dict.fromkeys(network.line_name[line] for _, line in meeting))
        if legs < 3 or len(streets) < 2:
            continue
        first, second = streets[:2]
        best = meeting[0][0]
        key = f"J{len(node_of) + 1:05d}"
        node_of[key] = node
        draw = rng.random()
        signal = (
            "1"
            if best == 1 and (meeting[1][0] <= 2 or draw < 0.5)
            else "3"
            if best <= 2 and draw < 0.4
            else "4"
        )
        if best == 2 and meeting[1][0] == 2:
            signal = "1"
        rows.add(
            shapely.Point(network.xy[node]),
            key=key,
            name=f"{first[0]}／{second[0]}",
            name_en=f"{first[1]} / {second[1]}",
            legs=legs,
            form=FORMS.get(legs, "05"),
            signal=signal,
            rank=best,
        )
    return rows.table(), node_of


def road_table(network: Network, lines: np.ndarray, node_of: dict[str, int]) -> Table:
    key_of = {node: key for key, node in node_of.items()}
    rows = Rows("roads")
    for number, (e, line) in enumerate(zip(network.edges, lines, strict=True), 1):
        zh, en = network.line_name[e.line]
        rows.add(
            line,
            key=f"S{number:05d}",
            name=zh,
            name_en=en,
            kind=KINDS[e.rank],
            rank=e.rank,
            lanes=LANES[e.rank],
            width_m=WIDTHS[e.rank],
            length_m=round(float(shapely.length(line)), 1),
            bridge=e.bridge,
            oneway=e.rank >= 3 and number % 7 == 0,
            speed_limit=LIMITS[e.rank],
            from_junction_key=key_of.get(e.a),
            to_junction_key=key_of.get(e.b),
        )
    return rows.table()


def surface_table(network: Network, lines: np.ndarray) -> Table:
    """Carriageways of the larger streets, from kerb to kerb."""
    ranks = np.array([e.rank for e in network.edges])
    chosen = np.flatnonzero(ranks <= 2)
    widths = np.array([WIDTHS[r] / 2 for r in ranks[chosen]])
    shapes = shapely.buffer(lines[chosen], widths, cap_style="square")
    keys = [f"RS{n:05d}" for n in range(1, len(chosen) + 1)]
    return Table("road_surfaces", {"key": keys, "kind": [KINDS[r] for r in ranks[chosen]]}, shapes)


def block_table(
    network: Network, lines: np.ndarray, faces: np.ndarray, wet: np.ndarray, rng: np.random.Generator
) -> tuple[Table, np.ndarray]:
    """Each face without its streets: half the width of the smallest all round, the rest of the wide ones cut off."""
    inner = shapely.buffer(faces, -WIDTHS[4] / 2 - 1.2, join_style="mitre")
    ranks = np.array([e.rank for e in network.edges])
    wide = np.flatnonzero(ranks <= 3)
    strips = shapely.buffer(
        lines[wide], np.array([WIDTHS[r] / 2 for r in ranks[wide]]) + 1.2, cap_style="square"
    )
    tree = STRtree(strips)
    face_index, strip_index = tree.query(inner, predicate="intersects")
    order = np.argsort(face_index, kind="stable")
    cuts: dict[int, list[int]] = {}
    for f, s in zip(face_index[order], strip_index[order], strict=True):
        cuts.setdefault(int(f), []).append(int(s))
    out = np.array(
        [
            shapely.difference(shape, shapely.union_all(strips[cuts[i]])) if i in cuts else shape
            for i, shape in enumerate(inner)
        ],
        dtype=object,
    )
    dry = ~wet & (shapely.area(out) > 150)
    land = rng.choice(
        ["residential", "mixed", "commercial", "industrial", "field"],
        size=len(out),
        p=[0.58, 0.22, 0.1, 0.05, 0.05],
    )
    far = (
        np.hypot(*(shapely.get_coordinates(shapely.centroid(faces)) - network.xy.mean(0)).T)
        > network.plan.half_width * 0.8
    )
    land = np.where(far & (shapely.area(out) > 25_000), "field", land)
    chosen = np.flatnonzero(dry)
    keys = [f"B{n:05d}" for n in range(1, len(chosen) + 1)]
    table = Table("blocks", {"key": keys, "land": land[chosen].tolist()}, out[chosen])
    return table, out


def park_table(inner: np.ndarray, blocks: Table, levee: shapely.Geometry, rng: np.random.Generator) -> Table:
    rows = Rows("parks")
    rows.add(levee, key="P000", name="示範溪河濱公園", name_en="Riverside Park")
    assert blocks.geometry is not None
    sizes = shapely.area(blocks.geometry)
    fitting = np.flatnonzero((sizes > 4_000) & (sizes < 40_000))
    chosen = rng.choice(fitting, size=min(len(fitting), max(len(blocks) // 90, 3)), replace=False)
    lands = list(blocks.columns["land"])
    for number, i in enumerate(sorted(chosen.tolist()), 1):
        rows.add(
            blocks.geometry[i], key=f"P{number:03d}", name=f"第{number}公園", name_en=f"Park No. {number}"
        )
        lands[i] = "park"
    blocks.columns["land"] = lands
    return rows.table()


def building_table(blocks: Table, network: Network, rng: np.random.Generator) -> Table:
    """Lots along the longer side of each block's own frame, cut to the block; where little is left nothing is built."""
    assert blocks.geometry is not None
    boxes, floors = [], []
    shrunk = shapely.buffer(blocks.geometry, -2.0, join_style="mitre")
    frames = shapely.oriented_envelope(blocks.geometry)
    center = network.xy.mean(0)
    for shape, frame, land in zip(shrunk, frames, blocks.columns["land"], strict=True):
        if land in ("field", "park") or shapely.is_empty(shape) or frame.geom_type != "Polygon":
            continue
        corners = shapely.get_coordinates(frame)[:4]
        along, across = corners[1] - corners[0], corners[3] - corners[0]
        if np.hypot(*along) < np.hypot(*across):
            along, across = across, along
        long, short = float(np.hypot(*along)), float(np.hypot(*across))
        if short < 8 or long > 900:
            continue
        lot = {"industrial": 46.0, "commercial": 30.0}.get(land, 17.0 + 0.02 * long)
        columns, rows_ = max(int(long / lot), 1), max(int(short / 21.0), 1)
        unit_a, unit_b = along / long, across / short
        step_a, step_b = long / columns, short / rows_
        gap = 1.5 if land != "industrial" else 7.0
        made = []
        for a in range(columns):
            for b in range(rows_):
                if rng.random() < 0.12:
                    continue
                depth = step_b * rng.uniform(0.72, 0.94)
                start = (
                    corners[0]
                    + unit_a * (a * step_a + gap / 2)
                    + unit_b * (b * step_b + (step_b - depth) / 2)
                )
                side, back = unit_a * (step_a - gap), unit_b * depth
                made.append([start, start + side, start + side + back, start + back])
        if not made:
            continue
        polygons = shapely.polygons(np.array(made))
        cut = shapely.intersection(polygons, shape)
        whole = (shapely.get_type_id(cut) == 3) & (shapely.area(cut) > 0.55 * shapely.area(polygons))
        inside = cut[whole & (shapely.area(cut) > 24)]
        boxes.append(inside)
        near = float(
            np.exp(-np.hypot(*(shapely.get_coordinates(shapely.centroid(frame))[0] - center)) / 1800)
        )
        floors.append(np.maximum(rng.poisson(2.2 + 4.5 * near, size=len(inside)), 1))
    geometry = np.concatenate(boxes) if boxes else np.array([], dtype=object)
    tall = np.concatenate(floors) if floors else np.array([], dtype=int)
    keys = [f"H{n:06d}" for n in range(1, len(geometry) + 1)]
    return Table("buildings", {"key": keys, "floors": tall.tolist()}, geometry)
