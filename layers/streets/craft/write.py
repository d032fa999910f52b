"""The plan as GeoJSON in WGS 84, one file a layer, written in the same order and the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from layers.streets.craft.derive.plan import Junction, Plan, feature_id
from layers.streets.craft.derive.rings import sound
from layers.streets.craft.document import TRAVEL
from layers.streets.craft.plane import between

DECIMALS = 9
"""A tenth of a millimetre: what the derivation keeps apart must stay apart."""
Row = tuple[str, BaseGeometry, dict[str, Any]]


def layers(plan: Plan) -> dict[str, list[Row]]:
    """Name of the layer → its features: id, shape in the plane, properties."""
    found = {
        "junctions": [(j.id, j.kerb, of_junction(plan, j)) for j in plan.junctions],
        "control_zones": [
            (feature_id(j.hub.key, "zone"), j.zone, {"junction": j.id}) for j in plan.junctions
        ],
        "lanes": list(_strips(plan, travel=True)),
        "verges": [*_strips(plan, travel=False), *_walks(plan)],
        "carriageway": list(_carriageway(plan)),
        "blocks": [
            (feature_id("block", block.shape.wkb_hex), block.shape, {"kind": block.kind})
            for block in plan.blocks
        ],
    }
    return found


def of_junction(plan: Plan, junction: Junction) -> dict[str, Any]:
    nodes = [plan.web.nodes[k] for k in junction.hub.nodes]
    controls = {node.control for node in nodes}
    order = ("signal", "flash", "stop", "yield", "none")
    names: list[str] = []
    for arm in junction.hub.arms:
        name = arm.ribbon.segment.name
        if name and name not in names:
            names.append(name)
    return {
        "nodes": [node.id for node in nodes],
        "osm_node_ids": sorted(int(ref) for node in nodes for ref in node.xref.get("osm_node", [])),
        "legs": junction.legs,
        "arms": len(junction.hub.arms),
        "segments": [arm.key[0] for arm in junction.hub.arms],
        "control": next(control for control in order if control in controls),
        "name": "／".join(names),
        "layer": junction.layer,
        "movements": len(junction.moves),
        "area": round(junction.kerb.area, 2),
    }


def _strips(plan: Plan, *, travel: bool) -> Iterator[Row]:
    for surface in plan.strips:
        segment = plan.web.ribbons[surface.ribbon].segment
        strip = surface.strip
        if (strip.kind in TRAVEL) is not travel:
            continue
        yield (
            plan.id_of(surface),
            surface.shape,
            {
                "segment": segment.id,
                "strip": strip.id,
                "kind": strip.kind,
                "dir": strip.dir,
                "width": strip.widths[0] if strip.widths[0] == strip.widths[1] else list(strip.widths),
                "turns": list(strip.turns),
                "name": segment.name,
                "class": segment.road_class,
                "layer": segment.layer,
                "paved": surface.paved,
                "osm_way_ids": [int(way) for way in segment.xref.get("osm_way", [])],
                "origin": segment.origin.get("width", ""),
            },
        )


def _walks(plan: Plan) -> Iterator[Row]:
    for junction in plan.junctions:
        for n, walk in enumerate(junction.walks):
            yield (
                feature_id(junction.hub.key, f"walk/{n}"),
                walk,
                {"junction": junction.id, "kind": "sidewalk", "layer": junction.layer, "paved": False},
            )


def _carriageway(plan: Plan) -> Iterator[Row]:
    """From kerb to kerb, one feature a connected area of each level."""
    levels: dict[int, list[BaseGeometry]] = {}
    for surface in plan.strips:
        if surface.paved and surface.strip.kind != "median":
            levels.setdefault(plan.web.ribbons[surface.ribbon].segment.layer, []).append(surface.shape)
    for junction in plan.junctions:
        levels.setdefault(junction.layer, []).append(junction.kerb)
    for level, shapes in sorted(levels.items()):
        whole = shapely.union_all(np.array(shapes, dtype=object), grid_size=1e-3)
        parts = sorted(shapely.get_parts(whole).tolist(), key=lambda p: (p.bounds, p.wkb))
        for n, part in enumerate(p for p in parts if p.area > 0.05):
            yield feature_id(f"carriageway/{level}", part.wkb_hex), part, {"layer": level, "number": n}


def in_degrees(shapes: Iterable[BaseGeometry], crs: int) -> np.ndarray:
    """In WGS 84; a shape that rounding has made to cross itself is mended."""
    there = between(crs, 4326)
    given = np.array(list(shapes), dtype=object)
    if not len(given):
        return given

    def moved(points: np.ndarray) -> np.ndarray:
        lon, lat = there.transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack((lon, lat)), DECIMALS)

    made = shapely.transform(given, moved)
    for k in np.flatnonzero(~shapely.is_valid(made)):
        made[k] = sound(made[k])
    return np.asarray(made)


def geojson(rows: list[Row], crs: int, name: str) -> bytes:
    shapes = in_degrees((shape for _, shape, _ in rows), crs)
    texts = shapely.to_geojson(shapes) if len(shapes) else []
    features = [
        orjson.dumps({"type": "Feature", "id": key, "properties": {"id": key, **properties}})[:-1]
        + b',"geometry":'
        + text.encode()
        + b"}"
        for (key, _, properties), text in zip(rows, texts, strict=True)
    ]
    head = orjson.dumps({"type": "FeatureCollection", "name": name})[:-1]
    return head + b',"features":[\n' + b",\n".join(features) + b"\n]}\n"


def write(plan: Plan, folder: Path, more: dict[str, list[Row]] | None = None) -> dict[str, int]:
    """Writes every layer into the folder; how many features each has."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, rows in {**layers(plan), **(more or {})}.items():
        (folder / f"{name}.geojson").write_bytes(geojson(rows, plan.web.document.crs, name))
        counts[name] = len(rows)
    return counts
