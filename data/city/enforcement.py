"""Technology enforcement: sites with detection zones, one corridor with eight movable cameras, violations."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely
import shapely.affinity
import shapely.ops

from data.city.areas import Areas
from data.city.clock import TRAFFIC, moments
from data.city.ground import Ground
from data.city.records import Rows, Table

KINDS = (
    "red_light",
    "lane_direction",
    "moto_forbidden",
    "box_stop",
    "block_junction",
    "solid_line",
    "no_yield",
    "parking",
    "section_speed",
    "pavement",
    "closed",
)
YEARLY = (2032, 10822, 6547, 6012, 3100, 2400, 1900, 1500, 1200)


def enforce(
    ground: Ground, areas: Areas, crashes: Table, scale: float, rng: np.random.Generator
) -> list[Table]:
    spots = shapely.get_coordinates(ground.junctions.geometry)
    number = {key: i for i, key in enumerate(ground.junctions.columns["key"])}
    counts = np.bincount([number[k] for k in crashes.columns["junction_key"] if k], minlength=len(spots))
    worst = np.argsort(counts)[::-1]
    active, planned = (9, 23) if scale > 0.3 else (3, 4)
    sites, zones, violations = Rows("enforcement_sites"), Rows("detection_zones"), Rows("violations")
    for n, j in enumerate(worst[: active + planned].tolist()):
        key, running = f"E{n + 1:02d}", n < active
        kinds = sorted(rng.choice(len(KINDS), size=3, replace=False).tolist())
        since = date(2021 + n % 3, 2 + n, 17) if running else None
        place = spots[j] + (-10.0, 10.0)
        sites.add(
            shapely.Point(place),
            key=key,
            name=f"{ground.junctions.columns['name'][j]}科技執法",
            name_en=f"Enforcement at {ground.junctions.columns['name_en'][j]}",
            junction_key=ground.junctions.columns["key"][j],
            state=("fault" if n == 5 else "active") if running else "planned",
            kinds=",".join(KINDS[k] for k in kinds),
            since=since,
        )
        for m, k in enumerate(kinds):
            angle = np.radians(25 + 120 * m)
            middle = spots[j] + 16 * np.array([np.cos(angle), np.sin(angle)])
            zone = shapely.affinity.rotate(
                shapely.box(*(middle - np.array((9.0, 5.0))), *(middle + np.array((9.0, 5.0)))), 25 + 120 * m
            )
            zones.add(zone, key=f"{key}-{m + 1}", site_key=key, rule=KINDS[k])
        if running:
            count = round(YEARLY[n % len(YEARLY)] * scale * 0.6)
            for at, k in zip(
                moments(count, rng, TRAFFIC, last_days=320), rng.choice(kinds, size=count), strict=True
            ):
                violations.add(None, site_key=key, kind=KINDS[int(k)], at=at, place=spots[j])
    jitter = rng.normal(0, 7, size=(len(violations.shapes), 2))
    places = np.array(violations.columns.pop("place")) + jitter
    table = Table(
        "violations",
        {"key": [f"VI{n:06d}" for n in range(1, len(places) + 1)], **violations.columns},
        shapely.points(np.round(places, 2)),
    )
    return [sites.table(), zones.table(), table, *_corridor(ground)]


def _corridor(ground: Ground) -> list[Table]:
    """About 750 m of the most central arterial: eight cameras along it, bays and no-stopping lines beside it."""
    assert ground.roads.geometry is not None
    name = "中山路"
    mine = [i for i, n in enumerate(ground.roads.columns["name"]) if n == name]
    merged = shapely.line_merge(shapely.multilinestrings(list(ground.roads.geometry[mine])))
    longest = max(shapely.get_parts(merged), key=shapely.length)
    whole = float(shapely.length(longest))
    start = max(whole / 2 - 375, 0)
    axis = shapely.ops.substring(longest, start, min(start + 750, whole))
    ptz, bays = Rows("ptz_cameras"), Rows("kerb_rules")
    for n in range(8):
        place = shapely.line_interpolate_point(shapely.offset_curve(axis, 10), (n + 0.5) / 8, normalized=True)
        ptz.add(
            place,
            key=f"PTZ{n + 1}",
            name=f"路廊{n + 1}號攝影機",
            name_en=f"Corridor camera {n + 1}",
            corridor_key="RC1",
        )
    side = shapely.offset_curve(axis, 11.0)
    other = shapely.offset_curve(axis, -11.0)
    for n in range(15):
        kind, line = ("loading", side) if n < 9 else ("no_stopping", other)
        length = float(shapely.length(line))
        at = length * (n % 9 + 0.3) / 9.5
        part = shapely.ops.substring(line, at, min(at + (12 if kind == "loading" else 45), length))
        bays.add(part, key=f"KB{n + 1:02d}", kind=kind, corridor_key="RC1")
    corridor = Table(
        "corridors",
        {"key": ["RC1"], "name": [f"{name}執法路廊"], "name_en": ["Zhongshan Rd. corridor"]},
        np.array([axis]),
    )
    return [corridor, ptz.table(), bays.table()]
